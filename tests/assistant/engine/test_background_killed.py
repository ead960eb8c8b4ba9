"""Promise: killed at any instant while it observes, the engine has kept what it acknowledged, once, in a sound store.

It looks at a screen whose pages turn and follows a log that grows; after every kill another one goes on.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import observing_program
import pytest
from engines import until
from fakes import FakeEmbedder
from support import PASSPHRASE, START
from test_durability import consistent

from assistant import Assistant
from assistant.client import connect
from assistant.engine import process

STEPS = 15  # a kill comes soon after one of so many acknowledgements
SECONDS = 0.05  # or so long after it, at most
PAGES = 100_000  # between the first pages of two lives


def said(number: int) -> str:
    """One line of the log. Six digits: four numbers of four in a row can be a card's, and are then removed."""
    return f"said {100_000 + number} times"


class Writer:
    """Somebody who writes a log, line after line, until told to stop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            self._write()
        self._write()  # so that there is something nobody has read

    def _write(self) -> None:
        at = START + timedelta(seconds=self.count)
        line = {"text": said(self.count), "at": at.isoformat(), "speaker": "me", "key": f"w{self.count}"}
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        self.count += 1


def life(folder: Path, number: int, enough: Callable[[Iterator[list[str]]], list[list[str]]]) -> list[str]:
    """One engine's life, until it has acknowledged ``enough``: the texts it said were safe."""
    engine = observing_program.start(folder, "played", number * PAGES)
    try:
        until(lambda: process.is_served(folder), "an engine that answers")
        with connect(folder, start=False) as client:
            client.unlock(PASSPHRASE)
        told = enough(observing_program.safe(engine))
    finally:
        engine.kill()
        told_late = list(observing_program.safe(engine))
        engine.communicate(timeout=60)
    return [text for texts in told + told_late for text in texts]


def soon(rng: random.Random) -> Callable[[Iterator[list[str]]], list[list[str]]]:
    """A few acknowledgements and a moment."""

    def few(safe: Iterator[list[str]]) -> list[list[str]]:
        told = list(islice(safe, rng.randint(1, STEPS)))
        time.sleep(rng.uniform(0.0, SECONDS))
        return told

    return few


def all_of(text: str) -> Callable[[Iterator[list[str]]], list[list[str]]]:
    """Everything up to this text."""

    def everything(safe: Iterator[list[str]]) -> list[list[str]]:
        told = []
        for texts in safe:
            told.append(texts)
            if text in texts:
                break
        return told

    return everything


def look(folder: Path, acknowledged: Iterable[str]) -> Counter[str]:
    """What is held, once it has been seen to be sound."""
    with Assistant.open(folder, PASSPHRASE, embedder=FakeEmbedder()) as vault:
        texts = [stored.observation.text for stored in vault._store.observations.all()]
        keys = [stored.observation.key for stored in vault._store.observations.all()]
        consistent(vault)
    lines = Counter(line for text in texts for line in text.splitlines())
    assert [line for line, times in lines.items() if times > 1] == []
    assert len(set(keys)) == len(keys)
    assert [text for text in acknowledged if text not in texts] == []
    return lines


def check(folder: Path, log: Path, seeds: range, looks: int) -> None:
    acknowledged: list[str] = []
    writer = Writer(log)
    try:
        for number, seed in enumerate(seeds):
            acknowledged += life(folder, number, soon(random.Random(seed)))
            if number % looks == 0:
                look(folder, acknowledged)
    finally:
        writer.end()
    acknowledged += life(folder, len(seeds), all_of(said(writer.count - 1)))
    lines = look(folder, acknowledged)
    written = {said(n) for n in range(writer.count)}
    assert written <= lines.keys(), "the log was taken in to its end"
    assert sum(line.startswith("Page ") for line in lines) > len(seeds), "the screen was observed"


@pytest.fixture
def log(folder: Path, tmp_path: Path) -> Path:
    """A log in a watched folder of a vault that observes."""
    watched = tmp_path / "logs"
    watched.mkdir()
    with Assistant.open(folder, PASSPHRASE, create=True, embedder=FakeEmbedder()) as vault:
        vault.configure(screen_on=True, watched=[str(watched)])
    return watched / "chat.jsonl"


def test_killed_while_it_observes_it_has_kept_what_it_acknowledged(folder: Path, log: Path) -> None:
    check(folder, log, range(3), looks=2)


@pytest.mark.slow
def test_killed_sixty_times_while_it_observes_it_has_kept_what_it_acknowledged(folder: Path, log: Path) -> None:
    check(folder, log, range(100, 160), looks=6)
