"""Propositions that say nearly the same, told on one line.

Two are joined only where they are as sure as each other, one has every word of the other in the same order, and what
it has more denies nothing and names neither anybody nor any number: "plays the cello" goes into "plays the cello
badly", and not into "plays the cello on Mondays".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from assistant.profile import confidence_words
from assistant.summaries.checking import denies

if TYPE_CHECKING:
    from memory.records import Proposition

ALIKE = 0.7  # the share of the longer one's words that the shorter one must have
_WORD = re.compile(r"[\w'’-]+")
_FILLERS = frozenset("the a an very really also quite".split())


@dataclass(frozen=True, slots=True)
class _Worded:
    """A proposition with its words, taken apart once."""

    proposition: Proposition
    words: list[str]
    low: frozenset[str]
    sure: str

    @classmethod
    def of(cls, proposition: Proposition) -> Self:
        words = [word for word in _WORD.findall(proposition.text) if word.casefold() not in _FILLERS]
        return cls(proposition, words, frozenset(map(str.casefold, words)), confidence_words(proposition.confidence))


def joined(propositions: Sequence[Proposition]) -> list[list[Proposition]]:
    """Groups of what is nearly the same, in the order given, the one that says most first in each."""
    groups: list[list[_Worded]] = []
    for one in map(_Worded.of, propositions):
        near = next((group for group in groups if all(_alike(one, other) for other in group)), None)
        if near is None:
            groups.append([one])
        elif len(one.words) > len(near[0].words):
            near.insert(0, one)
        else:
            near.append(one)
    return [[one.proposition for one in group] for group in groups]


def _alike(one: _Worded, other: _Worded) -> bool:
    shorter, longer = (one, other) if len(one.words) <= len(other.words) else (other, one)
    if not shorter.words or not shorter.low <= longer.low or shorter.sure != longer.sure:
        return False
    if len(shorter.words) < ALIKE * len(longer.words):
        return False
    left = _left_over(shorter.words, longer.words)
    return left is not None and not any(map(_is_telling, left))


def _left_over(shorter: Sequence[str], longer: Sequence[str]) -> list[str] | None:
    """What the longer has beside the shorter, whose words it must have in their order."""
    rest = iter(longer)
    left: list[str] = []
    for word in shorter:
        for found in rest:
            if found.casefold() == word.casefold():
                break
            left.append(found)
        else:
            return None
    return [*left, *rest]


def _is_telling(word: str) -> bool:
    return word[0].isupper() or any(c.isdigit() for c in word) or denies(word)
