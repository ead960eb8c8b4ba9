"""Rectangles of whole pixels on the virtual screen, whose origin is the top left corner of the first monitor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rect:
    """``width`` by ``height`` pixels from (``left``, ``top``) on; empty if either is not positive."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    @property
    def area(self) -> int:
        """Pixels it holds."""
        return max(0, self.width) * max(0, self.height)

    def meet(self, other: Rect) -> Rect:
        """What both hold; of no area where they are apart."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        width, height = min(self.right, other.right) - left, min(self.bottom, other.bottom) - top
        return Rect(left, top, max(0, width), max(0, height))

    def without(self, other: Rect) -> tuple[Rect, ...]:
        """What is left of it under another, as up to four pieces that do not overlap."""
        hole = self.meet(other)
        if not hole.area:
            return (self,) if self.area else ()
        pieces = (
            Rect(self.left, self.top, self.width, hole.top - self.top),
            Rect(self.left, hole.bottom, self.width, self.bottom - hole.bottom),
            Rect(self.left, hole.top, hole.left - self.left, hole.height),
            Rect(hole.right, hole.top, self.right - hole.right, hole.height),
        )
        return tuple(piece for piece in pieces if piece.area)

    def moved(self, right: int, down: int) -> Rect:
        """The same size elsewhere."""
        return Rect(self.left + right, self.top + down, self.width, self.height)


def visible(rect: Rect, above: Iterable[Rect]) -> tuple[Rect, ...]:
    """What of ``rect`` shows under the rectangles ``above`` it, as pieces that do not overlap."""
    pieces: tuple[Rect, ...] = (rect,) if rect.area else ()
    for cover in above:
        pieces = tuple(left for piece in pieces for left in piece.without(cover))
    return pieces
