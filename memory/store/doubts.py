"""Pairs of propositions whose relation the judge was not sure of, until a language model settles them.

Where none is chosen they stay, and no more of them than can be settled within an hour or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memory.records import RelationLabel
from memory.store.connection import Connection

MOST = 300


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows of two propositions, the one said first before the other, and what the judge took their relation for."""

    older: int
    newer: int
    label: RelationLabel


class Doubts:
    """The doubts of one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, doubt: Doubt, probability: float, at: datetime) -> None:
        """Note a pair, unless it is noted already; the oldest of too many are dropped. Call inside a transaction."""
        self._c.run(
            "INSERT OR IGNORE INTO doubts (older, newer, label, probability, at) VALUES (?, ?, ?, ?, ?)",
            (doubt.older, doubt.newer, doubt.label, probability, at.timestamp()),
        )
        self._c.run(
            """DELETE FROM doubts WHERE (older, newer) IN
                 (SELECT older, newer FROM doubts ORDER BY at DESC, newer DESC, older DESC LIMIT -1 OFFSET ?)""",
            (MOST,),
        )

    def newest(self) -> Doubt | None:
        """The one noted last."""
        found = self._c.one("SELECT older, newer, label FROM doubts ORDER BY at DESC, newer DESC, older DESC LIMIT 1")
        return Doubt(*found) if found else None

    def holds(self, doubt: Doubt) -> bool:
        """Whether it is still noted."""
        pair = (doubt.older, doubt.newer)
        return self._c.one("SELECT 1 FROM doubts WHERE older = ? AND newer = ?", pair) is not None

    def is_contested(self, row: int) -> bool:
        """Whether a pair is noted of which one may end the other, and this proposition is in it."""
        sql = "SELECT 1 FROM doubts WHERE ? IN (older, newer) AND label IN ('contradicts', 'supersedes')"
        return self._c.one(sql, (row,)) is not None

    def remove(self, doubt: Doubt) -> None:
        """It is settled; call inside the transaction that settles it."""
        self._c.run("DELETE FROM doubts WHERE older = ? AND newer = ?", (doubt.older, doubt.newer))

    def count(self) -> int:
        """How many are noted."""
        found = self._c.one("SELECT count(*) FROM doubts")
        return int(found[0]) if found else 0
