"""Mailboxes (mbox) and single messages (eml).

A message is its sender's words only after everything quoted is gone; `mail_text` sees to that. The user is told by
address alone, since a display name is whatever the sender typed.
"""

from __future__ import annotations

import codecs
import re
from datetime import UTC
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from observers.chat.fields import aware, clean, label, plausible
from observers.chat.keys import Occurrences, digest
from observers.chat.mail_text import from_html, own_words, unflowed
from observers.chat.mbox import begins_message, raw_mails
from observers.chat.message import Format, Message, Reading, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from observers.chat.source import Document, Source

_HEADER = re.compile(r"([!-9;-~]{1,80}):")
_PROMISING = frozenset({"from", "date", "subject", "to", "message-id", "received", "return-path", "mime-version"})
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,500}>")
_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|vs|tr|antw|rv|ynt|odp|回复|转发)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
_UNWANTED = re.compile(r"(?:^|[,\"])(?:spam|trash|drafts)(?:$|[,\"])", re.IGNORECASE)
_MAIL_ERRORS = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError)
_HEADER_CHARS = 4000
_SNIFFED = 20
_MAX_PARTS = 200
_MAX_DEPTH = 20
# Codecs that are no character sets of mail; the first takes quadratic time. ASCII is left to what the bytes say.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "ascii"})


def find(source: Source) -> Sequence[Document]:
    """Documents that begin with an mbox separator or with the headers of a message."""
    if not source.is_zip:
        return [d for d in source.documents if _is_mail(d)]
    named = [d for d in source.documents if d.name.lower().endswith((".mbox", ".mbx", ".eml"))]
    return named if any(map(_is_mail, named[:_SNIFFED])) else []


def _is_mail(document: Document) -> bool:
    head = document.head(16 * 1024).lstrip(b"\xef\xbb\xbf\r\n")
    first, _, rest = head.partition(b"\n")
    if begins_message(first):
        head = rest
    names: set[str] = set()
    for raw in head.split(b"\n"):
        line = raw.rstrip(b"\r").decode("latin-1")
        match = _HEADER.match(line)
        if match:
            names.add(match[1].lower())
        elif not line[:1].isspace():
            break
    return "from" in names and len(names & _PROMISING) >= 2


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """Every mail's own words."""
    occurrences = Occurrences()
    for raw in raw_mails(document, reading):
        position = f"message at line {raw.line} in {document.name}"
        try:
            message = _message(BytesParser(policy=compat32).parsebytes(b"".join(raw.parts)), reading, occurrences)
        except _MAIL_ERRORS:
            message = "it cannot be taken apart as mail"
        if isinstance(message, str):
            reading.report(position, message)
        elif message is not None:
            if raw.problem:
                reading.report(position, raw.problem)
            yield message


def _message(mail: Mail, reading: Reading, occurrences: Occurrences) -> Message | str | None:
    """The message in ``mail``; None if it is spam, thrown away or a draft, or what is wrong with it."""
    if _UNWANTED.search(_header(mail, "X-Gmail-Labels")):
        return None
    speaker = _speaker(mail)
    if speaker is None:
        return "it has no sender"
    at = _date(mail, reading)
    if at is None:
        return "it has no usable date"
    own_id = next(iter(_MESSAGE_ID.findall(_header(mail, "Message-ID"))), None)
    subject = _header(mail, "Subject")
    own_id = own_id or occurrences.numbered(digest(speaker.name, at.isoformat(), subject))
    ancestors = _MESSAGE_ID.findall(f"{str(mail.get('References'))[:4000]} {str(mail.get('In-Reply-To'))[:4000]}")
    return Message(
        text=own_words(_body(mail)),
        at=at,
        speaker=speaker,
        key=f"mail:{own_id}",
        thread=f"mail:{label(mail.get('X-GM-THRID')) or (ancestors[0] if ancestors else own_id)}",
        title=label(_PREFIX.sub("", subject.strip())),
    )


def _header(mail: Mail, name: str) -> str:
    """A header as one line of text, its encoded words decoded; ``""`` if it is absent."""
    raw = mail.get(name)
    return "" if raw is None else _decoded_words(" ".join(str(raw)[:_HEADER_CHARS].split()))


def _decoded_words(text: str) -> str:
    try:
        return clean(str(make_header(decode_header(text))))
    except _MAIL_ERRORS:
        return clean(text)


def _speaker(mail: Mail) -> Speaker | None:
    """Who wrote the mail. The name is decoded last: once decoded it may contain anything, an address too."""
    raw = " ".join(str(mail.get("From") or "")[:_HEADER_CHARS].split())
    for name, address in getaddresses([raw]):
        if "@" in address and (plain := label(address.casefold())):
            return Speaker(plain, shown=label(_decoded_words(name)))
    return None


def _date(mail: Mail, reading: Reading) -> datetime | None:
    """When it was sent, or failing that when it was last received. A date without a zone is in UTC, by RFC 5322."""
    received = str(mail.get("Received") or "").rpartition(";")[2]
    for text in (str(mail.get("Date") or ""), received):
        try:
            at = plausible(aware(parsedate_to_datetime(text.strip()[:200]), reading.zone or UTC))
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        if at is not None:
            return at
    return None


def _body(part: Mail, depth: int = 0) -> str:
    """The text of a part: of alternatives the plain one, of others each. An enclosed message is somebody else's."""
    kind = part.get_content_type()
    if depth > _MAX_DEPTH or kind.startswith("message/") or part.get_content_disposition() == "attachment":
        return ""
    if part.is_multipart():
        enclosed = part.get_payload()
        parts = [p for p in enclosed[:_MAX_PARTS] if isinstance(p, Mail)] if isinstance(enclosed, list) else []
        if kind == "multipart/alternative":
            parts.sort(key=lambda p: p.get_content_type() != "text/plain")
            return next(filter(str.strip, (_body(p, depth + 1) for p in parts)), "")
        return "\n\n".join(filter(str.strip, (_body(p, depth + 1) for p in parts)))
    if kind == "text/html":
        return from_html(_decoded(part))
    if kind != "text/plain" or part.get_filename():
        return ""
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return unflowed(_decoded(part)) if flowed else _decoded(part)


def _decoded(part: Mail) -> str:
    """A text part as text; an unknown character set is read as UTF-8, then as Latin-1."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = _charset(part)
    if charset is not None:
        return data.decode(charset, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _charset(part: Mail) -> str | None:
    """The codec of the part's character set, unless it is unknown or none that mail is written in."""
    try:
        name = codecs.lookup(str(part.get_content_charset() or "")).name.replace("-", "_")
        b"".decode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else name


FORMAT = Format(name="mail", label="mail", app="Mail", find=find, read=read)
