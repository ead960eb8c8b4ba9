"""All there is to show about one item, gathered with the assistant's verbs alone: called off the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory.errors import NotFoundError

if TYPE_CHECKING:
    from assistant import Assistant
    from memory.records import Evidence, Observation, Proposition, Revision

TURNS_AROUND = 2  # turns before and after a quoted one
MOST_PASSAGES = 12  # pieces of evidence shown with their context


@dataclass(frozen=True, slots=True)
class Turn:
    """One observation of a passage; ``cited`` is the one that the passage is about."""

    observation: Observation
    cited: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of evidence with the turns around it; without turns if it rests on no observation any more."""

    evidence: Evidence | None
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


def collect(assistant: Assistant, id: str) -> Dossier:  # noqa: A002 - the API's word
    """Gather what there is about an item. Raises NotFoundError if it is gone."""
    if id.startswith("o"):
        return Dossier(id, None, (_passage(assistant, None, id),), 0, ())
    proposition = assistant.proposition(id)
    shown = sorted(proposition.evidence, key=lambda e: e.at, reverse=True)[:MOST_PASSAGES]
    passages = tuple(_of_evidence(assistant, evidence) for evidence in shown)
    left_out = len(proposition.evidence) - len(shown)
    return Dossier(id, proposition, passages, left_out, tuple(assistant.history(id)))


def _of_evidence(assistant: Assistant, evidence: Evidence) -> Passage:
    if evidence.observation_id is None:
        return Passage(evidence, ())
    try:
        return _passage(assistant, evidence, evidence.observation_id)
    except NotFoundError:  # forgotten since the proposition was read
        return Passage(evidence, ())


def _passage(assistant: Assistant, evidence: Evidence | None, observation_id: str) -> Passage:
    turns = assistant.around(observation_id, TURNS_AROUND, TURNS_AROUND)
    return Passage(evidence, tuple(Turn(observation, near == observation_id) for near, observation in turns))
