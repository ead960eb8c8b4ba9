"""What Windows answers, and what that means. The answers are written down here; no Windows is needed."""

from __future__ import annotations

import sys

import pytest

from memory.errors import UnsupportedDesktopError
from observers.desktop import Rect
from observers.desktop.windows import Listed, WindowsDesktop, app_name, idle_seconds, is_locked, windows_of

APPS = {10: "chrome", 11: "notepad", 12: "msedge", 13: "explorer"}


def listed(
    handle: int, title: str, pid: int, rect: tuple[int, int, int, int] = (0, 0, 800, 600), **more: object
) -> Listed:
    return Listed(handle=handle, kind="Window", title=title, rect=rect, pid=pid, **more)  # type: ignore[arg-type]


def test_windows_keep_their_order_and_get_their_app() -> None:
    windows = windows_of(
        [listed(1, "Bank - Google Chrome", 10, (-8, 10, 792, 610)), listed(2, "a.txt - Notepad", 11)], 1, APPS.get
    )
    assert [(window.app, window.title, window.focused) for window in windows] == [
        ("chrome", "Bank - Google Chrome", True),
        ("notepad", "a.txt - Notepad", False),
    ]
    assert windows[0].rect == Rect(-8, 10, 800, 600)
    assert [window.private for window in windows] == [None, False]


@pytest.mark.parametrize(
    "more",
    [
        {"shown": False},
        {"iconic": True},
        {"cloaked": True},
        {"alpha": 0},
        {"rect": (5, 5, 5, 5)},
        {"title": "", "style": 0x80020},
    ],
)
def test_what_does_not_show_is_left_out(more: dict[str, object]) -> None:
    assert windows_of([listed(**{"handle": 1, "title": "x", "pid": 11, **more})], None, APPS.get) == ()  # type: ignore[arg-type]


def test_the_wallpaper_is_no_window() -> None:
    wallpaper = Listed(handle=1, kind="Progman", title="Program Manager", rect=(0, 0, 1920, 1080), pid=13)
    assert windows_of([wallpaper], 1, APPS.get) == ()


def test_a_window_of_a_process_that_is_not_told_has_no_name() -> None:
    (window,) = windows_of([listed(1, "", 99)], None, APPS.get)
    assert (window.app, window.title, window.private) == (None, None, None)


def test_inprivate_and_translucent_windows_are_known() -> None:
    (window,) = windows_of([listed(1, "Bank - [InPrivate] - Microsoft\u200b Edge", 12, alpha=200)], None, APPS.get)
    assert window.private
    assert window.translucent


@pytest.mark.parametrize(
    ("desktop", "state", "flags", "locked"),
    [
        ("Default", 0, 1, False),
        ("Default", None, None, False),
        ("Default", 0, -1, False),
        ("Default", 0, 0, True),
        ("Default", 4, 1, True),
        ("Winlogon", 0, 1, True),
        ("Screen-saver", 0, 1, True),
        (None, 0, 1, True),
    ],
)
def test_locked_sessions_are_told_from_open_ones(
    desktop: str | None, state: int | None, flags: int | None, locked: bool
) -> None:
    assert is_locked(desktop, state, flags) is locked


def test_idle_time_survives_the_counter_starting_anew() -> None:
    assert idle_seconds(10_000, 4_000) == 6.0
    assert idle_seconds(1_000, (1 << 32) - 2_000) == 3.0


def test_programs_are_called_without_their_ending() -> None:
    assert app_name("KeePassXC.EXE") == "KeePassXC"
    assert app_name("bash") == "bash"


@pytest.mark.skipif(sys.platform == "win32", reason="there it opens")
def test_elsewhere_it_says_so() -> None:
    with pytest.raises(UnsupportedDesktopError):
        WindowsDesktop()
