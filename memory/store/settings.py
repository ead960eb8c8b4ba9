"""Small things the store keeps: named settings, and tombstones of what was forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from memory.store.connection import Connection


class Settings:
    """Named values, kept encrypted with everything else because some name people."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a setting, or ``default``."""
        row = self._c.one("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(row[0]) if row else default

    def set(self, name: str, value: Any) -> None:
        """Set a setting to anything JSON can hold."""
        with self._c.write():
            self._c.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, json.dumps(value)))


class Tombstones:
    """Keyed marks of what was forgotten: they recognise it when it comes again and say nothing about what it was."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, marks: Iterable[bytes], at: datetime) -> None:
        """Remember these marks; call inside the transaction that deletes what they stand for."""
        rows = ((mark, at.timestamp()) for mark in marks)
        self._c.run_many("INSERT OR IGNORE INTO tombstones (mark, at) VALUES (?, ?)", rows)

    def remove(self, marks: Iterable[bytes]) -> None:
        """Drop these marks; call inside a transaction."""
        self._c.run_many("DELETE FROM tombstones WHERE mark = ?", ((mark,) for mark in marks))

    def among(self, marks: Iterable[bytes]) -> set[bytes]:
        """Which of these marks are remembered."""
        return {m for m in marks if self._c.one("SELECT 1 FROM tombstones WHERE mark = ?", (m,))}

    def any(self) -> bool:
        """Whether anything was ever forgotten."""
        return self._c.one("SELECT 1 FROM tombstones LIMIT 1") is not None
