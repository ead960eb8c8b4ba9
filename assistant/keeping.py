"""What is kept and for how long: the verbs of an assistant about its choices, limits, pictures and room.

They are a base class of :class:`~assistant.core.Assistant`, which is where clients find them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant import config
from assistant.config import Config, ExpiredFacts
from memory.errors import InvalidInputError
from memory.ids import parse_id
from memory.records import Limit
from memory.retention import MEGABYTE, Retention

if TYPE_CHECKING:
    from assistant.backlog import Backlog
    from memory.forgetting import Forgetting
    from memory.store import ScreenLines, Store, WatchedFiles

BATCH = 40  # observations forgotten in one transaction


class Keeping:
    """Part of one open vault. Every verb is safe to call from several threads."""

    _store: Store
    _clock: Callable[[], datetime]
    _forgetting: Forgetting
    _retention: Retention
    _backlog: Backlog

    # choices

    def config(self) -> Config:
        """The user's choices about observing and keeping."""
        return config.read(self._store)

    def configure(self, **changes: Any) -> Config:
        """Change some of the choices, by their names in :class:`Config`; all of them as they are then.

        Raises InvalidInputError, changing nothing.
        """
        return config.change(self._store, changes)

    # room

    def storage(self) -> dict[str, Any]:
        """What takes room: ``sources``, one record each as in ``SourceUsage``, and totals.

        ``bytes`` are those of the files, the ``free_bytes`` among them are given back in time. Reads every text.
        """
        pages, free = self._store.usage.file()
        return {
            "sources": [asdict(s) | {"bytes": s.bytes} for s in self._store.usage.by_source()],
            "propositions": self._store.propositions.count(),
            "images": self._store.images.count(),
            "image_bytes": self._store.images.size(),
            "screen_lines": self._store.screen_lines.count(),
            "watched_files": len(self._store.watched.all()),
            "bytes": self._store.size(),
            "page_bytes": pages,
            "free_bytes": free,
        }

    def due(self, source: str, limit: Limit, now: datetime | None = None, facts: ExpiredFacts | None = None) -> int:
        """How many observations of a source would be deleted or cut down if it had this limit.

        ``facts`` is what becomes of what was learned, by default as the user chose.
        """
        keep = (facts or self.config().expired_facts) == "keep"
        return self._retention.due(source, limit, now or self._clock(), keep_facts=keep)

    def expire(self, now: datetime | None = None) -> dict[str, int]:
        """Enforce the limits of :meth:`config`: observations ``deleted`` and ``trimmed``, ``propositions``, ``images``.

        In batches, each of them whole or not at all; the room is given back at the end. Raises StorageFullError.
        """
        moment, chosen = now or self._clock(), self.config()
        counts: Counter[str] = Counter(deleted=0, trimmed=0, propositions=0)
        counts["images"] = self._expire_images(chosen, moment)
        counts.update(self._retention.expire(chosen.retention, moment, keep_facts=chosen.expired_facts == "keep"))
        if any(counts.values()):
            self._store.shrink(rebuild=True)
            self._backlog.catch_up()  # what was cut down is embedded anew
        return dict(counts)

    def checkpoint(self) -> None:
        """Empty the write-ahead log into the store's file. For a process that runs for months, now and then."""
        self._store.checkpoint()

    def _expire_images(self, chosen: Config, now: datetime) -> int:
        oldest = now - timedelta(days=chosen.thumbnails_days)
        gone = self._store.images.delete_older(
            oldest if chosen.thumbnails_days else datetime.max.replace(tzinfo=now.tzinfo)
        )
        return gone + self._store.images.delete_over(chosen.thumbnails_megabytes * MEGABYTE)

    # a stretch of time

    def between(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """How many observations were in view, or said, at any time in this range; narrowed to a source and an app."""
        return len(self._store.observations.between(*_ordered(since, until), source, app))

    def forget_range(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """Forget everything observed in this range, for good, as :meth:`forget` does; how many observations it was.

        In batches, the latest first: if it is interrupted, call it again.
        """
        gone = 0
        for rows in _batches(self._store.observations.between(*_ordered(since, until), source, app)[::-1]):
            with self._store.write():
                stored = list(self._store.observations.get(rows).values())
                self._forgetting.observations(stored, self._clock())
                gone += len(stored)
        if source in (None, "screen"):
            self._store.screen_lines.forget(since, until, app)
        self._store.shrink(rebuild=True)
        return gone

    # what a screen observer keeps

    def add_thumbnails(self, images: Mapping[str, bytes]) -> int:
        """Keep a picture with each of these observations, by key; how many were kept.

        None is where the user keeps none, and pictures of what is not held are passed over.
        """
        if not self.config().thumbnails_days:
            return 0
        with self._store.write():
            rows = self._store.observations.rows_of(images)
            return self._store.images.add({row: images[key] for key, row in rows.items()}, self._clock())

    def thumbnail(self, id: str) -> bytes | None:  # noqa: A002 - the API's word
        """The picture kept with an observation, or None. Raises NotFoundError for what is no observation's id."""
        item, row = parse_id(id)
        return self._store.images.get(row) if item == "observation" else None

    def extend_dwell(self, seconds: Mapping[str, float]) -> int:
        """Say how long observations have been in view by now, by key; never less than before. How many changed.

        Raises InvalidInputError for what is no length of time.
        """
        if not all(math.isfinite(s) and s >= 0 for s in seconds.values()):
            raise InvalidInputError("how long something was in view must be a number of seconds, 0 or more")
        return self._store.observations.extend(seconds)

    @property
    def screen_lines(self) -> ScreenLines:
        """How often each line recurs in each application: what the noise filter learns."""
        return self._store.screen_lines

    @property
    def watched_files(self) -> WatchedFiles:
        """What is known of the files in watched folders."""
        return self._store.watched


def _ordered(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    if since.tzinfo is None or until.tzinfo is None:
        raise InvalidInputError("a range of time needs aware datetimes; add a tzinfo")
    if since > until:
        raise InvalidInputError("a range of time must end after it begins")
    return since, until


def _batches(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
