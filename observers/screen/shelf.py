"""What strips of pixels were read as, kept by a hash of the pixels: what was read once is not read again.

The hash is 128 bits long, so two strips are never taken for one another. Kept are the lines of the strips used last, up
to a number of lines, which is a few megabytes; no pixels.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from observers.desktop.rect import Rect
from observers.screen.change import digest_of
from observers.screen.ocr.line import Image, Line

MOST_LINES = 20_000  # of about 400 bytes each

Key = tuple[int, int, bytes]


class Shelf:
    """The texts of strips read before. Lines are kept relative to their strip."""

    def __init__(self, most_lines: int = MOST_LINES) -> None:
        self._most = most_lines
        self._held: OrderedDict[Key, tuple[Line, ...]] = OrderedDict()
        self._size = 0

    def get(self, image: Image, strip: Rect) -> tuple[Line, ...] | None:
        """The lines in a strip of an image, or None if its pixels were never read."""
        key = _key(image, strip)
        lines = self._held.get(key)
        if lines is None:
            return None
        self._held.move_to_end(key)
        return tuple(_moved(line, strip.left, strip.top) for line in lines)

    def put(self, image: Image, strip: Rect, lines: Iterable[Line]) -> None:
        """Keep what was read in a strip; nothing is worth keeping too."""
        key = _key(image, strip)
        if key in self._held:
            return
        kept = tuple(_moved(line, -strip.left, -strip.top) for line in lines)
        self._held[key] = kept
        self._size += 1 + len(kept)
        while self._size > self._most:
            _, dropped = self._held.popitem(last=False)
            self._size -= 1 + len(dropped)

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self._size = 0


def _key(image: Image, strip: Rect) -> Key:
    return strip.width, strip.height, digest_of(image, (strip,))


def _moved(line: Line, right: int, down: int) -> Line:
    return replace(line, rect=line.rect.moved(right, down))
