"""Whether what the user says in a conversation ends what an answer cited.

Two propositions are compared by what they are read as (``assistant.answering.attributes``): whom they are about, which
attribute they give and with which value. The surprising decision: nearness in meaning has no say here. "My sister moved
to Lisbon" is as near to "The user lives in Porto" as "I moved to Lisbon" is, and the first must end nothing. What
cannot be read so ends nothing either; where only the wish to replace is in doubt, the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from assistant.answering.attributes import Claim, Reading, readings, stems, undated
from assistant.answering.vocabulary import stem

Bearing = Literal["ends", "asks", "keeps"]
Cue = Literal["contrary", "changed", "none"]

_LONG_AGO = re.compile(r"\b(?:19|20)\d\d\b|\byears? ago\b|\bdecades?\b")

# what is neither sure, nor so, nor so now
_HEDGED = re.compile(
    r"\b(?:if|suppose|supposing|imagine|assuming|unless|would|might|could|should|maybe|perhaps|possibly|probably"
    r"|not (?:so |quite |really |very )?(?:sure|certain)|unsure|think|thought|guess|believe|feel like|felt like"
    r"|hop(?:e|ing)|wish|want|plan(?:ning|s)?|going to|gonna|will|dream\w*|jok\w+|kidding|almost|nearly"
    r"|pretend\w*|wonder|by mistake|by accident|for a (?:day|night|while|week|weekend)"
    r"|(?<!in )(?<!since )(?<!last )may(?= [a-z]))\b|['’]d\b|['’]ll\b",
)
_FORMER = re.compile(r"\b(?:used to|formerly|previously|once|before)\b")
_ADDED = re.compile(
    r"\b(?:also|too|as well|another|besides|not (?:only|just|always|often|usually|every\w*|all|much|quite|exactly"
    r"|merely|simply)|both|second|part[- ]time|at (?:the )?weekends?|during the \w+"
    r"|in (?:the )?(?:summer|winter|holidays)|on \w+days?)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:no longer|any ?more|now|nowadays|these days|instead|switched|changed|became)\b"
    r"|^(?:has |have )?(?:(?:just|already|\w+ly) )*moved\b",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(r"(?:, (?:and )?not|\binstead of|\brather than) (?P<what>[^,.;!]+)", re.IGNORECASE)

# of which one is left for another
_TOLD_BY_CHANGE = frozenset(("residence", "workplace", "job", "vehicle", "marriage"))
_ALL_LEFT = frozenset(("residence", "workplace", "job"))
_SINGLE = _TOLD_BY_CHANGE | {"origin", "name", "relation"}
_NUMBERS = re.compile(r"\d+")
_OWNING = frozenset(("has", "have", "own", "owns", "drives", "drive", "keeps", "keep", "rents", "rent", "uses", "use"))

_PARTED = re.compile(
    r"^(?:has |have )?(?:just |finally |recently )?"
    r"(?:(?P<sure>sold|scrapped|got rid of|gave(?= .+ away)|given(?= .+ away)|gave away|given away)"
    r"|(?P<unsure>lost|left|returned|gave|replaced)|(?P<stopped>stopped|quit|gave up|given up|resigned from))"
    r" (?P<what>.+)$"
)
_GONE = re.compile(
    r"^(?:has |have )?(?:(?P<sure>died|passed away|was put down)|ran away|was (?:stolen|sold|lost))\b ?(?P<when>.*)$"
)
_JOB = frozenset(stem(word) for word in ("job", "position", "post"))


def bearing(old: str, new: str, said: str, *, contrary: bool, judged: bool = False) -> Bearing:
    """What ``new``, drawn from what the user ``said``, does to ``old``, a proposition that an answer cited.

    ``contrary`` is whether they began by saying that the answer is wrong; ``judged`` whether the judge of pairs sees
    a contradiction, which alone ends nothing.
    """
    before, after = Claim.of(old), Claim.of(new)
    if before is None or after is None or _is_no_change(said, after):
        return "keeps"
    if after.denied or before.denied:
        return _denied(before, after)
    if parted := _parted(before, after):
        return parted
    cue = _cue(before, after, said, contrary=contrary, judged=judged)
    outcomes = [_compared(one, two, cue) for one in readings(before) for two in readings(after)]
    if "keeps" in outcomes:  # they agree in something: it is the same told with more or less of it
        return "keeps"
    return "ends" if "ends" in outcomes else "asks" if "asks" in outcomes else "keeps"


def ends_several(new: str) -> bool:
    """Whether a claim may end more than one proposition: not one of two cats, of which only one was sold."""
    claim = Claim.of(new)
    return claim is not None and (claim.denied or any(r.attribute in _ALL_LEFT for r in readings(claim)))


def _is_no_change(said: str, new: Claim) -> bool:
    """Whether it is said to be so besides, perhaps, in some case only, or formerly."""
    return bool(_ADDED.search(said) or _HEDGED.search(said.casefold()) or _FORMER.search(new.rest))


def reservations(said: str) -> frozenset[str]:
    """The words of a sentence, in small letters, by which it is no plain statement of how things are now."""
    low = said.casefold()
    return frozenset(found[0].strip() for one in (_HEDGED, _FORMER) for found in one.finditer(low))


def _compared(old: Reading, new: Reading, cue: Cue) -> Bearing | None:
    """What one reading does to another; None where the two are of different things."""
    if (old.subject, old.attribute) != (new.subject, new.attribute):
        return None
    a, b = stems(old.value), stems(new.value)
    return "keeps" if not a or not b or a <= b or b <= a else _otherwise(old, new, cue, alike=bool(a & b))


def _otherwise(old: Reading, new: Reading, cue: Cue, *, alike: bool) -> Bearing:
    """What one value does to another of the same attribute, of which neither contains the other."""
    if old.is_named != new.is_named:
        return "keeps" if cue == "none" else "asks"
    single = old.attribute in _SINGLE
    if alike and not _is_figure(old, new):
        return "asks" if single or cue == "contrary" else "keeps"
    if cue == "contrary" and (not old.attribute.startswith("be") or _is_figure(old, new)):
        return "ends"
    if cue == "changed" and (old.attribute in _TOLD_BY_CHANGE or _is_figure(old, new)):
        return "ends"
    return "asks" if single or cue != "none" else "keeps"


def _is_figure(old: Reading, new: Reading) -> bool:
    return bool(_NUMBERS.search(old.value) and _NUMBERS.search(new.value))


def _cue(old: Claim, new: Claim, said: str, *, contrary: bool, judged: bool) -> Cue:
    """How plainly the user says that something is otherwise than the answer was."""
    if contrary or any(stems(m["what"]) and stems(m["what"]) <= stems(old.rest) for m in _INSTEAD_OF.finditer(said)):
        return "contrary"
    told = new.text.partition(" user ")[2] or new.text
    if _LONG_AGO.search(new.rest):  # it may have been so before what is held
        return "none"
    return "changed" if judged or _NOW.search(told) or _NOW.search(new.rest) else "none"


def _denied(old: Claim, new: Claim) -> Bearing:
    """One denies what the other says, if all that the shorter says is in the other and the verbs are of one kind."""
    if old.denied and new.denied:
        return "keeps"
    if set(_relations(old)) & set(_relations(new)):
        return "ends"
    if old.subject != new.subject or not _same_verb(old, new):
        return "keeps"
    a, b = stems(old.rest), stems(undated(new.rest))
    within = b <= a if new.denied else b == a
    if not b or not within:
        return "keeps"
    return "asks" if new.past or old.past else "ends"


def _relations(claim: Claim) -> Iterator[Reading]:
    return (reading for reading in readings(claim) if reading.attribute in ("relation", "name"))


def _same_verb(old: Claim, new: Claim) -> bool:
    """Whether the verbs are one, or two that say the same of somebody: "is a nurse", "works as a nurse"."""
    if old.verb == new.verb:
        return True
    pair = {old.verb, new.verb}
    being = old.is_role and new.is_role
    owning = {stem(verb) for verb in _OWNING} | {"have"}
    return being or pair <= owning


def _parted(old: Claim, new: Claim) -> Bearing | None:
    """What it does that the user has parted with something or stopped doing it, or that it is gone; None if neither."""
    if new.subject.startswith("user's "):
        return _gone(old, new)
    found = _PARTED.match(new.rest)
    if found is None or (old.subject, new.subject) != ("user", "user"):
        return None
    what = stems(undated(found["what"])) - {stem("away")}
    if _left_job(old, what):
        return "ends" if found["stopped"] or found["unsure"] in ("lost", "left") else None
    if not what or not what <= stems(old.rest) or what <= {old.verb}:
        return "ends" if found["stopped"] and what == {old.verb} == stems(old.rest) else None
    if found["stopped"]:
        return "ends"
    return ("ends" if found["sure"] else "asks") if _is_owning(old) or found["unsure"] == "left" else None


def _gone(old: Claim, new: Claim) -> Bearing | None:
    """What it does that something of the user's is gone, if that is what they are held to have."""
    gone = _GONE.match(new.rest)
    head = stems(new.subject.removeprefix("user's "))
    if gone is None or not _is_owning(old) or not head <= stems(old.rest) or stems(undated(gone["when"])):
        return None
    return "ends" if gone["sure"] else "asks"


def _left_job(old: Claim, what: frozenset[str]) -> bool:
    """Whether it is the job that is held to be theirs which they have left, said with no more than where that is."""
    works = any(reading.attribute in ("job", "workplace") for reading in readings(old))
    return works and bool(what & _JOB) and what - _JOB <= stems(old.rest)


def _is_owning(claim: Claim) -> bool:
    return claim.subject == "user" and claim.rest.split(" ", 1)[0] in _OWNING
