"""Whose turn it is: what is urgent before what is not, and first come, first served within each.

An urgent call does not only go first, it asks the background call under way to end. The surprising decision is what
happens to one that does not: after a short grace what it works with is taken away and the turn with it, so that
nobody waits for a thread that hangs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from memory.errors import ModelStoppedError

POLL_SECONDS = 0.05  # how often an event that a caller owns is looked at

ANOTHER = "another model was chosen"
CLOSING = "the vault is being closed"
DEAF = "whoever asked does not listen"
MORE_URGENT = "something more urgent came; it may be asked again"
UNWANTED = "nobody waits for it any more"


def stopped(why: str) -> ModelStoppedError:
    """The error of a call that was ended on purpose."""
    return ModelStoppedError(f"the model was stopped: {why}")


class Turn:
    """The right to use the model, or a place in the queue for it, from :meth:`Queue.take` until released."""

    def __init__(self, queue: Queue, *, urgent: bool) -> None:
        self._queue = queue
        self.urgent = urgent
        self.hurried_at: float | None = None
        self.end: Callable[[], object] | None = None

    @property
    def is_hurried(self) -> bool:
        """Whether something more urgent waits."""
        return self.hurried_at is not None

    def begin(self, end: Callable[[], object]) -> None:
        """What was to be prepared is; from now on ``end`` may be called to take it away, and must return at once.

        Raises ModelStoppedError if something more urgent came meanwhile.
        """
        self._queue.begin(self, end)

    def release(self) -> None:
        """Let the next one in; does nothing the second time, or once the turn was taken away."""
        self._queue.release(self)


class Queue:
    """Gives out one turn at a time. ``grace_seconds`` is what a background call has to end when it is asked to."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace_seconds = grace_seconds
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []
        self._holder: Turn | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @property
    def is_taken(self) -> bool:
        """Whether somebody has the turn."""
        return self._holder is not None

    def take(
        self, *, urgent: bool, stop: threading.Event | None = None, beat: Callable[[Turn], object] = lambda _: None
    ) -> Turn:
        """Wait for a turn. Raises ModelStoppedError once ``stop`` is set or the queue is closed.

        ``beat`` is called now and then with the turn that is waited for; what it raises ends the waiting.
        """
        turn = Turn(self, urgent=urgent)
        with self._changed:
            self._waiting.append(turn)
        try:
            while not self._taken(turn, stop):
                beat(turn)  # without the lock: it may take its time
        except BaseException:
            turn.release()
            raise
        return turn

    def take_idle(self) -> Turn | None:
        """A turn if nobody has or wants one."""
        with self._changed:
            if self._holder is not None or self._waiting or self._closed:
                return None
            self._holder = Turn(self, urgent=False)
            return self._holder

    def begin(self, turn: Turn, end: Callable[[], object]) -> None:
        """See :meth:`Turn.begin`."""
        with self._changed:
            if turn.is_hurried:
                raise stopped(MORE_URGENT)
            turn.end = end

    def release(self, turn: Turn) -> None:
        """See :meth:`Turn.release`."""
        with self._changed:
            if turn in self._waiting:
                self._waiting.remove(turn)
            if self._holder is turn:
                self._holder = None
            self._changed.notify_all()

    def close(self) -> None:
        """Everybody who waits, now or later, is told that it is over."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _taken(self, turn: Turn, stop: threading.Event | None) -> bool:
        """Whether it is this one's turn now; if not, some time has passed."""
        with self._changed:
            self._expect_wanted(stop)
            if not self._is_next(turn):
                self._changed.wait(POLL_SECONDS)
                return False
            self._waiting.remove(turn)
            self._holder = turn
            self._changed.notify_all()
            return True

    def _is_next(self, turn: Turn) -> bool:
        first = next((each for each in self._waiting if each.urgent), self._waiting[0])
        if turn is not first:
            return False
        if self._holder is not None and turn.urgent and not self._holder.urgent:
            self._hurry(self._holder)
        return self._holder is None

    def _hurry(self, holder: Turn) -> None:
        """Ask a background call to end; take its turn away once the grace is over."""
        now = time.monotonic()
        if holder.hurried_at is None:
            holder.hurried_at = now
        elif holder.end is not None and now - holder.hurried_at > self._grace_seconds:
            holder.end()
            self._holder = None

    def _expect_wanted(self, stop: threading.Event | None) -> None:
        if self._closed:
            raise stopped(CLOSING)
        if stop is not None and stop.is_set():
            raise stopped(UNWANTED)
