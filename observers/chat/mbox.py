"""Cutting a mailbox into messages, each without its attachments and with bounded headers, before anything is parsed.

The standard library's parser is thorough and trusting: given the chance it takes minutes over some headers and nested
parts, and it decodes a film to read the line of text above it. So the lines are looked at first. Attachments, which
are most of any mailbox, are never collected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from observers.chat.lines import raw_lines
from observers.chat.source import BrokenStreamError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from observers.chat.message import Reading
    from observers.chat.source import Document

MESSAGE_BYTES = 2 * 1024 * 1024  # of text, that is: a novel
_HEADER_BYTES = 8 * 1024  # of one header with its folded lines
_HEADERS = 500
_MULTIPARTS = 40  # the parser's time grows with how deep they are nested
_SEPARATOR = re.compile(rb"From .{0,200}?\d{1,2}:\d{2}.{0,60}")  # as mbox(5) has it: an address and asctime
_KIND = re.compile(rb"^content-type:\s{0,20}([\w-]{1,40})/", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"""\bboundary\s{0,5}=\s{0,5}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))""", re.IGNORECASE)
_READ = (b"text", b"multipart", b"message")


def begins_message(line: bytes) -> bool:
    """Whether ``line`` separates the messages of an mbox."""
    return line.startswith(b"From ") and _SEPARATOR.match(line) is not None


@dataclass(slots=True)
class RawMail:
    """One message as it is collected. ``line`` is where it begins; ``problem`` is why it is not whole, if it is not."""

    line: int
    parts: list[bytes] = field(default_factory=list)
    problem: str | None = None
    _size: int = 0
    _boundaries: set[bytes] = field(default_factory=set)
    _in_header: bool = True
    _skipping: bool = False
    _block: list[bytes] = field(default_factory=list)  # the lines of the header block being read
    _header_size: int = 0

    def take(self, raw: bytes) -> None:
        """Add a line, unless it belongs to an attachment or is one too many."""
        if raw.startswith(b"--") and self._is_boundary(raw):
            self._in_header, self._skipping = True, False
            self._block.clear()
        elif self._skipping or (self._in_header and not self._takes_header(raw)):
            return
        if self._size + len(raw) > MESSAGE_BYTES:
            self.problem = "it is too long; its end was not read"
            return
        self._size += len(raw)
        self.parts.append(raw)

    def _is_boundary(self, raw: bytes) -> bool:
        mark = raw[2:].rstrip()
        return mark in self._boundaries or mark.removesuffix(b"--") in self._boundaries

    def _takes_header(self, raw: bytes) -> bool:
        """Whether to keep a line of a header block."""
        if not raw.strip():
            self._end_header()
            return True
        self._header_size = len(raw) + (self._header_size if raw[:1] in b" \t" else 0)
        if self._header_size > _HEADER_BYTES or len(self._block) >= _HEADERS:
            return False
        self._block.append(raw)
        return True

    def _end_header(self) -> None:
        block = b"".join(self._block)
        self._block.clear()
        kind = _KIND.search(block)
        kind_name = kind[1].lower() if kind else b"text"
        self._skipping = kind_name not in _READ
        self._in_header = kind_name == b"message"  # whose own headers follow
        if kind_name == b"multipart" and (boundary := _BOUNDARY.search(block)):
            self._boundaries.add((boundary[1] or boundary[2]).rstrip())
            if len(self._boundaries) > _MULTIPARTS:
                self.problem = "it has too many parts; the last were not read"
                self._skipping = True
                self._boundaries.clear()


def raw_mails(document: Document, reading: Reading) -> Iterator[RawMail]:
    """Every message in turn; damage is reported and ends them, so that the message before it still counts."""
    current = RawMail(1)
    blank = True
    try:
        for number, raw in raw_lines(document):
            if blank and begins_message(raw):
                if current.parts:
                    yield current
                current = RawMail(number)
            else:
                current.take(raw)
            blank = not raw.strip()
    except BrokenStreamError as error:
        reading.report(error.position or document.name, error.reason)
    if any(part.strip() for part in current.parts):
        yield current
