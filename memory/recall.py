"""Hybrid recall: what memory holds that bears on a question, ranked.

Vectors and words each propose items, and their scores are added, not their ranks: rank fusion would let a lexical
match that means nothing drag the vectors down. A turn also gets a share of its neighbours' scores, because an answer
rarely repeats the words of its question. Propositions are weighed by confidence, which decays, so what is faded,
doubted or no longer true comes later and never silently vanishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memory.belief import believe
from memory.ids import public_id
from memory.question import is_request
from memory.records import Hit, ItemType, Proposition, Sensitivity

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt

    from memory.embedder import Embedder
    from memory.store import Store, Stored

POOL = 70  # items that vectors and words may each propose
WORDS_WEIGHT = 0.8  # of the lexical score (0 to 1) beside the cosine; chosen on development conversations
WORDS_WEIGHT_IN_REQUEST = 0.1  # a request seldom names the fact that matters (PrefEval recall@5: 0.54 -> 0.80)
FULL_MATCH = 16.0  # BM25 at which it is 1: absolute, because the best of poor matches is still a poor match
NEIGHBOUR_SHARE = 0.15  # of each neighbouring turn's score that a turn inherits; likewise (LoCoMo R@10 0.68 -> 0.72)
CONFIDENCE_WEIGHT = 0.15  # of a proposition's confidence
ENDED_PENALTY = 0.10  # for propositions no longer true at the time asked about
PROPOSITION_BONUS = 0.05  # a distilled fact before the raw line it came from


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, with everything that decides what may answer it."""

    text: str
    k: int
    at: datetime | None  # as asked: None means now, with no limit on when an observation was made
    now: datetime
    allowed: frozenset[Sensitivity]
    types: frozenset[ItemType] = field(default_factory=lambda: frozenset(("proposition", "observation")))


class Recall:
    """Ranked retrieval from one store."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    def hits(self, asked: Asked) -> list[Hit]:
        """The ``asked.k`` best hits, best first."""
        if not asked.text.strip() or asked.k <= 0:
            return []
        query = self._embedder.embed([asked.text])[0]
        found: list[Hit] = []
        if "proposition" in asked.types:
            found += self._propositions(asked, query)
        if "observation" in asked.types:
            found += self._observations(asked, query)
        return sorted(found, key=lambda h: (-h.score, h.id))[: asked.k]

    def _propositions(self, asked: Asked, query: npt.NDArray[np.float32]) -> list[Hit]:
        scores, cosines = self._scores(asked.text, query, "proposition")
        hits = []
        for row, held in self._store.propositions.get(scores).items():
            proposition = believe(held, asked.at or asked.now, asked.allowed)
            if proposition is None or proposition.status in ("rejected", "quarantined"):
                continue
            score = scores[row] + PROPOSITION_BONUS + CONFIDENCE_WEIGHT * (proposition.confidence - 0.5)
            score -= ENDED_PENALTY * (proposition.status == "superseded")
            hits.append(_proposition_hit(proposition, score, cosines.get(row, 0.0), held.created_at))
        return hits

    def _observations(self, asked: Asked, query: npt.NDArray[np.float32]) -> list[Hit]:
        scores, cosines = self._scores(asked.text, query, "observation")
        scores = self._with_neighbours(query, scores, cosines)
        ranked = sorted(scores, key=lambda row: (-scores[row], row))
        hits: list[Hit] = []
        page = max(asked.k, 10)
        for start in range(0, len(ranked), page):  # read the texts of as many as it takes to fill k
            rows = ranked[start : start + page]
            stored, hidden = self._store.observations.get(rows), self._quarantined(asked, rows)
            hits += [
                _observation_hit(stored[row], scores[row], cosines.get(row, 0.0))
                for row in rows
                if row in stored and row not in hidden and _made_by(stored[row], asked.at)
            ]
            if len(hits) >= asked.k:
                break
        return hits

    def _scores(
        self, text: str, query: npt.NDArray[np.float32], item: ItemType
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Fused scores and cosines of what vectors and words propose, by row."""
        cosines = dict(self._store.vectors[item].search(query, POOL))
        words = self._store.words[item].search(text, POOL)
        missing = [row for row, _ in words if row not in cosines]
        cosines |= dict(self._store.vectors[item].cosines(query, missing))
        weight = WORDS_WEIGHT_IN_REQUEST if is_request(text) else WORDS_WEIGHT
        scores = dict(cosines)
        for row, score in words:
            scores[row] = scores.get(row, 0.0) + weight * min(1.0, score / FULL_MATCH)
        return scores, cosines

    def _with_neighbours(
        self, query: npt.NDArray[np.float32], scores: dict[int, float], cosines: dict[int, float]
    ) -> dict[int, float]:
        """Scores with each turn's share of the turns next to it; brings in neighbours nothing had proposed."""
        best = sorted(scores, key=lambda row: -scores[row])[:POOL]
        beside = self._store.observations.beside(best)
        missing = list(beside.keys() - cosines.keys())
        cosines |= dict(self._store.vectors["observation"].cosines(query, missing))
        own = {row: scores.get(row, cosines.get(row, 0.0)) for row in scores.keys() | beside.keys()}
        inherited = {
            row: NEIGHBOUR_SHARE * sum(max(0.0, own.get(other, 0.0)) for other in others)
            for row, others in beside.items()
        }
        return {row: score + inherited.get(row, 0.0) for row, score in own.items()}

    def _quarantined(self, asked: Asked, rows: Sequence[int]) -> set[int]:
        """Rows of observations that a quarantined proposition rests on: they are not shown either."""
        resting = self._store.propositions.of_observations(rows)
        held = self._store.propositions.get({p for ps in resting.values() for p in ps})
        closed = {
            row
            for row, one in held.items()
            if (p := believe(one, asked.now, asked.allowed)) is not None and p.status == "quarantined"
        }
        return {row for row, propositions in resting.items() if closed & set(propositions)}


def _made_by(stored: Stored, at: datetime | None) -> bool:
    return at is None or stored.observation.at <= at


def _proposition_hit(proposition: Proposition, score: float, cosine: float, created_at: datetime) -> Hit:
    return Hit(
        id=proposition.id, type="proposition", text=proposition.text, score=score,
        at=max((e.at for e in proposition.evidence), default=created_at), observation_key=None,
        evidence=proposition.evidence, relevance=cosine,
    )  # fmt: skip


def _observation_hit(stored: Stored, score: float, cosine: float) -> Hit:
    o = stored.observation
    return Hit(
        id=public_id("observation", stored.row), type="observation", text=o.text, score=score, at=o.at,
        observation_key=o.key, relevance=cosine, speaker=o.speaker,
    )  # fmt: skip
