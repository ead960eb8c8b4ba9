"""Cutting a message into sentences and clauses, each with its exact place in the original.

A span is never trimmed or normalised away from the text it came from: ``source[span.start:span.end] == span.text``
holds for every span made here, because a quote must be found verbatim in its observation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text and where it lies in it."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset just behind the last character."""
        return self.start + len(self.text)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


EMOJI = "\u2190-\u2bff\u3030\u303d\ufe0f\u200d\U0001f000-\U0001faff"
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|rev|st|sr|jr|vs|etc|approx|dept|no|nr|inc|ltd|co"
    r"|e\.g|i\.e|a\.m|p\.m|(?<!['’])[a-z])|(?:^|\s)\d)\.$",
    re.IGNORECASE,
)
_END = re.compile(
    rf"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s|$|[{EMOJI}])|\n++|(?<![{EMOJI}])[{EMOJI}]++|\s[•|]\s"
)  # possessive and anchored: linear on any run of marks
_EDGE = re.compile(rf"[\s.,;:!…\-–—*_~>•|{EMOJI}]")
LONGEST = 600  # characters; a longer sentence is pasted matter or a table, never one person's plain statement

_SUBJECT = (
    r"(?:i|i['’](?:m|ve|d|ll)|me and|mum|mom|dad|wife|husband|hubby|missus|gran|im|ive|id|my|"
    r"mine|we|we['’](?:re|ve|d|ll)|our|he|she|they|it|it['’]s|its|there['’]?s"
    r"|(?:he|she)['’]s|they['’]re|you|you['’]re|the|this|that|that['’]?s)\b"
)
_ELIDED = (
    r"(?:(?:just|also|still|never|always|only|already|now|currently)\s+)?(?:got|been|have|had|"
    r"need|want|love|hate|can['’]?t|cannot"
    r"|don['’]?t|didn['’]?t|won['’]?t|haven['’]?t|gonna|gotta|wanna|going|trying|doing|using|"
    r"working|living|moving"
    r"|started|moved|bought|booked|quit|left|lost|found|met|saw|went|ran|did|made|took|tried|"
    r"passed|failed|born"
    r"|used to|looking|thinking|saving|learning|training|teaching|waiting|taking|starting|will|"
    r"should|must|was|am)\b"
)
_ADJUNCT = (
    r"(?:(?:at|on|in|since|for|from|until|after|before|every|most|last|next|this)\s+(?:[^\s,]+\s+){1,3}?|"
    r"(?:now|today|tomorrow|yesterday"
    r"|tonight|sometimes|usually|normally|lately|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|"
    r"\d{1,2}(?:st|nd|rd|th))\s+)(?=(?:i|we|im|ive|i['’]\w+)\b)"
)
_CONJUNCTION = r"(?:and|but|so|plus|then|also|though|tho|cos|cuz|coz|bc|because|since|while|whereas|or|&)"
_CUT = re.compile(
    rf"\s*(?:[;—–]|\s-{{1,2}}\s|\.{{2,}}|:\s)\s*(?:{_CONJUNCTION}\s+)?"
    rf"|\s*,\s*(?:{_CONJUNCTION}\s+)?(?={_SUBJECT}|{_ELIDED}|{_ADJUNCT})"
    rf"|\s*,?\s+(?:and|but|so|plus|then|cos|cuz|coz|bc|because|&)\s+(?={_SUBJECT}|{_ADJUNCT})"
    rf"|\s*,\s*(?:but|so|plus|cos|cuz|because)\s+|\s+so\s+(?=\d)",
    re.IGNORECASE,
)


def trimmed(text: str, start: int, end: int) -> Span:
    """``text[start:end]`` without space, punctuation and emoji at its edges; it may be empty."""
    while start < end and _EDGE.match(text, start):
        start += 1
    while end > start and _EDGE.match(text, end - 1):
        end -= 1
    return Span(text[start:end], start)


def _pieces(text: str, offset: int, cuts: Iterable[tuple[int, int]]) -> Iterator[Span]:
    """The parts between ``cuts``, trimmed; empty ones left out."""
    begin = 0
    for start, end in [*cuts, (len(text), len(text))]:
        piece = trimmed(text, begin, start)
        if piece.text:
            yield Span(piece.text, offset + piece.start)
        begin = end


def sentences(text: str) -> list[Span]:
    """Sentences of ``text``, split at end marks, line breaks and emoji; a question keeps its question mark."""
    cuts = []
    for match in _END.finditer(text):
        if match[0].startswith(".") and _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start() + 1]):
            continue
        keep = match.start() + 1 if match[0].startswith("?") else match.start()
        cuts.append((keep, match.end()))
    return list(_pieces(text, 0, cuts))


def clauses(sentence: Span) -> list[Span]:
    """Parts of a sentence that have a subject of their own (or drop it, as chats do): one fact each, about."""
    if len(sentence.text) > LONGEST:
        return []
    return list(_pieces(sentence.text, sentence.start, [m.span() for m in _CUT.finditer(sentence.text)]))


_SHORTER = re.compile(
    r",\s|\s(?:so|because|cos|and|but|since|which|until|or|with|for|in case|if)\s|\s[(–—-]", re.IGNORECASE
)


def beginnings(clause: Span) -> list[Span]:
    """Shorter versions of a long clause: what stands before its first and second comma or conjunction."""
    out = []
    for match in _SHORTER.finditer(clause.text):
        piece = trimmed(clause.text, 0, match.start())
        if len(piece.text.split()) >= 3:
            out.append(Span(piece.text, clause.start + piece.start))
        if len(out) == 2:
            break
    return out
