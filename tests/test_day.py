"""Promise: it runs for months. A day of it, compressed by a clock that is the test's, leaves nothing that grows.

The capture loop, its reading and its store are the real ones; the screen is played. A day has hundreds of windows and
titles, pages that scroll, chats that go on, an hour at lunch with the screen locked, and a night.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes import FakeEmbedder
from played import PlayedOcr, PlayedScreen, eyes
from support import PASSPHRASE, START, Clock

from assistant import Assistant
from assistant.engine.capture import Capture
from assistant.engine.chores import Distilling, Housekeeping
from assistant.engine.slack import Load
from memory.records import Limit
from observers.desktop import Rect
from observers.screen import caught, decisions, difference, noise, observer, passages, reader, settling, shelf
from observers.screen.pauses import Pauses

MORNING = START.replace(hour=7, minute=0)
APPS = ("Chromium", "Firefox", "XTerm", "Mousepad", "Evince", "Thunderbird", "Signal", "Code")
WORDS = "river lantern copper meadow violin harbour saffron ledger anchor thimble quarry orchard pigeon walnut".split()
GROWN_MEGABYTES = 24  # that resident memory may be larger at night than after the first quarter
MOMENT = 1e-6  # of an hour
PASSAGES = range(400, 4000)  # that a day like this one leaves


@dataclass
class Day:
    """The day, at a clock that goes on by as much as whoever works next wants to wait."""

    vault: Assistant
    clock: Clock
    screen: PlayedScreen = field(default_factory=PlayedScreen)
    ocr: PlayedOcr = field(default_factory=PlayedOcr)
    rng: random.Random = field(default_factory=lambda: random.Random(24))
    shown: int = 0

    def __post_init__(self) -> None:
        self.capture = Capture(self.vault, lambda: eyes(self.screen, self.ocr), Pauses)
        load = Load(cpu=0.1, available_bytes=4 * 10**9)
        distilling = Distilling(self.vault, lambda _idle: load, lambda: self.capture.user_idle_seconds)
        house = Housekeeping(self.vault, self._timer)
        self._steps = {"screen": self.capture.step, "distilling": distilling.step, "house": house.step}
        self._due = dict.fromkeys(self._steps, self.clock.now)

    def _timer(self) -> float:
        return (self.clock.now - MORNING).total_seconds()

    def until(self, hour: float) -> None:
        """Everything that is due until then, as it is due."""
        end = MORNING + timedelta(hours=hour - 7)
        while (due := min(self._due.values())) < end:
            name = min(self._due, key=lambda name: self._due[name])
            self.clock.now = max(self.clock.now, due)
            self._due[name] = self.clock.now + timedelta(seconds=self._steps[name]())
        self.clock.now = end

    def work(self, hours: float) -> None:
        """Somebody at the screen: a window for some minutes, then another."""
        self.screen.locked, self.screen.idle_seconds = False, 0.0
        end = self.hour + hours
        while self.hour < end - MOMENT:
            self._sit(min(end, self.hour + self.rng.uniform(0.5, 6) / 60))

    def away(self, hours: float, *, locked: bool) -> None:
        """Nobody."""
        self.screen.locked, self.screen.idle_seconds = locked, 0.0 if locked else 900.0
        self.until(self.hour + hours)

    @property
    def hour(self) -> float:
        return 7 + self._timer() / 3600

    def _sit(self, end: float) -> None:
        rng, number = self.rng, self.rng.randrange(1, 60)
        width, height = rng.choice([(640, 480), (600, 400), (480, 360)])
        title = f"{rng.choice(WORDS)} {rng.choice(WORDS)} {rng.randrange(900)}"
        page = [self._line() for _ in range(12)]
        while self.hour < end - MOMENT:
            shift = rng.randrange(1, 5)
            page = page[shift:] + [self._line() for _ in range(shift)]  # scrolled, or written on
            self.screen.show(number, APPS[number % len(APPS)], title, *page, rect=Rect(0, 0, width, height))
            self.until(min(end, self.hour + rng.uniform(4, 45) / 3600))

    def _line(self) -> str:
        self.shown += 1
        return f"{self.rng.choice(WORDS)} {self.shown} {self.rng.choice(WORDS)}"


def at_work(day: Day) -> Any:
    """What is open while the screen is looked at."""
    opened = day.capture._open
    assert opened is not None
    return opened.observer


def nothing_is_over_its_bounds(seen: Any) -> None:
    """Everything the observer holds is as small as its module says."""
    assert len(seen._done) <= observer.MOST_WINDOWS
    assert len(seen._caught._rules) <= caught._MOST
    assert len(seen.decisions.latest()) <= decisions.MOST
    for kept in (seen._settling._changes, seen._settling._still, seen._settling._failed):
        assert len(kept) <= settling._MOST
    assert seen._difference.size <= difference.MOST_LINES
    assert len(seen._difference._windows) <= difference.MOST_WINDOWS
    assert len(seen._difference._pages) <= difference.MOST_PAGES
    assert len(seen._noise._known) <= noise._MOST_KNOWN
    assert len(seen._noise._counted) <= noise._MOST_COUNTED
    assert sum(map(len, seen._noise._waiting.values())) <= noise._MOST_KNOWN
    assert len(seen._passages._sessions) <= passages._MOST_SESSIONS
    assert len(seen._passages._left) <= passages._MOST_VISITS
    assert len(seen._passages._visits) <= 1
    assert seen._passages.waiting <= observer.MOST_WAITING
    assert seen._thumbnails == {}
    assert len(seen._reader._windows) <= reader.MOST_WINDOWS
    frames = sum(window.frame_bytes for window in seen._reader._windows.values())
    assert frames <= reader.MOST_FRAME_BYTES
    assert seen._reader._shelf._size <= shelf.MOST_LINES


def resident() -> float:
    """Megabytes, less what could be given back."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


def handles() -> int:
    process = psutil.Process()
    return int(process.num_fds() if hasattr(process, "num_fds") else process.num_handles())


@pytest.fixture
def day(folder: Path) -> Iterator[Day]:
    clock = Clock(MORNING)
    with Assistant.open(folder, PASSPHRASE, create=True, clock=clock, embedder=FakeEmbedder()) as vault:
        vault.configure(screen_on=True, retention={"screen": Limit(days=30)})
        yield Day(vault, clock)


def test_an_hour_is_observed_in_bounds(day: Day) -> None:
    day.work(hours=0.5)
    nothing_is_over_its_bounds(at_work(day))
    day.away(hours=0.5, locked=True)
    assert day.capture.outcome == "locked"
    held = day.vault.status()
    assert held["observations"] > 20
    assert held["pending"] == 0
    assert day.vault.check() == []


@pytest.mark.slow
def test_a_day_leaves_nothing_that_grows(day: Day) -> None:
    day.work(hours=3.5)  # the first quarter ends in here, with every cache in use
    day.until(13)
    memory, open_handles = resident(), handles()
    first = day.vault.status()["observations"]

    day.away(hours=1, locked=True)  # lunch
    day.work(hours=4)
    nothing_is_over_its_bounds(at_work(day))
    day.away(hours=1, locked=False)
    day.work(hours=2)
    day.until(31)  # the night

    nothing_is_over_its_bounds(at_work(day))
    assert resident() - memory < GROWN_MEGABYTES
    assert handles() <= open_handles
    held = day.vault.status()
    assert held["observations"] in PASSAGES
    assert 1.2 * first < held["observations"] < 4 * first, "it grows with what is shown"
    assert held["pending"] == 0
    assert held["bytes"] < 12_000 * held["observations"], "and by some kilobytes a passage"
    lines = [line for stored in day.vault._store.observations.all() for line in stored.observation.text.splitlines()]
    assert len(lines) > 0.4 * day.shown
    assert day.vault.check() == []
