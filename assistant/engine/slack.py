"""When there is slack to draw conclusions: a rule on what the machine is doing, and the two things that touch it.

The surprising decision: postponing ends. What has waited for `Limits.stalest_seconds` is worked through in the smallest
batches however busy the machine is, because a memory that never learns is no use. One thing has no exception: on a
battery that is nearly empty nothing is distilled.

A language model is another matter: it takes whole cores for minutes, so it runs only where nobody would mind, and what
waits for it waits as long as that takes. The small distiller has read all of it already.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_NICE = 10
_IO_LEVEL = 7  # the last of the ordinary ones; "idle" would let a busy disk stop a thread that holds the store
_CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal", "acpitz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the machine is doing. ``cpu`` is the share of all cores, 0 to 1, that others use; None is not known."""

    cpu: float = 0.0
    on_battery: bool = False
    battery_percent: float | None = None
    user_idle_seconds: float | None = None
    available_bytes: int | None = None
    celsius: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where slack ends. ``on_battery`` is whether to work on battery at all before something is stale."""

    on_battery: bool = False
    least_battery_percent: float = 40.0
    critical_battery_percent: float = 15.0
    most_cpu: float = 0.6
    most_celsius: float = 85.0
    least_available_bytes: int = 300_000_000
    idle_from_seconds: float = 60.0
    stalest_seconds: float = 6 * 3600.0
    small_batch: int = 16  # some fifty milliseconds of the small distiller
    large_batch: int = 200
    thinking_battery_percent: float = 60.0
    thinking_cpu: float = 0.3
    thinking_idle_seconds: float = 120.0
    thinking_quiet_seconds: float = 600.0  # of low load where nobody knows whether the user is there


@dataclass(frozen=True, slots=True)
class Slack:
    """Whether to distil now: at most ``batch`` observations, then look again after ``wait_seconds``, and why."""

    go: bool
    batch: int
    wait_seconds: float
    reason: str


def may_distil(load: Load, pending: int, oldest_pending_seconds: float, limits: Limits) -> Slack:
    """What the load allows while ``pending`` observations wait, the oldest of them since so long."""
    if pending <= 0:
        return _later(60, "nothing waits")
    percent = math.inf if load.battery_percent is None else load.battery_percent
    if load.on_battery and percent <= limits.critical_battery_percent:
        return _later(300, "the battery is nearly empty")
    obstacle = _obstacle(load, percent, limits)
    if obstacle is None:
        return _now(load, pending, limits)
    if oldest_pending_seconds >= limits.stalest_seconds:
        return Slack(True, min(pending, limits.small_batch), 30.0, "it has waited long enough")
    until_stale = limits.stalest_seconds - max(0.0, oldest_pending_seconds)
    return Slack(False, 0, max(1.0, min(obstacle.wait_seconds, until_stale)), obstacle.reason)


def may_think(load: Load, waiting: int, limits: Limits, *, quiet_seconds: float = 0.0, needed_bytes: int = 0) -> Slack:
    """Whether a language model may do a step while so many wait, and if not when to look again.

    ``quiet_seconds`` is how long the load has been low: where it is not known whether the user is there (no screen is
    watched), somebody is taken to be until it has been low for long. ``needed_bytes`` is what the model has yet to
    load. On battery it runs only if the user wants work done there, and well charged.
    """
    if waiting <= 0:
        return _later(60, "nothing waits")
    obstacle = _unfit(load, limits, needed_bytes) or _attended(load, limits, quiet_seconds)
    return obstacle or Slack(True, 1, 0.5, "nobody is at the machine")


def _unfit(load: Load, limits: Limits, needed_bytes: int) -> Slack | None:
    """What of the machine's state speaks against running a language model."""
    percent = math.inf if load.battery_percent is None else load.battery_percent
    if load.on_battery and not (limits.on_battery and percent >= limits.thinking_battery_percent):
        return _later(120, "the battery is low" if limits.on_battery else "on battery")
    if load.celsius is not None and load.celsius > limits.most_celsius:
        return _later(120, "the processor is hot")
    if load.available_bytes is not None and load.available_bytes < limits.least_available_bytes + needed_bytes:
        return _later(120, "memory is short")
    return _later(30, "the machine is busy") if load.cpu > limits.thinking_cpu else None


def _attended(load: Load, limits: Limits, quiet_seconds: float) -> Slack | None:
    """Whether somebody is, or may be, there to mind."""
    idle = load.user_idle_seconds
    if idle is None:
        quiet = quiet_seconds >= limits.thinking_quiet_seconds
        return None if quiet else _later(30, "somebody may be at the machine")
    left = limits.thinking_idle_seconds - idle
    return _later(min(30.0, max(1.0, left)), "somebody is at the machine") if left > 0 else None


def _obstacle(load: Load, percent: float, limits: Limits) -> Slack | None:
    """What speaks against working now, for as long as nothing is stale."""
    if load.on_battery and not limits.on_battery:
        return _later(120, "on battery")
    if load.on_battery and percent < limits.least_battery_percent:
        return _later(120, "the battery is low")
    if load.celsius is not None and load.celsius > limits.most_celsius:
        return _later(60, "the processor is hot")
    if load.available_bytes is not None and load.available_bytes < limits.least_available_bytes:
        return _later(60, "memory is short")
    if load.cpu > limits.most_cpu:
        return _later(15, "the machine is busy")
    return None


def _now(load: Load, pending: int, limits: Limits) -> Slack:
    """A large batch where nobody would notice, a small one beside somebody's work."""
    if load.user_idle_seconds is not None and load.user_idle_seconds >= limits.idle_from_seconds:
        return Slack(True, min(pending, limits.large_batch), 0.5, "nobody is at the machine")
    return Slack(True, min(pending, limits.small_batch), 5.0, "there is slack")


def _later(seconds: float, reason: str) -> Slack:
    return Slack(False, 0, seconds, reason)


class LoadMeter:
    """Reads the load. What this process and its own ones use does not count, else its own work would stop it."""

    def __init__(self) -> None:
        import psutil  # noqa: PLC0415 - not for those who only ask the rule

        self._psutil = psutil
        self._own = psutil.Process()
        self._all = self._everybody()
        self._ours = self._own_seconds()

    def read(self, user_idle_seconds: float | None = None) -> Load:
        """The load since the last call, at least a second ago for the figure to mean something.

        Takes 2 ms, and 5 more for every hundred processes that run.
        """
        battery = self._battery()
        return Load(
            cpu=self._cpu(),
            on_battery=battery is not None and not battery.power_plugged,
            battery_percent=None if battery is None else float(battery.percent),
            user_idle_seconds=user_idle_seconds,
            available_bytes=int(self._psutil.virtual_memory().available),
            celsius=self._celsius(),
        )

    def _cpu(self) -> float:
        (busy_before, total_before), ours_before = self._all, self._ours
        self._all, self._ours = self._everybody(), self._own_seconds()
        total = self._all[1] - total_before
        if total <= 0:
            return 0.0
        ours = sum(now - ours_before.get(pid, 0.0) for pid, now in self._ours.items())
        return min(1.0, max(0.0, (self._all[0] - busy_before - ours) / total))

    def _everybody(self) -> tuple[float, float]:
        """Seconds that all cores together have been busy, and have existed."""
        times = self._psutil.cpu_times()
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)  # in "user" already
        return total - times.idle - getattr(times, "iowait", 0.0), total

    def _own_seconds(self) -> dict[int, float]:
        """Seconds of processor time this process and each that it started have taken so far, by process id."""
        found: dict[int, float] = {}
        with suppress(self._psutil.Error, OSError):
            for process in (self._own, *self._own.children(recursive=True)):
                with suppress(self._psutil.Error, OSError):
                    times = process.cpu_times()
                    found[process.pid] = times.user + times.system
        return found

    def _battery(self) -> Any:
        with suppress(OSError, RuntimeError, AttributeError, NotImplementedError):  # not on every system
            return self._psutil.sensors_battery()
        return None

    def _celsius(self) -> float | None:
        with suppress(OSError, RuntimeError, AttributeError, NotImplementedError, ValueError):
            found = self._psutil.sensors_temperatures()
            for name in _CPU_SENSORS:
                if readings := [one.current for one in found.get(name, []) if one.current]:
                    return float(max(readings))
        return None


def lower_priority() -> None:
    """Let everybody else's work go before this thread's; on systems that know no threads, before this process's."""
    with suppress(OSError, AttributeError, ValueError):
        if sys.platform == "win32":
            import psutil  # noqa: PLC0415

            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
            return
        who = threading.get_native_id() if sys.platform == "linux" else 0
        os.setpriority(os.PRIO_PROCESS, who, max(_NICE, os.getpriority(os.PRIO_PROCESS, who)))
    if sys.platform == "linux":
        _lower_io_priority()


def _lower_io_priority() -> None:
    import psutil  # noqa: PLC0415

    with suppress(psutil.Error, OSError, ValueError):
        psutil.Process(threading.get_native_id()).ionice(psutil.IOPRIO_CLASS_BE, _IO_LEVEL)  # type: ignore[attr-defined,unused-ignore]
