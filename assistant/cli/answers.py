"""An answer on the way to the terminal: sentence by sentence as it is written, what it rests on after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from assistant.cli.terminal import answer, dim
from assistant.cli.text import one_line, safe
from assistant.cli.wording import answered, citations

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from memory.records import Answer, Turn


class Streamed:
    """Prints what it hears of one answer, made safe."""

    def __init__(self) -> None:
        self.begun = False

    def hear(self, piece: str) -> None:
        """Print a piece at once."""
        if piece:
            self.begun = True
            click.echo(safe(piece), nl=False)


def ask(assistant: Verbs, question: str, at: datetime | None = None, turns: Sequence[Turn] = ()) -> Answer:
    """Ask, and print the answer: as it comes on a terminal, whole elsewhere."""
    if not sys.stdout.isatty():
        found = assistant.ask(question, at=at, turns=turns)
        if found.asked:
            answer(_understood(found.asked))
        answer(answered(found))
        return found
    return show(lambda told: assistant.ask(question, at=at, turns=turns, told=told))


def show(asking: Callable[[Callable[[str], None]], Answer]) -> Answer:
    """Print an answer as it comes; if it is broken off, what follows is on a line of its own."""
    streamed = Streamed()
    try:
        found = asking(streamed.hear)
    except BaseException:
        if streamed.begun:
            answer()
        raise
    if found.asked:
        answer(("\n" if streamed.begun else "") + _understood(found.asked))
    elif streamed.begun:
        answer()
    if not streamed.begun:
        answer(safe(found.text))
    if found.citations:
        answer("\n" + "\n".join(citations(found)))
    return found


def _understood(asked: str) -> str:
    """How a question was understood that leaned on those before it."""
    return dim(f"({one_line(asked)})")
