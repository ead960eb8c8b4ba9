"""The bytes of an export: a file, or the members of a zip, streamed and never written anywhere.

A zip that was cut off has no directory, so `salvage` walks its members from the front instead; either way a reader
sees documents it can open. Member names are labels only: nothing is ever extracted.
"""

from __future__ import annotations

import codecs
import io
import struct
import weakref
import zipfile
import zlib
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from memory.errors import InklingError, UnreadableExportError
from observers.chat.salvage import most_expanded, salvaged_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD_BYTES = 256 * 1024  # what detection may look at
CHUNK_BYTES = 64 * 1024
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_STREAM_ERRORS = (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile, struct.error)


class BrokenStreamError(InklingError):
    """A document cannot be read beyond this point; what came before it is good."""

    def __init__(self, reason: str, position: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class Progress:
    """How many bytes of the export have been read in the current pass, and how many may be."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.limit: int | None = None

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Look ahead without it showing."""
        before = self.bytes_read
        try:
            yield
        finally:
            self.bytes_read = before


class _Binary(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def close(self) -> None: ...


class Stream(io.RawIOBase):
    """A counted, read-only stream: failures of any kind below it become one BrokenStreamError, bombs end early."""

    def __init__(self, inner: _Binary, progress: Progress) -> None:
        self._inner = inner
        self._progress = progress

    def readable(self) -> bool:
        """Always: io.BufferedReader asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer``, counting. Raises BrokenStreamError at damage or where a zip expands beyond reason."""
        try:
            data = self._inner.read(len(buffer))
        except _STREAM_ERRORS as error:
            raise BrokenStreamError(_why(error)) from error
        buffer[: len(data)] = data
        self._progress.bytes_read += len(data)
        if self._progress.limit is not None and self._progress.bytes_read > self._progress.limit:
            raise BrokenStreamError("it expands beyond reason for a chat export; the rest was not read")
        return len(data)

    def close(self) -> None:
        """Close the file or member below as well."""
        if not self.closed:
            self._inner.close()
        super().close()


class _Recoded(io.RawIOBase):
    """Any text as valid UTF-8 without a byte order mark; bytes that are no text become U+FFFD."""

    def __init__(self, inner: BinaryIO, encoding: str) -> None:
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._pending = b""
        self._ended = False

    def readable(self) -> bool:
        """Always: io.BufferedReader asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` with the next recoded bytes."""
        while not self._pending and not self._ended:
            data = self._inner.read(CHUNK_BYTES)
            self._ended = not data
            self._pending = self._decoder.decode(data, final=self._ended).encode("utf-8", "replace")
        taken, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """Close the stream below as well."""
        if not self.closed:
            self._inner.close()
        super().close()


class Document:
    """One stream of bytes in an export: the file itself, or one member of its zip."""

    def __init__(self, name: str, size: int, opener: Callable[[], _Binary], progress: Progress) -> None:
        self.name = name
        self.size = size
        self._opener = opener
        self._progress = progress
        self.damage: str | None = None  # why its head could not be read, if it could not
        self.json_paths: frozenset[str] | None = None  # what detection found in it, so that formats look once

    def open(self) -> io.BufferedReader:
        """The bytes from the start. Raises BrokenStreamError, here or while reading, where they are damaged."""
        try:
            inner = self._opener()
        except _STREAM_ERRORS as error:
            raise BrokenStreamError(_why(error)) from error
        return io.BufferedReader(Stream(inner, self._progress), CHUNK_BYTES)

    def open_text(self) -> io.BufferedReader:
        """The same as valid UTF-8 whatever Unicode encoding its byte order mark announces."""
        encoding = "utf-16" if self.head(2).startswith(_WIDE) else "utf-8-sig"
        return io.BufferedReader(_Recoded(self.open(), encoding), CHUNK_BYTES)

    def head(self, limit: int = HEAD_BYTES) -> bytes:
        """Up to ``limit`` bytes from the start; what there is of them if the document is damaged."""
        got = bytearray()
        try:
            with self._progress.uncounted(), self.open() as stream:
                while len(got) < limit and (data := stream.read1(limit - len(got))):
                    got += data
        except BrokenStreamError as error:
            self.damage = error.reason
        return bytes(got)

    def head_text(self, limit: int = HEAD_BYTES) -> str:
        """`head` decoded as `open_text` would, the last character possibly cut off."""
        head = self.head(limit)
        if head.startswith(_WIDE):
            return head.decode("utf-16", "replace")
        return head.decode("utf-8-sig", "replace")


class Source:
    """A file on disk as documents. ``truncated`` if it is a zip that was cut off.

    Raises UnreadableExportError if there is no readable regular file at ``path``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.progress = Progress()
        self.truncated = False
        try:
            if path.is_dir():
                raise UnreadableExportError(f"{path} is a folder; give the export file inside it, or its zip")
            if not path.is_file():
                raise UnreadableExportError(f"there is no file at {path}; check the name")
            self.bytes_on_disk = path.stat().st_size
            with path.open("rb") as file:
                magic = file.read(4)
        except (OSError, ValueError) as error:
            raise UnreadableExportError(f"cannot read {path}: {_why(error)}") from error
        self.is_zip = magic.startswith((b"PK\x03\x04", b"PK\x05\x06"))
        if self.is_zip:
            self.progress.limit = most_expanded(self.bytes_on_disk)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The file itself, or its zip's members in the order of their names."""
        if not self.is_zip:
            return (Document(self.path.name, self.bytes_on_disk, lambda: self.path.open("rb"), self.progress),)
        try:
            archive = zipfile.ZipFile(self.path)
            weakref.finalize(self, archive.close)  # also where an exception keeps this in a cycle
            infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        except (*_STREAM_ERRORS, RecursionError):
            self.truncated = True
            return self._salvaged()
        if infos and all(info.flag_bits & 1 for info in infos):
            raise UnreadableExportError(f"{self.path} is protected by a password; unpack it first")
        infos.sort(key=lambda info: info.filename)
        return tuple(
            Document(info.filename, info.file_size, partial(_open_member, archive, info), self.progress)
            for info in infos
        )

    def _salvaged(self) -> tuple[Document, ...]:
        members = sorted(salvaged_members(self.path), key=lambda member: member.name)
        return tuple(Document(m.name, m.size, m.open, self.progress) for m in members)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Binary:
    """A member of ``archive``, which stays open as long as its documents do: its directory may be long."""
    return cast("_Binary", archive.open(info))


def _why(error: BaseException) -> str:
    """A reason without content: the system's words for a failing file, ours for a damaged one."""
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, NotImplementedError):
        return "it is compressed by a method Inkling does not know; unpack it first"
    if isinstance(error, RuntimeError):
        return "it is protected by a password; unpack it first"
    if isinstance(error, EOFError):
        return "the file ends in the middle of it"
    return "its bytes are damaged from here on"
