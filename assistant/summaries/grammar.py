"""The form a model is held to, as GBNF, and reading that form back.

A line is ``- SUBJECT WORDS [NUMBERS]``. Subjects and numbers are enumerated, so a line can neither begin with somebody
who was not there nor cite what was not shown; the words have none of the characters that markup is made of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST, LONGEST = 8, 220  # characters of a line's words
MOST_CITED = 8
_LINE = re.compile(r"- (.+?) \[(\d{1,3}(?:, \d{1,3})*)\]")
_WORDS = r"[^\x00-\x1f\x7f\[\]<>{}|`\\]"


@dataclass(frozen=True, slots=True)
class Written:
    """One line that a model wrote, and the numbers it says it rests on."""

    text: str
    cited: tuple[int, ...]


def grammar(subjects: Sequence[str], numbers: int, most_lines: int) -> str:
    """GBNF for 1 to ``most_lines`` lines that begin with one of the subjects and cite numbers from 1."""
    return "\n".join([
        f'root ::= line ("\\n" line){{0,{most_lines - 1}}}',
        f'line ::= "- " subject " " words " [" number (", " number){{0,{MOST_CITED - 1}}} "]"',
        f"subject ::= {' | '.join(map(_literal, subjects))}",
        f"words ::= {_WORDS}{{{SHORTEST},{LONGEST}}}",
        f"number ::= {' | '.join(_literal(str(number)) for number in range(1, numbers + 1))}",
        "",
    ])  # fmt: skip


def read(text: str, subjects: Sequence[str], numbers: int, most_lines: int) -> list[Written] | None:
    """The lines of what a model wrote; None if it is anything but what the grammar allows."""
    rows = text.strip("\n").split("\n")
    if len(rows) > most_lines:
        return None
    matches = [_LINE.fullmatch(row) for row in rows]
    lines = [Written(m[1], tuple(dict.fromkeys(map(int, m[2].split(", "))))) for m in matches if m]
    sound = all(_is_sound(line, subjects, numbers) for line in lines)
    return lines if sound and len(lines) == len(rows) else None


def _is_sound(line: Written, subjects: Sequence[str], numbers: int) -> bool:
    begins = any(line.text.startswith(f"{subject} ") for subject in subjects)
    return (
        begins
        and all(1 <= number <= numbers for number in line.cited)
        and len(line.cited) <= MOST_CITED
        and line.text.isprintable()
        and not set(line.text) & set("[]<>{}|`\\")
        and len(line.text) <= LONGEST + max(map(len, subjects)) + 1
    )


def _literal(text: str) -> str:
    """A GBNF literal. Only what needs no escape comes here: see ``Speakers``."""
    return f'"{text}"'
