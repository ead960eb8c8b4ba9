"""How long recall takes over a large vault, how long the first one after starting, and what encryption costs.

    python benchmarks/recall.py [--items 100000] [--questions 400] [--vault FOLDER] [--distil] [--plain]

Fills a vault from an invented chat export (``--vault`` keeps it, and uses it again), then measures in a process of its
own. ``--distil`` draws propositions first, so that both types are searched. ``--plain`` also decrypts a copy of the
store and asks both in turn, for the ratio.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from import_chat import child, finish, write_export
from machine import machine, peak_mb, percentile, resident_mb
from messages import Talk
from taking import PASSPHRASE, Timed

from assistant import Assistant
from memory.embedder import default_embedder
from memory.recall import Asked, Recall
from memory.store import Store, connection
from memory.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS = (
    "Where does {friend} live now?", "When did I last have {food}?", "What did {kin} say about {thing}?",
    "How is {doing} going?", "Who wanted to come to {place}?", "suggest somewhere to eat near {place} {day}",
    "do I still have {thing}", "What makes me {mood}?", "plan a weekend around {doing} and {food}",
    "how many hours a week do I spend on {doing}", "Which appointments were moved?", "what should I bring {friend}?",
    "Did anyone find {thing} at {place}?", "why was I late for {doing}", "{friend} {place} {food}",
)  # fmt: skip


def questions(count: int) -> list[str]:
    """Distinct questions of every length and sort, none of them a message of the export."""
    talk = Talk(seed=99)
    asked: dict[str, None] = {}
    while len(asked) < count:
        asked[talk.fill(talk.chance.choice(QUESTIONS), talk.sitting())] = None
    return list(asked)


def milliseconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def measure(folder: Path, count: int) -> dict[str, float]:
    """Start-up, recall and memory of a process that does nothing else."""
    before = resident_mb()
    embedder = Timed(default_embedder())
    began = time.perf_counter()
    with Assistant.open(folder, passphrase=PASSPHRASE, embedder=embedder) as assistant:
        opened = time.perf_counter() - began
        first = milliseconds(lambda: assistant.recall("Where did I leave my bicycle?"))
        asked = questions(count)
        embedder.seconds = 0.0
        each = [milliseconds(lambda q=question: assistant.recall(q)) for question in asked]  # type: ignore[misc]
        status = assistant.status()
    return {
        "observations": status["observations"], "propositions": status["propositions"],
        "unlocking and opening ms": 1000 * opened, "first recall ms": first,
        "recall p50 ms": percentile(each, 50), "recall p95 ms": percentile(each, 95), "recall worst ms": max(each),
        "of which embedding ms": 1000 * embedder.seconds / count,
        "memory MB": resident_mb() - before, "peak MB": peak_mb(),
    }  # fmt: skip


class _Unkeyed:
    """A database connection that is not given a key, so that it reads a plain file."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        """Everything but the pragmas that would encrypt."""
        skipped = sql.startswith(("PRAGMA key", "PRAGMA cipher_compatibility"))
        return self._raw.execute("SELECT 1" if skipped else sql, *parameters)


def plain_copy(encrypted: Store, path: Path, key: bytes) -> Store:
    """The store again, decrypted into ``path`` and opened without a key."""
    raw = encrypted._connection._raw
    raw.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
    raw.execute("SELECT sqlcipher_export('plain')")
    version = raw.execute("PRAGMA main.user_version").fetchone()[0]
    raw.execute(f"PRAGMA plain.user_version = {version}")
    raw.execute("DETACH DATABASE plain")
    configure = connection._configure
    connection._configure = lambda raw, key: configure(_Unkeyed(raw), key)
    try:
        return Store(path, key)
    finally:
        connection._configure = configure


def encryption(folder: Path, count: int, copy: Path) -> dict[str, float]:
    """Recall over the encrypted store and over a plain copy, in turns."""
    vault = Vault.open(folder, passphrase=PASSPHRASE)
    key, embedder = vault.subkey("store"), default_embedder()
    with Store(vault.store_path, key) as encrypted, plain_copy(encrypted, copy, key) as plain:
        ways = {"encrypted": Recall(encrypted, embedder), "plain": Recall(plain, embedder)}
        times: dict[str, list[float]] = {name: [] for name in ways}
        now = max(s.observation.at for s in encrypted.observations.get(range(1, 1000)).values())
        for number, question in enumerate(questions(count + 20)):
            asked = Asked(question, 10, None, now, frozenset())
            for name in sorted(ways, reverse=bool(number % 2)):
                taken = milliseconds(lambda way=ways[name], asked=asked: way.hits(asked))  # type: ignore[misc]
                if number >= 20:  # both have their indexes in memory by then
                    times[name].append(taken)
    vault.lock()
    found = {f"{name} p{p} ms": percentile(each, p) for name, each in times.items() for p in (50, 95)}
    pairs = zip(times["encrypted"], times["plain"], strict=True)
    return found | {"encrypted / plain": statistics.median(one / other for one, other in pairs)}


def fill(folder: Path, items: int) -> None:
    """Import an export of ``items`` messages into a new vault."""
    with tempfile.TemporaryDirectory(prefix="inkling-benchmark-") as name:
        path = Path(name) / "export.json"
        write_export(path, items, None)
        figures = finish(child(path, folder))
    print(f"filled: {figures['messages']:,.0f} messages in {figures['seconds']:.0f} s", flush=True)


def distil(folder: Path) -> None:
    """Draw propositions from everything pending."""
    with Assistant.open(folder, passphrase=PASSPHRASE) as assistant:
        began = time.perf_counter()
        counts = assistant.distil()
        print(f"distilled in {time.perf_counter() - began:.0f} s: {counts}", flush=True)


def show(figures: dict[str, float]) -> None:
    """One figure a line."""
    for name, value in figures.items():
        print(f"  {name:26}{value:12,.2f}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--vault", type=Path)
    parser.add_argument("--distil", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.questions)))
        return
    print(machine(), flush=True)
    scratch = Path(tempfile.mkdtemp(prefix="inkling-benchmark-"))
    try:
        folder = arguments.vault or scratch / "vault"
        if not Vault.exists(folder):
            fill(folder, arguments.items)
        if arguments.distil:
            distil(folder)
        count = str(arguments.questions)
        command = [sys.executable, __file__, "--questions", count, "--measure", str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        show(json.loads(done.stdout.splitlines()[-1]))
        if arguments.plain:
            show(encryption(folder, arguments.questions, scratch / "plain.db"))
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
