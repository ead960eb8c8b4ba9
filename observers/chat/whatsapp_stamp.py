"""When a WhatsApp message was sent, out of however the phone's locale wrote it.

Whether 3/4 is in March or April is decided over the whole file: the order under which fewest dates are impossible or
go backwards, then the one that spreads the chat over less time, and only then custom.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, Literal

Style = Literal["bracketed", "dashed", "turned", "plain"]
Order = Literal["dmy", "mdy", "ymd"]

_M = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]{0,4}"  # direction marks may stand anywhere in a stamp
_DATE = (
    rf"{_M}(?P<a>\d{{1,4}}){_M}\s?(?P<sep>[./\-年년]){_M}\s?(?P<b>\d{{1,2}}){_M}\s?[./\-月월]{_M}\s?"
    rf"(?P<c>\d{{1,4}})[日일.]?"
)
_WORDS = r"[^\W\d_][^\d\[\]():–—\-]{0,17}?"
_TIME = (
    rf"{_M}(?P<before>{_WORDS}\s?)?{_M}(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})(?:[:.](?P<s>\d{{2}}))?"
    rf"(?:\s{{0,2}}(?P<after>{_WORDS}))?{_M}"
)
_STAMP = rf"{_DATE}{_M}[,،]?\s{_TIME}"
_TURNED = rf"{_TIME},?\s{_DATE}{_M}"  # Vietnamese phones
_PATTERNS: Final[tuple[tuple[Style, re.Pattern[str]], ...]] = (
    ("bracketed", re.compile(rf"{_M}\[{_STAMP}\]\s?(?P<rest>.*)", re.DOTALL)),
    ("dashed", re.compile(rf"{_STAMP}\s[-–—]\s(?P<rest>.*)", re.DOTALL)),
    ("turned", re.compile(rf"{_TURNED}\s[-–—]\s(?P<rest>.*)", re.DOTALL)),
    ("plain", re.compile(rf"{_STAMP}[,:]\s(?P<rest>.*)", re.DOTALL)),  # Korean phones, and iOS before 2016
)

# CLDR's day period names without dots and spaces, in lower case. Any other word beside a time ("Uhr") means nothing.
_AFTERNOON_WORDS = """
    pm p μμ nachm nachmittags م 下午 午後 오후 中午 晚上 ch ös em eh du ip odp pop popol popoldne popiet pēcpusd ptg
    пп слобед поподне пополудні अपराह्न பிற்பகல் ਬਾਦੁ بظ بعدازظهر אחהצ หลังเที่ยง epasdites
"""
_MORNING_WORDS = """
    am a πμ vorm vormittags ص 上午 午前 오전 凌晨 清晨 早上 sa öö fm fh de ap dop dopol dopoldne priešpiet priekšp pg
    дп преподне पूर्वाह्न முற்பகல் ਪੂਦੁ قظ לפנהצ ก่อนเที่ยง eparadites
"""
_AFTERNOON: Final = frozenset(_AFTERNOON_WORDS.split())
_MORNING: Final = frozenset(_MORNING_WORDS.split())
_LAUNCHED = 2009


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line's date and time as written, and the rest of the line."""

    style: Style
    numbers: tuple[int, int, int]
    custom: Order  # the order the spelling suggests where nothing else decides
    hour: int  # 0 to 23, or more where what is written is no time
    minute: int
    second: int
    rest: str


def stamp_of(line: str) -> Stamp | None:
    """The stamp that ``line`` begins with, or None."""
    head = line[:8].lstrip("\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff")
    if not head or not (head[0].isdecimal() or head[0] == "["):
        return None
    for style, pattern in _PATTERNS[:1] if head[0] == "[" else _PATTERNS[1:]:
        if match := pattern.match(line):
            return _stamp(style, match)
    return None


def _stamp(style: Style, match: re.Match[str]) -> Stamp:
    a, b, c, hour, minute, second = match.group("a", "b", "c", "h", "m", "s")
    marker = (match["after"] or match["before"] or "").strip()
    return Stamp(
        style=style,
        numbers=(int(a), int(b), int(c)),
        custom=_custom(match["sep"], a, marker),
        hour=_on_24_hours(int(hour), _plain(marker)),
        minute=int(minute),
        second=int(second or 0),
        rest=match["rest"],
    )


def _custom(separator: str, first: str, marker: str) -> Order:
    """Americans write 3/9/24, 5:07 PM; nearly everybody else puts the day first."""
    if len(first) > 2 or separator in "年년":
        return "ymd"
    american = separator == "/" and not first.startswith("0") and marker in ("AM", "PM")
    return "mdy" if american else "dmy"


@lru_cache(maxsize=64)
def _plain(marker: str) -> str:
    folded = unicodedata.normalize("NFKC", marker).casefold()
    return "".join(c for c in folded if c.isalpha() or unicodedata.category(c) in ("Mn", "Mc"))


def _on_24_hours(hour: int, marker: str) -> int:
    if marker in _AFTERNOON and hour < 12:
        return hour + 12
    return 0 if marker in _MORNING and hour == 12 else hour


@lru_cache(maxsize=4096)
def _day(numbers: tuple[int, int, int], order: Order) -> date | None:
    """The day ``numbers`` mean under ``order``; two-digit years are of this century, Buddhist ones are converted."""
    first, second, third = numbers
    year, month, day = {
        "dmy": (third, second, first),
        "mdy": (third, first, second),
        "ymd": (first, second, third),
    }[order]
    if year < 100:
        year += 2000
    if year > 2400:
        year -= 543
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Fit:
    """How well one order explains the dates seen so far."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.faults = 0
        self._first: date | None = None
        self._last: date | None = None

    def see(self, numbers: tuple[int, int, int], this_year: int) -> None:
        day = _day(numbers, self.order)
        if day is None or not _LAUNCHED <= day.year <= this_year + 1:
            self.faults += 1
            return
        if self._last is not None and day < self._last:
            self.faults += 1
        self._first = self._first or day
        self._last = day

    @property
    def span_days(self) -> int:
        return abs((self._last - self._first).days) if self._first and self._last else 0


class Dates:
    """The stamps of a whole file, seen one by one: their style, and the order of day, month and year."""

    def __init__(self) -> None:
        self.style: Style | None = None
        self._custom: Order = "dmy"
        self._fits = tuple(_Fit(order) for order in ("dmy", "mdy", "ymd"))
        self._previous: tuple[int, int, int] | None = None
        self._this_year = datetime.now().astimezone().year

    def see(self, stamp: Stamp) -> None:
        """Take the next stamp of the file into account."""
        if self.style is None:
            self.style, self._custom = stamp.style, stamp.custom
        if stamp.style != self.style or stamp.numbers == self._previous:
            return
        self._previous = stamp.numbers
        for fit in self._fits:
            fit.see(stamp.numbers, self._this_year)

    def order(self) -> Order:
        """The order that explains the file best."""
        best = min(self._fits, key=lambda fit: (fit.faults, fit.span_days, fit.order != self._custom))
        return best.order


class StampReader:
    """Reads a file's stamps once its `Dates` are known."""

    def __init__(self, dates: Dates) -> None:
        self._style = dates.style
        self._order = dates.order()

    def same_style(self, stamp: Stamp) -> bool:
        """Whether ``stamp`` is one of this file's own and not part of a text pasted into a message."""
        return stamp.style == self._style

    def read(self, stamp: Stamp) -> datetime | None:
        """The local time, naive, or None if there is no such day or time."""
        day = _day(stamp.numbers, self._order)
        if day is None or stamp.hour > 23 or stamp.minute > 59 or stamp.second > 59:
            return None
        return datetime.combine(day, time(stamp.hour, stamp.minute, stamp.second))

    def mark(self, stamp: Stamp) -> str:
        """The stamp as part of a key, the same for both orders of day and month: a grown file may settle it anew."""
        low, middle, high = sorted(stamp.numbers)
        return f"{high}-{low}-{middle}T{stamp.hour:02}:{stamp.minute:02}:{stamp.second:02}"
