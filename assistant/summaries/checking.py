"""What one line that a model wrote must survive: it is held against the words it cites, and only against those.

A line that fails is left out, never mended. The rules are blunt on purpose: to lose a good line costs a line, to keep
a bad one is to say something about somebody's life that nobody said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.mentioned import NAME, NUMBER, digits, numbers_in
from assistant.planted import instructs

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_STEM = 5  # letters by which "planned" and "planning" are the same
_FIRST_PERSON = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|me|my|mine|myself|we|us|our|ours|you|your|yours)\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|nor|none|nothing|nobody|without|cannot|former|formerly|ex|stopped|quit|used to|\w+n['’]t)\b",
    re.IGNORECASE,
)
# words of English that hardly another language writes the same, and that no claim hangs on
FUNCTION = frozenset(
    "the user users user's of and to with was were is are has had have for about that which their they them from by "
    "this these those at an as it its be been who whom when where while than then there also but or on in into over "
    "after before during between both all some more most very so his her him she he".split()
)
_TELLING = frozenset(
    "the user of and to with was were are has had have for about that which their they from by".split()
)


@dataclass(frozen=True, slots=True)
class Cited:
    """The words one number stands for: what was said, by whom it is known, and when. ``own`` if they are the user's."""

    text: str
    speaker: str
    own: bool
    when: str = ""


def fault(text: str, subject: str, cited: Sequence[Cited]) -> str | None:
    """Why a line must be left out, or None.

    ``instruction``, ``person``, ``language``, ``attribution``, or ``unsupported``: a name, number or subject matter
    that the cited words lack.
    """
    said = "\n".join(c.text for c in cited)
    around = "\n".join([said, *(f"{c.speaker}\n{c.when}" for c in cited)])
    if instructs(text):
        return "instruction"
    if _FIRST_PERSON.search(text):
        return "person"
    if not is_english(text, around):
        return "language"
    if not _is_attributed(text, subject, cited):
        return "attribution"
    matter_of_it = text.removeprefix(f"{subject} ")
    return None if mentions_only(text, around) and is_related(matter_of_it, said) else "unsupported"


def _is_attributed(text: str, subject: str, cited: Sequence[Cited]) -> bool:
    """Whose words it is about: the subject must be among those cited, and the user's doings in the user's own words."""
    if subject != "The user" and not any(c.speaker == subject for c in cited):
        return False
    if not re.search(r"\buser", text, re.IGNORECASE):
        return True
    own = "\n".join(c.text for c in cited if c.own)
    return bool(own) and is_related(text, own)


def mentions_only(text: str, source: str) -> bool:
    """Whether every name and number of a line is in its source, as a whole word."""
    words = {_plain(word) for word in NAME.findall(source)} | {"the", "on"}
    known = numbers_in(source)
    names = (_plain(name) for name in NAME.findall(text) if name[0].isupper())
    return all(name in words for name in names) and all(digits(number) in known for number in NUMBER.findall(text))


def is_english(text: str, source: str) -> bool:
    """Whether a line reads like English; a word in another script must be one of the source's."""
    found = [word.casefold() for word in _WORD.findall(text)]
    low = source.casefold()
    if any(not _is_latin(word) and word not in low for word in found):
        return False
    return bool(found) and sum(word in _TELLING for word in found) * 5 >= len(found)


def is_related(text: str, source: str) -> bool:
    """Whether a line and its source have any matter in common; not to be told where the source is not English."""
    return bool(matter(text) & matter(source)) or not is_english(source, source)


def matter(text: str) -> set[str]:
    """The stems of the words that carry what is said."""
    return {word[:_STEM] for word in map(_plain, _WORD.findall(text)) if word not in FUNCTION}


def says_no_more(text: str, source: str) -> bool:
    """Whether a line has only matter of its source, and denies something exactly where that does."""
    return matter(text) <= matter(source) and bool(_NEGATION.search(text)) == bool(_NEGATION.search(source))


def carries(text: str, source: str) -> bool:
    """Whether a line still says what its source says: every name and number, and most of the matter."""
    wanted = matter(source)
    return mentions_only(source, text) and len(wanted & matter(text)) * 5 >= len(wanted) * 3


def denies(text: str) -> bool:
    """Whether a text says that something is not, or no longer, so."""
    return bool(_NEGATION.search(text))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold()).replace("’", "'")


def _is_latin(word: str) -> bool:
    return all(unicodedata.name(c, "").startswith("LATIN") or not c.isalpha() for c in word)
