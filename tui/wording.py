"""The words the interface uses for what the records hold: one place, so that every screen says the same."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.text import one_line

if TYPE_CHECKING:
    from memory.records import Basis, Lifespan, Proposition, Revision, Status

BASES: dict[Basis, str] = {
    "stated": "you said so",
    "implied": "implied by what you said",
    "observed": "seen on your screen",
    "behavioural": "from what you often do",
    "user": "your word",
}
SHORT_BASES: dict[Basis, str] = {
    "stated": "said",
    "implied": "implied",
    "observed": "seen",
    "behavioural": "habit",
    "user": "your word",
}
LIFESPANS: dict[Lifespan, str] = {
    "moment": "for a moment",
    "days": "for days",
    "weeks": "for weeks",
    "months": "for months",
    "years": "for years",
    "permanent": "for good",
}
STATUSES: dict[Status, str] = {
    "believed": "",
    "quarantined": "set aside: a sensitive class that you have not allowed",
    "rejected": "rejected by you",
    "superseded": "no longer so",
    "review": "to be reviewed: the evidence does not agree",
}
_UNITS = (("year", 365), ("month", 30), ("week", 7))
_SHORT_UNITS = {"year": "y", "month": "mo", "week": "wk", "day": "d"}
_THE_USER = "The user "


def headline(text: str) -> str:
    """A proposition on one line, without the leading "The user" that the list's own heading says once."""
    line = one_line(text)
    return line.removeprefix(_THE_USER)


def count(number: int, noun: str) -> str:
    """``1 message``, ``2,340 messages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def moment(at: datetime) -> str:
    """A time as the clock on the wall showed it where it happened: ``4 Mar 2026, 19:22``."""
    return f"{day(at)}, {at:%H:%M}"


def day(at: datetime) -> str:
    """A day: ``4 Mar 2026``."""
    return f"{at.day} {at:%b %Y}"


def age(at: datetime, now: datetime) -> str:
    """How long ago something was, roughly: ``today``, ``3 days ago``, ``2 years ago``."""
    days = _days(at, now)
    if days < 0:
        return f"on {day(at)}"
    if days < 2:
        return ("today", "yesterday")[days]
    number, unit = _rough(days)
    return f"{number} {unit}s ago"


def short_age(at: datetime, now: datetime) -> str:
    """As :func:`age`, where there is little room: ``today``, ``3 d ago``, ``2 y ago``."""
    days = _days(at, now)
    if days < 1:
        return "today" if days == 0 else day(at)
    number, unit = _rough(days)
    return f"{number} {_SHORT_UNITS[unit]} ago"


def _days(at: datetime, now: datetime) -> int:
    return (now.astimezone(at.tzinfo).date() - at.date()).days


def _rough(days: int) -> tuple[int, str]:
    """A number of days in the largest unit of which there are at least two."""
    fitting = ((days // length, unit) for unit, length in _UNITS if days >= 2 * length)
    return next(fitting, (days, "day"))


def validity(proposition: Proposition) -> str:
    """When it holds, or an empty string if no bound is known."""
    since, until = proposition.valid_from, proposition.valid_to
    if since and until:
        return f"from {day(since)} to {day(until)}"
    if since:
        return f"since {day(since)}"
    return f"until {day(until)}" if until else ""


def speaker(name: str | None) -> str:
    """Who speaks: ``You``, ``The AI``, the name, or ``On screen`` where nobody does."""
    if name is None:
        return "On screen"
    return {"me": "You", "assistant": "The AI"}.get(name) or one_line(name) or "Somebody"


def revision(change: Revision) -> tuple[str, str]:
    """One change in history: who did what and when, and how the words changed if they did."""
    who = "you" if change.actor == "user" else one_line(change.actor).capitalize()
    reason = f" ({one_line(change.reason)})" if change.reason and change.actor != "user" else ""
    line = f"{moment(change.at.astimezone())} · {one_line(change.action)} · {who}{reason}"
    if change.before and change.after and change.before != change.after:
        return line, f"“{one_line(change.before)}” became “{one_line(change.after)}”"
    return line, ""
