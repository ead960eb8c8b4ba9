"""The user's word is law: what they write, edit, confirm, pin or reject outranks any inference, for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal

from memory.embedder import default_embedder
from memory.errors import InvalidInputError
from memory.reconcile.reconcile import CANDIDATES, NEAR, SURE, Judge
from memory.records import Draft, Revision, sound
from observers.redact import redact

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from memory.embedder import Embedder
    from memory.forgetting import Forgetting
    from memory.store import Held, Store

LONGEST = 1000  # characters of a proposition the user may write
ABOUT = 0.35  # cosine from which a contrary word is about the one proposition that was spoken of


class UserWord:
    """The user's corrections to one store."""

    def __init__(self, store: Store, embedder: Embedder, judge: Judge, forgetting: Forgetting) -> None:
        self._store = store
        self._embedder = embedder
        self._judge = judge
        self._forgetting = forgetting

    def remember(self, text: str, at: datetime, quote: str | None = None, until: date | None = None) -> int:
        """Store a proposition on the user's word, or confirm the one already worded so; its row.

        ``quote`` is what they wrote, where the proposition was drawn from that; ``until`` the last day it holds.
        """
        words = _checked(text)
        vector = self._embedder.embed([words])
        with self._store.write():
            if rows := self._store.propositions.with_text(words):
                row = max(rows)  # said again after it had ended, it is held twice: the last one is meant
                self.judge(self._store.propositions.get([row])[row], "confirmed", at)
                return row
            draft = _draft(words, quote)
            self._forgetting.welcome(words)
            ends = None if until is None else datetime.combine(until, time.max, tzinfo=at.tzinfo)
            row = self._store.propositions.add(draft, None, ends, at)
            self._store.propositions.add_evidence(row, draft, None, "supports", at, "user")
            self._store.propositions.change(row, verdict="remembered", verdict_at=at)
            self._record(row, at, "remember", None, words, "the user wrote it")
            self._close_contradicted(row, words, vector[0], at)
            self._store.vectors["proposition"].add([row], vector)
        return row

    def correct(self, answered: Sequence[Held], row: int, at: datetime, *, contrary: bool) -> list[Held]:
        """Let end what an answer was made of and the user has now, with proposition ``row``, said otherwise.

        Their later word outranks their earlier one, so what they wrote or confirmed themselves ends too. Said to be
        ``contrary`` to the answer, it ends what it is about even where no contradiction is seen in the words: the one
        proposition there was, or the nearest of several. What ended is returned as it was.
        """
        with self._store.write():
            new = self._store.propositions.get([row])[row]
            open_ = [held for held in answered if held.row != row and held.text != new.text and _holds(held, at)]
            ended = [held for held in open_ if self._is_contradicted(held, new, at)]
            if contrary and not ended and (meant := self._meant(open_, new)):
                ended = [meant]
            for held in ended:
                self._end(held, row, new.text, at, "the user said otherwise")
        return ended

    def _is_contradicted(self, held: Held, new: Held, at: datetime) -> bool:
        relation = self._judge.judge(held.text, new.text, held.verdict_at or held.created_at, at)
        return relation.label in ("contradicts", "supersedes") and relation.probability >= SURE

    def _meant(self, held: Sequence[Held], new: Held) -> Held | None:
        """The proposition that a contrary one is about: the nearest, if it is near enough for so many."""
        if not held:
            return None
        vectors = self._embedder.embed([new.text, *(one.text for one in held)])
        cosines = [float(cosine) for cosine in vectors[1:] @ vectors[0]]
        best = max(range(len(held)), key=cosines.__getitem__)
        return held[best] if cosines[best] >= (ABOUT if len(held) == 1 else NEAR) else None

    def edit(self, held: Held, text: str, at: datetime) -> None:
        """Reword a proposition; the old wording stays in its history."""
        words = _checked(text)
        with self._store.write():
            labels = _draft(words)
            self._store.propositions.change(
                held.row, text=words, verdict="edited", verdict_at=at, review=None, sensitivity=labels.sensitivity
            )
            self._record(held.row, at, "edit", held.text, words, "the user reworded it")
            self._store.vectors["proposition"].add([held.row], self._embedder.embed([words]))

    def judge(self, held: Held, verdict: Literal["confirmed", "rejected"], at: datetime) -> None:
        """Confirm or reject. Confirming keeps a stronger word (remembered, edited) and undoes a rejection.

        What is confirmed holds again instead of what had replaced it; what is rejected has replaced nothing.
        """
        kept = held.verdict if verdict == "confirmed" and held.verdict in ("remembered", "edited") else verdict
        with self._store.write():
            changes = {"verdict": kept, "verdict_at": held.verdict_at if kept == held.verdict else at, "review": None}
            if verdict == "confirmed":
                changes |= {"valid_to": None, "superseded_by": None}
            self._store.propositions.change(held.row, **changes)
            action = "confirm" if verdict == "confirmed" else "reject"
            self._record(held.row, at, action, held.text, held.text, f"the user {verdict} it")
            if verdict == "rejected":
                self._store.summaries.drop_about([held.row])
                self._forgetting.reopen(held.row, at, "what replaced it was rejected")
            elif held.superseded_by is not None:
                replacing = self._store.propositions.get([held.superseded_by])[held.superseded_by]
                if replacing.verdict is None and not replacing.pinned:
                    self._end(replacing, held.row, held.text, at, "the user confirmed otherwise")

    def pin(self, held: Held, pinned: bool, at: datetime) -> None:
        """Pin or unpin."""
        with self._store.write():
            self._store.propositions.change(held.row, pinned=int(pinned))
            self._record(held.row, at, "pin" if pinned else "unpin", held.text, held.text, "the user said so")

    def _close_contradicted(self, row: int, text: str, vector: npt.NDArray[np.float32], at: datetime) -> None:
        """Let inferences that the user's new word contradicts end now; never another word of the user's."""
        near = [r for r, cosine in self._store.vectors["proposition"].search(vector, CANDIDATES) if cosine >= NEAR]
        for held in self._store.propositions.get(near).values():
            if held.verdict is not None or held.pinned or held.valid_to is not None:
                continue
            relation = self._judge.judge(held.text, text, held.created_at, at)
            if relation.label in ("contradicts", "supersedes") and relation.probability >= SURE:
                self._end(held, row, text, at, "the user wrote otherwise")

    def _end(self, held: Held, by: int, text: str, at: datetime, reason: str) -> None:
        self._store.propositions.change(held.row, valid_to=at, superseded_by=by)
        self._record(held.row, at, "supersede", held.text, text, reason)

    def _record(self, row: int, at: datetime, action: str, before: str | None, after: str, reason: str) -> None:
        revision = Revision(at=at, actor="user", action=action, before=before, after=after, reason=reason)
        self._store.propositions.record(row, revision)


def _checked(text: str) -> str:
    """The user's text on one line, without secrets. Raises InvalidInputError if it is blank or far too long."""
    words = redact(" ".join(sound(text).split())).text
    if not words:
        raise InvalidInputError('nothing to remember; write a sentence such as "The user plays the cello."')
    if len(words) > LONGEST:
        raise InvalidInputError(f"that is too long for one proposition ({len(words)} characters, at most {LONGEST})")
    return words


def _holds(held: Held, at: datetime) -> bool:
    return held.verdict != "rejected" and (held.valid_to is None or held.valid_to > at)


def _draft(text: str, quote: str | None = None) -> Draft:
    """What the user wrote, labelled as the small distiller would label it."""
    from assistant.distillers.small import gate  # noqa: PLC0415 - weights that a command which only reads does without

    [(kind, lifespan, sensitivity)] = gate.labels([text], default_embedder().embed([text]))
    return Draft(
        text=text, kind=kind, quote=quote or text, observation_key="user", basis="user", certainty=0.99,
        lifespan=lifespan, sensitivity=sensitivity, start=0,
    )  # fmt: skip
