"""Summaries at rest, each with everything it was made from, and the lines of threads and days that one is made of.

The surprising decision: a summary is deleted, not marked, when anything it was made from changes or goes; triggers of
the schema do it, so no way of forgetting or expiring can leave one behind. It is derived text and can be made again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from memory.ids import parse_id
from memory.records import Sensitivity, Summary, SummaryKind, SummaryLine
from memory.store.connection import Connection
from memory.store.observations import Thread, local_time

_DAY_SECONDS = 86400
_EPOCH = date(1970, 1, 1).toordinal()
_COLUMNS = "id, kind, subject, title, digest, at, since, until, made_by"


@dataclass(frozen=True, slots=True)
class Kept:
    """A summary as it is kept, with the digest of what it was made from."""

    summary: Summary
    digest: bytes


@dataclass(frozen=True, slots=True)
class Extent:
    """How many observations a thread or a day has, the last row among them, and when they happened."""

    lines: int
    last_row: int
    since: datetime
    until: datetime


class Summaries:
    """The summaries of one store. ``subject`` is whatever tells those of one kind apart."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def put(self, summary: Summary, digest: bytes, sources: Iterable[str]) -> None:
        """Keep a summary in place of the one before it; ``sources`` are the ids of everything it was made from."""
        with self._c.write():
            self.drop(summary.kind, summary.subject)
            number = self._c.run(
                """INSERT INTO summaries (kind, subject, title, digest, at, since, until, made_by)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (summary.kind, summary.subject, summary.title, digest, summary.at.timestamp(),
                 _seconds(summary.since), _seconds(summary.until), summary.made_by),
            )  # fmt: skip
            self._c.run_many(
                "INSERT INTO summary_lines (summary, place, section, text, sources) VALUES (?, ?, ?, ?, ?)",
                (
                    (number, place, line.section, line.text, json.dumps(line.sources))
                    for place, line in enumerate(summary.lines)
                ),
            )
            self._c.run_many(
                "INSERT OR IGNORE INTO summary_sources (summary, item, row) VALUES (?, ?, ?)",
                ((number, *parse_id(source)) for source in sources),
            )

    def get(self, kind: SummaryKind, subject: str) -> Kept | None:
        """The summary of that kind about that subject."""
        return next(iter(self._kept("kind = ? AND subject = ?", (kind, subject))), None)

    def all(self, kind: SummaryKind | None = None) -> list[Kept]:
        """Every summary, the latest first."""
        return self._kept("? IS NULL OR kind = ?", (kind, kind))

    def digests(self, kind: SummaryKind) -> dict[str, bytes]:
        """The digest of what each summary of a kind was made from, by subject."""
        rows = self._c.read("SELECT subject, digest FROM summaries WHERE kind = ?", (kind,))
        return {subject: bytes(digest) for subject, digest in rows}

    def drop(self, kind: SummaryKind, subject: str) -> None:
        """Delete the summary about a subject, if there is one."""
        with self._c.write():
            self._c.run("DELETE FROM summaries WHERE kind = ? AND subject = ?", (kind, subject))

    def drop_about(self, propositions: Iterable[int]) -> None:
        """Delete what was made from any of these propositions, or from what they rest on: it may tell them anew."""
        sql = """DELETE FROM summaries WHERE id IN (
                   SELECT summary FROM summary_sources
                     WHERE item = 'proposition' AND row IN (SELECT value FROM json_each(:rows))
                   UNION SELECT m.summary FROM summary_sources m
                     JOIN evidence e ON m.item = 'observation' AND m.row = e.observation
                     WHERE e.proposition IN (SELECT value FROM json_each(:rows)))"""
        with self._c.write():
            self._c.run(sql, {"rows": json.dumps(list(propositions))})

    def clear(self) -> None:
        """Delete all of them."""
        with self._c.write():
            self._c.run("DELETE FROM summaries")

    def clouded(self, allowed: Collection[Sensitivity]) -> set[tuple[SummaryKind, str]]:
        """Kind and subject of summaries made from something that a proposition of a class not allowed rests on."""
        sql = """WITH aside AS (SELECT id FROM propositions WHERE verdict IS NULL AND sensitivity IS NOT NULL
                                  AND sensitivity NOT IN (SELECT value FROM json_each(?)))
                 SELECT s.kind, s.subject FROM summaries s WHERE s.id IN (
                   SELECT m.summary FROM summary_sources m JOIN aside ON m.item = 'proposition' AND m.row = aside.id
                   UNION SELECT m.summary FROM summary_sources m
                     JOIN evidence e ON m.item = 'observation' AND m.row = e.observation
                     JOIN aside ON aside.id = e.proposition)"""
        return {(kind, subject) for kind, subject in self._c.read(sql, (json.dumps(sorted(allowed)),))}

    # what there is to summarise

    def threads(self) -> dict[Thread, Extent]:
        """Every thread with how far it reaches."""
        sql = """SELECT c.source, c.app, c.thread, sum(o.lines), max(o.last), min(o.since), max(o.until)
                 FROM (SELECT context, count(*) AS lines, max(id) AS last, min(at) AS since, max(at) AS until
                       FROM observations GROUP BY context) o  -- of the index alone
                 JOIN contexts c ON c.id = o.context GROUP BY c.source, c.app, c.thread"""
        return {
            Thread(source, app, thread): Extent(lines, last, local_time(since, 0), local_time(until, 0))
            for source, app, thread, lines, last, since, until in self._c.read(sql)
        }

    def titles(self) -> dict[Thread, str]:
        """What threads were last called where they come from, of those that have a title; windows have none here."""
        sql = """SELECT source, app, thread, title FROM contexts
                 WHERE title IS NOT NULL AND source != 'screen' ORDER BY id"""
        return {Thread(source, app, thread): title for source, app, thread, title in self._c.read(sql)}

    def rows_of_thread(self, thread: Thread) -> list[int]:
        """The rows of a thread in time order."""
        sql = """SELECT o.id FROM observations o JOIN contexts c ON c.id = o.context
                 WHERE c.source = ? AND c.app IS ? AND c.thread IS ? ORDER BY o.at, o.id"""
        return [row for (row,) in self._c.read(sql, (thread.source, thread.app, thread.thread))]

    def days(self, since: datetime) -> dict[date, Extent]:
        """The days since then on which anything was observed, by the clock where it happened."""
        sql = f"""SELECT CAST((at + utc_offset) / {_DAY_SECONDS} AS INTEGER) AS day, count(*), max(id), min(at), max(at)
                  FROM observations WHERE at >= ? GROUP BY day"""
        return {
            date.fromordinal(_EPOCH + day): Extent(lines, last, local_time(since, 0), local_time(until, 0))
            for day, lines, last, since, until in self._c.read(sql, (max(0.0, since.timestamp()),))
        }

    def rows_of_day(self, day: date) -> list[int]:
        """The rows of a day in time order."""
        return [row for (row,) in self._c.read(f"SELECT o.id FROM observations o {_OF_DAY}", _of_day(day))]

    def counts_of_day(self, day: date) -> list[tuple[Thread, int, int, float]]:
        """Where the observations of a day come from: thread, how many, how many by the user, seconds in view."""
        sql = f"""SELECT source, app, thread, count(*), sum(mine), sum(dwell) FROM (
                    SELECT c.source AS source, c.app AS app, c.thread AS thread, ifnull(o.speaker = 'me', 0) AS mine,
                      ifnull(o.dwell_seconds, 0) AS dwell
                    FROM observations o JOIN contexts c ON c.id = o.context {_OF_DAY})
                  GROUP BY source, app, thread ORDER BY count(*) DESC, source, app, thread"""
        rows = self._c.read(sql, _of_day(day))
        return [(Thread(*name), lines, mine, dwell) for *name, lines, mine, dwell in rows]

    def hours_of_day(self, day: date) -> list[int]:
        """The hours of a day in which anything was observed."""
        sql = f"SELECT DISTINCT CAST((o.at + o.utc_offset) % {_DAY_SECONDS} / 3600 AS INTEGER) FROM observations o"
        return sorted(hour for (hour,) in self._c.read(f"{sql} {_OF_DAY}", _of_day(day)))

    def bounds_of_day(self, day: date) -> tuple[datetime, datetime] | None:
        """When the first and the last observation of a day happened."""
        rows = self._c.read(f"SELECT o.at, o.utc_offset FROM observations o {_OF_DAY}", _of_day(day))
        return (local_time(*rows[0]), local_time(*rows[-1])) if rows else None

    def _kept(self, where: str, values: tuple[str | None, ...]) -> list[Kept]:
        with self._c.lock:
            rows = self._c.read(f"SELECT {_COLUMNS} FROM summaries WHERE {where} ORDER BY until DESC, id DESC", values)
            lines = self._lines([row[0] for row in rows])
        return [
            Kept(
                Summary(
                    kind=kind, subject=subject, title=title, at=local_time(at, 0), since=_moment(since),
                    until=_moment(until), made_by=made_by, lines=tuple(lines[number]),
                ),
                bytes(digest),
            )
            for number, kind, subject, title, digest, at, since, until, made_by in rows
        ]  # fmt: skip

    def _lines(self, numbers: list[int]) -> dict[int, list[SummaryLine]]:
        sql = """SELECT summary, section, text, sources FROM summary_lines
                 WHERE summary IN (SELECT value FROM json_each(?)) ORDER BY summary, place"""
        found: dict[int, list[SummaryLine]] = defaultdict(list)
        for number, section, text, sources in self._c.read(sql, (json.dumps(numbers),)):
            found[number].append(SummaryLine(section=section, text=text, sources=tuple(json.loads(sources))))
        return found


# the index is over the time alone; the clock where it happened is at most a day off
_OF_DAY = f"""WHERE o.at BETWEEN :start - {_DAY_SECONDS} AND :start + 2 * {_DAY_SECONDS}
                AND o.at + o.utc_offset >= :start AND o.at + o.utc_offset < :start + {_DAY_SECONDS}
              ORDER BY o.at, o.id"""


def _of_day(day: date) -> dict[str, int]:
    return {"start": (day.toordinal() - _EPOCH) * _DAY_SECONDS}


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else local_time(seconds, 0)
