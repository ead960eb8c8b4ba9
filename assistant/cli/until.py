"""Until when, as people say it: ``30m``, ``2h``, ``tomorrow``, ``until 18:30``, ``forever``. The present is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone

from memory.errors import InvalidInputError

MORNING = time(6, 0)  # when "tomorrow" begins for somebody who pauses at night
_LONGEST = timedelta(days=366)
_SPAN = re.compile(r"(\d{1,5})\s*(m|min|h|d)", re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
EXAMPLES = "30m, 2h, tomorrow, until 18:30 or forever"


def moment(words: Sequence[str], now: datetime) -> datetime | None:
    """The moment that ``words`` name, after ``now`` and in its zone; None for no end. Raises InvalidInputError."""
    said = " ".join(words).strip().lower()
    if said in ("", "forever"):
        return None
    if said == "tomorrow":
        return _at(now + timedelta(days=1), MORNING)
    if clock := _CLOCK.fullmatch(said.removeprefix("until ").strip()):
        named = _at(now, time(int(clock[1]), int(clock[2])))
        return named if named > now else _at(now + timedelta(days=1), named.time())
    if span := _SPAN.fullmatch(said):
        length = timedelta(**{_UNITS[span[2].lower()]: int(span[1])})
        if timedelta(0) < length <= _LONGEST:
            return now + length
    raise InvalidInputError(f"that is no time to pause for; say {EXAMPLES}")


def _at(day: datetime, clock: time) -> datetime:
    """That time of the day on the wall. A fixed offset is the system's for now; by then it may be another one."""
    named = datetime.combine(day.date(), clock, day.tzinfo)
    return named.replace(tzinfo=None).astimezone() if isinstance(day.tzinfo, timezone) else named
