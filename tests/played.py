"""A played screen: windows with lines of text on them, painted so that the pixels say what they are.

One object is the desktop and the grabber, another reads what was painted, and both can be made to fail. The thread of
an engine looks while the test changes things, so every change is one assignment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from assistant.engine.capture import Eyes
from memory.errors import DisplayGoneError, InklingError
from observers.desktop import Rect, View, Window, visible
from observers.screen.ocr.line import Image, Line

GLASS = Rect(0, 0, 640, 480)
ROW = 24  # pixels a line takes
MARGIN = 24
TEXT = 8  # the row of a line whose first bytes are its text
HEIGHT = 16


class PlayedScreen:
    """Desktop and grabber. ``broken`` is raised by whoever looks, opens or grabs; ``refused`` by whoever opens."""

    name = "played"

    def __init__(self) -> None:
        self.windows: tuple[Window, ...] = ()
        self.texts: dict[int, tuple[str, ...]] = {}
        self.idle_seconds = 0.0
        self.locked = False
        self.broken: InklingError | None = None
        self.refused: InklingError | None = None
        self.looks = self.tries = self.opened = self.closed = 0
        self.grabbed: list[int] = []

    def show(self, number: int, app: str | None, title: str | None, *lines: str, rect: Rect = GLASS) -> None:
        """Put a window in front, with these lines on it."""
        behind = tuple(replace(window, focused=False) for window in self.windows if window.id != number)
        self.texts[number] = lines
        self.windows = (Window(id=number, app=app, title=title, rect=rect, focused=True), *behind)

    def write(self, *lines: str) -> None:
        """Let the window in front show these lines."""
        self.texts[self.windows[0].id] = lines

    def clear(self) -> None:
        """Close every window."""
        self.windows = ()

    def open(self) -> PlayedScreen:
        """As the engine opens the desktop, or the grabber."""
        self.tries += 1
        if error := self.refused or self.broken:
            raise error
        self.opened += 1
        return self

    def close(self) -> None:
        self.closed += 1

    @property
    def held(self) -> int:
        """How many were opened and not closed."""
        return self.opened - self.closed

    def look(self) -> View:
        self.looks += 1
        if self.broken:
            raise self.broken
        return View(windows=self.windows, monitors=(GLASS,), idle_seconds=self.idle_seconds, locked=self.locked)

    def grab(self, window: Window, above: Sequence[Rect], monitors: Sequence[Rect]) -> Image:
        if self.broken:
            raise self.broken
        self.grabbed.append(window.id)
        whole = _painted(window.rect, self.texts.get(window.id, ()))
        frame: Image = np.zeros_like(whole)
        for part in (part for glass in monitors for part in visible(window.rect.meet(glass), above)):
            here = part.moved(-window.rect.left, -window.rect.top)
            box = np.s_[here.top : here.bottom, here.left : here.right]
            frame[box] = whole[box]
        return frame


class PlayedOcr:
    """Reads what was painted. ``failing`` is raised instead; ``during`` is called while it reads."""

    name = "played"

    def __init__(self) -> None:
        self.failing: InklingError | None = None
        self.during: Callable[[], None] = lambda: None
        self.reads = self.pixels = self.closed = 0
        self.reading = threading.Event()

    def read(self, image: Image) -> list[Line]:
        self.reads += 1
        self.pixels += image.shape[0] * image.shape[1]
        self.reading.set()
        self.during()
        if self.failing:
            raise self.failing
        rows = np.flatnonzero((image[..., 0] == 2).any(axis=1)).tolist()
        return [line for row in rows if (line := _line(image, row))]

    def interrupt(self) -> None:
        """Nothing is under way in another thread."""

    def rest(self) -> bool:
        return False

    def close(self) -> None:
        self.closed += 1


def eyes(screen: PlayedScreen, ocr: PlayedOcr, engines: list[str] | None = None) -> Eyes:
    """The played screen as the engine opens it; ``engines`` is told which text recognition it wanted."""
    opened: Any = screen.open
    wanted = [] if engines is None else engines

    def recogniser(name: str) -> PlayedOcr:
        wanted.append(name)
        return ocr

    return Eyes(opened, opened, recogniser)


def gone() -> DisplayGoneError:
    return DisplayGoneError("the display went away")


def _painted(rect: Rect, lines: Sequence[str]) -> Image:
    """Every line as a texture with the bytes of its text in one row."""
    image = np.full((rect.height, rect.width, 4), 255, np.uint8)
    for number, text in enumerate(lines[: rect.height // ROW - 1]):
        data = b"\x02" + text.encode()[: rect.width - 2 * MARGIN - 2] + b"\x03"
        line = image[number * ROW + 4 : number * ROW + 4 + HEIGHT, MARGIN : MARGIN + len(data)]
        rows, columns = np.indices(line.shape[:2])
        line[(rows + columns) % 3 == 0] = 0
        line[TEXT, :, 0] = np.frombuffer(data, np.uint8)
    return image


def _line(image: Image, row: int) -> Line | None:
    before, begins, data = bytes(image[row, :, 0]).partition(b"\x02")
    text, ends, _ = data.partition(b"\x03")
    if not (begins and ends):
        return None
    return Line(text.decode(errors="replace"), Rect(len(before), row - TEXT, len(text) + 2, HEIGHT))
