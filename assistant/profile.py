"""What is believed about the user, in the order a person would tell it: the same for every client.

The surprising decision: confidence is given in four words and not ten, because a reader can tell four apart; whoever
wants the number has it beside the word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.records import Kind, Proposition

TITLES: dict[Kind, str] = {
    "identity": "Who they are",
    "relationship": "People",
    "work": "Work",
    "skill": "Skills",
    "preference": "Likes and dislikes",
    "routine": "Habits",
    "belief": "Views",
    "possession": "Things they have",
    "plan": "Plans",
    "event": "What happened",
    "state": "How things are now",
}
_WORDS = ((0.9, "almost sure"), (0.7, "likely"), (0.45, "maybe"), (0.0, "a guess"))


@dataclass(frozen=True, slots=True)
class Section:
    """The propositions of one kind under its title, in the order they were given."""

    kind: Kind
    title: str
    propositions: tuple[Proposition, ...]


def sections(propositions: Iterable[Proposition]) -> list[Section]:
    """Propositions by kind, lasting things before passing ones; kinds without any are left out."""
    by_kind: dict[Kind, list[Proposition]] = {}
    for proposition in propositions:
        by_kind.setdefault(proposition.kind, []).append(proposition)
    return [Section(kind, title, tuple(by_kind[kind])) for kind, title in TITLES.items() if kind in by_kind]


def confidence_words(confidence: float) -> str:
    """A probability in words: "almost sure" (0.9 and up), "likely" (0.7), "maybe" (0.45) or "a guess"."""
    return next((words for least, words in _WORDS if confidence >= least), "a guess")


def bar(confidence: float, width: int = 5, full: str = "▮", empty: str = "▯") -> str:
    """A probability as a bar of ``width`` characters, rounded to the nearest."""
    filled = min(max(round(confidence * width), 0), width)
    return full * filled + empty * (width - filled)
