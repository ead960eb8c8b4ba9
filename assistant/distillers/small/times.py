"""Time expressions made absolute: "tomorrow", "since January" and "the 14th of next month" become dates.

A closed set of expressions, resolved by tense: "on Friday" lies ahead unless the clause is past. A general date
parser was tried and left out: it costs a third of a second to import and takes "may", "sun" and "a second" for dates.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.distillers.small.time_words import COUNTS, DAYS, MONTHS, PATTERNS

if TYPE_CHECKING:
    import re
    from datetime import datetime

_DAY_INDEX = {day[:3].lower(): index for index, day in enumerate(DAYS)}
_MONTH_INDEX = {month[:3].lower(): index for index, month in enumerate(MONTHS, 1)}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A text with its dates absolute; ``day`` is the last day named, ``ends`` whether it closes what is said."""

    text: str
    day: date | None
    ends: bool


def absolute(text: str, at: datetime, *, past: bool = False) -> Resolved:
    """``text`` with every expression of the closed set resolved against ``at``, in ``at``'s own zone.

    ``past`` says that the clause's verb is past, which puts a bare weekday or month behind ``at`` and not ahead.
    """
    if len(text) > 500:
        return Resolved(text, None, ends=False)
    today = at.date()
    days: list[tuple[date, bool]] = []
    done: list[tuple[int, int]] = []
    edits: list[tuple[int, int, str]] = []
    for name, pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in done):
                continue
            answer = _resolve(name, match, today, past)
            if answer is None:
                continue
            done.append(match.span())
            edits.append((*match.span(), answer[0]))
            if answer[1] is not None:
                days.append((answer[1], _closes(match)))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    last = max(days, default=None)
    return Resolved(text, last[0] if last else None, ends=any(closing for _, closing in days))


def _closes(match: re.Match[str]) -> bool:
    return (match.groupdict().get("prep") or "").lower() in {"until", "till", "by", "before"}


def _resolve(name: str, match: re.Match[str], today: date, past: bool) -> tuple[str, date | None] | None:
    try:
        return _RESOLVERS[name](match, today, past)
    except (ValueError, OverflowError):  # 31 February, the year 0
        return None


def _written(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _prep(match: re.Match[str], default: str) -> str:
    given = (match.groupdict().get("prep") or "").lower()
    return {"": default, "this": default, "till": "until", "at": default, "over": default}.get(given, given)


def _dated(match: re.Match[str], day: date, weekday: bool = False) -> tuple[str, date]:
    name = f"{DAYS[day.weekday()]} " if weekday else ""
    return f"{_prep(match, 'on')} {name}{_written(day)}".strip(), day


def _month_of(match: re.Match[str]) -> int:
    return _MONTH_INDEX[match["mon"][:3].lower()]


def _year_for(month: int, day: int, today: date, past: bool) -> int:
    """The year of a day and month without one: the nearest on the side the tense points to."""
    if past:
        return today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return today.year if (month, day) >= (today.month, today.day) else today.year + 1


def _behind(match: re.Match[str], past: bool) -> bool:
    prep = (match.groupdict().get("prep") or "").lower()
    return prep == "since" or (past and prep not in {"until", "till", "by"})


def _iso(match: re.Match[str], _today: date, _past: bool) -> tuple[str, date]:
    return _dated(match, date(int(match["year"]), int(match["mm"]), int(match["dd"])))


def _day_month(match: re.Match[str], today: date, past: bool) -> tuple[str, date]:
    month, day = _month_of(match), int(match["dom"])
    year = int(match["year"]) if match["year"] else _year_for(month, day, today, _behind(match, past))
    return _dated(match, date(year, month, day), weekday=bool(match["wd"]))


def _shift_month(today: date, by: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 + by
    return index // 12, index % 12 + 1


_RELATIVE = {"last": -1, "this": 0, "next": 1, "coming": 1}


def _of_month(match: re.Match[str], today: date, _past: bool) -> tuple[str, date]:
    year, month = _shift_month(today, _RELATIVE[match["rel"].lower()])
    return _dated(match, date(year, month, int(match["dom"])))


def _dom(match: re.Match[str], today: date, past: bool) -> tuple[str, date]:
    day = int(match["dom"])
    behind = _behind(match, past)
    by = 0 if (day <= today.day if behind else day >= today.day) else (-1 if behind else 1)
    found = date(*_shift_month(today, by), day)
    text, _ = _dated(match, found)
    if match["prep"].lower() == "is":
        text = "is on " + _written(found)
    return text, found


def _weekday_dom(match: re.Match[str], today: date, past: bool) -> tuple[str, date]:
    day, wanted = int(match["dom"]), _DAY_INDEX[match["wd"].lower()]
    steps = (0, -1, -2, -3) if past else (0, 1, 2, 3)
    for by in steps:
        year, month = _shift_month(today, by)
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day).weekday() == wanted:
            return _dated(match, date(year, month, day), weekday=True)
    raise ValueError


def _end_of(match: re.Match[str], today: date, _past: bool) -> tuple[str, date]:
    rel = match["rel"].lower()
    by = 1 if rel.startswith("next") else 0
    prep = _prep(match, "at")
    if rel.endswith("week"):
        day = today + timedelta(days=6 - today.weekday() + 7 * by)
        return f"{prep} the end of the week of {_written(day - timedelta(days=6))}", day
    if rel.endswith("year"):
        return f"{prep} the end of {today.year + by}", date(today.year + by, 12, 31)
    year, month = _shift_month(today, by)
    return f"{prep} the end of {MONTHS[month - 1]} {year}", date(year, month, calendar.monthrange(year, month)[1])


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_year(match: re.Match[str], _today: date, _past: bool) -> tuple[str, date]:
    month, year = _month_of(match), int(match["year"])
    return f"{_prep(match, 'in')} {MONTHS[month - 1]} {year}", _month_end(year, month)


def _month_rel(match: re.Match[str], today: date, _past: bool) -> tuple[str, date]:
    month, rel = _month_of(match), match["rel"].lower()
    year = today.year
    if rel == "last":
        year -= month >= today.month
    elif rel == "next":
        year += month <= today.month
    return f"{_prep(match, 'in')} {MONTHS[month - 1]} {year}", _month_end(year, month)


def _month(match: re.Match[str], today: date, past: bool) -> tuple[str, date] | None:
    month, prep = _month_of(match), match["prep"].lower()
    if match["mon"].lower() in {"may", "mar"} and match["mon"].islower() and prep not in {"since", "in", "until", "by"}:
        return None
    behind = prep in {"since", "from"} or past
    year = today.year - (month > today.month) if behind else today.year + (month < today.month)
    lead = match[0][: match.start("mon") - match.start()]
    lead = "in late " if prep == "late" else "in early " if prep == "early" else "in mid-" if prep == "mid" else lead
    return f"{lead}{MONTHS[month - 1]} {year}", _month_end(year, month)


def _near(match: re.Match[str], today: date, _past: bool) -> tuple[str, date]:
    word = match["near"].lower()
    by = 2 if "after tomorrow" in word else -2 if "before yesterday" in word else 1 if word == "tomorrow" else 0
    by = -1 if word in {"yesterday", "last night"} else by
    day = today + timedelta(days=by)
    part = (match["part"] or "").strip().lower()
    if word in {"tonight", "last night", "this evening"} or part in {"night", "evening"}:
        return f"on the evening of {_written(day)}", day
    if word == "this morning" or part == "morning":
        return f"on the morning of {_written(day)}", day
    return f"on {_written(day)}", day


def _week_rel(match: re.Match[str], today: date, _past: bool) -> tuple[str, date] | None:
    by, unit = _RELATIVE[match["rel"].lower()], match["unit"].lower()
    if unit == "year":
        return f"{_prep(match, 'in')} {today.year + by}", date(today.year + by, 12, 31)
    if unit == "month":
        year, month = _shift_month(today, by)
        return f"{_prep(match, 'in')} {MONTHS[month - 1]} {year}", _month_end(year, month)
    if match["rel"].lower() == "coming":
        by = 0
    monday = today + timedelta(days=7 * by - today.weekday())
    if unit == "weekend":
        saturday = monday + timedelta(days=5)
        return f"{_prep(match, 'on')} the weekend of {_written(saturday)}", saturday + timedelta(days=1)
    return f"{_prep(match, 'in')} the week of {_written(monday)}", monday + timedelta(days=6)


def _weekday_date(wanted: int, today: date, past: bool) -> date:
    ahead = (wanted - today.weekday()) % 7
    if past:
        return today + timedelta(days=ahead - 7 if ahead else -7)
    return today + timedelta(days=ahead or 7)


def _weekday(match: re.Match[str], today: date, past: bool) -> tuple[str, date]:
    return _dated(match, _weekday_date(_DAY_INDEX[match["wd"].lower()], today, _behind(match, past)), weekday=True)


def _weekday_rel(match: re.Match[str], today: date, _past: bool) -> tuple[str, date]:
    day = _weekday_date(_DAY_INDEX[match["wd"].lower()], today, match["rel"].lower() == "last")
    if match["rel"].lower() == "next" and (day - today).days < 3:
        day += timedelta(days=7)
    return _dated(match, day, weekday=True)


def _counted(match: re.Match[str]) -> int:
    given = match["n"].lower()
    if given in {"a couple of", "a few"}:
        return 2 if "couple" in given else 3
    return COUNTS.get(given) or int(given)


def _moved(today: date, count: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    year, month = _shift_month(today, count * (12 if unit == "year" else 1))
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _about(day: date, unit: str, vague: bool) -> str:
    if unit == "year":
        return f"in {'about ' if vague else ''}{day.year}"
    if unit == "month" or vague:
        return f"in {MONTHS[day.month - 1]} {day.year}"
    return f"on {_written(day)}" if unit == "day" else f"around {_written(day)}"


def _ago(match: re.Match[str], today: date, _past: bool) -> tuple[str, None]:
    unit = match["unit"].lower()
    return _about(_moved(today, -_counted(match), unit), unit, match["n"].lower().startswith("a ")), None


def _in_units(match: re.Match[str], today: date, _past: bool) -> tuple[str, date] | None:
    unit, count = match["unit"].lower(), _counted(match)
    if count > 60 or ("time" not in match[0].lower() and unit == "year"):
        return None
    day = _moved(today, count, unit)
    return _about(day, unit, match["n"].lower().startswith("a ")), day


_HOLIDAYS = {"christmas eve": (12, 24), "christmas": (12, 25), "xmas": (12, 25), "halloween": (10, 31)}


def _holiday(match: re.Match[str], today: date, past: bool) -> tuple[str, date]:
    name = match["hol"].lower()
    month, dom = _HOLIDAYS.get(name, (12, 31))
    year = _year_for(month, dom, today, _behind(match, past))
    written = {"xmas": "Christmas"}.get(name, match["hol"].title().replace("'S", "'s"))
    return f"{_prep(match, 'at')} {written} {year}", date(year, month, dom)


_RESOLVERS = {
    "iso": _iso, "day_month": _day_month, "month_day": _day_month, "of_month": _of_month, "dom": _dom,
    "weekday_dom": _weekday_dom, "end_of": _end_of, "month_year": _month_year, "month_rel": _month_rel,
    "month": _month, "near": _near, "week_rel": _week_rel, "weekday_rel": _weekday_rel, "ago": _ago,
    "in_units": _in_units, "holiday": _holiday, "weekday": _weekday, "weekday_end": _weekday,
}  # fmt: skip
