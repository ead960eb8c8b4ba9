"""Forgotten lines of a screen, recognised where they show again.

A line that says enough by itself is known wherever it comes up, also inside a longer line: a terminal may repeat it
behind a number. A short one, such as "I am pregnant", is known on the page where it was forgotten and nowhere else,
since "Reply all" is on many; there it stays out for good.

The surprising decision: what lies inside a longer line is found by marking how a forgotten line begins, not every part
of it, so that looking costs one mark for every word of a captured line: 25 microseconds, a millisecond or two for most
passages, a tenth of a second for one of 400 full lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate

from memory.records import Observation

TELLING_LETTERS = 16  # of a line's words, spaces counted, from which it says enough by itself
MOST_WORDS = 100  # of a forgotten line that is found inside a longer one

_WORDS = re.compile(r"\w+")

Mark = Callable[..., bytes]  # of any number of texts, under the vault's key
Among = Callable[[Iterable[bytes]], set[bytes]]  # which of some marks are remembered


class ForgottenLines:
    """Marks the lines of forgotten screen text, and takes those lines out of what is captured later."""

    def __init__(self, mark: Mark) -> None:
        self._mark = mark

    def marks(self, observation: Observation) -> set[bytes]:
        """What recognises the lines of an observation that is forgotten; nothing unless it was on a screen."""
        if observation.source != "screen":
            return set()
        place = _place(observation)
        marks: set[bytes] = set()
        for words in map(_words, observation.text.split("\n")):
            if not words:
                continue
            marks.add(self._line(place, words))
            if (head := _head(words)) is not None:
                marks.add(self._beginning(head))
        return marks

    def without(self, observation: Observation, among: Among) -> Observation:
        """An observation of a screen without the lines that were forgotten; any other as it is."""
        if observation.source != "screen":
            return observation
        place = _place(observation)
        lines = [(line, _words(line)) for line in observation.text.split("\n")]
        gone = among(mark for _, words in lines if words for mark in self._asked(place, words))
        if not gone:
            return observation
        left = (line for line, words in lines if not words or not self._is_gone(place, words, gone, among))
        return replace(observation, text="\n".join(left))

    def _asked(self, place: tuple[str, str], words: Sequence[str]) -> Iterator[bytes]:
        """The line as a whole, and what a forgotten line inside it would begin with."""
        yield self._line(place, words)
        for _, head in _heads(words):
            yield self._beginning(head)

    def _is_gone(self, place: tuple[str, str], words: Sequence[str], gone: set[bytes], among: Among) -> bool:
        if self._line(place, words) in gone:
            return True
        starts = (start for start, head in _heads(words) if self._beginning(head) in gone)
        return any(among(map(partial(self._line, place), _parts(words, start))) for start in starts)

    def _line(self, place: tuple[str, str], words: Sequence[str]) -> bytes:
        said = " ".join(words)
        return self._mark("line", said) if len(said) >= TELLING_LETTERS else self._mark("line", *place, said)

    def _beginning(self, head: Sequence[str]) -> bytes:
        return self._mark("line begins", " ".join(head))


def _heads(words: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Where a telling line may begin in another one, and its first words if one does."""
    for start in range(len(words)):
        head = _head(words[start : start + TELLING_LETTERS])
        if head is None:
            return  # what is left says too little
        yield start, head


def _head(words: Sequence[str]) -> Sequence[str] | None:
    """The first words that say enough together; None if all of them do not."""
    letters = accumulate((len(word) for word in words), lambda before, more: before + 1 + more)
    return next((words[: number + 1] for number, long in enumerate(letters) if long >= TELLING_LETTERS), None)


def _parts(words: Sequence[str], start: int) -> Iterator[Sequence[str]]:
    """What may be a telling line from there on, whole words only."""
    head = _head(words[start:])
    if head is not None:
        for end in range(start + len(head), min(len(words), start + MOST_WORDS) + 1):
            yield words[start:end]


def _place(observation: Observation) -> tuple[str, str]:
    """The page: its app, and its title whatever that counts."""
    title = (word for word in _words(observation.title or "") if not word.isdigit())
    return observation.app or "", " ".join(title)


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())
