"""The subject of a clause and its verb: who "I", "we", "my wife and I" or nobody at all is, and what the verb becomes.

Everything here is about the first few words of a clause; what follows them is `person`'s to rewrite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.distillers.small import verbs
from assistant.distillers.small.time_words import DAYS, MONTHS

Form = Literal["subject", "possessive", "elided", "joint"]

FIRST_PERSON = frozenset("i me my mine myself we us our ours ourselves".split())
_ADJECTIVES = frozenset(
    "allergic pregnant vegan vegetarian veggie single married divorced widowed engaged separated "
    "retired unemployed "
    "freelance tired ill sick diabetic asthmatic coeliac celiac autistic dyslexic deaf blind "
    "colourblind colorblind "
    "anaemic gay bi bisexual lesbian trans straight jewish muslim christian catholic hindu "
    "buddhist atheist agnostic "
    "skint broke bored scared afraid terrified obsessed addicted knackered exhausted stressed "
    "excited nervous busy "
    "free available stuck based due fine happy sad sober hungover homesick intolerant lactose-intolerant "
    "left-handed "
    "teetotal drunk late early proud jealous lonely overdue shattered worried able unable ready "
    "done sorted hooked".split()
)
_STATIVE = frozenset(
    "need want love hate have like prefer live work know wish hope own miss enjoy fancy adore "
    "despise dread play teach "
    "study run swim speak dislike usually regret".split()
)
_PLACES = frozenset("at in on off from near out home back under between".split())
_NOT_ING = frozenset(
    "morning evening nothing something anything everything during thing king wedding building "
    "ceiling string sibling "
    "spring ring boring amazing interesting exciting exhausting depressing annoying tiring "
    "meeting according missing "
    "meaning regarding including fucking freaking bloody being feeling wing sing bring darling "
    "pudding landing "
    "housing clothing lightning shilling sterling".split()
)
_TAKES_OBJECT = frozenset("a an the my it to at in on for with from about them our".split())
_TIMES = frozenset(name.lower() for name in (*DAYS, *MONTHS)) | {"now", "then", "time", "this", "next", "last"}
_SHORT_TIMES = frozenset(name[:3].lower() for name in (*DAYS, *MONTHS)) | {"case", "fact", "theory", "general"}
_PAST_MARKS = frozenset({"yesterday", "ago", "last", "already"})
_Conjugated = tuple[list[str], bool]


@dataclass(frozen=True, slots=True)
class Head:
    """Subject and verb in the third person (``words``), what follows them, how the subject was given, the tense."""

    words: list[str]
    rest: list[str]
    form: Form
    past: bool


def head_of(tokens: list[str]) -> Head | None:
    """The head of a clause about the user, or None where its subject is somebody else or its verb unclear."""
    first = tokens[0].lower()
    joint = _joint(tokens)
    if joint:
        return joint
    if first in {"i", "we"}:
        return _agreed(tokens[1:], "subject")
    if len(tokens) > 3 and [t.lower() for t in tokens[1:3]] == ["for", "me"] and first.isalpha():
        return Head(["the", "user", "wants"], [tokens[0], *tokens[3:]], "elided", past=False)
    if first in {"my", "our"}:
        past = any(t.lower() in {"was", "were", "died"} for t in tokens[2:6])
        return Head(["the", "user's"], tokens[1:], "possessive", past)
    return _elided(tokens)


def _joint(tokens: list[str]) -> Head | None:
    """A plural subject, whose verb stays as it is: "my wife and I are", "me and Dan went"."""
    low = [t.lower() for t in tokens[:8]]
    for at in range(1, min(6, len(low) - 1)):
        if (
            low[at] == "and"
            and low[at + 1] in {"i", "me", "myself"}
            and not set(low[:at]) & (FIRST_PERSON - {"my", "our"})
        ):
            owned = low[0] in {"my", "our"}
            if not owned and not (at <= 2 and all(t[0].isupper() for t in tokens[:at])):
                return None
            other = ["their", *tokens[1:at]] if owned else tokens[:at]
            return Head(["the", "user", "and", *other], tokens[at + 2 :], "joint", past=False)
    if low[0] in {"i", "me"} and len(low) > 3 and low[1] == "and":
        stop = 4 if low[2] in {"my", "our", "the"} else 3
        other = ["their" if low[2] in {"my", "our"} else tokens[2], *tokens[3:stop]]
        if other[0][0].isupper() or other[0] in {"their", "the"}:
            return Head(["the", "user", "and", *other], tokens[stop:], "joint", past=False)
    return None


def _agreed(rest: list[str], form: Form) -> Head | None:
    """The user as subject of ``rest``, its first verb and those coordinated with it made to agree."""
    at = 0
    while at < len(rest) and (rest[at].lower() in verbs.ADVERBS or rest[at] == ","):
        at += 1
    if at >= len(rest):
        return None
    verb, after = rest[at].lower(), rest[at + 1 :]
    marked = any(t.lower() in _PAST_MARKS for t in rest)
    conjugated = _conjugated(verb, after, marked=marked)
    if conjugated is None:
        return None
    forms, past = conjugated
    present = forms == [verbs.third_person(verb)] and verb != "do"
    return Head(["the", "user", *rest[:at], *forms], _coordinated(after) if present else after, form, past)


def _conjugated(verb: str, after: list[str], *, marked: bool) -> _Conjugated | None:
    """``verb`` after a third-person subject, and whether it is past; None if it can be no verb."""
    following = after[0].lower() if after else ""
    rules = (
        (verb == "would" and _is_pluperfect(after), ["had"], True),
        (verb in verbs.MODALS, [verb], False),
        (verb in {"was", "were"}, ["was"], True),
        (verb == "got" and following in {"to", "a", "an", "no", "two", "three"}, ["has"], False),
        (verb == "did" or verbs.is_past(verb, marked=marked), [verb], True),
        (verb in verbs.PARTICIPLES and not verbs.is_base(verb), ["has", verb], True),
        (verb.endswith("ing") and len(verb) > 4 and verb not in verbs.BASE_VERBS, ["is", verb], False),
        (verbs.could_be_verb(verb), [verbs.third_person(verb)], False),
    )
    return next(((forms, past) for holds, forms, past in rules if holds), None)


def _is_pluperfect(rest: list[str]) -> bool:
    """Whether "'d" before ``rest`` stands for "had": a participle follows, or "better"."""
    follow = next((t.lower() for t in rest if t.lower() not in verbs.ADVERBS), "")
    return follow == "better" or follow in verbs.PARTICIPLES or (verbs.is_past(follow) and not verbs.is_base(follow))


def _coordinated(rest: list[str]) -> list[str]:
    """Base verbs joined by "and" to a third-person verb agree too: "runs and swim" -> "runs and swims"."""
    out = list(rest)
    for at, word in enumerate(rest):
        low = word.lower()
        if low in {"to", "not", "cannot", "who", "that", "which", "they", "he", "she"} or low in verbs.MODALS:
            break
        if low in {"and", "or", "but"} and at + 1 < len(rest):
            spot = at + 1
            while spot < len(rest) - 1 and rest[spot].lower() in verbs.ADVERBS:
                spot += 1
            if _acts_as_verb(rest, at, spot):
                out[spot] = verbs.third_person(rest[spot].lower())
    return out


def _acts_as_verb(rest: list[str], conjunction: int, spot: int) -> bool:
    """Whether ``rest[spot]`` after a conjunction is a verb rather than the second of two nouns."""
    word = rest[spot].lower()
    following = rest[spot + 1].lower() if spot + 1 < len(rest) else ""
    certain = conjunction == 0 or word not in verbs.ALSO_NOUNS or following in _TAKES_OBJECT
    return verbs.is_base(word) and certain


def _elided(tokens: list[str]) -> Head | None:
    """A clause whose "I" was dropped: "lent it to my brother", "can't make it", "off cheese since May"."""
    at = 0
    while at < len(tokens) - 1 and tokens[at].lower() in verbs.ADVERBS:
        at += 1
    word, rest = tokens[at].lower(), tokens[at + 1 :]
    following = rest[0].lower() if rest else ""
    finite = {"is", "are", "was", "were"} & {t.lower() for t in rest[:6]}
    placed = word in _PLACES and bool(rest) and not finite and not _is_time(following)
    rules = (
        (word == "not" and (following in _ADJECTIVES or is_ing(following)), ["is", "not"], False),
        (word in _ADJECTIVES or is_ing(word) or placed, ["is", word], False),
        (word == "been", ["has", word], True),
        (word == "born", ["was", word], True),
        (word.endswith("ed") and verbs.is_past(word) and bool(rest), [word], True),
    )
    found = next(((forms, past) for holds, forms, past in rules if holds), None)
    if found:
        lead = [t.lower() for t in tokens[:at]]
        return Head(["the", "user", *lead, *found[0]], rest, "elided", found[1])
    return _agreed(tokens, "elided") if _may_drop_subject(word, following) else None


def _is_time(word: str) -> bool:
    """Whether a word after "on", "in" or "from" makes it a time and no place."""
    return word[:1].isdigit() or word in _TIMES or word in _SHORT_TIMES


def _may_drop_subject(word: str, following: str) -> bool:
    """Whether a clause that opens with this verb is the user's own statement and no order or question."""
    if following in {"you", "i", "we"} or (word in {"do", "will"} and following != "not"):
        return False
    return word in _STATIVE or word in verbs.PAST_VERBS or word in {"can", "cannot", "will", "must", "do", "am"}


def is_ing(word: str) -> bool:
    """Whether ``word`` is a present participle and not a noun that only looks like one."""
    return word.endswith("ing") and len(word) > 4 and word.isalpha() and word not in _NOT_ING
