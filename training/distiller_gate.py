"""Fit the small distiller's gate on the gold snippets and write its weights file.

    python training/distiller_gate.py GOLD_FOLDER [--plain SPC_FOLDER] [--held-out w7 w8] [--out FILE]

Candidates are made by the product's own code and labelled by the scoreboard's rule (cosine of at least 0.70 with a
gold proposition, or 0.50 with overlapping quotes, negation agreeing). Every file has the same weight, because the
annotators of some noted twice as many facts as others. Regularisation and calibration are chosen by leaving out one
file at a time; the files named by ``--held-out`` are never read. Certainty is calibrated on the drafts that would be
kept, more leniently than by the rule (0.57, or 0.37 with overlapping quotes): a fact put in other words, or
twice, is still true.

``--plain`` adds persona sentences of Synthetic-Persona-Chat (Jandaghi et al. 2023, CC BY 4.0) as plainly stated facts,
each set into a gold conversation so that its surroundings say nothing: the gold shuns the obvious, and without them
"I am allergic to peanuts" is thought unlikely. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.distillers.small import distiller, features, gate
from memory.embedder import default_embedder
from memory.records import KINDS, LIFESPANS, SENSITIVITIES, Observation

SEED = 7
STRENGTHS = (0.01, 0.02, 0.05, 0.1)  # C of the fact model, tried by cross-validation
HEAD_STRENGTH = 0.1  # C of the kind and lifespan heads: 0.67 and 0.57 right on files left out, flat from 0.03 to 0.3
PLAIN_SENTENCES = 900
PLAIN_WEIGHT = 0.5  # of one gold file
LOWER_CASE, SAID_AFTER = 0.4, 0.5  # shares of persona sentences typed in lower case, and after another sentence
SLACK = 0.13  # of 60 unmatched drafts read by hand about half were true and only worded otherwise or not noted
GLANCE_LOSS = 0.01  # share of the drafts that the look before embedding may cost
LEAST_SEEN = 5  # a writer or flag seen less often gets no weight of its own
NEGATION = re.compile(
    r"\b(not|no|never|without|avoids?|avoided|dislikes?|disliked|hates?|hated|refuses?|stopped|quit|gave up|"
    r"given up|no longer|can't|cannot|isn't|aren't|doesn't|don't|didn't|won't|former|formerly|used to|allergic|off)\b",
    re.IGNORECASE,
)


@dataclass
class Row:
    """One candidate of the gold data: where it is from, what it was made of, and the gold it matches, if any."""

    file: str
    candidate: Any
    resolved: Any
    assistant: bool
    record: int
    golds_from: int
    fits: list[int]
    nearly: list[int]


def observations(record: dict[str, Any]) -> list[Observation]:
    """One gold record as observations, one a turn."""
    at = datetime.fromisoformat(record["when"])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return [
        Observation(
            text=turn["text"],
            at=at,
            source=record["source"],
            app=record.get("app"),
            title=record.get("title"),
            thread=record["id"],
            speaker=None if turn["who"] == "screen" else turn["who"],
            key=f"{record['id']}#{index}",
        )
        for index, turn in enumerate(record["turns"])
    ]


def matches(gold: dict[str, Any], row: Row, cosine: float, record: dict[str, Any], slack: float = 0.0) -> bool:
    """The scoreboard's rule for a draft and a gold proposition, its cosines lowered by ``slack``."""
    cosine += slack
    if bool(NEGATION.search(gold["text"])) != bool(NEGATION.search(row.resolved.text)) or cosine < 0.5:
        return False
    start = record["turns"][gold["turn"]]["text"].find(gold["quote"])
    quote = row.candidate.quote
    same_turn = row.candidate.observation.key.rsplit("#", 1)[-1] == str(gold["turn"])
    return cosine >= 0.7 or (same_turn and start < quote.end and quote.start < start + len(gold["quote"]))


def read(folder: Path, held_out: set[str]) -> tuple[list[Row], np.ndarray, list[dict[str, Any]], np.ndarray]:
    """Labelled candidates with their embeddings, and the gold propositions with theirs."""
    rows: list[Row] = []
    golds: list[dict[str, Any]] = []
    where: list[tuple[int, int, dict[str, Any], int]] = []
    for path in sorted(folder.glob("w*.jsonl")):
        if path.stem in held_out:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            turns = observations(record)
            first = len(rows)
            flag = gate.to_assistant(turns)
            rows += [Row(path.stem, c, r, flag, len(where), len(golds), [], []) for c, r in distiller.dated(turns)]
            where.append((first, len(rows), record, len(golds)))
            golds += [{**gold, "file": path.stem} for gold in record["propositions"]]
    embed = default_embedder().embed
    of_rows, of_golds = embed([row.resolved.text for row in rows]), embed([gold["text"] for gold in golds])
    for first, last, record, gold_first in where:
        for at in range(first, last):
            for i, gold in enumerate(record["propositions"]):
                cosine = float(of_rows[at] @ of_golds[gold_first + i])
                if matches(gold, rows[at], cosine, record):
                    rows[at].fits.append(i)
                if matches(gold, rows[at], cosine, record, slack=SLACK):
                    rows[at].nearly.append(i)
    return rows, of_rows, golds, of_golds


def plainly_stated(folder: Path, gold: Path, held_out: set[str], count: int) -> list[Row]:
    """Candidates of ``count`` persona sentences, each said by the user somewhere in a gold conversation."""
    draw = random.Random(SEED)
    sentences: set[str] = set()
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                both = row["user 1 personas"] + "\n" + row["user 2 personas"]
                sentences.update(line.strip() for line in both.splitlines() if line.strip())
    records = [
        json.loads(line)
        for path in sorted(gold.glob("w*.jsonl"))
        if path.stem not in held_out
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    talks = [r for r in records if r["source"] == "chat" and any(turn["who"] == "me" for turn in r["turns"])]
    rows: list[Row] = []
    for number, sentence in enumerate(draw.sample(sorted(sentences), count)):
        record = json.loads(json.dumps(draw.choice(talks)))
        said = sentence.lower().rstrip(".") if draw.random() < LOWER_CASE else sentence
        at = draw.choice([i for i, turn in enumerate(record["turns"]) if turn["who"] == "me"])
        before = record["turns"][at]["text"] + " " if draw.random() < SAID_AFTER else ""
        record["turns"][at]["text"] = before + said
        turns = observations(record)
        rows += [
            Row("plain", c, r, gate.to_assistant(turns), -1 - number, 0, [0], [0])
            for c, r in distiller.dated(turns)
            if c.observation is turns[at] and c.quote.start >= len(before) and c.writer in {"clause", "noun"}
        ]
    return rows


def vocabulary(rows: list[Row]) -> tuple[dict[str, int], dict[str, int]]:
    """Columns of the writers and flags seen often enough."""
    kinds = [f"{row.candidate.writer}:{row.candidate.form}" for row in rows]
    flags = [flag for row in rows for flag in row.candidate.flags]
    keep = [sorted({name for name in seen if seen.count(name) >= LEAST_SEEN}) for seen in (kinds, flags)]
    return {name: at for at, name in enumerate(keep[0])}, {name: at for at, name in enumerate(keep[1])}


def logistic(
    inputs: np.ndarray, labels: np.ndarray, strength: float, weight: np.ndarray | None = None
) -> LogisticRegression:
    """A fitted logistic regression."""
    return LogisticRegression(C=strength, max_iter=3000, random_state=SEED).fit(inputs, labels, sample_weight=weight)


def equal_files(files: np.ndarray) -> np.ndarray:
    """Sample weights of mean 1 that give every gold file the same say, and plain sentences a part of one."""
    names, counts = np.unique(files, return_counts=True)
    say = np.where(names == "plain", PLAIN_WEIGHT, 1.0)
    each = dict(zip(names, len(files) * say / say.sum() / counts, strict=True))
    return np.array([each[file] for file in files])


def kept(rows: list[Row], vectors: np.ndarray, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that would be drafted if nothing were too unlikely, and whether each is near a gold proposition."""
    indices: list[int] = []
    truths: list[bool] = []
    by_record: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        by_record.setdefault(row.record, []).append(at)
    for members in by_record.values():
        judged = [gate.Judgement(float(chances[at]), 0.98, "state", "days", None) for at in members]
        found = [(rows[at].candidate, rows[at].resolved) for at in members]
        for chosen in distiller.best(found, vectors[members], judged):
            indices.append(members[chosen])
            truths.append(bool(rows[members[chosen]].nearly))
    return np.array(indices), np.array(truths)


def logit(chances: np.ndarray) -> np.ndarray:
    """Log-odds as a column."""
    return np.log(chances / (1 - chances)).reshape(-1, 1)


def out_of_fold(inputs: np.ndarray, labels: np.ndarray, files: np.ndarray, strength: float) -> np.ndarray:
    """Probabilities of each file's candidates by a model that has not seen that file."""
    out = np.zeros(len(labels))
    for file in np.unique(files[files != "plain"]):
        test = files == file
        out[test] = logistic(inputs[~test], labels[~test], strength, equal_files(files[~test])).predict_proba(
            inputs[test]
        )[:, 1]
    return out


def packed(model: LogisticRegression) -> np.ndarray:
    """Coefficients with the bias as last row, shape (inputs + 1, outputs), in half precision."""
    return np.vstack([model.coef_.T, model.intercept_]).astype(np.float16)


def head(golds: list[dict[str, Any]], meaning: np.ndarray, field: str, names: tuple[str, ...]) -> np.ndarray:
    """A multinomial head over ``names`` for one field of the gold propositions; unseen names never win."""
    labels = np.array([names.index(gold[field]) for gold in golds])
    model = logistic(meaning, labels, HEAD_STRENGTH)
    out = np.zeros((meaning.shape[1] + 1, len(names)), np.float16)
    out[-1] = -30
    out[:, model.classes_] = packed(model)
    return out


def sensitive_head(golds: list[dict[str, Any]], meaning: np.ndarray) -> np.ndarray:
    """One yes-or-no model for each sensitive class, weighted towards recall."""
    out = np.zeros((meaning.shape[1] + 1, len(SENSITIVITIES)), np.float16)
    for at, name in enumerate(SENSITIVITIES):
        labels = np.array([gold["sensitive"] == name for gold in golds])
        model = LogisticRegression(C=1.0, max_iter=3000, class_weight={True: 5, False: 1}, random_state=SEED)
        out[:, at : at + 1] = packed(model.fit(meaning, labels))
    return out


def loss(labels: np.ndarray, chances: np.ndarray) -> float:
    """Mean log loss."""
    chances = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(labels, np.log(chances), np.log(1 - chances))))


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--held-out", nargs="*", default=["w7", "w8"])
    parser.add_argument("--out", type=Path, default=Path(gate.__file__).with_name(gate.WEIGHTS))
    options = parser.parse_args()
    held_out = set(options.held_out)
    rows, of_rows, golds, of_golds = read(options.gold, held_out)
    if options.plain:
        plain = plainly_stated(options.plain, options.gold, held_out, PLAIN_SENTENCES)
        of_rows = np.vstack([of_rows, default_embedder().embed([row.resolved.text for row in plain])])
        rows += plain
    writers, flags = vocabulary(rows)
    hand = np.array([features.vector(r.candidate, r.resolved, writers, flags, assistant=r.assistant) for r in rows])
    inputs = np.hstack([hand, of_rows * gate.EMBEDDING_SCALE])
    labels = np.array([bool(row.fits) for row in rows])
    files = np.array([row.file for row in rows])
    real = files != "plain"
    folds = {strength: out_of_fold(inputs, labels, files, strength) for strength in STRENGTHS}
    strength = min(folds, key=lambda s: loss(labels[real], folds[s][real]))
    chosen, true = kept([row for row in rows if row.file != "plain"], of_rows, folds[strength])
    curve = logistic(logit(folds[strength][chosen]), true, 1e3, equal_files(files[chosen]))
    grid = np.linspace(0.005, 0.995, 67)
    certainty = curve.predict_proba(logit(grid))[:, 1]
    glances = out_of_fold(hand, labels, files, 1.0)
    drafted = chosen[np.interp(folds[strength][chosen], grid, certainty) >= distiller.THRESHOLD]
    least = float(logit(np.quantile(glances[drafted], [GLANCE_LOSS]))[0, 0])
    matched = np.flatnonzero(labels & real)
    texts = [gold["text"] for gold in golds] + [rows[at].resolved.text for at in matched]
    meaning = gate.said(texts, np.vstack([of_golds, of_rows[matched]]))
    golds = golds + [golds[rows[at].golds_from + rows[at].fits[0]] for at in matched]
    names = {
        "writers": list(writers),
        "flags": list(flags),
        "kinds": KINDS,
        "lifespans": LIFESPANS,
        "sensitivities": SENSITIVITIES,
    }
    np.savez_compressed(
        options.out,
        names=json.dumps(names),
        glance=packed(logistic(hand, labels, 1.0, equal_files(files))),
        glance_least=np.array([least], np.float32),
        fact=packed(logistic(inputs, labels, strength, equal_files(files))),
        kind=head(golds, meaning, "kind", KINDS),
        lifespan=head(golds, meaning, "lifespan", LIFESPANS),
        sensitivity=sensitive_head(golds, meaning),
        certainty_in=grid.astype(np.float32),
        certainty_out=certainty.astype(np.float32),
    )
    print(
        f"{len(rows)} candidates, {labels.mean():.3f} of them facts; "
        f"C {strength}, log loss out of fold {loss(labels[real], folds[strength][real]):.4f}"
    )
    print(f"worth embedding: {np.mean(glances >= 1 / (1 + np.exp(-least))):.2f} of the candidates")
    print(f"{options.out}: {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
