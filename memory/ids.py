"""Public ids: short strings, unique across item types, made from the store's row numbers, which are never reused."""

from __future__ import annotations

from memory.errors import NotFoundError
from memory.records import ItemType

_LONGEST = 19  # characters; SQLite's row numbers have at most 19 digits
_PREFIXES: dict[ItemType, str] = {"observation": "o", "proposition": "p"}


def public_id(item_type: ItemType, row: int) -> str:
    """The public id of a row: ``public_id("proposition", 7) == "p7"``."""
    return f"{_PREFIXES[item_type]}{row}"


def parse_id(text: str) -> tuple[ItemType, int]:
    """The type and row behind a public id. Raises NotFoundError if it is not one."""
    for item_type, prefix in _PREFIXES.items():
        if text[:1] == prefix and text[1:].isascii() and text[1:].isdigit() and len(text) <= _LONGEST:
            return item_type, int(text[1:])
    raise NotFoundError("that is not an id; ids look like p12 (a proposition) or o340 (an observation)")
