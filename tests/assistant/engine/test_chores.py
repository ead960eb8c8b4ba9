"""What the engine does when there is slack: conclusions in batches as the load allows, and keeping house."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder
from support import PASSPHRASE, Clock, said

from assistant import Assistant
from assistant.engine.chores import HOUSEKEEPING_SECONDS, Distilling, Housekeeping, Thinking
from assistant.engine.slack import Limits, Load
from assistant.llm.chosen import ChosenModel
from memory.errors import ModelFailedError, ModelStoppedError, StorageFullError
from memory.records import Limit

LIMITS = Limits()
QUIET = Load(cpu=0.1, user_idle_seconds=0.0)


@pytest.fixture
def vault(folder: Path, clock: Clock) -> Iterator[Assistant]:
    with Assistant.open(folder, PASSPHRASE, create=True, clock=clock, embedder=FakeEmbedder()) as opened:
        yield opened


def fill(vault: Assistant, count: int, first: int = 0) -> None:
    vault.observe(
        [
            said(f"I have number {n} of the red boats", f"k{n}", days=-1, thread=f"t{n}")
            for n in range(first, first + count)
        ]
    )


class Machine:
    """A load that the test sets, and what it was asked with."""

    def __init__(self, load: Load = QUIET) -> None:
        self.load = load
        self.told: list[float | None] = []

    def read(self, user_idle_seconds: float | None) -> Load:
        self.told.append(user_idle_seconds)
        return self.load


def distilling(vault: Assistant, machine: Machine, idle: float | None = 0.0) -> Distilling:
    return Distilling(vault, machine.read, lambda: idle)


def test_nothing_pending_is_nothing_to_do(vault: Assistant) -> None:
    chore = distilling(vault, Machine())
    assert chore.step() == 60
    assert chore.slack is not None
    assert chore.slack.reason == "nothing waits"


def test_what_is_pending_is_worked_off_in_small_batches_beside_a_user(vault: Assistant) -> None:
    fill(vault, 40)
    chore, machine = distilling(vault, Machine(), idle=3.0), Machine()
    chore = distilling(vault, machine, idle=3.0)
    left: list[int] = []
    while (pending := vault.waiting()[0]) and len(left) < 10:
        left.append(pending)
        assert chore.step() == 5.0
    assert left == [40, 40 - LIMITS.small_batch, 40 - 2 * LIMITS.small_batch]
    assert machine.told == [3.0] * 3
    assert vault.propositions()


def test_a_large_batch_where_nobody_is(vault: Assistant) -> None:
    fill(vault, 40)
    distilling(vault, Machine(Load(user_idle_seconds=600.0))).step()
    assert vault.waiting()[0] == 0


@pytest.mark.parametrize(
    "load",
    [
        Load(cpu=0.9), Load(on_battery=True, battery_percent=90.0), Load(on_battery=True, battery_percent=10.0),
        Load(celsius=99.0), Load(available_bytes=1),
    ],
)  # fmt: skip
def test_without_slack_nothing_is_done_until_it_has_waited_long_enough(
    vault: Assistant, clock: Clock, load: Load
) -> None:
    fill(vault, 20)
    machine = Machine(load)
    chore = distilling(vault, machine)
    for _ in range(3):
        assert chore.step() >= 1.0
    assert vault.waiting()[0] == 20
    clock.now += timedelta(seconds=LIMITS.stalest_seconds + 1)
    chore.step()
    nearly_empty = load.on_battery and load.battery_percent == 10.0
    assert vault.waiting()[0] == (20 if nearly_empty else 20 - LIMITS.small_batch)
    machine.load = QUIET
    chore.step()
    assert vault.waiting()[0] < 20


def test_the_user_may_want_it_on_battery(vault: Assistant) -> None:
    fill(vault, 5)
    chore = distilling(vault, Machine(Load(on_battery=True, battery_percent=90.0)))
    chore.step()
    assert vault.waiting()[0] == 5
    vault.configure(distil_on_battery=True)
    chore.step()
    assert vault.waiting()[0] == 0


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=7)])
def test_a_clock_that_jumps_stops_no_conclusions(vault: Assistant, clock: Clock, jump: timedelta) -> None:
    fill(vault, 5)
    clock.now += jump
    chore = distilling(vault, Machine(Load(cpu=0.9)))
    assert 1.0 <= chore.step() <= LIMITS.stalest_seconds
    distilling(vault, Machine()).step()
    assert vault.waiting()[0] == 0


# thinking


AWAY = Load(user_idle_seconds=600.0)
CHOSEN = ChosenModel(name="fake-1b", path="/models/fake.gguf", sha256="0" * 64, bytes=10**9)


class Mind:
    """The chore over a vault with a model; what a step of it does is up to the test."""

    def __init__(self, vault: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine = Machine(AWAY)
        self.idle: float | None = 600.0
        self.seconds = 0.0
        self.waiting, self.rested, self.steps = 3, 0, 0
        self.state: dict[str, Any] = {"name": "fake-1b", "state": "resting", "loaded": True, "reason": None}
        self.act: Callable[[threading.Event], dict[str, int]] = self.work
        vault.configure(model=CHOSEN)
        monkeypatch.setattr(vault, "model", lambda: self.state | {"waiting": {"doubts": self.waiting}})
        monkeypatch.setattr(vault, "think", self.think)
        monkeypatch.setattr(vault, "rest_model", self.rest)
        self.chore = Thinking(vault, self.machine.read, lambda: self.idle, lambda: self.seconds, watch_seconds=0.005)

    def think(self, stop: threading.Event) -> dict[str, int]:
        return self.act(stop)

    def rest(self) -> bool:
        self.rested += 1
        return False

    def work(self, stop: threading.Event) -> dict[str, int]:
        assert not stop.is_set()
        self.waiting, self.steps = self.waiting - 1, self.steps + 1
        return {"joined": 1}

    def reason(self) -> str | None:
        return self.chore.slack.reason if self.chore.slack else None


@pytest.fixture
def mind(vault: Assistant, monkeypatch: pytest.MonkeyPatch) -> Mind:
    return Mind(vault, monkeypatch)


def test_the_model_works_off_what_waits_while_nobody_is_there(mind: Mind) -> None:
    waits = [mind.chore.step() for _ in range(4)]
    assert (mind.steps, waits[:3], mind.reason()) == (3, [0.5] * 3, "nothing waits")
    assert waits[3] > 1
    assert not mind.chore.at_work


def test_between_two_steps_it_looks_again_whether_it_may(mind: Mind) -> None:
    mind.chore.step()
    mind.machine.load = Load(cpu=0.9, user_idle_seconds=600.0)
    assert mind.chore.step() > 1
    assert (mind.steps, mind.reason()) == (1, "the machine is busy")


def test_without_a_model_nothing_is_thought_and_nothing_said(mind: Mind) -> None:
    mind.state["name"] = None
    assert mind.chore.step() > 1
    assert (mind.steps, mind.chore.slack) == (0, None)


def test_a_model_that_cannot_run_says_why(mind: Mind) -> None:
    mind.state |= {"state": "failed", "reason": "its file is not there"}
    assert mind.chore.step() > 1
    assert (mind.steps, mind.reason()) == (0, "its file is not there")


def test_a_model_nobody_uses_is_unloaded_whatever_the_load(mind: Mind) -> None:
    mind.machine.load = Load(cpu=0.9)
    mind.waiting = 0
    assert mind.chore.step() <= 60
    assert mind.rested == 1


def test_a_model_not_yet_loaded_needs_its_room(mind: Mind) -> None:
    mind.machine.load = Load(user_idle_seconds=600.0, available_bytes=10**9)
    mind.chore.step()
    assert mind.steps == 1
    mind.state["loaded"] = False
    mind.chore.step()
    assert (mind.steps, mind.reason()) == (1, "memory is short")


def test_where_the_user_is_not_seen_it_waits_for_a_long_quiet(mind: Mind) -> None:
    mind.machine.load = Load()
    mind.seconds = LIMITS.thinking_quiet_seconds - 1
    mind.chore.step()
    assert mind.steps == 0
    mind.machine.load = Load(cpu=0.9)
    mind.seconds += 1
    mind.chore.step()
    mind.machine.load = Load()
    mind.seconds += LIMITS.thinking_quiet_seconds - 1
    mind.chore.step()
    assert mind.steps == 0, "it was busy in between"
    mind.seconds += 1
    mind.chore.step()
    assert mind.steps == 1


@pytest.mark.parametrize(
    "back", [Load(user_idle_seconds=0.0), Load(user_idle_seconds=600.0, cpu=0.9), Load(on_battery=True)]
)
def test_a_step_is_stopped_when_somebody_comes_back(mind: Mind, back: Load) -> None:
    def until_stopped(stop: threading.Event) -> dict[str, int]:
        assert mind.chore.at_work
        mind.machine.load = back
        assert stop.wait(20), "nobody stopped it"
        raise ModelStoppedError("stopped")

    mind.act = until_stopped
    assert mind.chore.step() > 1
    assert mind.reason() != "nobody is at the machine"
    assert not mind.chore.at_work


def test_locking_stops_a_step_at_once_and_lets_none_begin(mind: Mind) -> None:
    def until_stopped(stop: threading.Event) -> dict[str, int]:
        threading.Thread(target=mind.chore.interrupt, daemon=True).start()
        assert stop.wait(20), "nobody stopped it"
        raise ModelStoppedError("stopped")

    mind.act = until_stopped
    mind.chore.step()

    def stopped_already(stop: threading.Event) -> dict[str, int]:
        assert stop.is_set()
        raise ModelStoppedError("stopped")

    mind.act = stopped_already
    mind.chore.step()


def test_what_the_model_fails_with_is_for_the_loop_to_tell(mind: Mind) -> None:
    def broken(_: threading.Event) -> dict[str, int]:
        raise ModelFailedError("it broke")

    mind.act = broken
    with pytest.raises(ModelFailedError):
        mind.chore.step()
    assert not mind.chore.at_work
    mind.act = mind.work
    mind.chore.step()
    assert mind.steps == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "inkling-watching"]


class House:
    """Housekeeping at the vault's clock and at a timer, which go on together unless the clock is set."""

    def __init__(self, vault: Assistant, clock: Clock) -> None:
        self.clock, self.seconds = clock, 0.0
        self.chore = Housekeeping(vault, lambda: self.seconds)

    def keep(self, hours: float) -> None:
        """House is kept for so long."""
        end = self.seconds + hours * 3600
        while self.seconds < end:
            waited = self.chore.step()
            self.seconds += waited
            self.clock.now += timedelta(seconds=waited)


@pytest.fixture
def house(vault: Assistant, clock: Clock) -> House:
    return House(vault, clock)


@pytest.fixture
def times(vault: Assistant, house: House, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The hours at which limits were enforced."""
    found: list[float] = []
    monkeypatch.setattr(vault, "expire", lambda: found.append(house.seconds / 3600))
    return found


def test_the_log_of_writes_is_emptied_at_every_step(vault: Assistant, house: House) -> None:
    fill(vault, 30)
    log = vault.vault.store_path.with_name(vault.vault.store_path.name + "-wal")
    assert log.stat().st_size > 0
    assert house.chore.step() == HOUSEKEEPING_SECONDS
    assert (vault.status()["observations"], log.stat().st_size) == (30, 0)


def test_what_is_too_old_goes_by_itself(vault: Assistant, clock: Clock, house: House) -> None:
    fill(vault, 30)
    vault.configure(retention={"chat": Limit(days=30)})
    house.keep(hours=12)
    assert vault.status()["observations"] == 30
    clock.pass_days(40)
    house.keep(hours=12)
    learned = vault.propositions()
    assert learned, "it was read before it went"
    quoted = {support.observation_key for proposition in learned for support in proposition.evidence}
    assert vault.status()["observations"] == len(quoted) < 30


def test_limits_are_enforced_every_few_hours(house: House, times: list[float]) -> None:
    house.keep(hours=24)
    assert times == [1, 7, 13, 19]


@pytest.mark.parametrize("days", [-1, 7, 4000])
def test_nothing_expires_just_after_the_clock_was_set(
    house: House, times: list[float], clock: Clock, days: int
) -> None:
    """Whoever sets it wrong by a year notices within the hour."""
    house.keep(hours=6.8)
    clock.pass_days(days)
    house.keep(hours=0.9)
    clock.pass_days(-days)
    house.keep(hours=0.9)
    assert times == [1]
    house.keep(hours=1)
    assert len(times) == 2


def test_without_limits_nothing_is_distilled_ahead_of_its_time(vault: Assistant, house: House) -> None:
    fill(vault, 5)
    house.keep(hours=24)
    assert vault.waiting()[0] == 5


def test_what_could_not_be_expired_is_tried_again(
    vault: Assistant, clock: Clock, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(vault, 3)
    vault.configure(retention={"chat": Limit(days=30)}, expired_facts="drop")
    clock.pass_days(40)
    expire = vault.expire

    def full(*_: Any) -> dict[str, int]:
        raise StorageFullError("the disk is full")

    monkeypatch.setattr(vault, "expire", full)
    with pytest.raises(StorageFullError):
        house.keep(hours=2)
    with pytest.raises(StorageFullError):
        house.chore.step()
    monkeypatch.setattr(vault, "expire", expire)
    house.chore.step()
    assert vault.status()["observations"] == 0
