"""Whether two texts may tell one fact, whatever was said of them: what anybody can see must not speak against it.

The surprising decision: it refuses far too much. What it lets through may be made one on the word of a language model,
which no evidence undoes; what it refuses, the user decides. Of the development pairs that are the same it lets two
fifths through, of those that only more detail parts three quarters, and of those that contradict each other a sixth.
"""

from __future__ import annotations

import re

from memory.reconcile.comparing import OTHERS, WORD, Reading, exclude, other_subject, read
from memory.reconcile.cues import LEXICONS

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_TENS = "thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = "third fourth fifth sixth seventh eighth ninth tenth".split()  # "first" and "second" are mostly no number
_NUMBER_WORDS = {
    **{word: str(value) for value, word in enumerate(_UP_TO_TWENTY)},
    **{word: str(value) for value, word in zip(range(30, 100, 10), _TENS, strict=True)},
    **{word: str(value) for value, word in enumerate(_ORDINALS, 3)},
}
_DENYING = tuple(list(LEXICONS).index(name) for name in ("negation", "ended"))


def figures(text: str) -> frozenset[str]:
    """The numbers a text gives in figures."""
    return frozenset(_NUMBER.findall(text))


def numbers(text: str) -> frozenset[str]:
    """The numbers in a text, small and round ones in words or figures alike."""
    words = (_NUMBER_WORDS.get(word) for word in re.findall(r"[a-z]+", text.lower()))
    return figures(text) | frozenset(filter(None, words))


def may_be_one(old: str, new: str, *, with_more: bool) -> bool:
    """Whether nothing on the face of two texts forbids that they tell one fact; ``with_more``: the new one more of it.

    Who it is about, what is denied or over, numbers and names must be the same; of the last two, more may tell more.
    """
    a, b = read(old), read(new)
    if a.words[:1] != b.words[:1] or not _one_subject(a, b) or exclude(_tokens(old), _tokens(new)):
        return False
    if any(a.cues[cue] != b.cues[cue] for cue in _DENYING):
        return False
    if not numbers(old) <= numbers(new) or not _names(old) <= _tokens(new):
        return False
    return with_more or (numbers(new) <= numbers(old) and _names(new) <= _tokens(old))


def _names(text: str) -> frozenset[str]:
    """What is written with a capital, months and the beginning too."""
    return frozenset(part.lower() for part in _parts(text) if part[0].isupper())


def _tokens(text: str) -> frozenset[str]:
    return frozenset(part.lower() for part in _parts(text))


def _parts(text: str) -> list[str]:
    """The words, parted at hyphens, without the ending of a genitive."""
    words = (word.replace("’", "'").removesuffix("'s") for word in WORD.findall(text))
    return [part for word in words for part in word.split("-")]


def _one_subject(a: Reading, b: Reading) -> bool:
    """Whether what of the user's the two are about is the same: a thing may be mentioned otherwise, a person not."""
    if a.head == b.head:
        return True
    return not (a.head and b.head) and not OTHERS.search(a.head or b.head) and not other_subject(a, b)
