"""When to leave a model alone that breaks again and again: a circuit breaker.

One crash is an accident and the next call may try again. Several in a row, with nothing achieved in between, are not:
then nothing is tried for a while, and for twice as long after each further one.
"""

from __future__ import annotations

MOST_FAILURES = 3
FIRST_PAUSE_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 6 * 3600.0


class Breaker:
    """Counts failures in a row. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.failures = 0
        self._until = 0.0

    def succeeded(self) -> None:
        """It works: what failed before no longer counts."""
        self.failures = 0

    def failed(self, now: float) -> None:
        """It broke once more."""
        self.failures += 1
        if self.failures >= MOST_FAILURES:
            doubled = FIRST_PAUSE_SECONDS * 2.0 ** min(self.failures - MOST_FAILURES, 16)
            self._until = now + min(doubled, LONGEST_PAUSE_SECONDS)

    def pause(self, now: float) -> float:
        """For how many seconds nothing should be tried; 0 if it may be."""
        return max(0.0, self._until - now) if self.failures >= MOST_FAILURES else 0.0
