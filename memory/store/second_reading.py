"""Which observations a language model has still to read, after the small distiller; what is deleted waits no more."""

from __future__ import annotations

import json
from collections.abc import Iterable

from memory.store.connection import Connection


class SecondReadings:
    """The queue of one store. The observation stored last is read first: it matters most to somebody who asks today."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, rows: Iterable[int]) -> None:
        """Queue these observations; call inside the transaction that marks them as distilled."""
        self._c.run_many("INSERT OR IGNORE INTO second_reading (observation) VALUES (?)", ((row,) for row in rows))

    def add_all(self) -> int:
        """Queue everything that was distilled and is held whole; how many are new to the queue."""
        with self._c.write():
            before = self._c.changes()
            self._c.run(
                """INSERT OR IGNORE INTO second_reading (observation)
                     SELECT id FROM observations WHERE distilled_by IS NOT NULL AND trimmed_at IS NULL"""
            )
            return self._c.changes() - before

    def newest(self) -> int | None:
        """The one to be read next."""
        found = self._c.one("SELECT max(observation) FROM second_reading")
        return int(found[0]) if found and found[0] is not None else None

    def among(self, rows: Iterable[int]) -> set[int]:
        """Which of these wait."""
        sql = "SELECT observation FROM second_reading WHERE observation IN (SELECT value FROM json_each(?))"
        return {row for (row,) in self._c.read(sql, (json.dumps(list(rows)),))}

    def remove(self, rows: Iterable[int]) -> None:
        """These wait no longer; call inside the transaction that takes in what was drawn from them."""
        self._c.run_many("DELETE FROM second_reading WHERE observation = ?", ((row,) for row in rows))

    def clear(self) -> None:
        """None waits."""
        with self._c.write():
            self._c.run("DELETE FROM second_reading")

    def count(self) -> int:
        """How many wait."""
        found = self._c.one("SELECT count(*) FROM second_reading")
        return int(found[0]) if found else 0
