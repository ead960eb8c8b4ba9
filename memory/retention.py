"""Expiry: what grew too old, or takes too much room, goes or is cut down to what is quoted from it.

The surprising decision: with facts kept, an observation that supports something is not deleted but reduced to the
passages its propositions quote, joined by an ellipsis, so that every quote is still found verbatim in its observation.
Expiry is not forgetting: nothing is marked, and the same thing may be observed again.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from memory.errors import StorageFullError
from memory.store.propositions import Link

if TYPE_CHECKING:
    from memory.forgetting import Forgetting
    from memory.records import Limit, Observation
    from memory.store import Store

GAP = " … "  # between two passages of an observation that was cut down
BATCH = 40  # observations that expire in one transaction; taking one out of the text index takes up to 5 ms
PAGE = 20_000  # looked up at a time
MEGABYTE = 1_000_000


def too_old(observations: Iterable[Observation], limits: Mapping[str, Limit], now: datetime) -> set[str]:
    """Keys of what would expire at once if it were stored."""
    oldest = {source: limit.oldest(now) for source, limit in limits.items()}
    return {o.stable_key for o in observations if (first := oldest.get(o.source)) is not None and o.at < first}


class Retention:
    """Lets the observations of one store expire."""

    def __init__(self, store: Store, forgetting: Forgetting) -> None:
        self._store = store
        self._forgetting = forgetting

    def due(self, source: str, limit: Limit, now: datetime, *, keep_facts: bool) -> int:
        """How many observations of a source a limit would delete or cut down."""
        excess = 0 if limit.megabytes is None else self._excess(source, limit.megabytes)
        return self._store.usage.due(source, limit.oldest(now), excess, keep_facts=keep_facts)

    def expire(self, limits: Mapping[str, Limit], now: datetime, *, keep_facts: bool) -> Counter[str]:
        """Enforce the limits: how many observations were ``deleted`` and ``trimmed``, and how many propositions went.

        In batches, each one transaction: a kill between two loses nothing. Raises StorageFullError where not even one
        observation can be deleted; what was done by then stays done.
        """
        counts: Counter[str] = Counter()
        for source, limit in limits.items():
            if (before := limit.oldest(now)) is not None:
                while due := self._store.usage.oldest(source, before, PAGE, keep_facts=keep_facts):
                    counts += self._expire_all([row for row, _ in due], now, keep_facts)
            if limit.megabytes is not None:
                counts += self._expire_excess(source, limit.megabytes, now, keep_facts)
        return counts

    def _expire_excess(self, source: str, megabytes: int, now: datetime, keep_facts: bool) -> Counter[str]:
        """Let the oldest of a source go until the rest is within the limit, or nothing is left but quotes."""
        counts: Counter[str] = Counter()
        excess = self._excess(source, megabytes)
        while excess > 0 and (page := self._store.usage.oldest(source, None, PAGE, keep_facts=keep_facts)):
            due = deque(page)
            while due and excess > 0:
                rows, size = _take(due, excess)
                counts += self._expire_all(rows, now, keep_facts)
                excess -= size - self._store.usage.of_rows(rows)
        return counts

    def _excess(self, source: str, megabytes: int) -> int:
        return self._store.usage.of_source(source) - megabytes * MEGABYTE

    def _expire_all(self, rows: Sequence[int], now: datetime, keep_facts: bool) -> Counter[str]:
        """Let these expire, in smaller batches where the disk has no room for the log of a larger one."""
        counts: Counter[str] = Counter()
        start, size, emptied = 0, BATCH, False
        while start < len(rows):
            try:
                counts += self._expire(rows[start : start + size], now, keep_facts)
            except StorageFullError:
                if emptied and size == 1:
                    raise
                size, emptied = max(1, size // 8), True
                with suppress(StorageFullError):
                    self._store.checkpoint()  # the log's room is free then
                continue
            start, emptied = start + size, False
        return counts

    def _expire(self, rows: Sequence[int], now: datetime, keep_facts: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        with self._store.write():
            if not keep_facts:
                counts["propositions"] = self._forgetting.let_go(rows, now)
            held = self._store.observations.get(rows)
            quoted = self._store.propositions.quoted(held)
            bare = [row for row in held if row not in quoted]
            self._store.observations.delete(bare)
            for row, links in quoted.items():
                text, moved = cut_down(held[row].observation.text, links)
                self._store.observations.trim(row, text, now)
                self._store.propositions.move_quotes(moved)
            counts.update({"deleted": len(bare), "trimmed": len(quoted)})
        return counts


def cut_down(text: str, links: Collection[Link]) -> tuple[str, list[Link]]:
    """``text`` without what no link quotes, and where each quote is then, in the order of the quotes.

    Passages closer to each other than the ellipsis would be stay together, so no quote ever moves back.
    """
    passages: list[list[int]] = []
    moved: list[Link] = []
    shift = 0
    for link in sorted(links, key=lambda link: (link.start, link.end)):
        if passages and link.start - passages[-1][1] <= len(GAP):
            passages[-1][1] = max(passages[-1][1], link.end)
        else:
            shift += link.start - (passages[-1][1] + len(GAP) if passages else 0)
            passages.append([link.start, link.end])
        moved.append(replace(link, start=link.start - shift, end=link.end - shift))
    return GAP.join(text[start:end] for start, end in passages), moved


def _take(due: deque[tuple[int, int]], wanted: int) -> tuple[list[int], int]:
    """The next rows that together have the bytes wanted, at most a batch, and how many bytes they have."""
    rows: list[int] = []
    size = 0
    while due and size < wanted and len(rows) < BATCH:
        row, bytes_ = due.popleft()
        rows.append(row)
        size += bytes_
    return rows, size
