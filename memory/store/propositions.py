"""Propositions at rest, with their evidence and history. What they mean is decided elsewhere: this only keeps them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from memory.ids import public_id
from memory.records import Basis, Draft, Evidence, Kind, Lifespan, Revision, Sensitivity, Stance
from memory.store.connection import Connection, Row
from memory.store.observations import Stored, local_time, utc_offset

Verdict = Literal["confirmed", "edited", "remembered", "rejected"]


@dataclass(frozen=True, slots=True)
class Support:
    """One piece of evidence as belief needs it: the public record, and what only the arithmetic looks at."""

    evidence: Evidence
    claim: str
    certainty: float
    source: str  # "chat", "screen", ... or "user"
    thread: str


@dataclass(frozen=True, slots=True)
class Held:
    """A proposition as stored, before anybody asks how sure it is."""

    row: int
    text: str
    kind: Kind
    lifespan: Lifespan
    sensitivity: Sensitivity | None
    verdict: Verdict | None
    verdict_at: datetime | None
    pinned: bool
    review: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    superseded_by: int | None
    created_at: datetime
    supports: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a piece of evidence, by its own row, has its quote in its observation."""

    row: int
    start: int
    end: int


_HELD = """id, text, kind, lifespan, sensitivity, verdict, verdict_at, pinned, review, valid_from, valid_to,
           superseded_by, created_at"""
_CHANGEABLE = frozenset(
    (
        "text", "kind", "lifespan", "sensitivity", "verdict", "verdict_at", "pinned", "review",
        "valid_from", "valid_to", "superseded_by",
    )
)  # fmt: skip
_EVIDENCE = """e.proposition, e.observation, o.key, e.quote, e.start, e."end", e.stance, e.basis, e.at, e.utc_offset,
               e.claim, e.certainty, ifnull(c.source, 'user'), ifnull(c.thread, ifnull(c.app, ''))
               FROM evidence e LEFT JOIN observations o ON o.id = e.observation
                               LEFT JOIN contexts c ON c.id = o.context"""


class Propositions:
    """The propositions of one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, draft: Draft, valid_from: datetime | None, valid_to: datetime | None, at: datetime) -> int:
        """Store a new proposition without evidence; its row."""
        row = self._c.run(
            """INSERT INTO propositions (text, kind, lifespan, sensitivity, valid_from, valid_to, created_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (draft.text, draft.kind, draft.lifespan, draft.sensitivity, _seconds(valid_from), _seconds(valid_to),
             at.timestamp()),
        )  # fmt: skip
        self._c.run("INSERT INTO proposition_unembedded (id) VALUES (?)", (row,))
        return row

    def add_evidence(
        self, row: int, draft: Draft, source: Stored | None, stance: Stance, at: datetime, by: str
    ) -> bool:
        """Link a draft's quote to a proposition; False if that quote was linked already, however it was worded."""
        start = draft.start or 0
        when = source.observation.at if source else at
        place = (row, source.row if source else None, start, start + len(draft.quote), stance)
        known = """SELECT 1 FROM evidence
                   WHERE proposition = ? AND observation = ? AND start = ? AND "end" = ? AND stance = ?"""
        if self._c.one(known, place):
            return False
        self._c.run(
            """INSERT INTO evidence (proposition, observation, start, "end", stance, claim, quote, basis, certainty,
                 at, utc_offset, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (*place, draft.text, draft.quote, draft.basis, draft.certainty, when.timestamp(), utc_offset(when), by),
        )
        return True

    def change(self, row: int, **values: object) -> None:
        """Set columns of one proposition; datetimes become seconds. A changed text is embedded again."""
        if unknown := values.keys() - _CHANGEABLE:
            raise ValueError(f"no such column to change: {', '.join(unknown)}")
        names = ", ".join(f"{name} = ?" for name in values)
        bound = [v.timestamp() if isinstance(v, datetime) else v for v in values.values()]
        self._c.run(f"UPDATE propositions SET {names} WHERE id = ?", (*bound, row))
        if "text" in values:
            for table in ("proposition_bits", "proposition_vectors"):
                self._c.run(f"DELETE FROM {table} WHERE id = ?", (row,))
            self._c.run("INSERT OR IGNORE INTO proposition_unembedded (id) VALUES (?)", (row,))

    def record(self, row: int, revision: Revision, observation: int | None = None) -> None:
        """Append to a proposition's history."""
        self._c.run(
            """INSERT INTO revisions (proposition, observation, at, actor, action, before, after, reason)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (row, observation, revision.at.timestamp(), revision.actor, revision.action, revision.before,
             revision.after, revision.reason),
        )  # fmt: skip

    def history(self, row: int) -> list[Revision]:
        """A proposition's changes, oldest first."""
        sql = "SELECT at, actor, action, before, after, reason FROM revisions WHERE proposition = ? ORDER BY id"
        return [
            Revision(at=local_time(at, 0), actor=actor, action=action, before=before, after=after, reason=reason)
            for at, actor, action, before, after, reason in self._c.read(sql, (row,))
        ]

    def get(self, rows: Iterable[int]) -> dict[int, Held]:
        """The propositions with these row numbers, evidence included; absent ones are left out."""
        chosen = json.dumps(list(rows))
        return self._held(
            f"SELECT {_HELD} FROM propositions WHERE id IN (SELECT value FROM json_each(?))",
            f"SELECT {_EVIDENCE} WHERE e.proposition IN (SELECT value FROM json_each(?)) ORDER BY e.at, e.id",
            (chosen,),
        )

    def all(self) -> dict[int, Held]:
        """Every proposition, evidence included, by row."""
        return self._held(f"SELECT {_HELD} FROM propositions", f"SELECT {_EVIDENCE} ORDER BY e.at, e.id", ())

    def count(self) -> int:
        """How many propositions are held, whatever their status."""
        row = self._c.one("SELECT count(*) FROM propositions")
        return int(row[0]) if row else 0

    def of_observations(self, rows: Iterable[int]) -> dict[int, list[int]]:
        """For each observation row, the proposition rows that rest on it."""
        sql = """SELECT DISTINCT observation, proposition FROM evidence
                 WHERE observation IN (SELECT value FROM json_each(?))"""
        found: dict[int, list[int]] = defaultdict(list)
        for observation, proposition in self._c.read(sql, (json.dumps(list(rows)),)):
            found[observation].append(proposition)
        return found

    def quoted(self, rows: Iterable[int]) -> dict[int, list[Link]]:
        """For each of these observation rows, the evidence that quotes it, in the order of the quotes."""
        sql = """SELECT observation, id, start, "end" FROM evidence e
                 WHERE observation IN (SELECT value FROM json_each(?)) ORDER BY observation, start, e."end" """
        found: dict[int, list[Link]] = defaultdict(list)
        for observation, number, start, end in self._c.read(sql, (json.dumps(list(rows)),)):
            found[observation].append(Link(number, start, end))
        return dict(found)

    def move_quotes(self, links: Iterable[Link]) -> None:
        """Say where quotes are now that their observation was cut down; call inside that transaction.

        In the order of the quotes, and none may move back: then no two are in one place in between.
        """
        sql = 'UPDATE evidence SET start = ?, "end" = ? WHERE id = ?'
        self._c.run_many(sql, ((link.start, link.end, link.row) for link in links))

    def unlink(self, row: int, observations: Iterable[int]) -> None:
        """Take a proposition's evidence in these observations away; call inside a transaction."""
        self._c.run_many(
            "DELETE FROM evidence WHERE proposition = ? AND observation = ?", ((row, o) for o in observations)
        )

    def with_text(self, text: str) -> list[int]:
        """Rows of propositions worded exactly so, letter case aside."""
        return [r[0] for r in self._c.read("SELECT id FROM propositions WHERE text = ? COLLATE NOCASE", (text,))]

    def forget_wordings(self, row: int, texts: Iterable[str]) -> None:
        """Remove history entries that would still show these wordings."""
        sql = "DELETE FROM revisions WHERE proposition = ? AND (before = ? OR after = ?)"
        self._c.run_many(sql, ((row, text, text) for text in texts))

    def blank_wordings(self, texts: Iterable[str]) -> None:
        """Take these wordings out of every history; that something changed, and when, stays."""
        for column in ("before", "after"):
            sql = f"UPDATE revisions SET {column} = NULL WHERE {column} = ?"
            self._c.run_many(sql, ((text,) for text in texts))

    def absorb(self, row: int, other: int) -> None:
        """Give one proposition the evidence, history, doubts and place of another, which is deleted; in a transaction.

        Links to one quote are both kept where they word it differently, or a wording could not be forgotten with it.
        """
        self._c.run("UPDATE OR IGNORE evidence SET proposition = ? WHERE proposition = ?", (row, other))
        self._c.run("UPDATE OR IGNORE doubts SET older = ? WHERE older = ? AND newer <> ?", (row, other, row))
        self._c.run("UPDATE OR IGNORE doubts SET newer = ? WHERE newer = ? AND older <> ?", (row, other, row))
        self._c.run("UPDATE revisions SET proposition = ? WHERE proposition = ?", (row, other))
        self._c.run("UPDATE propositions SET superseded_by = ? WHERE superseded_by = ?", (row, other))
        self.delete(other)

    def ended_by(self, row: int) -> list[int]:
        """Rows of propositions that one replaced."""
        return [r[0] for r in self._c.read("SELECT id FROM propositions WHERE superseded_by = ?", (row,))]

    def delete(self, row: int) -> None:
        """Delete a proposition with its evidence, history, vectors and index entries."""
        with self._c.write():
            self._c.run("DELETE FROM propositions WHERE id = ?", (row,))

    def _held(self, propositions: str, evidence: str, parameters: tuple[str, ...]) -> dict[int, Held]:
        with self._c.lock:
            rows = self._c.read(propositions, parameters)
            supports: dict[int, list[Support]] = defaultdict(list)
            for row in self._c.read(evidence, parameters):
                supports[row[0]].append(_support(row))
        return {row[0]: _held(row, tuple(supports[row[0]])) for row in rows}


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else local_time(seconds, 0)


def _held(row: Row, supports: tuple[Support, ...]) -> Held:
    number, text, kind, lifespan, sensitivity, verdict, verdict_at, pinned, review, since, until, by, created = row
    return Held(
        number, text, kind, lifespan, sensitivity, verdict, _moment(verdict_at), bool(pinned), review,
        _moment(since), _moment(until), by, local_time(created, 0), supports,
    )  # fmt: skip


def _support(row: Row) -> Support:
    _, observation, key, quote, start, end, stance, basis, at, offset, claim, certainty, source, thread = row
    basis_: Basis = basis
    evidence = Evidence(
        observation_id=None if observation is None else public_id("observation", observation),
        observation_key=key, quote=quote, start=start, end=end, stance=stance, basis=basis_, at=local_time(at, offset),
    )  # fmt: skip
    return Support(evidence, claim, certainty, source, thread)
