"""What the engine costs at rest, and a command as a whole process while it runs.

    python benchmarks/client.py

The engine serves a vault of 2,000 messages. Python's own start is measured beside the command, as it is most of it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from machine import machine
from messages import OWNER, chats

ROUNDS = 25
PASSPHRASE = "four words drawn at random"


def main() -> None:
    """Measure and print."""
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "INKLING_HOME": home, "INKLING_RUNTIME": f"{home}/run", "INKLING_PASSPHRASE": PASSPHRASE,
        }  # fmt: skip
        inkling = str(Path(sys.executable).with_name("inkling"))

        def run(*words: str) -> str:
            done = subprocess.run((inkling, *words), env=environment, capture_output=True, text=True, check=True)
            return done.stdout

        fill(Path(home) / "vault")
        run("start", "--locked")
        engine = engine_of(home)
        print(f"engine, locked: {resident(engine):.0f} MB")
        run("unlock")
        run("recall", "a trial")
        print(f"engine, unlocked, after a recall: {resident(engine):.0f} MB")
        python = timed(lambda: subprocess.run((sys.executable, "-c", "pass"), env=environment, check=True))
        recall = timed(lambda: run("recall", "where do we meet"))
        print(f"python -c pass: {python}; inkling recall: {recall}")
        before, began = sum(engine.cpu_times()[:2]), time.monotonic()
        time.sleep(20)
        share = (sum(engine.cpu_times()[:2]) - before) / (time.monotonic() - began)
        print(f"engine at rest, unlocked: {100 * share:.2f}% of one core")
        run("lock")
        print(f"engine, locked again: {resident(engine):.0f} MB")
        run("stop")


def fill(folder: Path) -> None:
    """A vault with something in it."""
    from assistant import Assistant, Observation  # noqa: PLC0415

    said = (
        Observation(
            text=m.text, at=m.at, source="chat", thread=m.thread, speaker="me" if m.speaker == OWNER else m.speaker,
            key=f"bench:{m.number}",
        )
        for m in chats(2000)
    )  # fmt: skip
    with Assistant.open(folder, PASSPHRASE, create=True) as assistant:
        assistant.observe(said)


def engine_of(home: str) -> psutil.Process:
    """The engine's process."""
    return next(p for p in psutil.process_iter(["cmdline"]) if f"{home}/vault" in (p.info["cmdline"] or []))


def resident(process: psutil.Process) -> float:
    """Megabytes."""
    return float(process.memory_info().rss) / 2**20


def timed(work: object) -> str:
    """Least and median milliseconds of a command as a whole process."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - began))
    return f"least {min(times):.0f} ms, median {statistics.median(times):.0f} ms"


if __name__ == "__main__":
    main()
