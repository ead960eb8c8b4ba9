"""Reading a log on from where it ended, so that what is appended all day costs what is new and not what is there.

The surprising decision: where a pass ended is kept in memory and never stored. After a restart a log that has grown is
read whole once, which costs one pass and saves everything a format would need to take up in the middle.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from observers.chat.lines import parse_object
from observers.chat.source import BrokenStreamError, Document, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from memory.records import Observation
    from observers.chat.export import Export
    from observers.chat.message import Problem

_MARK_BYTES = 512  # before the end, compared to tell a log that grew from one that was written anew
_LOOK_BACK_BYTES = 64 * 1024
_LONGEST_LINE_BYTES = 64 * 1024 * 1024
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Place:
    """Where reading a log ended, and what it needs to go on there. ``is_reached`` once everything before was read."""

    export: Export
    inode: int
    read_to: int = 0
    mark: bytes = b""
    tables: dict[str, object] = field(default_factory=dict)
    is_reached: bool = False

    def holds(self, path: Path) -> bool:
        """Whether the file still begins with what was read. Raises OSError."""
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not self.is_reached or status.st_ino != self.inode or status.st_size < self.read_to:
                return False
            return self.export.grows_by == "rows" or _before(file, self.read_to) == self.mark


def observations(
    place: Place, path: Path, me: Collection[str], on_problem: Callable[[Problem], None] | None = None
) -> tuple[Iterator[Observation], Place]:
    """What is new in a log since ``place``, and the place where that ends, which is reached when all of it was taken.

    ``place`` itself is of no use afterwards. Raises OSError, UnreadableExportError, and OwnerUnknownError where the
    user is not known in a log that is read for the first time.
    """
    source = Source(path)
    start = place.read_to
    with path.open("rb") as file:
        end = _end_of_lines(file, start) if place.export.grows_by == "lines" else os.fstat(file.fileno()).st_size
        after = Place(place.export, os.fstat(file.fileno()).st_ino, end, _before(file, end), place.tables)
    if place.export.grows_by == "lines":
        document = Document(path.name, end - start, lambda: _Stretch(path, start, end), source.progress)
    else:
        document = source.documents[0]
    export = place.export.continued(source, document, after.tables, settled=place.is_reached)
    return _to_the_end(export.observations(me, on_problem), after), after


def _to_the_end(found: Iterator[Observation], place: Place) -> Iterator[Observation]:
    yield from found
    place.is_reached = True


def _end_of_lines(file: BinaryIO, start: int) -> int:
    """Where the last whole line after ``start`` ends; a last line without its newline is whole if it is an object."""
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(2).startswith(_WIDE):
        return size  # its newlines are not single bytes; whoever writes such does not append
    tail = b""
    at = size
    while at > start and b"\n" not in tail:
        if len(tail) > _LONGEST_LINE_BYTES:
            return start
        length = min(max(_LOOK_BACK_BYTES, len(tail)), at - start)
        at -= length
        file.seek(at)
        tail = file.read(length) + tail
    last = tail.rpartition(b"\n")[2]
    return size if isinstance(parse_object(last.decode("utf-8", "replace")), dict) else size - len(last)


def _before(file: BinaryIO, end: int) -> bytes:
    """The last bytes before ``end``."""
    file.seek(max(0, end - _MARK_BYTES))
    return file.read(end - max(0, end - _MARK_BYTES))


class _Stretch:
    """A part of a file, read as if it were all of it."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._left = end - start

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes of what is left. Raises BrokenStreamError where the file has become shorter."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        if wanted and not data:
            raise BrokenStreamError("the file was cut off while it was read")
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()
