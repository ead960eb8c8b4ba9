"""What one line that a model wrote must survive: it is held against the words it cites, and only against those.

A line that fails is left out, never mended. The rules are blunt on purpose: to lose a good line costs a line, to keep
a bad one is to say something about somebody's life that nobody said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.claims.holding import holds
from assistant.claims.known import known
from assistant.claims.reading import Claim, claims_of
from assistant.claims.tokens import NOBODY, USER, Voice
from assistant.claims.words import form
from assistant.mentioned import NAME, NUMBER, digits, numbers_in
from assistant.planted import instructs

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
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
    "the user of and to with is was were are has had have for about that which their they from by".split()
)


@dataclass(frozen=True, slots=True)
class Cited:
    """The words one number stands for: what was said, by whom it is known, and when. ``own`` if they are the user's.

    ``to`` is who is called "you" in it, where that can only be one.
    """

    text: str
    speaker: str
    own: bool
    when: str = ""
    to: str = ""

    def claims(self) -> list[Claim]:
        """What they say."""
        speaker = USER if self.own else self.speaker.removeprefix("The ")
        to = USER if self.to == "The user" else self.to or NOBODY
        return known(self.text, speaker=speaker, to=to, days=self.when)


def fault(text: str, subject: str, cited: Sequence[Cited]) -> str | None:
    """Why a line must be left out, or None.

    ``instruction``, ``person``, ``language``, ``attribution``, or ``unsupported``: a name or number that the cited
    words lack, or a claim that is none of theirs (``assistant.claims``).
    """
    around = "\n".join(part for c in cited for part in (c.text, c.speaker, c.to, c.when))
    if instructs(text):
        return "instruction"
    if _FIRST_PERSON.search(text):
        return "person"
    if not is_english(text, around):
        return "language"
    if subject != "The user" and not any(c.speaker == subject for c in cited):
        return "attribution"
    held = [claim for c in cited for claim in c.claims()]
    return None if mentions_only(text, around) and claims_nothing_new(text, held) else "unsupported"


def claims_nothing_new(text: str, held: Sequence[Claim]) -> bool:
    """Whether each clause of a line can be read, and is one of what is held."""
    told = claims_of(text, Voice(you=NOBODY))
    return told is not None and all(holds(claim, held) for claim in told)


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


def carries(text: str, source: str) -> bool:
    """Whether a line still says what its source says: every name and number, and most of the matter."""
    wanted = matter(source)
    return mentions_only(source, text) and len(wanted & matter(text)) * 5 >= len(wanted) * 3


def matter(text: str) -> set[str]:
    """The words that carry what is said, as they are compared."""
    return {form(word) for word in map(_plain, _WORD.findall(text)) if word not in FUNCTION}


def denies(text: str) -> bool:
    """Whether a text says that something is not, or no longer, so."""
    return bool(_NEGATION.search(text))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold()).replace("’", "'")


def _is_latin(word: str) -> bool:
    return all(unicodedata.name(c, "").startswith("LATIN") or not c.isalpha() for c in word)
