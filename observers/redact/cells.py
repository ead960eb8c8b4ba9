"""The cells of a screen's lines, and which of them stand under which: what a label and its value are to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from observers.redact.misread import digits_of
from observers.redact.shapes import looks_like_name

_CELL = re.compile(r"[^\s│┃|]+(?:[ \u00a0][^\s│┃|]+)*")
_GROUPS = re.compile(r"(?:[A-Z2-7]{4}[ ]?){4,}|(?:\d{4}[ ]?){3,5}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a line between wide gaps."""

    text: str
    start: int
    column: int  # where it begins on its line

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


Row = list[Cell]


def rows_of(text: str) -> list[Row]:
    """The cells of each line that has any."""
    rows, at = [], 0
    for line in text.split("\n"):
        row = [Cell(m.group(), at + m.start(), m.start()) for m in _CELL.finditer(line)]
        if row:
            rows.append(_boxes(row, line, at))
        at += len(line) + 1
    return rows


def _boxes(row: Row, line: str, at: int) -> Row:
    """A code typed into boxes of one character each is one cell, and so is a key or a number in groups of four."""
    if len(row) == 1 or any(len(c.text) > 14 for c in row):
        return row
    whole = "".join(c.text for c in row)
    typed = len(row) >= 4 and all(len(c.text) == 1 for c in row) and digits_of(whole) != ""
    boxes = typed or _GROUPS.fullmatch(whole) is not None
    first = row[0]
    return [Cell(line[first.column :].rstrip(), at + first.column, first.column)] if boxes else row


def under(header: Row, k: int, below: Row) -> Cell | None:
    """The cell of a row that is in the column of a header's cell."""
    if len(header) == len(below):
        return below[k]
    if len(header) == 1:
        return min(below, key=lambda c: abs(c.column - header[0].column))
    near = min(below, key=lambda c: abs(c.column - header[k].column))
    others = [c for n, c in enumerate(header) if n != k]
    mine = abs(near.column - header[k].column)
    if len(below) > 1 and all(abs(near.column - c.column) > mine for c in others):
        return near
    last = below[-1]
    return last if len(below) > 1 and k == len(header) - 1 and not looks_like_name(last.text) else None
