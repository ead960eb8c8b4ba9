"""What stands around a verb: the nouns before it and whose they are, and the words after it with their prepositions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.claims import words as w
from assistant.claims.tokens import OWNER, USER, Token
from assistant.claims.verbs import Verb
from assistant.distillers.small import verbs
from assistant.mentioned import digits

PREPOSITIONS = frozenset(
    "in at on with as of about into onto near by from to for over than against after before during without except "
    "instead towards toward through under between behind since until like per under above below".split()
)
EMPTY = frozenset(
    "a an the this that these those some any every each his her their its our us we them him it he she they both all "
    "also too as well just very really quite rather so then there here which who what where when how whose whom and or "
    "is are am was were be been do does did have has had will would can could shall should may might must not named "
    "called one ones own other others away back up down out off again around currently now today still already always "
    "usually often regularly sometimes recently lately together currently anymore me my if because while although"
    .split()
)  # fmt: skip
NO = frozenset("no none nothing nobody neither never nor not".split())


@dataclass(frozen=True, slots=True)
class Word:
    """One word after the verb, the preposition it stands behind, and whether it only says when."""

    text: str
    role: str = ""
    when: bool = False
    name: bool = False
    head: str = ""  # the last word before it that stands behind none


Item = tuple[Word, ...]


def noun_phrase(phrase: list[Token]) -> tuple[frozenset[str], frozenset[str]]:
    """Its nouns, and what tells which: whose they are, and what stands behind a preposition."""
    owners: set[str] = set()
    heads: set[str] = set()
    told_apart = False
    for at, token in enumerate(phrase):
        if token.text in PREPOSITIONS:
            told_apart = bool(heads)
        elif token.text != OWNER and token.text not in EMPTY - {"we", "it"}:
            is_owner = told_apart or any(t.text == OWNER for t in phrase[at + 1 : at + 2])
            (owners if is_owner else heads).add(token.text if token.text == USER else w.form(token.text))
    return frozenset(heads), frozenset(owners)


def items_of(rest: list[Token], verb: Verb) -> Item:
    """The words that say something."""
    found: list[Word] = []
    role = head = ""
    for at, token in enumerate(rest):
        text, following = token.text, rest[at + 1].text if at + 1 < len(rest) else ""
        if text in PREPOSITIONS:
            role = role if _is_no_role(text, following, role, verb) else text
        elif text == USER:
            found.append(Word(USER, OWNER if following == OWNER else role))
        elif text in w.MONTHS or text in w.DAYS or _is_date(rest, at):
            found.append(Word(w.DAYS.get(text, text), role, when=True))
        elif _says_something(text):
            form = digits(text) if text[0].isdigit() else w.form(text)
            head = head if role else form
            found.append(Word(form, OWNER if following == OWNER else role, name=token.name, head=head))
    return tuple(found)


def _is_no_role(text: str, following: str, role: str, verb: Verb) -> bool:
    """Whether a preposition goes with the one before, or with a verb after it: "instead of", "likes to swim"."""
    if text == "of":
        return role in ("instead", "out")
    return (
        text == "to"
        and verb.name in ("like", "love", "hate", "prefer", "unlike")
        and w.finite(following) == "present"
        and following not in verbs.ALSO_NOUNS
    )


def _says_something(text: str) -> bool:
    skipped = text in EMPTY or text in NO or text in w.ADVERBS or text in (OWNER, USER)
    return not skipped and re.match(r"\w", text) is not None


def _is_date(rest: list[Token], at: int) -> bool:
    text = rest[at].text
    if not text.isdigit():
        return False
    near = [t.text for t in rest[max(0, at - 1) : at + 2]]
    return bool(re.fullmatch(r"(?:19|20)\d\d", text)) or any(t in w.MONTHS for t in near)
