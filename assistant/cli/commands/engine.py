"""The engine and what it records: ``start``, ``stop``, ``status``, ``lock`` and so on.

What only looks (``status``, ``why``) or ends something (``stop``, ``lock``) never starts an engine for that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from assistant.cli import recording, until
from assistant.cli.options import as_json
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, bold, counted, note, size
from assistant.cli.text import one_line
from assistant.cli.thinking import model_line
from memory.errors import EngineUnreachableError

_NOT_RUNNING = "The engine does not run."
_LATELY_MINUTES = 1440.0


@click.command(short_help="Start the engine and unlock the vault.")
@click.option("--locked", is_flag=True, help="Leave the vault locked.")
@pass_session
def start(session: Session, locked: bool) -> None:
    """Start the engine, the process that keeps the vault open and records, and unlock the vault.

    Other commands start it too when they need it.
    """
    with session.engine() as client:
        if not locked and client.state()["locked"]:
            session.unlock(client)
        answer(_engine_line(client.state()))


@click.command()
@pass_session
def stop(session: Session) -> None:
    """Stop the engine; the vault is locked and nothing is recorded until it is started again."""
    from assistant import client  # noqa: PLC0415

    if not client.stop(session.folder):
        note(_NOT_RUNNING)
        return
    answer("The engine has stopped.")


@click.command(short_help="Show what runs, what is recorded and what the vault holds.")
@as_json
@pass_session
def status(session: Session, as_json: bool) -> None:
    """Show whether the engine runs, whether anything is recorded, what the vault holds and what waits to be done.

    It starts nothing and asks for nothing: what the vault holds is only shown while it is unlocked.
    """
    session.require_vault()
    found = _found_in_process(session) if session.in_process else _found(session)
    found = {"vault": str(session.folder), **found, "keyring": session.in_keyring()}
    if as_json:
        answer_json(found)
    else:
        _show(session, found)


@click.command(short_help="Lock the vault, now or when it is idle.")
@click.option("--after", metavar="MINUTES", help="Not now: by itself when nobody used it so long; never ends that.")
@pass_session
def lock(session: Session, after: str | None) -> None:
    """Lock the vault: its keys leave the engine's memory, and nothing is recorded until it is unlocked."""
    if after is not None:
        _lock_after(session, after)
        return
    try:
        with session.engine(start=False) as client:
            client.lock()
    except EngineUnreachableError:
        if session.is_served():
            raise
        note(_NOT_RUNNING)
    answer("The vault is locked.")


@click.command()
@pass_session
def unlock(session: Session) -> None:
    """Unlock the vault in the engine, which is started if it does not run."""
    with session.engine() as client:
        if client.state()["locked"]:
            session.unlock(client)
    answer("The vault is unlocked.")


@click.command(short_help="Record nothing for a while.")
@click.argument("words", metavar="[TIME]", nargs=-1)
@click.option("--app", metavar="NAME", help="Only of this app.")
@pass_session
def pause(session: Session, words: tuple[str, ...], app: str | None) -> None:
    """Record nothing until TIME: 30m, 2h, tomorrow (6 in the morning), until 18:30 or forever.

    Without TIME it is until: inkling resume
    """
    end = until.moment(words, datetime.now().astimezone())
    with session.engine() as client:
        client.pause(end, app)
        was_seen = app is None or recording.was_seen(app, client.why(_LATELY_MINUTES))
    what = f"Nothing of {one_line(app)} is recorded" if app else "Nothing is recorded"
    answer(f"{what} {recording.until(end)}.")
    if not was_seen:
        note("No window of that name was seen lately; inkling why shows names. The pause holds all the same.")


@click.command()
@pass_session
def resume(session: Session) -> None:
    """End every pause."""
    with session.engine() as client:
        client.resume()
        found = client.state()["recording"]
    answer(f"No pause is in effect. Recording: {recording.state_line(found)}.")


@click.command(short_help="Show what was recorded in the last minutes, and why.")
@click.option(
    "--minutes", type=click.FloatRange(0.1, 1440), default=10, show_default=True, help="How far to look back."
)
@as_json
@pass_session
def why(session: Session, minutes: float, as_json: bool) -> None:
    """Show what was recorded, skipped or masked in the last minutes, and by which rule.

    What was on the screen is not shown.
    """
    decisions: list[dict[str, Any]] = []
    try:
        with session.engine(start=False) as client:
            decisions = client.why(minutes)
    except EngineUnreachableError:
        if session.is_served():
            raise
        note(_NOT_RUNNING)
    if as_json:
        answer_json(decisions)
        return
    for decision in decisions:
        answer(recording.decision_line(decision))
    if not decisions:
        note(f"Nothing was looked at in the last {counted(round(minutes), 'minute')}.")


def _lock_after(session: Session, after: str) -> None:
    """Have the vault lock itself after so many idle minutes, or never."""
    if after != "never" and not (after.isascii() and after.isdigit()):
        raise click.BadParameter("a number of minutes, or never", param_hint="--after")
    minutes = None if after == "never" else int(after)
    with session.assistant() as assistant:
        assistant.configure(auto_lock_minutes=minutes)
    how = "never locks itself" if minutes is None else f"locks itself after {counted(minutes, 'minute')} without use"
    answer(f"The vault {how}.")


def _found(session: Session) -> dict[str, Any]:
    """What the engine says of itself, and of the vault while that is unlocked."""
    try:
        with session.engine(start=False) as client:
            state = client.state()
            recorded = state.pop("recording")
            held: dict[str, Any] = {}
            if not state["locked"]:
                held = {**client.status(), "allowed": sorted(client.allowed()), "model": client.model()}
            return {"engine": state, "recording": recorded, **held}
    except EngineUnreachableError:
        if session.is_served():
            raise
        return {"engine": None, "recording": {"state": "off"}}


def _found_in_process(session: Session) -> dict[str, Any]:
    with session.assistant(writes=False) as assistant:
        held = {**assistant.status(), "allowed": sorted(assistant.allowed()), "model": assistant.model()}
    return {"engine": None, "recording": {"state": "off"}, **held}


def _show(session: Session, found: dict[str, Any]) -> None:
    answer(f"{bold('engine')}        {_engine_line(found['engine'])}")
    answer(f"{bold('recording')}     {recording.state_line(found['recording'])}")
    for number, line in enumerate(recording.folder_lines(found["recording"].get("folders") or {})):
        answer(f"{' ' * 7 if number else bold('folders')}       {line}")
    held = f" ({size(found['bytes'])}, encrypted)" if "bytes" in found else ""
    answer(f"{bold('vault')}         {session.folder}{held}")
    if "observations" in found:
        allowed = ", ".join(found["allowed"])
        answer(f"{bold('observations')}  {found['observations']:,}, {found['pending']:,} not yet looked at")
        answer(f"{bold('propositions')}  {found['propositions']:,}")
        answer(f"{bold('model')}         {model_line(found['model'], found['recording'].get('thinking'))}")
        answer(f"{bold('sensitive')}     {allowed + ' allowed' if allowed else 'no class allowed'}")
    answer(f"{bold('keyring')}       {'opens this vault' if found['keyring'] else 'not used'}")
    if found.get("unembedded"):
        answer(f"{bold('index')}         {counted(found['unembedded'], 'item')} to be indexed")


def _engine_line(state: dict[str, Any] | None) -> str:
    if state is None:
        return "does not run"
    how = "locked" if state["locked"] else "unlocked"
    return f"runs (process {state['pid']}, {size(state['memory_bytes'])}), {how}"
