"""Finding what a model quoted in the text it quoted from.

Models tidy: they straighten quotation marks, join lines, write a capital at the start. A quote that differs from the
text in nothing but white space, the form of quotation marks and dashes, invisible characters and case is taken to mean
those words, and what is kept is the text's own, to the letter. A word more or less, and it is no quote.
"""

from __future__ import annotations

import unicodedata

_SAME = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‐‑‒–—−", "-")}
)


def verbatim(quote: str, text: str) -> tuple[str, int] | None:
    """The words of ``text`` that ``quote`` means and where they start, or None."""
    if not quote.strip():
        return None
    if (at := text.find(quote)) >= 0:
        return quote, at
    wanted, _ = _folded(quote)
    folded, places = _folded(text)
    at = folded.find(wanted) if wanted else -1
    if at < 0:
        return None
    start, end = places[at], places[at + len(wanted) - 1] + 1
    return text[start:end], start


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` without the differences that do not matter, and the place in it of every character that is left."""
    out: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        if unicodedata.category(character) == "Cf":
            continue
        plain = " " if character.isspace() else character.translate(_SAME).casefold()
        if plain == " " and (not out or out[-1] == " "):
            continue
        out += plain
        places += [at] * len(plain)
    if out and out[-1] == " ":
        out.pop()
        places.pop()
    return "".join(out), places
