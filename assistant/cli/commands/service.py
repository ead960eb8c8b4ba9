"""``service``: have the system start the engine with the session."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, note

if TYPE_CHECKING:
    from assistant.service import Outcome, Plan


@click.command(short_help="Have the system start the engine at login, or not.")
@click.argument("action", metavar="install|uninstall|show", type=click.Choice(["install", "uninstall", "show"]))
@click.option("--dry-run", is_flag=True, help="Show what would be written and run, and change nothing.")
@pass_session
def service(session: Session, action: str, dry_run: bool) -> None:
    """Have the system start the engine at login, keep it running and shut it in (install), or end that (uninstall).

    It is a systemd user unit, a launchd agent or a scheduled task of Windows, and needs no other rights than yours.
    The vault stays locked until it is unlocked, or the keyring opens it. show prints the file.
    """
    from assistant import service as services  # noqa: PLC0415 - only here
    from assistant.paths import logs  # noqa: PLC0415

    found = services.plan(session.folder)
    if action == "show" or dry_run:
        _show(found, uninstall=action == "uninstall", commands=dry_run)
    elif action == "uninstall":
        outcome = services.uninstall(found)
        answer(f"removed: {outcome.path}")
        _left_to_run(outcome.to_run)
    else:
        session.require_vault()
        _report(services.install(found, logs()), found.tool)


def _show(plan: Plan, *, uninstall: bool, commands: bool) -> None:
    content = plan.content
    note(f"{'remove' if uninstall else 'write'}: {plan.path}")
    if not uninstall:
        answer(content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8").rstrip("\n"))
    for command in (plan.disable if uninstall else plan.enable) if commands else ():
        note(f"run: {shlex.join(command)}")


def _report(outcome: Outcome, tool: str) -> None:
    answer(f"written: {outcome.path}")
    if outcome.to_run:
        _left_to_run(outcome.to_run)
        return
    answer("The engine runs, and will from every login on.")
    if not outcome.is_sandboxed:
        note(f"This system lets no user make namespaces: {tool} runs it with filters on system calls alone.")


def _left_to_run(commands: list[tuple[str, ...]]) -> None:
    if commands:
        note("This could not be put into effect here. To do so, run:")
        for command in commands:
            note(f"  {shlex.join(command)}")
