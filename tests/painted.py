"""Pictures of text that can be read back exactly: every letter is a framed cell with its code point as a pattern.

``PaintedOcr`` reads them, counts what it was given, and answers "?" for a letter that was cut, so a reader that cuts a
line does not pass for one that read it.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from memory.errors import OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.line import Image, Line

CELL_WIDTH, CELL_HEIGHT = 8, 12
INK, PAPER = 0x20, 0xF0


def blank(width: int, height: int) -> Image:
    return np.full((height, width, 4), PAPER, np.uint8)


def write(image: Image, text: str, left: int, top: int) -> Rect:
    """Paint a line of text and say where it is."""
    for index, letter in enumerate(text):
        if letter != " ":
            x = left + index * CELL_WIDTH
            image[top : top + CELL_HEIGHT, x : x + CELL_WIDTH][_pattern(letter)] = INK
    return Rect(left, top, len(text) * CELL_WIDTH, CELL_HEIGHT)


def page(width: int, height: int, lines: list[str], *, top: int = 10, left: int = 40, pitch: int = 20) -> Image:
    """A picture with one line below the other; those that do not fit are cut."""
    image = blank(width, height + CELL_HEIGHT)
    for row, text in enumerate(lines):
        if 0 <= top + row * pitch < height:
            write(image, text, left, top + row * pitch)
    return np.ascontiguousarray(image[:height])


class PaintedOcr:
    """Reads painted text. ``failures`` are raised by the next calls."""

    name = "painted"

    def __init__(self) -> None:
        self.pixels = 0
        self.calls = 0
        self.failures: deque[OcrFailedError] = deque()

    def read(self, image: Image) -> list[Line]:
        self.calls += 1
        self.pixels += image.shape[0] * image.shape[1]
        if self.failures:
            raise self.failures.popleft()
        ink = image[..., 0] == INK
        letters = {(y, x): _letter(ink[y : y + CELL_HEIGHT, x : x + CELL_WIDTH]) for y, x in _corners(ink)}
        seen = np.zeros_like(ink)
        for y, x in letters:
            seen[y : y + CELL_HEIGHT, x : x + CELL_WIDTH] = True
        torn = [Line("?", Rect(int(x), int(y), 1, 1)) for y, x in np.argwhere(ink & ~seen)[:1]]
        return _lines(letters) + torn

    def close(self) -> None:
        pass


def _pattern(letter: str) -> npt.NDArray[np.bool_]:
    """A frame open on the right, and 16 bits in it."""
    cell = np.zeros((CELL_HEIGHT, CELL_WIDTH), np.bool_)
    cell[0, :7] = cell[-1, :7] = cell[:, 0] = True
    for bit in range(16):
        if ord(letter) >> bit & 1:
            cell[2 + bit // 2, 2 + bit % 2 * 2] = True
    return cell


def _letter(cell: npt.NDArray[np.bool_]) -> str:
    bits = (int(cell[2 + bit // 2, 2 + bit % 2 * 2]) << bit for bit in range(16))
    return chr(sum(bits))


def _corners(ink: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where whole letters begin."""
    if ink.shape[0] < CELL_HEIGHT or ink.shape[1] < CELL_WIDTH:
        return []
    cells = np.lib.stride_tricks.sliding_window_view(ink, (CELL_HEIGHT, CELL_WIDTH))
    framed = cells[..., 0, :7].all(-1) & cells[..., -1, :7].all(-1) & cells[..., :, 0].all(-1)
    framed &= ~cells[..., :, 7].any(-1)
    return [(int(y), int(x)) for y, x in np.argwhere(framed)]


def _lines(letters: dict[tuple[int, int], str]) -> list[Line]:
    """Letters on one level with at most two spaces between them, as lines."""
    lines: list[tuple[int, int, str]] = []
    for (y, x), letter in sorted(letters.items()):
        if lines and lines[-1][0] == y:
            top, left, text = lines[-1]
            spaces = (x - left) // CELL_WIDTH - len(text)
            if spaces <= 2:
                lines[-1] = (top, left, text + " " * spaces + letter)
                continue
        lines.append((y, x, letter))
    return [Line(text, Rect(left, top, len(text) * CELL_WIDTH, CELL_HEIGHT)) for top, left, text in lines]
