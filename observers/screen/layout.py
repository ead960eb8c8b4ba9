"""Lines of a screen as the text a person reads there: columns one after the other, cells side by side, bubbles whole.

It goes by place alone, never by what a text says, except for knowing a messenger. Lines of a paragraph stay lines, as
what compares a page with the last one compares lines; only a bubble's are joined, for they are one message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from observers.desktop.rect import Rect
from observers.screen.blocks import Block, blocks_of
from observers.screen.bubbles import YOURS, sided
from observers.screen.columns import Row, columns
from observers.screen.ocr.line import Line

__all__ = ["CELL_GAP", "Block", "arrange", "as_text"]

CELL_GAP = "   "  # what readers of the text take for the gap between two cells

_WORD_GAP = 0.9  # of a line's height: engines cut one sentence in two at less


def arrange(
    lines: Sequence[Line], width: int, height: int, *, app: str | None = None, title: str | None = None
) -> list[Block]:
    """The blocks of a picture of ``width`` by ``height`` pixels in reading order.

    ``app`` and ``title`` of the window serve to know a messenger: only there, or above a field to write a message in,
    are blocks on the right taken for the user's own words.
    """
    within = Rect(0, 0, width, height)
    shown = [line for line in lines if line.text.strip() and line.rect.meet(within).area]
    blocks: list[Block] = []
    for column in columns(shown):
        blocks.extend(sided(column, blocks_of(column), app, title))
    return blocks


def as_text(blocks: Iterable[Block]) -> list[str]:
    """One string a row, its cells three spaces apart; a bubble is one string, the user's begins with "You: "."""
    texts: list[str] = []
    for block in blocks:
        rows = [_row_text(row) for row in block.rows]
        if block.side is None:
            texts.extend(rows)
        else:
            texts.append((YOURS if block.side == "right" else "") + " ".join(" ".join(row.split()) for row in rows))
    return texts


def _row_text(row: Row) -> str:
    """The cells of a row; pieces of one sentence that an engine cut apart are put together again."""
    text = row[0].text.strip()
    for before, line in pairwise(row):
        gap = line.rect.left - before.rect.right
        near = gap < _WORD_GAP * min(before.rect.height, line.rect.height)
        text += (" " if near else CELL_GAP) + line.text.strip()
    return text
