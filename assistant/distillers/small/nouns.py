"""What "my ..." gives away: "for my 6 year old" says that there is a child, "my gas oven" that there is an oven."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.distillers.small import kinds, verbs

_MY = re.compile(r"\b(?:my|our)\s+(?P<np>(?:[\w'’&/-]+,?\s*){1,7})", re.IGNORECASE)
_BARE = re.compile(
    r"(?:^|\b(?:with|w|and|to|from|at|for|because|cos|but|so|tell|told|ask|asked|then|when|if|,)\s+)"
    r"(?P<np>mum|mom|mam|dad|wife|hubby|husband|missus|gran|granny|grandma|grandpa|grandad|nan|"
    r"nana|sis|bro|bf|gf|the kids|the missus|the wife"
    r"|the baby|the bub|the twins|the boys|the girls|the dog|the cat|the hubby|the husband)(?=['’]s\b|"
    r"\s|[,.!?]|$)",
    re.IGNORECASE,
)
_STOP = frozenset(
    "is are was were has have had will would can could should may might must do does did and "
    "or but so if because that "
    "which who whom whose when where while as than then to in on at for with from by of off "
    "into onto over under about "
    "after before since until till just now today tomorrow tonight yesterday again always never "
    "still also it he she "
    "they you we i im i'm not isn't doesn't said says wants want needs need got gets keeps "
    "thinks told asked it's "
    "there here too either well please pls lol for's through without around up out down back "
    "this these those the a an "
    "every each last next me him her them us any all both only really very goes went like likes "
    "lives works".split()
)
_NOT_HAD = frozenset(
    "god life fault bad turn word way time mind head eyes opinion point name question thing "
    "day days week morning night "
    "evening birthday best worst favourite favorite own ass arse face heart hand hands back "
    "side end bit part place "
    "case view advice idea first second third last plan plans problem issue guess pleasure "
    "love dear goodness english "
    "message email text number address age weight height experience understanding knowledge "
    "order offer answer reply "
    "lord self stuff things shift turn lunch dinner breakfast tea coffee goal goals budget "
    "situation head mood luck "
    "vibe bed bedtime sleep hair skin body feet foot leg legs arm arms mouth nose throat stomach "
    "brain soul memory "
    "future past youth childhood own days weekend summer holiday holidays trip".split()
)
_AGED = re.compile(
    r"(?P<age>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s-]?(?:yo|"
    r"y/o|yr[s]?[\s-]old|year[s]?[\s-]olds?|month[s]?[\s-]old)\b(?:\s+(?P<who>\w+))?",
    re.IGNORECASE,
)
_RELATIONS = {
    "mum": "mother", "mom": "mother", "mam": "mother", "mummy": "mother", "dad": "father", "daddy": "father",
    "hubby": "husband", "gf": "girlfriend", "bf": "boyfriend", "sis": "sister", "bro": "brother", "nan": "grandmother",
    "nana": "grandmother", "gran": "grandmother", "granny": "grandmother", "grandma": "grandmother",
    "grandpa": "grandfather", "granddad": "grandfather", "auntie": "aunt", "aunty": "aunt", "kid": "child",
    "kids": "children", "bub": "baby", "missus": "wife",
}  # fmt: skip
_PLURAL = frozenset(
    "parents kids children twins boys girls sons daughters brothers sisters grandkids grandchildren "
    "in-laws siblings cousins".split()
)


@dataclass(frozen=True, slots=True)
class Having:
    """``text`` says that the user has what ``start:end`` of the clause names."""

    text: str
    start: int
    end: int
    relative: bool


def havings(clause: str) -> list[Having]:
    """One statement for each thing or person the clause calls the user's own, without repeats."""
    out: list[Having] = []
    for match in _MY.finditer(clause):
        words = _noun_phrase(match["np"])
        if not words:
            continue
        phrase = " ".join(words)
        end = match.start("np") + len(phrase)
        text, relative = _statement(words)
        if text and all(text != other.text for other in out):
            out.append(Having(text, match.start(), max(end, match.start("np") + 1), relative))
    return out + [having for having in _bare(clause) if all(having.text != other.text for other in out)]


def _bare(clause: str) -> list[Having]:
    """Relatives named without "my", as one does at home: "wife says no"."""
    out = []
    for match in _BARE.finditer(clause):
        words = match["np"].lower().removeprefix("the ").split()
        text, _ = _statement(words)
        out.append(Having(text, match.start("np"), match.end("np"), relative=True))
    return out


def _noun_phrase(raw: str) -> list[str]:
    """The words of a noun phrase, cut at its first verb, preposition, comma or possessive."""
    words: list[str] = []
    for word in raw.split():
        bare = word.rstrip(",")
        low = bare.lower().replace("’", "'")
        owned = low.endswith("'s")
        low = low[:-2] if owned else low
        if low in _STOP or not low or (words and (verbs.is_past(low) or low in verbs.MODALS or low in verbs.ADVERBS)):
            break
        if words and words[0].lower() in kinds_of_people() and not bare[0].isupper() and not bare[0].isdigit():
            break
        words.append(bare[:-2] if owned else bare)
        if owned or word.endswith(",") or len(words) == 5:
            break
    return words


def kinds_of_people() -> frozenset[str]:
    """Words for relatives and friends, as one speaks of them."""
    return _PEOPLE


_PEOPLE = frozenset(
    "mum mom mam mummy mother dad daddy father brother sister son daughter kid child baby bub "
    "wife husband partner "
    "girlfriend boyfriend fiance fiancé fiancee fiancée gran granny grandma grandmother grandpa "
    "granddad grandfather "
    "nan nana aunt auntie aunty uncle cousin niece nephew flatmate housemate roommate boss "
    "manager landlord landlady "
    "neighbour neighbor friend mate colleague coworker ex hubby gf bf sis bro missus parents "
    "kids children twins boys "
    "girls sons daughters brothers sisters grandson granddaughter grandkids grandchildren in-laws "
    "mother-in-law "
    "father-in-law sister-in-law brother-in-law stepdad stepmum stepson stepdaughter godson "
    "goddaughter dog cat puppy "
    "kitten therapist dentist tutor teacher coach supervisor apprentice assistant carer nanny "
    "lodger tenant".split()
)


def _statement(words: list[str]) -> tuple[str, bool]:
    aged = _AGED.match(" ".join(words))
    if aged:
        who = (aged["who"] or "child").lower()
        who = who if who in _PEOPLE else "child"
        return f"The user has a {aged['age']}-year-old {_RELATIONS.get(who, who)}.", True
    head = words[0].lower()
    if head in _PEOPLE:
        role = _RELATIONS.get(head, head)
        names = [word for word in words[1:3] if word[0].isupper()]
        called = f" named {' '.join(names)}" if names else ""
        return f"The user has {_article(role)}{role}{called}.", True
    last = words[-1].lower()
    if last in _PEOPLE:
        role = " ".join([*words[:-1], _RELATIONS.get(last, last)])
        return f"The user has {_article(role, last)}{role}.", True
    if last in _NOT_HAD or head in _NOT_HAD or last.endswith("ing"):
        return "", False
    phrase = " ".join(words)
    return f"The user has {_article(phrase, last)}{phrase}.", bool(kinds.RELATIVE.search(phrase))


def _article(phrase: str, last: str | None = None) -> str:
    last = last or phrase.rsplit(maxsplit=1)[-1].lower()
    if last in _PLURAL or (last.endswith("s") and not last.endswith(("ss", "us", "is", "boss"))) or phrase[0].isdigit():
        return ""
    return (
        "an " if phrase[0].lower() in "aeiou" and not phrase.lower().startswith(("uni", "use", "eu", "one")) else "a "
    )
