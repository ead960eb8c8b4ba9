"""What a call says while it is under way, on its way to the screen: as fast as a slow terminal can draw, and no faster.

It is also how waiting is given up. Whoever made the call says so here, and the call ends the next time it says
anything, since that raises; an engine at its other end finds that its client is gone, and stops the model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_A_SECOND = 20


class StoppedWaitingError(Exception):
    """Nobody waits for the call any more."""


class Telling:
    """Hears the pieces of one text in the thread of its call, and passes on how much there is of it by now.

    ``tell`` is called in that thread, at most ``MOST_A_SECOND``; what came last may be withheld until the next piece.
    """

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._text = ""
        self._told_at = float("-inf")
        self._stopped = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether waiting was given up."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Give up waiting; from any thread."""
        self._stopped.set()

    def begin(self) -> None:
        """The call is made, perhaps once more. Raises StoppedWaitingError."""
        self._text, self._told_at = "", float("-inf")
        self._check()

    def hear(self, piece: str) -> None:
        """Take the next piece, which may be empty. Raises StoppedWaitingError."""
        self._check()
        self._text += piece
        now = self._clock()
        if now - self._told_at >= 1 / MOST_A_SECOND:
            self._told_at = now
            self._tell(self._text)

    def _check(self) -> None:
        if self.stopped:
            raise StoppedWaitingError
