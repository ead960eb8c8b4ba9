"""A thread of the engine that is started again when it breaks, for as long as it is wanted.

The engine must outlive anything that an observer, a model or a client does: what a thread raises is logged, and after a
pause that grows with every failure in a row it begins anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.engine.uptime import seconds

if TYPE_CHECKING:
    from assistant.engine.log import Log

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
SOUND_SECONDS = 300.0  # after running this long, a failure is the first again

Work = Callable[[threading.Event], None]  # runs until the event is set


class Supervised:
    """Runs ``work`` in a daemon thread until stopped; ``work`` that returns by itself is done."""

    def __init__(self, name: str, work: Work, log: Log, first_pause: float = FIRST_PAUSE_SECONDS) -> None:
        self._work = work
        self._log = log
        self._pause = first_pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"inkling-{name}", daemon=True)
        self.failures = 0

    def start(self) -> None:
        """Begin. A supervised thread is started once."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> bool:
        """Ask it to end and wait for that; whether it did in time."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether it runs, or waits to begin anew."""
        return self._thread.is_alive()

    def _run(self) -> None:
        pause = self._pause
        while not self._stop.is_set():
            began = seconds()
            if self._ended():
                return
            if seconds() - began > SOUND_SECONDS:
                pause = self._pause
            self._stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _ended(self) -> bool:
        """Do the work; False if it broke."""
        try:
            self._work(self._stop)
        except Exception as error:  # noqa: BLE001 - the worker boundary
            self.failures += 1
            self._log.failure("a thread broke and is started again", error)
            return False
        return True
