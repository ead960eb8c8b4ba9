"""From observations to drafts: the user's own clauses, rewritten in the third person and dated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.distillers.small import kinds
from assistant.distillers.small.person import third_person
from assistant.distillers.small.sentences import clauses, sentences
from assistant.distillers.small.times import absolute
from memory.records import ME, Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memory.records import Observation


class SmallDistiller:
    """The engine that ships with Inkling: no download, no network, a few milliseconds a message."""

    name = "small"
    version = "1"

    def distil(self, observations: Sequence[Observation], known: Sequence[str] = ()) -> list[Draft]:
        """Drafts from one episode; see ``assistant.distillers.Distiller``."""
        drafts = []
        for observation in observations:
            if observation.speaker == ME:
                drafts += _own_words(observation)
        return drafts


def _own_words(observation: Observation) -> list[Draft]:
    drafts = []
    for sentence in sentences(observation.text):
        if sentence.text.endswith("?"):
            continue
        for clause in clauses(sentence):
            written = third_person(clause.text)
            if written is None:
                continue
            resolved = absolute(written.text, observation.at, past=written.past)
            kind = kinds.kind_of(resolved.text)
            drafts.append(
                Draft(
                    text=resolved.text,
                    kind=kind,
                    quote=clause.text,
                    observation_key=observation.stable_key,
                    basis="stated",
                    certainty=0.6,
                    lifespan=kinds.lifespan_of(resolved.text, kind),
                    until=resolved.day if resolved.ends or kind == "plan" else None,
                    sensitivity=kinds.sensitivity_of(resolved.text, clause.text),
                    start=clause.start,
                )
            )
    return drafts
