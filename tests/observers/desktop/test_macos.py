"""What macOS answers, and what that means. The answers are written down here; no Mac is needed."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from memory.errors import UnsupportedDesktopError
from observers.desktop import Rect, Window
from observers.desktop.macos import MacDesktop, Page, Pages, is_locked, page_of, script_for, scripted, windows_of


def listed(number: int, app: str | None, title: str | None, pid: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "kCGWindowNumber": number,
        "kCGWindowOwnerName": app,
        "kCGWindowName": title,
        "kCGWindowOwnerPID": pid,
        "kCGWindowLayer": 0,
        "kCGWindowAlpha": 1.0,
        "kCGWindowBounds": {"X": 10.0, "Y": 20.0, "Width": 800.0, "Height": 600.0},
        **more,
    }


def chrome(title: str = "Bank", focused: bool = True) -> Window:
    return Window(id=7, app="Google Chrome", title=title, rect=Rect(0, 0, 10, 10), focused=focused)


def test_windows_keep_their_order_and_the_first_of_the_active_process_has_the_keyboard() -> None:
    windows = windows_of(
        [
            listed(1, "Control Center", "", 5, kCGWindowLayer=25),
            listed(2, "Terminal", "zsh", 6),
            listed(3, "Safari", "News", 7),
            listed(4, "Safari", "Bank", 7),
        ],
        7,
    )
    assert [(window.id, window.app, window.title, window.focused) for window in windows] == [
        (1, "Control Center", None, False),
        (2, "Terminal", "zsh", False),
        (3, "Safari", "News", True),
        (4, "Safari", "Bank", False),
    ]
    assert windows[0].rect == Rect(10, 20, 800, 600)
    assert [window.private for window in windows] == [False, False, None, None]


def test_what_does_not_show_and_what_spans_the_screen_without_showing_is_left_out() -> None:
    assert (
        windows_of(
            [
                listed(1, "Overlay", "x", kCGWindowAlpha=0.0),
                listed(2, "Empty", "x", kCGWindowBounds={"X": 0, "Y": 0, "Width": 0, "Height": 0}),
                listed(3, "Dock", "Dock", kCGWindowLayer=20),
            ],
            None,
        )
        == ()
    )


def test_a_window_without_a_known_owner_has_no_name() -> None:
    (window,) = windows_of([{"kCGWindowNumber": 1, "kCGWindowBounds": {"X": 0, "Y": 0, "Width": 5, "Height": 5}}], None)
    assert (window.app, window.title, window.private, window.pid, window.focused) == (None, None, None, None, False)


def test_the_browser_in_front_is_asked_once_for_each_title_and_again_after_a_while() -> None:
    asked: list[str] = []
    now = [0.0]

    def ask(app: str) -> Page:
        asked.append(app)
        return Page(url=f"https://bank.example/{len(asked)}", private=False)

    pages = Pages(ask, lambda: now[0])
    assert pages.added((chrome(),))[0].url == "https://bank.example/1"
    assert pages.added((chrome(),))[0].url == "https://bank.example/1"
    assert pages.added((chrome(focused=False),))[0].url == "https://bank.example/1"
    assert pages.added((chrome("Other"),))[0].url == "https://bank.example/2"
    now[0] = 60.0
    assert pages.added((chrome("Other"),))[0].url == "https://bank.example/3"
    assert asked == ["Google Chrome"] * 3


def test_a_browser_that_was_never_in_front_and_other_programs_are_not_asked() -> None:
    def ask(app: str) -> Page:
        raise AssertionError(app)

    terminal = Window(id=1, app="Terminal", title="zsh", rect=Rect(0, 0, 1, 1), focused=True, private=False)
    firefox = Window(id=2, app="Firefox", title="News", rect=Rect(0, 0, 1, 1), focused=True)
    given = (terminal, firefox, chrome(focused=False))
    assert Pages(ask).added(given) == given


def test_a_title_that_says_private_outweighs_what_the_browser_says() -> None:
    window = Window(id=1, app="Google Chrome", title="x", rect=Rect(0, 0, 1, 1), focused=True, private=True)
    assert Pages(lambda _: Page(private=False)).added((window,))[0].private is True


@pytest.mark.parametrize(
    ("output", "page"),
    [
        ("normal\nhttps://example.org/a\n", Page("https://example.org/a", False)),
        ("incognito\nhttps://example.org/\n", Page("https://example.org/", True)),
        ("\nhttps://example.org/\n", Page("https://example.org/", None)),
        ("\nmissing value\n", Page(None, None)),
        ("something else\n", Page(None, None)),
        ("", Page(None, None)),
    ],
)
def test_what_a_browser_answers_is_understood_or_unknown(output: str, page: Page) -> None:
    assert page_of(output) == page


def test_only_browsers_that_are_known_get_into_a_script() -> None:
    assert not scripted('Evil" to do shell script "x')
    assert script_for("Safari") != script_for("Brave Browser")


@pytest.mark.parametrize(
    ("session", "locked"),
    [
        ({"kCGSSessionOnConsoleKey": True}, False),
        ({}, False),
        ({"kCGSSessionOnConsoleKey": True, "CGSSessionScreenIsLocked": True}, True),
        ({"kCGSSessionOnConsoleKey": False}, True),
    ],
)
def test_locked_and_switched_sessions_are_known(session: dict[str, Any], locked: bool) -> None:
    assert is_locked(session) is locked


@pytest.mark.skipif(sys.platform == "darwin", reason="there it opens")
def test_elsewhere_it_says_what_is_missing() -> None:
    with pytest.raises(UnsupportedDesktopError, match="PyObjC"):
        MacDesktop()
