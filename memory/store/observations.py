"""Observations at rest: added once per key, read back as records, deleted with everything that hangs on them.

What repeats from message to message (source, app, title, thread) is kept once, as a context.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Self

from memory.records import Observation
from memory.store.connection import Connection, Row

_COLUMNS = """o.id, o.key, o.text, o.at, o.utc_offset, c.source, c.app, c.title, c.thread, o.speaker, o.dwell_seconds
              FROM observations o JOIN contexts c ON c.id = o.context"""


@dataclass(frozen=True, slots=True)
class Stored:
    """An observation with its row number; ``observation.key`` is always set."""

    row: int
    observation: Observation


@dataclass(frozen=True, slots=True)
class Thread:
    """What names a thread at rest: observations without a thread of their own share one per app.

    An empty name is no name.
    """

    source: str
    app: str | None
    thread: str | None

    @classmethod
    def of(cls, observation: Observation) -> Self:
        """The thread an observation belongs to."""
        return cls(observation.source, observation.app or None, observation.thread or None)


def local_time(at: float, utc_offset: int) -> datetime:
    """The aware datetime that was split into seconds since 1970 UTC and seconds east of UTC."""
    return datetime.fromtimestamp(at, UTC).astimezone(timezone(timedelta(seconds=utc_offset)))


def utc_offset(moment: datetime) -> int:
    """Seconds east of UTC of an aware datetime."""
    return round((moment.utcoffset() or timedelta()).total_seconds())


class Observations:
    """The observations of one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, batch: Sequence[Observation], stored_at: datetime) -> tuple[list[int], int]:
        """Store what is new, in one transaction; the rows of all of ``batch``, in its order, and how many are new."""
        with self._c.write():
            rows = self.rows_of([o.stable_key for o in batch])
            contexts: dict[tuple[str | None, ...], int] = {}
            added: list[tuple[int]] = []
            for observation in batch:
                key = observation.stable_key
                if key not in rows:
                    rows[key] = self._insert(observation, key, self._context(observation, contexts), stored_at)
                    added.append((rows[key],))
            self._c.run_many("INSERT INTO observation_unembedded (id) VALUES (?)", added)
        return [rows[o.stable_key] for o in batch], len(added)

    def rows_of(self, keys: Iterable[str]) -> dict[str, int]:
        """The rows of the observations with these keys; unknown keys are left out."""
        sql = "SELECT key, id FROM observations WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self._c.read(sql, (json.dumps(list(keys)),)))

    def known(self, keys: Iterable[str]) -> set[str]:
        """Which of these keys are held."""
        return set(self.rows_of(keys))

    def with_keys(self, keys: Iterable[str]) -> dict[str, Stored]:
        """The observations with these keys; unknown ones are left out."""
        return {s.observation.stable_key: s for s in self.get(self.rows_of(keys).values()).values()}

    def extend(self, dwell: Mapping[str, float]) -> int:
        """Set how long observations were in view, by key, never to less than is stored; how many changed."""
        with self._c.write():
            before = self._c.changes()
            self._c.run_many(
                "UPDATE observations SET dwell_seconds = ? WHERE key = ? AND ifnull(dwell_seconds, -1) < ?",
                ((seconds, key, seconds) for key, seconds in dwell.items()),
            )
            return self._c.changes() - before

    def _insert(self, o: Observation, key: str, context: int, stored_at: datetime) -> int:
        return self._c.run(
            """INSERT INTO observations (key, context, speaker, text, at, utc_offset, dwell_seconds, stored_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                key,
                context,
                o.speaker,
                o.text,
                o.at.timestamp(),
                utc_offset(o.at),
                o.dwell_seconds,
                stored_at.timestamp(),
            ),
        )

    def _context(self, o: Observation, known: dict[tuple[str | None, ...], int]) -> int:
        identity = (o.source, o.app or None, o.thread or None, o.title or None)
        if identity not in known:
            known[identity] = self._context_row(identity)
        return known[identity]

    def _context_row(self, identity: tuple[str | None, ...]) -> int:
        """The row of a context (source, app, thread, title), made if there is none such."""
        row = self._c.one(
            """SELECT id FROM contexts WHERE source = ? AND ifnull(app, '') = ifnull(?, '')
                 AND ifnull(thread, '') = ifnull(?, '') AND ifnull(title, '') = ifnull(?, '')""",
            identity,
        )
        insert = "INSERT INTO contexts (source, app, thread, title) VALUES (?, ?, ?, ?)"
        return int(row[0]) if row else self._c.run(insert, identity)

    def get(self, rows: Iterable[int]) -> dict[int, Stored]:
        """The observations with these row numbers; absent ones are left out."""
        sql = f"SELECT {_COLUMNS} WHERE o.id IN (SELECT value FROM json_each(?))"
        return {s.row: s for s in map(_stored, self._c.read(sql, (json.dumps(list(rows)),)))}

    def all(self) -> Iterator[Stored]:
        """Every observation, oldest row first, read in pages."""
        last = 0
        while page := self._c.read(f"SELECT {_COLUMNS} WHERE o.id > ? ORDER BY o.id LIMIT 1000", (last,)):
            yield from map(_stored, page)
            last = page[-1][0]

    def count(self) -> int:
        """How many observations are held."""
        row = self._c.one("SELECT count(*) FROM observations")
        return int(row[0]) if row else 0

    def between(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> list[int]:
        """Rows of what was in view at any time from ``since`` to ``until``, both included, oldest first."""
        sql = """SELECT o.id FROM observations o JOIN contexts c ON c.id = o.context
                 WHERE o.at <= :until AND o.at + ifnull(o.dwell_seconds, 0) >= :since
                   AND (:source IS NULL OR c.source = :source) AND (:app IS NULL OR c.app = :app COLLATE NOCASE)
                 ORDER BY o.at, o.id"""
        values = {"since": since.timestamp(), "until": until.timestamp(), "source": source, "app": app}
        return [row for (row,) in self._c.read(sql, values)]

    def around(self, row: int, before: int = 3, after: int = 3) -> list[Stored]:
        """An observation with its neighbours in the same thread, in time order; empty if there is none such."""
        here = self.get([row]).get(row)
        if here is None:
            return []
        o = here.observation
        thread, moment = Thread.of(o), o.at.timestamp()
        earlier = self._beside(thread, moment, row, "<", before)
        return [*reversed(earlier), here, *self._beside(thread, moment, row, ">", after)]

    def _beside(self, thread: Thread, at: float, row: int, side: str, limit: int) -> list[Stored]:
        order = "DESC" if side == "<" else "ASC"
        sql = f"""SELECT {_COLUMNS} WHERE {_IN_THREAD} AND (o.at, o.id) {side} (?, ?)
                  ORDER BY o.at {order}, o.id {order} LIMIT ?"""
        return [_stored(r) for r in self._c.read(sql, (*_thread_values(thread), at, row, limit))]

    def beside(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Neighbours in the same context of these rows and of their neighbours: row -> rows next to it.

        Next to it means stored next to it, which for an export is also next in time.
        """
        wanted = {near for row in rows for near in (row - 1, row, row + 1)}
        sql = "SELECT id, context FROM observations WHERE id IN (SELECT value FROM json_each(?))"
        context: dict[int, int] = dict(self._c.read(sql, (json.dumps(sorted(wanted)),)))
        return {
            row: [near for near in (row - 1, row + 1) if context.get(near, -1) == here] for row, here in context.items()
        }

    def latest(self, thread: Thread, before: float, limit: int) -> list[Stored]:
        """The last ``limit`` observations of a thread before that time, oldest first."""
        return list(reversed(self._beside(thread, before, 0, "<", limit)))

    def pending_threads(self) -> list[Thread]:
        """Threads with observations nothing was distilled from yet."""
        sql = """SELECT DISTINCT c.source, c.app, c.thread FROM observations o JOIN contexts c ON c.id = o.context
                 WHERE o.distilled_by IS NULL"""
        return [Thread(*row) for row in self._c.read(sql)]

    def pending_count(self) -> int:
        """How many observations wait to be distilled."""
        row = self._c.one("SELECT count(*) FROM observations WHERE distilled_by IS NULL")
        return int(row[0]) if row else 0

    def pending_since(self) -> datetime | None:
        """When the oldest of them was stored; None if none waits."""
        row = self._c.one("SELECT min(stored_at) FROM observations WHERE distilled_by IS NULL")
        return local_time(row[0], 0) if row and row[0] is not None else None

    def pending(self, thread: Thread, limit: int) -> list[Stored]:
        """The first ``limit`` pending observations of a thread, in time order."""
        sql = f"SELECT {_COLUMNS} WHERE {_IN_THREAD} AND o.distilled_by IS NULL ORDER BY o.at, o.id LIMIT ?"
        return [_stored(r) for r in self._c.read(sql, (*_thread_values(thread), limit))]

    def mark_distilled(self, rows: Iterable[int], engine: str) -> None:
        """Note which engine has read these; call inside the transaction that stores what it drafted."""
        self._c.run_many("UPDATE observations SET distilled_by = ? WHERE id = ?", ((engine, row) for row in rows))

    def mark_failed(self, rows: Iterable[int], engine: str) -> None:
        """Note that an engine could not read these, so that they do not hold up the others."""
        with self._c.write():
            self.mark_distilled(rows, _FAILED + engine)
            self._c.run(
                """INSERT OR IGNORE INTO settings (name, value) VALUES (?, 'true')""", (f"{_FAILED_SETTING}{engine}",)
            )

    def retry_failed(self, engine: str) -> None:
        """Let what other engines, or other versions of this one, could not read be pending again."""
        names = self._c.read(
            "SELECT name FROM settings WHERE substr(name, 1, ?) = ?", (len(_FAILED_SETTING), _FAILED_SETTING)
        )
        others = [name for (name,) in names if name != f"{_FAILED_SETTING}{engine}"]
        if not others:
            return
        with self._c.write():
            for name in others:
                other = _FAILED + name.removeprefix(_FAILED_SETTING)
                self._c.run("UPDATE observations SET distilled_by = NULL WHERE distilled_by = ?", (other,))
                self._c.run("DELETE FROM settings WHERE name = ?", (name,))

    def reword(self, row: int, text: str) -> None:
        """Put another text in place of a stored one, to be distilled and embedded again; its evidence goes."""
        with self._c.write():
            self._c.run("DELETE FROM evidence WHERE observation = ?", (row,))
            self._c.run("DELETE FROM revisions WHERE observation = ?", (row,))
            self._c.run("UPDATE observations SET text = ?, distilled_by = NULL WHERE id = ?", (text, row))
            self._c.run("DELETE FROM observation_bits WHERE id = ?", (row,))
            self._c.run("DELETE FROM observation_vectors WHERE id = ?", (row,))
            self._c.run("INSERT OR IGNORE INTO observation_unembedded (id) VALUES (?)", (row,))

    def trim(self, row: int, text: str, at: datetime) -> None:
        """Leave only ``text`` of an observation, to be embedded again; its title and picture go.

        It counts as distilled, and its evidence stays: whoever calls this moves that in the same transaction.
        """
        with self._c.write():
            [(context, source, app, thread)] = self._c.read(
                """SELECT c.id, c.source, c.app, c.thread FROM observations o JOIN contexts c ON c.id = o.context
                   WHERE o.id = ?""",
                (row,),
            )
            self._c.run(
                "UPDATE observations SET text = ?, context = ?, trimmed_at = ? WHERE id = ?",
                (text, self._context_row((source, app, thread, None)), at.timestamp(), row),
            )
            for table, column in (("observation_bits", "id"), ("observation_vectors", "id"), ("images", "observation")):
                self._c.run(f"DELETE FROM {table} WHERE {column} = ?", (row,))
            self._c.run("INSERT OR IGNORE INTO observation_unembedded (id) VALUES (?)", (row,))
            self._drop_unused({context})

    def delete(self, rows: Sequence[int]) -> None:
        """Delete observations with their index entries, vectors, pictures and contexts no longer used."""
        with self._c.write():
            sql = "SELECT DISTINCT context FROM observations WHERE id IN (SELECT value FROM json_each(?))"
            contexts = {context for (context,) in self._c.read(sql, (json.dumps(list(rows)),))}
            self._c.run_many("DELETE FROM observations WHERE id = ?", ((row,) for row in rows))
            self._drop_unused(contexts)

    def _drop_unused(self, contexts: Iterable[int]) -> None:
        sql = (
            "DELETE FROM contexts WHERE id = ? AND NOT EXISTS (SELECT 1 FROM observations WHERE context = contexts.id)"
        )
        self._c.run_many(sql, ((context,) for context in contexts))


_FAILED = "failed: "  # before the name of an engine, in the place of the one that read an observation
_FAILED_SETTING = "failed_engine:"  # settings that name the engines with failures, as those are not indexed
_IN_THREAD = "c.source = ? AND c.app IS ? AND c.thread IS ?"


def _thread_values(thread: Thread) -> tuple[str, str | None, str | None]:
    return thread.source, thread.app, thread.thread


def _stored(row: Row) -> Stored:
    number, key, text, at, offset, source, app, title, thread, speaker, dwell = row
    observation = Observation(
        text=text, at=local_time(at, offset), source=source, app=app, title=title, thread=thread, speaker=speaker,
        key=key, dwell_seconds=dwell,
    )  # fmt: skip
    return Stored(number, observation)
