"""What the list shows, a row for each item, made of records alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.profile import confidence_words
from tui import wording
from tui.text import folded

if TYPE_CHECKING:
    from datetime import datetime

    from memory.records import Hit, Proposition


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``confidence`` is None for an observation; ``certainty`` and ``detail`` are the two words beside it."""

    id: str
    text: str
    confidence: float | None
    certainty: str
    detail: str
    mark: str
    needle: str  # what the filter looks into


def of_proposition(proposition: Proposition, now: datetime) -> Row:
    """A row for a believed proposition: how sure, on what basis, and when last supported."""
    return Row(
        id=proposition.id,
        text=wording.headline(proposition.text),
        confidence=proposition.confidence,
        certainty=confidence_words(proposition.confidence),
        detail=_detail(proposition, now),
        mark=_mark(proposition),
        needle=folded(proposition.text),
    )


def of_hit(hit: Hit, known: Mapping[str, Row], now: datetime) -> Row:
    """A row for a result of recall; ``known`` are the rows of propositions by id, which say how sure they are."""
    if hit.id in known:
        return known[hit.id]
    who = wording.speaker(hit.speaker) if hit.type == "observation" else "believed"
    return Row(hit.id, wording.headline(hit.text), None, who, wording.short_age(hit.at, now), "“", folded(hit.text))


def matching(rows: list[Row], query: str) -> list[Row]:
    """The rows that hold every word of ``query``, whatever case or accents, in their order."""
    words = folded(query).split()
    return [row for row in rows if all(word in row.needle for word in words)]


def _detail(proposition: Proposition, now: datetime) -> str:
    if proposition.status == "quarantined":
        return proposition.sensitivity or "set aside"
    basis = wording.SHORT_BASES[proposition.basis]
    last = max((e.at for e in proposition.evidence), default=None)
    return f"{basis} · {wording.short_age(last, now)}" if last else basis


def _mark(proposition: Proposition) -> str:
    if proposition.pinned:
        return "★"
    if proposition.status == "review":
        return "?"
    return "✓" if proposition.basis == "user" else " "
