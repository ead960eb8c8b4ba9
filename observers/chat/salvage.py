"""The members of a zip that was cut off while downloading, found from the front.

A zip's directory stands at its end, so the standard library refuses a file without one. Each member also has a header
of its own, and a deflated member knows where it ends, so everything before the cut can still be read (APPNOTE.TXT
4.3.7). Zip64 members and those protected by a password end the walk.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = struct.Struct("<4s5H3I2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZE_FOLLOWS, _UTF8 = 0x1, 0x8, 0x800
_CHUNK_BYTES = 64 * 1024
_MAX_MEMBERS = 200_000
_BOMB_BYTES = 256 * 1024 * 1024  # below this no expansion is suspicious
_BOMB_RATIO = 200  # chat text deflates 3 to 30 times, deflate can at most 1032 times


def most_expanded(packed_bytes: int) -> int:
    """How many bytes a zip of ``packed_bytes`` may give before it is taken for a bomb."""
    return max(_BOMB_BYTES, packed_bytes * _BOMB_RATIO)


@dataclass(frozen=True, slots=True)
class SalvagedMember:
    """A member found by its own header. ``packed`` and ``size`` are bytes, 0 where the header does not say."""

    path: Path
    name: str
    offset: int
    method: int
    packed: int
    size: int

    def open(self) -> SalvagedStream:
        """Its bytes from the start."""
        return SalvagedStream(self)


class SalvagedStream:
    """The bytes of a salvaged member; raises EOFError where the file ends before the member does."""

    def __init__(self, member: SalvagedMember) -> None:
        self._member = member
        self._file: BinaryIO = member.path.open("rb")
        self._file.seek(member.offset)
        self._left = member.packed
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
        self._pending = b""

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, empty at the end of the member."""
        size = _CHUNK_BYTES if size < 0 else size
        if self._inflate is None:
            return self._read_stored(size)
        while not self._inflate.eof:
            data = self._pending or self._file.read(_CHUNK_BYTES)
            out = self._inflate.decompress(data, size)
            self._pending = self._inflate.unconsumed_tail
            if out:
                return out
            if not data:
                raise EOFError
        return b""

    def _read_stored(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        if not data and self._left:
            raise EOFError
        return data

    def end(self) -> int:
        """The offset in the file just after this member's data; reads it all. Raises EOFError if it never ends."""
        limit = most_expanded(self._member.path.stat().st_size)
        while data := self.read(_CHUNK_BYTES):
            limit -= len(data)
            if limit < 0:
                raise EOFError
        unused = len(self._inflate.unused_data) if self._inflate else 0
        return self._file.tell() - unused

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def salvaged_members(path: Path) -> list[SalvagedMember]:
    """Every member of the zip at ``path`` whose header is whole, the last one perhaps cut off."""
    with path.open("rb") as file:
        return list(_walk(path, file))


def _walk(path: Path, file: BinaryIO) -> Iterator[SalvagedMember]:
    offset = 0
    for _ in range(_MAX_MEMBERS):
        file.seek(offset)
        raw = file.read(_HEADER.size)
        if len(raw) < _HEADER.size or not raw.startswith(b"PK\x03\x04"):
            return
        _, _, flags, method, _, _, _, packed, size, name_bytes, extra_bytes = _HEADER.unpack(raw)
        name = file.read(name_bytes).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED) or 0xFFFFFFFF in (packed, size):
            return
        member = SalvagedMember(path, name, offset + _HEADER.size + name_bytes + extra_bytes, method, packed, size)
        if not name.endswith("/"):
            yield member
        end = _end_of(member, unsized=bool(flags & _SIZE_FOLLOWS))
        if end is None:
            return
        offset = end


def _end_of(member: SalvagedMember, *, unsized: bool) -> int | None:
    """Where the next header may begin, or None if the data breaks off or cannot be delimited."""
    if not unsized:
        return member.offset + member.packed
    if member.method != _DEFLATED:
        return None
    stream = member.open()
    try:
        end = stream.end()
    except (EOFError, zlib.error):
        return None
    finally:
        stream.close()
    with member.path.open("rb") as file:
        file.seek(end)
        return end + (16 if file.read(4) == b"PK\x07\x08" else 12)
