"""Answers that lean on their question: "do you run?" - "every morning" says that the user runs every morning.

The question is turned into the user's own first-person statement, so that the one rewriter serves here too.
"""

from __future__ import annotations

import re

from assistant.distillers.small import verbs, words

_YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|ya|yea|aye|yh|sure|indeed|correct|right|exactly|of course|absolutely|"
    r"definitely|always|i do|i am|i have|still|sure do|sure am|mhm|uh huh|true|guilty|affirmative|"
    r"ye|👍)\b[\s,.!]*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:no|nope|nah|never|not really|not yet|not anymore|i don['’]?t|i['’]?m not|i haven['’]?t|"
    r"god no|hell no|no way|negative|not at all|neither)\b[\s,.!]*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:^|[.!,;]\s*|\b(?:so|and|but|hey|wait|ok|btw|also|mate)\s+)(?P<aux>do|are|have|did|were|"
    r"will|is|was|can) (?P<who>you|u|ya|your)\s+(?P<rest>[^.?!]{2,90})\?",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"(?:^|[.!,;]\s*|\b(?:so|bro|hey|mate)\s+)(?:you|u)?\s*(?P<rest>(?:still|ever|always|not|"
    r"going|doing|coming|working|living|got)\b[^.?!]{2,80})\?",
    re.IGNORECASE,
)
_WH = re.compile(
    r"\b(?P<wh>where|what|when|who|how old|how long|how often|how many|which|what time)['’]?s?\s+(?P<aux>do|"
    r"are|have|did|will|is|was)?\s*(?P<who>you|u|your)\b\s*(?P<rest>[^.?!]{0,80})\?",
    re.IGNORECASE,
)


_ASKING = re.compile(
    r"^(?:so |and |but |hey |ok |btw |bro |mate |wait )*(?:do|are|have|did|were|will|can|is|"
    r"was|what|where|when|who|which|how|u|you still|still|you)\b",
    re.IGNORECASE,
)


def question_in(text: str) -> str | None:
    """The last sentence of ``text`` that asks something, with its question mark, which chats leave out; or None."""
    tail = text[-400:].strip()
    if "?" in tail:
        start = max(tail.rfind(mark, 0, tail.rfind("?")) for mark in ".!?\n") + 1
        return tail[start : tail.rfind("?") + 1].strip()
    last = re.split(r"[.!\n]\s*", tail.rstrip(".! "))[-1].strip()
    return last + "?" if _ASKING.match(last) and len(last.split()) <= 16 else None


_OFFERS = (
    "want to ", "wanna ", "mind ", "fancy ", "think ", "know ", "remember ", "ok", "sure", "kidding", "serious",
    "there", "here", "free", "coming",
)  # fmt: skip
_OPENS_HABIT = frozenset(
    "every twice once most only on at since for in mondays usually three daily weekly sometimes always".split()
)
_OPENS_PLACE = frozenset({"in", "at", "near", "on", "from", "to", "outside"})
_NOT_ELLIPTICAL = ("i ", "i'", "im ", "my ", "no", "yes", "yeah", "we ")


def confirmed(question: str, answer: str) -> str | None:
    """A yes or no to a question about the user, as a first-person statement ("I do not eat meat")."""
    yes, no = _YES.match(answer), _NO.match(answer)
    if not yes and not no:
        return None
    match = _QUESTION.search(question)
    if match is None:
        return _still(question, negated=not yes)
    aux, rest = match["aux"].lower(), _turned(match["rest"])
    if rest.startswith(_OFFERS):
        return None
    return _stated(aux, match["who"].lower(), rest, negated=not yes)


def _still(question: str, *, negated: bool) -> str | None:
    """Questions that drop their verb: "you still on the stroke unit?", "still at arsenal?"."""
    match = _STILL.search(question)
    if match is None:
        return None
    rest = _turned(match["rest"])
    rest = re.sub(r"^(?:still|ever|always)\s+", "", rest) if negated else rest
    after = re.sub(r"^(?:still|always|not|ever)\s+", "", rest).split()
    if not after:
        return None
    verbal = verbs.is_base(after[0].lower()) or after[0].lower() == "got"
    if after[0].lower() == "got":
        return f"I do not have {' '.join(after[1:])}" if negated else f"I have {' '.join(after[1:])}"
    if verbal:
        return f"I no longer {rest}" if negated else f"I {rest}"
    return f"I am no longer {rest}" if negated else f"I am {rest}"


def completed(question: str, answer: str) -> str | None:
    """An elliptical answer joined to its question ("every morning" after "do you run?"), in the first person."""
    plain = " ".join(answer.split()).strip(" .!")
    if not plain or len(plain.split()) > 12 or "?" in answer:
        return None
    lasting = _lasting(question, plain)
    if lasting:
        return lasting
    match = _WH.search(question)
    if match:
        return _filled(match, plain)
    match = _QUESTION.search(question)
    if match is None or match["who"].lower() == "your":
        return None
    body = _YES.sub("", plain) if _YES.match(plain) else plain
    first = body.split()[0].lower() if body.split() else ""
    habitual = match["aux"].lower() == "do" and first in _OPENS_HABIT
    return f"I {_turned(match['rest'])} {body}" if habitual else None


def _filled(match: re.Match[str], answer: str) -> str | None:
    """A question that asks where, what or when, with its answer put in the gap."""
    wh, aux, rest = match["wh"].lower(), (match["aux"] or "").lower(), _turned(match["rest"]).strip()
    first = answer.split(maxsplit=1)[0]
    if match["who"].lower() == "your":
        return f"my {rest} {aux or 'is'} {answer}" if aux in {"is", "was", ""} and rest else None
    if wh == "how old":
        return f"I am {answer} years old" if first.isdigit() else None
    if answer.lower().startswith(_NOT_ELLIPTICAL) or not rest:
        return None
    if aux == "do" and rest in {"do", "do for work", "do for a living"}:
        article = "a " if first.islower() and first not in {"a", "an", "the"} else ""
        return f"I am {article}{answer}"
    if wh == "where":
        return _stated(aux or "do", "you", f"{rest} {_towards(rest, first)}{answer}", negated=False)
    return _stated(aux or "are", "you", f"{rest} {answer}", negated=False)


def _towards(rest: str, first: str) -> str:
    """The preposition a bare place needs behind a question's verb: "living" "in ", "going" "to "."""
    if first.lower() in _OPENS_PLACE or rest.endswith("from"):
        return ""
    return "to " if rest.startswith(("going", "go", "off", "moving", "flying")) else "in "


_MEASURED = re.compile(
    r"\bhow (?:(?P<long>long)|many (?P<many>\w+)) (?P<aux>have|are|do) (?:you|u|ya) (?P<rest>[^.?!]{2,60})\?",
    re.IGNORECASE,
)


def _lasting(question: str, answer: str) -> str | None:
    """A measure belongs behind what it measures: "How many years have you been on nights?" - "Eleven"."""
    match = _MEASURED.search(question)
    if match is None or len(answer.split()) > 4:
        return None
    unit, aux, rest = (match["many"] or "").lower(), match["aux"].lower(), _turned(match["rest"]).strip()
    count = answer if match["long"] or answer.lower().endswith(unit) else f"{answer} {unit}"
    if aux == "have":
        timed = match["long"] or unit in {"years", "months", "weeks", "days"}
        return f"I have {rest} for {count}" if timed else None
    return f"I am {rest} {count}" if aux == "are" else f"I {rest} {count}"


_SWAP = {
    "you": "me", "u": "me", "your": "my", "ur": "my", "yours": "mine", "yourself": "myself", "i": "you", "my": "your",
    "me": "you",
}  # fmt: skip


def _turned(rest: str) -> str:
    """Second person to first: "your kids" becomes "my kids"."""
    return words.join([_SWAP.get(word.lower(), word) for word in words.split(rest)])


def _stated(aux: str, who: str, rest: str, *, negated: bool) -> str | None:
    """A question's auxiliary and rest as a statement of the one who was asked."""
    tokens = rest.split()
    no = " not" if negated else ""
    if not tokens:
        return None
    if who == "your":
        plausible = aux in {"is", "are", "was"} and len(tokens) > 1
        return f"my {tokens[0]} {aux}{no} {' '.join(tokens[1:])}" if plausible else None
    if aux == "do":
        return f"I do not {rest}" if negated else f"I {rest}"
    if aux == "did":
        return f"I did not {rest}" if negated else f"I {_past(tokens[0])} {' '.join(tokens[1:])}"
    verb = {"are": "am", "were": "was", "is": "am"}.get(aux, aux)
    rest = re.sub(r"^(?:still|ever)\s+" if negated else r"^ever\s+", "", rest)
    return f"I {verb}{no} {rest}"


_PAST_OF = {
    "go": "went", "get": "got", "have": "had", "make": "made", "take": "took", "see": "saw", "buy": "bought",
    "eat": "ate", "find": "found", "leave": "left", "pay": "paid", "run": "ran", "sleep": "slept", "tell": "told",
    "think": "thought", "win": "won", "write": "wrote", "do": "did", "give": "gave", "grow": "grew", "quit": "quit",
    "sell": "sold", "send": "sent", "speak": "spoke", "bring": "brought", "come": "came", "drink": "drank",
    "drive": "drove", "meet": "met", "lose": "lost", "read": "read", "swim": "swam", "study": "studied",
}  # fmt: skip


def _past(verb: str) -> str:
    low = verb.lower()
    if low in _PAST_OF:
        return _PAST_OF[low]
    if verbs.is_past(low):
        return low
    return low + ("d" if low.endswith("e") else "ed")
