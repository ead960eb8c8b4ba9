"""Labels and their values where a screen puts them: to the right, underneath, or in the same column of a table.

A label is a whole cell, not a word in a sentence; what it is a label for decides what a value must look like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact.cells import Cell, Row, under
from observers.redact.labels import IN_SENTENCE, NETWORK, kinds, may_label, signs_in
from observers.redact.misread import digits_of
from observers.redact.spans import BLANK, Span
from observers.redact.values import believed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EXPIRES = re.compile(r"(?<![\d/])(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[2-4]\d(?![\d/])")
_USE_ABOVE = re.compile(
    r"(?i)(?:use|enter|type|copy) (?:this|the) [\w -]{0,24}(?:code|pin)|(?:is|this is) your .{0,24}code"
)
_MISSES = 2  # rows without a value, before the table has ended
_ROWS_BELOW = 40  # of a table that are still under its header


def find(rows: Sequence[Row]) -> Iterator[Span]:
    """Yield every value that a label on the screen gives away."""
    whole = [" ".join(c.text for c in row) for row in rows]
    page = "\n".join(whole)
    network = NETWORK.search(page) is not None
    if signs_in(page):
        yield from _six_digits(rows)
    if _EXPIRES.search(page):
        for i in range(len(rows)):
            yield from _after_expiry(rows, i)
    for i, row in enumerate(rows):
        if any(len(c.text) <= IN_SENTENCE for c in row) and may_label(whole[i]):
            yield from _labelled(rows, i, whole[i], network=network)


def _labelled(rows: Sequence[Row], i: int, whole: str, *, network: bool) -> Iterator[Span]:
    """The values of the labels in one row, each cell one or all of them together."""
    row = rows[i]
    for k, cell in enumerate(row):
        for kind in kinds(cell.text, network=network):
            yield from _values(rows, i, k, kind)
    if i and len(rows[i - 1]) == 1 and _USE_ABOVE.match(whole):
        yield from _checked(rows[i - 1][0], "code", "", beside=False)
    if 1 < len(row) <= 3 and "code" in kinds(whole, network=False):
        yield from _values([[Cell(whole, row[0].start, row[0].column)], *rows[i + 1 : i + 3]], 0, 0, "code")


def _values(rows: Sequence[Row], i: int, k: int, kind: str) -> Iterator[Span]:
    """The values of one label: the next cell of its row, or else what is in its column below."""
    row = rows[i]
    if k + 1 < len(row) and (k % 2 == 0 or row[k].text.endswith(":")):
        spans = _checked(row[k + 1], kind, row[k].text, beside=True)
        yield from spans
        if spans or BLANK in row[k + 1].text:
            return
    if len(row) > 1:
        yield from _column(rows, i, k, kind)
        return
    for below in rows[i + 1 : i + 3]:
        cell = under(row, k, below)
        spans = _checked(cell, kind, row[k].text, beside=False) if cell else []
        yield from spans
        if (spans and kind != "iban") or kind == "password" or (cell and BLANK in cell.text):
            return


def _column(rows: Sequence[Row], i: int, k: int, kind: str) -> Iterator[Span]:
    """The values in the column of a table's header, until rows have none."""
    found = missed = 0
    for below in rows[i + 1 : i + 1 + _ROWS_BELOW]:
        cell = under(rows[i], k, below)
        spans = _checked(cell, kind, rows[i][k].text, beside=True) if cell else []
        yield from spans
        held = bool(spans) or (cell is not None and BLANK in cell.text)
        found += held
        missed += len(below) > 1 and not held
        if missed > _MISSES or (found and len(below) < 2):
            return


def _checked(cell: Cell, kind: str, label: str, *, beside: bool) -> list[Span]:
    """The secret in a cell, if its label announces what is there."""
    found = None if BLANK in cell.text else believed(kind, cell.text, label, beside=beside)
    return [Span(found.start + cell.start, found.end + cell.start, found.kind)] if found else []


def _six_digits(rows: Sequence[Row]) -> Iterator[Span]:
    """Six digits that stand alone, on a screen that speaks of signing in; five characters, where that is Steam's."""
    guarded = any("steam" in c.text.lower() for row in rows for c in row)
    for row in rows:
        for cell in row:
            digits = digits_of(cell.text)
            split = re.fullmatch(r"\w{3} \w{3}|\w{6}", cell.text) and sum(c.isdigit() for c in cell.text) >= 5
            guard = guarded and re.fullmatch(r"(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5}", cell.text)
            if guard or (len(digits) == 6 and split and not digits.endswith("000")):
                yield Span(cell.start, cell.end, "code")


def _after_expiry(rows: Sequence[Row], i: int) -> Iterator[Span]:
    """Three or four digits beside a month and year, where a card's number is on the same screen."""
    row = rows[i]
    above = " ".join(c.text for r in rows[max(0, i - 3) : i + 1] for c in r)
    if not re.search(rf"(?i)card|{BLANK}|\d{{4}} \d{{4}}", above):
        return
    for k, left in enumerate(row):
        for right in row[k + 1 : k + 3]:
            if _EXPIRES.fullmatch(left.text) and re.fullmatch(r"\d{3,4}", right.text):
                yield Span(right.start, right.end, "card security code")
