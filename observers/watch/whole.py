"""Whether a file is all there: names of downloads under way, and ends that are missing.

Nothing is parsed. A zip without its end record, JSON whose last bracket is open and a database shorter than it says
are still being written; a file of lines may end anywhere. Whether it is an export at all is for the formats to say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_UNDER_WAY = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".tmp", ".temp", ".swp", ".aria2", "~",
)  # fmt: skip
_HEAD_BYTES = 64 * 1024
_TAIL_BYTES = 66 * 1024  # a zip's end record and the longest comment after it
_ZIP, _ZIP_END, _SQLITE = (b"PK\x03\x04", b"PK\x05\x06", b"SQLite format 3\0")
_TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_CLOSING = {b"[": b"]", b"{": b"}"}


def is_under_way(path: Path) -> bool:
    """Whether a program names a file so while it writes it."""
    name = path.name.lower()
    return name.endswith(_UNDER_WAY) or name.startswith("~$")


def may_be_export(path: Path) -> bool:
    """Whether the first bytes are those of text, a zip or a database: pictures and films are not read further.

    Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    return head.startswith((_ZIP, _ZIP_END, _SQLITE, *_TEXT_MARKS)) or (bool(head) and b"\0" not in head)


def is_whole(path: Path) -> bool:
    """Whether the file has the end that its beginning asks for. Raises OSError if it cannot be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    if head.startswith((_ZIP, _ZIP_END)):
        return _ZIP_END in tail
    if head.startswith(_SQLITE):
        return size >= _announced(head)
    start = head.removeprefix(_TEXT_MARKS[2]).lstrip()
    closing = _CLOSING.get(start[:1])
    return closing is None or _is_lines(start) or tail.rstrip().endswith(closing)


def _announced(head: bytes) -> int:
    """How many bytes a database says it has; 0 where it does not say."""
    page = int.from_bytes(head[16:18], "big")
    return (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0


def _is_lines(start: bytes) -> bool:
    """Whether the first line is a JSON object by itself, or so long that only a log of lines has such."""
    line, newline, _ = start.partition(b"\n")
    if not start.startswith(b"{"):
        return False
    if not newline:
        return len(start) >= _HEAD_BYTES // 2 and b'"sessionId"' in start
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
