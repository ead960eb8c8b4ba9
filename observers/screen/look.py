"""One look at a window: how its frame differs from what was last read of it, and what is kept to tell.

What moved up or down is moved in the old frame and in the old lines first; what differs after that is new. Tiles that
are left alone for being restless keep their old pixels, and so still differ when their time has come.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from observers.desktop.rect import Rect
from observers.screen.change import (
    Prints,
    Tiles,
    bounds,
    changed_tiles,
    cropped,
    kept,
    no_tiles,
    prints_of,
    rects_of,
)
from observers.screen.ocr.line import Image, Line
from observers.screen.restless import Restless
from observers.screen.scroll import Scroll, scroll_in

_MOST_SEEN = 500  # texts a window, to tell what is new there
_LEAST_LETTERS = 3  # of a text that says anything
_SAME_SHARE = 0.7  # of the shorter of two texts, for one to go on from the other; recognition may differ a little


@dataclass(frozen=True, slots=True)
class Change:
    """How a frame differs from what was last read of its window; false if it does not, or not in what is due.

    ``rects`` is what would have to be looked at, in the frame's pixels, before it is grown to whole lines; ``scroll``
    what moved first; ``whole`` that the window is new or of a new size. ``digest`` stands for the colours in ``rects``:
    two equal changes in a row mean that the window stands still.
    """

    rects: tuple[Rect, ...] = ()
    scroll: Scroll | None = None
    whole: bool = False
    digest: bytes = b""

    def __bool__(self) -> bool:
        return bool(self.rects or self.scroll)


@dataclass(frozen=True, slots=True)
class Look:
    """A comparison: ``base`` is the last frame, scrolled if it was, or None; ``lines`` those known, in their place."""

    change: Change
    lines: tuple[Line, ...] = ()
    base: Image | None = None


class Known:
    """What is known of one window: its lines, and either its last frame or, if that was let go, the prints of it."""

    def __init__(self, frame: Image) -> None:
        self.restless = Restless(frame)
        self.lines: tuple[Line, ...] = ()
        self.frame: Image | None = None
        self.prints: Prints | None = None
        self._size = frame.shape[:2]
        self._seen: OrderedDict[str, None] = OrderedDict()

    @property
    def frame_bytes(self) -> int:
        """How much the frame takes."""
        return 0 if self.frame is None else self.frame.nbytes

    def fits(self, frame: Image) -> bool:
        """Whether a frame is of the size of the last one."""
        return frame.shape[:2] == self._size

    def keep(self, frame: Image, look: Look, read: Iterable[Rect]) -> None:
        """Take what was ``read`` of a frame as the last state of the window; copied, as grabbers reuse their memory."""
        if look.base is None:
            self.frame = kept(frame)
        else:
            self.frame = look.base
            for rect in (*look.change.rects, *read):
                cropped(self.frame, rect)[:] = cropped(frame, rect)
        self.prints = None

    def fade(self) -> None:
        """Let the frame go and keep a hash of every tile."""
        if self.frame is not None:
            self.prints, self.frame = prints_of(self.frame), None

    def fruitful(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether any line read in place of ``old`` ones goes on from one of those and was not seen here before.

        What is typed does; a spinner is read as one of the same few letters, a video as something else each time.
        Digits say nothing: a clock or a progress bar that is read later is read early enough.
        """
        before = _worded(old)
        fresh = [text for text in _worded(new) if text not in self._seen]
        for text in fresh:
            self._seen[text] = None
        while len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return any(_goes_on(one, other) for one in fresh for other in before)


def changed_since(known: Known, frame: Image) -> Tiles:
    """The tiles of a frame that are not as they were read; all of a window never read."""
    if known.frame is not None:
        return changed_tiles(known.frame, frame)
    if known.prints is not None:
        return np.not_equal(known.prints, prints_of(frame))
    return ~no_tiles(frame)


def compare(known: Known, frame: Image, changed: Tiles, held: Tiles) -> Look:
    """What to do about the ``changed`` tiles of a frame, those ``held`` left alone."""
    if known.frame is None and known.prints is None:
        return Look(Change((bounds(frame),), whole=True))
    if known.frame is None:  # then it is seen again after a while, and nothing on it is restless yet
        return Look(Change(rects_of(changed, None, frame)), known.lines)
    rects = rects_of(changed & ~held, known.frame, frame)
    if not rects:
        return Look(Change(rects), known.lines, known.frame)
    scroll = scroll_in(known.frame, frame, max(rects, key=lambda rect: rect.area))
    if scroll is None:
        return Look(Change(rects), known.lines, known.frame)
    base = kept(known.frame)
    source = scroll.rect.moved(0, -scroll.down)
    cropped(base, scroll.rect)[:] = cropped(known.frame, source)
    rects = rects_of(changed_tiles(base, frame) & ~held, base, frame)
    lines, torn = _moved_along(known.lines, scroll)
    return Look(Change((*rects, *(rect.meet(bounds(frame)) for rect in torn)), scroll), lines, base)


def _moved_along(lines: Iterable[Line], scroll: Scroll) -> tuple[tuple[Line, ...], list[Rect]]:
    """The lines where they are after a scroll, and the places of those that it tore."""
    source = scroll.rect.moved(0, -scroll.down)
    out: list[Line] = []
    torn: list[Rect] = []
    for line in lines:
        if line.rect.meet(source) == line.rect:
            out.append(replace(line, rect=line.rect.moved(0, scroll.down)))
        elif line.rect.meet(source).area:
            torn.append(line.rect.meet(source).moved(0, scroll.down))
        if not line.rect.meet(scroll.rect).area:
            out.append(line)
        elif line.rect.meet(scroll.rect) != line.rect:
            torn.append(line.rect)
    return tuple(out), torn


def _worded(texts: Iterable[str]) -> list[str]:
    """The letters of texts that have some."""
    letters = (re.sub(r"[\W\d_]+", "", text).casefold() for text in texts)
    return [text for text in letters if len(text) >= _LEAST_LETTERS]


def _goes_on(text: str, before: str) -> bool:
    """Whether a text is what stood there before with something put in or taken out in one place."""
    shorter = min(len(text), len(before))
    start = _in_common(text, before)
    end = _in_common(text[start:][::-1], before[start:][::-1])
    return start + end >= _SAME_SHARE * shorter


def _in_common(text: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))
