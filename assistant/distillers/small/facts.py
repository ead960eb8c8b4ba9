"""Facts that have a shape of their own: ages, roles, names under a letter, a name called out by someone else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.distillers.small import kinds


@dataclass(frozen=True, slots=True)
class Found:
    """``text`` read from ``start:end`` of the message."""

    text: str
    start: int
    end: int


_AGE = re.compile(
    r"\b(?:i['’]?m|i am|im|me,?|as an?|i turned|i just turned|i['’]?m turning|age)\s*(?:only "
    r"|nearly |almost |a )?(?P<age>1[0-9]|[2-9]\d)\b(?:\s?(?:yo|y/o|years? old|yrs? old|f|m)\b|"
    r"(?=\s*(?:[,.;!?)]|and\b|but\b|now\b|$)))"
    r"|(?<![\w$£€-])(?P<age2>1[0-9]|[2-9]\d)\s?(?:yo|y/o|[FMfm](?=\W|$))(?!\s+(?:son|daughter|"
    r"kid|child|boy|girl|mum|mom|dad))",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:as|being|i['’]?m|i am|im) (?P<role>an? (?!bit|lot|little|few|fan|mess|huge|big|hundred|"
    r"million|kid\b)(?:[\w-]+ ){0,3}?[\w-]+(?:er|or|ist|ian|nurse|teacher|student|chef|cook|"
    r"pilot|clerk|parent|mother|father|mum|mom|dad|vegan|vegetarian|muslim|catholic|christian|"
    r"jew|hindu|atheist|widow|widower|carer|freelancer|diabetic|veteran|coeliac|celiac|beginner|"
    r"postdoc|intern|apprentice|medic|paramedic|vet|guide|dev|engineer|farmer|adult|introvert|"
    r"extrovert|lesbian|nomad|expat|immigrant|refugee|pensioner|virgo|leo|pisces))\b(?!['’]s)",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:^|[\n.!,]\s*|\s)(?i:(?:kind |best |warm |many |with )*(?:regards|wishes|best|thanks|thank you|cheers"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely|love|respectfully|cordially|tx|ta|bw)"
    r"(?: again| in advance)?)[,.!]?\s*(?:\n\s*)?[-–—]?\s*"
    r"(?P<name>(?:Dr |Mr |Mrs |Ms |Rev\.? |Prof\.? )?[A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,2})"
    r"(?=\s*(?:$|\n|[,(]| x+\b))",
)
_LAST_WORD = re.compile(
    r"(?:[.!?,]\s+|\n\s*)[-–—]?\s*(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’-]{1,14}(?: [A-ZÀ-Þ][\w'’-]{1,20})?)(?: "
    r"x+)?\s*$"
)
_SELF_NAME = re.compile(
    r"\b(?:my name(?:['’]s| is)|i['’]?m called|call me|this is|it['’]?s|i am|i['’]?m)\s+(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’-]"
    r"+(?: [A-ZÀ-Þ][a-zà-ÿ'’-]+){0,2})(?=\s*(?:$|[,.!]| here\b| from\b| speaking\b| and i\b))"
)
_CALLED = re.compile(
    r"^(?:hi|hey|hello|dear|morning|good morning|good afternoon|thanks|thank you|well done|happy "
    r"birthday|congrats|congratulations|cheers|welcome)[,!]?\s+(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’-]{2,})\s*(?:[,!.:–—-]"
    r"|$)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:hi|hello|dear|good (?:morning|afternoon|evening)|hey)\b", re.IGNORECASE)
_NOT_NAMES = frozenset(
    "all everyone team there guys folks both love mate dude sir madam again everybody so hello "
    "hi thanks sorry just not "
    "in at on the a an my your from here going mum mom dad auntie uncle nan grandma bro sis "
    "babe darling honey sweetie "
    "friend friends i mother father english french german spanish muslim jewish catholic christian "
    "british american "
    "monday tuesday wednesday thursday friday saturday sunday christmas january february march "
    "april may june july "
    "august september october november december god lord best regards happy good great ok okay "
    "yes no lol tomorrow".split()
)


def ages(text: str) -> list[Found]:
    """The user's own age where it is said outright."""
    return [
        Found(f"The user is {match['age'] or match['age2']} years old.", match.start(), match.end())
        for match in _AGE.finditer(text)
    ]


def roles(text: str) -> list[Found]:
    """What the user is: "as a nurse", "I'm a single parent"."""
    return [Found(f"The user is {' '.join(m['role'].split())}.", m.start(), m.end()) for m in _ROLE.finditer(text)]


def own_names(text: str) -> list[Found]:
    """The user's name where the user signs or gives it; a last word alone counts under a letter's greeting."""
    found = [m for pattern in (_SIGN_OFF, _SELF_NAME) for m in pattern.finditer(text)]
    last = _LAST_WORD.search(text[-60:]) if _LETTER.match(text) and not found else None
    if last and last["name"].lower() not in _NOT_NAMES:
        start = max(0, len(text) - 60) + last.start("name")
        return [Found(f"The user's name is {last['name']}.", start, start + len(last["name"]))]
    return [
        Found(f"The user's name is {m['name'].strip(' .')}.", m.start("name"), m.end("name"))
        for m in found
        if m["name"].lower().rstrip(".") not in _NOT_NAMES and m["name"].split()[0].lower() not in _NOT_NAMES
    ]


def called(text: str) -> Found | None:
    """The name by which somebody else addresses the user at the start of a message."""
    match = _CALLED.match(text)
    if match is None or not match["name"][0].isupper() or match["name"].lower() in _NOT_NAMES:
        return None
    if kinds.RELATIVE.fullmatch(match["name"]):
        return None
    return Found(f"The user's name is {match['name']}.", match.start("name"), match.end("name"))


_ROLE_LINE = re.compile(
    r"^(?:retired |former |freelance |part-time |senior |junior |head |lead |trainee |self-employed "
    r"|independent |amateur |volunteer |proud )*(?:[\w-]+ ){0,3}?(?:[\w-]+(?:er|or|ist|ian|nurse|"
    r"student|chef|pilot|clerk|parent|mum|mom|dad|sysadmin|vet|dev|postdoc|medic|guide))\b",
    re.IGNORECASE,
)


def is_role(text: str) -> bool:
    """Whether a line of a profile names what somebody is ("Retired botany lecturer, Aberystwyth")."""
    return bool(_ROLE_LINE.match(text)) and not re.match(
        r"(?:edit|view|filter|number|your|my|other|over|under|newsletter|follower|order|offer|ever|never)\b",
        text,
        re.IGNORECASE,
    )


def with_article(role: str) -> str:
    """A role with its article: "Retired lecturer" as "a retired lecturer"."""
    low = role[0].lower() + role[1:] if role[1:2].islower() else role
    return ("an " if low[0].lower() in "aeio" else "a ") + low
