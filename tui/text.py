"""What was observed is hostile: this is the only way it reaches the screen.

Markup is never parsed (every text becomes :class:`Content` through :func:`plain`); terminal control characters and
the invisible characters that reorder text are dropped. Joiners that emoji and Indic or Arabic scripts need stay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from textual.content import Content

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")
_BREAKS = {"\n": "\n", "\t": " ", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}


def clean(text: str) -> str:
    """Text without control, reordering and other invisible characters; line breaks become newlines, tabs a space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_safe, text))


def one_line(text: str) -> str:
    """:func:`clean`, with every run of white space made a single space."""
    return " ".join(clean(text).split())


def plain(text: str, style: str = "") -> Content:
    """Cleaned text as content that no markup in it can alter."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Text as it is compared when filtering: no case, no accents, compatibility forms made one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def wrapped(text: str, width: int, lines: int) -> tuple[str, ...]:
    """At most ``lines`` lines of at most ``width`` cells, the last one ending in an ellipsis if text is left over."""
    pieces = [line.plain.rstrip() for line in Content(one_line(text)).wrap(max(1, width))]
    if len(pieces) <= lines:
        return tuple(pieces)
    rest = " ".join(pieces[lines - 1 :])
    return (*pieces[: lines - 1], Content(rest).truncate(max(1, width), ellipsis=True).plain)


def pieces(text: str, spans: Iterable[tuple[int, int]], margin: int) -> list[tuple[str, bool]]:
    """A text cut at ``spans`` (which may overlap), each piece cleaned, with whether it is inside one.

    What comes before the first span and after the last is cut to ``margin`` characters, with an ellipsis.
    """
    found: list[tuple[str, bool]] = []
    end = 0
    for start, stop in sorted(spans):
        between = text[end : max(end, start)]
        cut = not found and len(between) > margin
        found.append(("…" + clean(between[-margin:]) if cut else clean(between), False))
        found.append((clean(text[max(end, start) : stop]), True))
        end = max(end, stop)
    tail = text[end:]
    found.append((clean(tail[:margin]) + "…" if len(tail) > margin else clean(tail), False))
    return [piece for piece in found if piece[0]]


def _safe(character: str) -> str:
    if character in _BREAKS:
        return _BREAKS[character]
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if character in _REORDERING or category in {"Cc", "Cf"}:
        return ""
    return "\N{REPLACEMENT CHARACTER}" if category == "Cs" else character
