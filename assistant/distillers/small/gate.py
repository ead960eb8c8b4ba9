"""The fitted part: is a candidate a fact worth drafting, of what kind, for how long, and how sensitive?

Linear models over the sentence's embedding and the hand-made features, a few thousand numbers in all, so that a
judgement costs microseconds once the embedding (about a millisecond) is there. Made by `training/distiller_gate.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from assistant.distillers.small import features, kinds
from memory.errors import ModelMissingError
from memory.records import ASSISTANT, ME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from assistant.distillers.small.candidate import Candidate
    from assistant.distillers.small.times import Resolved
    from memory.records import Kind, Lifespan, Observation, Sensitivity

    Matrix = npt.NDArray[np.float32]

WEIGHTS = "gate.npz"
EMBEDDING_SCALE = 5.0  # brings the entries of a unit vector of 384 to the size of the other features
_SURE_SENSITIVE = 0.45
_HINTED_SENSITIVE = 0.03  # enough where the words of the proposition point to the same class


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of the weights file and the names their rows and columns stand for."""

    writers: dict[str, int]
    flags: dict[str, int]
    glance: Matrix
    glance_least: Matrix
    fact: Matrix
    kind: Matrix
    lifespan: Matrix
    sensitivity: Matrix
    certainty_in: Matrix
    certainty_out: Matrix
    kinds: tuple[Kind, ...]
    lifespans: tuple[Lifespan, ...]
    sensitivities: tuple[Sensitivity, ...]


@cache
def weights() -> Weights:
    """The shipped weights. Raises ModelMissingError where the file is absent or not of this version."""
    try:
        raw = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
        with np.load(BytesIO(raw), allow_pickle=False) as stored:
            names = json.loads(str(stored["names"]))
            arrays = {key: stored[key].astype(np.float32) for key in stored.files if key != "names"}
        return Weights(
            writers={name: at for at, name in enumerate(names["writers"])},
            flags={name: at for at, name in enumerate(names["flags"])},
            kinds=tuple(names["kinds"]),
            lifespans=tuple(names["lifespans"]),
            sensitivities=tuple(names["sensitivities"]),
            **arrays,
        )
    except (OSError, EOFError, KeyError, ValueError, TypeError) as error:
        raise ModelMissingError(
            f"the weights of the small distiller ({WEIGHTS}) are absent or altered: reinstall inkling-memory"
        ) from error


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate thinks of one candidate. ``fact`` ranks; ``certainty`` is calibrated, both in (0, 1)."""

    fact: float
    certainty: float
    kind: Kind
    lifespan: Lifespan
    sensitivity: Sensitivity | None


def to_assistant(thread: Sequence[Observation]) -> bool:
    """Whether a thread is a conversation with an AI (or the user alone, as in a search box)."""
    return any(o.speaker == ASSISTANT for o in thread) or (len(thread) == 1 and thread[0].speaker == ME)


def observed(candidates: Sequence[tuple[Candidate, Resolved]], assistant: Sequence[bool]) -> Matrix:
    """The hand-made features of ``candidates``, one row each; ``assistant`` says which talk to an AI."""
    model = weights()
    rows = [
        features.vector(candidate, resolved, model.writers, model.flags, assistant=flag)
        for (candidate, resolved), flag in zip(candidates, assistant, strict=True)
    ]
    return np.array(rows, np.float32)


def worth_embedding(seen: Matrix) -> list[int]:
    """Rows of ``seen`` that have a chance at all: most of what a message offers is not worth a millisecond."""
    model = weights()
    return [int(at) for at in np.flatnonzero(_linear(seen, model.glance)[:, 0] >= model.glance_least[0])]


def judge(candidates: Sequence[tuple[Candidate, Resolved]], seen: Matrix, embedded: Matrix) -> list[Judgement]:
    """A judgement for each candidate; rows of ``seen`` are their features, of ``embedded`` their unit vectors."""
    if not candidates:
        return []
    model = weights()
    fact = _sigmoid(_linear(np.hstack([seen, embedded * EMBEDDING_SCALE]), model.fact))[:, 0]
    certainty = np.interp(fact, model.certainty_in, model.certainty_out)
    meaning = said([resolved.text for _, resolved in candidates], embedded)
    kind = _linear(meaning, model.kind).argmax(axis=1)
    lifespan = _linear(meaning, model.lifespan).argmax(axis=1)
    sensitive = _sigmoid(_linear(meaning, model.sensitivity))
    return [
        Judgement(
            fact=float(fact[at]),
            certainty=float(np.clip(certainty[at], 0.02, 0.98)),
            kind=_kind(candidate, model.kinds[kind[at]]),
            lifespan=model.lifespans[lifespan[at]],
            sensitivity=_sensitivity(model, sensitive[at], resolved.text, candidate.quote.text),
        )
        for at, (candidate, resolved) in enumerate(candidates)
    ]


def labels(texts: Sequence[str], embedded: Matrix) -> list[tuple[Kind, Lifespan, Sensitivity | None]]:
    """Kind, lifespan and sensitive class of propositions nobody drafted; rows of ``embedded`` are their vectors."""
    model = weights()
    meaning = said(texts, embedded)
    kind, lifespan = (_linear(meaning, head).argmax(axis=1) for head in (model.kind, model.lifespan))
    sensitive = _sigmoid(_linear(meaning, model.sensitivity))
    return [
        (model.kinds[kind[at]], model.lifespans[lifespan[at]], _sensitivity(model, sensitive[at], text, text))
        for at, text in enumerate(texts)
    ]


def said(texts: Sequence[str], embedded: Matrix) -> Matrix:
    """Inputs of the heads that judge a proposition by its text alone."""
    words = np.array([features.of_text(text) for text in texts], np.float32)
    return np.hstack([words, embedded * EMBEDDING_SCALE])


def _kind(candidate: Candidate, fitted: Kind) -> Kind:
    """Some writers know the kind of what they write."""
    fixed: dict[str, Kind] = {
        "name": "identity",
        "age": "identity",
        "screen-name": "identity",
        "other": "identity",
        "screen-task": "plan",
    }
    return fixed.get(candidate.writer, fitted)


def _sensitivity(model: Weights, scores: Matrix, text: str, quote: str) -> Sensitivity | None:
    """The class the model is sure of, or the one its words name if the model does not rule it out."""
    best = int(scores.argmax())
    named = kinds.sensitivity_of(text, quote)
    if named is not None and scores[model.sensitivities.index(named)] >= _HINTED_SENSITIVE:
        return named
    return model.sensitivities[best] if scores[best] >= _SURE_SENSITIVE else None


def _linear(inputs: Matrix, weight: Matrix) -> Matrix:
    """``inputs`` times all rows of ``weight`` but the last, plus the last, which is the bias."""
    return np.asarray(inputs @ weight[:-1] + weight[-1], np.float32)


def _sigmoid(values: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30, 30))), np.float32)
