"""First person to third: "I'm off cheese and eat fish" becomes "The user is off cheese and eats fish".

The first mention is "the user", every later one "they", as a careful note-taker writes; so only the first verb and
those coordinated with it need the third person singular. What cannot be rewritten with certainty gives None: a
missing proposition costs less than a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.distillers.small import verbs, words
from assistant.distillers.small.subject import head_of

if TYPE_CHECKING:
    from assistant.distillers.small.subject import Form

_FILLERS = frozenset(
    "well so and but yeah yes yep yup ya nah no nope ok okay lol lmao haha hahaha ugh omg oh "
    "ah hmm um er tbh honestly "
    "actually btw fyi also plus then like anyway anyways sorry sure right look listen hey hi "
    "hello mate dude man aw "
    "aww ha wow god thanks thx ta cheers please because though although basically obviously "
    "apparently fine "
    "true exactly alas anyhow frankly man oof phew welp eh hm mm mmm argh gosh jeez yay yess morning".split()
)
_TRAILERS = frozenset(
    "lol lmao haha hahaha tbh tho though btw x xx xxx please pls anyway ha ngl imo fr mate dude sorry thanks".split()
)
_ADJUNCTS = frozenset(
    "in on at since after before when during as for from until every last next today tomorrow "
    "yesterday tonight this "
    "these now currently nowadays sometimes usually with most once by most weekends mornings evenings "
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays "
    "fridays "
    "saturdays sundays normally lately recently till although though because while whenever here".split()
)
_PRONOUNS = {
    "i": "they", "me": "them", "my": "their", "mine": "theirs", "myself": "themselves", "we": "they", "us": "them",
    "our": "their", "ours": "theirs", "ourselves": "themselves",
}  # fmt: skip
_ADDRESS = frozenset({"you", "your", "yours", "yourself"})
_LEAVES_BARE = frozenset("let help make see watch hear have did do will can".split())
_AFTER_THEY = {"am": "are", "was": "were", "is": "are"}
_WEEKDAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
_BARE_END = frozenset(
    "is has does was had did will would can could may might must the a an and or but to of "
    "with for at in on by as if "
    "that than from into so because when their very not just".split()
)
MAX_WORDS = 40


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A proposition without its final dates: the sentence, how its subject was found, and whether its verb is past."""

    text: str
    form: Form
    past: bool


def third_person(clause: str, addressee: str | None = None) -> Rewritten | None:
    """``clause`` as a sentence about the user, or None where that cannot be done safely.

    ``addressee`` is put for "you"; without one a clause that needs it is given up.
    """
    tokens = _stripped(words.plain(clause))
    if not 2 <= len(tokens) <= MAX_WORDS:
        return None
    tokens, adjunct = _moved_adjunct(tokens)
    head = head_of(tokens)
    if head is None:
        return None
    tail = _shifted([*head.rest, *adjunct], addressee)
    if tail is None:
        return None
    last = (tail or head.words)[-1].lower()
    if last in _BARE_END or len(head.words) + len(tail) < 4 - (head.form == "possessive"):
        return None
    text = words.join([*head.words, *tail])
    return Rewritten(text[0].upper() + text[1:].rstrip(" ,;:-") + ".", head.form, head.past)


def _stripped(tokens: list[str]) -> list[str]:
    """``tokens`` without leading fillers and trailing chatter."""
    begin, end = 0, len(tokens)
    while begin < end and (tokens[begin].lower() in _FILLERS or not tokens[begin][0].isalnum()):
        if tokens[begin].lower() in {"no", "nah"} and begin + 1 < end and not _stands_alone(tokens[begin + 1]):
            break
        begin += 1
    while end > begin and (tokens[end - 1].lower() in _TRAILERS or tokens[end - 1] in ",.;:!-"):
        end -= 1
    return tokens[begin:end]


def _stands_alone(following: str) -> bool:
    """Whether a "no" before ``following`` is an answer, and not part of "no work", "no meat"."""
    return following in ",.;:!-" or following.lower() in {"i", "my", "we", "our", "it", "that", "not", "but"} | _FILLERS


def _moved_adjunct(tokens: list[str]) -> tuple[list[str], list[str]]:
    """("In March I moved") -> ("I moved", "in March"): an opening adjunct goes to the end."""
    if tokens[0].lower() not in _ADJUNCTS:
        return tokens, []
    for at in range(1, min(9, len(tokens) - 1)):
        comma = tokens[at - 1] == ","
        if tokens[at].lower() in {"i", "we"} or (comma and tokens[at].lower() in {"my", "our"}):
            adjunct = tokens[: at - comma]
            if adjunct and adjunct[-1].lower() not in _BARE_END | {"my", "which", "what"}:
                return tokens[at:], [_inside(adjunct[0]), *adjunct[1:]]
    return tokens, []


def _inside(word: str) -> str:
    """A clause's first word as it is written inside one."""
    low = word.lower()
    return low.capitalize() if low.endswith(("day", "days")) and low[:3] in _WEEKDAYS else low


def _shifted(rest: list[str], addressee: str | None) -> list[str] | None:
    """The words after the head with every first person made "they"; None if "you" has nobody to stand for."""
    out: list[str] = []
    agree: dict[str, str] | None = None
    for at, word in enumerate(rest):
        low = word.lower()
        if low in _ADDRESS:
            if addressee is None or low == "yourself":
                return None
            out.append(addressee if low == "you" else addressee + "'s")
            agree = {low: verbs.third_person(low) for low in _addressed_verb(rest, at)}
        elif low in _PRONOUNS:
            out.append("themselves" if low == "me" and at and rest[at - 1].lower() == "by" else _PRONOUNS[low])
            agree = _AFTER_THEY if low in {"i", "we"} else None
        else:
            out.append(agree.get(low, word) if agree else word)
            agree = agree if low in verbs.ADVERBS else None
    return out


def _addressed_verb(rest: list[str], at: int) -> list[str]:
    """The verb that has the "you" at ``at`` for its subject, if any: not in "let you know", "help you move"."""
    following = rest[at + 1].lower() if at + 1 < len(rest) else ""
    governed = at > 0 and rest[at - 1].lower() in _LEAVES_BARE
    subject = following in {"are", "have"} or (verbs.is_base(following) and not governed)
    return [following] if rest[at].lower() == "you" and subject else []
