"""The pieces of a picture that text recognition can be asked about one by one, and that are recognised again.

A strip is a line of text, or whatever else has nothing blank in it to cut along: a paragraph set tight, a picture, a
chat bubble. Where it is cut depends on its own pixels and not on its place, so a line scrolled, hidden and shown again,
or met in another window is the same strip, and was read already.

"Ink" is where a pixel differs from its left neighbour. Straight vertical lines, such as the edges of panels, are not
ink, else nothing inside a frame could be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from observers.desktop.rect import Rect
from observers.screen.change import bounds, cropped, pixels_of, union
from observers.screen.ocr.line import Image

Ink = npt.NDArray[np.bool_]  # (height, width)

_VISIBLE = np.uint32(0x00F8F8F8)  # eight levels of a colour are no contrast anybody reads by
_RULE = 48  # rows; a letter's stem as tall belongs to no text that matters
_MOST_RULES = 0.2  # of the columns; more of them is a picture
_GAP = 24  # blank columns between two columns of text; a space between words is under half a line's height
_GAP_HEIGHTS = 1.5  # or as many heights of the line, if that is more
_TALLEST = 56  # pixels that a region grows up or down at most, to a line's end
_DEPTH = 8
_GROWTHS = 6
PADDING = 8  # blank pixels around what an engine is shown; without any, some miss letters at the edge
_CALL_AREA = 30_000  # asking an engine once more costs about as much as this many pixels


def strips_in(image: Image, rect: Rect) -> list[Rect]:
    """The strips in ``rect``, in the order they were cut: none overlaps another, and all are as small as their ink."""
    area = rect.meet(bounds(image))
    if not area.area:
        return []
    return [strip.moved(area.left, area.top) for strip in _cut(_ink(image, area), 0, 0, _DEPTH)]


def whole_lines(image: Image, rect: Rect, known: Sequence[Rect]) -> Rect:
    """``rect`` grown so that it cuts no line: neither one of the ``known`` ones nor what looks like one."""
    region = _over_known(rect, known)
    for _ in range(_GROWTHS):
        grown = _over_known(_over_ink(image, region), known)
        if grown == region:
            break
        region = grown
    return region


def grouped(strips: Iterable[Rect]) -> list[Rect]:
    """The rectangles in which to read ``strips``: together where that costs less than apart."""
    groups: list[Rect] = []
    for strip in strips:
        group = strip
        while (best := _cheapest(group, groups)) is not None:
            groups.remove(best)
            group = union(group, best)
        groups.append(group)
    return sorted(groups, key=lambda group: (group.top, group.left))


def picture(image: Image, rect: Rect) -> tuple[Image, int, int]:
    """What to show an engine of ``rect``, and the column and row of the image at which it begins.

    The blank pixels next to the rectangle are repeated around it, so that no part of another line shows.
    """
    blank = Rect(rect.left - 1, rect.top - 1, rect.width + 2, rect.height + 2).meet(bounds(image))
    padding = ((PADDING, PADDING), (PADDING, PADDING), (0, 0))
    padded: Image = np.pad(cropped(image, blank), padding, mode="edge")
    return padded, blank.left - PADDING, blank.top - PADDING


def _cheapest(one: Rect, groups: list[Rect]) -> Rect | None:
    """The group that ``one`` is best read together with, if it is."""
    best, least = None, _CALL_AREA
    for other in groups:
        extra = union(one, other).area - one.area - other.area
        if extra < least:
            best, least = other, extra
    return best


def _ink(image: Image, rect: Rect) -> Ink:
    """The ink in ``rect``. What is beside it counts too, so that a line has the same ink in whatever rectangle."""
    begin = max(0, rect.left - 1)
    first = rect.top - rect.top % _RULE
    last = min(len(image), rect.bottom - rect.bottom % -_RULE)
    pixels = pixels_of(image[first:last, begin : rect.right]) & _VISIBLE
    ink = np.zeros((last - first, rect.width), np.bool_)
    np.not_equal(pixels[:, 1:], pixels[:, :-1], out=ink[:, 1 if begin == rect.left else 0 :])
    for top in range(0, len(ink) - _RULE + 1, _RULE):
        band = ink[top : top + _RULE]
        rules = band.all(axis=0)
        if rules.mean() < _MOST_RULES:
            band[:, rules] = False
    return ink[rect.top - first : rect.bottom - first]


def _cut(ink: Ink, left: int, top: int, depth: int) -> Iterator[Rect]:
    """Cut along blank rows, then along wide blank columns, then again."""
    for first, last in _stretches(_rows(ink), 1):
        rows = ink[first:last]
        gap = max(_GAP, int(_GAP_HEIGHTS * min(last - first, _TALLEST)))
        parts = list(_stretches(_columns(rows), gap))
        for begin, end in parts:
            piece = rows[:, begin:end]
            if len(parts) > 1 and depth:
                yield from _cut(piece, left + begin, top + first, depth - 1)
            else:
                yield Rect(left + begin, top + first, end - begin, last - first)


def _rows(ink: Ink) -> npt.NDArray[np.bool_]:
    """Which rows have ink."""
    return np.asarray(ink.any(axis=1))


def _columns(ink: Ink) -> npt.NDArray[np.bool_]:
    """Which columns have ink."""
    return np.asarray(ink.any(axis=0))


def _stretches(filled: npt.NDArray[np.bool_], gap: int) -> Iterator[tuple[int, int]]:
    """From and to of what is filled, with at least ``gap`` blank between two."""
    places = np.flatnonzero(filled)
    if not len(places):
        return
    breaks = np.flatnonzero(np.diff(places) > gap)
    begins = places[np.r_[0, breaks + 1]]
    ends = places[np.r_[breaks, len(places) - 1]] + 1
    yield from zip(begins.tolist(), ends.tolist(), strict=True)


def _over_known(rect: Rect, known: Sequence[Rect]) -> Rect:
    """``rect`` and every known line it touches, and those that these touch."""
    left = list(known)
    while touching := [line for line in left if rect.meet(line).area]:
        left = [line for line in left if line not in touching]
        for line in touching:
            rect = union(rect, line)
    return rect


def _over_ink(image: Image, rect: Rect) -> Rect:
    """``rect`` grown up, down and to the sides until what is beyond is blank."""
    whole = bounds(image)
    around = Rect(0, rect.top - _TALLEST, whole.width, rect.height + 2 * _TALLEST).meet(whole)
    ink = _ink(image, around)
    inner = slice(rect.top - around.top, rect.bottom - around.top)
    left, right = _out_to_gap(_columns(ink[inner]), rect.left, rect.right, _GAP)
    top, bottom = _out_to_gap(_rows(ink[:, left:right]), inner.start, inner.stop, 0)
    return Rect(left, around.top + top, right - left, bottom - top)


def _out_to_gap(filled: npt.NDArray[np.bool_], first: int, last: int, gap: int) -> tuple[int, int]:
    """From and to widened over what is filled, up to a stretch of more than ``gap`` blank ones."""
    before = np.flatnonzero(filled[:first])[::-1]
    after = np.flatnonzero(filled[last:]) + last
    for place in before.tolist():
        if first - place > gap + 1:
            break
        first = place
    for place in after.tolist():
        if place - last > gap:
            break
        last = place + 1
    return first, last
