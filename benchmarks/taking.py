"""The child process of import_chat.py: imports one export into one vault, timing every batch.

    python benchmarks/taking.py EXPORT VAULT [--no-embedding | --parse-only]

A process of its own, so that its peak memory is the import's alone and so that it can be killed. Prints one JSON
object with the figures when it is done.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from machine import peak_mb, resident_mb

from assistant import Assistant
from memory.embedder import Embedder, default_embedder
from observers.chat import open_export

PASSPHRASE = "a passphrase for benchmarks only"


class OneVector:
    """An embedder that costs nothing, to see what everything else costs."""

    name = "benchmark:one-vector"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The same unit vector for every text."""
        return np.full((len(texts), self.dimensions), self.dimensions**-0.5, np.float32)


class Timed:
    """An embedder that adds up the time spent in another."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.name, self.dimensions = inner.name, inner.dimensions
        self.seconds = 0.0

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The inner embedder's vectors."""
        began = time.perf_counter()
        try:
            return self._inner.embed(texts)
        finally:
            self.seconds += time.perf_counter() - began


def take(path: Path, vault: Path, embedder: Timed) -> dict[str, float]:
    """Import ``path``: messages, new ones, seconds in all and in the embedder, memory after a tenth and at its peak."""
    embedder.embed(["loads the model"])
    export = open_export(path)
    with Assistant.open(vault, passphrase=PASSPHRASE, create=True, embedder=embedder) as assistant:
        embedder.seconds, early = 0.0, 0.0
        seen = new = 0
        began, began_cpu = time.perf_counter(), time.process_time()
        for taken in assistant.take(export.observations()):
            seen += len(taken.rows)
            new += taken.new
            if not early and export.bytes_read > export.bytes_total / 10:
                early = resident_mb()
        seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        status = assistant.status()
    return {
        "messages": seen, "new": new, "seconds": seconds, "cpu seconds": cpu, "embedding seconds": embedder.seconds,
        "held": status["observations"], "unembedded": status["unembedded"], "store MB": status["bytes"] / 2**20,
        "MB at a tenth": early, "peak MB": peak_mb(),
    }  # fmt: skip


def parse(path: Path) -> dict[str, float]:
    """Read ``path`` and keep nothing; messages, seconds and the peak of memory."""
    began = time.process_time()
    count = sum(1 for _ in open_export(path).observations())
    return {"messages": count, "cpu seconds": time.process_time() - began, "peak MB": peak_mb()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("vault", type=Path)
    parser.add_argument("--no-embedding", action="store_true")
    parser.add_argument("--parse-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.parse_only:
        print(json.dumps(parse(arguments.export)))
        return
    embedder = OneVector() if arguments.no_embedding else default_embedder()
    print(json.dumps(take(arguments.export, arguments.vault, Timed(embedder))))


if __name__ == "__main__":
    main()
