"""Which desktop is opened, and what is said where there is none to open."""

from __future__ import annotations

import subprocess
import sys

import pytest
from xsession import XSession

from memory.errors import DisplayGoneError, UnsupportedDesktopError
from observers.desktop import Rect, View, Window, open_desktop


@pytest.mark.parametrize(
    "environment",
    [
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"},
        {"XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0"},
        {"XDG_SESSION_TYPE": "Wayland"},
    ],
)
def test_wayland_is_refused_even_with_an_x_display_beside_it(environment: dict[str, str]) -> None:
    with pytest.raises(UnsupportedDesktopError, match="Log in to an X11 session"):
        open_desktop("linux", environment)


@pytest.mark.skipif(sys.platform != "linux", reason="X11 is Linux's")
def test_no_display_is_said_to_be_none() -> None:
    with pytest.raises(DisplayGoneError, match="DISPLAY is not set"):
        open_desktop("linux", {"XDG_SESSION_TYPE": "tty"})


def test_another_system_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedDesktopError, match="freebsd"):
        open_desktop("freebsd14", {"DISPLAY": ":0"})


@pytest.mark.skipif(sys.platform != "linux", reason="X11 is Linux's")
def test_an_x_session_is_opened(x_session: XSession) -> None:
    desktop = open_desktop("linux", {"DISPLAY": x_session.display, "XDG_SESSION_TYPE": "x11"})
    assert desktop.name == "x11"
    assert desktop.look().windows == ()
    desktop.close()


def test_what_lies_above_a_window_hides_it_with_its_decorations() -> None:
    top = Window(id=1, app="a", title="t", rect=Rect(10, 30, 80, 60), frame=Rect(9, 9, 82, 82))
    middle = Window(id=2, app="b", title="t", rect=Rect(0, 0, 50, 50))
    bottom = Window(id=3, app="c", title="t", rect=Rect(0, 0, 100, 100))
    view = View(windows=(top, middle, bottom), monitors=(), idle_seconds=0)
    assert view.above(top) == ()
    assert view.above(bottom) == (Rect(9, 9, 82, 82), Rect(0, 0, 50, 50))


def test_the_package_loads_no_platforms_libraries() -> None:
    code = "import observers.desktop, sys; print(sorted({'Xlib', 'psutil', 'jeepney', 'numpy'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert run.stdout.strip() == "[]"
