"""``doctor``: what is installed, what is missing, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import click

from assistant.cli.options import as_json
from assistant.cli.session import Session
from assistant.cli.terminal import answer, answer_json, dim
from memory.errors import InklingError

_SIGNS = {"ok": ("ok", "green"), "missing": ("--", "yellow"), "failed": ("FAIL", "red")}


@click.command(short_help="Check what Inkling needs, and say what to do.")
@click.option("--full", is_flag=True, help="Also unlock the vault and check every page of its store.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, full: bool, as_json: bool) -> None:
    """Check what Inkling needs, and say what to do where something is amiss.

    Exit status 1 if anything essential is. Optional parts that are absent are no failure. While the vault is unlocked
    it also shows how many of each engine's drafts were kept, and why others were not.
    """
    from assistant.cli import health  # noqa: PLC0415 - loads what it checks

    session: Session = ctx.obj
    checks = [*health.check_installation(), *health.check_vault_folder(session.folder)]
    if full:
        with session.assistant(writes=False) as assistant:
            damage, drafts = assistant.check(), assistant.model()["drafts"]
        state, said = ("failed", "; ".join(damage[:3])) if damage else ("ok", "every page is sound")
        checks.append(
            health.Check("store", "failed" if state == "failed" else "ok", said, "restore the vault from a copy")
        )
    else:
        drafts = _drafts(session)
    checks += health.check_drafts(drafts)
    if as_json:
        answer_json([vars(check) for check in checks])
    else:
        for check in checks:
            sign, colour = _SIGNS[check.state]
            answer(f"{click.style(f'{sign:<5}', fg=colour)}{check.part:<30}{check.said}")
            if check.state != "ok" and check.remedy:
                answer(dim(f"     {'':<30}to do: {check.remedy}"))
    if any(check.state == "failed" for check in checks):
        ctx.exit(1)


def _drafts(session: Session) -> Mapping[str, Mapping[str, int]]:
    """What an engine that runs, and whose vault is unlocked, says of drafts; nothing is started or unlocked for it."""
    if session.in_process or not session.is_served():
        return {}
    with suppress(InklingError), session.engine(start=False) as client:
        if not client.state()["locked"]:
            found: Mapping[str, Mapping[str, int]] = client.model()["drafts"]
            return found
    return {}
