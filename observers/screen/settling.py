"""When a changing window is worth reading: once it stands still, or has been changing for long.

Somebody types a line in ten looks; it is read in one. Still is a window whose change is the same at two looks in a row.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

LONGEST_SECONDS = 10.0  # of steady change before a window is read as it is
RETRY_SECONDS = 10.0  # before a window is tried again on which text recognition failed
_MOST = 64


@dataclass(slots=True)
class _Change:
    digest: bytes
    since: float


class Settling:
    """What changes on which windows. Times are in seconds on a steady clock."""

    def __init__(self) -> None:
        self._changes: OrderedDict[int, _Change] = OrderedDict()
        self._failed: OrderedDict[int, float] = OrderedDict()

    def is_time(self, window_id: int, digest: bytes, now: float) -> bool:
        """Whether to read a window whose change ``digest`` stands for; empty if nothing changed."""
        if now < self._failed.get(window_id, 0.0):
            return False
        if not digest:
            return True
        change = self._changes.get(window_id)
        if change is None:
            self._changes[window_id] = _Change(digest, now)
            _shorten(self._changes)
            return False
        if change.digest == digest:
            return True
        change.digest = digest
        return now - change.since >= LONGEST_SECONDS

    def was_read(self, window_id: int) -> None:
        """It has been read as it is now."""
        self._changes.pop(window_id, None)
        self._failed.pop(window_id, None)

    def failed(self, window_id: int, now: float) -> None:
        """Text recognition failed on it."""
        self._failed[window_id] = now + RETRY_SECONDS
        _shorten(self._failed)


def _shorten(kept: OrderedDict[int, _Change] | OrderedDict[int, float]) -> None:
    while len(kept) > _MOST:
        kept.popitem(last=False)
