"""How the user wants to be answered, as far as they have said so: found among what is believed, by rule.

The surprising decision: only their own words count. A page that says how its reader likes to be answered is no wish of
the user's, however sure the memory of it is, since what is found here goes into the prompt of every answer. A wish for
another language is left out: what a model wrote in one could not be held against notes in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.composing import STATEMENTS
from assistant.answering.grammar import SENTENCES
from assistant.planted import instructs
from memory.records import Proposition

MOST = 5  # wishes that count, the latest
LONGEST = 140  # characters of one
BRIEF = 2  # statements or sentences of an answer that is to be short
WORDS = "answer reply response explanation bullet emoji units metric celsius called assistant tone jargon markdown"

_ANSWERS = r"(?:answers?|answered|repl(?:y|ies)|responses?|explanations?|explained|the assistant)"
_MANNER = (
    r"(?:short\w*|brief\w*|concise\w*|terse|succinct|to the point|long\w*|detail\w*|thorough\w*|in depth|plain|simpl\w+"
    r"|direct\w*|blunt\w*|formal\w*|informal\w*|casual|friendly|polite|warm|dry|honest|without \w+|(?:no|not|stop)\b.+"
    r"|bullet\w*|lists?|tables?|emojis?|jargon|markdown|examples?|british|american|metric|imperial)"
)
_WISHES = (
    re.compile(rf"\b{_ANSWERS}\b.{{0,40}}\b{_MANNER}\b|\b{_MANNER}\b.{{0,30}}\b{_ANSWERS}\b", re.IGNORECASE),
    re.compile(
        r"^The user \w+(?: not \w+)? (?:(?:answers|replies) in )?(?:the )?(?:in )?(?:metric|imperial|celsius|fahrenheit"
        r"|kilomet\w+|miles|24-hour|12-hour)(?: (?:units?|system|measurements?|clock|times?|format))?[.!]?$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_ANSWERS}\b.{{0,20}}\b(?:metric|imperial|celsius|fahrenheit|kilomet\w+|in miles|24-hour|12-hour)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:to be (?:called|addressed)|(?:be|is) addressed) (?:as |by )?\w+|\bcalled \w+ by the assistant"),
)
_OTHERS = re.compile(
    r"\b(?:answers?|repl(?:y|ies)|responses?|explanations?)"
    r" (?:to|from|by|of) (?!the (?:user|assistant|point)\b)",
    re.IGNORECASE,
)
_WANTS = re.compile(r"^The user .*?\b(?:prefer|want|like|love|hate|dislike|wish|ask|use|goes by|does not)\w*\b")
_SHORT = re.compile(r"\b(?:short\w*|brief\w*|concise\w*|terse|succinct|to the point)\b", re.IGNORECASE)
_LONG = re.compile(r"\b(?:long\w*|detail\w*|thorough\w*|in depth)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|no|never|less|hates?|dislikes?|n['’]t)\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"\bin (?!British|American|Celsius|Fahrenheit|English|Metric|Imperial)[A-Z][a-z]+\b")

# A request is known by its whole: "how do I get shorter replies from customers" has the words of one and is none.
_PLEASE = (
    r"(?:(?:please|pls|and|but|so|from now on|in future|can you|could you|would you|(?:just )?give me"
    r"|i(?:['’]d| would)? (?:want|like|prefer|need))[,\s]+)*"
)
_CLOSING = r"(?:[,\s]+(?:please|pls|thanks|thank you|from now on|in future|next time|for me|with me|always))*[\s.!?]*"
_YOURS = r"(?:(?:your|the|my) )?(?:answers|replies|responses|explanations)"
_IN_YOURS = rf"(?: (?:in|from|with) {_YOURS})?"
_WITHOUT = (
    rf"(?:no|stop (?:using|with)|don['’]?t use|do not use|without|skip|leave out|{_YOURS} without)(?: the| any| more)? "
)
_SHORTEN = r"(?:short|shorter|brief|briefer|concise|more concise|to the point)"
_LENGTHEN = r"(?:longer|long|detailed|more detailed|thorough|more thorough)"
_SAID = tuple(
    (re.compile(rf"^\W*{_PLEASE}(?:{pattern}){_CLOSING}$", re.IGNORECASE), text)
    for pattern, text in (
        (rf"(?:keep|make) (?:it|them|{_YOURS}) (?:\w+ )?{_SHORTEN}", "The user prefers short answers."),
        (
            rf"(?:much )?{_SHORTEN} (?:answers|replies)|(?:be|answer) (?:more )?(?:brief|concise)(?:ly)?",
            "The user prefers short answers.",
        ),
        (
            rf"(?:keep|make) (?:it|them|{_YOURS}) {_LENGTHEN}|{_LENGTHEN} (?:answers|replies)",
            "The user prefers detailed answers.",
        ),
        (rf"{_WITHOUT}(?:bullets?|bullet points?|lists){_IN_YOURS}", "The user wants answers without bullet points."),
        (rf"{_WITHOUT}emojis?{_IN_YOURS}", "The user wants answers without emojis."),
        (r"(?:answer in|use) (?:the )?metric(?: units| system)?", "The user wants answers in metric units."),
        (r"(?:answer in|use) (?:the )?imperial(?: units| system)?", "The user wants answers in imperial units."),
    )
)


@dataclass(frozen=True, slots=True)
class Style:
    """What the user wishes of an answer, the latest wish first, and whether it is to be short."""

    wishes: tuple[str, ...] = ()
    short: bool = False

    @property
    def sentences(self) -> int:
        """How many sentences of a model's there may be."""
        return BRIEF if self.short else SENTENCES

    @property
    def statements(self) -> int:
        """How many statements are composed."""
        return BRIEF if self.short else STATEMENTS


def style(own: Iterable[Proposition]) -> Style:
    """The style that propositions resting on the user's own words ask for. The latest of two that disagree counts."""
    found = [p for p in own if p.status == "believed" and is_wish(p.text)]
    found.sort(key=lambda p: max((e.at.timestamp() for e in p.evidence), default=0.0), reverse=True)
    wishes = tuple(dict.fromkeys(p.text for p in found))[:MOST]
    lengths = [short for wish in wishes if (short := _shortness(wish)) is not None]
    return Style(wishes, bool(lengths and lengths[0]))


def is_wish(text: str) -> bool:
    """Whether a proposition is about how the user wants to be answered."""
    return (
        len(text) <= LONGEST
        and bool(_WANTS.search(text))
        and any(wish.search(text) for wish in _WISHES)
        and not _OTHERS.search(text)
        and not _LANGUAGE.search(text)
        and not instructs(text)
    )


def said(message: str) -> str | None:
    """The proposition in a request about answers ("keep it short", "no bullet points"), or None."""
    return next((text for pattern, text in _SAID if pattern.match(message)), None)


def _shortness(wish: str) -> bool | None:
    """Whether a wish is for short answers, or for long ones; None where it is about something else."""
    short, long = _SHORT.search(wish), _LONG.search(wish)
    if bool(short) == bool(long):
        return None
    return bool(short) != bool(_DENIED.search(wish))
