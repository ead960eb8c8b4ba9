"""When a changing window is read, and when it is let be."""

from __future__ import annotations

from observers.screen.settling import Settling


def test_a_change_is_read_once_it_is_the_same_twice() -> None:
    settling = Settling()

    assert [settling.advice(1, digest, now) for now, digest in enumerate([b"a", b"b", b"c", b"c"])] == [
        "wait", "wait", "wait", "read",
    ]  # fmt: skip


def test_a_change_without_end_is_read_now_and_then() -> None:
    settling = Settling()
    advice = []
    for now in range(30):
        advice.append(settling.advice(1, str(now).encode(), now))
        if advice[-1] == "read":
            settling.was_read(1)

    assert [now for now, each in enumerate(advice) if each == "read"] == [10, 21]


def test_a_still_window_is_read_for_a_while_and_then_only_looked_at() -> None:
    settling = Settling()

    assert [settling.advice(1, b"", now) for now in (0, 5, 10, 11, 100)] == ["read", "read", "read", "skip", "skip"]
    assert settling.advice(1, b"a", 101) == "wait"
    assert settling.advice(1, b"a", 102) == "read"
    assert settling.advice(1, b"", 103) == "read"


def test_a_window_that_failed_is_tried_again_later() -> None:
    settling = Settling()
    settling.failed(1, 0)

    assert [settling.advice(1, b"", now) for now in (1, 9, 10)] == ["wait", "wait", "read"]
    settling.failed(1, 10)
    assert settling.advice(1, b"", 15) == "wait"
    assert settling.advice(2, b"", 15) == "read"


def test_windows_are_remembered_in_bounds() -> None:
    settling = Settling()
    for window in range(1000):
        settling.advice(window, b"a", 0)
        settling.advice(window, b"", 0)
        settling.failed(window, 0)

    assert all(len(kept) <= 64 for kept in (settling._changes, settling._still, settling._failed))
