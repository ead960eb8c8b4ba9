"""Secrets that fill lines of a screen: key blocks cut in the middle, grids of recovery words, lists of recovery codes.

A block of base64 of which neither end is in view is taken for a private key: a picture's or a certificate's would be
no loss. Those that show what they are (``data:image``, ``BEGIN CERTIFICATE``) stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observers.redact import keys, phrases
from observers.redact import vocabulary as words
from observers.redact.shapes import is_ordinary
from observers.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN = re.compile(r"BEGIN[ ]?[A-Z0-9 ]{0,20}PR[I1l]VATE[ ]?KEY")
_END = re.compile(r"END[ ]?[A-Z0-9 ]{0,20}PR[I1l]VATE[ ]?KEY")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version):.*|\s*")
_NUMBERED = re.compile(r"(?<![\w.])(?:\d{1,2}|[lI]\d?|\d[OolI])[ ]?[.):·]?\s{0,8}([a-z]{3,8})(?![\w'])")
_WORD = re.compile(r"(?<![\w'])[a-z]{3,8}(?![\w'])")
_MANY = re.compile(r"(?<![a-z])(?:[a-z]{3,8}+[\s\d.|│]{1,12}+){11}[a-z]{3}")
_CODES = re.compile(rf"(?i){words.START}(?:{words.RECOVERY_CODES}|recovery key|setup key|secret key)(?![A-Za-z0-9_])")
_CODES_MAYBE = re.compile(r"(?i)code|kod|cód|codici|keys?\b|резерв|コード|码")
_CODE = re.compile(
    r"(?:\d{1,2}[.)][ ]*)?[•·*\-○●]?[ ]*((?=[^\s]*\d|[A-Za-z ]*\d|[A-Z2-7 \-]{14})"
    r"[A-Za-z0-9]{4,12}(?:[ \-–][A-Za-z0-9]{3,6}){0,9}|\d{3} \d{3})"
)
_FEW_LINES = 4  # of prose between "recovery codes" and the first of them
_KNOWN_SHARE = 0.75  # of numbered words that must be in the list; OCR spoils a few


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text and where it begins."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def lines_of(text: str) -> list[Line]:
    """The lines of a text."""
    out, at = [], 0
    for line in text.split("\n"):
        out.append(Line(at, line))
        at += len(line) + 1
    return out


def find(text: str, lines: list[Line]) -> Iterator[Span]:
    """Yield every secret that fills lines."""
    yield from _key_blocks(text, lines)
    yield from _numbered_words(text)
    yield from _spoilt_phrases(text)
    if _CODES_MAYBE.search(text) and _CODES.search(text):
        yield from _recovery_codes(lines)


def _is_base64(line: Line, shortest: int = 16) -> bool:
    compact = re.sub(r"\s|^[\s\d]{1,5}[ ]{2,}", "", line.text)
    if len(compact) < shortest or not _BASE64.fullmatch(line.text) or line.text.strip().count(" ") > len(compact) / 12:
        return False
    return any(c.isdigit() for c in compact) and any(c.isupper() for c in compact) and any(c.islower() for c in compact)


def _key_blocks(text: str, lines: list[Line]) -> Iterator[Span]:
    begins = [i for i, line in enumerate(lines) if _BEGIN.search(line.text)]
    for i in begins:
        last = i
        while last + 1 < len(lines) and (_is_base64(lines[last + 1], 8) or _HEADER.fullmatch(lines[last + 1].text)):
            last += 1
        if last > i and lines[last].text.strip():
            yield Span(lines[i + 1].start, lines[last].end, "private key")
    for i, line in enumerate(lines):
        first = i
        while _END.search(line.text) and first > 0 and _is_base64(lines[first - 1], 4):
            first -= 1
        if first < i:
            yield Span(lines[first].start, lines[i - 1].end, "private key")
    yield from _cut_blocks(text, lines)


def _cut_blocks(text: str, lines: list[Line]) -> Iterator[Span]:
    """Two lines of base64 or more, with no word of what they belong to."""
    run: list[Line] = []
    for line in [*lines, Line(len(text), "")]:
        if _is_base64(line, 40) or (run and len(run[-1].text) > 40 and _is_base64(line, 24)):
            run.append(line)
            continue
        if len(run) >= 2 and not keys.is_public(text, run[0].start):
            yield Span(run[0].start, run[-1].end, "private key")
        run = []


def _numbered_words(text: str) -> Iterator[Span]:
    """``1. ladder  5. sunset  9. carbon``, in whatever order the columns were read."""
    run: list[re.Match[str]] = []
    for match in _NUMBERED.finditer(text):
        if run and text[run[-1].end() : match.start()].strip(" \t\n|│•·"):
            yield from _words(run)
            run = []
        run.append(match)
    yield from _words(run)


def _words(run: list[re.Match[str]]) -> Iterator[Span]:
    known = sum(m.group(1) in phrases.word_list() for m in run)
    if len(run) >= 8 and known >= _KNOWN_SHARE * len(run):
        yield Span(run[0].start(1), run[-1].end(1), "recovery phrase")


def _spoilt_phrases(text: str) -> Iterator[Span]:
    """Twelve bare words of which OCR spoilt one or two."""
    if not _MANY.search(text):
        return
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if run and re.search(r"[^\s\d.|│]", text[run[-1].end() : match.start()]):
            run = []
        run = [*run, match][-12:]
        if len(run) == 12 and sum(m.group() in phrases.word_list() for m in run) >= 10:
            yield Span(run[0].start(), run[-1].end(), "recovery phrase")


def _recovery_codes(lines: list[Line]) -> Iterator[Span]:
    for i, line in enumerate(lines):
        if not _CODES.search(line.text):
            continue
        begun = 0
        for below in lines[i + 1 : i + 16]:
            found = list(_codes_on(below))
            if not found and (begun or below.start > lines[min(i + _FEW_LINES, len(lines) - 1)].start):
                break
            begun += len(found)
            yield from found


def _codes_on(line: Line) -> Iterator[Span]:
    for cell in re.finditer(r"\S+(?: \S+)*", line.text):
        match = _CODE.fullmatch(cell.group())
        value = match.group(1) if match else ""
        if match and len(value) >= 6 and not is_ordinary(value) and not re.fullmatch(r"(?:[A-Za-z]+[ \-]?)+\d?", value):
            yield Span(line.start + cell.start() + match.start(1), line.start + cell.end(), "recovery code")
