"""What becomes of a pair of propositions once somebody has said how they relate, whom the judge of pairs was not.

The surprising decision: whoever said it is believed less than the judge. Two propositions become one, or one ends,
only where both still say what was asked about, hold, are not the user's and wait for no word of the user's; and they
become one only where their numbers, names, denials and subjects allow it. In every other case the most that happens is
a mark for the user to look at. Joining moves evidence and history, and deletes no word of either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from memory.ids import parse_id
from memory.reconcile.agreeing import may_be_one
from memory.reconcile.reconcile import MAY_CONTRADICT, UNFIT
from memory.reconcile.relate import ENDING
from memory.records import Revision

if TYPE_CHECKING:
    from memory.embedder import Embedder
    from memory.store import Held, Store
    from memory.store.doubts import Doubt

Settled = Literal["same", "refines", "contradicts", "supersedes", "independent", "unsure"]
SETTLED: tuple[Settled, ...] = get_args(Settled)
UNCLEAR = "it may say the same as, or contradict, something else believed"  # a review mark


class Settling:
    """Acts on settled doubts of one store."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    def pair(self, doubt: Doubt, at: datetime) -> tuple[Held, Held] | None:
        """The two propositions, the older first; None if it is no matter any more how they relate.

        That is so where one no longer holds, where both are the user's own, and where one is of another sensitive
        class: told together, one class would be let out, or kept back, with the other.
        """
        held = self._store.propositions.get([doubt.older, doubt.newer])
        older, newer = held.get(doubt.older), held.get(doubt.newer)
        if older is None or newer is None or not (_holds(older, at) and _holds(newer, at)):
            return None
        if older.sensitivity != newer.sensitivity or (_is_the_users(older) and _is_the_users(newer)):
            return None
        return older, newer

    def settle(self, doubt: Doubt, asked: tuple[Held, Held], said: Settled, at: datetime) -> str:
        """Act on what was said of a pair as it was ``asked`` about; what happened, "changed" if it is no longer so.

        All of it is one transaction, after which the pair is in doubt no more.
        """
        with self._store.write():
            if not self._store.doubts.holds(doubt):
                return "changed"
            pair = self.pair(doubt, at)
            if pair is None or [h.text for h in pair] != [h.text for h in asked]:
                if pair is None:
                    self._store.doubts.remove(doubt)
                return "changed"
            self._store.doubts.remove(doubt)
            return self._act(*pair, said, at)

    def _act(self, older: Held, newer: Held, said: Settled, at: datetime) -> str:
        if _is_the_users(older) or _is_the_users(newer):
            return self._beside_the_users(older, newer, said)
        if said == "independent":
            self._unmark(older)
            self._unmark(newer)
            return "independent"
        if said == "unsure" or _is_for_the_user(older) or _is_for_the_user(newer):
            return self._mark(newer, UNCLEAR)
        if said in ENDING:
            return self._end(older, newer, at)
        if not may_be_one(older.text, newer.text, with_more=said == "refines"):
            return self._mark(newer, UNCLEAR)
        self._join(older, newer, at, with_more=said == "refines")
        return "joined"

    def _beside_the_users(self, older: Held, newer: Held, said: Settled) -> str:
        """Beside the user's own word nothing is changed; what may not fit with it is for the user to see."""
        if said == "independent":
            return "independent"
        return self._mark(newer if _is_the_users(older) else older, UNFIT if said in ENDING else UNCLEAR)

    def _mark(self, held: Held, review: str) -> str:
        if held.review is None or held.review == MAY_CONTRADICT:
            self._store.propositions.change(held.row, review=review)
        return "review"

    def _unmark(self, held: Held) -> None:
        """What was marked because of such a doubt is marked no longer, unless there is another."""
        if held.review == MAY_CONTRADICT and not self._store.doubts.is_contested(held.row):
            self._store.propositions.change(held.row, review=None)

    def _join(self, older: Held, newer: Held, at: datetime, *, with_more: bool) -> None:
        """Make two propositions one, in place of the older; worded like the newer if that says more as long as it."""
        source = _source(newer)
        self._store.propositions.absorb(older.row, newer.row)
        valid_to = _end_of_both(older, newer, with_more=with_more)
        contested = (older.review or newer.review) and self._store.doubts.is_contested(older.row)
        self._store.propositions.change(older.row, valid_to=valid_to, review=MAY_CONTRADICT if contested else None)
        if with_more and (newer.valid_to is None or newer.valid_to == valid_to):
            self._store.propositions.change(older.row, text=newer.text)
            self._store.vectors["proposition"].add([older.row], self._embedder.embed([newer.text]))
            self._record(older.row, at, "refine", older.text, newer.text, "a second look found more detail", source)
        else:
            self._record(older.row, at, "join", newer.text, older.text, "a second look found the same", source)

    def _end(self, older: Held, newer: Held, at: datetime) -> str:
        """Let the older one end where the newer begins, unless both have been said since: neither came after."""
        if (begins := _first(newer)) <= _last(older):
            return self._mark(newer, MAY_CONTRADICT)
        self._store.propositions.change(older.row, valid_to=begins, superseded_by=newer.row)
        self._store.propositions.change(newer.row, valid_from=begins)
        self._unmark(newer)
        reason = "a second look found that something later replaced it"
        self._record(older.row, at, "supersede", older.text, newer.text, reason, _source(newer))
        return "ended"

    def _record(
        self, row: int, at: datetime, action: str, before: str, after: str, reason: str, source: int | None
    ) -> None:
        revision = Revision(at=at, actor="inkling", action=action, before=before, after=after, reason=reason)
        self._store.propositions.record(row, revision, source)


def _holds(held: Held, at: datetime) -> bool:
    return held.superseded_by is None and (held.valid_to is None or held.valid_to > at)


def _end_of_both(older: Held, newer: Held, *, with_more: bool) -> datetime | None:
    """Until when what two said holds: as long as either, but for an end that another reading of one quote brought."""
    if with_more and _places(older) & _places(newer):
        return newer.valid_to or older.valid_to
    if older.valid_to is None or newer.valid_to is None:
        return None
    return max(older.valid_to, newer.valid_to)


def _places(held: Held) -> set[tuple[str | None, int, int]]:
    """Where a proposition's quotes stand."""
    return {(s.evidence.observation_id, s.evidence.start, s.evidence.end) for s in held.supports}


def _is_for_the_user(held: Held) -> bool:
    """Whether it waits for the user's word, and not for this doubt to be settled."""
    return held.review is not None and held.review != MAY_CONTRADICT


def _is_the_users(held: Held) -> bool:
    return held.verdict is not None or held.pinned


def _times(held: Held) -> Iterable[datetime]:
    return (s.evidence.at for s in held.supports)


def _first(held: Held) -> datetime:
    return min(_times(held), default=held.created_at)


def _last(held: Held) -> datetime:
    return max(_times(held), default=held.created_at)


def _source(held: Held) -> int | None:
    """The observation a proposition's wording was drawn from: with it goes what is noted of that wording."""
    quoted = [s for s in held.supports if s.evidence.observation_id is not None]
    wording = next((s for s in quoted if s.claim == held.text), next(iter(quoted), None))
    return parse_id(wording.evidence.observation_id)[1] if wording and wording.evidence.observation_id else None
