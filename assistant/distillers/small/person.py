"""First person to third: "I'm off cheese and eat fish" becomes "The user is off cheese and eats fish."

The first mention is "the user", every later one "they", as a careful note-taker writes; so only the first verb and
those coordinated with it need the third person singular. What cannot be rewritten with certainty gives None: a
missing proposition costs less than a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.distillers.small import verbs, words

Form = Literal["subject", "possessive", "elided", "joint"]

_FILLERS = frozenset(
    "well so and but yeah yes yep yup ya nah no nope ok okay lol lmao haha hahaha ugh omg oh ah hmm um er tbh honestly "
    "actually btw fyi also plus then like anyway anyways sorry sure right look listen hey hi hello mate dude man aw "
    "aww ha wow god thanks thx ta cheers please because though although basically obviously apparently fine "
    "true exactly alas anyhow frankly man oof phew welp eh hm mm mmm argh gosh jeez yay yess morning".split()
)
_TRAILERS = frozenset(
    "lol lmao haha hahaha tbh tho though btw x xx xxx please pls anyway ha ngl imo fr mate dude sorry thanks".split()
)
_ADJECTIVES = frozenset(
    "allergic pregnant vegan vegetarian veggie single married divorced widowed engaged separated retired unemployed "
    "freelance tired ill sick diabetic asthmatic coeliac celiac autistic dyslexic deaf blind colourblind colorblind "
    "anaemic gay bi bisexual lesbian trans straight jewish muslim christian catholic hindu buddhist atheist agnostic "
    "skint broke bored scared afraid terrified obsessed addicted knackered exhausted stressed excited nervous busy "
    "free available stuck based due fine happy sad sober hungover homesick intolerant lactose-intolerant left-handed "
    "teetotal drunk late early proud jealous lonely overdue shattered worried able unable ready done sorted hooked".split()
)
_STATIVE = frozenset(
    "need want love hate have like prefer live work know wish hope own miss enjoy fancy adore despise dread play teach "
    "study run swim speak dislike usually regret".split()
)
_PLACES = frozenset("at in on off from near out home back under between".split())
_NOT_ING = frozenset(
    "morning evening nothing something anything everything during thing king wedding building ceiling string sibling "
    "spring ring boring amazing interesting exciting exhausting depressing annoying tiring meeting according missing "
    "meaning regarding including fucking freaking bloody being feeling wing sing bring darling pudding landing "
    "housing clothing lightning shilling sterling".split()
)
_ADJUNCTS = frozenset(
    "in on at since after before when during as for from until every last next today tomorrow yesterday tonight this "
    "these now currently nowadays sometimes usually with most once by most weekends mornings evenings "
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
    "saturdays sundays normally lately recently till although though because while whenever here".split()
)
_PRONOUNS = {
    "i": "they", "me": "them", "my": "their", "mine": "theirs", "myself": "themselves", "we": "they", "us": "them",
    "our": "their", "ours": "theirs", "ourselves": "themselves",
}  # fmt: skip
_AFTER_THEY = {"am": "are", "was": "were", "is": "are"}
_FIRST = frozenset("i me my mine myself we us our ours ourselves".split())
_BARE_END = frozenset(
    "is has does was had did will would can could may might must the a an and or but to of with for at in on by as if "
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
    found = _head(tokens)
    if found is None:
        return None
    head, rest, form, past = found
    tail = _shifted(rest, addressee)
    if adjunct:
        moved = _shifted(adjunct, addressee)
        tail = None if tail is None or moved is None else [*tail, *moved]
    if tail is None:
        return None
    text = words.join([*head, *tail])
    last = (tail or head)[-1].lower()
    if last in _BARE_END or len(head) + len(tail) < 4 - (form == "possessive"):
        return None
    return Rewritten(text[0].upper() + text[1:].rstrip(" ,;:-") + ".", form, past)


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
    for at in range(1, min(9, len(tokens))):
        if tokens[at].lower() in {"i", "we"} or (tokens[at - 1] == "," and tokens[at].lower() in {"my", "our"}):
            adjunct = tokens[: at - 1] if tokens[at - 1] == "," else tokens[:at]
            if adjunct and len(tokens) - at >= 2 and adjunct[-1].lower() not in _BARE_END | {"my", "which", "what"}:
                low = adjunct[0] if adjunct[0].lower() in {"i"} else adjunct[0].lower()
                low = (
                    low.capitalize()
                    if low.endswith(("day", "days")) and low not in {"today"} and low[0] in "mtwfs"
                    else low
                )
                return tokens[at:], [low, *adjunct[1:]]
    return tokens, []


def _head(tokens: list[str]) -> tuple[list[str], list[str], Form, bool] | None:
    """The subject with its verb in the third person, what follows, how the subject was given, whether it is past."""
    first = tokens[0].lower()
    joint = _joint_subject(tokens)
    if joint:
        return joint
    if first in {"i", "we"}:
        return _agreed(tokens[1:], "subject")
    if len(tokens) > 3 and [t.lower() for t in tokens[1:3]] == ["for", "me"] and first.isalpha():
        return ["the", "user", "wants"], [tokens[0], *tokens[3:]], "elided", False
    if first in {"my", "our"}:
        return (
            ["the", "user's"],
            tokens[1:],
            "possessive",
            any(t.lower() in {"was", "were", "died"} for t in tokens[2:6]),
        )
    return _elided(tokens)


def _joint_subject(tokens: list[str]) -> tuple[list[str], list[str], Form, bool] | None:
    """ "my wife and I are", "me and Dan went": a plural subject, whose verb stays as it is."""
    low = [t.lower() for t in tokens[:8]]
    for at in range(1, min(6, len(low) - 1)):
        if low[at] == "and" and low[at + 1] in {"i", "me", "myself"} and not set(low[:at]) & (_FIRST - {"my", "our"}):
            if low[0] in {"my", "our"}:
                other = ["their", *tokens[1:at]]
            elif at <= 2 and all(t[0].isupper() for t in tokens[:at]):
                other = tokens[:at]
            else:
                return None
            return ["the", "user", "and", *other], tokens[at + 2 :], "joint", False
    if low[0] in {"i", "me"} and len(low) > 3 and low[1] == "and":
        stop = 4 if low[2] in {"my", "our", "the"} else 3
        other = ["their" if low[2] in {"my", "our"} else tokens[2], *tokens[3:stop]]
        if not other[0][0].isupper() and other[0] not in {"their", "the"}:
            return None
        return ["the", "user", "and", *other], tokens[stop:], "joint", False
    return None


def _agreed(rest: list[str], form: Form) -> tuple[list[str], list[str], Form, bool] | None:
    """The user as subject of ``rest``, its first verb and those coordinated with it made to agree."""
    at = 0
    while at < len(rest) and (rest[at].lower() in verbs.ADVERBS or rest[at] == ","):
        at += 1
    if at >= len(rest):
        return None
    verb = rest[at].lower()
    marked = any(t.lower() in {"yesterday", "ago", "last", "already"} for t in rest)
    head = ["the", "user", *rest[:at]]
    if verb == "would" and _is_pluperfect(rest[at + 1 :]):
        return [*head, "had"], rest[at + 1 :], form, True
    if verb in verbs.MODALS or verb == "did":
        return [*head, verb], rest[at + 1 :], form, verb == "did"
    if verb in {"was", "were"}:
        return [*head, "was"], rest[at + 1 :], form, True
    if verb in {"got"} and at + 1 < len(rest) and rest[at + 1].lower() in {"to", "a", "an", "no", "two", "three"}:
        return [*head, "has"], rest[at + 1 :], form, False
    if verbs.is_past(verb, marked=marked):
        return [*head, verb], rest[at + 1 :], form, True
    if verb in verbs.PARTICIPLES and not verbs.is_base(verb):
        return [*head, "has", verb], rest[at + 1 :], form, True
    if verb.endswith("ing") and len(verb) > 4 and verb not in verbs.BASE_VERBS:
        return [*head, "is", verb], rest[at + 1 :], form, False
    if not verbs.could_be_verb(verb):
        return None
    open_list = verb not in {"do"}
    return [*head, verbs.third_person(verb)], _coordinated(rest[at + 1 :]) if open_list else rest[at + 1 :], form, False


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
    if not verbs.is_base(word):
        return False
    if conjunction == 0:
        return True
    if word not in verbs.ALSO_NOUNS:
        return True
    following = rest[spot + 1].lower() if spot + 1 < len(rest) else ""
    return following in {
        "a",
        "an",
        "the",
        "my",
        "it",
        "to",
        "at",
        "in",
        "on",
        "for",
        "with",
        "from",
        "about",
        "them",
        "our",
    }


def _elided(tokens: list[str]) -> tuple[list[str], list[str], Form, bool] | None:
    """A clause whose "I" was dropped: "lent it to my brother", "can't make it", "off cheese since May"."""
    at = 0
    while at < len(tokens) - 1 and tokens[at].lower() in verbs.ADVERBS:
        at += 1
    word = tokens[at].lower()
    rest = tokens[at + 1 :]
    head = ["the", "user", *(t.lower() for t in tokens[:at])]
    if word == "not" and rest and (rest[0].lower() in _ADJECTIVES or _is_ing(rest[0].lower())):
        return [*head, "is", "not"], rest, "elided", False
    finite = {"is", "are", "was", "were"} & {t.lower() for t in rest[:6]}
    if word in _ADJECTIVES or _is_ing(word) or (word in _PLACES and rest and not finite):
        return [*head, "is", word], rest, "elided", False
    if word in {"been"}:
        return [*head, "has", word], rest, "elided", True
    if word == "born":
        return [*head, "was", word], rest, "elided", True
    if word in _STATIVE or word in verbs.PAST_VERBS or word in {"can", "cannot", "will", "must", "do", "am"}:
        following = rest[0].lower() if rest else ""
        if (word in {"do", "can", "will"} and following != "not" and word != "can") or following in {"you", "i", "we"}:
            return None
        return _agreed(tokens, "elided")
    if word.endswith("ed") and verbs.is_past(word) and rest:
        return [*head, word], rest, "elided", True
    return None


def _governed(rest: list[str], at: int) -> bool:
    """Whether a verb form before "you" leaves the next verb bare: "let you know", "help you move"."""
    return at > 0 and rest[at - 1].lower() in {"let", "help", "make", "see", "watch", "hear", "have", "did", "do", "will", "can"}


def _is_ing(word: str) -> bool:
    return word.endswith("ing") and len(word) > 4 and word.isalpha() and word not in _NOT_ING


def _shifted(rest: list[str], addressee: str | None) -> list[str] | None:
    """The words after the head with every first person made "they"; None if "you" has nobody to stand for."""
    out: list[str] = []
    they = acts = False
    for at, word in enumerate(rest):
        low = word.lower()
        if low in {"you", "your", "yours", "yourself"}:
            if addressee is None or low in {"yourself"}:
                return None
            out.append(addressee if low == "you" else addressee + "'s")
            following = rest[at + 1].lower() if at + 1 < len(rest) else ""
            acts = low == "you" and (following in {"are", "have"} or (verbs.is_base(following) and not _governed(rest, at)))
        elif low in _PRONOUNS:
            out.append("themselves" if low == "me" and at and rest[at - 1].lower() == "by" else _PRONOUNS[low])
        elif acts:
            out.append(verbs.third_person(low))
            acts = False
        elif they and low in _AFTER_THEY:
            out.append(_AFTER_THEY[low])
        else:
            out.append(word)
        they = low in {"i", "we"} or (they and low in verbs.ADVERBS)
    return out
