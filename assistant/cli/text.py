r"""What was observed is hostile: the only way it reaches a terminal is through here.

A chat message may hold escape sequences that would move the cursor, rewrite what is on the screen or reach the
clipboard. Control characters are shown as ``\x1b`` and never sent; the invisible characters that reorder text are left
out. The joiners that emoji and some scripts need stay.
"""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
_BREAKS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x85": "\n"})


def safe(text: str) -> str:
    """``text`` as it may be printed, line breaks kept; tabs become a space."""
    text = text.replace("\r\n", "\n").replace("\t", " ").translate(_BREAKS)
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(map(_shown, text))


def one_line(text: str) -> str:
    """``text`` as it may be printed, on one line."""
    return " ".join(safe(text).split())


def excerpt(text: str, width: int) -> str:
    """The beginning of ``text`` on one line, at most ``width`` characters, with an ellipsis if anything is left out."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def _shown(character: str) -> str:
    if character == "\n" or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category == "Cc":
        return f"\\x{ord(character):02x}"
    if category == "Cf":
        return ""
    return "\N{REPLACEMENT CHARACTER}" if category == "Cs" else character
