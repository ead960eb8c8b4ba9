"""A clock that only goes forward, made of one that may be set back or stand still for a night.

Waiting and dwelling are counted on it: between two looks it never advances by more than ``most`` seconds, so that
hours of suspension are not hours spent reading, and a clock set back a day is not a negative dwell.
"""

from __future__ import annotations

from datetime import datetime

MOST_SECONDS = 15.0  # between two looks; the slowest tick is 10 s


class Steady:
    """Seconds that passed between looks, as far as they count."""

    def __init__(self, most: float = MOST_SECONDS) -> None:
        self._most = most
        self._last: datetime | None = None
        self.seconds = 0.0

    def advance(self, now: datetime) -> float:
        """Move on to ``now``; the seconds since the last look that count."""
        gap = 0.0 if self._last is None else (now - self._last).total_seconds()
        self._last = now
        counted = min(max(0.0, gap), self._most)
        self.seconds += counted
        return counted
