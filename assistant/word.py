"""The user's word is law: what they write, edit, confirm, pin or reject outranks any inference, for good."""

from __future__ import annotations

from datetime import datetime
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


class UserWord:
    """The user's corrections to one store."""

    def __init__(self, store: Store, embedder: Embedder, judge: Judge, forgetting: Forgetting) -> None:
        self._store = store
        self._embedder = embedder
        self._judge = judge
        self._forgetting = forgetting

    def remember(self, text: str, at: datetime) -> int:
        """Store a proposition on the user's word, or confirm the one already worded so; its row."""
        words = _checked(text)
        vector = self._embedder.embed([words])
        with self._store.write():
            if rows := self._store.propositions.with_text(words):
                row = max(rows)  # said again after it had ended, it is held twice: the last one is meant
                self.judge(self._store.propositions.get([row])[row], "confirmed", at)
                return row
            draft = _draft(words)
            self._forgetting.welcome(words)
            row = self._store.propositions.add(draft, None, None, at)
            self._store.propositions.add_evidence(row, draft, None, "supports", at, "user")
            self._store.propositions.change(row, verdict="remembered", verdict_at=at)
            self._record(row, at, "remember", None, words, "the user wrote it")
            self._close_contradicted(row, words, vector[0], at)
            self._store.vectors["proposition"].add([row], vector)
        return row

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


def _draft(text: str) -> Draft:
    """What the user wrote, labelled as the small distiller would label it."""
    from assistant.distillers.small import gate  # noqa: PLC0415 - weights that a command which only reads does without

    [(kind, lifespan, sensitivity)] = gate.labels([text], default_embedder().embed([text]))
    return Draft(
        text=text, kind=kind, quote=text, observation_key="user", basis="user", certainty=0.99, lifespan=lifespan,
        sensitivity=sensitivity, start=0,
    )  # fmt: skip
