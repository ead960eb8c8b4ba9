"""Where the lines of text stand on a screen, found without a neural network.

Screens are drawn, not photographed: nearly all of their text stands level on a flat background. Ink is then wherever
brightness jumps, which holds for dark on light and light on dark alike, and lines are what remains when frames are
taken out and ink is joined along rows. The surprising decision is that each box also says whether it can be trusted:
one whose surroundings are not flat, or which is too tall for a line, is left to the detector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from observers.desktop.rect import Rect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from observers.screen.ocr.line import Image

Grey = npt.NDArray[np.uint8]

# Set by eye on the benchmark's pages, not by a search; its held-out fonts and colours were read alike.
INK = 20  # levels of 255 from one pixel to the next
LONG = 56  # pixels of a straight stroke that is a border or an underline, not part of a letter
EDGE = 8  # pixels from which a curve one pixel wide is the edge of a surface
FRAME = 28  # pixels each way that are too many for a letter: an outline of a button or a bubble, a picture, a heading
THIN = 0.2  # share of its box that an outline covers at most
JOIN = 7  # pixels to either side that ink is joined over: bridges letters and words of one line up to about 30 px
GAP = 1.1  # heights: a wider gap on one row separates cells; the widest space seen, of a monospaced font, had 0.93
SMALLEST, TALLEST = 5, 72  # pixels of a line's ink
CUT_OFF = 8  # pixels of a line at the image's edge that are too few to be all of it
FLAT = 14  # levels that the surroundings of a line may differ from each other
FLAT_SHARE = 0.85  # of the surroundings: a neighbour's descender may reach in
DENSE = 0.75  # share of ink in a box that is too much for letters
VALLEY = 0.2  # of a row's ink at a line's fullest: fewer is the gap between two lines that touch
MOST_BOXES = 4000  # a screen of text has a few hundred; noise has more than is worth sorting out


@dataclass(frozen=True, slots=True)
class Segment:
    """A box around the ink of what looks like one line; ``sure`` if it stands on a flat background."""

    rect: Rect
    sure: bool


def segments(image: Image) -> list[Segment]:
    """Boxes that may hold text, top to bottom."""
    import cv2  # noqa: PLC0415 - comes with the OCR engine; not for processes that never read a screen

    if min(image.shape[:2]) < SMALLEST:
        return []
    grey = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY), dtype=np.uint8)
    plain, _ = _sorted_out(_ink(grey))  # whole outlines, before rules are taken from them
    ink, big = _sorted_out(_without_rules(plain))
    boxes = _boxes(ink)
    if len(boxes) > MOST_BOXES:
        return [Segment(Rect(0, 0, grey.shape[1], grey.shape[0]), sure=False)]
    lines = [part for rect in boxes for part in _rows(ink, rect)]
    judged = [_judged(grey, ink, big, rect) for rect in _on_rows(_with_accents(lines))]
    return _levelled(sorted(filter(None, judged), key=lambda found: (found.rect.top, found.rect.left)))


def _ink(grey: Grey) -> Grey:
    """1 where a pixel differs from the one to its left or above."""
    import cv2  # noqa: PLC0415

    ink = np.zeros_like(grey)
    ink[:, 1:] = cv2.absdiff(grey[:, 1:], grey[:, :-1]) > INK
    ink[1:] |= cv2.absdiff(grey[1:], grey[:-1]) > INK
    return ink


def _sorted_out(ink: Grey) -> tuple[Grey, Grey]:
    """The ink without outlines, and what of it is too big for letters: a picture, or text grown together with one."""
    import cv2  # noqa: PLC0415

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    shade = np.ones(len(stats), np.uint8)  # 0 for paper and outlines, 1 for ink, 2 for what is big
    shade[0] = 0
    for number in np.flatnonzero(np.minimum(stats[:, 2], stats[:, 3]) > FRAME).tolist():
        if number:
            shade[number] = 0 if _is_outline(np.asarray(labels), number, stats[number].tolist()) else 2
    shaded = shade[labels]
    return np.asarray(shaded > 0, dtype=np.uint8), np.asarray(shaded == 2, dtype=np.uint8)


def _is_outline(labels: npt.NDArray[Any], number: int, stats: list[int]) -> bool:
    """Whether it is thin and runs along the sides of its box, as outlines of any shape do."""
    left, top, width, height, area = stats
    inner = labels[top + height // 4 : top + height - height // 4, left + width // 4 : left + width - width // 4]
    return area < THIN * width * height and not (inner == number).any()


def _without_rules(ink: Grey) -> Grey:
    """Without borders, underlines and other long straight strokes, nor the sides and corners that a bubble leaves.

    The edge of a surface is one pixel of ink wide; a stroke of a letter has two edges.
    """
    import cv2  # noqa: PLC0415

    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, LONG), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((LONG, 1), np.uint8))
    left = np.asarray(ink & ~np.bitwise_or(across, down), dtype=np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=8)
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    edges = (area < width + height) & (np.maximum(width, height) >= EDGE)
    return np.asarray(left & ~edges[labels], dtype=np.uint8)


def _boxes(ink: Grey) -> list[Rect]:
    """Boxes around ink joined along rows."""
    import cv2  # noqa: PLC0415

    joined = cv2.dilate(ink, np.ones((1, 2 * JOIN - 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    if len(stats) > MOST_BOXES:
        return [Rect(*box[:4]) for box in stats[1:].tolist()]
    return [
        _tight(np.asarray(labels), ink, number, Rect(*box[:4])) for number, box in enumerate(stats.tolist()) if number
    ]


def _tight(labels: npt.NDArray[Any], ink: Grey, number: int, rect: Rect) -> Rect:
    """The box of the ink itself in what it was joined to."""
    area = np.s_[rect.top : rect.bottom, rect.left : rect.right]
    columns = np.flatnonzero(((labels[area] == number) & (ink[area] > 0)).any(axis=0))
    left = int(columns[0])
    return Rect(rect.left + left, rect.top, int(columns[-1]) - left + 1, rect.height)


def _rows(ink: Grey, rect: Rect) -> list[Rect]:
    """A box cut where two lines only touch: at rows with little ink between fuller ones."""
    if rect.height < 3 * SMALLEST or rect.width < 2 * rect.height or rect.height > 4 * TALLEST:
        return [rect]
    profile = ink[rect.top : rect.bottom, rect.left : rect.right].sum(axis=1, dtype=np.int64)
    full = profile > VALLEY * np.quantile(profile, 0.9)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], full, [0]))))
    bands = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= SMALLEST]
    if len(bands) < 2:
        return [rect]
    cuts = [int(a + np.argmin(profile[a:b])) for (_, a), (b, _) in pairwise(bands)]
    tops, bottoms = [0, *cuts], [*cuts, rect.height]
    return [Rect(rect.left, rect.top + a, rect.width, b - a) for a, b in zip(tops, bottoms, strict=True)]


def _with_accents(rects: list[Rect]) -> list[Rect]:
    """Accents and dots that stand apart go to the line they stand on or hang from."""
    edges = _edges(rects)
    hosts = np.array([rect.height >= SMALLEST for rect in rects])
    grown = list(rects)
    gone: set[int] = set()
    for number, rect in enumerate(rects):
        heights = edges[:, 3] - edges[:, 1]
        near = np.maximum(edges[:, 1] - rect.bottom, rect.top - edges[:, 3])
        inside = (edges[:, 0] - JOIN <= rect.left) & (edges[:, 2] + JOIN >= rect.right)
        fits = hosts & inside & (heights > 2 * rect.height) & (near <= np.maximum(2, 0.3 * heights))
        if fits.any():
            host = int(np.flatnonzero(fits)[np.argmin(near[fits])])
            grown[host] = _around(grown[host], rect)
            gone.add(number)
    return [rect for number, rect in enumerate(grown) if number not in gone]


def _on_rows(rects: list[Rect]) -> list[Rect]:
    """Words of one row and not far apart as one line."""
    lines: list[Rect] = []
    for rect in sorted(rects, key=lambda rect: rect.left):
        beside = [number for number, line in enumerate(lines[-200:], max(0, len(lines) - 200)) if _beside(line, rect)]
        if beside:
            lines[beside[-1]] = _around(lines[beside[-1]], rect)
        else:
            lines.append(rect)
    return lines


def _beside(line: Rect, rect: Rect) -> bool:
    low, high = sorted((line.height, rect.height))
    overlap = min(line.bottom, rect.bottom) - max(line.top, rect.top)
    alike = high <= 3 * low or low < SMALLEST  # a dash is as low as that
    return overlap >= 0.6 * low and alike and rect.left - line.right <= GAP * max(high, 2 * SMALLEST)


def _judged(grey: Grey, ink: Grey, big: Grey, rect: Rect) -> Segment | None:
    """The line as a segment; None if it is too small for one, or upright."""
    if rect.height < SMALLEST or rect.width < 3 or rect.height > max(FRAME, 3 * rect.width):
        return None
    at_edge = rect.top == 0 or rect.bottom == grey.shape[0]
    if at_edge and rect.height < CUT_OFF and rect.width > 4 * rect.height:
        return None  # half a line, of which only wrong words can be read
    if rect.height > TALLEST:
        return Segment(rect, sure=False)
    area = np.s_[rect.top : rect.bottom, rect.left : rect.right]
    busy = ink[area].mean() > DENSE or big[area].any()
    return Segment(rect, sure=not busy and _flat_around(grey, rect))


def _flat_around(grey: Grey, rect: Rect) -> bool:
    """Whether the pixels just outside the box are of one shade."""
    top, bottom = max(0, rect.top - 2), min(grey.shape[0], rect.bottom + 2)
    left, right = max(0, rect.left - 2), min(grey.shape[1], rect.right + 2)
    part = grey[top:bottom, left:right]
    ring = np.concatenate((part[0], part[-1], part[:, 0], part[:, -1])).astype(np.int16)
    return bool((np.abs(ring - np.median(ring)) <= FLAT).mean() >= FLAT_SHARE)


def _levelled(found: Sequence[Segment]) -> list[Segment]:
    """Cells of one row as tall as the tallest: "are" alone would look like capitals."""
    levelled = []
    for segment in found:
        rect = segment.rect
        row = [other.rect for other in found if segment.sure and other.sure and _level(rect, other.rect)]
        top, bottom = min([rect.top, *(o.top for o in row)]), max([rect.bottom, *(o.bottom for o in row)])
        levelled.append(replace(segment, rect=Rect(rect.left, top, rect.width, bottom - top)))
    return levelled


def _level(rect: Rect, other: Rect) -> bool:
    overlap = min(rect.bottom, other.bottom) - max(rect.top, other.top)
    return overlap >= 0.75 * min(rect.height, other.height) and rect.height < other.height <= 1.8 * rect.height


def _around(rect: Rect, other: Rect) -> Rect:
    left, top = min(rect.left, other.left), min(rect.top, other.top)
    return Rect(left, top, max(rect.right, other.right) - left, max(rect.bottom, other.bottom) - top)


def overlap(rect: Rect, others: Iterable[Rect]) -> float:
    """The largest share of ``rect`` that one of the others covers."""
    return max((rect.meet(other).area / rect.area for other in others if rect.area), default=0.0)


def _edges(rects: Iterable[Rect]) -> npt.NDArray[np.int64]:
    edges = [(rect.left, rect.top, rect.right, rect.bottom) for rect in rects]
    return np.array(edges, np.int64).reshape(-1, 4)
