"""When there is slack to draw conclusions: a rule on what the machine is doing, and the two things that touch it.

The surprising decision: postponing ends. What has waited for `Limits.stalest_seconds` is worked through in the smallest
batches however busy the machine is, because a memory that never learns is no use. One thing has no exception: on a
battery that is nearly empty nothing is distilled.
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
    """Reads the load. What this process itself uses does not count, else its own work would stop it."""

    def __init__(self) -> None:
        import psutil  # noqa: PLC0415 - not for those who only ask the rule

        self._psutil = psutil
        self._own = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self._cpu()  # the first figure means nothing

    def read(self, user_idle_seconds: float | None = None) -> Load:
        """The load since the last call, at least a second ago for the figure to mean something. Takes 2 ms."""
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
        everybody = float(self._psutil.cpu_percent(None)) / 100
        ours = float(self._own.cpu_percent(None)) / 100 / self._cores
        return min(1.0, max(0.0, everybody - ours))

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
