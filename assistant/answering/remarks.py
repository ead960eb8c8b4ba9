"""Telling what the user states in a conversation from what they ask: a correction, a denial, a choice, or neither.

The surprising decision: what is not clearly a statement is a question. Taking a statement for a question costs an
answer nobody wanted; taking a question for a statement would write it into the memory as the user's own word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering import style
from memory.question import is_request
from memory.records import Turn

WHICH = "Which of these is wrong?"  # how the question back begins, by which the reply to it is known
REPLACES = "Does that replace"  # how the other question back does, the last line of its answer
LONGEST = 300  # characters of a statement

_SOMEBODY = r"(?:i|i['’]\w+|my|we|it|that|she|he|they|actually)\b"
_LEAD = re.compile(
    rf"^\W*(?:(?:(?:no|nope|nah|wrong|sorry|well|but|hm+|ah|oh|ok(?:ay)?)(?=\s*[,.!;:–—-]|\s+{_SOMEBODY})"
    r"|(?:and|also)(?=\s+(?:i|i['’]\w+|my|we)\b)"
    r"|actually|in fact|correction|to be (?:clear|precise)|for the record|fyi)[\s,.!;:–—-]*)+",
    re.IGNORECASE,
)
_CONTRARY = re.compile(r"\b(?:no|nope|nah|wrong|correction)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"^(?:(?:that|this|it|which)(?:['’]?s| is| was)? "
    r"(?:(?:just|simply|completely|totally|all|plain|no longer|not|n['’]t) )*"
    r"(?:wrong|false|incorrect|untrue|nonsense|true|right|so|correct|the case|a mistake)(?: any ?more| at all)?"
    r"|(?:that|this|it) (?:isn['’]?t|wasn['’]?t) (?:(?:true|right|so|correct|the case)\b)?(?: any ?more| at all)?"
    r"|you(?:['’]re| are) (?:wrong|mistaken)|wrong|incorrect|untrue"
    r"|not (?:true|so|right|correct)(?: any ?more| at all)?)"
    r"(?=\W|$)[\s,.!;:–—-]*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"^(?:that|this|to|of|for|because|when|if|how|what|who|where|about|in|not to)\b", re.IGNORECASE)
_AGREED = re.compile(
    r"^(?:that|this|it)(?:['’]?s| is| was)? (?:(?:all|just) )*(?:true|right|so|correct|the case)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^(?:who|whom|whose|what|when|where|which|why|how|do|does|did|am|is|are|was|were|can|could|will|would|should|shall"
    r"|have|has|had|may|tell|show|list|give|find|get|suggest|recommend|remind|explain|help|please|write|say|look|search"
    r"|compare|summari[sz]e|repeat|thanks?|thank you|hi|hello|hey|yes|yeah|yep|let['’]?s|and|or|so|then)\b",
    re.IGNORECASE,
)
_NOT_ABOUT_LIFE = re.compile(
    r"\bi(?:['’]d| would)? (?:want|need|like|love) (?:to|you to) (?:know|see|hear|ask|find|understand)\b"
    r"|\bi(?:['’]m| am| was)? (?:mean|meant|ask|asked|asking|said|told|wonder|wondering|guess|see|suppose|doubt"
    r"|thought|think so|believe so|hope so|don['’]?t (?:know|understand|think so|remember|care|mind|get it))\b",
    re.IGNORECASE,
)
_WANTS = re.compile(r"\bi(?:['’]d| would)? (?:want|need|like) (?:to|a|an|some|something|you)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:i|i['’](?:m|ve|d|ll)|im|ive|my|mine|we|we['’](?:re|ve)|our|me)\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    r"^(?:this|that|these|those|here|there|it|its|nobody|no ?one|nothing|none|everybody|everyone|everything|somebody"
    r"|someone|something|anybody|anyone|anything)(?:['’]\w+)?\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"^(?:suppose|supposing|imagine|assume|assuming|pretend|say|if|unless|as if|what if|let['’]?s say)\b"
    r"|\bnot (?:so |quite |really |very )?(?:sure|certain)\b|\bunsure\b|\bno idea\b"
    r"|\bcan(?:['’]?t|not) believe\b"
    r"|\bif only\b|\b(?:joking|kidding|pretending|imagining)\b",
    re.IGNORECASE,
)
_ASKED_INSIDE = re.compile(
    r"\b(?:who|whom|whose|what|when|where|which|why|how)\b[\w' ’-]{0,20}?"
    r" (?:do|does|did|am|is|are|was|were|can|could|will|would|should|have|has|had) (?:i|we|you|my|the)\b",
    re.IGNORECASE,
)
_ABOUT_THE_TALK = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:questions?|quer(?:y|ies)|points?|messages?|requests?|answers?|mistakes?|bad|fault)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|right|correct|exactly|it does|(?:they|both) do)\b[,\s]*"
    r"(?:it does|they do|please|that['’]?s right|right|correct|replace (?:it|that|them))?\W*$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|neither|it does(?: not|n['’]?t)|keep (?:both|them|it)|both)\b[,\s]*"
    r"(?:it does(?: not|n['’]?t)|thanks?|both|keep (?:both|them|it)|(?:(?:both|they) )?are (?:true|right|so))?\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,2}")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_ALL = re.compile(r"^\W*(?:both|all(?: of (?:them|these|it))?|every one|each)\b", re.IGNORECASE)
_ITEM = r"(?:\[?\d{1,2}\]?|first|second|third|fourth|fifth|last)(?: one)?"
_CHOICE = re.compile(
    rf"^\W*(?:(?:it['’]?s|that['’]?s) )?(?:the )?(?:number )?{_ITEM}(?:(?: ?, ?| and | & )(?:the )?{_ITEM})*"
    r"(?: is wrong)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """What the user stated: what it is, the statement without what leads up to it, and whether it is against anything.

    ``contrary`` is whether it began by calling the answer wrong. ``chosen`` are the places, from 0 among what was
    cited, that a ``choice`` names, or that a ``replacement`` agrees have been replaced; None is all.
    """

    kind: Literal["statement", "denial", "choice", "replacement"]
    text: str = ""
    contrary: bool = False
    chosen: tuple[int, ...] | None = ()


def remark(message: str, turns: Sequence[Turn]) -> Remark | None:
    """What the user states with ``message``, in reply to the last of ``turns``; None if they ask or request."""
    plain = " ".join(message.split())
    if not turns or not plain or len(plain) > LONGEST or plain.endswith("?"):
        return None
    return _reply(plain, turns[-1].answer) or _stated(plain)


def _reply(plain: str, answer: str) -> Remark | None:
    """The reply to a question back, if the answer was one."""
    return (_choice(plain) if answer.startswith(WHICH) else None) or _replacement(plain, answer)


def _stated(plain: str) -> Remark | None:
    """A denial or a statement, without what leads up to it."""
    lead = _LEAD.match(plain)
    body = plain[lead.end() :] if lead else plain
    contrary = bool(lead and _CONTRARY.search(lead[0]))
    denied = _DENIED.match(body)
    if _AGREED.match(body):
        return None
    if denied:
        body, contrary = body[denied.end() :], True
        if _GOES_ON.match(body) and denied[0].strip()[-1].isalnum():
            return None  # it is something else that is wrong: "it's wrong that the rent went up"
    if not body.strip(" .!"):
        return Remark("denial") if denied or (lead and "wrong" in lead[0].lower()) else None
    return _statement(_LEAD.sub("", body), contrary)


def _statement(body: str, contrary: bool) -> Remark | None:
    if style.said(body) is not None:
        return Remark("statement", body, contrary)
    if (
        any(one.search(body) for one in (_ASKS, _NOT_ABOUT_LIFE, _SUPPOSED, _ASKED_INSIDE, _ABOUT_THE_TALK))
        or "?" in body
    ):
        return None
    if contrary:
        return None if _WANTS.search(body) else Remark("statement", body, contrary)
    if is_request(body) or _NO_SUBJECT.match(body) or not _FIRST_PERSON.search(body):
        return None
    return Remark("statement", body, contrary)


def says_nothing(statement: str) -> bool:
    """Whether a statement is about nothing that can be told without what was said before it: "it's the blue one"."""
    return bool(_NO_SUBJECT.match(statement))


def _replacement(plain: str, answer: str) -> Remark | None:
    """The reply to the question whether something is replaced, yes or no."""
    last = answer.rstrip().rpartition("\n")[2]
    if not last.startswith(REPLACES):
        return None
    if _YES.match(plain):
        return Remark("replacement", chosen=tuple(int(number) - 1 for number in _NUMBER.findall(last)))
    return Remark("replacement") if _NO.match(plain) else None


def _choice(plain: str) -> Remark | None:
    """The items that a reply to "which?" names, by number or place."""
    if _ALL.match(plain):
        return Remark("choice", chosen=None)
    if not _CHOICE.match(plain):
        return None
    low = plain.lower()
    places = [int(n) - 1 for n in _NUMBER.findall(low)] + [at for at, word in enumerate(_ORDINALS) if word in low]
    return Remark("choice", chosen=tuple(dict.fromkeys(places + ([-1] if "last" in low else []))))
