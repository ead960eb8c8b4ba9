"""What a text that is known says: its claims, and those that follow from how they are put."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.claims.phrases import Word
from assistant.claims.reading import Claim, claims_of, topics_of
from assistant.claims.tokens import OWNER, USER, Voice, heads_of
from assistant.claims.verbs import Verb

_IS = ("be", "call")


def known(text: str, *, speaker: str = "", to: str = USER, days: str = "", ended: bool = False) -> list[Claim]:
    """The claims of a text that ``speaker`` said to ``to`` on ``days``; without a speaker it is believed.

    What has ``ended`` was so, and is so no more.
    """
    voice = Voice(me=speaker, you=to) if speaker else Voice()
    found = claims_of(text, voice, spoken=bool(speaker)) or []
    said = frozenset(re.findall(r"\w+", days.casefold()))
    told = [replace(claim, speaker=heads_of(speaker) if speaker else frozenset(), days=said) for claim in found]
    told = [replace(c, verb=replace(c.verb, past=True, over=True)) if ended and not c.verb.denied else c for c in told]
    topics = topics_of(text, voice, heads_of(speaker), said) if speaker else []
    return [*told, *(one for claim in told for one in _following_from(claim)), *topics]


def _following_from(claim: Claim) -> Iterator[Claim]:
    """Read "The user's brother is called Tom" as "the user has a brother Tom", and the other way round."""
    if claim.verb.mood or claim.frame:
        return
    if claim.owners and claim.heads:
        named = claim.verb.name in _IS and not claim.verb.denied and all(word.name for word in claim.words)
        told = claim.words if named else []
        words = (*(Word(head) for head in sorted(claim.heads)), *told)
        yield replace(claim, heads=claim.owners, owners=frozenset(), verb=Verb("have"), items=(words,), implied=True)
    if claim.verb.name in _IS and not claim.verb.denied and claim.words and all(w.name for w in claim.words):
        heads = frozenset(word.text for word in claim.words)
        whose = [Word(owner, OWNER) for owner in sorted(claim.owners)]
        words = (*whose, *(Word(head) for head in sorted(claim.heads - {USER})))
        yield replace(claim, heads=heads, owners=frozenset(), items=(words,), implied=True)
    if claim.verb.name == "have" and not claim.verb.denied and USER in claim.heads:
        for noun, names in _apposed(claim.words):
            owned = replace(claim, heads=frozenset([noun.text]), owners=claim.heads, implied=True)
            yield replace(owned, verb=Verb("be"), items=(tuple(names),))


def _apposed(words: Iterable[Word]) -> Iterator[tuple[Word, list[Word]]]:
    """Each noun with the names that follow it."""
    noun: Word | None = None
    names: list[Word] = []
    for word in words:
        if word.name and word.role == (noun.role if noun else ""):
            names.append(word)
            continue
        if noun and names:
            yield noun, names
        noun, names = word, []
    if noun and names:
        yield noun, names
