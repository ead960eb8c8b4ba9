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
    other error is the supervising thread's business, which logs it and begins anew.
    """

    def __init__(self, name: str, step: Step, log: Log, close: Callable[[], None] = lambda: None) -> None:
        """``close`` is called in the loop's own thread when it ends or begins anew."""
        self.failure: str | None = None
        self._step = step
        self._close = close
        self._log = log
        self._wake = threading.Event()
        self._ended = False
        self._thread = Supervised(name, self._work, log)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Run the next step now, because something has changed."""
        self._wake.set()

    @property
    def ended(self) -> bool:
        """Whether the loop is to end: a long step looks now and then."""
        return self._ended

    def end(self) -> None:
        """Let no further step begin; returns at once."""
        self._ended = True
        self._wake.set()

    def join(self) -> bool:
        """Wait for the step under way; False if it did not end in time."""
        return self._thread.stop(END_SECONDS)

    def _work(self, stop: threading.Event) -> None:
        lower_priority()
        retry = FIRST_RETRY_SECONDS
        try:
            while not (stop.is_set() or self._ended):
                try:
                    wait = self._step()
                    self.failure, retry = None, FIRST_RETRY_SECONDS
                except InklingError as error:
                    if self.failure != str(error):
                        self._log.failure("background work failed", error)
                    self.failure, wait, retry = str(error), retry, min(LONGEST_RETRY_SECONDS, 2 * retry)
                self._wake.wait(wait)
                self._wake.clear()
        finally:
            self._close()
