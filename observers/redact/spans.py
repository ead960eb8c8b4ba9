"""Where a secret stands in a text, and what is written in its place.

Marks of earlier redactions are blanked out before anybody looks at the text again, so a mark is neither taken for a
secret nor for the words that announce one; this is what makes redacting twice the same as redacting once.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SecretKind = Literal[
    "password", "private key", "api key", "card number", "card security code", "bank account", "code",
    "recovery code", "recovery phrase", "identity number",
]  # fmt: skip
SECRET_KINDS: tuple[SecretKind, ...] = get_args(SecretKind)

BLANK = "\ue000"  # private-use: no letter, no digit, no space; detectors' value patterns leave it out
MARK = re.compile(r"\[(" + "|".join(SECRET_KINDS) + r") removed\]")


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` is a secret of that kind."""

    start: int
    end: int
    kind: SecretKind


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and how many were removed, by kind (empty if none)."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)


def mark(kind: SecretKind) -> str:
    """Return what is written where a secret stood."""
    return f"[{kind} removed]"


def blank_marks(text: str) -> str:
    """Return ``text``, same length, with earlier marks blanked."""
    if " removed]" not in text:
        return text
    return MARK.sub(lambda m: BLANK * len(m.group()), text)


def lowered(text: str) -> str:
    """Return ``text`` in lower case, same length: the few letters that would grow stay as they are."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order with overlaps joined; the longest names the kind."""
    out: list[Span] = []
    for span in sorted((s for s in spans if s.end > s.start), key=lambda s: (s.start, -s.end)):
        last = out[-1] if out else None
        if last is None or span.start >= last.end:
            out.append(span)
            continue
        longest = max((last, span), key=lambda s: s.end - s.start)
        out[-1] = Span(last.start, max(last.end, span.end), longest.kind)
    return out


def telling(text: str, spans: Iterable[Span]) -> dict[str, SecretKind]:
    """Return the secrets that, seen elsewhere, must be the same again: long enough, and no plain word."""
    found = {text[s.start : s.end]: s.kind for s in spans}
    return {value: kind for value, kind in found.items() if 5 <= len(value) <= 200 and not value.isalpha()}


def occurrences(text: str, values: Mapping[str, SecretKind]) -> list[Span]:
    """Return every place where one of the secrets stands again."""
    return [
        Span(m.start(), m.end(), kind)
        for value, kind in values.items()
        if value in text
        for m in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)
    ]


def replace(text: str, spans: Iterable[Span]) -> Redacted:
    """Return ``text`` with every span replaced by its mark."""
    pieces: list[str] = []
    counts: Counter[str] = Counter()
    at = 0
    for span in merged(spans):
        pieces += [text[at : span.start], mark(span.kind)]
        counts[span.kind] += 1
        at = span.end
    return Redacted("".join((*pieces, text[at:])), dict(counts))
