"""The relation of a new proposition to an old one: a small judge over features anybody can read.

Multinomial logistic regression (numpy only; ``training/relate.py`` fits it) over what `comparing` sees and how well
the words of the two align in the embedding space. The surprising decision is a threshold: to call something
contradicted or superseded is the one judgement that ends a memory, so that must be nearly certain, and where it is
not, the two are called independent and both are kept.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from memory.embedder import Embedder, default_embedder
from memory.reconcile.agreeing import figures, numbers
from memory.reconcile.comparing import NAMES, content_words, features, read, same_words
from memory.reconcile.cues import LEXICONS
from memory.records import RELATIONS, Relation, RelationLabel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import numpy.typing as npt

ENDING: tuple[RelationLabel, ...] = ("contradicts", "supersedes")
COMPATIBLE: tuple[RelationLabel, ...] = ("same", "refines", "general")
DOUBTFUL = 0.25  # see ``RelationJudge.weigh``
OTHER_SUBJECT = 0.3  # what is left of an ending's probability if one is about something the other never mentions
ALIGNED = (
    "old words matched", "new words matched", "worst old match", "worst new match", "share of old unmatched",
    "share of new unmatched", "old unmatched", "new unmatched", "two worst of old", "two worst of new", "match balance",
)  # fmt: skip
FEATURES: tuple[str, ...] = (*NAMES, *ALIGNED)
_NEGATION = list(LEXICONS).index("negation")
_NO_PERSON = frozenset({"dog", "cat", "team", "company", "employer", "office", "school"})  # among what a text brings up
MATCHED = 0.5  # cosine from which one word stands for another; synonyms are mostly above, chance pairs below
_REMEMBERED = 10_000  # vectors of words and of texts judged lately, 15 MB


class _Model(NamedTuple):
    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    threshold: float


class RelationJudge:
    """Judges pairs with one embedder. Not safe to share between threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def judge(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> Relation:
        """The relation of ``new_text`` to ``old_text``, two propositions about the same user.

        ``old_at`` and ``new_at`` are when they were said, aware. The probability is that of the label; for
        "contradicts" and "supersedes" it is that one of these two holds and not "independent", since they are acted
        on alike.
        """
        return self.weigh(old_text, new_text, old_at, new_at)[0]

    def weigh(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> tuple[Relation, float]:
        """As ``judge``, and how much speaks for another effect: the largest share, in [0, 1], of those not chosen.

        Effects are three: they go together, one ends the other, or neither concerns the other. From ``DOUBTFUL`` on a
        pair is ambiguous. Of the development pairs, judged by models that had not seen them, 30% are, and of those the
        judge mistakes the effect of 55%, of the others 11%; where it said "independent", 66% against 14%. Those pairs
        were written to be hard: in the weeks of two invented people every tenth proposition made one.
        """
        if same_words(old_text, new_text):
            return Relation(label="same", probability=0.99), 0.0
        row = self.features(old_text, new_text, old_at, new_at)
        model = _model()
        shares = probabilities(row, model.mean, model.scale, model.weights, model.bias)
        said = decide(shares, row, model.threshold)
        if said.label in ("same", "general") and figures(new_text) - numbers(old_text):
            said = Relation(label="independent", probability=0.6)  # a figure nobody gave before is news
        elif said.label == "general" and _says_more(old_text, new_text):
            said = Relation(label="independent", probability=0.6)
        return said, doubt(shares, row, said.label)

    def features(
        self, old_text: str, new_text: str, old_at: datetime | None, new_at: datetime | None
    ) -> npt.NDArray[np.float64]:
        """What the judge knows of a pair: shape (len(FEATURES),)."""
        old, new = self._vectors((old_text, new_text))
        seen = features(old_text, new_text, float(old @ new), old_at, new_at)
        return np.array([*seen, *self._aligned(old_text, new_text)])

    def _aligned(self, old_text: str, new_text: str) -> list[float]:
        """How well every word of one finds a counterpart in the other, both ways."""
        old, new = content_words(old_text), content_words(new_text)
        cosines = self._vectors(old) @ self._vectors(new).T
        a, b = np.sort(cosines.max(axis=1)), np.sort(cosines.max(axis=0))
        lost, added = a < MATCHED, b < MATCHED
        out = (
            *(a.mean(), b.mean(), a[0], b[0], lost.mean(), added.mean(), lost.sum() / 5, added.sum() / 5),
            *(a[:2].mean(), b[:2].mean(), a.mean() - b.mean()),
        )
        return [float(x) for x in out]

    def _vectors(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        wanted = list(texts)
        missing = [w for w in dict.fromkeys(wanted) if w not in self._known]
        if missing:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
                missing = list(dict.fromkeys(wanted))
            self._known.update(zip(missing, self._embedder.embed(missing), strict=True))
        return np.stack([self._known[w] for w in wanted])


def _says_more(old_text: str, new_text: str) -> bool:
    """Whether a text brings up a person or denies something where the other does neither: it is not less of it."""
    old, new = read(old_text), read(new_text)
    return bool(new.others - old.others - _NO_PERSON) or new.cues[_NEGATION] > old.cues[_NEGATION]


def probabilities(
    rows: npt.NDArray[np.float64],
    mean: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    bias: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Softmax of the standardised features: (..., len(FEATURES)) to (..., len(RELATIONS))."""
    scores = (rows - mean) / scale @ weights + bias
    scores -= scores.max(axis=-1, keepdims=True)
    odds = np.exp(scores)
    shares: npt.NDArray[np.float64] = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def decide(shares: npt.NDArray[np.float64], row: npt.NDArray[np.float64], threshold: float) -> Relation:
    """The label of one pair from the shares of all labels.

    An ending needs ``threshold`` against independence, the label it must not be mistaken for.
    """
    by_label = _by_label(shares, row)
    ended = by_label["contradicts"] + by_label["supersedes"]
    compatible = max(COMPATIBLE, key=by_label.__getitem__)
    certainty = ended / max(ended + by_label["independent"], 1e-9)
    if by_label[compatible] > max(ended, by_label["independent"]):
        return Relation(label=compatible, probability=_inside(by_label[compatible]))
    if certainty >= threshold:
        return Relation(label=max(ENDING, key=by_label.__getitem__), probability=_inside(certainty))
    return Relation(label="independent", probability=_inside(1 - certainty))


def doubt(shares: npt.NDArray[np.float64], row: npt.NDArray[np.float64], label: RelationLabel) -> float:
    """The largest share of an effect other than that of ``label``."""
    by_label = _by_label(shares, row)
    effects: tuple[tuple[RelationLabel, ...], ...] = (COMPATIBLE, ENDING, ("independent",))
    return max(sum(by_label[one] for one in effect) for effect in effects if label not in effect)


def _by_label(shares: npt.NDArray[np.float64], row: npt.NDArray[np.float64]) -> dict[RelationLabel, float]:
    """The shares, those of an ending lowered where one text is about something the other never mentions."""
    by_label = dict(zip(RELATIONS, (float(s) for s in shares), strict=True))
    if row[FEATURES.index("another subject")]:
        for label in ENDING:
            by_label["independent"] += by_label[label] * (1 - OTHER_SUBJECT)
            by_label[label] *= OTHER_SUBJECT
    return by_label


def _inside(probability: float) -> float:
    return min(max(probability, 0.01), 0.99)


@cache
def _model() -> _Model:
    with as_file(files("memory.reconcile") / "relate.npz") as path, np.load(path, allow_pickle=False) as file:
        if tuple(file["features"]) != FEATURES:
            raise AssertionError("relate.npz was fitted on other features; run training/relate.py")
        mean, scale, weights, bias = (file[name].astype(np.float64) for name in ("mean", "scale", "weights", "bias"))
        return _Model(mean, scale, weights, bias, float(file["threshold"]))


@cache
def _default_judge() -> RelationJudge:
    return RelationJudge(default_embedder())


def relate(old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None) -> Relation:
    """The relation of ``new_text`` to ``old_text``, two propositions about the same user."""
    return _default_judge().judge(old_text, new_text, old_at, new_at)
