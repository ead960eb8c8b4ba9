"""The X11 desktop, looked at with real programs on it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xsession import HEIGHT, WIDTH, XSession, running, view_where, wait_for, window_titled

from memory.errors import DisplayGoneError, UnsupportedDesktopError
from observers.desktop import Desktop, Rect, View
from observers.screen.exclusions import Rules
from observers.screen.grab import Grabber, MssScreen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 is Linux's")

Open = Callable[[XSession], Desktop]
A_PLACE = Rect(50, 60, 300, 200)


def titles(view: View) -> list[str | None]:
    return [window.title for window in view.windows]


def draw(session: XSession, place: Rect = A_PLACE) -> tuple[Any, Any]:
    """A window of our own that no manager is told of, and the connection that keeps it there."""
    connection = session.connect()
    screen = connection.screen()
    window = screen.root.create_window(
        place.left, place.top, place.width, place.height, 0, screen.root_depth,
        background_pixel=screen.white_pixel, override_redirect=True,
    )  # fmt: skip
    window.map()
    connection.sync()
    return connection, window


def test_windows_come_topmost_first_with_app_title_place_and_process(x_session: XSession, open_x11: Open) -> None:
    below = x_session.xterm(title="below", geometry="60x20+100+100")
    desktop = open_x11(x_session)
    window_titled(desktop, "below")
    x_session.xterm(title="above", geometry="40x10+300+150")
    view = view_where(desktop, lambda view: titles(view)[:2] == ["above", "below"] and view.windows[0].focused, "both")
    top, bottom = view.windows[:2]
    assert (top.app, top.private) == ("XTerm", False)
    assert bottom.pid == below.pid
    assert view.focused is top
    assert view.monitors == (Rect(0, 0, WIDTH, HEIGHT),)
    assert not view.locked


def test_a_title_bar_hides_what_is_below_but_is_not_read(x_session: XSession, open_x11: Open) -> None:
    x_session.xterm(title="framed")
    desktop = open_x11(x_session)
    window_titled(desktop, "framed")
    [window] = view_where(desktop, lambda view: view.windows[0].frame is not None, "a title bar around it").windows
    assert window.frame is not None
    assert window.frame.meet(window.rect) == window.rect
    assert window.frame.top < window.rect.top
    assert window.cover == window.frame


def test_raising_moving_renaming_and_closing_are_seen_at_the_next_look(x_session: XSession, open_x11: Open) -> None:
    first = x_session.xterm(title="first", geometry="60x20+100+100")
    desktop = open_x11(x_session)
    window_titled(desktop, "first")
    x_session.xterm(title="second", geometry="60x20+150+150")
    view_where(desktop, lambda view: titles(view) == ["second", "first"], "both")
    number = str(window_titled(desktop, "first").id)
    x_session.xdotool("windowactivate", "--sync", number)
    view_where(desktop, lambda view: titles(view) == ["first", "second"] and view.windows[0].focused, "raised")
    before = window_titled(desktop, "first").rect
    x_session.xdotool("windowmove", number, "700", "500")
    view_where(desktop, lambda view: view.windows[0].rect.left > before.left + 400, "moved")
    moved = window_titled(desktop, "first").rect
    assert (moved.width, moved.height) == (before.width, before.height)
    x_session.xdotool("windowsize", number, "300", "200")
    view_where(desktop, lambda view: view.windows[0].rect.width < before.width, "smaller")
    x_session.xdotool("set_window", "--name", "renamed", number)
    window_titled(desktop, "renamed")
    first.kill()
    view_where(desktop, lambda view: titles(view) == ["second"], "closed")


def test_minimised_windows_and_other_desktops_are_left_out(x_session: XSession, open_x11: Open) -> None:
    x_session.xterm(title="one")
    desktop = open_x11(x_session)
    number = str(window_titled(desktop, "one").id)
    x_session.xdotool("windowminimize", number)
    view_where(desktop, lambda view: not view.windows, "minimised")
    x_session.xdotool("windowactivate", number)
    window_titled(desktop, "one")
    x_session.xdotool("set_desktop", "1")
    view_where(desktop, lambda view: not view.windows, "another desktop")
    x_session.xdotool("set_desktop", "0")
    window_titled(desktop, "one")


def test_a_window_partly_off_the_screen_keeps_its_size(x_session: XSession, open_x11: Open) -> None:
    x_session.xterm(title="half", geometry="80x24-300+100")
    desktop = open_x11(x_session)
    number = str(window_titled(desktop, "half").id)
    x_session.xdotool("windowmove", number, str(WIDTH - 100), "100")
    view = view_where(desktop, lambda view: view.windows[0].rect.right > WIDTH, "half off")
    assert view.windows[0].rect.width > 500


def test_titles_in_any_script_and_encoding_are_read(bare_x_session: XSession, open_x11: Open) -> None:
    connection = bare_x_session.connect()
    root = connection.screen().root
    newer, older, utf8, latin = map(connection.intern_atom, ("_NET_WM_NAME", "WM_NAME", "UTF8_STRING", "STRING"))
    given = [
        (newer, utf8, "Übergröße 日本語 🙂".encode(), "Übergröße 日本語 🙂"),
        (older, latin, "Größe".encode("latin-1"), "Größe"),
        (newer, utf8, b"broken \xff\xfe end", "broken \ufffd\ufffd end"),
        (older, utf8, b"  \0", None),
    ]
    for place, (atom, kind, data, _) in enumerate(given):
        window = root.create_window(10 * place, 0, 200, 100, 0, 24)
        window.change_property(atom, kind, 8, data)
        window.map()
    connection.sync()
    view = view_where(open_x11(bare_x_session), lambda view: len(view.windows) == len(given), "all of them")
    assert list(reversed(titles(view))) == [read for *_, read in given]
    connection.close()


def test_without_a_window_manager_windows_are_those_of_the_root(bare_x_session: XSession, open_x11: Open) -> None:
    bare_x_session.xterm(title="alone", geometry="60x20+100+100")
    window = window_titled(open_x11(bare_x_session), "alone")
    assert window.app == "XTerm"
    assert window.frame is None or window.frame.area > window.rect.area


def test_a_menu_hides_what_is_below_and_is_its_owners(x_session: XSession, open_x11: Open, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("words")
    x_session.mousepad(note)
    desktop = open_x11(x_session)
    owner = window_titled(desktop, "note.txt")
    wait_for(lambda: desktop.look().focused, "the editor to get the keyboard")
    time.sleep(0.5)
    x_session.xdotool("key", "alt+f")
    view = view_where(desktop, lambda view: len(view.windows) > 1, "the menu")
    menu = view.windows[0]
    assert (menu.app, menu.title, menu.focused) == (owner.app, owner.title, False)
    assert menu.rect.area
    focused = view.focused
    assert focused is not None
    assert focused.id == owner.id
    assert view.above(focused) == (menu.cover,)
    assert not view.locked


def shaped(session: XSession, *parts: tuple[int, int, int, int]) -> tuple[Any, Any]:
    """A managed window named "cut" that is made of some parts of itself, over a green one named "vault"."""
    from Xlib.ext import shape  # noqa: PLC0415 - Linux only

    connection = session.connect()
    screen = connection.screen()
    places = {"vault": ((100, 100, 400, 300), 0x00FF00), "cut": ((50, 50, 600, 400), 0x0000FF)}
    for name, (place, colour) in places.items():
        window = screen.root.create_window(*place, 0, screen.root_depth, background_pixel=colour)
        window.set_wm_name(name)
        window.set_wm_class(name, name)
        window.set_wm_normal_hints(flags=1 | 4, x=place[0], y=place[1])  # where the user put it
        if name == "cut" and parts:
            window.shape_rectangles(shape.SO.Set, shape.SK.Bounding, 0, 0, 0, list(parts))
        wait_for(lambda window=window: is_shown(window), name)
    return connection, window


def is_shown(window: Any) -> bool:
    """Whether a window is on the screen; asks for it again, as a manager that has just started may miss it."""
    from Xlib import X  # noqa: PLC0415 - Linux only

    if window.get_attributes().map_state == X.IsViewable:
        return True
    window.map()
    return False


@pytest.mark.parametrize("managed", [True, False], ids=["framed", "bare"])
def test_no_pixel_of_an_excluded_window_is_read_through_a_hole_in_another(
    request: pytest.FixtureRequest, open_x11: Open, managed: bool
) -> None:
    session = request.getfixturevalue("x_session" if managed else "bare_x_session")
    connection, window = shaped(session, (0, 0, 600, 40))
    desktop = open_x11(session)
    view_where(desktop, lambda view: sorted(map(str, titles(view))) == ["cut", "vault"], "both")
    session.xdotool("windowraise", str(window.id))
    view = view_where(desktop, lambda view: titles(view) == ["cut", "vault"], "the cut one above")
    grabber = Grabber(MssScreen(session.display))

    def green(above: tuple[Rect, ...]) -> int:
        return int((grabber.grab(view.windows[0], above, view.monitors)[..., 1] == 255).sum())

    wait_for(lambda: green(()) > 10_000, "the vault to be painted, so that it shows through the hole")
    rules = Rules.parse(["app:vault"])
    assert green(rules.hiding(view, view.windows[0])) == 0
    assert [decision.outcome for decision in rules.decide(view) if decision.app == "vault"] != ["captured"]
    assert any(decision.app == "vault" for decision in rules.decide(view)), "as something of it shows"
    grabber.close()
    connection.close()


@pytest.mark.parametrize("managed", [True, False], ids=["framed", "bare"])
def test_a_shape_that_comes_changes_and_goes_is_seen_at_the_next_look(
    request: pytest.FixtureRequest, open_x11: Open, managed: bool
) -> None:
    from Xlib import X  # noqa: PLC0415 - Linux only
    from Xlib.ext import shape  # noqa: PLC0415 - Linux only

    session = request.getfixturevalue("x_session" if managed else "bare_x_session")
    connection, window = shaped(session)
    desktop = open_x11(session)

    def cut() -> bool:
        return window_titled(desktop, "cut").translucent

    assert not cut()
    for parts in ([(0, 0, 600, 100)], [(0, 0, 200, 400), (300, 0, 300, 400)]):
        window.shape_rectangles(shape.SO.Set, shape.SK.Bounding, 0, 0, 0, parts)
        connection.sync()
        wait_for(cut, "the hole")
        window.shape_mask(shape.SO.Set, shape.SK.Bounding, 0, 0, X.NONE)
        connection.sync()
        wait_for(lambda: not cut(), "the window to be whole")
    rounded = [(0, 0, 600, 388), (12, 388, 576, 12)]
    window.shape_rectangles(shape.SO.Set, shape.SK.Bounding, 0, 0, 0, rounded)
    connection.sync()
    assert not cut()
    window.configure(width=300, height=200)
    connection.sync()
    view_where(desktop, lambda _: window_titled(desktop, "cut").rect.width == 300, "smaller")
    assert not cut(), "its shape holds it whole"
    window.configure(width=900, height=400)
    connection.sync()
    wait_for(cut, "the shape that did not grow with it")
    connection.close()


def test_a_window_nobody_owns_is_there_without_a_name(x_session: XSession, open_x11: Open) -> None:
    connection, _ = draw(x_session)
    view = view_where(open_x11(x_session), lambda view: bool(view.windows), "it")
    assert (view.windows[0].app, view.windows[0].title, view.windows[0].private) == (None, None, None)
    assert view.windows[0].rect == A_PLACE
    connection.close()


def test_a_lock_screen_is_known_by_covering_a_monitor(x_session: XSession, open_x11: Open) -> None:
    x_session.xterm(title="secret")
    desktop = open_x11(x_session)
    window_titled(desktop, "secret")
    connection, window = draw(x_session, Rect(0, 0, WIDTH, HEIGHT))
    view_where(desktop, lambda view: view.locked, "the lock")
    window.unmap()
    connection.sync()
    view_where(desktop, lambda view: not view.locked, "unlocking")
    connection.close()


def test_a_blanked_screen_counts_as_locked(x_session: XSession, open_x11: Open) -> None:
    desktop = open_x11(x_session)
    assert not desktop.look().locked
    subprocess.run(["xset", "s", "activate"], env=x_session.environment, check=True)
    view_where(desktop, lambda view: view.locked, "the screen saver")
    subprocess.run(["xset", "s", "reset"], env=x_session.environment, check=True)
    view_where(desktop, lambda view: not view.locked, "its end")


def test_what_the_session_bus_says_of_a_lock_counts(x_session: XSession) -> None:
    said = [False]
    desktop = x_session.desktop(lambda: said[0])
    assert not desktop.look().locked
    said[0] = True
    assert desktop.look().locked
    desktop.close()


def test_idle_time_runs_until_a_key_is_pressed(x_session: XSession, open_x11: Open) -> None:
    desktop = open_x11(x_session)
    view_where(desktop, lambda view: view.idle_seconds > 0.5, "idling")
    x_session.xdotool("key", "shift")
    assert desktop.look().idle_seconds < 0.5


def test_windows_vanishing_while_being_asked_about_do_no_harm(
    x_session: XSession, open_x11: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    desktop = open_x11(x_session)
    connection = x_session.connect()
    root = connection.screen().root
    for _ in range(150):
        batch = [root.create_window(10, 10, 50, 50, 0, 24, override_redirect=True) for _ in range(5)]
        for window in batch:
            window.map()
        connection.flush()
        desktop.look()
        for window in batch:
            window.destroy()
        connection.flush()
        desktop.look()
    connection.sync()
    view_where(desktop, lambda view: not view.windows, "all gone")
    assert desktop._windows._known.keys() <= set(desktop._windows._stack)  # type: ignore[attr-defined]
    assert capfd.readouterr() == ("", "")
    connection.close()


def test_events_do_not_pile_up(x_session: XSession, open_x11: Open) -> None:
    desktop = open_x11(x_session)
    connection, window = draw(x_session)
    for number in range(5000):
        window.set_wm_name(f"title {number}")
    connection.sync()
    view_where(desktop, lambda view: "title 4999" in titles(view), "the last title")
    assert desktop._server._display.display.event_queue == []  # type: ignore[attr-defined]
    connection.close()


def test_a_display_that_dies_raises_the_same_error_now_and_later(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path) as session:
        desktop = session.desktop()
        desktop.look()
        session.server.kill()
        session.server.wait()
        for _ in range(3):
            with pytest.raises(DisplayGoneError):
                desktop.look()
        with pytest.raises(DisplayGoneError):
            session.desktop()
        desktop.close()
        desktop.close()
    assert capfd.readouterr() == ("", "")


def test_no_display_and_a_display_elsewhere_are_refused_without_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    from observers.desktop.x11 import X11Desktop  # noqa: PLC0415 - Linux only

    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(DisplayGoneError, match="DISPLAY is not set"):
        X11Desktop()
    for elsewhere in ("localhost:10.0", "192.0.2.1:0", "tcp/host:0"):
        with pytest.raises(UnsupportedDesktopError, match="another computer"):
            X11Desktop(elsewhere)
    with pytest.raises(DisplayGoneError):
        X11Desktop(":4711")  # nothing there, and no attempt over TCP, which the fixture no_network would report
