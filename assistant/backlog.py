"""Embedding what waits for a vector, in the background: after a change of model, or a kill between store and embed.

A small backlog is worked off at once by whoever notices it; a large one by one daemon thread, a batch at a time, so
that recall goes on meanwhile, by words alone where vectors are still missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from memory.errors import InklingError

SMALL = 256  # items embedded on the spot: a quarter of a second
BATCH = 128  # items between two looks at whether to stop


class Backlog:
    """Works off the items of one open vault that wait for a vector."""

    def __init__(self, waiting: Callable[[], int], embed: Callable[[int], int]) -> None:
        """``waiting`` counts the items, ``embed`` embeds up to so many of them and says how many it did."""
        self._waiting = waiting
        self._embed = embed
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def catch_up(self) -> None:
        """Embed a small backlog now; see to it that a large one is being worked off."""
        if self._thread is not None and self._thread.is_alive():
            return
        waiting = self._waiting()
        if 0 < waiting <= SMALL:
            self._embed(SMALL)
        elif waiting:
            self._thread = threading.Thread(target=self._work, name="inkling-embedding", daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing is being worked off; False if that took longer than ``seconds``."""
        if self._thread is not None:
            self._thread.join(seconds)
            return not self._thread.is_alive()
        return True

    def stop(self) -> None:
        """End the background work after the batch in hand; the rest waits for the next time."""
        self._stop.set()
        self.wait()

    def _work(self) -> None:
        try:
            while not self._stop.is_set() and self._embed(BATCH):
                pass
        except InklingError:
            return  # the items still wait; the next catch_up() tries again, in the open where its error is seen
