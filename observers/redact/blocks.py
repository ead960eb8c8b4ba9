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
from observers.redact.spans import BLANK, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN = re.compile(r"BEGIN[ ]?[A-Z0-9 ]{0,20}PR[I1l]VATE[ ]?KEY")
_END = re.compile(r"END[ ]?[A-Z0-9 ]{0,20}PR[I1l]VATE[ ]?KEY")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version):.*|\s*")
_NUMBER = re.compile(r"(?<![^\s\d.])(?:\d{1,2}|[lIO]\d?|\d[OolIB]|B|S|Z)[ ]?(?:[.):·]|(?=\s))|[|│•·]")
_WORD = re.compile(r"(?<!\S)[a-z][a-z0158|]*(?!\S)")
_LETTERS = str.maketrans("0158|", "olsbl")
_NO_WORDS = re.compile(r"[^a-z0-9\s.:)|│•·lIOBSZ]")  # no line of a phrase has these
_LEAD = re.compile(r"(?i).*(?:phrase|words|seed|mnemonic)\s?:")
_PHRASE = re.compile(
    r"(?:seed|recovery|secret|wallet|backup)(?:recovery)?(?:phrase|words|seed)|mnemonic|(?:12|24|these)words"
)
_CODES = re.compile(rf"(?i){words.START}(?:{words.RECOVERY_CODES}|recovery key|setup key|secret key)(?![A-Za-z0-9_])")
_TIGHT_CODES = re.compile(r"(?i)(?:backup|back-up|recovery)codes?|(?:recovery|setup)key")
_CODES_MAYBE = re.compile(r"(?i)code|kod|cód|codici|keys?\b|резерв|コード|码")
_CODE = re.compile(
    r"(?:\d{1,2}[.)][ ]*)?[^\w\s]?[ ]*((?=[^\s]*\d|[A-Za-z ]*\d|[A-Z2-7 \-]{14})"
    r"[A-Za-z0-9]{4,12}(?:[ \-–][A-Za-z0-9]{3,6}){0,9}|\d{3} \d{3})"
)
_PROSE = re.compile(r"(?:[A-Za-z]+[ \-]?)+\d*")
_REMOVED = 9  # letters and digits that a code is taken to have had, once it is gone
_FEW_LINES = 4  # of prose between "recovery codes" and the first of them


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
    yield from _phrases(text, lines)
    if _CODES_MAYBE.search(text):
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


def _phrases(text: str, lines: list[Line]) -> Iterator[Span]:
    """Lines of words from the list one under the other, numbered or not, of which OCR may have spoilt some."""
    announced = _PHRASE.search(re.sub(r"[^a-z\d]", "", text.lower())) is not None
    run: list[_Words] = []
    for said in (*map(_words_on, lines), None):
        if said and said.known >= said.letters * (0.6 if announced or said.numbered else 0.75):
            run.append(said)
            continue
        count = sum(w.count for w in run)
        if count >= (4 if announced else 8 if all(w.numbered for w in run) else 10):
            yield Span(run[0].start, run[-1].end, "recovery phrase")
        run = []


def more_words(line: Line) -> Span | None:
    """The words of a line below a recovery phrase, if they go on with it."""
    said = _words_on(line)
    return Span(said.start, said.end, "recovery phrase") if said and said.known >= 0.75 * said.letters else None


def more_of_a_key(line: Line) -> Span | None:
    """A line below a private key, if it goes on with it."""
    return Span(line.start, line.end, "private key") if _is_base64(line) else None


@dataclass(frozen=True, slots=True)
class _Words:
    """What of a line is words: where, letters of them, letters of those in the list, how many those are."""

    start: int
    end: int
    letters: int
    known: int
    count: int
    numbered: bool


def _words_on(line: Line) -> _Words | None:
    """The words of a line that holds nothing but short lower-case words and their numbers."""
    lead = _LEAD.match(line.text) if ":" in line.text else None
    if _NO_WORDS.search(line.text, lead.end() if lead else 0):
        return None
    shown = " " * lead.end() + line.text[lead.end() :] if lead else line.text
    text = _NUMBER.sub(lambda m: " " * len(m.group()), shown)
    found = list(_WORD.finditer(text))
    if len(found) < 2 or len(text.split()) > len(found) or any(len(m.group()) > 16 for m in found):
        return None
    spoken = [m.group().translate(_LETTERS) for m in found]
    known = [_known(word) for word in spoken]
    for i in range(len(spoken) - 1):
        if not known[i] and not known[i + 1] and _known(spoken[i] + spoken[i + 1]):
            known[i] = known[i + 1] = True
    start, end = line.start + found[0].start(), line.start + found[-1].end()
    letters = sum(map(len, spoken))
    right = sum(len(w) for w, ok in zip(spoken, known, strict=True) if ok)
    return _Words(start, end, letters, right, sum(known), text != shown)


def _known(word: str) -> bool:
    """Whether a word is in the list, or two that were run together are."""
    listed = phrases.word_list()
    return word in listed or (
        len(word) >= 7 and any(word[:i] in listed and word[i:] in listed for i in range(3, len(word) - 2))
    )


def _recovery_codes(lines: list[Line]) -> Iterator[Span]:
    for i, line in enumerate(lines):
        if not (_CODES.search(line.text) or _TIGHT_CODES.search(line.text.replace(" ", ""))):
            continue
        size = 0
        for below in lines[i + 1 : i + 16]:
            if BLANK in below.text:  # codes that were removed before
                size = size or _REMOVED
            found = [(span, n) for span, n in _codes_on(below) if not size or abs(n - size) <= 1]
            if (
                not found
                and BLANK not in below.text
                and (size or below.start > lines[min(i + _FEW_LINES, len(lines) - 1)].start)
            ):
                break
            size = size or (found[0][1] if found else 0)
            yield from (span for span, _ in found)


def _codes_on(line: Line) -> Iterator[tuple[Span, int]]:
    """The codes of a line, each with how many letters and digits it has."""
    for cell in re.finditer(r"\S+(?: \S+)*", line.text):
        text = cell.group()
        match = _CODE.fullmatch(text) or _CODE.fullmatch(re.sub(r"(?<=\w) (?=\w+-)|(?<=-)(\w+) (?=\w)", r"\1", text))
        value = match.group(1) if match else ""
        if match and len(value) >= 6 and (value.isalnum() or not is_ordinary(value)) and not _PROSE.fullmatch(value):
            begin = text.find(value[:3])
            span = Span(line.start + cell.start() + max(begin, 0), line.start + cell.end(), "recovery code")
            yield span, sum(c.isalnum() for c in value)
