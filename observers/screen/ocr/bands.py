"""Large images in parts that are read one after the other, so that memory does not depend on the image's size.

Parts are cut where little is drawn. The surprising decision is that a cut may go through a line of text if a hundred
rows hold no gap: that line is lost, and memory stays bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from observers.desktop.rect import Rect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from observers.screen.ocr.line import Image

CELL = 16  # pixels of the grid on which boxes that are near each other are put together


def bands(image: Image, most_pixels: int) -> Iterator[Rect]:
    """The image top to bottom in parts of at most so many pixels, as far as rows of that width can be."""
    height, width = image.shape[:2]
    columns = max(1, -(-width * 64 // most_pixels))  # parts at least 64 rows high
    across = -(-width // columns)
    for left in range(0, width, across):
        span = min(across, width - left)
        rows = max(1, most_pixels // span)
        top = 0
        while top < height:
            bottom = top + rows
            if bottom < height:
                bottom = _quiet_row(image[top:bottom, left : left + span], top)
            bottom = min(bottom, height)
            yield Rect(left, top, span, bottom - top)
            top = bottom


def _quiet_row(part: Image, top: int) -> int:
    """Where to cut: the row with the fewest jumps from pixel to pixel in the lower half."""
    half = len(part) // 2
    green = part[half:, :, 1].astype(np.int16)
    if not green.size or part.shape[0] < 2:
        return top + len(part)
    jumps = (np.abs(np.diff(green, axis=1)) > 20).sum(axis=1)
    last_fewest: int = len(jumps) - 1 - int(np.argmin(jumps[::-1]))
    return top + half + last_fewest + 1


def clusters(rects: Iterable[Rect], width: int, height: int) -> list[Rect]:
    """Boxes around the boxes that lie within a cell or two of each other."""
    import cv2  # noqa: PLC0415 - comes with the OCR engine

    grid = np.zeros((height // CELL + 1, width // CELL + 1), np.uint8)
    for rect in rects:
        grid[
            max(0, rect.top // CELL - 1) : rect.bottom // CELL + 2,
            max(0, rect.left // CELL - 1) : rect.right // CELL + 2,
        ] = 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    whole = Rect(0, 0, width, height)
    return [Rect(*(int(side) * CELL for side in box[:4])).meet(whole) for box in stats[1:]]
