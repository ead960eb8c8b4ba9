"""macOS: windows by Quartz, the browser's address and private mode by AppleScript.

Without the Screen Recording permission macOS hands out a picture of the wallpaper and no titles, silently. So that is
asked for first, and without it there is no desktop to observe. Answers are translated by functions that need no Mac.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from memory.errors import DisplayGoneError, UnsupportedDesktopError
from observers.desktop.private import is_private
from observers.desktop.rect import Rect
from observers.desktop.view import View, Window

_INVISIBLE_ALPHA = 0.01
_OPAQUE_ALPHA = 0.99
# Windows of the system that span the screen all day, and draw on a small part of it or on none.
_BACKDROPS = frozenset({"Dock", "Window Server", "WindowManager"})

_SCRIPT_SECONDS = 0.5
_PAGE_SECONDS = 15.0  # a browser may go elsewhere under the same title; osascript costs about a tenth of a second
_MOST_PAGES = 200
_CHROMIUM = frozenset(
    {"Google Chrome", "Google Chrome Canary", "Chromium", "Brave Browser", "Microsoft Edge", "Vivaldi", "Opera", "Arc"}
)
_SAFARI = frozenset({"Safari", "Safari Technology Preview"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser says of its front window."""

    url: str | None = None
    private: bool | None = None


Ask = Callable[[str], Page]


class MacDesktop:
    """The desktop of the session that this process runs in."""

    name = "macos"

    def __init__(self) -> None:
        try:
            import AppKit  # noqa: PLC0415 - a Mac's
            import Quartz  # noqa: PLC0415
        except ImportError as missing:
            raise UnsupportedDesktopError(
                "PyObjC is not there, and without it windows cannot be told apart: pip install pyobjc-framework-Quartz"
            ) from missing
        self._quartz, self._workspace = Quartz, AppKit.NSWorkspace.sharedWorkspace()
        if not Quartz.CGPreflightScreenCaptureAccess():
            Quartz.CGRequestScreenCaptureAccess()  # puts Inkling's terminal on the list to tick
            raise UnsupportedDesktopError(
                "macOS does not let Inkling see the screen. Allow it for the program you start Inkling from in System "
                "Settings, Privacy & Security, Screen Recording; then start Inkling again"
            )
        self._pages = Pages(ask_browser)

    def look(self) -> View:
        """The desktop now."""
        quartz = self._quartz
        session = quartz.CGSessionCopyCurrentDictionary()
        options = quartz.kCGWindowListOptionOnScreenOnly | quartz.kCGWindowListExcludeDesktopElements
        listed = quartz.CGWindowListCopyWindowInfo(options, quartz.kCGNullWindowID)
        if session is None or listed is None:
            raise DisplayGoneError(
                "the window server does not answer: the session has ended. Start Inkling within a new one"
            )
        front = self._workspace.frontmostApplication()
        windows = windows_of(listed, front.processIdentifier() if front is not None else None)
        idle = quartz.CGEventSourceSecondsSinceLastEventType(
            quartz.kCGEventSourceStateCombinedSessionState, quartz.kCGAnyInputEventType
        )
        asleep = bool(quartz.CGDisplayIsAsleep(quartz.CGMainDisplayID()))
        locked = is_locked(session)
        return View(
            windows=windows if locked else self._pages.added(windows),
            monitors=self._monitors(),
            idle_seconds=float(idle),
            locked=locked or asleep,
        )

    def close(self) -> None:
        """There is nothing to let go of."""

    def _monitors(self) -> tuple[Rect, ...]:
        _, displays, count = self._quartz.CGGetActiveDisplayList(32, None, None)
        bounds = (self._quartz.CGDisplayBounds(display) for display in displays[:count])
        return tuple(
            Rect(int(each.origin.x), int(each.origin.y), int(each.size.width), int(each.size.height)) for each in bounds
        )


def is_locked(session: Mapping[str, Any]) -> bool:
    """Whether the session is locked, or another user's is on the screen, by CGSessionCopyCurrentDictionary."""
    return bool(session.get("CGSSessionScreenIsLocked", False)) or not session.get("kCGSSessionOnConsoleKey", True)


def windows_of(listed: Sequence[Mapping[str, Any]], front: int | None) -> tuple[Window, ...]:
    """The windows of CGWindowListCopyWindowInfo, which come front to back. ``front``: the process that is active."""
    windows: list[Window] = []
    for each in listed:
        window = _window_of(each)
        level = int(each.get("kCGWindowLayer", 0))
        if (
            window.rect.area
            and float(each.get("kCGWindowAlpha", 1.0)) >= _INVISIBLE_ALPHA
            and not _is_backdrop(window, level)
        ):
            first = front is not None and not any(other.focused for other in windows)
            windows.append(replace(window, focused=first and level == 0 and window.pid == front))
    return tuple(windows)


def _window_of(listed: Mapping[str, Any]) -> Window:
    app, title, pid = (listed.get(f"kCGWindow{name}") for name in ("OwnerName", "Name", "OwnerPID"))
    app, title = (str(text) if text else None for text in (app, title))
    return Window(
        id=int(listed.get("kCGWindowNumber", 0)),
        app=app,
        title=title,
        rect=_bounds(listed.get("kCGWindowBounds") or {}),
        private=is_private(app, title),
        pid=int(pid) if pid is not None else None,
        translucent=float(listed.get("kCGWindowAlpha", 1.0)) < _OPAQUE_ALPHA,
    )


def _is_backdrop(window: Window, level: int) -> bool:
    return level != 0 and window.app in _BACKDROPS


def _bounds(bounds: Mapping[str, Any]) -> Rect:
    left, top, width, height = (float(bounds.get(name, 0)) for name in ("X", "Y", "Width", "Height"))
    return Rect(round(left), round(top), round(width), round(height))


class Pages:
    """Adds the address and private mode of the browser in front, which is asked again whenever its title changes."""

    def __init__(self, ask: Ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._known: dict[tuple[int, str | None], tuple[float, Page]] = {}

    def added(self, windows: tuple[Window, ...]) -> tuple[Window, ...]:
        """The windows, with what their browsers say. A window that was in front before keeps what was said then."""
        return tuple(self._with_page(window) for window in windows)

    def _with_page(self, window: Window) -> Window:
        if not window.app or not scripted(window.app):
            return window
        key, now = (window.id, window.title), self._clock()
        asked, page = self._known.get(key, (float("-inf"), None))
        if window.focused and now - asked > _PAGE_SECONDS:
            if len(self._known) >= _MOST_PAGES:
                self._known.clear()
            page = self._ask(window.app)
            self._known[key] = now, page
        if page is None:
            return window
        return replace(window, url=page.url, private=True if window.private else page.private)


def scripted(app: str) -> bool:
    """Whether a browser answers AppleScript about its windows. Firefox does not."""
    return app in _CHROMIUM or app in _SAFARI


def script_for(app: str) -> str:
    """What to ask a :func:`scripted` browser: two lines, the mode if it tells, and the address."""
    if app in _SAFARI:
        return f'tell application "{app}" to return linefeed & (URL of current tab of front window)'
    return f'tell application "{app}" to return (mode of front window) & linefeed & (URL of active tab of front window)'


def ask_browser(app: str) -> Page:
    """What the browser says of its front window, within half a second; nothing if it may not be asked."""
    with contextlib.suppress(OSError, subprocess.SubprocessError, UnicodeError):
        run = subprocess.run(  # noqa: S603 - the name is one of ours
            ["/usr/bin/osascript", "-e", script_for(app)],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=_SCRIPT_SECONDS,
            check=True,
        )
        return page_of(run.stdout)
    return Page()


def page_of(output: str) -> Page:
    """The two lines of the script's answer. A page without an address has AppleScript's "missing value" there."""
    mode, _, url = output.removesuffix("\n").partition("\n")
    url = url.strip()
    return Page(
        url=url if url and url != "missing value" else None,
        private={"incognito": True, "normal": False}.get(mode.strip().casefold()),
    )
