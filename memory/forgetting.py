"""Forgetting that reaches everything derived, and stays: deletion first, a keyed mark against its return second.

A mark is an HMAC under a key of the vault's, so a tombstone recognises what was forgotten without saying what it was.
Only the user's own word (``remember``) brings a forgotten claim back. Lines of a screen are recognised in ``lines``.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from memory.ids import public_id
from memory.lines import ForgottenLines
from memory.records import Observation, Revision
from memory.store import Held, Store, Stored, Support

_WORDS = re.compile(r"\w+")


class Forgetting:
    """Deletes from one store, and knows what was deleted from it."""

    def __init__(self, store: Store, key: bytes) -> None:
        """``key`` is the vault's 32-byte subkey for tombstones."""
        self._store = store
        self._key = key
        self._lines = ForgottenLines(self._mark)

    def propositions(self, held: Iterable[Held], at: datetime) -> None:
        """Delete propositions with evidence, history, vectors and index entries, and mark them.

        All that are worded the same go together. What they had replaced holds again.
        """
        with self._store.write():
            rows = {row for one in held for row in (one.row, *self._store.propositions.with_text(one.text))}
            self._store.summaries.drop_about(rows)
            for proposition in self._store.propositions.get(rows).values():
                self._store.tombstones.add(self._marks(proposition), at)
                self.reopen(proposition.row, at, "what replaced it was forgotten", but=rows)
                self._store.propositions.delete(proposition.row)
                wordings = {proposition.text, *(s.claim for s in proposition.supports)}
                self._store.propositions.blank_wordings(wordings)

    def observations(self, stored: Sequence[Stored], at: datetime) -> None:
        """Delete observations, every proposition resting on them alone, and the wording they gave to others."""
        rows = [s.row for s in stored]
        with self._store.write():
            alone, others = self._resting_on(rows)
            self.propositions(alone, at)
            self._store.tombstones.add((self._observation(s.observation.stable_key) for s in stored), at)
            self._store.tombstones.add((m for s in stored for m in self._lines.marks(s.observation)), at)
            self._store.observations.delete(rows)
            for proposition in others:
                self._reword(proposition, set(rows), at, "forget", "evidence forgotten")

    def take_back(self, row: int, at: datetime) -> None:
        """Undo what was drawn from one observation, whose text is about to change; it may be drawn again."""
        with self._store.write():
            alone, others = self._resting_on([row])
            for proposition in alone:
                self._store.propositions.delete(proposition.row)
            for proposition in others:
                self._reword(proposition, {row}, at, "forget", "evidence forgotten")

    def let_go(self, rows: Sequence[int], at: datetime) -> int:
        """Take away what rests on these observations, which expire: how many propositions went.

        Nothing is marked, and what a proposition had ended stays ended: it was so, and nobody took it back. What the
        user judged, wrote or pinned stays, with its evidence.
        """
        gone = 0
        with self._store.write():
            touched = {p for ps in self._store.propositions.of_observations(rows).values() for p in ps}
            for held in self._store.propositions.get(touched).values():
                if held.verdict is not None or held.pinned:
                    continue
                if any(s.evidence.stance == "supports" for s in _others(held, set(rows))):
                    self._reword(held, set(rows), at, "expire", "evidence expired")
                    self._store.propositions.unlink(held.row, rows)
                    continue
                self._store.propositions.delete(held.row)
                wordings = {held.text, *(s.claim for s in held.supports)}
                self._store.propositions.blank_wordings(
                    w for w in wordings if not self._store.propositions.with_text(w)
                )
                gone += 1
        return gone

    def reopen(self, row: int, at: datetime, reason: str, but: Collection[int] = ()) -> None:
        """Let what one proposition had ended hold again, as if it had never been said; call inside a transaction."""
        for old in self._store.propositions.ended_by(row):
            if old not in but:
                self._store.propositions.change(old, valid_to=None, superseded_by=None)
                note = Revision(at=at, actor="user", action="reopen", before=None, after=None, reason=reason)
                self._store.propositions.record(old, note)

    def keyed(self, observation: Observation) -> Observation:
        """The observation with a key: its source's, or one that says nothing about the text it was made from."""
        if observation.key is not None:
            return observation
        return replace(observation, key=self.alias(observation.stable_key))

    def alias(self, name: str) -> str:
        """A name for ``name``, always the same, from which only who has the vault's key could find it."""
        return "hmac:" + self._mark("key", name).hex()[:32]

    def _resting_on(self, rows: Sequence[int]) -> tuple[list[Held], list[Held]]:
        """Propositions with evidence in these observations: those resting on them alone, and the others."""
        touched = {p for ps in self._store.propositions.of_observations(rows).values() for p in ps}
        held = self._store.propositions.get(touched).values()
        alone = [h for h in held if h.verdict not in ("edited", "remembered") and not _others(h, set(rows))]
        return alone, [h for h in held if h not in alone]

    def forgotten(self, observation_keys: Sequence[str]) -> set[str]:
        """Which of these observation keys were forgotten."""
        if not self._store.tombstones.any():
            return set()
        marks = {self._observation(key): key for key in observation_keys}
        return {marks[mark] for mark in self._store.tombstones.among(marks)}

    def without_forgotten(self, observation: Observation) -> Observation:
        """Screen text without the lines that were forgotten: a window that still shows them is no new evidence."""
        if not self._store.tombstones.any():
            return observation
        return self._lines.without(observation, self._store.tombstones.among)

    def welcome(self, text: str) -> None:
        """Take a claim back from the forgotten, because the user wrote it again; call inside a transaction."""
        self._store.tombstones.remove([self._claim(text)])

    def claim_forgotten(self, text: str, observation_key: str, quote: str, start: int) -> bool:
        """Whether this claim was forgotten, or any word of this quote at that place of that observation was."""
        marks = (self._claim(text), self._quote(observation_key, quote), *self._places(observation_key, quote, start))
        return bool(self._store.tombstones.among(marks))

    def _marks(self, proposition: Held) -> set[bytes]:
        """What recognises a proposition: its wordings, its quotes, and the places they were taken from."""
        marks = {self._claim(proposition.text)}
        for support in proposition.supports:
            quoted = support.evidence
            marks.add(self._claim(support.claim))
            if quoted.observation_key is not None:
                marks.add(self._quote(quoted.observation_key, quoted.quote))
                marks.update(self._places(quoted.observation_key, quoted.quote, quoted.start))
        return marks

    def _reword(self, held: Held, gone: set[int], at: datetime, action: str, reason: str) -> None:
        """Where the wording came from an observation that goes, fall back to the latest wording that did not."""
        left = _others(held, gone)
        claims = [s.claim for s in left if s.evidence.stance == "supports"]
        lost = {s.claim for s in held.supports} - set(claims)
        if held.text in lost and held.verdict not in ("edited", "remembered") and claims:
            self._store.propositions.change(held.row, text=claims[-1])
            actor = "user" if action == "forget" else "inkling"
            note = Revision(at=at, actor=actor, action=action, before=None, after=claims[-1], reason=reason)
            self._store.propositions.record(held.row, note)
        self._store.propositions.forget_wordings(held.row, lost)

    def _claim(self, text: str) -> bytes:
        return self._mark("claim", _normal(text))

    def _quote(self, observation_key: str, quote: str) -> bytes:
        return self._mark("quote", observation_key, _normal(quote))

    def _places(self, observation_key: str, quote: str, start: int) -> list[bytes]:
        """One mark for every word of a quote by its place: another engine may quote more, or less, of a sentence."""
        return [self._mark("word", observation_key, str(start + word.start())) for word in _WORDS.finditer(quote)]

    def _observation(self, key: str) -> bytes:
        return self._mark("observation", key)

    def _mark(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode("utf-8", "surrogatepass"), "sha256")


def _others(held: Held, gone: set[int]) -> list[Support]:
    gone_ids = {public_id("observation", row) for row in gone}
    return [s for s in held.supports if s.evidence.observation_id not in gone_ids]


def _normal(text: str) -> str:
    """Words only, lower case: punctuation and spacing do not make a forgotten claim a new one."""
    return " ".join(_WORDS.findall(text.lower()))
