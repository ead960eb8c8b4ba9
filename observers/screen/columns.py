"""Which lines of a picture are read together: its columns, and the rows in them.

Two lines beside each other are cells of one row, or belong to two columns that have nothing to do with each other. What
tells them apart is alignment: cells stand on one level, the entries of a side bar stand anywhere beside the main text.
Columns of prose may stand on one level too; they are told by their long lines. So a page is cut along the gutter that
most lines stand on both sides of, each side is cut again, and what has no such gutter is read row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from observers.desktop.rect import Rect
from observers.screen.ocr.line import Line

Row = tuple[Line, ...]  # from left to right

_SAME_LEVEL = 0.75  # of the lower of two lines' heights that they have in common, on one row
_ALIGNED = 0.75  # of the lines beside others must be on a level with one, for a table
_BESIDE = 0.4  # of a side's lines must have another beside them, for the sides to be columns
_GUTTER_HEIGHTS = 0.8  # a gutter's least width, in heights of a line as engines draw it
_PROSE_LINES, _PROSE_LETTERS, _PROSE_SHARE = 3, 22, 0.4  # so many lines, and that share of them so long
_PROSE_GAP = 0.6  # of a line's height between two lines of prose; between the rows of a table it is more
_HEAD_GAP = 0.5  # of a line's height below a row that stands above columns
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A blank stretch from ``left`` to ``right`` in the bands from ``first`` to before ``last``, with so many lines."""

    first: int
    last: int
    left: int
    right: int
    lines: int


def columns(lines: Sequence[Line], depth: int = _DEPTH) -> list[list[Line]]:
    """The lines in groups that are read one after the other."""
    if len(lines) < 2 or depth == 0:
        return [list(lines)] if lines else []
    parts = _split(lines)
    if parts is None:
        return [list(lines)]
    above, left, right, below = parts
    return [group for part in (above, left, right, below) for group in columns(part, depth - 1)]


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """Lines on one level as a row, from left to right; rows from top to bottom."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle):
        if rows and any(_level(line, other) for other in rows[-1]) and not any(_over(line, o) for o in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [tuple(sorted(row, key=lambda line: line.rect.left)) for row in rows]


def extent(lines: Iterable[Line]) -> Rect:
    """The smallest rectangle around lines."""
    rects = [line.rect for line in lines]
    left, top = min(rect.left for rect in rects), min(rect.top for rect in rects)
    return Rect(left, top, max(rect.right for rect in rects) - left, max(rect.bottom for rect in rects) - top)


def height_of(lines: Iterable[Line]) -> float:
    """The usual height of a line."""
    return float(median(line.rect.height for line in lines))


def _split(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line], list[Line]] | None:
    """What is above two columns, those, and what is below; None if there are none.

    Of several gutters, the one with the most lines on both sides of it, then the leftmost: the left and right bubbles
    of a conversation beside a list then stay together.
    """
    bands = _bands(lines)
    for gutter in sorted(_gutters(bands, extent(lines), _GUTTER_HEIGHTS * height_of(lines)), key=_weight):
        left, right = _core(bands, gutter)
        if not _apart(left, right):
            continue
        first = gutter.first + (0 if _both_prose(left, right) else _heads(bands, gutter))
        left, right = _sides([line for band in bands[first : gutter.last] for line in band], gutter)
        if left and right:
            above = [line for band in bands[:first] for line in band]
            below = [line for band in bands[gutter.last :] for line in band]
            return above, left, right, below
    return None


def _weight(gutter: _Gutter) -> tuple[int, int]:
    return -gutter.lines, gutter.left


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines in groups with a blank row between one and the next."""
    bands: list[list[Line]] = []
    bottom = 0
    for line in sorted(lines, key=lambda line: line.rect.top):
        if bands and line.rect.top < bottom:
            bands[-1].append(line)
            bottom = max(bottom, line.rect.bottom)
        else:
            bands.append([line])
            bottom = line.rect.bottom
    return bands


def _free(lines: Iterable[Line], left: int, right: int, least: float) -> list[tuple[int, int]]:
    """The stretches across that no line covers, from and to."""
    free: list[tuple[int, int]] = []
    at = left
    for line in sorted(lines, key=lambda line: line.rect.left):
        if line.rect.left - at >= least:
            free.append((at, line.rect.left))
        at = max(at, line.rect.right)
    return [*free, (at, right)] if right - at >= least else free


def _gutters(bands: Sequence[Sequence[Line]], page: Rect, least: float) -> set[_Gutter]:
    """The gutters between lines of any band, each as far up and down as it goes on."""
    free = [_free(band, page.left, page.right, least) for band in bands]
    found = set()
    for row, stretches in enumerate(free):
        for left, right in stretches:
            if left > page.left and right < page.right:
                found.add(_followed(bands, free, row, (left, right), least))
    return found


def _followed(
    bands: Sequence[Sequence[Line]],
    free: Sequence[Sequence[tuple[int, int]]],
    row: int,
    stretch: tuple[int, int],
    least: float,
) -> _Gutter:
    """A gutter of one band followed down and up as long as it stays wide enough."""
    first, last = row, row + 1
    while last < len(free) and (narrowed := _narrowed(stretch, free[last], least)):
        stretch, last = narrowed, last + 1
    while first > 0 and (narrowed := _narrowed(stretch, free[first - 1], least)):
        stretch, first = narrowed, first - 1
    return _Gutter(first, last, *stretch, sum(map(len, bands[first:last])))


def _narrowed(stretch: tuple[int, int], free: Iterable[tuple[int, int]], least: float) -> tuple[int, int] | None:
    """What a stretch has in common with any free one, the widest."""
    common = [(max(stretch[0], left), min(stretch[1], right)) for left, right in free]
    widest = max(common, key=lambda pair: pair[1] - pair[0], default=(0, 0))
    return widest if widest[1] - widest[0] >= least else None


def _sides(lines: Iterable[Line], gutter: _Gutter) -> tuple[list[Line], list[Line]]:
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        (left if line.rect.left < gutter.left else right).append(line)
    return left, right


def _core(bands: Sequence[Sequence[Line]], gutter: _Gutter) -> tuple[list[Line], list[Line]]:
    """The two sides from the first band to the last that stand on both."""
    both = [row for row in range(gutter.first, gutter.last) if all(_sides(bands[row], gutter))]
    return _sides([line for band in bands[both[0] : both[-1] + 1] for line in band], gutter)


def _heads(bands: Sequence[Sequence[Line]], gutter: _Gutter) -> int:
    """How many bands on top of two columns are rows across them, such as a menu bar or the title of a window."""
    heads = 0
    for row in range(gutter.first, gutter.last):
        across = all(_sides(bands[row], gutter))
        if len(rows_of(bands[row])) > 1 or (heads and not across) or (across and _goes_on(bands, row)):
            break
        if across:
            heads = row - gutter.first + 1
    return heads


def _goes_on(bands: Sequence[Sequence[Line]], row: int) -> bool:
    """Whether the next band stands as close below as in one block."""
    here = extent(bands[row])
    return row + 1 < len(bands) and extent(bands[row + 1]).top - here.bottom < _HEAD_GAP * here.height


def _apart(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two sides of a gutter are columns of their own."""
    few, many = sorted((left, right), key=len)
    beside = [line for line in few if any(_beside(line, other) for other in many)]
    if len(beside) < _BESIDE * len(few) or len(few) < 2:
        return False
    if _both_prose(left, right):
        return True
    facing = [line for line in many if any(_beside(line, other) for other in few)]
    level = sum(any(_level(line, other) for other in many) for line in beside)
    level += sum(any(_level(line, other) for other in few) for line in facing)
    return level < _ALIGNED * (len(beside) + len(facing))


def _both_prose(left: Sequence[Line], right: Sequence[Line]) -> bool:
    return _prose(left) and _prose(right)


def _prose(lines: Sequence[Line]) -> bool:
    """Whether lines are those of a text set in a column: several, many of them long, one close below the other."""
    rows = [extent(row) for row in rows_of(lines)]
    if len(rows) < _PROSE_LINES:
        return False
    long = sum(len(line.text) >= _PROSE_LETTERS for line in lines)
    close = sum(below.top - above.bottom <= _PROSE_GAP * above.height for above, below in pairwise(rows))
    return long >= _PROSE_SHARE * len(lines) and close >= _PROSE_SHARE * (len(rows) - 1)


def _middle(line: Line) -> float:
    return line.rect.top + line.rect.height / 2


def _level(one: Line, other: Line) -> bool:
    """Whether two lines stand on one level; engines draw lines without high or hanging letters lower."""
    common = min(one.rect.bottom, other.rect.bottom) - max(one.rect.top, other.rect.top)
    return common >= _SAME_LEVEL * min(one.rect.height, other.rect.height)


def _beside(one: Line, other: Line) -> bool:
    """Whether two lines have a row of pixels in common."""
    return one.rect.top < other.rect.bottom and other.rect.top < one.rect.bottom


def _over(one: Line, other: Line) -> bool:
    """Whether one of two lines on a level covers a good part of the other."""
    common = min(one.rect.right, other.rect.right) - max(one.rect.left, other.rect.left)
    return common > 0.3 * min(one.rect.width, other.rect.width)
