"""Propositions that say nearly the same, told on one line.

Two are joined only where they are as sure as each other, one has every word of the other in the same order, and what
it has more denies nothing and names neither anybody nor any number: "plays the cello" goes into "plays the cello
badly", and not into "plays the cello on Mondays".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.profile import confidence_words
from assistant.summaries.checking import denies

if TYPE_CHECKING:
    from memory.records import Proposition

ALIKE = 0.7  # the share of the longer one's words that the shorter one must have
_WORD = re.compile(r"[\w'’-]+")
_FILLERS = frozenset("the a an very really also quite".split())


def joined(propositions: Sequence[Proposition]) -> list[list[Proposition]]:
    """Groups of what is nearly the same, in the order given, the one that says most first in each."""
    words = {p.id: _words(p.text) for p in propositions}
    groups: list[list[Proposition]] = []
    for proposition in propositions:
        near = next((g for g in groups if all(_alike(proposition, other, words) for other in g)), None)
        if near is None:
            groups.append([proposition])
        elif len(words[proposition.id]) > len(words[near[0].id]):
            near.insert(0, proposition)
        else:
            near.append(proposition)
    return groups


def _alike(one: Proposition, other: Proposition, words: Mapping[str, list[str]]) -> bool:
    shorter, longer = sorted((words[one.id], words[other.id]), key=len)
    if not shorter or len(shorter) < ALIKE * len(longer):
        return False
    if confidence_words(one.confidence) != confidence_words(other.confidence):
        return False
    left = _left_over(shorter, longer)
    return left is not None and not any(_is_telling(word) for word in left)


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


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.casefold() not in _FILLERS]


def _is_telling(word: str) -> bool:
    return word[0].isupper() or any(c.isdigit() for c in word) or denies(word)
