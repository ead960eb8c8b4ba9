"""Decided before any pixel is read: what of a desktop may be captured."""

from __future__ import annotations

import pytest

from observers.desktop import Rect, View, Window
from observers.screen.exclusions import OWN, UNKNOWN, Rules

SCREEN = Rect(0, 0, 1920, 1080)


def window(number: int, app: str | None, title: str | None, rect: Rect = SCREEN, **more: object) -> Window:
    return Window(id=number, app=app, title=title, rect=rect, **more)  # type: ignore[arg-type]


def view(*windows: Window) -> View:
    return View(windows=windows, monitors=(SCREEN,), idle_seconds=0)


def test_an_excluded_window_in_front_is_skipped_and_one_beside_is_masked() -> None:
    editor = window(1, "Editor", "notes", Rect(0, 0, 900, 1000), focused=True)
    signal = window(2, "Signal", "Signal", Rect(900, 0, 900, 1000))
    rules = Rules.parse(["app:Signal"])

    beside = rules.decide(view(editor, signal))
    front = rules.decide(view(window(2, "Signal", "Signal", Rect(0, 0, 9, 9), focused=True)))

    assert [(d.window, d.outcome, d.rule) for d in beside] == [(1, "captured", None), (2, "masked", "app:Signal")]
    assert [(d.window, d.outcome, d.rule) for d in front] == [(2, "skipped", "app:Signal")]


def test_what_cannot_be_seen_is_not_decided_about() -> None:
    covered = window(2, "Signal", "Signal", Rect(10, 10, 100, 100))
    elsewhere = window(3, "Signal", "Signal", Rect(4000, 0, 100, 100))

    decisions = Rules.parse(["app:Signal"]).decide(view(window(1, "Editor", "notes"), covered, elsewhere))

    assert [d.window for d in decisions] == [1]


@pytest.mark.parametrize(("app", "title"), [(None, "A title"), ("Editor", None), ("", "A title"), ("firefox", " ")])
def test_an_unknown_window_is_left_out_as_soon_as_there_is_a_rule(app: str | None, title: str | None) -> None:
    assert Rules().explain(app, title).outcome == "captured"
    assert Rules.parse(["app:Signal"]).explain(app, title).rule == UNKNOWN


def test_a_program_that_has_no_title_to_tell_is_known_by_its_name() -> None:
    assert Rules.parse(["app:Signal"]).explain("Clock", "").outcome == "captured"


@pytest.mark.parametrize(
    ("app", "title"),
    [
        ("Inkling", "Memory"),
        ("org.inkling.Inkling", "x"),
        ("kitty", "Inkling"),
        ("some-new-terminal", "Inkling"),
        ("gnome-terminal-server", "inkling recall cats"),
        ("xterm", "ana@home: inkling why"),
        ("kitty", "inkling - bash"),
        ("kitty", "tmux: inkling"),
        ("kitty", "tmux: inkling*"),
        ("gnome-terminal-server", '0:1:inkling - "home"'),
        ("gnome-terminal-server", '0:1:python3 - "Inkling" '),
        ("xterm", "[screen 1: inkling] ana@home: ~"),
        ("Terminal", "ana — inkling ◂ tmux — 120×40"),
        ("xterm", "/home/ana/.local/bin/inkling"),
        ("WindowsTerminal.exe", r"C:\Users\ana\venv\Scripts\inkling.exe"),
    ],
)
def test_inklings_own_windows_are_never_captured(app: str, title: str) -> None:
    assert Rules().explain(app, title).rule == OWN
    assert Rules.parse(["app:Signal"]).explain(app, title).outcome == "skipped"


@pytest.mark.parametrize(
    ("app", "title"),
    [
        ("firefox", "Inkling - Inkipedia — Mozilla Firefox"),
        ("firefox", 'What "Inkling" means - Dictionary — Mozilla Firefox'),
        ("kitty", "~/code/inkling"),
        ("kitty", "vim inklings.txt"),
        ("kitty", "tmux: vim inkling.md"),
        ("kitty", '0:1:vim - "~/code/inkling"'),
        ("xterm", "[screen 0: bash] ana@home: ~/inkling"),
        ("xterm", "ana@home: inkling-notes"),
        ("xterm", "an inkling of it"),
    ],
)
def test_what_only_has_the_name_in_its_title_is_captured(app: str, title: str) -> None:
    assert Rules.parse(["app:Signal"]).explain(app, title).rule is None


def test_the_first_rule_that_holds_is_named() -> None:
    rules = Rules.parse(["title:*plan*", "app:Signal", "", "app:Signal"])

    assert rules.explain("Signal", "The plan").rule == "title:*plan*"
    assert rules.explain("Signal", "Ana").rule == "app:Signal"
    assert len(rules.rules) == 2


def test_a_window_hides_with_its_title_bar_and_shows_what_it_lets_through() -> None:
    glass = window(1, "kitty", "~", Rect(0, 30, 800, 570), frame=Rect(0, 0, 800, 600), translucent=True)
    signal = window(2, "Signal", "Signal", Rect(100, 100, 300, 300))
    editor = window(3, "Editor", "notes")
    rules = Rules.parse(["app:Signal"])
    screen = view(glass, signal, editor)

    assert rules.hiding(screen, glass) == (signal.rect,)
    assert rules.hiding(screen, editor) == (glass.cover, signal.rect)
    assert Rules().hiding(screen, glass) == ()


def test_what_lies_under_a_see_through_window_is_decided_about_as_it_shows() -> None:
    glass = window(1, "kitty", "~", translucent=True)
    signal = window(2, "Signal", "Signal", Rect(100, 100, 300, 300))

    decisions = Rules.parse(["app:Signal"]).decide(view(glass, signal, window(3, "Editor", "notes"), signal))

    assert [(d.window, d.outcome) for d in decisions] == [(1, "captured"), (2, "masked"), (3, "captured")]
