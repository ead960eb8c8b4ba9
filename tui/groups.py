"""How propositions are divided at the side: all, what to look at, each kind, and what is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.profile import sections

if TYPE_CHECKING:
    from memory.records import Proposition

ALL, REVIEW, ASIDE = "all", "review", "aside"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of propositions with its title."""

    key: str
    title: str
    propositions: tuple[Proposition, ...]


def grouped(propositions: Sequence[Proposition]) -> list[Group]:
    """The groups that have something in them, all first; what is quarantined is in its own group alone."""
    used = [p for p in propositions if p.status != "quarantined"]
    review = tuple(p for p in used if p.status == "review")
    aside = tuple(p for p in propositions if p.status == "quarantined")
    found = [
        Group(ALL, "All", tuple(used)),
        Group(REVIEW, "To review", review),
        *(Group(section.kind, section.title, tuple(section.propositions)) for section in sections(used)),
        Group(ASIDE, "Set aside", aside),
    ]
    return [group for group in found if group.propositions or group.key == ALL]
