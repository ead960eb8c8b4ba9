"""Something done again and again in a thread of low priority, whose failures never end the engine.

The surprising decision: a step says itself when the next one is due, so that the screen is looked at quickly while it
changes and hardly at all while nobody is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.engine.slack import lower_priority
from assistant.engine.supervised import Supervised
from memory.errors import InklingError

if TYPE_CHECKING:
    from assistant.engine.log import Log

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 300.0
END_SECONDS = 8.0  # how long a step under way may take to end

Step = Callable[[], float]


class Loop:
    """Runs ``step`` until ended; what it returns is the seconds until it runs again.

    A step that raises one of Inkling's errors is tried again later and later, and ``failure`` says why meanwhile. Any
    other error is the supervising thread's business, which logs it and begins anew; ``failure`` says that it broke.
    """

    def __init__(self, name: str, step: Step, log: Log, close: Callable[[], None] = lambda: None) -> None:
        """``close`` is called in the loop's own thread when it ends or begins anew."""
        self.failure: str | None = None
        self._step = step
        self._close = close
        self._log = log
        self._wake = threading.Event()
        self._ended = False
        self._retry = FIRST_RETRY_SECONDS
        self._thread = Supervised(name, self._work, log)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Run the next step now, because something has changed."""
        self._wake.set()

    def well(self) -> None:
        """What failed works again: for a step that goes on for long, called by itself."""
        self.failure, self._retry = None, FIRST_RETRY_SECONDS

    def end(self) -> None:
        """Let no further step begin; returns at once."""
        self._ended = True
        self._wake.set()

    def join(self) -> bool:
        """Wait for the step under way; False if it did not end in time."""
        return self._thread.stop(END_SECONDS)

    def _work(self, stop: threading.Event) -> None:
        lower_priority()
        try:
            while not (stop.is_set() or self._ended):
                self._wake.wait(self._tried())
                self._wake.clear()
        finally:
            self._close()

    def _tried(self) -> float:
        """Do a step; the seconds until the next one."""
        try:
            wait = self._step()
        except InklingError as error:
            if self.failure != str(error):
                self._log.failure("background work failed", error)
            wait, self._retry = self._retry, min(LONGEST_RETRY_SECONDS, 2 * self._retry)
            self.failure = str(error)
            return wait
        except Exception:
            self.failure = "it broke and is started again; the engine's log says where"
            raise
        self.well()
        return wait
