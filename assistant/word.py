"""The user's word is law: what they write, edit, confirm, pin or reject outranks any inference, for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal

from assistant.answering.contrary import Bearing, bearing, ends_several
from memory.embedder import default_embedder
from memory.errors import InvalidInputError
from memory.reconcile.reconcile import CANDIDATES, NEAR, SURE, Judge
from memory.records import Draft, Revision, sound
from observers.redact import redact

if TYPE_CHECKING:
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
        with self._store.write():
            row = self._kept(text, at)
            held = self._store.propositions.get([row])[row]
            for old in self._near(held):
                if self._is_contradicted(old, held.text, at):
                    self._end(old, row, held.text, at, "the user wrote otherwise")
        return row

    def note(self, text: str, at: datetime, said: str, until: date | None = None, *, contrary: bool = False) -> int:
        """Store what was drawn from ``said`` in a conversation, as :meth:`remember` does; its row.

        ``until`` is the last day it holds. What is inferred ends only where :meth:`correct` would end it.
        """
        with self._store.write():
            row = self._kept(text, at, said, until)
            held = self._store.propositions.get([row])[row]
            for old in self._near(held):
                if self._bearing(old, held, said, at, contrary=contrary) == "ends":
                    self._end(old, row, held.text, at, "the user said otherwise")
        return row

    def _kept(self, text: str, at: datetime, quote: str | None = None, until: date | None = None) -> int:
        words = _checked(text)
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
        self._store.vectors["proposition"].add([row], self._embedder.embed([words]))
        return row

    def correct(
        self, answered: Sequence[Held], row: int, at: datetime, said: str, *, contrary: bool
    ) -> tuple[list[Held], list[Held]]:
        """Let end what an answer was made of and the user, with proposition ``row``, has now plainly said otherwise.

        Their later word outranks their earlier one, so what they wrote or confirmed themselves ends too; but only by
        what is about the same subject and the same attribute of it (``assistant.answering.contrary``). ``said`` is
        their sentence, ``contrary`` whether it began by calling the answer wrong. What ended is returned as it was,
        and then what they may have meant to replace.
        """
        with self._store.write():
            new = self._store.propositions.get([row])[row]
            open_ = [held for held in answered if held.row != row and held.text != new.text and _holds(held, at)]
            found = {held.row: self._bearing(held, new, said, at, contrary=contrary) for held in open_}
            ended = [held for held in open_ if found[held.row] == "ends"]
            asked = [held for held in open_ if found[held.row] == "asks"]
            if len(ended) > 1 and not ends_several(new.text):
                return [], ended
            for held in ended:
                self._end(held, row, new.text, at, "the user said otherwise")
        return ended, [] if ended else asked

    def replace(self, old: Held, row: int, at: datetime) -> None:
        """Let a proposition end because the user said, when asked, that proposition ``row`` replaces it."""
        with self._store.write():
            new = self._store.propositions.get([row])[row]
            self._end(old, row, new.text, at, "the user said that it was replaced")

    def _bearing(self, held: Held, new: Held, said: str, at: datetime, *, contrary: bool) -> Bearing:
        return bearing(held.text, new.text, said, contrary=contrary, judged=self._is_contradicted(held, new.text, at))

    def _is_contradicted(self, held: Held, text: str, at: datetime) -> bool:
        relation = self._judge.judge(held.text, text, held.verdict_at or held.created_at, at)
        return relation.label in ("contradicts", "supersedes") and relation.probability >= SURE

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

    def _near(self, new: Held) -> list[Held]:
        """Open inferences that the user's new word may contradict; never another word of the user's."""
        [vector] = self._embedder.embed([new.text])
        found = self._store.vectors["proposition"].search(vector, CANDIDATES + 1)
        rows = [row for row, cosine in found if cosine >= NEAR and row != new.row]
        near = self._store.propositions.get(rows).values()
        return [held for held in near if held.verdict is None and not held.pinned and held.valid_to is None]

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
