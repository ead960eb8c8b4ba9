"""The claims of a text: each clause with its subject, verb, what follows it, and whether and how it is meant.

This is no parser of English. What it cannot make out has no subject or an odd one, and then matches nothing; it must
read a statement and its plain retelling alike, and never read a statement and its reverse alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.claims import words as w
from assistant.claims.phrases import EMPTY, NO, PREPOSITIONS, Item, Word, items_of, noun_phrase
from assistant.claims.segments import THIRD, segments, sentences, verb_at
from assistant.claims.tokens import NOBODY, OWNER, USER, Token, Voice, tokens
from assistant.claims.verbs import IS, Verb, reads_on
from assistant.distillers.small import verbs

_SUBORDINATE = frozenset("if unless when whether".split())
_RELATIVE = frozenset("who which that".split())
_STARTERS = frozenset("yes no yeah yep nope ok okay well oh hi hello hey thanks great sure please".split())
TOPIC = "*"


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody (``heads``, of ``owners``) does something; ``items`` are the members of the list after the verb.

    ``frame`` is the verb of whoever says or thinks it (``framer``), ``speaker`` whose text it is taken from.
    """

    heads: frozenset[str]
    owners: frozenset[str]
    verb: Verb
    items: tuple[Item, ...]
    frame: str = ""
    framer: frozenset[str] = frozenset()
    speaker: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    implied: bool = False

    @property
    def words(self) -> list[Word]:
        """Everything after the verb."""
        return [word for item in self.items for word in item]


@dataclass(slots=True)
class _Reading:
    """What of a sentence has been read."""

    claims: list[Claim] = field(default_factory=list)
    waiting: list[Token] = field(default_factory=list)  # read, and no verb yet
    subject: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    third: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    frame: str = ""
    framer: frozenset[str] = frozenset()
    silent: Claim | None = None  # says that somebody said something, and not what
    asked: bool = False


def claims_of(text: str, voice: Voice, *, spoken: bool = False) -> list[Claim] | None:
    """The claims of a text; None if something in it is none.

    What was ``spoken`` may leave out "I", and greet, ask and order.
    """
    found: list[Claim] = []
    whole = True
    third: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    for sentence, asked in sentences(tokens(text, voice)):
        reading = _Reading(third=third, asked=asked)
        for link, segment in segments(sentence):
            _read(reading, link, segment, voice, spoken)
        if reading.silent and not reading.claims:
            reading.claims = [reading.silent]
        third = reading.third
        whole = whole and not reading.waiting and bool(reading.claims)
        found += reading.claims
    return found if whole and found else (found if spoken else None)


def topics_of(text: str, voice: Voice, speaker: frozenset[str], days: frozenset[str]) -> list[Claim]:
    """What each sentence of a spoken text touches on, whatever it says of it; as the claims of a ``TOPIC``."""
    found = []
    for sentence, asked in sentences(tokens(text, voice)):
        denied = any(token.text in NO for token in sentence)
        verb = Verb(TOPIC, denied=denied, mood=frozenset({"asked"} if asked else ()))
        item = items_of(sentence, verb)
        found.append(Claim(speaker, frozenset(), verb, (item,), speaker=speaker, days=days))
    return found


def _read(reading: _Reading, link: str, segment: list[Token], voice: Voice, spoken: bool) -> None:
    """Take one segment into what has been read."""
    joined = link.split()
    opens = not reading.claims and not reading.waiting
    if spoken and not reading.claims:
        segment = segment[next((n for n, t in enumerate(segment) if t.text not in _STARTERS), len(segment)) :]
        if not segment:
            return
    if reading.asked and not reading.claims and segment[0].text in IS and len(segment) > 1:
        segment = [segment[1], segment[0], *segment[2:]]  # "can you bring it" as "you can bring it"
    if "having" in joined:
        segment = [Token("having"), *segment]
    at = 0 if "having" in joined else verb_at(segment)
    if at is None and spoken and opens:
        segment, at = _completed(reading, segment, voice)
    elif at is None and not opens and (joined or reading.waiting) and _bare_verb(segment):
        at = 0
    if at is None:
        _without_verb(reading, joined, segment)
    else:
        _clause(reading, joined, segment, at)


def _completed(reading: _Reading, segment: list[Token], voice: Voice) -> tuple[list[Token], int | None]:
    """What leaves out "I", or orders, with who does it or is to do it; and where the verb is then."""
    if _bare_past(segment):
        who = voice.me
    elif _is_order(segment):
        who, reading.asked = voice.you, True
    else:
        return segment, None
    names = [Token(part, pronoun=True) for part in who.casefold().split()]
    return [*names, *segment], len(names)


def _bare_verb(segment: list[Token]) -> bool:
    """Whether a segment goes on with a verb for the subject before it: "and works in Porto"."""
    first = next((t for t in segment if t.text not in w.ADVERBS and t.text not in ("not", "no", "longer")), None)
    if first is None or first.name:
        return False
    if first.text in IS:
        return True
    kind = w.finite(first.text)
    if kind is None:
        return False
    if kind == "present" and not w.is_third_person(first.text):
        return first.text not in verbs.ALSO_NOUNS or len(segment) > 1
    return True


def _bare_past(segment: list[Token]) -> bool:
    """Whether it is what people write who leave out "I": "moved to Lisbon"."""
    said = [token.text for token in segment if token.text not in w.ADVERBS]
    return len(said) > 1 and w.finite(said[0]) == "past"


def _is_order(segment: list[Token]) -> bool:
    first = segment[0].text
    return verbs.is_base(first) and len(segment) > 1 and first not in IS


def _without_verb(reading: _Reading, joined: list[str], segment: list[Token]) -> None:
    """A member of the list before, what is said beside a subject, or the beginning of what comes."""
    if not reading.claims:
        if joined and joined[-1] == "and" and reading.waiting:
            reading.waiting.append(Token("and"))
        reading.waiting += segment
        return
    last = reading.claims[-1]
    denied = any(t.text in NO for t in segment) or "but" in joined  # "not this but that", "all but this"
    item = items_of(segment, last.verb)
    if not item:
        return
    if denied:
        reading.claims.append(replace(last, verb=replace(last.verb, denied=not last.verb.denied), items=(item,)))
        return
    role = last.items[-1][-1].role if last.items and last.items[-1] and joined and joined[-1] in ("and", "or") else ""
    if role and not item[0].role:
        item = tuple(replace(word, role=word.role or role) for word in item)
    apposed = not {"and", "or", "nor"} & set(joined) and last.items and not last.items[-1][-1].name and item[0].name
    if apposed or (last.items and all(word.when for word in item)):
        changed = (*last.items[:-1], last.items[-1] + item)
    else:
        changed = (*last.items, item)
    reading.claims[-1] = replace(last, items=changed)


def _clause(reading: _Reading, joined: list[str], segment: list[Token], at: int) -> None:
    before = [*reading.waiting, *segment[:at]]
    excepted = "but" in joined and bool(reading.waiting)  # "everyone but me"
    reading.waiting = []
    if "that" in joined and before and reading.claims and not reading.frame:
        reading.frame, reading.framer = _frame_of(reading.claims[-1]), reading.claims[-1].heads
    subject, beside = _subject(reading, joined, before)
    verb, rest_at = reads_on(segment, at)
    conditional = bool(_SUBORDINATE & set(joined))
    if reading.asked:  # "can you" and "will you" ask the same
        verb = replace(verb, mood=verb.mood - {"can", "plan", "would"} | {"asked"}, past=None)
    if excepted or "nor" in joined or {t.text for t in before} & {"neither", "nor", "nobody", "none", "no", "not"}:
        verb = replace(verb, denied=not verb.denied)
    if conditional:
        verb = replace(verb, mood=verb.mood | {"if"})
    rest = segment[rest_at:]
    heads, owners = subject
    if heads and USER not in heads and "it" not in heads:
        reading.third = subject
    reading.subject = subject
    if verb.name in (w.SAYING, w.THINKING, w.ASKING) and _frames(reading, verb, subject, beside, rest):
        return
    items = [*items_of(beside, verb), *items_of(rest, verb)]
    if not items and reading.claims and {t.text for t in rest} & {"it", "them"}:
        items = [*reading.claims[-1].words]  # as near as it can be known what that is
    if any(t.text in ("no", "none", "nothing", "nobody", "neither") for t in rest):
        verb = replace(verb, denied=not verb.denied)
    claim = _nominal(Claim(heads, owners, verb, _listed(tuple(items)), reading.frame, reading.framer))
    reading.claims.append(claim)


def _frame_of(claim: Claim) -> str:
    """What somebody does who doubts, hopes or is glad that something is so."""
    told = [claim.verb.name, *(word.text for word in claim.words), *sorted(claim.verb.mood)]
    return " ".join(["not", *told] if claim.verb.denied else told)


def _frames(
    reading: _Reading,
    verb: Verb,
    subject: tuple[frozenset[str], frozenset[str]],
    beside: list[Token],
    rest: list[Token],
) -> bool:
    """Whether the clause only says who says or thinks what comes next, or came before."""
    frame = f"not {verb.name}" if verb.denied else verb.name
    told = rest
    while told and told[0].text in (USER, OWNER, ":", NOBODY) and not verb_at(rest):
        told = told[1:]
    if verb.name == w.ASKING and "to" in [t.text for t in rest[1:3]] and rest[0].text != "to":
        to = next(n for n, t in enumerate(rest) if t.text == "to")
        _asked_to(reading, frame, subject, rest[:to], rest[to + 1 :])
        return True
    if not told and reading.claims:
        reading.claims = [replace(c, frame=frame, framer=subject[0]) for c in reading.claims]
        return True
    inner = verb_at(rest)
    if inner is None and told and not [t for t in told if t.text not in EMPTY]:
        told = []
    if inner is None and told:
        return False
    if not told:
        reading.silent = Claim(*subject, verb, _listed(items_of(beside, verb)))
    reading.frame, reading.framer = frame, subject[0]
    if verb.name == w.ASKING:
        reading.asked = True
    if inner is not None:
        _clause(reading, [], _addressee_off(rest), verb_at(_addressee_off(rest)) or inner)
    return True


def _addressee_off(rest: list[Token]) -> list[Token]:
    """What somebody is told, without who is told it: "told you [you love opera]"."""
    if len(rest) > 2 and rest[0].text in (USER, NOBODY) and verb_at(rest[1:]) is not None:
        return rest[1:]
    return rest


def _asked_to(
    reading: _Reading, frame: str, subject: tuple[frozenset[str], frozenset[str]], who: list[Token], what: list[Token]
) -> None:
    verb, at = reads_on(what, 0)
    items = _listed(items_of(what[at:], verb))
    verb = replace(verb, mood=verb.mood | {"asked"}, past=None)
    heads, owners = noun_phrase(who)
    reading.claims.append(Claim(heads, owners, verb, items, frame, subject[0]))


def _subject(
    reading: _Reading, joined: list[str], before: list[Token]
) -> tuple[tuple[frozenset[str], frozenset[str]], list[Token]]:
    """Who it is, and what stands before the verb without being the subject."""
    if _RELATIVE & set(joined) and not before and reading.claims and reading.claims[-1].words:
        named = [word for word in reading.claims[-1].words if word.name] or reading.claims[-1].words[-1:]
        return (frozenset(word.text for word in named), frozenset()), []
    plain = [t for t in before if t.text not in w.ADVERBS and t.text not in ("maybe", "perhaps", "probably")]
    if not plain:
        return reading.subject, []
    last = plain[-1]
    if last.text in THIRD:
        return reading.third, plain[:-1]
    if last.text in (USER, "it", "we", "there") and not (len(plain) > 1 and plain[-2].text == "and"):
        return (frozenset([last.text]), frozenset()), plain[:-1]
    adjunct = 0
    if plain[0].text in PREPOSITIONS:
        adjunct = next((n for n, t in enumerate(plain) if t.name or t.text == OWNER), 0)
    return noun_phrase(plain[adjunct:]), plain[:adjunct]


def _listed(item: Item) -> tuple[Item, ...]:
    return (item,) if item else ()


def _nominal(claim: Claim) -> Claim:
    """Read "Your home is in Porto" as "you live in Porto"."""
    if claim.verb.name == "be" and claim.owners == {USER} and len(claim.heads) == 1:
        [noun] = claim.heads
        if noun in ("live", "work", "drive"):
            return replace(claim, heads=frozenset([USER]), owners=frozenset(), verb=replace(claim.verb, name=noun))
    return claim
