"""The vault behind the engine: who gets in, how long it stays open, and that locking means locked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import Recorder, Running, opened, until
from fakes import FakeEmbedder
from support import PASSPHRASE, said

import assistant.engine.door as module
from assistant import Assistant
from assistant.client import Client
from assistant.engine.door import Door
from assistant.engine.log import Log
from memory import embedder
from memory.errors import InvalidInputError, VaultLockedError, WrongPassphraseError


class Seconds:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Waits:
    """Notes how long somebody was made to wait, and lets the time pass."""

    def __init__(self, clock: Seconds) -> None:
        self.clock, self.waited = clock, []

    def wait(self, seconds: float) -> bool:
        self.waited.append(round(seconds, 3))
        self.clock.now += seconds
        return False

    def set(self) -> None:
        pass


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def background() -> Recorder:
    return Recorder()


@pytest.fixture
def door(folder: Path, code: str, seconds: Seconds, background: Recorder, tmp_path: Path) -> Iterator[Door]:
    log = Log(tmp_path / "engine.log")
    found = Door(folder, background, log, opened, seconds)
    yield found
    found.close()
    log.close()


def test_it_opens_with_the_passphrase_or_the_recovery_code(door: Door, code: str) -> None:
    assert not door.is_open
    door.unlock(recovery_code=code)
    assert door.is_open
    assert door.lock() is True
    door.unlock(PASSPHRASE)
    with door.inside() as assistant:
        assert assistant.status()["observations"] == 0


def test_an_open_vault_still_tells_a_right_secret_from_a_wrong_one(door: Door, code: str) -> None:
    door.unlock(PASSPHRASE)
    door.unlock(PASSPHRASE)
    door.unlock(recovery_code=code)
    door.unlock()
    with pytest.raises(WrongPassphraseError):
        door.unlock("not the one")
    assert door.is_open


def test_nobody_is_let_in_while_it_is_locked(door: Door) -> None:
    with pytest.raises(VaultLockedError, match="inkling unlock"), door.inside():
        pytest.fail("it was let in")


def test_wrong_secrets_are_slowed_down_and_a_right_one_ends_that(door: Door, seconds: Seconds) -> None:
    waits = door._giving_up = Waits(seconds)  # type: ignore[assignment]
    for _ in range(10):
        with pytest.raises(WrongPassphraseError):
            door.unlock("not the one")
    assert waits.waited == [0, 0, 0, 0, 2, 4, 8, 16, 30, 30]
    door.unlock(PASSPHRASE)
    assert waits.waited[-1] == 30
    with pytest.raises(WrongPassphraseError):
        door.unlock("not the one")
    door.unlock(PASSPHRASE)
    assert waits.waited[-2:] == [0, 0]


def test_a_slip_in_the_recovery_code_and_an_empty_keyring_are_no_guesses(door: Door, seconds: Seconds) -> None:
    waits = door._giving_up = Waits(seconds)  # type: ignore[assignment]
    for _ in range(8):
        with pytest.raises(InvalidInputError):
            door.unlock(recovery_code="abc")
        with pytest.raises(WrongPassphraseError):
            door.unlock()
    assert set(waits.waited) == {0}


def test_it_locks_itself_after_the_minutes_the_user_chose(door: Door, seconds: Seconds) -> None:
    door.unlock(PASSPHRASE)
    seconds.now += 1e6
    assert door.lock_if_idle() is False  # nobody chose any
    with door.inside() as assistant:
        assistant.configure(auto_lock_minutes=10)
    seconds.now += 599
    assert door.lock_if_idle() is False
    with door.inside():
        pass
    seconds.now += 599
    with door.inside(counts_as_use=False):
        pass
    assert door.lock_if_idle() is False
    seconds.now += 1
    assert door.lock_if_idle() is True
    assert not door.is_open
    assert door.lock_if_idle() is False


def test_it_never_locks_itself_on_somebody_inside(door: Door, seconds: Seconds) -> None:
    door.unlock(PASSPHRASE)
    with door.inside() as assistant:
        assistant.configure(auto_lock_minutes=1)
        seconds.now += 1e6
        assert door.lock_if_idle() is False
    assert door.lock_if_idle() is False  # it has just been used
    seconds.now += 60
    assert door.lock_if_idle() is True


def test_what_runs_is_started_after_unlocking_and_stopped_before_locking(door: Door, background: Recorder) -> None:
    door.unlock(PASSPHRASE)
    door.unlock(PASSPHRASE)
    door.lock()
    door.lock()
    assert background.heard == ["start", "stop"]


@pytest.mark.parametrize("when", ["start", "stop"])
def test_what_breaks_there_keeps_the_vault_neither_closed_nor_open(
    door: Door, background: Recorder, tmp_path: Path, when: str
) -> None:
    background.failing.add(when)
    door.unlock(PASSPHRASE)
    assert door.is_open
    door.lock()
    assert not door.is_open
    logged = (tmp_path / "engine.log").read_text()
    assert "ValueError" in logged
    assert "canary" not in logged


def test_locking_drops_the_keys_and_the_models(door: Door) -> None:
    door.unlock(PASSPHRASE)
    embedder.default_embedder()
    with door.inside() as assistant:
        vault = assistant.vault
    door.lock()
    assert vault.is_locked
    assert embedder._default is None


def test_locking_does_not_wait_for_long_work_and_loses_nothing_of_it(
    client: Client, running: Running, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """A verb is held between two of its batches; it is told, and what it had stored is there."""
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    import assistant.pipeline as pipeline  # noqa: PLC0415

    monkeypatch.setattr(pipeline, "BATCH", 5)
    stored, go_on = threading.Event(), threading.Event()
    observe = pipeline.Pipeline.observe

    def held(self: Any, observations: Any, now: Any) -> Any:
        for taken in observe(self, observations, now):
            yield taken
            stored.set()
            assert go_on.wait(30)

    monkeypatch.setattr(pipeline.Pipeline, "observe", held)
    caught: list[BaseException] = []

    def take() -> None:
        try:
            client.observe([said(f"message {n}", f"k{n}") for n in range(20)])
        except VaultLockedError as error:
            caught.append(error)

    thread = threading.Thread(target=take)
    thread.start()
    assert stored.wait(30)
    assert client.lock() is True
    go_on.set()
    thread.join()
    assert len(caught) == 1
    with Assistant.open(folder, PASSPHRASE, embedder=FakeEmbedder()) as assistant:
        assert assistant.status()["observations"] == 5
        assert assistant.check() == []


def test_a_running_engine_locks_itself(client: Client, running: Running) -> None:
    client.configure(auto_lock_minutes=1)
    door = running.engine.door
    door._clock = lambda: module.seconds() + 61
    until(lambda: client.state()["locked"], "a locked vault")
    assert "idle minutes=1" in running.logged()
    client.unlock(PASSPHRASE)
    assert client.config().auto_lock_minutes == 1
