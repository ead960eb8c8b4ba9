"""The records every part of Inkling passes around, and the closed vocabularies they are written in.

Nothing here touches a disk or a model: these are the nouns of the design, immutable, compared by value. Times are
always aware datetimes; a naive one is refused at the door, because an observation without a zone cannot be put in
order with the others.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import Literal, get_args

from memory.errors import InvalidInputError

Kind = Literal[
    "identity", "relationship", "work", "skill", "preference", "routine",
    "plan", "event", "possession", "belief", "state",
]  # fmt: skip
Basis = Literal["stated", "implied", "observed", "behavioural", "user"]
Lifespan = Literal["moment", "days", "weeks", "months", "years", "permanent"]
Sensitivity = Literal[
    "health", "religion", "politics", "sexuality", "ethnicity", "union", "genetic", "biometric", "criminal", "finance",
]  # fmt: skip
Stance = Literal["supports", "contradicts"]
Status = Literal["believed", "quarantined", "rejected", "superseded", "review"]
RelationLabel = Literal["same", "refines", "general", "contradicts", "supersedes", "independent"]
ItemType = Literal["proposition", "observation"]
SummaryKind = Literal["thread", "day", "profile"]

KINDS: tuple[Kind, ...] = get_args(Kind)
BASES: tuple[Basis, ...] = get_args(Basis)
LIFESPANS: tuple[Lifespan, ...] = get_args(Lifespan)
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
RELATIONS: tuple[RelationLabel, ...] = get_args(RelationLabel)

ME = "me"  # the speaker of everything the user wrote
ASSISTANT = "assistant"  # the speaker of everything an AI wrote


def sound(text: str) -> str:
    """``text`` with lone surrogates, which no encoding can store, replaced by question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One captured piece: a chat message, or a passage of screen text.

    ``at`` is when it happened, as an aware datetime. ``speaker`` is ``"me"`` for the user, ``"assistant"`` for an AI,
    another person's name, or None where nobody speaks (screen text). ``key`` is the source's own stable id: importing
    the same key twice stores once. ``dwell_seconds`` is how long it was in view.

    Raises InvalidInputError if ``at`` has no zone or lies in the year 1 or 9999, or ``text``/``source`` is no string.
    """

    text: str
    at: datetime
    source: str
    app: str | None = None
    title: str | None = None
    thread: str | None = None
    speaker: str | None = None
    key: str | None = None
    dwell_seconds: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not isinstance(self.source, str):
            raise InvalidInputError("an observation's text and source must be strings")
        if not isinstance(self.at, datetime) or self.at.tzinfo is None:
            raise InvalidInputError("an observation's time must be an aware datetime; add a tzinfo to 'at'")
        if not MINYEAR < self.at.year < MAXYEAR:  # at either end some zone's year is out of range
            raise InvalidInputError("an observation's time must lie between the years 2 and 9998")
        for name in ("text", "source", "app", "title", "thread", "speaker", "key"):
            value = getattr(self, name)
            if value is not None and not value.isascii():
                object.__setattr__(self, name, sound(value))

    @property
    def stable_key(self) -> str:
        """``key``, or where the source gave none a digest of everything that identifies the observation."""
        if self.key is not None:
            return self.key
        parts = (self.source, self.app, self.thread, self.speaker, self.at.isoformat(), self.text)
        return "sha256:" + hashlib.sha256("\x1f".join(p or "" for p in parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a distiller thinks one observation says; not believed until it is verified and reconciled.

    ``quote`` is a verbatim substring of the observation named by ``observation_key``; ``start`` is its offset there
    where the distiller knows it. ``certainty`` is the distiller's own estimate in (0, 1). ``about`` is ``"user"`` or
    the name of somebody else.
    """

    text: str
    kind: Kind
    quote: str
    observation_key: str
    basis: Basis
    certainty: float
    lifespan: Lifespan
    until: date | None = None
    sensitivity: Sensitivity | None = None
    about: str = "user"
    start: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The link from a proposition to one observation: ``text[start:end] == quote`` holds for that observation.

    For the user's own word (basis ``user``) there is no observation: its id and key are None and the quote is what the
    user wrote.
    """

    observation_id: str | None
    observation_key: str | None
    quote: str
    start: int
    end: int
    stance: Stance
    basis: Basis
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """One claim about the user in natural language, with what is known about its truth.

    ``confidence`` is the probability, strictly between 0 and 1, that it is true of the user at the time asked about.
    ``valid_from``/``valid_to`` bound when it holds; None is open.
    """

    id: str
    text: str
    kind: Kind
    confidence: float
    basis: Basis
    lifespan: Lifespan
    valid_from: datetime | None
    valid_to: datetime | None
    sensitivity: Sensitivity | None
    status: Status
    pinned: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One change in a proposition's history: who (``actor``) did what (``action``) and why, before and after."""

    at: datetime
    actor: str
    action: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One ranked result of recall. ``score`` orders hits of one call and means nothing across calls.

    ``observation_key`` is None for propositions; ``evidence`` is empty for observations. ``relevance`` is the cosine
    similarity to the question, in [-1, 1], for those who need an absolute figure; ``speaker`` says whose words an
    observation is (None for propositions and screens).
    """

    id: str
    type: ItemType
    text: str
    score: float
    at: datetime
    observation_key: str | None
    evidence: tuple[Evidence, ...] = ()
    relevance: float = 0.0
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer and the hits it rests on: ``[1]`` in ``text`` is ``citations[0]``. ``abstained`` if memory lacks it.

    ``written_by`` is the language model that worded it, None where it is composed of what is held. ``asked`` is the
    question as it was understood, where the conversation before it said what it was about. ``learned`` are the ids of
    the propositions that the user's words added or corrected, ``unsupported`` how many sentences of the model's were
    left out because nothing held supports them.
    """

    text: str
    citations: list[Hit]
    abstained: bool
    written_by: str | None = None
    asked: str | None = None
    learned: tuple[str, ...] = ()
    unsupported: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question of a conversation and the answer to it, with the ids of what that cited."""

    question: str
    answer: str
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """One statement of a summary, under its section, and the ids of what it rests on."""

    section: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a thread or a day was about, or the profile document: ``subject`` is the thread's name or the ISO date.

    ``made_by`` is the prompt and model that worded it, or "inkling" where it is composed. ``since`` and ``until`` bound
    what it is about.
    """

    kind: SummaryKind
    subject: str
    title: str
    at: datetime
    since: datetime | None
    until: datetime | None
    made_by: str
    lines: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a new proposition means for an old one, and the probability of that label in (0, 1)."""

    label: RelationLabel
    probability: float


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one source is kept: ``days`` after it happened, and ``megabytes`` in all. None is no limit.

    Raises InvalidInputError if either is no whole number above 0.
    """

    days: int | None = None
    megabytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("days", "megabytes"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not 0 < value <= 1_000_000):
                raise InvalidInputError(f"a limit's {name} must be a whole number from 1 to 1,000,000, or none")

    def oldest(self, now: datetime) -> datetime | None:
        """The moment before which nothing is kept."""
        try:
            return None if self.days is None else now - timedelta(days=self.days)
        except OverflowError:  # before the year 1
            return None
