"""How often each line recurs in each application, by a mark of it: what the noise filter learns.

A mark is whatever digest the filter uses; the line itself is never here. What recurs least and longest ago is dropped
when there are many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from memory.store.connection import Connection

MOST = 40_000  # marks kept, about 3 MB
_LEAST_LEFT = 0.75  # of them after a pruning
_EVERY = 64  # additions between two counts
SELDOM = 3  # sightings up to which a line may as well be content as a menu


class ScreenLines:
    """The sightings of lines in one store."""

    def __init__(self, connection: Connection, most: int = MOST) -> None:
        self._c = connection
        self._most = most
        self._until_count = 0

    def get(self, app: str, marks: Sequence[bytes]) -> dict[bytes, int]:
        """How often each of these was seen in an application; those never seen are left out."""
        sql = """SELECT mark, sightings FROM screen_lines
                 WHERE app = ? AND mark IN (SELECT unhex(value) FROM json_each(?))"""
        return {bytes(mark): count for mark, count in self._c.read(sql, (app, json.dumps([m.hex() for m in marks])))}

    def add(self, app: str, marks: Sequence[bytes], at: datetime) -> None:
        """Count one more sighting of each of these."""
        seen = at.timestamp()
        with self._c.write():
            self._c.run_many(
                """INSERT INTO screen_lines (app, mark, sightings, last) VALUES (?, ?, 1, ?)
                   ON CONFLICT (app, mark) DO UPDATE SET sightings = sightings + 1, last = max(last, excluded.last)""",
                ((app, mark, seen) for mark in marks),
            )
            self._until_count -= 1
            if self._until_count < 0:
                self._until_count = _EVERY
                self._prune()

    def count(self) -> int:
        """How many marks are kept."""
        found = self._c.one("SELECT count(*) FROM screen_lines")
        return int(found[0]) if found else 0

    def forget(self, since: datetime, until: datetime, app: str | None = None) -> None:
        """Drop what was last seen in this time, if it was seen so seldom that it may have been content."""
        with self._c.write():
            self._c.run(
                """DELETE FROM screen_lines WHERE last BETWEEN :since AND :until AND sightings <= :seldom
                     AND (:app IS NULL OR app = :app COLLATE NOCASE)""",
                {"since": since.timestamp(), "until": until.timestamp(), "seldom": SELDOM, "app": app},
            )

    def _prune(self) -> None:
        if self.count() <= self._most:
            return
        self._c.run(
            """DELETE FROM screen_lines WHERE (app, mark) IN (
                 SELECT app, mark FROM screen_lines ORDER BY sightings > ?, last, sightings
                 LIMIT (SELECT count(*) FROM screen_lines) - ?)""",
            (SELDOM, int(self._most * _LEAST_LEFT)),
        )
