"""``chat``: questions and answers in a plain terminal, each understood in the light of those before it.

The surprising decision: the greeting counts as an answer. What is said to Inkling first ("I moved to Lisbon") is then a
reply in a conversation, and is noted; a question by itself, as ``inkling ask`` has it, never changes anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from assistant.cli import terminal
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, dim, note

if TYPE_CHECKING:
    from memory.records import Turn

GREETING = "Ask, or say what is not so any more."
TURNS = 8  # exchanges that the next one may lean on
PROMPT = "> "


@click.command(short_help="Ask in a conversation, and correct what is wrong.")
@pass_session
def chat(session: Session) -> None:
    """Ask in a conversation: a question may lean on the ones before it ("and my sister?").

    What you say about yourself in it is noted as your own word: "no, I moved to Lisbon", "that is wrong". Ctrl-C stops
    an answer, Ctrl-D ends the conversation. The conversation itself is not kept.
    """
    from assistant.cli import answers  # noqa: PLC0415
    from memory.records import Turn  # noqa: PLC0415

    with session.assistant() as assistant:
        turns: list[Turn] = [Turn(question="", answer=GREETING)]
        if terminal.is_interactive():
            note(dim(f"{GREETING} Ctrl-C stops an answer, Ctrl-D ends this; nothing of it is kept."))
        for message in _messages():
            try:
                found = answers.ask(assistant, message, turns=turns[-TURNS:])
            except KeyboardInterrupt:
                note("stopped")
                continue
            turns.append(Turn(question=message, answer=found.text, cited=tuple(hit.id for hit in found.citations)))
            answer()


def _messages() -> Iterator[str]:
    """What is typed, line by line, until the input ends; Ctrl-C at the prompt begins the line anew."""
    if not terminal.is_interactive():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    with suppress(ImportError):  # lines can be edited where the system has it; kept in this process alone
        import readline  # noqa: F401, PLC0415
    while True:
        try:
            typed = input(PROMPT).strip()
        except KeyboardInterrupt:
            note("")
            continue
        except EOFError:
            note("")
            return
        if typed:
            yield typed
