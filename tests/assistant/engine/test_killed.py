"""Promise: the engine may be killed at any instant, under load; what it acknowledged is there, once, and sound."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine_program
import pytest
from engines import until
from fakes import FakeEmbedder
from support import PASSPHRASE, said
from test_durability import SENTENCES, consistent

import assistant.client as client_module
from assistant import Assistant
from assistant.client import Client, connect
from assistant.engine import process
from memory.errors import EngineUnreachableError, InklingError
from memory.records import Observation

STEPS = 12  # a kill comes soon after one of so many acknowledgements
SECONDS = 0.05  # or so long after it, at most


def message(n: int) -> Observation:
    """The n-th of an endless conversation, the same every time."""
    return said(f"{SENTENCES[n % len(SENTENCES)]}{'!' * (n // len(SENTENCES) % 50)}", f"k{n}", days=n / 1000)


class Load:
    """What several clients ask of an engine at once until it is gone, and what they were told is safe."""

    def __init__(self, folder: Path, first: int, acknowledged: list[int], remembered: list[str]) -> None:
        self.folder = folder
        self.first = first
        self.acknowledged = acknowledged
        self.remembered = remembered
        self.steps = 0
        self._threads = [
            threading.Thread(target=self._run, args=(work,)) for work in (self._take, self._word, self._read)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client waits for an engine that is gone"

    def _run(self, work: Any) -> None:
        try:
            with connect(self.folder, start=False) as client:
                work(client)
        except EngineUnreachableError:
            return

    def _take(self, client: Client) -> None:
        number = self.first
        for taken in client.take(message(n) for n in range(self.first, 10**9)):
            number += len(taken.rows)
            self.acknowledged[0] = max(number, self.acknowledged[0])
            self.steps += 1

    def _word(self, client: Client) -> None:
        for n in range(10**9):
            self.remembered.append(client.remember(f"The user has {self.first + n} cats and {n} dogs."))

    def _read(self, client: Client) -> None:
        while True:
            client.distil()
            client.recall("Toyota Yaris")


def killed(folder: Path, rng: random.Random, acknowledged: list[int], remembered: list[str]) -> bool:
    """One engine's life under load; whether it died with something under way."""
    engine = engine_program.start(folder)
    try:
        until(lambda: process.is_served(folder), "an engine that answers")
        with connect(folder, start=False) as client:
            client.unlock(PASSPHRASE)
        before = acknowledged[0]
        load = Load(folder, max(0, before - rng.randint(0, 20)), acknowledged, remembered)
        load.start()
        most = rng.randint(1, STEPS)
        until(lambda: load.steps >= most, "an acknowledgement")
        time.sleep(rng.uniform(0.0, SECONDS))
    finally:
        engine.kill()
        engine.communicate(timeout=60)
    load.join()
    return acknowledged[0] > before


def look(folder: Path, acknowledged: int, remembered: list[str]) -> None:
    with Assistant.open(folder, PASSPHRASE, embedder=FakeEmbedder()) as vault:
        held = [s.observation.key for s in vault._store.observations.all()]
        assert held == [f"k{n}" for n in range(len(held))], "in order, and nothing twice"
        assert len(held) >= acknowledged
        for id_ in remembered:
            vault.proposition(id_)
        consistent(vault)


def check(folder: Path, seeds: Iterator[int], looks: int) -> None:
    acknowledged, remembered = [0], []
    fruitful = 0
    for number, seed in enumerate(seeds, start=1):
        fruitful += killed(folder, random.Random(seed), acknowledged, remembered)
        if number % looks == 0:
            look(folder, acknowledged[0], remembered)
    look(folder, acknowledged[0], remembered)
    assert fruitful > 0, "no kill came at a moment that matters: nothing was tested"
    assert acknowledged[0] > 20
    with Assistant.open(folder, PASSPHRASE, embedder=FakeEmbedder()) as vault:
        ids = vault.observe(message(n) for n in range(acknowledged[0] + 30))
        assert len(set(ids)) == len(ids) == max(acknowledged[0] + 30, vault.status()["observations"])
        vault.distil()
        assert vault.status()["pending"] == 0
        consistent(vault)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "BATCH", 6)


def test_everything_acknowledged_survives_a_killed_engine(folder: Path, code: str) -> None:
    check(folder, iter(range(6)), looks=1)


@pytest.mark.slow
def test_everything_acknowledged_survives_two_hundred_killed_engines(folder: Path, code: str) -> None:
    check(folder, iter(range(1000, 1200)), looks=10)


def test_an_engine_killed_in_mid_call_is_an_error_that_says_what_to_do(folder: Path, code: str) -> None:
    """The client does not hang, whichever verb it was in, and the next client starts another engine."""
    engine = engine_program.start(folder)
    until(lambda: process.is_served(folder), "an engine that answers")
    client = connect(folder, start=False)
    client.unlock(PASSPHRASE)
    engine.kill()
    engine.communicate(timeout=60)
    for ask in (client.status, client.propositions, lambda: client.remember("The user has a cat."), client.distil):
        with pytest.raises(InklingError, match="inkling start"):
            ask()
    client.close()
    with connect(folder) as after:
        assert after.state()["locked"]
        after.unlock(PASSPHRASE)
        assert after.status()["propositions"] == 0
        after.stop()
