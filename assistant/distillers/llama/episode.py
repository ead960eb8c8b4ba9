"""One thread as the lines of a prompt: who said what and when, and which of it may be quoted.

The surprising decision: a line that no fact may come from has no number. What was read before, what an assistant wrote
and what Inkling itself shows are there to be understood, and since the answer must name a number, nothing can be drawn
from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.llm.prompting import fenced
from assistant.verify import is_own_screen
from memory.records import ASSISTANT, ME

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from memory.records import Observation

LONGEST = 8000  # characters of one line that are ever looked at; a screen full of text has about 3000
BEFORE = 8  # lines kept before one that may be quoted
AFTER = 2  # and after it, where things are taken back
_NAME = 60  # bytes of a speaker, an app or a thread as the prompt has it, and of a title
_TITLE = 160
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@dataclass(frozen=True, slots=True)
class Line:
    """One observation in a prompt. ``text`` is what is shown of it, a prefix of its own; it may be ``quotable``."""

    observation: Observation
    quotable: bool
    text: str

    @property
    def mine(self) -> bool:
        """Whether the user wrote it."""
        return self.observation.speaker == ME

    def numbered(self, number: int, since: datetime) -> str:
        """As a line to draw from. The time says the day too if that is not the day of ``since``."""
        return fenced([number, _who(self.observation), _time(self.observation.at, since), self.text])

    def before(self) -> str:
        """As a line that only explains."""
        return fenced(["before", _who(self.observation), self.text])


def lines(thread: Sequence[Observation], new: Collection[str] | None) -> list[Line]:
    """The lines of one thread, without those that are too far from any that may be quoted to explain it.

    ``new`` are the stable keys of what may be quoted, if its kind allows that; None is all of them.
    """
    every = [
        Line(one, _quotable(one) and (new is None or one.stable_key in new), one.text[:LONGEST])
        for one in thread
        if one.text.strip()
    ]
    near = {at + distance for at, line in enumerate(every) if line.quotable for distance in range(-BEFORE, AFTER + 1)}
    return [line for at, line in enumerate(every) if at in near]


def header(first: Observation) -> str:
    """Where and when: enough to resolve "tomorrow", and what a screen's text belongs to."""
    found = {
        "app": _cut(first.app, _NAME),
        "title": _cut(first.title, _TITLE),
        "thread": _cut(first.thread, _NAME) if first.speaker is not None else None,
        "day": _day(first.at),
        "zone": f"{first.at:%z}",
    }
    return fenced({name: value for name, value in found.items() if value})


def _quotable(observation: Observation) -> bool:
    return observation.speaker != ASSISTANT and not is_own_screen(observation)


def _who(observation: Observation) -> str:
    """Whose words. Others are marked as such, so that nobody can call himself "user"."""
    roles: dict[str | None, str] = {None: "screen", ME: "user", ASSISTANT: "assistant"}
    return roles.get(observation.speaker) or f"other: {_cut(observation.speaker, _NAME)}"


def _cut(label: str | None, most: int) -> str:
    """The start of a label that takes at most so many bytes, however it must be escaped."""
    short = (label or "")[:most]
    while len(fenced(short).encode()) > most + 2:
        short = short[:-1]
    return short


def _time(at: datetime, since: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == since.date() else f"{_day(at)} {at:%H:%M}"


def _day(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at.date().isoformat()}"
