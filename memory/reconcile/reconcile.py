"""Relate a verified draft to what is held: add evidence, revise, close, or add anew.

Deterministic code around one small judgement (:class:`RelationJudge`): candidates come from vectors and exact wording,
the judge labels each pair, and the table below says what a label may do. The surprising decision: no label deletes.
The worst a wrong one can do is close a proposition's validity, which history shows and the user can undo; and nothing
an observer says ever closes, rewords or revives what the user decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Protocol

from memory.records import Draft, Relation, Revision

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from memory.embedder import Embedder
    from memory.forgetting import Forgetting
    from memory.store import Held, Store, Stored

NEAR = 0.5  # cosine below which two propositions are not compared; 97% of related development pairs are above
CANDIDATES = 8
SURE = 0.6  # probability a contradiction or supersession needs before it may close anything


class Judge(Protocol):
    """Says what a new proposition means for an old one."""

    def judge(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> Relation:
        """The relation of new to old, two propositions about the same user."""
        ...


class Reconciler:
    """Brings drafts into one store."""

    def __init__(self, store: Store, embedder: Embedder, judge: Judge, forgetting: Forgetting) -> None:
        self._store = store
        self._embedder = embedder
        self._judge = judge
        self._forgetting = forgetting

    def add(self, drafts: Sequence[tuple[Draft, Stored]], made_by: str, at: datetime) -> Counter[str]:
        """Reconcile drafts, each with the observation it quotes, in order; counts by what happened to them.

        Call inside the transaction that marks their observations as distilled.
        """
        counts: Counter[str] = Counter()
        vectors = self._embedder.embed([draft.text for draft, _ in drafts])
        for (draft, source), vector in zip(drafts, vectors, strict=True):
            key = source.observation.stable_key
            if self._forgetting.claim_forgotten(draft.text, key, draft.quote, draft.start or 0):
                counts["forgotten"] += 1
                continue
            counts[self._add(draft, source, vector, made_by, at)] += 1
        return counts

    def _add(self, draft: Draft, source: Stored, vector: npt.NDArray[np.float32], made_by: str, at: datetime) -> str:
        """Bring in one draft; the name of what happened."""
        closing: list[Held] = []
        closed_by: Held | None = None
        review: str | None = None
        for held in self._candidates(draft, source, vector):
            relation, newer = self._relation(held, draft, source)
            if relation.label in ("same", "general") or (relation.label == "refines" and not newer):
                return self._support(held, draft, source, made_by, at)
            if relation.label == "refines":
                return self._refine(held, draft, source, made_by, at)
            if relation.label in ("contradicts", "supersedes") and held.verdict != "rejected":
                if held.verdict is not None or held.pinned:
                    review = "it does not fit with what you said"
                elif relation.probability < SURE:
                    review = review or "it may contradict something else believed"
                elif newer:
                    closing.append(held)
                else:
                    closed_by = held
        row = self._insert(draft, source, vector, made_by, at, closed_by)
        if review:  # what is in doubt itself ends nothing
            self._store.propositions.change(row, review=review)
            return "review"
        for held in closing:
            self._close(held, row, draft, source, at)
        return "superseding" if closing else "new"

    def _candidates(self, draft: Draft, source: Stored, vector: npt.NDArray[np.float32]) -> list[Held]:
        """Propositions a draft may be about, nearest first: those worded exactly so, then near ones still open.

        Said again after it had ended, a claim is a new one with a time of its own; unless the user rejected it.
        """
        exact = self._store.propositions.with_text(draft.text)
        near = [row for row, cosine in self._store.vectors["proposition"].search(vector, CANDIDATES) if cosine >= NEAR]
        rows = list(dict.fromkeys([*exact, *near]))
        held = self._store.propositions.get(rows)
        said_at = source.observation.at
        return [
            one
            for one in (held[row] for row in rows if row in held)
            if one.valid_to is None or (one.row in exact and (one.verdict is not None or said_at < one.valid_to))
        ]

    def _relation(self, held: Held, draft: Draft, source: Stored) -> tuple[Relation, bool]:
        """The relation of the later claim to the earlier one, and whether the draft is the later one."""
        if held.text.casefold() == draft.text.casefold():
            return Relation(label="same", probability=0.99), True
        last = max((s.evidence.at for s in held.supports), default=held.created_at)
        if source.observation.at >= last:
            return self._judge.judge(held.text, draft.text, last, source.observation.at), True
        return self._judge.judge(draft.text, held.text, source.observation.at, last), False

    def _support(self, held: Held, draft: Draft, source: Stored, made_by: str, at: datetime) -> str:
        added = self._store.propositions.add_evidence(held.row, draft, source, "supports", at, made_by)
        return "supported" if added else "known"

    def _refine(self, held: Held, draft: Draft, source: Stored, made_by: str, at: datetime) -> str:
        """Support a proposition and take over the richer wording, unless the user worded it or it is not news."""
        outcome = self._support(held, draft, source, made_by, at)
        if outcome == "known" or held.verdict is not None or held.pinned:
            return outcome
        self._store.propositions.change(held.row, text=draft.text, sensitivity=held.sensitivity or draft.sensitivity)
        self._record(held.row, source, at, "refine", held.text, draft.text, "more detail was seen")
        self._embed(held.row, draft.text)
        return "refined"

    def _insert(
        self, draft: Draft, source: Stored, vector: npt.NDArray[np.float32], made_by: str, at: datetime,
        closed_by: Held | None,
    ) -> int:  # fmt: skip
        valid_to = expiry(draft, source)
        if closed_by is not None:
            valid_to = min(filter(None, (valid_to, _first(closed_by))), default=None)
        row = self._store.propositions.add(draft, None, valid_to, at)
        self._store.propositions.add_evidence(row, draft, source, "supports", at, made_by)
        self._record(row, source, at, "add", None, draft.text, "first seen")
        self._store.vectors["proposition"].add([row], vector[None, :])
        if closed_by is not None:
            self._store.propositions.change(row, superseded_by=closed_by.row)
        return row

    def _close(self, held: Held, by: int, draft: Draft, source: Stored, at: datetime) -> None:
        """Let an older proposition end where the newer one begins."""
        self._store.propositions.change(held.row, valid_to=source.observation.at, superseded_by=by)
        self._store.propositions.change(by, valid_from=source.observation.at)
        self._record(held.row, source, at, "supersede", held.text, draft.text, "something later replaced it")

    def _record(
        self, row: int, source: Stored, at: datetime, action: str, before: str | None, after: str, reason: str
    ) -> None:
        revision = Revision(at=at, actor="inkling", action=action, before=before, after=after, reason=reason)
        self._store.propositions.record(row, revision, source.row)

    def _embed(self, row: int, text: str) -> None:
        self._store.vectors["proposition"].add([row], self._embedder.embed([text]))


def expiry(draft: Draft, source: Stored) -> datetime | None:
    """The end of the day a draft says it holds until, in the zone it was said in; None if it says nothing."""
    if draft.until is None:
        return None
    zone = source.observation.at.tzinfo or UTC
    return datetime.combine(draft.until, time.max, tzinfo=zone)


def _first(held: Held) -> datetime:
    return min((s.evidence.at for s in held.supports), default=held.created_at)
