"""Fit the relation judge, `memory/reconcile/relate.npz`, on labelled pairs of propositions.

    python training/relate.py PAIRS.jsonl [--write]

Each line holds {"old": {"text", "at"}, "new": {"text", "at"}, "relation", "attribute"}. Pairs of one attribute stay in
one fold. What is printed comes from pairs the fold's model has not seen, averaged over `SEEDS` cross-validations; the
threshold is the lowest that keeps false retirement there at or under `ALLOWED`. Needs scikit-learn; takes a minute.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import StratifiedGroupKFold

from memory.embedder import default_embedder
from memory.reconcile.relate import ENDING, FEATURES, RelationJudge, decide
from memory.records import RELATIONS

SEEDS = (0, 1, 2)
FOLDS = 8
STRENGTH = 0.1  # inverse regularisation; 0.03 to 0.3 are within a point of each other
ALLOWED = 0.025  # the promise is 0.03; pairs nobody has looked at are a little harder
TARGET = Path(__file__).parent.parent / "memory" / "reconcile" / "relate.npz"

Array = npt.NDArray[np.float64]


def aware(text: str) -> datetime:
    """Read an ISO date as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fitted(rows: Array, labels: npt.NDArray[np.int64]) -> tuple[Array, Array, Array, Array]:
    """Return mean, scale, weights and bias."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit((rows - mean) / scale, labels)
    return mean, scale, model.coef_.T, model.intercept_


def shares(rows: Array, model: tuple[Array, Array, Array, Array]) -> Array:
    """Return the probabilities of all labels for every row."""
    mean, scale, weights, bias = model
    scores = (rows - mean) / scale @ weights + bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def cross_validated(rows: Array, labels: npt.NDArray[np.int64], groups: npt.NDArray[np.int64]) -> list[Array]:
    """Return for every seed the probabilities of each pair from the model that has not seen its group."""
    out = []
    for seed in SEEDS:
        held_out = np.zeros((len(rows), len(RELATIONS)))
        for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels, groups):
            held_out[test] = shares(rows[test], fitted(rows[train], labels[train]))
        out.append(held_out)
    return out


def judged(probabilities: Array, rows: Array, threshold: float) -> npt.NDArray[np.int64]:
    """Return the label the judge would give each pair."""
    found = (decide(p, row, threshold).label for p, row in zip(probabilities, rows, strict=True))
    return np.array([RELATIONS.index(label) for label in found])


def false_retirement(said: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Return the share of independent pairs said to end the old one."""
    ending = [RELATIONS.index(label) for label in ENDING]
    return float(np.isin(said[labels == RELATIONS.index("independent")], ending).mean())


def main() -> None:
    """Fit, report, and write the file if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    options = parser.parse_args()
    pairs = [json.loads(line) for line in options.pairs.read_text(encoding="utf-8").splitlines() if line.strip()]
    judge = RelationJudge(default_embedder())
    rows = np.array(
        [
            judge.features(p["old"]["text"], p["new"]["text"], aware(p["old"]["at"]), aware(p["new"]["at"]))
            for p in pairs
        ]
    )
    labels = np.array([RELATIONS.index(p["relation"]) for p in pairs])
    groups = np.unique([p["attribute"] or p["id"] for p in pairs], return_inverse=True)[1]

    runs = cross_validated(rows, labels, groups)
    for threshold in np.arange(0.4, 0.95, 0.01):
        said = [judged(p, rows, float(threshold)) for p in runs]
        falsely = float(np.mean([false_retirement(s, labels) for s in said]))
        if falsely <= ALLOWED:
            break
    everything, truth = np.concatenate(said), np.tile(labels, len(SEEDS))
    print(classification_report(truth, everything, target_names=RELATIONS, labels=range(len(RELATIONS)), digits=3))
    print(f"threshold {threshold:.2f}  false retirement {falsely:.4f}  macro F1 per seed", end=" ")
    print(*(f"{f1_score(labels, s, average='macro'):.3f}" for s in said))
    if options.write:
        mean, scale, weights, bias = (part.astype(np.float32) for part in fitted(rows, labels))
        np.savez_compressed(
            TARGET, features=np.array(FEATURES), mean=mean, scale=scale, weights=weights, bias=bias,
            threshold=np.float32(threshold),
        )  # fmt: skip
        print(f"wrote {TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
