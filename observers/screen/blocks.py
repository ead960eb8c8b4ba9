"""Blocks of text: rows that belong together, such as a paragraph, a table or a bubble of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from observers.desktop.rect import Rect
from observers.screen.columns import Row, extent, height_of, rows_of
from observers.screen.ocr.line import Line

Side = Literal["left", "right"]

_BLOCK_GAP = 0.75  # of a line's height between two lines of one block
_ALIKE_HEIGHTS = 1.5  # heights of a line that rows of one block may begin, or end, apart


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together, from top to bottom.

    ``side`` is set on the bubbles of a conversation (see ``bubbles``): the user's are on the right.
    """

    rows: tuple[Row, ...]
    side: Side | None = None

    @property
    def rect(self) -> Rect:
        """The smallest rectangle around it."""
        return extent(line for row in self.rows for line in row)


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The lines of one column as blocks: rows closer than most of a line's height, that begin or end alike."""
    blocks: list[list[Row]] = []
    for row in rows_of(lines):
        if blocks and _together(blocks[-1], row):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return [Block(tuple(rows)) for rows in blocks]


def _together(rows: Sequence[Row], row: Row) -> bool:
    """Whether a row goes on with the block above it."""
    above, here = extent(rows[-1]), extent(row)
    height = height_of([*rows[-1], *row])
    if here.top - above.bottom > _BLOCK_GAP * height:
        return False
    block = extent(line for row in rows for line in row)
    overlapping = min(here.right, block.right) - max(here.left, block.left)
    return overlapping > 0 and (
        abs(here.left - block.left) <= _ALIKE_HEIGHTS * height
        or abs(here.right - block.right) <= _ALIKE_HEIGHTS * height
    )
