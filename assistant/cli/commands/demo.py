"""``demo``: watch an invented person's weeks come in, then look around in what was learnt."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from assistant.cli.exits import OK
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, bold, counted, dim, note
from assistant.cli.text import excerpt, one_line, safe

if TYPE_CHECKING:
    from assistant.core import Assistant
    from assistant.demo import Persona, Step

_LEARNT_SHOWN = 4  # of one week, while it comes in


@click.command()
@click.option("--plain", is_flag=True, help="Print the profile, questions and answers instead of opening the UI.")
@pass_session
def demo(session: Session, plain: bool) -> int:
    """Try Inkling on an invented person, in a vault that is thrown away.

    Nothing of yours is read or kept. Without a terminal it prints what --plain prints.
    """
    from assistant.demo import HATSUE, throwaway  # noqa: PLC0415 - loads everything

    note(f"{bold(HATSUE.name)} is invented: {HATSUE.summary}.")
    note("What comes in goes into an encrypted vault in a temporary folder, deleted when the demo ends.\n")
    with _ended_by_signals(), throwaway(HATSUE) as (assistant, replay):
        for step in replay:
            _show_step(step)
        if session.open_ui is not None and not plain and sys.stdin.isatty() and sys.stdout.isatty():
            return session.open_ui(assistant.vault.folder, assistant)
        _print_all(assistant, HATSUE)
    return OK


def _show_step(step: Step) -> None:
    chats = sum(o.source == "chat" for o in step.observations)
    screens = len(step.observations) - chats
    line = f"Week of {step.monday.day} {step.monday:%B}: {counted(chats, 'message')}, {counted(screens, 'screen')}"
    note(line + (f", {counted(step.redacted, 'secret')} removed" if step.redacted else ""))
    for proposition in step.learnt[:_LEARNT_SHOWN]:
        note(click.style("  + ", fg="green") + excerpt(proposition.text, 100))
    if more := step.learnt[_LEARNT_SHOWN:]:
        note(dim(f"    and {len(more)} more"))


def _print_all(assistant: Assistant, persona: Persona) -> None:
    from assistant.cli.commands.reading import profile_text  # noqa: PLC0415
    from assistant.cli.wording import answered  # noqa: PLC0415

    answer(bold(f"What Inkling believes about {one_line(persona.name)}"))
    answer("\n" + profile_text(assistant.propositions()))
    for question in persona.questions:
        answer("\n" + bold(f"? {safe(question)}"))
        answer(answered(assistant.ask(question)))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a closed terminal or a polite kill end the block as an exception does, so that the vault is deleted."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), end) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
