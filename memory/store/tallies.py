"""How many drafts of each engine were kept, and how many dropped for which reason: how well a model does here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from memory.store.connection import Connection

_PREFIX = "drafts:"  # of the settings they are kept in, one an engine


class Tallies:
    """Counts by engine, of one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, engine: str, counts: Mapping[str, int]) -> None:
        """Add to an engine's counts; call inside the transaction that takes in what is counted."""
        total = Counter(self.all().get(engine, {}))
        total.update(counts)
        self._c.run(
            "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (_PREFIX + engine, json.dumps(dict(total)))
        )

    def all(self) -> dict[str, dict[str, int]]:
        """Counts by what happened, by engine."""
        found = self._c.read(
            "SELECT name, value FROM settings WHERE substr(name, 1, ?) = ? ORDER BY name", (len(_PREFIX), _PREFIX)
        )
        return {name.removeprefix(_PREFIX): json.loads(value) for name, value in found}
