"""A proposition taken apart: who it is about, which attribute of theirs it gives, and with which value.

The surprising decision: one claim has several readings. "My sister is Ana" gives the sister a name and Ana a relation,
and another proposition may speak of either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.vocabulary import stem

_SUBJECT = re.compile(
    r"^(?:The user(?P<owns>['’]s (?:(?:new|old|own|late|older|younger|elder|little|big|best|current|only) )*"
    r"(?P<head>(?:\w+['’]s )*[\w-]+))?|(?P<name>[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*)) (?P<rest>.+?)[.!]*$"
)
_NOT = re.compile(
    r"\b(?:(?:does|do) not(?: actually| really)?|no longer|not|never|do(?:es)?n['’]t|any ?more|any longer)\b",
    re.IGNORECASE,
)
_DENIED_PAST = re.compile(r"^(?:did|was|were|had|has never|have never|never)\b", re.IGNORECASE)
_LENDING = re.compile(r"\b(?:still|currently|now|nowadays|these days|instead|actually|really|does(?= \w))\b ?")
_WHEN = re.compile(
    r"\b(?:since|in|from|last|as of|on|a|an|\w+) (?:(?:early|late|mid) )?(?:\d{1,2} )?(?:january|february|march|april"
    r"|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|weeks?|months?|years?"
    r"|(?:19|20)\d\d)\b(?: (?:19|20)\d\d)?(?: ago)?|\bfor good\b",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    """a an the their his her its my our any some at in to of on as for with there here be is are was were has have had
    they them being and called named own too""".split()
)
_STOPS = re.compile(
    r"\s*(?:[,;(]| (?:with|since|for|because|and|but|when|while|from|until|near|at|in|on|as|who|which|where|after"
    r"|before|so)\b).*$"
)
_NO_NAME = frozenset("home town work house abroad together alone here there bed peace nights days weekends".split())

_LIVES = (
    r"(?:lives?|is living|resides?|is based|(?:has |have )?(?:(?:just|already|\w+ly) )*(?:moved|relocated))"
    r"(?: back| over| out)?"
)
_WORKS = r"(?:works?|is working|is employed)(?: \w+ly)?"
_ROLE = re.compile(rf"(?:is|are) an? |{_WORKS} as ")
_ATTRIBUTES = tuple(
    (name, re.compile(rf"^{pattern} (?P<value>.+)$", re.IGNORECASE))
    for name, pattern in (
        ("residence", rf"{_LIVES} (?:in|to|at)(?! with\b)"),
        ("workplace", rf"{_WORKS} (?:as [^,]+? )?(?:at|for)"),
        ("job", rf"{_WORKS} as"),
        ("vehicle", r"(?:drives?|(?:has |have )?switched to)(?= an?\b)"),
        ("origin", r"(?:is|comes?) (?:originally )?from"),
        ("marriage", r"is (?:married|engaged) to"),
        ("name", r"(?:is (?:called|named)|goes by)"),
    )
)
_RELATION = re.compile(r"^is the user['’]s (?P<value>[\w -]+)$")
_HAS_NAMED = re.compile(r"^(?:has|have|owns) (?:an?|one) (?:[\w-]+ )?(?P<head>\w+) (?:called|named) (?P<value>.+)$")
_IS = re.compile(r"^is (?P<called>called |named )?(?P<value>.+)$")
_VERB = re.compile(r"^(?P<verb>[a-z]+)(?P<prep> (?:in|at|to|for|with|on|as|an?))? (?P<value>.+)$")
_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing a proposition says: of whom, which attribute, with which value."""

    subject: str
    attribute: str
    value: str

    @property
    def is_named(self) -> bool:
        """Whether the value is a name; one in small letters is, where a place is given without an article."""
        if any(word[0].isupper() for word in self.value.split()):
            return not _DAY.match(self.value)
        words = self.value.casefold().split()
        bare = self.attribute in ("residence", "workplace", "origin") and len(words) <= 2
        return bare and words[0] not in _EMPTY and not set(words) & _NO_NAME


@dataclass(frozen=True, slots=True)
class Claim:
    """A proposition taken apart: who it is about, the rest without what denies it, and whether it is denied."""

    text: str
    subject: str
    rest: str
    denied: bool
    past: bool

    @classmethod
    def of(cls, text: str) -> Claim | None:
        """The claim of a proposition, None if it cannot be told who it is about."""
        found = _SUBJECT.match(" ".join(text.split()))
        if found is None:
            return None
        rest = found["rest"]
        subject = f"user's {found['head'].casefold()}" if found["owns"] else (found["name"] or "user").casefold()
        plain = " ".join(_LENDING.sub("", _NOT.sub("", rest)).split())
        return cls(text, subject, plain, bool(_NOT.search(rest)), bool(_DENIED_PAST.match(rest)))

    @property
    def verb(self) -> str:
        """The verb, in the form that all its present forms share."""
        first = self.rest.split(" ", 1)[0].casefold()
        return "be" if first in ("is", "are", "am", "be") else "have" if first in ("has", "have") else stem(first)

    @property
    def is_role(self) -> bool:
        """Whether it says what somebody is, in either of the ways to say so: "is a nurse", "works as a nurse"."""
        return bool(_ROLE.match(self.rest))


def readings(claim: Claim) -> Iterator[Reading]:
    """What a claim says, in each way that another may speak of it."""
    rest, named = undated(claim.rest).strip(), False
    for attribute, pattern in _ATTRIBUTES:
        if (found := pattern.match(rest)) and (value := _value(found["value"])):
            named = True
            yield Reading(claim.subject, attribute, value)
    if found := _HAS_NAMED.match(rest):
        yield Reading(f"user's {found['head'].casefold()}", "name", _value(found["value"]))
    if found := _RELATION.match(rest):
        yield Reading(claim.subject, "relation", found["value"].casefold())
    elif claim.subject.startswith("user's ") and (found := _IS.match(rest)):
        called = bool(found["called"]) or found["value"][0].isupper()
        yield Reading(claim.subject, "name" if called else "be", _value(found["value"]))
        if found["value"][0].isupper():
            yield Reading(found["value"].casefold(), "relation", claim.subject.removeprefix("user's "))
    elif not named and (found := _VERB.match(rest)) and not (found["verb"] == "is" and not found["prep"]):
        yield Reading(claim.subject, f"{claim.verb}{found['prep'] or ''}", _value(found["value"]))


def undated(text: str) -> str:
    """A text without the words that say since when."""
    return _WHEN.sub("", text)


def stems(text: str) -> frozenset[str]:
    """The stems of all words but those that join others."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.casefold())
    return frozenset(stem(word) for word in words if word not in _EMPTY)


def _value(text: str) -> str:
    return _STOPS.sub("", f"{text} ").strip(" .!")
