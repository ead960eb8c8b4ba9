"""What a draft must survive before anything believes it, whichever engine wrote it.

A draft is a claim made by a model about somebody's life, so nothing in it is taken on trust: the quote must be there,
the words must be the user's own, and every name and number must come from what was read. A draft that fails is dropped
and counted by reason, never mended, because a repaired guess would carry a quote that does not support it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from typing import TYPE_CHECKING

from assistant.distillers.small.traps import foreign_spans
from assistant.mentioned import NAME, NUMBER, digits, numbers_in
from assistant.planted import instructs, planted, seen
from memory.records import ASSISTANT, BASES, KINDS, LIFESPANS, ME, SENSITIVITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from memory.records import Draft, Observation

MAX_TEXT = 300  # characters; the longest gold proposition has 190
MAX_QUOTE = 1000

_FIRST_PERSON = re.compile(r"\b(?:i|i['’](?:m|ve|d|ll)|im|ive|me|my|mine|myself|we|us|our|ours)\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:you|your|yours|u|ur)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\n|[.!?…](?=\s|$)")
_THE_USER = re.compile(r"\b(?:the|this|our) user\b", re.IGNORECASE)
_WORD = re.compile(r"\b(?!user)[^\W\d_]{4,}")
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(_MONTHS)
_CALENDAR = frozenset(
    (*_MONTHS, *"monday tuesday wednesday thursday friday saturday sunday christmas easter the i ai am pm".split())
)
_DATE = re.compile(rf"\b(\d{{1,2}}) (?:to (\d{{1,2}}) )?({_MONTH})(?: (\d{{4}}))?\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH}) (\d{{4}})\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DERIVED = timedelta(days=800)  # how far from an observation a date may lie that its text does not spell out
_OWN_APP = "inkling"
_STEM = 5  # letters by which "live" and "lives" are one word


@dataclass(slots=True)
class Verified:
    """The drafts that hold, each with ``start`` filled in, and how many were dropped for each reason."""

    kept: list[Draft] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def verify(drafts: Iterable[Draft], observations: Sequence[Observation]) -> Verified:
    """Sort out which ``drafts`` their ``observations`` really support.

    Reasons counted in ``dropped``: ``unknown-observation``, ``feedback``, ``vocabulary``, ``certainty``, ``form``,
    ``quote``, ``instruction``, ``attribution``, ``unsupported`` (a name or number that was never read).
    """
    by_key = {observation.stable_key: observation for observation in observations}
    pools = _Pools(observations)
    result = Verified()
    for draft in drafts:
        source = by_key.get(draft.observation_key)
        reason = "unknown-observation" if source is None else _fault(draft, source, pools)
        if source is None or reason:
            result.dropped[reason or ""] += 1
        else:
            result.kept.append(replace(draft, start=_start(draft, source)))
    return result


def is_own_screen(observation: Observation) -> bool:
    """Whether it is what Inkling itself shows, from which nothing is learned: it would hear its own echo."""
    return (observation.app or "").casefold() == _OWN_APP


def _start(draft: Draft, observation: Observation) -> int:
    """Where the quote lies: where the draft says if that is so, else its first occurrence; -1 if nowhere."""
    given = draft.start
    if given is not None and given >= 0 and observation.text.startswith(draft.quote, given):
        return given
    return observation.text.find(draft.quote)


def _fault(draft: Draft, observation: Observation, pools: _Pools) -> str | None:
    """Why ``draft`` must not be believed, or None."""
    if is_own_screen(observation):
        return "feedback"
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("vocabulary", lambda: _in_vocabulary(draft)),
        ("certainty", lambda: 0.0 < draft.certainty < 1.0),
        ("form", lambda: _well_formed(draft)),
        ("quote", lambda: _is_quoted(draft, observation)),
        ("instruction", lambda: _instructs_nobody(draft, observation)),
        ("attribution", lambda: _is_the_users(draft, observation)),
        ("unsupported", lambda: pools.of(observation).supports(draft.text)),
    )
    return next((reason for reason, holds in checks if not holds()), None)


def _instructs_nobody(draft: Draft, observation: Observation) -> bool:
    """Neither what is claimed nor what it rests on is addressed to an assistant, nor anything around that.

    Nobody but an instruction calls the person at this computer "the user".
    """
    return not (
        instructs(draft.text)
        or instructs(draft.quote)
        or _THE_USER.search(draft.quote)
        or any(draft.quote in part for part in _planted_parts(observation))
    )


def _planted_parts(observation: Observation) -> list[str]:
    """What of an observation speaks to a machine: all of it, or of the user's own message what he has pasted."""
    text = observation.text
    if observation.speaker != ME:
        return [text] if planted(text, mine=False) else []
    pasted = [text[start:end] for start, end in foreign_spans(text)]
    own = text
    for part in pasted:
        own = own.replace(part, " ")
    return [text] if planted(own, mine=True) else [part for part in pasted if planted(part, mine=True)]


def _is_quoted(draft: Draft, observation: Observation) -> bool:
    return bool(draft.quote.strip()) and len(draft.quote) <= MAX_QUOTE and _start(draft, observation) >= 0


def _in_vocabulary(draft: Draft) -> bool:
    """Closed vocabularies; ``user`` is the basis of what the user does in Inkling, which no engine may claim."""
    return (
        draft.kind in KINDS
        and draft.basis in BASES
        and draft.basis != "user"
        and draft.lifespan in LIFESPANS
        and (draft.sensitivity is None or draft.sensitivity in SENSITIVITIES)
    )


def _well_formed(draft: Draft) -> bool:
    """One bounded printable line about the user, or about the person that ``about`` names."""
    text = draft.text
    subjects = ("The user ", "The user's ", "The user, ")
    named = draft.about != "user" and bool(draft.about) and text.startswith(draft.about)
    return (
        (text.startswith(subjects) or named) and len(text) <= MAX_TEXT and text.isprintable() and len(text.split()) > 2
    )


def _is_the_users(draft: Draft, observation: Observation) -> bool:
    """Whose words the quote is: another's "I" is never the user's, and nobody states anything on a screen."""
    if observation.speaker == ME:
        return draft.basis != "stated" or not _is_cited(draft, observation)
    if observation.speaker is None or observation.speaker == ASSISTANT:
        return draft.basis != "stated" and observation.speaker is None
    return draft.basis != "stated" and not _is_anothers_own(draft, observation)


def _is_anothers_own(draft: Draft, observation: Observation) -> bool:
    """Whether somebody speaks of himself: "I" is in the quote, or before it in its sentence and "you" is not in it."""
    start = _start(draft, observation)
    sentence = _SENTENCE_END.split(observation.text[:start])[-1]
    if _ADDRESSED.search(draft.quote):
        sentence = ""
    return bool(_FIRST_PERSON.search(draft.quote) or _FIRST_PERSON.search(sentence))


def _is_cited(draft: Draft, observation: Observation) -> bool:
    """Whether the user repeats the quote and does not say it: it stands in a quotation, in code, behind a bracket."""
    start = _start(draft, observation)
    end = start + len(draft.quote)
    if any(a <= start and end <= b for a, b in foreign_spans(observation.text)):
        return True
    before, after = observation.text[:start], observation.text[end:]
    opened = before.count("“") > before.count("”") or (before.count('"') % 2 == 1 and '"' in after)
    return opened and bool(_FIRST_PERSON.search(draft.quote))


@dataclass(frozen=True, slots=True)
class _Pool:
    """Every word and number a proposition about one observation may use."""

    day: date
    text: str
    numbers: frozenset[str]
    suspect: str  # instructions to a machine, which must not be where a word comes from

    def supports(self, claim: str) -> bool:
        """Whether each name and number of ``claim`` was read, or is a date reckoned from the observation's own.

        No word of it may be one that only an instruction brought up.
        """
        rest = _MONTH_YEAR.sub(self._checked, _DATE.sub(self._checked, claim))
        rest = _YEAR.sub(self._checked_year, rest)
        if self.suspect and any(self._is_suspect(word) for word in _WORD.findall(_plain(claim))):
            return False
        if any(digits(number) not in self.numbers for number in NUMBER.findall(rest)):
            return False
        return all(self._knows(name) for name in NAME.findall(rest) if name[0].isupper())

    def _is_suspect(self, word: str) -> bool:
        return word in self.suspect and word[:_STEM] not in self.text

    def _knows(self, name: str) -> bool:
        low = re.sub(r"'s?$", "", _plain(name))
        return low in _CALENDAR or low in self.text or all(part in self.text for part in low.split("-"))

    def _checked(self, match: re.Match[str]) -> str:
        """The match removed if it is a date near the observation, kept for the number check if not."""
        year = int(match[match.lastindex or 1]) if (match[match.lastindex or 1] or "").isdigit() else self.day.year
        try:
            month = next(i for i, name in enumerate(_MONTHS, 1) if name in match[0].casefold())
            near = abs(date(year, month, 15) - self.day) <= _DERIVED
        except (ValueError, StopIteration):
            near = False
        return "" if near else match[0]

    def _checked_year(self, match: re.Match[str]) -> str:
        """The year removed if it is near the observation's, or may be reckoned from an age or "years ago"."""
        near = abs(int(match[0]) - self.day.year) <= 2
        return "" if near or re.search(r"\b(?:years?|yrs?)\b", self.text) else match[0]


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


@dataclass(slots=True)
class _Said:
    """What was said in one thread, and what of it only speaks to a machine, which supports nothing."""

    good: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, thread: Sequence[Observation]) -> _Said:
        """Everything in ``thread``: texts, and the names of speakers and windows."""
        said = cls()
        for observation in thread:
            parts = _planted_parts(observation)
            said.bad += parts
            said.good.append(reduce(lambda text, part: text.replace(part, " "), parts, observation.text))
        for label in dict.fromkeys(one for o in thread for one in (o.speaker, o.title, o.app) if one):
            (said.bad if planted(label, mine=False) else said.good).append(label)
        return said

    def pool(self, day: date) -> _Pool:
        """What a proposition about an observation of that day may use."""
        text = _plain("\n".join(self.good))
        suspect = _plain("\n".join(form for part in self.bad for form in (part, seen(part))))
        return _Pool(day, text, numbers_in(text), suspect)


class _Pools:
    """The pool of each thread and day, made once when it is first asked for."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self._threads: dict[str | None, list[Observation]] = defaultdict(list)
        for observation in observations:
            self._threads[observation.thread].append(observation)
        self._said: dict[str, _Said] = {}
        self._made: dict[tuple[str, date], _Pool] = {}

    def of(self, observation: Observation) -> _Pool:
        """What a proposition about this observation may use."""
        alone = observation.thread is None
        name = observation.stable_key if alone else f"thread {observation.thread}"
        place = (name, observation.at.date())
        if place not in self._made:
            if name not in self._said:
                self._said[name] = _Said.of([observation] if alone else self._threads[observation.thread])
            self._made[place] = self._said[name].pool(observation.at.date())
        return self._made[place]
