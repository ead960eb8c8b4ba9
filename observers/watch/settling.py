"""Which of the files that have changed are at rest and may be read: a rule on times, which are given to it.

A file is due once it has not changed for a moment. One that never rests is due all the same after a while, for a log
somebody works into all day is such a file; whether it can be read in that state is for whoever asks to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from observers.watch.folders import Stamp


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. How long a file must rest, and wait at most; how long a failed one waits; how often all is looked at."""

    rest: float = 2.0
    longest: float = 15.0
    longest_retry: float = 300.0
    look: float = 60.0  # where notices come; network folders and lost notices are found by looking
    look_without_notices: float = 5.0
    tick: float = 1.0


@dataclass(slots=True)
class _Waiting:
    stamp: Stamp
    since: float
    changed: float
    due: float
    failures: int = 0


class Settling:
    """The files that have changed and are not read yet."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._waiting: dict[Path, _Waiting] = {}

    def notice(self, path: Path, stamp: Stamp, now: float) -> None:
        """A file is not as it was. Seen again unchanged, it is no later for that."""
        waiting = self._waiting.get(path)
        if waiting is None:
            self._waiting[path] = _Waiting(stamp, now, now, now + self._pace.rest)
        elif waiting.stamp != stamp:
            waiting.stamp, waiting.changed, waiting.failures = stamp, now, 0
            waiting.due = max(now, min(now + self._pace.rest, waiting.since + self._pace.longest))

    def due(self, now: float) -> Iterator[tuple[Path, Stamp]]:
        """The files to look at now, as they were last seen, the longest waiting first."""
        found = [(waiting.since, path) for path, waiting in self._waiting.items() if waiting.due <= now]
        for _, path in sorted(found):
            if path in self._waiting:
                yield path, self._waiting[path].stamp

    def is_restless(self, path: Path, now: float) -> bool:
        """Whether a file has been changing for as long as anybody waits."""
        waiting = self._waiting.get(path)
        return waiting is not None and now >= waiting.since + self._pace.longest

    def has_rested(self, path: Path, now: float) -> bool:
        """Whether a file has not changed for long enough."""
        waiting = self._waiting.get(path)
        return waiting is not None and now >= waiting.changed + self._pace.rest

    def put_off(self, path: Path, now: float) -> None:
        """It could not be read: try again, each time after twice as long."""
        waiting = self._waiting.get(path)
        if waiting is not None:
            waiting.failures += 1
            waiting.since = now
            waiting.due = now + min(self._pace.longest_retry, self._pace.rest * 2**waiting.failures)

    def forget(self, path: Path) -> None:
        """It was read, or is gone."""
        self._waiting.pop(path, None)
