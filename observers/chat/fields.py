"""Reading untyped JSON without trusting it: a field of the wrong type reads as absent.

Times come back aware and within living memory, or not at all; text comes back storable, which excludes NUL and lone
surrogates, the two things JSON can carry and SQLite's text cannot.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from typing import Any

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MILLISECONDS_FROM = 1e11  # as seconds that is the year 5138, as milliseconds 1973


def clean(text: str) -> str:
    """``text`` without what cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


def string(value: Any) -> str:
    """``value`` if it is a string, made storable; else ``""``."""
    return clean(value) if isinstance(value, str) else ""


def label(value: Any) -> str | None:
    """A short string or number as one line, such as an id or a title; None if it is neither or is blank."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return " ".join(clean(value[:1000]).split()) or None if isinstance(value, str) else None


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """``value`` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def epoch(value: Any) -> datetime | None:
    """The time of a Unix timestamp in seconds or milliseconds, a number or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
        if not math.isfinite(seconds):
            return None
        return plausible(datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def moment(value: Any, zone: tzinfo | None) -> datetime | None:
    """The time of an ISO 8601 string; one without an offset is taken in ``zone``, None meaning this machine's."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        return plausible(aware(datetime.fromisoformat(value.strip()), zone))
    except (ValueError, OverflowError, OSError):
        return None


def aware(at: datetime, zone: tzinfo | None) -> datetime:
    """``at`` as it stands if it has a zone, else in ``zone``, None meaning this machine's."""
    if at.tzinfo is not None:
        return at
    return at.astimezone() if zone is None else at.replace(tzinfo=zone)


def plausible(at: datetime) -> datetime | None:
    """``at``, unless it is outside living memory."""
    return at if EARLIEST <= at < LATEST else None
