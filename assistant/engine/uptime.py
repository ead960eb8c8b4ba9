"""A clock for durations: nobody sets it back, and it goes on while the machine sleeps, where the system has one."""

from __future__ import annotations

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; time.monotonic() stands still during suspend there


def seconds() -> float:
    """Seconds since some moment in the past."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
