"""Windows: user32 and dwmapi through ctypes, translated by functions that need no Windows.

A window is as large as the window manager draws it; what GetWindowRect says has an invisible border, through which
neighbours show. Store apps that are suspended stay in the list of windows, cloaked, and are left out.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterable, Sequence
from ctypes import wintypes
from dataclasses import dataclass
from typing import Any

import psutil

from memory.errors import DisplayGoneError, UnsupportedDesktopError
from observers.desktop.private import is_private
from observers.desktop.rect import Rect
from observers.desktop.view import View, Window

_DWMWA_EXTENDED_FRAME_BOUNDS, _DWMWA_CLOAKED = 9, 14
_CORE_WINDOW = "Windows.UI.Core.CoreWindow"
_GWL_EXSTYLE, _WS_EX_TRANSPARENT, _WS_EX_LAYERED = -20, 0x20, 0x80000
_LWA_ALPHA = 0x2
_DESKTOP_READOBJECTS, _UOI_NAME = 0x1, 2
_WTS_CURRENT_SESSION, _WTS_SESSION_INFO_EX = 0xFFFFFFFF, 25
_DPI_PER_MONITOR_V2 = -4
_TICKS = 1 << 32  # milliseconds of GetTickCount until it starts anew, after 49.7 days
_LONGEST_TITLE = 1024
_MOST_PROCESSES = 500

# The wallpaper with its icons, and the taskbar's empty relatives: nothing of theirs is a window to read or to mask by.
_BACKDROPS = frozenset({"Progman", "WorkerW"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A top-level window as the API describes it. ``rect`` is (left, top, right, bottom) in physical pixels."""

    handle: int
    kind: str
    title: str
    rect: tuple[int, int, int, int]
    pid: int
    shown: bool = True
    iconic: bool = False
    cloaked: bool = False
    style: int = 0
    alpha: int | None = None


def windows_of(listed: Iterable[Listed], front: int | None, app_of: Callable[[int], str | None]) -> tuple[Window, ...]:
    """Those that are on the screen, in the order given, topmost first. ``front``: the foreground window."""
    return tuple(_window(each, front, app_of(each.pid)) for each in listed if _on_screen(each))


def _on_screen(each: Listed) -> bool:
    left, top, right, bottom = each.rect
    hidden = not each.shown or each.iconic or each.cloaked or each.kind in _BACKDROPS or each.alpha == 0
    # Click-through overlays (of a graphics driver, a pointer trail) span the screen and show nothing.
    overlay = bool(each.style & _WS_EX_LAYERED and each.style & _WS_EX_TRANSPARENT) and not each.title
    return not hidden and not overlay and right > left and bottom > top


def _window(each: Listed, front: int | None, app: str | None) -> Window:
    left, top, right, bottom = each.rect
    title = each.title.strip() or None
    return Window(
        id=each.handle,
        app=app,
        title=title,
        rect=Rect(left, top, right - left, bottom - top),
        focused=each.handle == front,
        private=is_private(app, title),
        pid=each.pid or None,
        translucent=each.alpha is not None and each.alpha < 255,
    )


def idle_seconds(now: int, last: int) -> float:
    """The time since the last input, by two readings of a counter that starts anew every 49.7 days."""
    return ((now - last) % _TICKS) / 1000


def app_name(executable: str) -> str:
    """What to call an application: its program without the ending."""
    return executable[:-4] if executable.lower().endswith(".exe") else executable


def is_locked(input_desktop: str | None, state: int | None, flags: int | None) -> bool:
    """Whether keys go elsewhere than to the user's desktop, or the session says so.

    ``input_desktop`` is the name of the desktop that has the keyboard, None if it may not be opened, as the one that
    asks for the password. ``state`` (0 is active) and ``flags`` (0 is locked) are WTSINFOEX's, None if unknown.
    """
    return input_desktop != "Default" or (state or 0) != 0 or flags == 0


class _LastInput(ctypes.Structure):
    _fields_ = (("size", wintypes.UINT), ("time", wintypes.DWORD))


class _SessionInfo(ctypes.Structure):
    """The beginning of WTSINFOEXW. Its union holds 8-byte integers and so starts at 8."""

    _fields_ = (
        ("level", wintypes.DWORD),
        ("padding", wintypes.DWORD),
        ("session", wintypes.ULONG),
        ("state", ctypes.c_int),
        ("flags", ctypes.c_int),
    )


class WindowsDesktop:
    """The desktop of the session that this process runs in."""

    name = "windows"

    def __init__(self) -> None:
        load: Callable[[str], Any] | None = getattr(ctypes, "WinDLL", None)
        if load is None:
            raise UnsupportedDesktopError("this computer does not run Windows")
        self._user, self._dwm, self._kernel, self._wts = map(load, ("user32", "dwmapi", "kernel32", "wtsapi32"))
        for function in ("GetForegroundWindow", "OpenInputDesktop", "FindWindowExW"):
            getattr(self._user, function).restype = ctypes.c_void_p  # handles are pointers, not ints
        self._kernel.GetTickCount.restype = wintypes.DWORD
        # In pixels, as what is grabbed is; otherwise the system answers in points of its own.
        self._user.SetProcessDpiAwarenessContext(ctypes.c_void_p(_DPI_PER_MONITOR_V2))
        self._apps: dict[int, str | None] = {}

    def look(self) -> View:
        """The desktop now."""
        front = self._user.GetForegroundWindow()
        listed = [self._describe(handle) for handle in self._handles()]
        if len(self._apps) > _MOST_PROCESSES:
            self._apps.clear()
        return View(
            windows=windows_of(listed, front, self._app),
            monitors=self._monitors(),
            idle_seconds=self._idle(),
            locked=is_locked(self._input_desktop(), *self._session()),
        )

    def close(self) -> None:
        """There is nothing to let go of."""

    def _handles(self) -> Sequence[int]:
        handles: list[int] = []

        def add(handle: int, _: int) -> bool:
            handles.append(handle)
            return True

        kind = _callback(wintypes.BOOL, ctypes.c_void_p, wintypes.LPARAM)
        if not self._user.EnumWindows(kind(add), 0):
            raise DisplayGoneError("Windows lists no windows: the session has ended. Start Inkling within a new one")
        return handles

    def _describe(self, number: int) -> Listed:
        user, handle = self._user, ctypes.c_void_p(number)
        title, kind = ctypes.create_unicode_buffer(_LONGEST_TITLE), ctypes.create_unicode_buffer(256)
        user.GetWindowTextW(handle, title, _LONGEST_TITLE)
        user.GetClassNameW(handle, kind, 256)
        style = user.GetWindowLongW(handle, _GWL_EXSTYLE)
        cloaked = wintypes.DWORD(0)
        self._dwm.DwmGetWindowAttribute(handle, _DWMWA_CLOAKED, ctypes.byref(cloaked), ctypes.sizeof(cloaked))
        return Listed(
            handle=number,
            kind=kind.value,
            title=title.value,
            rect=self._bounds(handle),
            pid=self._process(handle),
            shown=bool(user.IsWindowVisible(handle)),
            iconic=bool(user.IsIconic(handle)),
            cloaked=bool(cloaked.value),
            style=style,
            alpha=self._alpha(handle) if style & _WS_EX_LAYERED else None,
        )

    def _bounds(self, handle: ctypes.c_void_p) -> tuple[int, int, int, int]:
        rect = wintypes.RECT()
        size = ctypes.sizeof(rect)
        if self._dwm.DwmGetWindowAttribute(handle, _DWMWA_EXTENDED_FRAME_BOUNDS, ctypes.byref(rect), size) != 0:
            self._user.GetWindowRect(handle, ctypes.byref(rect))
        return rect.left, rect.top, rect.right, rect.bottom

    def _process(self, handle: ctypes.c_void_p) -> int:
        """A store app's window is inside a frame of the shell's; the process that counts is the one inside."""
        inside = self._user.FindWindowExW(handle, None, _CORE_WINDOW, None)
        pid = wintypes.DWORD(0)
        self._user.GetWindowThreadProcessId(ctypes.c_void_p(inside) if inside else handle, ctypes.byref(pid))
        return pid.value

    def _alpha(self, handle: ctypes.c_void_p) -> int | None:
        colour, alpha, flags = wintypes.DWORD(0), ctypes.c_ubyte(255), wintypes.DWORD(0)
        told = self._user.GetLayeredWindowAttributes(
            handle, ctypes.byref(colour), ctypes.byref(alpha), ctypes.byref(flags)
        )
        return alpha.value if told and flags.value & _LWA_ALPHA else None

    def _app(self, pid: int) -> str | None:
        if pid not in self._apps:
            self._apps[pid] = None
            with contextlib.suppress(psutil.Error, OSError):
                self._apps[pid] = app_name(psutil.Process(pid).name())
        return self._apps[pid]

    def _monitors(self) -> tuple[Rect, ...]:
        found: list[Rect] = []

        def add(_monitor: Any, _context: Any, at: Any, _: Any) -> bool:
            rect = at.contents
            found.append(Rect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top))
            return True

        kind = _callback(
            wintypes.BOOL, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(wintypes.RECT), wintypes.LPARAM
        )
        self._user.EnumDisplayMonitors(None, None, kind(add), 0)
        return tuple(dict.fromkeys(found))

    def _idle(self) -> float:
        last = _LastInput(size=ctypes.sizeof(_LastInput))
        self._user.GetLastInputInfo(ctypes.byref(last))
        return idle_seconds(self._kernel.GetTickCount(), last.time)

    def _input_desktop(self) -> str | None:
        opened = self._user.OpenInputDesktop(0, False, _DESKTOP_READOBJECTS)
        if not opened:
            return None
        handle, name, needed = ctypes.c_void_p(opened), ctypes.create_unicode_buffer(256), wintypes.DWORD(0)
        try:
            told = self._user.GetUserObjectInformationW(
                handle, _UOI_NAME, name, ctypes.sizeof(name), ctypes.byref(needed)
            )
            return name.value if told else None
        finally:
            self._user.CloseDesktop(handle)

    def _session(self) -> tuple[int | None, int | None]:
        at, size = ctypes.c_void_p(), wintypes.DWORD(0)
        told = self._wts.WTSQuerySessionInformationW(
            None, _WTS_CURRENT_SESSION, _WTS_SESSION_INFO_EX, ctypes.byref(at), ctypes.byref(size)
        )
        if not told or not at.value:
            return None, None
        try:
            if size.value < ctypes.sizeof(_SessionInfo):
                return None, None
            info = _SessionInfo.from_address(at.value)
            return info.state, info.flags
        finally:
            self._wts.WTSFreeMemory(at)


def _callback(*types: Any) -> Callable[..., Any]:
    """A type of function that Windows calls back; its calling convention is Windows's own."""
    make: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
    made: Callable[..., Any] = make(*types)
    return made
