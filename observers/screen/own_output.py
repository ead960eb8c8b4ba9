"""Inkling's own output in a terminal, which must not be taken in: it would learn from its own beliefs.

A terminal's title tells nothing of what runs in it, so the output is known by its form: ids, words for confidence, what
a quote rests on; and after a prompt that still shows, everything down to the next one. Recognition loses bars, splits
rows at wide gaps and reads ``o1`` as ``01``, so whole rows are judged and most of their form is words. Where that is
too generous, more is left out and never more captured. The forms are those of ``assistant.cli.wording``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observers.screen.ocr.line import Line

_MOST_WRAPPED = 6  # rows from where a sentence begins to where its id stands

_DATE = r"\d{1,2} ?[A-Z][a-z]{2} ?\d{4}"
_ID = r"[po][\dIl]{0,6}\d"
_SURE = r"(?:almost sure|likely|maybe|a guess)"
_BAR = re.compile(rf"[▮▯]{{3}}|[#.]{{5}} +{_SURE}\b")
_SURE_CELL = re.compile(rf"^\S{{0,8}}\s*{_SURE}$")
_ID_CELL = re.compile(rf"(?:^\(?|  |[^\w\s] ){_ID}[):,]?$")
_FIRST = re.compile(rf"^{_ID}(?:: | (?:confirmed|rejected|pinned|unpinned): |  )|^forgotten: (?:{_ID}|\d+ observ)")
_NUMBERED = re.compile(r"^\d{1,4}\. ?\S|^\[\d{1,3}\] ")
_SAID = re.compile(
    r"\((?:you said so|implied by what you said|seen on your screen|from what you often do|your own word), ?\d"
    r"|\(\d+ (?:propositions? on it|pieces? of evidence)\)"
    rf"|^\W{{0,2}}\s*{_DATE}, ?\d\d:\d\d\b"
    rf"|^(?:\d{{1,4}}\. ?|\[\d{{1,3}}\] ).{{1,60}}, ?{_DATE}(?:, ?\d\d:\d\d)?: ?\W"
)
_COMMAND = re.compile(r"^(?P<prompt>.{0,80}?[$%#>❯➜»λ]\s?)?inkling(?:\s|$)")
_OF_PROMPT = re.compile(r"\W*\w*")


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands side by side: the indices of the lines, from left to right, and their texts."""

    indices: tuple[int, ...]
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return "  ".join(self.cells)


def own_output(lines: Sequence[Line]) -> set[int]:
    """The indices of the lines of a terminal's window that Inkling printed, or that were typed to call it."""
    rows = list(_rows(lines))
    own = {number for number, row in enumerate(rows) if _is_own(row)}
    own |= set(_wrapped(rows)) | set(_answered(rows))
    return {index for number in own for index in rows[number].indices}


def _is_own(row: _Row) -> bool:
    """Whether a row by itself has the form of Inkling's."""
    text = row.text
    if _BAR.search(text) or _SAID.search(text) or _FIRST.match(text):
        return True
    return (len(row.cells) > 1 and _SURE_CELL.match(row.cells[0]) is not None) or _has_id(row)


def _has_id(row: _Row) -> bool:
    """Whether an id stands apart: before everything else, or behind it, if only marks such as "pinned" follow."""
    return any(_ID_CELL.search(cell) for cell in (row.cells[0][:9], *row.cells[-2:]))


def _wrapped(rows: Sequence[_Row]) -> Iterator[int]:
    """The rows of sentences that begin with a number or how sure they are, and end with their id rows further down."""
    for first, row in enumerate(rows):
        if not (_NUMBERED.match(row.text) or _is_own(row)) or _has_id(row):
            continue
        below = range(first + 1, min(first + _MOST_WRAPPED, len(rows)))
        last = next((number for number in below if _has_id(rows[number])), None)
        if last is not None and not any(_NUMBERED.match(rows[n].text) for n in range(first + 1, last)):
            yield from range(first, last + 1)


def _answered(rows: Sequence[_Row]) -> Iterator[int]:
    """The rows from a command of Inkling's down to the next prompt like the one it was typed at."""
    prompt = ""
    for number, row in enumerate(rows):
        command = _COMMAND.match(row.text)
        if command is not None:
            prompt = _beginning(command["prompt"] or "")
            yield number
        elif prompt and row.text.startswith(prompt):
            prompt = ""
        elif prompt:
            yield number


def _beginning(prompt: str) -> str:
    """What the next prompt begins with as well, in whatever folder."""
    found = _OF_PROMPT.match(prompt.strip())
    return found[0] if found else ""


def _rows(lines: Sequence[Line]) -> Iterator[_Row]:
    """Lines by what stands side by side, from the top."""
    waiting = sorted(range(len(lines)), key=lambda index: lines[index].rect.top)
    row: list[int] = []
    for index in waiting:
        if row and _middle(lines[index]) > lines[row[0]].rect.bottom:
            yield _row(lines, row)
            row = []
        row.append(index)
    if row:
        yield _row(lines, row)


def _row(lines: Sequence[Line], indices: Sequence[int]) -> _Row:
    ordered = tuple(sorted(indices, key=lambda index: lines[index].rect.left))
    return _Row(ordered, tuple(lines[index].text.strip() for index in ordered))


def _middle(line: Line) -> float:
    return (line.rect.top + line.rect.bottom) / 2
