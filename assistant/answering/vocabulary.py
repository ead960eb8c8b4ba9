"""The words of a sentence that say something, in a form in which "nursing" and "nurse" are the same.

The surprising decision: names are told by their capital letter alone. What begins a sentence is one too, unless it is
a word that sentences begin with: a name that nobody mentioned must not slip in by coming first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.mentioned import NAME, NUMBER, SPELLED, digits

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PLAIN = frozenset(
    """a about above according actually after again ago all also although always am an and another any anymore apart
    are aren't around as asked at away back be because been before being below besides between both but by called can
    cannot can't could couldn't currently did didn't do does doesn't doing don't done down during each earlier either
    else ever every everything finally first for from further get go going gone got had hadn't has hasn't have haven't
    he her here hers herself him himself his how however i if in instead into is isn't it its it's itself just last
    later least less likely many may maybe mention mentioned mentions might mine more moreover most much must my
    named near neither never next no nobody none nor not note noted notes nothing now of off often on once only onto or
    other others our out over own owns per perhaps please possibly probably quite rather really recent recently said
    same say says seem seems several shall she should since so some someone something sometimes soon still such sure
    than that that's the their theirs them themselves then there these they they're thing things this those though
    through to today together told tomorrow too toward towards two under unless until up upon us used usually very was
    wasn't way we well were weren't what when where whereas whether which while who whom whose why will with within
    without won't would write writes wrote yes yesterday yet you you'd you'll you're you've your yours
    yourself""".split()
) | frozenset(SPELLED)
_CALENDAR = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday""".split()
)
_ENDINGS = ("ing", "edly", "ed", "es", "ly", "er", "s")
_EXACT_ONE = "one"  # "one of them" counts nothing


def content(text: str) -> list[str]:
    """The stems of the distinct words of ``text`` that are neither dates, numbers nor in every other sentence."""
    words = (word.casefold().replace("’", "'") for word in _WORD.findall(text))
    empty = _PLAIN | _CALENDAR
    return list(dict.fromkeys(stem(word) for word in words if word not in empty and _bare(word) not in empty))


def stem(word: str) -> str:
    """A word without the endings that a statement and its retelling differ in."""
    word = _bare(word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] if word.endswith(("e", "y", "i")) and len(word) > 3 else word


def names_in(text: str) -> list[str]:
    """The distinct capitalised words of ``text`` but those that sentences begin with."""
    return list(
        dict.fromkeys(name for name, opens in _capitalised(text) if not (opens and _bare(name.casefold()) in _PLAIN))
    )


def unknown_names(text: str, known: str) -> list[str]:
    """The capitalised words of ``text`` that ``known`` does not have as words."""
    words = {word for found in NAME.findall(known.casefold()) for word in (_bare(found), *found.split("-"))}
    stems = {stem(word) for word in words}
    return [
        name
        for name, opens in _capitalised(text)
        if not all(_bare(part) in words for part in name.casefold().split("-"))
        and not (opens and (_bare(name.casefold()) in _PLAIN or stem(name.casefold()) in stems))
    ]


def unknown_numbers(text: str, known: frozenset[str]) -> list[str]:
    """The numbers of ``text``, in digits or as a word, that are not among those ``known``."""
    spelled = [SPELLED[word] for word in _WORD.findall(text.casefold()) if word in SPELLED and word != _EXACT_ONE]
    return [number for number in (*map(digits, NUMBER.findall(text)), *spelled) if number not in known]


def _capitalised(text: str) -> Iterator[tuple[str, bool]]:
    """Each capitalised word and whether a sentence begins with it."""
    for match in NAME.finditer(text):
        if match[0][0].isupper() and match[0] not in ("I", "I'm", "I’m"):
            before = text[: match.start()].rstrip(" \"“”'‘(")
            yield match[0], not before or before[-1] in ".!?:;–—"


def _bare(word: str) -> str:
    """A word without a possessive ending."""
    return re.sub(r"['’]s?$", "", word)
