"""When a window is worth reading: once a change stands still, or has been going on for long.

Somebody types a line in ten looks; it is read in one. Still is a window whose change is the same at two looks in a row.
A window on which nothing has changed is given to the reader for a while longer, which costs little and lets it see that
an animation has ended; after that, looking for changes is all that is done with it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, TypeVar

Advice = Literal["read", "wait", "skip"]

LONGEST_SECONDS = 10.0  # of steady change before a window is read as it is
AFTERWARDS_SECONDS = 10.0  # without change in which it is still read
RETRY_SECONDS = 10.0  # before a window is tried again on which text recognition failed
_MOST = 64

_T = TypeVar("_T")


@dataclass(slots=True)
class _Change:
    digest: bytes
    since: float


class Settling:
    """What changes on which windows. Times are in seconds on a steady clock."""

    def __init__(self) -> None:
        self._changes: OrderedDict[int, _Change] = OrderedDict()
        self._still: OrderedDict[int, float] = OrderedDict()
        self._failed: OrderedDict[int, float] = OrderedDict()

    def advice(self, window_id: int, digest: bytes, now: float) -> Advice:
        """What to do about a window whose change ``digest`` stands for; empty if nothing changed."""
        if now < self._failed.get(window_id, 0.0):
            return "wait"
        if not digest:
            since = _kept(self._still, window_id, now)
            return "read" if now - since <= AFTERWARDS_SECONDS else "skip"
        self._still.pop(window_id, None)
        fresh = _Change(digest, now)
        change = _kept(self._changes, window_id, fresh)
        if change is not fresh and change.digest == digest:
            return "read"
        change.digest = digest
        return "read" if now - change.since >= LONGEST_SECONDS else "wait"

    def was_read(self, window_id: int) -> None:
        """It has been read as it is now."""
        self._changes.pop(window_id, None)
        self._failed.pop(window_id, None)

    def failed(self, window_id: int, now: float) -> None:
        """Text recognition failed on it."""
        self._failed.pop(window_id, None)
        _kept(self._failed, window_id, now + RETRY_SECONDS)


def _kept(kept: OrderedDict[int, _T], window_id: int, default: _T) -> _T:
    """What is kept of a window, or ``default`` from now on; of the windows met last, so many."""
    found = kept.setdefault(window_id, default)
    while len(kept) > _MOST:
        kept.popitem(last=False)
    return found
