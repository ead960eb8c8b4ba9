"""X11: every window in the server's own order, for one round trip a look while nothing changes.

What the X server does not know stays unknown here too. A desktop shell that draws its panels and notifications onto
the compositor's overlay (GNOME) has no window for them, so what it draws over a window is read as part of it.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterable, Sequence

import psutil
from Xlib.ext import dpms, randr, screensaver
from Xlib.protocol import request

from observers.desktop import x11_properties as said
from observers.desktop.lock import SessionLock
from observers.desktop.private import is_browser, is_private, opens_private
from observers.desktop.rect import Rect
from observers.desktop.view import View, Window
from observers.desktop.x11_connection import Connection
from observers.desktop.x11_properties import EVERY_DESKTOP
from observers.desktop.x11_windows import NOWHERE, Pair, Windows

_MOST_BROWSERS = 100  # processes whose arguments are kept in mind


class X11Desktop:
    """The desktop on an X display, ``$DISPLAY`` by default. ``session_locked`` says what the session's bus knows."""

    name = "x11"

    def __init__(self, display: str | None = None, session_locked: Callable[[], bool] | None = None) -> None:
        self._server = Connection(display)
        self._windows = Windows(self._server)
        self._lock = SessionLock() if session_locked is None else None
        self._session_locked = session_locked or self._lock_hint
        self._monitors: tuple[Rect, ...] = ()
        self._here = socket.gethostname()
        self._arguments: dict[int, tuple[str, ...]] = {}  # of browsers, by process
        self._stays_private: set[int] = set()
        if self._server.has(randr.extname):
            self._server.watch_monitors()

    def look(self) -> View:
        """The desktop now."""
        server = self._server
        saver = dark = None
        if server.has(screensaver.extname):
            saver = server.ask(screensaver.QueryInfo, opcode=server.opcode(screensaver.extname), drawable=server.root)
        if server.has(dpms.extname):
            dark = server.ask(dpms.DPMSInfo, opcode=server.opcode(dpms.extname))
        focus = server.ask(request.GetInputFocus)
        focus, saver, dark = (question and server.answer(question) for question in (focus, saver, dark))
        self._windows.refresh()
        monitors = self._glass()
        pairs = list(self._windows.shown())
        windows = self._describe(pairs, getattr(focus, "focus", None), monitors)
        blank = (saver is not None and saver.state == screensaver.StateOn) or (
            dark is not None and dark.state and dark.power_level != 0
        )
        return View(
            windows=windows,
            monitors=monitors,
            idle_seconds=saver.idle / 1000 if saver else 0.0,
            locked=bool(blank) or covered_by_lock(pairs, monitors) or self._session_locked(),
        )

    def close(self) -> None:
        """Let go of the display."""
        self._server.close()
        if self._lock:
            self._lock.close()

    def _lock_hint(self) -> bool:
        return self._lock is not None and self._lock.locked()

    def _glass(self) -> tuple[Rect, ...]:
        if self._windows.monitors_stale:
            self._monitors = self._read_monitors()
            self._windows.monitors_stale = False
        return self._monitors

    def _read_monitors(self) -> tuple[Rect, ...]:
        server = self._server
        if server.has(randr.extname):
            answer = server.answer(
                server.ask(randr.GetMonitors, opcode=server.opcode(randr.extname), window=server.root, is_active=True)
            )
            if answer and answer.monitors:
                return tuple(
                    dict.fromkeys(
                        Rect(each.x, each.y, each.width_in_pixels, each.height_in_pixels) for each in answer.monitors
                    )
                )
        whole = server.answer(server.ask(request.GetGeometry, drawable=server.root))
        return (Rect(0, 0, whole.width, whole.height),) if whole else ()

    def _describe(self, pairs: Sequence[Pair], focus: object, monitors: Sequence[Rect]) -> tuple[Window, ...]:
        """Windows as the rules see them. A menu or tooltip takes its name from the window that it belongs to."""
        active = self._windows.active or getattr(focus, "id", None)
        managed = {pair.client.id: self._window(pair, active) for pair in pairs if not _floats(pair)}
        described = (managed.get(pair.client.id) or self._floating(pair, managed) for pair in pairs)
        self._forget_the_closed()
        return tuple(window for window in described if any(window.cover.meet(glass).area for glass in monitors))

    def _window(self, pair: Pair, active: int | None) -> Window:
        client, properties = pair.client, pair.client.properties
        app, title = said.app(properties), said.title(properties)
        pid = said.pid(properties, self._here)
        rect, frame = extents(pair, self._windows.desktop)
        return Window(
            id=client.id,
            app=app,
            title=title,
            rect=rect,
            frame=None if frame == rect else frame,
            focused=active is not None and active in {client.id, pair.top.id},
            private=self._privacy(client.id, app, title, pid),
            pid=pid,
            translucent=said.pierced(rect, (*pair.top.holes, *client.holes))
            or (self._windows.composited and said.see_through(properties, client.place, client.depth)),
        )

    def _floating(self, pair: Pair, managed: dict[int, Window]) -> Window:
        window = self._window(pair, None)
        owner = owner_of(window.pid, said.number(pair.client.properties.get("WM_TRANSIENT_FOR")), managed)
        if owner is None:
            return window
        return Window(
            id=window.id,
            app=owner.app,
            title=owner.title,
            rect=window.rect,
            frame=window.frame,
            private=owner.private,
            pid=owner.pid,
            translucent=window.translucent,
        )

    def _privacy(self, window: int, app: str | None, title: str | None, pid: int | None) -> bool | None:
        if app is None or not is_browser(app):
            return is_private(app, title)
        if opens_private(app, title):
            self._stays_private.add(window)
        if window in self._stays_private:
            return True
        if pid is not None and pid not in self._arguments:
            self._arguments[pid] = command_line(pid)
        return is_private(app, title, self._arguments.get(pid or 0, ()))

    def _forget_the_closed(self) -> None:
        """An iconified window is not forgotten, only one the server no longer has."""
        self._stays_private = {window for window in self._stays_private if self._windows.known(window)}
        if len(self._arguments) > _MOST_BROWSERS:
            self._arguments.clear()


def command_line(pid: int) -> tuple[str, ...]:
    """A process's arguments; none if they cannot be read. Chromium rewrites its own into one piece."""
    with contextlib.suppress(psutil.Error, OSError):
        return tuple(part for argument in psutil.Process(pid).cmdline() for part in argument.split())
    return ()


def extents(pair: Pair, desktop: int | None) -> tuple[Rect, Rect]:
    """The part of a window that can be read, and what it hides. One of another desktop, if mapped, only hides."""
    properties, top = pair.client.properties, pair.top.place
    whole = said.inside(properties, pair.client.place)
    own_shadow = whole != pair.client.place
    rect = whole.meet(top)
    on = said.number(properties.get("_NET_WM_DESKTOP"))
    if on is not None and desktop is not None and on not in {desktop, EVERY_DESKTOP}:
        return NOWHERE, top
    return (rect if rect.area else NOWHERE), (rect if own_shadow and rect.area else top)


def owner_of(pid: int | None, leader: int | None, managed: dict[int, Window]) -> Window | None:
    """The window that a menu or tooltip belongs to, if it says so or only one can be meant."""
    if leader in managed:
        return managed[leader]
    same = [window for window in managed.values() if pid is not None and window.pid == pid]
    focused = [window for window in same if window.focused]
    return next(iter(focused or (same if len(same) == 1 else [])), None)


def covered_by_lock(pairs: Iterable[Pair], monitors: Sequence[Rect]) -> bool:
    """Whether a window that no manager knows of covers a whole monitor on top of all others, as screen lockers do."""
    for pair in pairs:
        if not _floats(pair):
            return False
        if any(glass.area and pair.top.place.meet(glass) == glass for glass in monitors):
            return True
    return False


def _floats(pair: Pair) -> bool:
    return pair.top is pair.client and pair.top.unmanaged
