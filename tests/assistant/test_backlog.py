"""What waits for a vector gets one: a little at once, a lot in the background."""

from __future__ import annotations

import threading

from assistant.backlog import SMALL, Backlog
from memory.errors import StorageFullError


class Queue:
    """Items waiting, and who embedded them."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.threads: set[str] = set()

    def embed(self, most: int) -> int:
        self.threads.add(threading.current_thread().name)
        done = min(most, self.waiting)
        self.waiting -= done
        return done


def test_a_small_backlog_is_done_at_once_in_the_callers_thread() -> None:
    queue = Queue(SMALL)
    Backlog(lambda: queue.waiting, queue.embed).catch_up()
    assert queue.waiting == 0
    assert queue.threads == {threading.current_thread().name}


def test_a_large_backlog_is_done_in_the_background() -> None:
    queue = Queue(10 * SMALL)
    backlog = Backlog(lambda: queue.waiting, queue.embed)
    backlog.catch_up()
    assert backlog.wait(10)
    assert queue.waiting == 0
    assert queue.threads == {"inkling-embedding"}


def test_nothing_waiting_starts_nothing() -> None:
    queue = Queue(0)
    Backlog(lambda: queue.waiting, queue.embed).catch_up()
    assert not queue.threads


def test_stopping_leaves_the_rest_for_the_next_time() -> None:
    queue = Queue(1_000_000)
    went_on = threading.Event()

    def slowly(most: int) -> int:
        went_on.set()
        return queue.embed(most)

    backlog = Backlog(lambda: queue.waiting, slowly)
    backlog.catch_up()
    assert went_on.wait(10)
    backlog.stop()
    left = queue.waiting
    assert left > 0
    assert backlog.wait(0)
    assert queue.waiting == left


def test_an_error_in_the_background_keeps_what_waits() -> None:
    def fail(most: int) -> int:
        raise StorageFullError("the disk is full")

    backlog = Backlog(lambda: 10 * SMALL, fail)
    backlog.catch_up()
    assert backlog.wait(10)
