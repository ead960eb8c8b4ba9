"""Whether a part of a window's picture moved up or down, and by how much.

Rows are matched by hashes within vertical stripes of what changed, not over its whole width: a scroll bar's thumb, a
caret or a hover in one stripe then does not hide that the text in the others moved. The answer may be a little too
large; what does not fit is found when the moved picture is compared with the new one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from observers.desktop.rect import Rect
from observers.screen.change import COLOUR, cropped, pixels_of
from observers.screen.ocr.line import Image

_LEAST_WIDTH, _LEAST_HEIGHT = 80, 64  # pixels that must have changed before anything can have scrolled
_STRIPES = 6
_STEP = 2  # every second column is hashed: the comparison afterwards is exact
_LEAST_VOTES = 24  # rows of stripes that agree on how far; two lines of text
_LEAST_SHARE = 0.4  # of all that can be told apart and are found again
_BREAK = 48  # rows that may disagree within what moved

_Hashes = npt.NDArray[np.uint64]  # (rows, stripes and more)


@dataclass(frozen=True, slots=True)
class Scroll:
    """What is in ``rect`` now was ``down`` pixels higher up before; lower if negative."""

    rect: Rect
    down: int


def scroll_in(before: Image, after: Image, rect: Rect) -> Scroll | None:
    """How the content of ``rect`` moved between two images of one size, or None if it did not."""
    if rect.width < _LEAST_WIDTH or rect.height < _LEAST_HEIGHT:
        return None
    old, new = _hashed(before, rect), _hashed(after, rect)
    down = _distance(old, new)
    if down is None:
        return None
    run = _longest_run(old, new, down)
    if run is None:
        return None
    return Scroll(Rect(rect.left, rect.top + run[0], rect.width, run[1] - run[0]), down)


def _hashed(image: Image, rect: Rect) -> _Hashes:
    """A hash for every row of every stripe, of all stripes, and of all but the last, where a scroll bar may be.

    The lines of a log are alike in most stripes; only as a whole are they told apart.
    """
    pixels = (pixels_of(cropped(image, rect))[:, ::_STEP] & COLOUR).astype(np.uint64)
    columns = np.arange(1, pixels.shape[1] + 1, dtype=np.uint64)
    weights = columns * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1)
    starts = np.linspace(0, pixels.shape[1], _STRIPES, endpoint=False, dtype=np.intp)
    hashes: _Hashes = np.add.reduceat(pixels * weights, starts, axis=1)
    return np.column_stack((hashes, hashes.sum(axis=1), hashes[:, :-1].sum(axis=1)))


def _distance(old: _Hashes, new: _Hashes) -> int | None:
    """How far most rows that occur once in both moved, or None if too few agree."""
    values_old, rows_old = _only_once(old)
    values_new, rows_new = _only_once(new)
    _, at_old, at_new = np.intersect1d(values_old, values_new, assume_unique=True, return_indices=True)
    moved = rows_new[at_new] - rows_old[at_old]
    moved = moved[moved != 0]
    if len(moved) < _LEAST_VOTES:
        return None
    distances, votes = np.unique(moved, return_counts=True)
    best = int(np.argmax(votes))
    enough = votes[best] >= max(_LEAST_VOTES, _LEAST_SHARE * len(moved))
    return int(distances[best]) if enough else None


def _only_once(hashes: _Hashes) -> tuple[_Hashes, npt.NDArray[np.intp]]:
    """Hashes that stand nowhere else, so not those of blank rows, and their rows."""
    values, first, counts = np.unique(hashes.ravel(), return_index=True, return_counts=True)
    once = counts == 1
    return values[once], first[once] // hashes.shape[1]


def _longest_run(old: _Hashes, new: _Hashes, down: int) -> tuple[int, int] | None:
    """The rows of the new image, from and to, that were ``down`` higher before."""
    top, bottom = max(0, down), min(len(new), len(new) + down)
    alike = (new[top:bottom] == old[top - down : bottom - down]).sum(axis=1) * 2 >= new.shape[1]
    rows = np.flatnonzero(alike)
    if not len(rows):
        return None
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > _BREAK) + 1)
    longest = max(runs, key=len)
    return top + int(longest[0]), top + int(longest[-1]) + 1
