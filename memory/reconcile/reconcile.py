"""Relate a verified draft to what is held: add evidence, revise, close, or add anew.

Deterministic code around one small judgement (:class:`RelationJudge`): candidates come from vectors and exact wording,
the judge labels each pair, and the table below says what a label may do. The surprising decision: no label deletes.
The worst a wrong one can do is close a proposition's validity, which history shows and the user can undo; and nothing
an observer says ever closes, rewords or revives what the user decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Protocol

from memory.reconcile.relate import DOUBTFUL, ENDING
from memory.records import Draft, Relation, Revision
from memory.store.doubts import Doubt

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from memory.embedder import Embedder
    from memory.forgetting import Forgetting
    from memory.store import Held, Store, Stored

NEAR = 0.5  # cosine below which two propositions are not compared; 97% of related development pairs are above
CANDIDATES = 8
SURE = 0.6  # probability a contradiction or supersession needs before it may close anything
MAY_CONTRADICT = "it may contradict something else believed"  # a review mark
UNFIT = "it does not fit with what you said"  # another


class Judge(Protocol):
    """Says what a new proposition means for an old one."""

    def judge(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> Relation:
        """The relation of new to old, two propositions about the same user."""
        ...

    def weigh(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> tuple[Relation, float]:
        """As ``judge``, and how much speaks for another effect, in [0, 1]."""
        ...


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What the judge makes of a draft and a held proposition: ``newer`` is whether the draft is the later one."""

    relation: Relation
    doubt: float
    newer: bool

    @property
    def is_doubtful(self) -> bool:
        """Whether another opinion is wanted on what changed nothing."""
        if self.relation.label in ENDING:
            return self.relation.probability < SURE
        return self.relation.label == "independent" and self.doubt >= DOUBTFUL


@dataclass(slots=True)
class _Beside:
    """What a draft that joins none of them means for those it will stand beside."""

    closing: list[Held] = field(default_factory=list)
    closed_by: Held | None = None
    review: str | None = None
    doubtful: list[tuple[Held, _Weighed]] = field(default_factory=list)

    def hear(self, held: Held, weighed: _Weighed) -> None:
        """Take in what the judge makes of one of them."""
        ends = weighed.relation.label in ENDING
        if ends and held.verdict == "rejected":
            return
        if weighed.is_doubtful:
            self.doubtful.append((held, weighed))
        if not ends:
            return
        if held.verdict is not None or held.pinned:
            self.review = UNFIT
        elif weighed.relation.probability < SURE:
            self.review = self.review or MAY_CONTRADICT
        elif weighed.newer:
            self.closing.append(held)
        else:
            self.closed_by = held


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
        beside = _Beside()
        for held in self._candidates(draft, source, vector):
            weighed = self._weighed(held, draft, source)
            label = weighed.relation.label
            if label in ("same", "general") or (label == "refines" and not weighed.newer):
                return self._support(held, draft, source, made_by, at)
            if label == "refines" and not _is_of_another_class(held, draft):
                return self._refine(held, draft, source, made_by, at)
            beside.hear(held, weighed)
        row = self._insert(draft, source, vector, made_by, at, beside.closed_by)
        for held, weighed in beside.doubtful:
            if held.sensitivity == draft.sensitivity:
                self._note(held, row, weighed, at)
        if beside.review:  # what is in doubt itself ends nothing
            self._store.propositions.change(row, review=beside.review)
            return "review"
        for held in beside.closing:
            self._close(held, row, draft, source, at)
        return "superseding" if beside.closing else "new"

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

    def _weighed(self, held: Held, draft: Draft, source: Stored) -> _Weighed:
        """The relation of the later claim to the earlier one."""
        if held.text.casefold() == draft.text.casefold():
            return _Weighed(Relation(label="same", probability=0.99), 0.0, newer=True)
        last = max((s.evidence.at for s in held.supports), default=held.created_at)
        if source.observation.at >= last:
            return _Weighed(*self._judge.weigh(held.text, draft.text, last, source.observation.at), newer=True)
        return _Weighed(*self._judge.weigh(draft.text, held.text, source.observation.at, last), newer=False)

    def _note(self, held: Held, row: int, weighed: _Weighed, at: datetime) -> None:
        """Note a pair of one class for another opinion; until that comes both stand as they do."""
        older, newer = (held.row, row) if weighed.newer else (row, held.row)
        self._store.doubts.add(Doubt(older, newer, weighed.relation.label), weighed.relation.probability, at)

    def _support(self, held: Held, draft: Draft, source: Stored, made_by: str, at: datetime) -> str:
        added = self._store.propositions.add_evidence(held.row, draft, source, "supports", at, made_by)
        return "supported" if added else "known"

    def _refine(self, held: Held, draft: Draft, source: Stored, made_by: str, at: datetime) -> str:
        """Support a proposition and take over the richer wording, unless the user worded it or it is not news."""
        outcome = self._support(held, draft, source, made_by, at)
        if outcome == "known" or held.verdict is not None or held.pinned:
            return outcome
        self._store.propositions.change(held.row, text=draft.text)
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


def _is_of_another_class(held: Held, draft: Draft) -> bool:
    """Whether folding the draft in would hide or show more than either; what was rejected takes in all the same."""
    return held.verdict != "rejected" and held.sensitivity != draft.sensitivity


def expiry(draft: Draft, source: Stored) -> datetime | None:
    """The end of the day a draft says it holds until, in the zone it was said in; None if it says nothing."""
    if draft.until is None:
        return None
    zone = source.observation.at.tzinfo or UTC
    return datetime.combine(draft.until, time.max, tzinfo=zone)


def _first(held: Held) -> datetime:
    return min((s.evidence.at for s in held.supports), default=held.created_at)
