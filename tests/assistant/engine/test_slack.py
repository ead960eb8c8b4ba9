"""When the engine may draw conclusions, and that it stays out of everybody's way."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.slack import Limits, Load, LoadMeter, lower_priority, may_distil, may_think

LIMITS = Limits()
loads = st.builds(
    Load,
    cpu=st.floats(0, 1),
    on_battery=st.booleans(),
    battery_percent=st.none() | st.floats(0, 100),
    user_idle_seconds=st.none() | st.floats(0, 1e6),
    available_bytes=st.none() | st.integers(0, 2**40),
    celsius=st.none() | st.floats(-20, 130),
)
limits = st.builds(Limits, on_battery=st.booleans())


def is_critical(load: Load) -> bool:
    percent = load.battery_percent
    return load.on_battery and percent is not None and percent <= LIMITS.critical_battery_percent


@given(load=loads, pending=st.integers(1, 10**6), more=st.floats(0, 1e9), limits=limits)
def test_what_has_waited_long_enough_is_never_postponed_again(
    load: Load, pending: int, more: float, limits: Limits
) -> None:
    slack = may_distil(load, pending, limits.stalest_seconds + more, limits)
    assert slack.go or is_critical(load)


@given(load=loads, pending=st.integers(-1, 10**6), oldest=st.floats(-1e9, 1e9), limits=limits)
def test_nothing_runs_on_a_battery_that_is_nearly_empty(
    load: Load, pending: int, oldest: float, limits: Limits
) -> None:
    nearly_empty = replace(load, on_battery=True, battery_percent=limits.critical_battery_percent)
    assert not may_distil(nearly_empty, pending, oldest, limits).go


@given(load=loads, pending=st.integers(-1, 10**6), oldest=st.floats(-1e9, 1e9), limits=limits)
def test_every_answer_can_be_acted_on(load: Load, pending: int, oldest: float, limits: Limits) -> None:
    slack = may_distil(load, pending, oldest, limits)
    assert slack.go == (slack.batch > 0)
    assert slack.batch <= max(0, pending)
    assert 0 < slack.wait_seconds <= 300
    assert slack.reason


@given(load=loads, oldest=st.floats(0, 1e6), limits=limits)
def test_whoever_waits_as_told_looks_again_when_it_gets_stale(load: Load, oldest: float, limits: Limits) -> None:
    slack = may_distil(load, 1, oldest, limits)
    if not slack.go and not is_critical(load):
        assert oldest + slack.wait_seconds <= limits.stalest_seconds + 1


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (Load(on_battery=True, battery_percent=90), "on battery"),
        (Load(cpu=0.9), "the machine is busy"),
        (Load(celsius=97), "the processor is hot"),
        (Load(available_bytes=10**8), "memory is short"),
    ],
)
def test_it_waits_while_it_would_be_noticed(load: Load, reason: str) -> None:
    slack = may_distil(load, 10, 60, LIMITS)
    assert (slack.go, slack.reason) == (False, reason)


def test_on_battery_it_works_if_the_user_said_so_and_enough_is_left() -> None:
    allowed = Limits(on_battery=True)
    assert may_distil(Load(on_battery=True, battery_percent=80), 10, 0, allowed).go
    assert not may_distil(Load(on_battery=True, battery_percent=30), 10, 0, allowed).go


def test_batches_are_large_only_where_nobody_is_at_the_machine() -> None:
    assert may_distil(Load(user_idle_seconds=600), 1000, 0, LIMITS).batch == LIMITS.large_batch
    assert may_distil(Load(user_idle_seconds=1), 1000, 0, LIMITS).batch == LIMITS.small_batch
    assert may_distil(Load(), 1000, 0, LIMITS).batch == LIMITS.small_batch


# thinking with a language model

AWAY = Load(user_idle_seconds=600.0)


@given(load=loads, quiet=st.floats(0, 1e6), needed=st.integers(0, 2**36), limits=limits)
def test_the_model_runs_only_where_nobody_minds(load: Load, quiet: float, needed: int, limits: Limits) -> None:
    slack = may_think(load, 1, limits, quiet_seconds=quiet, needed_bytes=needed)
    assert slack.reason
    assert 0 < slack.wait_seconds <= 300
    if not slack.go:
        return
    assert load.cpu <= limits.thinking_cpu
    assert not load.on_battery or limits.on_battery
    assert load.celsius is None or load.celsius <= limits.most_celsius
    assert load.available_bytes is None or load.available_bytes >= needed
    idle = load.user_idle_seconds
    assert quiet >= limits.thinking_quiet_seconds if idle is None else idle >= limits.thinking_idle_seconds


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (replace(AWAY, on_battery=True, battery_percent=100), "on battery"),
        (replace(AWAY, cpu=0.5), "the machine is busy"),
        (replace(AWAY, celsius=97), "the processor is hot"),
        (replace(AWAY, available_bytes=2 * 10**9), "memory is short"),
        (replace(AWAY, user_idle_seconds=60), "somebody is at the machine"),
        (replace(AWAY, user_idle_seconds=None), "somebody may be at the machine"),
    ],
)
def test_the_model_waits_and_says_why(load: Load, reason: str) -> None:
    slack = may_think(load, 10, LIMITS, quiet_seconds=60, needed_bytes=2 * 10**9)
    assert (slack.go, slack.reason) == (False, reason)


def test_the_model_never_grows_impatient() -> None:
    """What the small distiller has read already can wait for as long as it takes."""
    assert not may_think(replace(AWAY, cpu=0.9), 10**9, LIMITS, quiet_seconds=1e9).go


def test_the_model_runs_while_nobody_is_there() -> None:
    assert may_think(AWAY, 1, LIMITS).go
    assert not may_think(AWAY, 0, LIMITS).go


def test_where_nobody_knows_who_is_there_a_long_quiet_will_do() -> None:
    unknown = replace(AWAY, user_idle_seconds=None)
    assert may_think(unknown, 1, LIMITS, quiet_seconds=LIMITS.thinking_quiet_seconds).go


def test_on_battery_the_model_runs_only_if_the_user_wants_that_and_it_is_well_charged() -> None:
    wanted = Limits(on_battery=True)
    assert may_think(replace(AWAY, on_battery=True, battery_percent=80), 1, wanted).go
    low = may_think(replace(AWAY, on_battery=True, battery_percent=50), 1, wanted)
    assert (low.go, low.reason) == (False, "the battery is low")


class Times:
    """Processor times as psutil tells them."""

    def __init__(self, user: float, idle: float) -> None:
        self.user, self.idle, self.system = user, idle, 0.0

    def __iter__(self) -> Iterator[float]:
        return iter((self.user, self.idle))


class Machine:
    """A process table: processor seconds of everybody, of this process and of those it started."""

    def __init__(self) -> None:
        self.busy, self.idle, self.pid = 100.0, 100.0, 1
        self.own: dict[int, float] = {1: 10.0}

    def cpu_times(self) -> Times:
        return Times(self.busy, self.idle)

    def children(self, recursive: bool) -> list[Machine]:
        return [self._one(pid) for pid in self.own if pid != 1]

    def _one(self, pid: int) -> Machine:
        found = Machine()
        found.pid, found.busy = pid, self.own[pid]
        return found


def test_what_the_models_own_process_takes_is_nobody_elses_load(monkeypatch: pytest.MonkeyPatch) -> None:
    meter, machine = LoadMeter(), Machine()
    monkeypatch.setattr(meter._psutil, "cpu_times", machine.cpu_times)
    own = machine._one(1)
    monkeypatch.setattr(own, "children", machine.children)
    monkeypatch.setattr(meter, "_own", own)
    meter.read()
    machine.busy, machine.idle, machine.own[7] = 108.0, 102.0, 8.0  # a process started since, and alone at work
    assert meter.read().cpu == 0.0
    machine.busy, machine.idle, machine.own[7] = 116.0, 104.0, 11.0
    assert meter.read().cpu == pytest.approx(0.5)
    del machine.own[7]
    assert meter.read().cpu == 0.0, "no time has passed"


def test_the_load_of_this_machine_can_be_read() -> None:
    load = LoadMeter().read(user_idle_seconds=3)
    assert 0 <= load.cpu <= 1
    assert load.user_idle_seconds == 3
    assert load.available_bytes is not None
    assert load.available_bytes > 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is the whole process")
def test_only_the_thread_that_asks_gives_way() -> None:
    found: list[int] = []

    def work() -> None:
        lower_priority()
        lower_priority()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(10, before)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
