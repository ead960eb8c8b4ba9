"""Whose turn it is, with real threads, and when a model is left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from engines import until

from assistant.llm import breaker
from assistant.llm.breaker import Breaker
from assistant.llm.queue import Queue
from memory.errors import ModelStoppedError


class Line:
    """Threads that queue up one after the other and note when it is their turn."""

    def __init__(self, grace_seconds: float = 60.0) -> None:
        self.queue = Queue(grace_seconds)
        self.served: list[str] = []
        self.stopped: list[str] = []
        self._threads: list[threading.Thread] = []

    def joined_by(self, name: str, *, urgent: bool = False, stop: threading.Event | None = None) -> None:
        def wait() -> None:
            try:
                turn = self.queue.take(urgent=urgent, stop=stop)
            except ModelStoppedError:
                self.stopped.append(name)
                return
            self.served.append(name)
            turn.release()

        before = len(self.queue)
        self._threads.append(threading.Thread(target=wait))
        self._threads[-1].start()
        until(lambda: len(self.queue) == before + 1, f"{name} waits")

    def ends(self) -> None:
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()


def begun(queue: Queue, end: Callable[[], object] = lambda: None, *, urgent: bool = False):
    turn = queue.take(urgent=urgent)
    turn.begin(end)
    return turn


def test_the_first_to_come_is_the_first_to_be_served() -> None:
    line = Line()
    holder = begun(line.queue)
    for name in "abc":
        line.joined_by(name)
    holder.release()
    line.ends()
    assert line.served == ["a", "b", "c"]


def test_what_is_urgent_goes_first_and_in_the_order_it_came() -> None:
    line = Line()
    holder = begun(line.queue, urgent=True)
    for name in ("background", "urgent 1", "urgent 2"):
        line.joined_by(name, urgent=name.startswith("urgent"))
    holder.release()
    line.ends()
    assert line.served == ["urgent 1", "urgent 2", "background"]


def test_a_background_call_hears_that_something_urgent_waits() -> None:
    line = Line()
    holder = begun(line.queue)
    line.joined_by("background")
    assert not holder.is_hurried
    line.joined_by("urgent", urgent=True)
    until(lambda: holder.is_hurried, "it hears of the hurry")
    holder.release()
    line.ends()
    assert line.served == ["urgent", "background"]


def test_an_urgent_call_is_not_hurried() -> None:
    line = Line(grace_seconds=0)
    holder = begun(line.queue, lambda: pytest.fail("it was taken away"), urgent=True)
    line.joined_by("urgent", urgent=True)
    assert not threading.Event().wait(0.2)
    assert not holder.is_hurried
    assert line.served == []
    holder.release()
    line.ends()


def test_from_one_that_does_not_end_the_turn_is_taken_and_its_later_release_takes_nobody_elses() -> None:
    line, ended = Line(grace_seconds=0.1), threading.Event()
    holder = begun(line.queue, ended.set)
    line.joined_by("urgent", urgent=True)
    line.ends()
    assert ended.is_set()
    assert line.served == ["urgent"]
    other = begun(line.queue)
    holder.release()
    assert line.queue.is_taken
    other.release()
    assert not line.queue.is_taken


def test_one_that_still_prepares_is_left_to_it_and_then_gives_way() -> None:
    line = Line(grace_seconds=0)
    holder = line.queue.take(urgent=False)
    line.joined_by("urgent", urgent=True)
    until(lambda: holder.is_hurried, "it hears of the hurry")
    assert not threading.Event().wait(0.2)
    assert line.served == []
    with pytest.raises(ModelStoppedError, match="more urgent"):
        holder.begin(lambda: pytest.fail("it was taken away"))
    holder.release()
    line.ends()


def test_one_who_no_longer_wants_leaves_the_queue() -> None:
    line, stop = Line(), threading.Event()
    holder = begun(line.queue)
    line.joined_by("a", stop=stop)
    line.joined_by("b")
    stop.set()
    until(lambda: line.stopped == ["a"], "it is told")
    assert len(line.queue) == 1
    holder.release()
    line.ends()
    assert line.served == ["b"]


def test_closed_everybody_is_told_that_it_is_over() -> None:
    line = Line()
    begun(line.queue)
    line.joined_by("a")
    line.joined_by("b", urgent=True)
    line.queue.close()
    line.ends()
    assert sorted(line.stopped) == ["a", "b"]
    with pytest.raises(ModelStoppedError, match="being closed"):
        line.queue.take(urgent=True)
    assert line.queue.take_idle() is None


def test_an_idle_turn_is_had_only_where_nobody_is() -> None:
    queue = Queue(1.0)
    holder = begun(queue)
    assert queue.take_idle() is None
    holder.release()
    turn = queue.take_idle()
    assert turn is not None
    assert queue.is_taken
    turn.release()


def test_one_failure_or_two_are_accidents_a_third_is_not() -> None:
    tripped = Breaker()
    for _ in range(breaker.MOST_FAILURES - 1):
        tripped.failed(100)
    assert tripped.pause(100) == 0
    tripped.failed(100)
    assert tripped.pause(100) == breaker.FIRST_PAUSE_SECONDS
    assert tripped.pause(100 + breaker.FIRST_PAUSE_SECONDS) == 0


def test_each_further_failure_doubles_the_pause_up_to_a_limit_and_a_success_ends_it() -> None:
    tripped = Breaker()
    pauses = []
    for _ in range(40):
        tripped.failed(5)
        pauses.append(tripped.pause(5))
    assert pauses[2:5] == [600, 1200, 2400]
    assert pauses[-1] == breaker.LONGEST_PAUSE_SECONDS
    tripped.succeeded()
    tripped.failed(5)
    assert tripped.pause(5) == 0
