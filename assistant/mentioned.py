"""Which names and numbers a text mentions: what a model may repeat from what it read, and must not make up."""

from __future__ import annotations

import re

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"\b[^\W\d_][\w'’-]*")
_LETTERS = re.compile(r"[a-z]+")
SPELLED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30",
    "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000",
}  # fmt: skip


def numbers_in(text: str) -> frozenset[str]:
    """Every number of ``text`` in plain digits, with the pieces of those that have points or commas in them."""
    low = text.casefold()
    written: list[str] = NUMBER.findall(low)
    pieces = {piece for number in written for piece in re.split(r"[.,]", number)}
    spelled = {SPELLED[word] for found in _LETTERS.findall(low) for word in (found, found[:-1]) if word in SPELLED}
    return frozenset({digits(number) for number in written} | pieces | spelled)


def digits(number: str) -> str:
    """A number without grouping commas and outer zeros: "1,243.50" and "1243.5" are the same."""
    plain = number.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number) else number
    if "." in plain and plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"
