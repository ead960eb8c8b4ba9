"""All there is to show about one item, gathered with the assistant's verbs alone: called off the UI thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory.errors import NotFoundError

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from memory.records import Evidence, Observation, Proposition, Revision

TURNS_AROUND = 2  # turns before and after a quoted one
MOST_PASSAGES = 12  # shown of one proposition


@dataclass(frozen=True, slots=True)
class Turn:
    """One observation of a passage; ``cited`` is the one that the passage is about."""

    observation: Observation
    cited: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """One observation with the turns around it, and every piece of evidence taken from it.

    Without turns if the evidence rests on no observation (the user's own word), or on none any more; without
    evidence if the observation itself is what is looked at.
    """

    evidence: tuple[Evidence, ...]
    turns: tuple[Turn, ...]

    @property
    def source(self) -> Observation | None:
        """The observation it is taken from."""
        return next((turn.observation for turn in self.turns if turn.cited), None)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One item: a proposition with its passages and history, or an observation (``proposition`` is None)."""

    id: str
    proposition: Proposition | None
    passages: tuple[Passage, ...]
    left_out: int
    history: tuple[Revision, ...]


def collect(assistant: Verbs, id: str) -> Dossier:  # noqa: A002 - the API's word
    """Gather what there is about an item. Raises NotFoundError if it is gone."""
    if id.startswith("o"):
        return Dossier(id, None, (Passage((), _turns(assistant, id)),), 0, ())
    proposition = assistant.proposition(id)
    sources = _by_source(proposition.evidence)
    passages = tuple(_passage(assistant, evidence) for evidence in sources[:MOST_PASSAGES])
    left_out = len(sources) - len(passages)
    return Dossier(id, proposition, passages, left_out, tuple(assistant.history(id)))


def _by_source(evidence: Iterable[Evidence]) -> list[tuple[Evidence, ...]]:
    """Evidence put together where it comes from one observation and says the same way, the newest first."""
    together: dict[tuple[object, ...], list[Evidence]] = {}
    for number, piece in enumerate(sorted(evidence, key=lambda e: e.at, reverse=True)):
        source = number if piece.observation_id is None else piece.observation_id
        together.setdefault((source, piece.stance, piece.basis), []).append(piece)
    return [tuple(pieces) for pieces in together.values()]


def _passage(assistant: Verbs, evidence: tuple[Evidence, ...]) -> Passage:
    source = evidence[0].observation_id
    if source is None:
        return Passage(evidence, ())
    try:
        return Passage(evidence, _turns(assistant, source))
    except NotFoundError:  # forgotten since the proposition was read
        return Passage(evidence, ())


def _turns(assistant: Verbs, observation_id: str) -> tuple[Turn, ...]:
    turns = assistant.around(observation_id, TURNS_AROUND, TURNS_AROUND)
    return tuple(Turn(observation, near == observation_id) for near, observation in turns)
