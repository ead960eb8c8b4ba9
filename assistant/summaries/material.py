"""What a model is given to summarise, and what it is not: the lines of a thread or a day, and what was drawn from them.

The surprising decision: a line is withheld whole if a proposition rests on it that is set aside as sensitive, that the
user rejected or that they forgot. The model would say it again in its own words, and nothing could then take it back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.summaries.sampling import chosen
from assistant.summaries.subjects import Subject
from assistant.verify import is_own_screen
from memory.belief import believe
from memory.ids import public_id

if TYPE_CHECKING:
    from memory.forgetting import Forgetting
    from memory.records import Observation, Proposition, Sensitivity
    from memory.store import Store, Stored

MOST_LINES = 60
MOST_KNOWN = 12
CLIPPED = 300  # characters of a line that are shown: a message is shorter, a page of a screen says what it is by then


@dataclass(frozen=True, slots=True)
class Material:
    """What may be shown of one subject: ``lines`` the most telling first, ``known`` what was drawn from them.

    ``beneath`` are the ids of every proposition that rests on these lines, shown or not.
    """

    subject: Subject
    lines: tuple[Stored, ...]
    known: tuple[Proposition, ...]
    beneath: frozenset[str]

    def digest(self, made_by: str) -> bytes:
        """What tells this from other material for a prompt."""
        lines = sorted((s.row, clipped(s.observation)) for s in self.lines)
        known = [(p.id, p.text) for p in self.known]
        return hashlib.sha256(json.dumps([made_by, self.subject.key, lines, known]).encode()).digest()

    def sources(self, lines: Sequence[Stored]) -> set[str]:
        """The ids of everything that what is made from these of the lines depends on."""
        return {public_id("observation", s.row) for s in lines} | {p.id for p in self.known} | self.beneath


class Gatherer:
    """Gathers the material of one store."""

    def __init__(self, store: Store, forgetting: Forgetting, allowed: Callable[[], frozenset[Sensitivity]]) -> None:
        self._store = store
        self._forgetting = forgetting
        self._allowed = allowed

    def gather(self, subject: Subject, now: datetime) -> Material:
        """What may be shown of a subject now."""
        summaries = self._store.summaries
        rows = summaries.rows_of_day(subject.day) if subject.kind == "day" else summaries.rows_of_thread(subject.thread)
        resting = self._store.propositions.of_observations(rows)
        believed = self._believed({p for ps in resting.values() for p in ps}, now)
        free = [row for row in rows if not _is_withheld(resting.get(row, ()), believed)]
        picked = chosen(free, resting.keys(), MOST_LINES)
        held = self._store.observations.get(picked)
        lines = tuple(held[row] for row in picked if row in held and self._may_be_shown(held[row].observation))
        beneath = {p for s in lines for p in resting.get(s.row, ())}
        return Material(subject, lines, _known(believed, beneath), frozenset(_ids(beneath)))

    def still_holds(self, material: Material, now: datetime) -> bool:
        """Whether all of it is still there, worded the same and may be shown. Call inside the transaction."""
        rows = [s.row for s in material.lines]
        held = self._store.observations.get(rows)
        resting = self._store.propositions.of_observations(rows)
        believed = self._believed({p for ps in resting.values() for p in ps}, now)
        texts = {p.id: p.text for p in believed.values() if p.status in ("believed", "review")}
        return (
            all(s.row in held and held[s.row].observation.text == s.observation.text for s in material.lines)
            and all(self._may_be_shown(s.observation) for s in held.values())
            and not any(_is_withheld(resting.get(row, ()), believed) for row in rows)
            and all(texts.get(p.id) == p.text for p in material.known)
        )

    def _believed(self, rows: Collection[int], now: datetime) -> dict[int, Proposition]:
        held, allowed = self._store.propositions.get(rows), self._allowed()
        return {row: p for row, one in held.items() if (p := believe(one, now, allowed)) is not None}

    def _may_be_shown(self, observation: Observation) -> bool:
        """Whether it is no screen of Inkling's own, and nothing that was drawn from it was forgotten."""
        if is_own_screen(observation) or not observation.text.strip():
            return False
        if not self._store.tombstones.any():
            return True
        shown = clipped(observation)
        return not self._forgetting.claim_forgotten("", observation.stable_key, shown, 0)


def clipped(observation: Observation) -> str:
    """As much of an observation's text as is shown."""
    return observation.text[:CLIPPED]


def _is_withheld(resting: Collection[int], believed: dict[int, Proposition]) -> bool:
    return any(row in believed and believed[row].status in ("quarantined", "rejected") for row in resting)


def _known(believed: dict[int, Proposition], beneath: Collection[int]) -> tuple[Proposition, ...]:
    """What is believed of what rests on the lines, the best supported first: an order that time does not change."""
    shown = [(row, p) for row, p in believed.items() if row in beneath and p.status in ("believed", "review")]
    shown.sort(key=lambda pair: (not pair[1].pinned, -len(pair[1].evidence), pair[0]))
    return tuple(p for _, p in shown[:MOST_KNOWN])


def _ids(rows: Collection[int]) -> set[str]:
    return {public_id("proposition", row) for row in rows}
