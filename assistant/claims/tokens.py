"""A text as plain tokens in which "I", "you" and "the user" are replaced by who is meant.

Who that is depends on whose words they are: ``Voice`` says it. What stands for nobody known stays what it is, and
matches nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.claims.words import form, is_ing

USER = "the-user"
OWNER = "'s"
NOBODY = "somebody-else"
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'’][^\W\d_]+)*|[.!?;:,()–—…]|[^\w\s]")
_THE_USER = re.compile(r"\b(?:the|this) user\b", re.IGNORECASE)
_SHORTENED = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|St|No|approx)\.(?=\s)")
_FIRST = frozenset("i me myself im ive".split())
_SECOND = frozenset("you yourself u".split())
_SHORT = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
_BE_FOLLOWS = frozenset("a an the not been in at on from called named very so no always also now still".split())
_IT = frozenset("it that there what who where how here he she let".split())
_JOINING = frozenset("and but or that because so since while when if".split())
_WHOLE = {"can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "im": ("i", "am"),
          "ive": ("i", "have"), "dont": ("do", "not"), "doesnt": ("does", "not"), "gonna": ("going", "to"),
          "wanna": ("want", "to"), "gotta": ("have", "to"), "i'm": ("i", "am")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """Whom a text means by "I" and by "you"; names as they are written."""

    me: str = NOBODY
    you: str = USER


@dataclass(frozen=True, slots=True)
class Token:
    """One word in lower case, or one mark; ``name`` if it was capitalised, ``pronoun`` if it was "I" or "you"."""

    text: str
    name: bool = False
    pronoun: bool = False


def tokens(text: str, voice: Voice) -> list[Token]:
    """The tokens of a text."""
    found: list[Token] = []
    raw = _TOKEN.findall(_THE_USER.sub("theuser", _SHORTENED.sub(r"\1", text.replace("’", "'"))))
    for at, word in enumerate(raw):
        following = raw[at + 1].casefold() if at + 1 < len(raw) else ""
        opens = at == 0 or not raw[at - 1].isalpha() or raw[at - 1].casefold() in _JOINING
        found += [one for part in _parts(word.casefold(), following, opens) for one in _meant(part, word, voice)]
    return found


def _parts(low: str, following: str, opens: bool) -> tuple[str, ...]:
    """A word without what is drawn together in it."""
    if low in _WHOLE:
        return _WHOLE[low]
    if low.endswith("n't"):
        return (low[:-3], "not")
    stem, mark, ending = low.rpartition("'")
    if not mark:
        return (low,)
    if mark + ending in _SHORT:
        return (stem, _SHORT[mark + ending])
    if ending == "s":
        is_verb = stem in _IT or following in _BE_FOLLOWS or (opens and is_ing(following))
        return (stem, "is") if is_verb else (stem, OWNER)
    return (stem, OWNER) if not ending else (low.replace("'", ""),)


def _meant(part: str, word: str, voice: Voice) -> list[Token]:
    if part in ("theuser", USER):
        return [Token(USER, pronoun=True)]
    if part in _FIRST:
        return [Token(p, True, pronoun=True) for p in _name(voice.me)]
    if part in ("my", "mine"):
        return [*(Token(p, True) for p in _name(voice.me)), Token(OWNER)]
    if part in _SECOND:
        return [Token(p, True, pronoun=True) for p in _name(voice.you)]
    if part in ("your", "yours"):
        return [*(Token(p, True) for p in _name(voice.you)), Token(OWNER)]
    return [Token(part, word[:1].isupper())]


def _name(who: str) -> list[str]:
    return [who] if who in (USER, NOBODY) else who.casefold().split()


def heads_of(name: str) -> frozenset[str]:
    """A speaker as the subject of a claim."""
    return frozenset([name]) if name in (USER, NOBODY) else frozenset(map(form, name.casefold().split()))
