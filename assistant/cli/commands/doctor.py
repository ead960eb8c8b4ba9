"""``doctor``: what is installed, what is missing, and what to do about each."""

from __future__ import annotations

import click

from assistant.cli.options import as_json
from assistant.cli.session import Session
from assistant.cli.terminal import answer, answer_json, dim

_SIGNS = {"ok": ("ok", "green"), "missing": ("--", "yellow"), "failed": ("FAIL", "red")}


@click.command(short_help="Check what Inkling needs, and say what to do.")
@click.option("--full", is_flag=True, help="Also unlock the vault and check every page of its store.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, full: bool, as_json: bool) -> None:
    """Check what Inkling needs, and say what to do where something is amiss.

    Exit status 1 if anything essential is. Optional parts that are absent are no failure.
    """
    from assistant.cli.health import Check, check_installation, check_vault_folder  # noqa: PLC0415 - loads what it checks

    session: Session = ctx.obj
    checks: list[Check] = [*check_installation(), *check_vault_folder(session.folder)]
    if full:
        with session.assistant(writes=False) as assistant:
            damage = assistant.check()
        state, said = ("failed", "; ".join(damage[:3])) if damage else ("ok", "every page is sound")
        checks.append(Check("store", "failed" if state == "failed" else "ok", said, "restore the vault from a copy"))
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
