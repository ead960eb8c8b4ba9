"""Whose words a conversation on the screen shows: bubbles on the right are the user's, those on the left are others'.

Text on a screen is somebody's words until shown otherwise, so this holds back: blocks only count as bubbles in a
messenger, or above a field to write a message in, and only if those on the right end alike, leave room on the left, and
have nothing beside them. A price, a date or a button on the right is never the user's word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from observers.screen.blocks import Block, Side
from observers.screen.columns import Row, extent, height_of
from observers.screen.ocr.line import Line

YOURS = "You: "  # before the user's own words, as the distiller knows them

_MESSENGERS = re.compile(
    r"\b(?:whats ?app|telegram|signal|messenger|messages|nachrichten|imessage|viber|threema|wechat|line|kakaotalk|zalo|"
    r"instagram|chatgpt|claude|gemini|copilot|le chat|perplexity|deepseek|lmstudio|open webui)\b",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\W*(?:type (?:a|your) message|write (?:a|your) message|send a message|message\b|reply|imessage|text message|"
    r"ask anything|ask (?:chatgpt|claude|gemini|copilot|me)|reply to \w+|how can i help|nachricht|schreib|"
    r"écrire un message|votre message|message…|escribe un mensaje|mensaje|scrivi un messaggio|messaggio|"
    r"typ een bericht|bericht|escreva uma mensagem|mensagem|napisz wiadomość|skriv|输入|メッセージ|сообщение)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"^[\W\d]*(?:[ap]\.?m\.?|edited|sent|read|delivered|seen|gelesen|lu)?[\W\d]*$", re.IGNORECASE)
_CLOSING = re.compile(r"\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?\W*$", re.IGNORECASE)  # the time that ends a bubble

_ROOM = 0.2  # of the column's width that a bubble of the user's leaves on its left
_ENDS_ALIKE = 2.0  # heights of a line that the right ends of bubbles may differ
_ENDS_WRAPPED = 8.0  # or, in a bubble of several lines, may fall short: a long word went to the next line
_MOST_CELLS = 2  # of a bubble's row: words and a time
_MOST_ROWS_ACROSS = 0.15  # of a conversation's rows, such as its title beside a button
_MOST_FIELD_LETTERS = 40


def sided(lines: Sequence[Line], blocks: Sequence[Block], app: str | None, title: str | None) -> list[Block]:
    """The blocks of a column, with the sides of those that are bubbles of a conversation."""
    field = next((i for i in reversed(range(len(blocks))) if _is_field(blocks[i])), len(blocks))
    known = bool(_MESSENGERS.search(app or "") or _MESSENGERS.search(title or ""))
    if not known and field == len(blocks):
        return list(blocks)
    height = height_of(lines)
    left = _margin(blocks, height)
    room = left + _ROOM * (extent(lines).right - left)
    if _is_table(blocks[:field], room):
        return list(blocks)
    found = [piece for block in blocks[:field] for piece in _pieces(block, room)]
    sides = _sides(found, room, height)
    if not _is_conversation(sides, known=known):
        return list(blocks)
    return [replace(b, side=side) for b, side in zip(found, sides, strict=True)] + list(blocks[field:])


def _is_field(block: Block) -> bool:
    """Whether a block is an empty field to write a message in."""
    texts = [line.text for row in block.rows for line in row]
    return len(block.rows) == 1 and any(_FIELD.match(text) and len(text) <= _MOST_FIELD_LETTERS for text in texts)


def _is_table(blocks: Sequence[Block], room: float) -> bool:
    """Whether rows have cells on the left and on the right, as tables and forms do; a time does not count."""
    rows = [row for block in blocks for row in block.rows]
    both = sum(
        row[0].rect.left < room and any(line.rect.left >= room and not _CLOSING.search(line.text) for line in row)
        for row in rows
    )
    return both > max(1, _MOST_ROWS_ACROSS * len(rows))


def _pieces(block: Block, room: float) -> list[Block]:
    """A block cut where the side changes and after a time, as bubbles may stand close."""
    pieces: list[list[Row]] = []
    before: bool | None = None
    for row in block.rows:
        here = None if _is_stamp(row) else extent(row).left >= room
        if pieces and (here is None or (here == before and not _CLOSING.search(pieces[-1][-1][-1].text))):
            pieces[-1].append(row)
        else:
            pieces.append([row])
        before = before if here is None else here
    return [Block(tuple(rows)) for rows in pieces]


def _sides(blocks: Sequence[Block], room: float, height: float) -> list[Side | None]:
    """The side of every block: right if it leaves room on the left and ends where most of those do; None if between."""
    ends = [block.rect.right for block in blocks if _words(block) and block.rect.left >= room]
    end = _usual_end(ends, height)
    sides: list[Side | None] = []
    for block in blocks:
        if block.rect.left < room:
            sides.append("left" if _words(block) else None)
        else:
            short = end - block.rect.right
            wrapped = _ENDS_WRAPPED if len(block.rows) > 1 else _ENDS_ALIKE
            alike = -_ENDS_ALIKE * height <= short <= wrapped * height
            sides.append("right" if alike and _words(block) and len(block.rows[0]) <= _MOST_CELLS else None)
    return sides


def _usual_end(ends: Sequence[int], height: float) -> int:
    """The right end that most others are near to; among equals the last."""
    return max(ends, key=lambda end: (sum(abs(end - other) <= _ENDS_ALIKE * height for other in ends), end), default=0)


def _margin(blocks: Sequence[Block], height: float) -> int:
    """Where lines begin on the left: the first place where two do."""
    begins = sorted(extent(row).left for block in blocks for row in block.rows)
    return next((one for one, other in pairwise(begins) if other - one <= height), begins[0])


def _is_conversation(sides: Sequence[Side | None], *, known: bool) -> bool:
    """Whether both sides speak: once each in a messenger, else in turns."""
    spoken = [side for side in sides if side]
    turns = sum(one != other for one, other in pairwise(spoken))
    rights = spoken.count("right")
    return rights >= 1 and turns >= 1 if known else rights >= 2 and turns >= 3


def _words(block: Block) -> bool:
    """Whether a block says anything but a time."""
    return not all(_is_stamp(row) for row in block.rows)


def _is_stamp(row: Row) -> bool:
    return all(_STAMP.match(line.text) for line in row)
