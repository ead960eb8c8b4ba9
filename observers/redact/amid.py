"""Passwords that a sentence goes on after: "my password is hunter2 by the way", and "is wrong by the way" is none.

The surprising decision: there is no dictionary. What has digits, signs or capitals within it is taken for one whatever
follows; a word of letters alone only where an aside follows that is seldom added to anything but a secret, and where
it does not look like an adjective. A word too many is blanked now and then, which costs less than one too few.
"""

from __future__ import annotations

import re

from observers.redact.shapes import is_ordinary

# what people add once they have told it, and seldom say of anything else
_ASIDE = re.compile(
    r"(?i)[\s,]+(?:by the way|fyi|(?:just )?in case|just so you|everywhere|for (?:the|my|our|all|every\w*|now|both"
    r"|wi-?fi|netflix)|on (?:all|every|my|our|both|netflix)|übrigens|fürs?|au fait|pour (?:le|la|tout)|por cierto"
    r"|para (?:el|la|todo)|a proposito|comunque|trouwens|förresten|forresten|zresztą|mimochodem|bu arada)(?![^\W_])"
)
_OF_WHAT = re.compile(  # between the word and "is": what it is for, rather than what else it is part of
    r"(?i)(?:['’]s?)?\s*(?:(?:for|of|to|on|at|in|here|there|für|fürs|zum|zur|vom|von|pour|du|de|des|del|para|per|voor"
    r"|van|till|för|do|na)(?:\s.*)?)?"
)
_MEASURED = re.compile(
    r"(?i)\s+(?:(?:random|different|upper|lower)\w*\s+)?(?:bits?|bytes?|char(?:acter)?s?|letters?|digits?|symbols?"
    r"|words?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|times|people|users|rounds?|iterations?|zeichen"
    r"|stellen|tage|jahre|caractères|jours|caracteres|días|caratteri|giorni)(?![^\W_])"
)
_ALGORITHM = re.compile(r"(?i)(?:sha|md|base|utf|aes|des|rsa|argon|crypt|rot|http|ntlm|iso|ascii|oauth)-?\d+\w{0,2}")
_PREDICATE = re.compile(  # what an aside may follow, too: as adjectives and participles end, and some that do not
    r"(?i)\w+(?:ed|ing|ly|able|ible|ful|less|ous|ical|proof)|more|most|much|many|pretty|super|kinda|kind|sort|another"
    r"|each|every|some|both|either|sent|kept|held|left|given|found|taken|stolen|told|made|meant|built|ready|open|fresh"
    r"|terrible|crap|garbage|rubbish|trash|shit|crazy|silly|dumb|stupid|funny|cursed|tough|tricky|clear|common"
    r"|normal|typical|awkward|ancient|nonsense|pathetic|insane|ironic|obsolete"
)


def is_of_what(filler: str) -> bool:
    """Whether what stands between "password" and "is" says what it is for, and is not the rest of another noun."""
    return _OF_WHAT.fullmatch(filler) is not None


def is_told_amid(text: str, value: str, end: int) -> bool:
    """Whether a value is one although its sentence goes on: it has the shape of no word, or an aside follows."""
    if is_ordinary(value) or not value.isascii() or '"' in value:
        return False
    if value.isdigit():
        return _MEASURED.match(text, end) is None
    if _has_shape(value):
        return True
    whole = value.replace("-", "").isalpha() and value.count("-") != 1
    return whole and _ASIDE.match(text, end) is not None and not _PREDICATE.fullmatch(value)


def _has_shape(value: str) -> bool:
    """Whether no word looks like that: digits or signs among its letters, or capitals (brands are shorter)."""
    if _ALGORITHM.fullmatch(value) or re.fullmatch(r"[^\W\d_]+[01][^\W\d_]+", value):  # a letter that was misread
        return False
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    signs = re.search(r"[!#$%*@^+=~_]", value.rstrip("!")) is not None
    capitals = len(value) >= 9 and re.fullmatch(r"[A-Za-z]*[a-z][A-Z][A-Za-z]*", value) is not None
    return mixed or signs or capitals
