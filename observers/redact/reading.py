"""A text read differently from how it stands, with the way back: wide gaps closed, broken tokens joined.

Detectors look at the reading; what they find is taken out of the text as it stands, gaps included. Joining is generous
because it decides nothing: two tokens that only happened to follow each other make no key together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from observers.redact.shapes import is_ordinary
from observers.redact.spans import Span

_WIDE = re.compile(r"[ \t\u00a0]{3,}|\t")
_GLUED = re.compile(
    r"(?i)\b(?:the|your|my|our)(?=pass(?:word|code)|code\b|pin\b)|(?:code|word|pass|pin|iban|token)(?=is\b)"
    r"|[a-z](?=password)|passw[o]rd(?=(?:is|for|again)\b)|\bis(?=your|the\b|[A-Z]{2}\d\d\b)|\b(?:pin|code|otp|tan|cvv|cvc|password|passcode):(?=\S)"
)
_SIGNS = (
    *(who + what for who in ("the", "your", "my", "our") for what in ("pass", "code", "pin")),
    *(what + "is" for what in ("code", "word", "pass", "pin", "iban", "token")),
    *(what + ":" for what in ("pin", "code", "otp", "tan", "cvv", "cvc")),
    *("isyour", "isthe", "password"),
)  # cheap to look for; one of them is in whatever _GLUED finds
_BANK = re.compile(r"is[A-Z]{2}\d\d")
_BEFORE_DIGITS = re.compile(r"(?<=[a-z][!#$%&*]) (?=\d{2,5}(?!\S))")
_SPLIT = re.compile(r"(?i)\b(?=\S{0,7} \S{0,7}(?!\w))p( ?)a( ?)s( ?)s( ?)w( ?)o( ?)r( ?)d\b")
# Tokens that may be part of a key or an address: not those of letters alone, unless they are long.
_TOKEN = re.compile(r"(?<![^\s\ue000│┃|])[^\s\ue000│┃|]*?(?:[\d_@+/]|[a-z][A-Z]|[^\s\ue000│┃|]{12})[^\s\ue000│┃|]*")
_GAP = re.compile(r" |[ \t│┃|]*\n[ \t│┃|]*(?:\d{1,4} {2,})?")
_KEY_PART = re.compile(r"[\w+/=.\-:\"'@$%!#&~]{4,}", re.ASCII)
_NAMED = re.compile(r"[\"']?[A-Za-z_][\w.\-]{1,40}[\"']?[=:](?!/)[^=]|.*[:,;]$")
_LINK = re.compile(r"[a-z][a-z0-9+]{1,12}://[^\s/]*$", re.IGNORECASE)
_PUBLIC = re.compile(r"ssh-|ecdsa-|sk-ssh-|sk-ecdsa-|AAAA|SHA256:")
_LONG = 12  # characters before a line break for which what follows may be the rest


@dataclass(frozen=True, slots=True)
class Reading:
    """``text`` as it is read, and for every character of it where it stands."""

    text: str
    places: list[int]

    def span(self, span: Span) -> Span:
        """Where a span of the reading stands in the original."""
        return Span(self.places[span.start], self.places[span.end - 1] + 1, span.kind)


def squeezed(text: str) -> Reading:
    """``text`` with every gap between cells two spaces wide, and a space where OCR lost the one that tells a secret."""
    cuts = [(m.start(), m.end(), "  ") for m in _WIDE.finditer(text)]
    low = text.lower()
    near = any(sign in low for sign in _SIGNS) or _BANK.search(text)
    glued = [(m.end(), m.end(), " ") for m in _GLUED.finditer(text)] if near else []
    split = [(m.start(n), m.end(n), "") for m in _SPLIT.finditer(text) for n in range(1, 8) if m.group(n)]
    if "login" in low or "passw" in low:
        split += [(m.start(), m.end(), "") for m in _BEFORE_DIGITS.finditer(text)]
    return _without(text, sorted(cuts + glued + split))


def joined(text: str) -> Reading | None:
    """``text`` with the spaces and line breaks closed that may stand inside a key; None if there are none."""
    cuts: list[tuple[int, int, str]] = []
    last: re.Match[str] | None = None
    before = ""  # the chain that ends at the last token
    for token in _TOKEN.finditer(text):
        if last and _GAP.fullmatch(text, last.end(), token.start()) and _belong(text, before, last, token):
            cuts.append((last.end(), token.start(), ""))
            before += token.group()
        else:
            before = token.group()
        last = token
    return _without(text, cuts) if cuts else None


def _belong(text: str, before: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether two tokens may be pieces of one."""
    word = right.group()
    if "\n" in text[left.end() : right.start()]:
        if _LINK.search(before) and "@" in word:
            return True
        alone = right.end() == len(text) or text[right.end()] == "\n"
        ends = len(left.group()) >= _LONG and (alone or _is_part(word))
        return ends and _is_part(left.group()) and bool(_KEY_PART.fullmatch(word)) and not _NAMED.match(word)
    parts = _is_part(left.group()) and _is_part(word) and not _PUBLIC.match(left.group())
    return parts and not is_ordinary(word) and not _NAMED.match(word) and not _complete(left.group())


def _is_part(token: str) -> bool:
    """Whether a token may be a piece of a key: digits among letters, capitals inside, or just long."""
    if not _KEY_PART.fullmatch(token):
        return False
    mixed = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
    return mixed or len(token) >= 16 or re.search(r"[a-z][A-Z]|\w_\w*$", token) is not None


def _complete(token: str) -> bool:
    return re.search(r"gh[pousr]_\w{36}$|AKIA[A-Z0-9]{16}$", token) is not None


def _without(text: str, cuts: list[tuple[int, int, str]]) -> Reading:
    """The reading with every cut replaced; what replaces it stands where the cut began."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for start, end, instead in cuts:
        pieces += [text[at:start], instead]
        places += [*range(at, start), *range(start, start + len(instead))]
        at = end
    places += range(at, len(text))
    return Reading("".join((*pieces, text[at:])), places)
