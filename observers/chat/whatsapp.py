"""WhatsApp's exported text: `_chat.txt` from iOS, "WhatsApp Chat with ....txt" from Android, alone or in their zip.

The file names no zone, no ids, and writes its dates as the phone was set up; `whatsapp_stamp` reads a whole file's
stamps before the first message is believed. What WhatsApp itself says, announcements and placeholders, is dropped. A
line in a message that has the shape of the file's own messages cannot be told from one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from observers.chat.fields import aware, plausible
from observers.chat.keys import Occurrences, digest
from observers.chat.lines import text_lines
from observers.chat.message import Format, Message, Reading, Speaker
from observers.chat.source import BrokenStreamError, Document, Source
from observers.chat.whatsapp_notices import announces_encryption, own_words
from observers.chat.whatsapp_stamp import Dates, Stamp, StampReader, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_BYTES = 1024 * 1024
MESSAGE_CHARS = 4 * 1024 * 1024
_SNIFFED_LINES = 10
_SENDER_CHARS = 100  # WhatsApp allows 25 in a name, a phone's address book more
_OPENING, _CLOSING = "“«„", "”»"
_FILE_TITLE = re.compile(
    r"^(?:whats\s?app|chat|conversa|discussion|chats?)\b.*?"
    r"(?:\b(?:with|mit|con|com|avec|met|med|ile|z|с)\s+(?:o\s+|a\s+)?|\s-\s)(?P<title>.+)$",
    re.IGNORECASE,
)
_COPY_NUMBER = re.compile(r"\s*\(\d{1,3}\)$")


def find(source: Source) -> Sequence[Document]:
    """The text documents that begin with a stamped line."""
    return [d for d in source.documents if (d.name.lower().endswith(".txt") or not source.is_zip) and _is_chat(d)]


def _is_chat(document: Document) -> bool:
    lines = [line for line in document.head_text(64 * 1024).split("\n") if line.strip()][:_SNIFFED_LINES]
    if not lines or stamp_of(lines[0]) is None:
        return False
    return any(stamp is not None and _sender_of(stamp.rest)[0] for stamp in map(stamp_of, lines))


@dataclass(slots=True)
class _Entry:
    """A stamped line with the lines that continue it."""

    position: str
    stamp: Stamp
    lines: list[str] = field(default_factory=list)
    chars_left: int = MESSAGE_CHARS

    def take(self, line: str, reading: Reading) -> None:
        """Continue the message with ``line``, up to MESSAGE_CHARS."""
        if self.chars_left > 0:
            self.lines.append(line)
            self.chars_left -= len(line) + 1
            if self.chars_left <= 0:
                reading.report(self.position, "the message is too long; its end was not read")


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """Two passes: how this file writes its dates, then its messages."""
    with reading.source.progress.uncounted():
        dates = _dates_of(document)
    title = _title_of(document, reading.source)
    clock = StampReader(dates)
    thread = f"whatsapp:{digest(title.casefold())}"
    occurrences = Occurrences()
    speakers: dict[str, Speaker] = {}
    for entry in _entries(document, reading, clock):
        at_local = clock.read(entry.stamp)
        if at_local is None:
            reading.report(entry.position, "its date or time does not exist")
            continue
        sender, first = _sender_of(entry.stamp.rest)
        if not sender:
            continue
        key = occurrences.numbered(f"whatsapp:{digest(title.casefold(), clock.mark(entry.stamp), sender)}")
        text = own_words("\n".join([first, *entry.lines]), bracketed=entry.stamp.style == "bracketed")
        at = plausible(aware(at_local, reading.zone))
        if at is None:
            reading.report(entry.position, "its year is out of range")
        elif text:
            speaker = speakers.get(sender) or speakers.setdefault(sender, _speaker(sender))
            yield Message(text=text, at=at, speaker=speaker, key=key, thread=thread, title=title)


def _speaker(sender: str) -> Speaker:
    """WhatsApp puts ``~`` before a name that a stranger chose for themselves: that one is shown, and proves nothing."""
    if not sender.startswith("~"):
        return Speaker(sender)
    chosen = sender.lstrip("~ ")
    return Speaker(f"~{chosen}", shown=chosen or sender)


def _dates_of(document: Document) -> Dates:
    dates = Dates()
    try:
        for _, line in text_lines(document, LINE_BYTES):
            if line is not None and (stamp := stamp_of(line)) is not None:
                dates.see(stamp)
    except BrokenStreamError:
        pass  # the second pass reports it
    return dates


def _lines(document: Document, reading: Reading) -> Iterator[tuple[str, str]]:
    """``(position, line)``; damage is reported and ends them, so that the message before it is still whole."""
    try:
        for number, line in text_lines(document, LINE_BYTES):
            position = f"line {number} in {document.name}"
            if line is None:
                reading.report(position, "the line is too long")
            else:
                yield position, line
    except BrokenStreamError as error:
        reading.report(error.position or document.name, error.reason)


def _entries(document: Document, reading: Reading, clock: StampReader) -> Iterator[_Entry]:
    """The file's messages, each with its continuation lines; what is out of bounds is reported."""
    entry: _Entry | None = None
    for position, line in _lines(document, reading):
        stamp = stamp_of(line)
        if stamp is not None and clock.same_style(stamp):
            if entry is not None:
                yield entry
            entry = _Entry(position, stamp)
        elif entry is not None:
            entry.take(line, reading)
        elif line.strip():
            reading.report(position, "it belongs to no message")
    if entry is not None:
        yield entry


def _sender_of(rest: str) -> tuple[str, str]:
    """Sender and text of what follows a stamp; no sender if it is an announcement of WhatsApp's.

    An announcement that quotes a group's name may contain a colon, but only inside the quotation.
    """
    sender, colon, text = rest.partition(":")
    if not colon or (text and not text[0].isspace()):
        return "", rest
    sender = " ".join(sender.strip("\u200e\u200f\u202a\u202c ").split())
    if not sender or len(sender) > _SENDER_CHARS or _quotation_is_open(sender):
        return "", rest
    return sender, text[1:]


def _quotation_is_open(text: str) -> bool:
    typographic = any(c in text for c in _OPENING) and not any(c in text for c in _CLOSING)
    return typographic or text.count('"') % 2 == 1


def _title_of(document: Document, source: Source) -> str:
    """The chat's name: an iOS export's first line bears it, else the file's or zip's name does."""
    first = stamp_of(document.head_text(4096).split("\n", 1)[0].rstrip("\r"))
    if first is not None and first.style == "bracketed":
        sender, text = _sender_of(first.rest)
        if sender and announces_encryption(text):
            return sender
    own = PurePosixPath(document.name.replace("\\", "/")).stem
    name = source.path.stem if own.casefold() in ("_chat", "chat") else own
    name = _COPY_NUMBER.sub("", " ".join(name.replace("_", " ").split()))
    match = _FILE_TITLE.match(name)
    return " ".join((match["title"] if match else name).split()) or "WhatsApp"


FORMAT = Format(name="whatsapp", label="WhatsApp", app="WhatsApp", find=find, read=read, titled_by_partner=True)
