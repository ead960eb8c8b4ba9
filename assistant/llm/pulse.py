"""A sign of life for whoever waits for a model: about once a second they hear that the work goes on.

It is there for what they may answer: a client that went away raises, and that ends the work. The surprising decision:
a listener that does not return is waited for in its own thread, and only there. Meanwhile another thread takes away
what the call holds, so that one client that hangs holds up nobody else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from assistant.llm.model import Told
from assistant.llm.queue import DEAF, stopped


class Pulse:
    """Tells one listener, or nobody, that the work goes on, while there is nothing else to tell. For one thread."""

    def __init__(self, told: Told | None, seconds: float = 1.0, deaf_seconds: float = 10.0) -> None:
        """``told`` hears an empty text every so many ``seconds``, and may take ``deaf_seconds`` to hear it."""
        self._told = told
        self._seconds = seconds
        self._deaf_seconds = deaf_seconds
        self._next = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._is_telling = False
        self._was_deaf = False

    def beat(self, deaf: Callable[[], object]) -> None:
        """To be called all the time; ``deaf`` is called, in another thread, if the listener does not return.

        Raises what the listener raises, and ModelStoppedError if it did not return in time.
        """
        if self._told is None or time.monotonic() < self._next:
            return
        timer = threading.Timer(self._deaf_seconds, self._give_up, [deaf])
        timer.daemon = True
        self._is_telling = True
        timer.start()
        try:
            self._told("")
        finally:
            with self._lock:
                self._is_telling = False
            timer.cancel()
        if self._was_deaf:
            raise stopped(DEAF)
        self._next = time.monotonic() + self._seconds

    def _give_up(self, deaf: Callable[[], object]) -> None:
        with self._lock:
            if self._is_telling:
                self._was_deaf = True
                deaf()
