"""A recorded screen: what a virtual X screen showed, moment by moment, to be played back the same every time.

Frames are kept as strips of one row, a quarter of the screen wide, each different strip once: text that scrolls or
comes back costs next to nothing. Brightness only, since what is read is text. A replay is a Desktop and a Grabber.
"""

from __future__ import annotations

import io
import json
import lzma
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from memory.errors import DisplayGoneError
from observers.desktop import Rect, View, Window, visible

STRIPS = 4  # across the screen
Gray = npt.NDArray[np.uint8]  # (height, width)


@dataclass(frozen=True)
class Moment:
    """One recorded moment: seconds since the start, the view, and the frame's number."""

    seconds: float
    view: View
    frame: int


@dataclass
class Recorder:
    """Takes frames in and writes them to one file."""

    width: int
    height: int
    _strips: dict[bytes, int] = field(default_factory=dict)
    _frames: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _moments: list[dict[str, Any]] = field(default_factory=list)

    def add(self, seconds: float, view: View, frame: Gray) -> None:
        """Append a moment."""
        cells = frame.reshape(self.height, STRIPS, -1)
        known = self._strips
        strips = (cells[y, x].tobytes() for y in range(self.height) for x in range(STRIPS))
        numbers = [known.setdefault(strip, len(known)) for strip in strips]
        index = np.array(numbers, np.int32).reshape(self.height, STRIPS)
        if not self._frames or not np.array_equal(index, self._frames[-1]):
            self._frames.append(index)
        self._moments.append({"seconds": round(seconds, 3), "frame": len(self._frames) - 1, "view": _plain(view)})

    def save(self, path: Path) -> None:
        """Write it all."""
        index = np.stack(self._frames)
        index[1:] -= np.stack(self._frames[:-1])
        header = {"width": self.width, "height": self.height, "frames": len(self._frames), "moments": self._moments}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("moments.json.xz", lzma.compress(json.dumps(header).encode(), preset=9))
            archive.writestr("frames.xz", lzma.compress(index.tobytes(), preset=6))
            archive.writestr("strips.xz", lzma.compress(b"".join(self._strips), preset=9 | lzma.PRESET_EXTREME))


class Recording:
    """A recording read back."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(lzma.decompress(archive.read("moments.json.xz")))
            self.width, self.height = header["width"], header["height"]
            deltas = np.frombuffer(lzma.decompress(archive.read("frames.xz")), np.int32)
            deltas = deltas.reshape(header["frames"], self.height, STRIPS)
            strips = io.BytesIO(lzma.decompress(archive.read("strips.xz"))).getbuffer()
        self._strips = np.frombuffer(strips, np.uint8).reshape(-1, self.width // STRIPS)
        self._index = np.cumsum(deltas, axis=0, dtype=np.int32)
        self.moments = [Moment(m["seconds"], _view(m["view"]), m["frame"]) for m in header["moments"]]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.moments[-1].seconds

    def frame(self, number: int) -> Gray:
        """One frame."""
        frame: Gray = self._strips[self._index[number]].reshape(self.height, self.width)
        return frame


class Replay:
    """A recording as a desktop and a grabber. The caller moves the time with ``go_to``."""

    name = "replay"

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._at = 0
        self._seconds = 0.0
        self._frame: tuple[int, Gray] | None = None
        self.gone = False

    def go_to(self, seconds: float) -> None:
        """Show what the screen showed then; only forwards."""
        moments = self._recording.moments
        while self._at + 1 < len(moments) and moments[self._at + 1].seconds <= seconds:
            self._at += 1
        self._seconds = seconds

    @property
    def frame_number(self) -> int:
        """Which frame is shown."""
        return self._recording.moments[self._at].frame

    def look(self) -> View:
        """The recorded view; idle since its moment."""
        if self.gone:
            raise DisplayGoneError("the display is gone")
        moment = self._recording.moments[self._at]
        return replace(moment.view, idle_seconds=moment.view.idle_seconds + self._seconds - moment.seconds)

    def close(self) -> None:
        """Nothing is held."""

    def whole(self) -> npt.NDArray[np.uint8]:
        """The whole screen, (h, w, 4)."""
        number = self.frame_number
        if self._frame is None or self._frame[0] != number:
            self._frame = (number, self._recording.frame(number))
        return np.repeat(self._frame[1][:, :, None], 4, axis=2)

    def grab(self, window: Window, above: Sequence[Rect], monitors: Sequence[Rect]) -> npt.NDArray[np.uint8]:
        """The window's pixels where it is visible, zeros elsewhere."""
        if self.gone:
            raise DisplayGoneError("the display is gone")
        self.whole()
        assert self._frame is not None
        screen, rect = self._frame[1], window.rect
        image = np.zeros((rect.height, rect.width, 4), np.uint8)
        for piece in visible(rect, above):
            for seen in (piece.meet(monitor) for monitor in monitors):
                if seen.area:
                    y, x = seen.top - rect.top, seen.left - rect.left
                    image[y : y + seen.height, x : x + seen.width] = screen[
                        seen.top : seen.bottom, seen.left : seen.right, None
                    ]
        return image


def ticks(recording: Recording, every_seconds: float, start: datetime) -> Iterator[tuple[float, datetime]]:
    """Moments to look at it, evenly, as seconds and as times."""
    for n in range(int(recording.seconds / every_seconds) + 1):
        yield n * every_seconds, start + timedelta(seconds=n * every_seconds)


def _plain(view: View) -> dict[str, Any]:
    return {
        "windows": [
            [w.id, w.app, w.title, _box(w.rect), w.focused, w.url, w.private, w.pid, _box(w.cover), w.translucent]
            for w in view.windows
        ],
        "monitors": [_box(m) for m in view.monitors],
        "idle": round(view.idle_seconds, 2),
        "locked": view.locked,
    }  # fmt: skip


def _view(plain: dict[str, Any]) -> View:
    names = ("id", "app", "title", "rect", "focused", "url", "private", "pid", "frame", "translucent")
    windows = [dict(zip(names, values, strict=False)) for values in plain["windows"]]
    for window in windows:
        window |= {name: Rect(*window[name]) for name in ("rect", "frame") if name in window}
    return View(
        windows=tuple(Window(**window) for window in windows),
        monitors=tuple(Rect(*box) for box in plain["monitors"]), idle_seconds=plain["idle"], locked=plain["locked"],
    )  # fmt: skip


def _box(rect: Rect) -> list[int]:
    return [rect.left, rect.top, rect.width, rect.height]
