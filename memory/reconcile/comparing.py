"""What can be said of two propositions without understanding either: the features of the relation judge.

Words, numbers, names, dates, negation, cues of change and of correction, and whose fact it is. The surprising one is
asymmetry: "refines" and "general" are told apart by which side has words, numbers and names the other lacks.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from memory.reconcile.cues import LEXICONS, OPPOSITES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZÀ-Þ][\w'’-]*")
_MONTHS = "january february march april may june july august september october november december".split()
_DATED = re.compile(
    rf"(?:(\d{{1,2}}) )?\b({'|'.join(m.capitalize() for m in _MONTHS)})\b(?: (\d{{4}}))?|\b((?:19|20)\d\d)\b"
)
_HEAD = re.compile(r"(?i)the user(['’]s)?\s+((?:late |own |new |old |former |previous |next |first |last )?[\w-]+)?")
_SMALL = frozenset(
    "the user a an of in on at to for with and or but by from as is are was were be been being has have had does do "
    "did "
    "his her their its he she they it who which that this these those user's so than then there when while".split()
)
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in LEXICONS.items()}
OTHERS = re.compile(
    r"(?i)\b(?:mother|father|mum|dad|parents?|brothers?|sisters?|sons?|daughters?|wife|husband|partner|girlfriend"
    r"|boyfriend|friends?|cousins?|aunt|uncle|"
    r"niece|nephew|grand\w+|child(?:ren)?|boss|manager|colleagues?|neighbours?|flatmate|housemate|landlord|teacher"
    r"|dog|cat|team|company|employer|office|"
    r"in-law\w*|twin|ex|school|doctor|family)\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one proposition holds."""

    words: tuple[str, ...]
    content: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    dates: tuple[tuple[int, int], ...]
    cues: tuple[float, ...]
    head: str
    others: frozenset[str]


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """What a text holds; read once."""
    words = tuple(w.lower() for w in WORD.findall(text))
    content = frozenset(_stem(w) for w in words if w not in _SMALL)
    head = _HEAD.match(text)
    return Reading(
        words=words,
        content=content,
        numbers=frozenset(w for w in words if w[0].isdigit()),
        names=frozenset(n.lower() for n in _NAME.findall(text)) - set(_MONTHS) - {"the"},
        dates=tuple(_dates(text)),
        cues=tuple(float(bool(p.search(text))) for p in _PATTERNS.values()),
        head=(head[2] or "").lower() if head and head[1] else "",
        others=frozenset(o.lower() for o in OTHERS.findall(text)),
    )


def content_words(text: str) -> tuple[str, ...]:
    """Return the words that carry meaning, in order, each once; never none."""
    return tuple(dict.fromkeys(w for w in read(text).words if w not in _SMALL)) or ("user",)


def same_words(old: str, new: str) -> bool:
    """Whether the two are worded alike but for case and punctuation."""
    return read(old).words == read(new).words


def _stem(word: str) -> str:
    """Cut inflection off, roughly: enough to pair "trains" with "trained"."""
    for ending in ("'s", "’s", "ing", "ied", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _dates(text: str) -> Iterable[tuple[int, int]]:
    """Yield (year, month) for every date of the text, month 0 where only a year is given."""
    for match in _DATED.finditer(text):
        if match[4]:
            yield int(match[4]), 0
        elif match[3]:
            yield int(match[3]), _MONTHS.index(match[2].lower()) + 1


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 1.0


def features(old: str, new: str, cosine: float, old_at: datetime | None, new_at: datetime | None) -> list[float]:
    """Return the features of a pair, in the order of `NAMES`; times that are not known count as a middling gap."""
    a, b = read(old), read(new)
    days = (new_at - old_at).total_seconds() / 86400 if old_at and new_at else 90.0
    out = [
        cosine,
        cosine * cosine,
        _share(a.content, b.content),
        _share(b.content, a.content),
        len(a.content & b.content) / max(1, len(a.content | b.content)),
        math.log((1 + len(b.content)) / (1 + len(a.content))),
        len(a.content) / 10,
        len(b.content) / 10,
        SequenceMatcher(None, old, new, autojunk=False).ratio(),
        _common_prefix(a.words, b.words) / max(1, len(a.words)),
        _common_prefix(a.words[::-1], b.words[::-1]) / max(1, len(a.words)),
        float(a.head == b.head),
        float(bool(a.head) != bool(b.head)),
        float(bool(a.head and b.head) and a.head != b.head),
        float(bool(a.others - b.others)),
        float(bool(b.others - a.others)),
        *_set_features(a.numbers, b.numbers),
        *_set_features(a.names, b.names),
        *_time_features(a, b, old_at, new_at),
        math.log1p(abs(days)) / 5,
        *_substitution(a, b),
    ]
    for x, y in zip(a.cues, b.cues, strict=True):
        out += [x, y, float(x != y)]
    return [*out, *_together(a, b, cosine, out)]


def _substitution(a: Reading, b: Reading) -> list[float]:
    """Whether the two are one sentence with another value in one place, and what kind of value."""
    first = _common_prefix(a.words, b.words)
    rest_a, rest_b = a.words[first:], b.words[first:]
    last = _common_prefix(rest_a[::-1], rest_b[::-1])
    x, y = rest_a[: len(rest_a) - last], rest_b[: len(rest_b) - last]
    one_place = first + last >= 0.5 * max(len(a.words), len(b.words)) and bool(x) and bool(y)
    numeric = one_place and any(w[0].isdigit() for w in x) and any(w[0].isdigit() for w in y)
    named = one_place and bool(set(x) & a.names) and bool(set(y) & b.names)
    close = one_place and SequenceMatcher(None, " ".join(x), " ".join(y), autojunk=False).ratio() > 0.6
    return [float(one_place), float(numeric), float(named), float(close), float(not x), float(not y)]


def _together(a: Reading, b: Reading, cosine: float, single: list[float]) -> list[float]:
    """What matters only together with nearness or with the same subject."""
    get = dict(zip(_SINGLE_NAMES, single, strict=True)).__getitem__
    near = max(0.0, cosine - 0.5)
    alike = get("same head") * (1 - get("others of new")) * (1 - get("others of old"))
    return [
        near * get("negation: differs"),
        near * get("numbers: none in common"),
        near * get("names: none in common"),
        near * alike,
        near * get("single: in old") * get("single: in new"),
        near * get("changed: in new") * alike,
        near * get("corrected: in new") * alike,
        get("liked: in old") * get("disliked: in new") + get("disliked: in old") * get("liked: in new"),
        get("planned: in old") * get("dated between"),
        _opposed(a, b),
        near * _opposed(a, b),
        get("one place differs") * get("one at a time: in old") * get("one at a time: in new"),
        get("one place differs") * get("many at a time: in old") * get("many at a time: in new"),
        alike * get("negation: in old") * (1 - get("negation: in new")),
        alike * get("negation: in new") * (1 - get("negation: in old")),
        float(other_subject(a, b)),
        float(bool(a.words and b.words) and _verb(a) == _verb(b)),
        near * float(_verb(a) == _verb(b)),
        float(b.content >= a.content),
        float(a.content >= b.content),
        math.log((1 + len(b.content - a.content)) / (1 + len(a.content - b.content))),
    ]


def _opposed(a: Reading, b: Reading) -> float:
    return float(exclude(frozenset(a.words), frozenset(b.words)))


def exclude(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether a word of one excludes a word of the other."""
    x, y = old - new, new - old
    return any((p & x and q & y) or (q & x and p & y) for p, q in OPPOSITES)


def other_subject(a: Reading, b: Reading) -> bool:
    """Whether one is about somebody or something of the user's that the other does not even mention."""
    return any(
        one.head and one.head != other.head and not {one.head, _stem(one.head)} & {*other.words, *other.content}
        for one, other in ((a, b), (b, a))
    )


def _verb(reading: Reading) -> str:
    """The first word after "the user", or after what of the user's it is about."""
    words = [w for w in reading.words if w not in ("the", "user", "user's", "user’s", reading.head)]
    return _stem(words[0]) if words else ""


def _set_features(a: frozenset[str], b: frozenset[str]) -> list[float]:
    return [
        float(bool(a)),
        float(bool(b)),
        float(bool(a) and a == b),
        float(bool(a and b) and not a & b),
        float(bool(b - a)),
        float(bool(a - b)),
    ]


def _time_features(a: Reading, b: Reading, old_at: datetime | None, new_at: datetime | None) -> list[float]:
    """Whether the new text dates something between the two tellings, and whether it dates something long before."""
    if old_at is None or new_at is None:
        return [0.0, 0.0, 0.0, 0.0]
    first, last = (old_at.year, old_at.month), (new_at.year, new_at.month)
    return [
        float(any(first <= d <= last for d in b.dates if d[1]) or (first[0] < last[0] and (last[0], 0) in b.dates)),
        float(any(d < (first[0] - 1, first[1]) for d in b.dates)),
        float(any(d > first for d in a.dates)),
        float(any(d > last for d in b.dates)),
    ]


def _common_prefix(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        n += 1
    return n


_SINGLE_NAMES: tuple[str, ...] = (
    "cosine", "cosine squared", "old words in new", "new words in old", "words in common", "log length ratio",
    "old length", "new length", "characters alike", "common beginning", "common end", "same head", "one head",
    "other head", "others of old", "others of new",
    *(f"{what}: {which}" for what in ("numbers", "names")
      for which in ("in old", "in new", "same", "none in common", "only in new", "only in old")),
    "dated between", "dated long before", "old ahead", "new ahead", "gap",
    "one place differs", "by a number", "by a name", "by a few letters", "only added to", "only cut from",
    *(f"{name}: {which}" for name in LEXICONS for which in ("in old", "in new", "differs")),
)  # fmt: skip
NAMES: tuple[str, ...] = (
    *_SINGLE_NAMES,
    "near, negation differs", "near, other numbers", "near, other names", "near, same subject", "near, one value",
    "near, changed", "near, corrected", "taste reversed", "plan then date",
    "opposite words", "near, opposite words", "one place, one value", "one place, many values", "no longer denied",
    "now denied", "another subject", "same verb", "near, same verb",
    "all old words kept", "no new words", "log ratio of what only one has",
)  # fmt: skip


def forget_what_was_read() -> None:
    """Let go of the propositions that were compared, when the vault is locked."""
    read.cache_clear()
