"""What `inkling why` shows: decisions and rules, never a title or a text."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

from observers.screen.decisions import Decisions, Noted
from observers.screen.exclusions import Decision

START = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
EDITOR = Decision(window=1, app="Editor", outcome="captured")
SIGNAL = Decision(window=2, app="Signal", outcome="masked", rule="app:Signal")


def test_the_same_decision_again_and_again_is_one_entry() -> None:
    decisions = Decisions()
    for second in range(60):
        at = START + timedelta(seconds=second)
        decisions.note(EDITOR, at, new_lines=second % 2)
        decisions.note(SIGNAL, at)

    editor, signal = decisions.latest()

    end = START + timedelta(seconds=59)
    assert editor == Noted(
        app="Editor", outcome="captured", rule=None, first=START, last=end, times=60, new_lines=30
    )  # fmt: skip
    assert signal == Noted(app="Signal", outcome="masked", rule="app:Signal", first=START, last=end, times=60)


def test_only_the_latest_are_kept_and_asked_for() -> None:
    decisions = Decisions(most=5)
    for second in range(20):
        app = Decision(window=1, app=f"app {second}", outcome="captured")
        decisions.note(app, START + timedelta(seconds=second))

    assert [noted.app for noted in decisions.latest()] == [f"app {n}" for n in range(15, 20)]
    assert [noted.app for noted in decisions.latest(START + timedelta(seconds=18))] == ["app 18", "app 19"]
    decisions.clear()
    assert decisions.latest() == []


def test_there_is_no_room_for_what_was_on_the_screen() -> None:
    assert {field.name for field in fields(Noted)} == {"app", "outcome", "rule", "first", "last", "times", "new_lines"}
