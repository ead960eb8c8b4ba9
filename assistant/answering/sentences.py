"""A model's answer as it is written, taken apart into sentences with the numbers they cite, each as soon as it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = re.compile(r"(?:\s*\[\d{1,4}(?:\s*,\s*\d{1,4})*\])+")
_NUMBER = re.compile(r"\d+")
_BULLET = re.compile(r"^[\s.,;:!?*•–-]+(?=\S)|^\d+[.)]\s+")
_NOTHING = " \t\r\n.,;:!?*•–-"
_LONGEST = 4000  # characters without a citation, beyond which it is no answer


@dataclass(frozen=True, slots=True)
class Sentence:
    """What stands before a run of citation marks, and the numbers in them, as they were written."""

    text: str
    numbers: tuple[int, ...]


class Sentences:
    """Hears an answer in pieces of any size."""

    def __init__(self) -> None:
        self._text = ""

    def hear(self, piece: str) -> Iterator[Sentence]:
        """The sentences that ended with this piece: their marks are complete and something else follows."""
        self._text += piece
        yield from self._complete(at_end=False)
        self._text = self._text[-_LONGEST:]

    def end(self) -> Iterator[Sentence]:
        """The sentences that end with the text."""
        yield from self._complete(at_end=True)

    @property
    def rest(self) -> str:
        """What was said since the last citation."""
        return self._text.strip(_NOTHING)

    def _complete(self, *, at_end: bool) -> Iterator[Sentence]:
        done = 0
        for marks in _MARKS.finditer(self._text):
            follows = self._text[marks.end() :].strip()
            if not at_end and (not follows or follows.startswith("[")):
                break
            text = _tidy(self._text[done : marks.start()])
            done = marks.end()
            if text:
                yield Sentence(text, tuple(dict.fromkeys(int(n) for n in _NUMBER.findall(marks[0]))))
        self._text = self._text[done:]


def _tidy(text: str) -> str:
    """A sentence on one line, with a full stop where it has none and without what makes it an item of a list."""
    line = _BULLET.sub("", " ".join(text.split())).strip()
    if not line.strip(_NOTHING):
        return ""
    return line if line.endswith((".", "!", "?", "…", "”", '"', "’")) else line.rstrip(",;: ") + "."
