"""The profile document: what is believed about the user, by section, short enough to be given to a model as a whole.

Composed from propositions, the surest and longest-lived first, what is nearly the same on one line; a section that a
model has condensed takes the place of its composed one as long as nothing in it has changed. What is no more than a
guess is left out unless it is pinned, and so is whatever there is no room for.

The surprising decision: room is given out a line at a time, to every section in turn, so that somebody with a hundred
likes and dislikes still has their plans in it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.dates import day
from assistant.profile import confidence_words, sections
from assistant.summaries.joining import joined
from memory.records import LIFESPANS, Summary, SummaryLine

if TYPE_CHECKING:
    from assistant.profile import Section
    from memory.records import Proposition

BUDGET = 2000  # tokens
SHORT = 40  # characters that a pinned line keeps at least, however many are pinned
VERSION = 1  # of the composition; raised when the same propositions are composed differently
_BANDS = ("almost sure", "likely", "maybe", "a guess")
_OTHER_PERSON = re.compile(
    r"^(?!the user\b).*\b(?:i|i['’]\w+|me|my|mine|we|our|us|you|your)\b", re.IGNORECASE | re.DOTALL
)
MOST_LINES = 120  # of a section that are looked at: a line of the usual length has 15 tokens or more

Count = Callable[[Sequence[str]], Sequence[int]]
Standing = tuple[bool, int, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that may be in the document, with how it ranks: smaller goes first."""

    line: SummaryLine
    standing: Standing

    @property
    def pinned(self) -> bool:
        """Whether it is always in."""
        return not self.standing[0]

    @property
    def band(self) -> int:
        """How sure it is, 0 the surest."""
        return self.standing[1]


def estimated(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, guessed without a model and rather too many.

    A token for every 3.5 characters, for every digit and for every byte beyond ASCII. English has about 4 characters to
    a token, and no tokenizer in use has more tokens than bytes.
    """
    return [math.ceil(_ascii(text) / 3.5 + _single(text)) for text in texts]


def _single(text: str) -> int:
    return sum(len(c.encode("utf-8", "replace")) if c > "\x7f" else 1 for c in text if c > "\x7f" or c.isdigit())


def _ascii(text: str) -> int:
    return sum(c <= "\x7f" and not c.isdigit() for c in text)


def told(propositions: Iterable[Proposition]) -> list[Section]:
    """What the document is made of, by section, best first in each."""
    chosen = [
        p
        for p in propositions
        if p.status in ("believed", "review") and (p.pinned or confidence_words(p.confidence) != _BANDS[-1])
    ]
    return [replace(s, propositions=tuple(sorted(s.propositions, key=standing))) for s in sections(chosen)]


def standing(p: Proposition) -> Standing:
    """How a proposition ranks in its section: pinned, surest, longest-lived, and then the older one first."""
    band = _BANDS.index(confidence_words(p.confidence))
    return (not p.pinned, band, -LIFESPANS.index(p.lifespan), int(p.id[1:]))


def digest(section: Section) -> bytes:
    """What tells a section from the same one with anything changed that a reader would see."""
    rows = [
        (p.id, p.text, confidence_words(p.confidence), p.status, p.pinned, p.lifespan, str(p.valid_to))
        for p in section.propositions
    ]
    return hashlib.sha256(json.dumps([VERSION, section.kind, sorted(rows)]).encode()).digest()


def digest_of_all(chosen: Sequence[Section]) -> bytes:
    """What tells the whole from the same with anything changed."""
    return hashlib.sha256(b"".join(digest(section) for section in chosen)).digest()


def entries(section: Section, condensed: Sequence[SummaryLine] = ()) -> list[Entry]:
    """The lines of a section: those a model condensed, and those composed of whatever these do not rest on."""
    by_id = {p.id: p for p in section.propositions}
    made = [
        Entry(line, min(standing(by_id[source]) for source in line.sources))
        for line in condensed
        if line.sources and all(source in by_id for source in line.sources)
    ]
    covered = {source for entry in made for source in entry.line.sources}
    rest = [p for p in section.propositions if p.id not in covered][:MOST_LINES]
    return sorted(made + [_composed(section.title, group) for group in joined(rest)], key=lambda entry: entry.standing)


def _composed(title: str, group: Sequence[Proposition]) -> Entry:
    sources = tuple(p.id for p in group)
    return Entry(SummaryLine(section=title, text=_worded(group[0]), sources=sources), min(map(standing, group)))


def _worded(p: Proposition) -> str:
    """A proposition in the third person, with what a reader must know to use it."""
    text = " ".join(p.text.split())
    if _OTHER_PERSON.match(text):
        text = f"The user wrote: “{text}”"
    asides = _asides(p)
    return f"{text} ({', '.join(asides)})" if asides else text


def is_plain(p: Proposition) -> bool:
    """Whether a proposition says all there is to say: a model may put it into other words with others of its kind."""
    return p.text.startswith("The user") and not _asides(p)


def _asides(p: Proposition) -> list[str]:
    asides = [word for word in _BANDS[2:] if word == confidence_words(p.confidence)]
    asides += ["the evidence does not agree"] if p.status == "review" else []
    return asides + ([f"until {day(p.valid_to)}"] if p.valid_to else [])


def document(
    chosen: Sequence[Section],
    condensed: Mapping[str, Sequence[SummaryLine]],
    at: datetime,
    made_by: str,
    count: Count,
    budget: int = BUDGET,
) -> Summary:
    """The document, within its budget of tokens as ``count`` counts.

    ``condensed`` are lines that a model wrote of sections, by their kind.
    """
    by_section = [entries(section, condensed.get(section.kind, ())) for section in chosen]
    lines = fitted(by_section, count, budget)
    return Summary(
        kind="profile", subject="profile", title="Profile", at=at, since=None, until=None, made_by=made_by,
        lines=tuple(lines),
    )  # fmt: skip


def fitted(by_section: Sequence[Sequence[Entry]], count: Count, budget: int = BUDGET) -> list[SummaryLine]:
    """The lines there is room for, section by section; the pinned ones first, cut short only if they alone are more."""
    pinned = [entry for section in by_section for entry in section if entry.pinned]
    width = max((len(entry.line.text) for entry in pinned), default=0)
    while width > SHORT and _tokens([_cut(e.line, width) for e in pinned], count) > budget:
        width = max(SHORT, width * 3 // 4)
    order = [*pinned, *_in_turn(by_section)]
    texts = [as_row(_cut(e.line, width) if e.pinned else e.line) for e in order]
    titles = dict(zip(*_titles(by_section, count), strict=True))
    room, begun, kept = budget, set[str](), set[int]()
    for number, (entry, size) in enumerate(zip(order, count(texts) if texts else [], strict=True)):
        cost = size + (0 if entry.line.section in begun else titles[entry.line.section])
        if cost <= room:
            room -= cost
            begun.add(entry.line.section)
            kept.add(number)
    chosen = {id(order[number]): number for number in kept}
    return [
        _cut(entry.line, width) if entry.pinned else entry.line
        for section in by_section
        for entry in section
        if id(entry) in chosen
    ]


def _titles(by_section: Sequence[Sequence[Entry]], count: Count) -> tuple[list[str], list[int]]:
    names = list(dict.fromkeys(entry.line.section for section in by_section for entry in section))
    return names, list(count([f"\n## {name}\n" for name in names])) if names else []


def _in_turn(by_section: Sequence[Sequence[Entry]]) -> list[Entry]:
    """What is not pinned, the surest of every section in turn, then what is less sure."""
    order: list[Entry] = []
    for band in range(len(_BANDS)):
        columns = [[e for e in section if not e.pinned and e.band == band] for section in by_section]
        for place in range(max(map(len, columns), default=0)):
            order += [column[place] for column in columns if place < len(column)]
    return order


def _tokens(lines: Sequence[SummaryLine], count: Count) -> int:
    titles = {line.section for line in lines}
    return sum(count([*(as_row(line) for line in lines), *(f"\n## {title}\n" for title in sorted(titles))]))


def _cut(line: SummaryLine, width: int) -> SummaryLine:
    return line if len(line.text) <= width else replace(line, text=line.text[: width - 1].rstrip() + "…")


def as_row(line: SummaryLine) -> str:
    """A line as the document has it, with the ids it rests on."""
    return f"- {line.text} ({', '.join(line.sources)})\n"


def as_text(summary: Summary) -> str:
    """The whole document in Markdown, as it is counted."""
    parts: list[str] = []
    for title, lines in groupby(summary.lines, lambda line: line.section):
        parts += [f"\n## {title}\n", *map(as_row, lines)]
    return "".join(parts).lstrip("\n")
