"""How much room each source takes, and which observations are next to go.

The bytes are those of the texts, the vectors and the pictures themselves; a text that waits for its vector counts as if
it had one. The file is larger, by the index over the texts and by what is in no source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from memory.store.connection import Connection
from memory.store.observations import local_time

_BYTES = "octet_length(o.text) + ifnull(length(i.image), 0) + :vector"
_WITH_IMAGE = "LEFT JOIN images i ON i.observation = o.id"
# observations of a source by way of its contexts, so that a large other source costs nothing
_OF_SOURCE = "contexts c CROSS JOIN observations o ON o.context = c.id"

# what expiry can still do something about: with facts kept, what is whole or supports nothing ...
_LEFT_TO_TRIM = "(o.trimmed_at IS NULL OR NOT EXISTS (SELECT 1 FROM evidence e WHERE e.observation = o.id))"
# ... and with facts dropped, also what supports something that is not the user's own word
_LEFT_TO_DROP = f"""({_LEFT_TO_TRIM} OR EXISTS (
    SELECT 1 FROM evidence e JOIN propositions p ON p.id = e.proposition
    WHERE e.observation = o.id AND p.verdict IS NULL AND p.pinned = 0))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUsage:
    """What one source takes. ``trimmed`` of its observations are down to their quotes; ``pending`` wait to be read."""

    source: str
    observations: int
    trimmed: int
    pending: int
    oldest: datetime
    newest: datetime
    text_bytes: int
    vector_bytes: int
    images: int
    image_bytes: int

    @property
    def bytes(self) -> int:
        """Text, vectors and pictures together: what a limit is about."""
        return self.text_bytes + self.vector_bytes + self.image_bytes


class Usage:
    """Measures one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def by_source(self) -> list[SourceUsage]:
        """What each source takes, by name. Reads every text: about a second for each gigabyte."""
        rows = self._c.read(
            f"""SELECT c.source, count(*), count(o.trimmed_at), sum(o.distilled_by IS NULL), min(o.at), max(o.at),
                  sum(octet_length(o.text)), count(*) * :vector, count(i.image), ifnull(sum(length(i.image)), 0)
                FROM observations o JOIN contexts c ON c.id = o.context {_WITH_IMAGE}
                GROUP BY c.source ORDER BY c.source""",
            {"vector": self._vector_bytes()},
        )
        return [
            SourceUsage(
                source=source, observations=count, trimmed=trimmed, pending=pending, oldest=local_time(oldest, 0),
                newest=local_time(newest, 0), text_bytes=text, vector_bytes=vectors, images=images,
                image_bytes=pictures,
            )
            for source, count, trimmed, pending, oldest, newest, text, vectors, images, pictures in rows
        ]  # fmt: skip

    def of_source(self, source: str) -> int:
        """Bytes that a source takes."""
        found = self._c.one(
            f"SELECT ifnull(sum({_BYTES}), 0) FROM {_OF_SOURCE} {_WITH_IMAGE} WHERE c.source = :source",
            {"source": source, "vector": self._vector_bytes()},
        )
        return int(found[0]) if found else 0

    def of_rows(self, rows: Iterable[int]) -> int:
        """Bytes that these observations take; those that are gone take none."""
        found = self._c.one(
            f"""SELECT ifnull(sum({_BYTES}), 0) FROM observations o {_WITH_IMAGE}
                WHERE o.id IN (SELECT value FROM json_each(:rows))""",
            {"rows": json.dumps(list(rows)), "vector": self._vector_bytes()},
        )
        return int(found[0]) if found else 0

    def oldest(self, source: str, before: datetime | None, limit: int, *, keep_facts: bool) -> list[tuple[int, int]]:
        """Up to ``limit`` observations that expiry would reach, oldest first, as (row, bytes)."""
        sql = f"""SELECT o.id, {_BYTES} FROM {_OF_SOURCE} {_WITH_IMAGE}
                  WHERE c.source = :source AND (:before IS NULL OR o.at < :before) AND {_left(keep_facts)}
                  ORDER BY o.at, o.id LIMIT :limit"""
        values = {"source": source, "before": _seconds(before), "limit": limit, "vector": self._vector_bytes()}
        return [(row, size) for row, size in self._c.read(sql, values)]

    def due(self, source: str, before: datetime | None, excess: int, *, keep_facts: bool) -> int:
        """How many observations expiry would reach: those from before a moment, and the oldest ``excess`` bytes."""
        found = self._c.one(
            f"""SELECT count(*) FROM (
                  SELECT o.at AS at,
                    sum({_BYTES}) OVER (ORDER BY o.at, o.id ROWS UNBOUNDED PRECEDING) - ({_BYTES}) AS ahead
                  FROM {_OF_SOURCE} {_WITH_IMAGE} WHERE c.source = :source AND {_left(keep_facts)})
                WHERE at < :before OR ahead < :excess""",
            {"source": source, "before": _seconds(before), "excess": excess, "vector": self._vector_bytes()},
        )
        return int(found[0]) if found else 0

    def file(self) -> tuple[int, int]:
        """(bytes of all pages, bytes of those that are free)."""
        pages, free, size = (
            int(self._c.read(f"PRAGMA {name}")[0][0]) for name in ("page_count", "freelist_count", "page_size")
        )
        return pages * size, free * size

    def _vector_bytes(self) -> int:
        """What one item's vector takes; nothing while there is none yet."""
        found = self._c.one(
            """SELECT length(b.bits) + length(v.vector)
               FROM observation_bits b JOIN observation_vectors v ON v.id = b.id LIMIT 1"""
        )
        return int(found[0]) if found else 0


def _left(keep_facts: bool) -> str:
    return _LEFT_TO_TRIM if keep_facts else _LEFT_TO_DROP


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
