"""Pixels of one window and of nothing else: only the rectangles in which it shows are asked for.

What other windows cover, and what lies off the glass, stays zero in the frame. So a pixel of an excluded window is not
dropped after the fact; it is never read.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from memory.errors import DisplayGoneError
from observers.desktop import Rect, Window, visible
from observers.screen.ocr import Image

if TYPE_CHECKING:
    from mss import MSS


class Screen(Protocol):
    """Where pixels come from."""

    def read(self, rect: Rect) -> Image:
        """The pixels of a rectangle that lies on the glass, as many as it has, for the caller to keep."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Grabber:
    """Grabs windows from ``screen``, the computer's own by default. For one thread, as what it is made of."""

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen or MssScreen()

    def grab(self, window: Window, above: Sequence[Rect], monitors: Sequence[Rect]) -> Image:
        """The window, of its own size, as far as it shows on the ``monitors`` under what is ``above`` it.

        Raises DisplayGoneError if there is no display any more.
        """
        rect = window.rect
        shown = [part for glass in _apart(monitors) for part in visible(rect.meet(glass), above)]
        if shown == [rect]:
            return self._screen.read(rect)
        frame: Image = np.zeros((max(0, rect.height), max(0, rect.width), 4), dtype=np.uint8)
        for part in shown:
            top, left = part.top - rect.top, part.left - rect.left
            frame[top : top + part.height, left : left + part.width] = self._screen.read(part)
        return frame

    def close(self) -> None:
        """Let go of the display."""
        self._screen.close()


def _apart(monitors: Sequence[Rect]) -> list[Rect]:
    """The glass as pieces that do not overlap, as the monitors of a mirrored desktop may."""
    pieces: list[Rect] = []
    for monitor in monitors:
        pieces.extend(visible(monitor, tuple(pieces)))
    return pieces


class MssScreen:
    """The screen by mss. On X11 that is XCB with shared memory: 1.5 ms of CPU for 1920x1080, a ninth of Xlib's.

    ``display`` is X11's, ``$DISPLAY`` by default.
    """

    def __init__(self, display: str | None = None) -> None:
        self._display = display
        self._gone = False
        self._mss: MSS | None = None

    def read(self, rect: Rect) -> Image:
        """The pixels of a rectangle. Where the screen has just become smaller there are none, and those are zero."""
        box = (rect.left, rect.top, rect.right, rect.bottom)
        try:
            shot = self._open().grab(box)
        except _refusals():
            self._let_go()  # mss holds as much shared memory as the screen had pixels when it was opened
            fresh = self._open()
            try:
                shot = fresh.grab(box)
            except _refusals() as refused:
                if not _off(rect, fresh):
                    raise self._farewell() from refused
                return np.zeros((rect.height, rect.width, 4), dtype=np.uint8)
        return fitted(np.frombuffer(shot.raw, dtype=np.uint8).reshape(shot.height, shot.width, 4), rect)

    def close(self) -> None:
        """Let go of the screen; it is not read again."""
        self._gone = True
        self._let_go()

    def _open(self) -> MSS:
        if self._gone:
            raise self._farewell()
        if self._mss is None:
            from mss import MSS  # noqa: PLC0415 - needed only where there is a screen

            try:
                self._mss = MSS(display=self._x_display()) if sys.platform == "linux" else MSS()
            except _refusals() as refused:
                raise self._farewell() from refused
        return self._mss

    def _x_display(self) -> str:
        from observers.desktop.x11_connection import local_name  # noqa: PLC0415 - Linux only

        return local_name(self._display)

    def _let_go(self) -> None:
        opened, self._mss = self._mss, None
        if opened is not None:
            with contextlib.suppress(*_refusals()):  # it says so if the display has gone
                opened.close()

    def _farewell(self) -> DisplayGoneError:
        self._gone = True
        return DisplayGoneError(
            "the screen cannot be read: the display went away. Start Inkling again within the session"
        )


def _refusals() -> tuple[type[Exception], ...]:
    """What mss raises: its own error, and where a reply from a dead X server is missing, whatever that leads to."""
    from mss import ScreenShotError  # noqa: PLC0415 - needed only where there is a screen

    return ScreenShotError, AssertionError, ValueError


def _off(rect: Rect, screen: MSS) -> bool:
    whole = screen.monitors[0]
    glass = Rect(whole["left"], whole["top"], whole["width"], whole["height"])
    return rect.meet(glass) != rect


def fitted(image: Image, rect: Rect) -> Image:
    """As many pixels as ``rect`` has, from an image of more of them: a screen may have several to the point."""
    height, width = image.shape[:2]
    if (height, width) == (rect.height, rect.width):
        return image
    rows = np.arange(rect.height) * height // rect.height
    columns = np.arange(rect.width) * width // rect.width
    fitting: Image = image[rows[:, None], columns]
    return fitting
