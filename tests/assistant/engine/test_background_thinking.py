"""The engine thinks with a language model while nobody is there: what it says of it, what ends it, what breaks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import until
from fakes import FakeEmbedder, FakeModel
from played import PlayedOcr, PlayedScreen, eyes
from support import PASSPHRASE, Clock, said

from assistant import Assistant
from assistant.engine import loops, supervised
from assistant.engine.background import Observing
from assistant.engine.door import Door
from assistant.engine.log import Log
from assistant.engine.slack import Load
from assistant.llm.chosen import ChosenModel
from assistant.llm.host import ModelHost
from assistant.llm.model import Generated, LanguageModel, Prompt
from memory.errors import ModelFailedError, ModelStoppedError

CHOSEN = ChosenModel(name="fake-1b", path="/models/fake.gguf", sha256="0" * 64, bytes=1)
AWAY, BUSY = Load(user_idle_seconds=600.0), Load(cpu=0.9, user_idle_seconds=600.0)
CANARY = "qvzkxjwqgh"


class Slow(FakeModel):
    """A model that writes until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work, self.stopped = threading.Event(), threading.Event()

    def generate(self, prompt: Prompt, *, stop: threading.Event | None = None, **_: Any) -> Generated:
        self.at_work.set()
        assert stop is not None
        assert stop.wait(30), "nobody stopped it"
        self.stopped.set()
        raise ModelStoppedError("stopped")


class Engine:
    """Background work behind a door, with a model that is no process."""

    def __init__(self, folder: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.model: LanguageModel | None = Slow()
        self.load = AWAY
        self.log = log
        monkeypatch.setattr(ModelHost, "model", lambda _: self.model)
        monkeypatch.setattr(ModelHost, "status", lambda _: self.host())
        self._log = Log(log)
        screen, ocr = PlayedScreen(), PlayedOcr()
        self.observing = Observing(self._log, lambda: eyes(screen, ocr), lambda _: self.load)
        self.door = Door(folder, self.observing, self._log, self._opened)
        self.door.unlock(PASSPHRASE)

    def host(self) -> dict[str, Any]:
        return {"name": "fake-1b", "path": "", "state": "resting", "reason": None, "loaded": True}

    def _opened(self, folder: Path, passphrase: str | None, _code: str | None) -> Assistant:
        return Assistant.open(folder, passphrase, clock=Clock(), embedder=FakeEmbedder())

    def thinking(self) -> Any:
        return self.observing.status()["thinking"]

    def waiting(self) -> int:
        with self.door.inside() as vault:
            return int(vault.model()["waiting"]["second reading"])

    def end(self) -> None:
        self.door.close()
        self._log.close()


@pytest.fixture
def engine(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(loops, "LONGEST_RETRY_SECONDS", 0.1)
    monkeypatch.setattr(supervised, "FIRST_PAUSE_SECONDS", 0.02)
    with Assistant.open(folder, PASSPHRASE, create=True, clock=Clock(), embedder=FakeEmbedder()) as vault:
        vault.configure(model=CHOSEN)
        vault.observe([said(f"{CANARY} and I sold both red boats", f"k{n}", days=-1, thread=f"t{n}") for n in range(4)])
        vault.distil()
        assert vault.model()["waiting"]["second reading"] == 4
    found = Engine(folder, tmp_path / "engine.log", monkeypatch)
    yield found
    found.end()
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("inkling-")]
    assert threads == [], "a thread was left behind"


def slow(engine: Engine) -> Slow:
    assert isinstance(engine.model, Slow)
    return engine.model


def test_while_it_thinks_the_status_says_so_and_the_vault_is_of_use(engine: Engine) -> None:
    assert slow(engine).at_work.wait(30)
    found = engine.thinking()
    assert (found["state"], found["reason"]) == ("working", "nobody is at the machine")
    with engine.door.inside() as vault:
        vault.remember("The user has a cat.")
        assert vault.recall("cat")


def test_locking_ends_a_thought_and_keeps_what_waits(engine: Engine) -> None:
    assert slow(engine).at_work.wait(30)
    assert engine.door.lock()
    assert slow(engine).stopped.is_set()
    engine.model = None
    engine.door.unlock(PASSPHRASE)
    assert engine.waiting() == 4


def test_a_model_that_fails_is_told_of_and_tried_again(engine: Engine) -> None:
    broken, sound = FakeModel(), FakeModel()
    for _ in range(2):
        broken.enqueue(ModelFailedError("the model broke; see: inkling doctor"))
    assert slow(engine).at_work.wait(30)
    until(lambda: engine.thinking()["state"] == "working", "work")
    slow_one, engine.model = slow(engine), broken
    engine.load = BUSY
    assert slow_one.stopped.wait(30)
    engine.load = AWAY
    running = engine.observing._running
    assert running is not None
    running._pondering.wake()
    until(lambda: (engine.thinking() or {})["state"] == "failed" or broken.left == 0, "a failure")
    until(lambda: broken.left == 0, "a second try")
    for _ in range(4):
        sound.enqueue('{"facts":[]}')
    engine.model = sound
    until(lambda: engine.waiting() == 0, "all to be read")
    assert sound.left == 0
    assert CANARY not in engine.log.read_text()


def test_without_a_model_nothing_is_said_of_one(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "host", lambda: {"name": None, "state": "off"})
    engine.model = None
    engine.load = BUSY
    running = engine.observing._running
    assert running is not None
    until(lambda: not running.thinking.at_work, "the thought to end")
    running._pondering.wake()
    until(lambda: engine.thinking() is None, "nothing")
