"""Whole sessions at a screen that is played: windows with lines on them, painted so that pixels say what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from memory.errors import DisplayGoneError, OcrFailedError, StorageFullError
from memory.records import Observation
from observers.desktop import Rect, View, Window, visible
from observers.screen.exclusions import Rules
from observers.screen.noise import Noise
from observers.screen.observer import PAUSED, ScreenObserver, Tick
from observers.screen.ocr.line import Image, Line
from observers.screen.pauses import Pauses
from observers.screen.reader import Reader

START = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
GLASS = Rect(0, 0, 1280, 800)
LEFT, RIGHT = Rect(0, 0, 640, 800), Rect(640, 0, 640, 800)
ROW = 32  # pixels a line of the played screen takes
MARGIN = 40
DATA = 8  # the row of a line that holds its text


@dataclass
class Stage:
    """The played desktop: its windows topmost first, and what is written on each. It is desktop and screen at once."""

    name = "stage"
    windows: list[Window] = field(default_factory=list)
    texts: dict[int, list[str]] = field(default_factory=dict)
    idle: float = 0.0
    locked: bool = False
    gone: bool = False
    looks: int = 0
    grabbed: Counter[int] = field(default_factory=Counter)
    between: Any = None  # called between the look before a grab and the one after it

    def open(self, number: int, app: str | None, title: str | None, rect: Rect = GLASS, **more: Any) -> None:
        self.windows = [replace(window, focused=False) for window in self.windows if window.id != number]
        self.windows.insert(0, Window(id=number, app=app, title=title, rect=rect, **{"focused": True, **more}))

    def change(self, number: int, **more: Any) -> None:
        self.windows = [replace(window, **more) if window.id == number else window for window in self.windows]

    def close(self, number: int | None = None) -> None:
        self.windows = [window for window in self.windows if window.id != number]

    def look(self) -> View:
        self.looks += 1
        if self.gone:
            raise DisplayGoneError("the display went away")
        return View(windows=tuple(self.windows), monitors=(GLASS,), idle_seconds=self.idle, locked=self.locked)

    def grab(self, window: Window, above: Sequence[Rect], monitors: Sequence[Rect]) -> Image:
        if self.gone:
            raise DisplayGoneError("the display went away")
        self.grabbed[window.id] += 1
        frame: Image = np.zeros((window.rect.height, window.rect.width, 4), np.uint8)
        shown = [part for glass in monitors for part in visible(window.rect.meet(glass), above)]
        for part in shown:
            self._paint(frame, window, part)
        if self.between:
            self.between()
        return frame

    def _paint(self, frame: Image, window: Window, part: Rect) -> None:
        """Each line of a window as a texture with the bytes of its text in one row, where it shows."""
        whole = np.full((window.rect.height, window.rect.width, 4), 255, np.uint8)
        for row, text in enumerate(self.texts.get(window.id, [])):
            if not text:
                continue
            data = b"\x02" + text.encode() + b"\n"
            line = whole[row * ROW + 4 : row * ROW + 22, MARGIN : MARGIN + len(data)]
            rows, columns = np.indices(line.shape[:2])
            line[(rows + columns) % 3 == 0] = 0  # ink, for who looks for it
            line[DATA, :, 0] = np.frombuffer(data, np.uint8)
        here = part.moved(-window.rect.left, -window.rect.top)
        box = np.s_[here.top : here.bottom, here.left : here.right]
        frame[box] = whole[box]


class StageOcr:
    """Reads what the stage has painted."""

    name = "stage"

    def __init__(self) -> None:
        self.broken = False
        self.reads = 0

    def read(self, image: Image) -> list[Line]:
        self.reads += 1
        if self.broken:
            raise OcrFailedError("the engine broke")
        return [line for row in range(len(image)) if (line := self._line(image, row))]

    def _line(self, image: Image, row: int) -> Line | None:
        before, begins, data = bytes(image[row, :, 0]).rpartition(b"\x02")
        if not begins:
            return None
        text = data.partition(b"\n")[0].decode(errors="replace")
        return Line(text, Rect(len(before), row - DATA, len(text) + 2, 18))

    def close(self) -> None:
        pass


class Counts:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, bytes]] = Counter()

    def get(self, app: str, marks: Sequence[bytes]) -> dict[bytes, int]:
        return {mark: self.counts[app, mark] for mark in marks if (app, mark) in self.counts}

    def add(self, app: str, marks: Sequence[bytes], at: datetime) -> None:
        self.counts.update((app, mark) for mark in marks)


class Session:
    """A stage, an observer that looks at it when it said it would, and a store that keeps what it is given."""

    def __init__(self, rules: Sequence[str] = ("private",), **more: Any) -> None:
        self.stage, self.ocr, self.now = Stage(), StageOcr(), START
        noise = Noise(Counts(), b"k" * 32)
        self.observer = ScreenObserver(
            self.stage, self.stage, Reader(self.ocr), Rules.parse(rules), noise, **more
        )  # fmt: skip
        self.stored: dict[str, Observation] = {}
        self.thumbnails: dict[str, bytes] = {}
        self.dwell: dict[str, float] = {}
        self.full = False
        self.wait = 0.0

    def take(self, observations: list[Observation], thumbnails: dict[str, bytes]) -> None:
        if self.full:
            raise StorageFullError("the disk is full")
        for observation in observations:
            self.stored.setdefault(observation.stable_key, observation)
        self.thumbnails |= thumbnails

    def tick(self) -> Tick:
        self.now += timedelta(seconds=self.wait)
        tick = self.observer.tick(self.now, self.take)
        self.wait = tick.next_seconds
        self.dwell |= tick.dwell
        return tick

    def watch(self, seconds: float) -> list[Tick]:
        end = self.now + timedelta(seconds=seconds)
        ticks = []
        while self.now < end:
            ticks.append(self.tick())
        return ticks

    @property
    def texts(self) -> list[str]:
        return [observation.text for observation in self.stored.values()]

    @property
    def everything(self) -> str:
        return "\n".join(self.texts)

    def why(self) -> set[tuple[str | None, str, str | None]]:
        return {(noted.app, noted.outcome, noted.rule) for noted in self.observer.decisions.latest()}


@pytest.fixture
def session() -> Session:
    return Session()


MINUTES = ["Minutes of the allotment society", "The shed needs a new roof by autumn"]
LETTER = ["Dear Ana and everybody,", "thank you for the tent last summer"]
SECRET = ["Dinner with the other one at eight", "Nobody may know of this meeting"]


def test_a_window_is_read_once_and_kept_once(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes.txt")
    session.stage.texts[1] = MINUTES
    session.watch(60)

    (passage,) = session.stored.values()
    assert (passage.text, passage.app, passage.title) == ("\n".join(MINUTES), "Editor", "minutes.txt")
    assert (passage.source, passage.speaker) == ("screen", None)
    assert (passage.thread or "").startswith("screen:Editor:20260304T1922")
    assert session.ocr.reads == 1
    assert session.why() == {("Editor", "captured", None)}


def test_what_is_typed_is_kept_as_it_was_in_the_end(session: Session) -> None:
    text = "I will bring the tent on Friday, and Bo takes the boat."
    session.stage.open(1, "Editor", "letter.txt")
    session.stage.texts[1] = [MINUTES[0], ""]
    session.watch(10)
    for letters in range(1, len(text) + 1):
        session.stage.texts[1] = [MINUTES[0], text[:letters]]
        session.tick()
    session.watch(10)

    assert text in session.texts[-1]
    assert len(session.stored) <= 3
    assert session.ocr.reads < len(text) / 3


def test_scrolling_there_and_back_keeps_every_line_once(session: Session) -> None:
    lines = [f"Paragraph {word} of a long story about the sea" for word in "alpha bravo charlie delta echo".split()]
    session.stage.open(1, "Editor", "story.txt")
    for first in (0, 1, 2, 1, 0):
        session.stage.texts[1] = lines[first : first + 3]
        session.watch(12)

    kept = session.everything.split("\n")
    assert sorted(kept) == sorted(lines)


def test_switching_windows_keeps_each_in_its_own_passage_and_session(session: Session) -> None:
    session.stage.texts = {1: MINUTES, 2: LETTER}
    for number, app in ((1, "Editor"), (2, "Mail"), (1, "Editor")):
        session.stage.open(number, app, f"window of {app}")
        session.watch(20)
    session.stage.close(1)
    session.stage.close(2)
    session.tick()

    assert {(o.app, o.text) for o in session.stored.values()} == {
        ("Editor", "\n".join(MINUTES)),
        ("Mail", "\n".join(LETTER)),
    }
    assert len({o.thread for o in session.stored.values()}) == 2
    (editor,) = [key for key, o in session.stored.items() if o.app == "Editor"]
    assert 30 <= session.dwell[editor] <= 45


def test_what_is_flicked_past_is_not_read(session: Session) -> None:
    session.stage.texts = {number: [f"Page number {number} of many pages"] for number in range(20)}
    for number in range(20):
        session.stage.open(number, "Viewer", f"{'x' * (number + 1)}.pdf")
        session.tick()
        session.now += timedelta(seconds=0.2)

    assert session.ocr.reads == 0
    session.watch(20)
    assert session.texts == ["Page number 19 of many pages"]


def test_a_new_page_in_the_same_window_is_a_passage_of_its_own(session: Session) -> None:
    session.stage.open(1, "firefox", "Minutes — Mozilla Firefox")
    session.stage.texts[1] = MINUTES
    session.watch(10)
    session.stage.change(1, title="Letter — Mozilla Firefox")
    session.stage.texts[1] = LETTER
    session.watch(10)

    assert [(o.title, o.text) for o in session.stored.values()] == [
        ("Minutes — Mozilla Firefox", "\n".join(MINUTES)),
        ("Letter — Mozilla Firefox", "\n".join(LETTER)),
    ]


def test_an_excluded_window_in_front_leaves_no_pixel() -> None:
    session = Session(["app:Signal"])
    session.stage.open(2, "Editor", "minutes.txt")
    session.stage.open(1, "Signal", "Signal")
    session.stage.texts = {1: SECRET, 2: MINUTES}
    session.watch(20)

    assert session.stored == {}
    assert session.stage.grabbed == {}
    assert session.why() == {("Signal", "skipped", "app:Signal")}


@pytest.mark.parametrize("scope", ["focused", "visible"])
@pytest.mark.parametrize("rule", ["app:Signal", "title:*private talk*"])
def test_an_excluded_window_on_top_or_beside_is_masked(scope: str, rule: str) -> None:
    session = Session([rule], scope=scope)
    session.stage.open(2, "Signal", "private talk", Rect(0, 0, 1280, 3 * ROW), focused=False)
    session.stage.open(3, "Signal", "private talk", RIGHT, focused=False)
    session.stage.windows.append(Window(id=1, app="Editor", title="minutes", rect=GLASS, focused=True))
    session.stage.texts = {1: ["under", "neath", "hidden line", *MINUTES], 2: SECRET, 3: SECRET}
    session.watch(20)

    assert session.texts == ["\n".join(MINUTES)]
    assert set(session.stage.grabbed) == {1}
    assert session.why() == {("Editor", "captured", None), ("Signal", "masked", rule)}


def test_all_windows_in_view_are_read_if_the_user_wants_that() -> None:
    session = Session(scope="visible")
    session.stage.open(1, "Editor", "minutes", LEFT)
    session.stage.open(2, "Mail", "letter", RIGHT)
    session.stage.texts = {1: MINUTES, 2: LETTER}
    session.watch(20)

    assert {o.app for o in session.stored.values()} == {"Editor", "Mail"}


def test_by_default_only_the_window_in_front_is_read(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes", LEFT)
    session.stage.open(2, "Mail", "letter", RIGHT)
    session.stage.texts = {1: MINUTES, 2: LETTER}
    session.watch(20)

    assert session.texts == ["\n".join(LETTER)]
    assert session.why() == {("Mail", "captured", None)}


@pytest.mark.parametrize(("app", "title"), [(None, "letter"), ("Mail", None)])
def test_an_unknown_window_fails_closed(session: Session, app: str | None, title: str | None) -> None:
    session.stage.open(1, app, title)
    session.stage.texts[1] = SECRET
    session.watch(20)

    assert session.stored == {}
    assert session.stage.grabbed == {}
    assert session.why() == {(app, "skipped", "unknown")}


def test_a_private_window_is_not_looked_at(session: Session) -> None:
    session.stage.open(1, "firefox", "Page — Mozilla Firefox Private Browsing", private=True)
    session.stage.texts[1] = SECRET
    session.watch(20)

    assert session.stage.grabbed == {}
    assert session.why() == {("firefox", "skipped", "private")}


def test_inklings_own_terminal_is_not_looked_at() -> None:
    session = Session([])
    session.stage.open(1, "kitty", "Inkling")
    session.stage.texts[1] = MINUTES
    session.watch(20)

    assert session.stage.grabbed == {}


def test_an_excluded_site_is_known_by_its_address_bar_and_not_looked_at_again() -> None:
    session = Session(["domain:example.org"])
    session.stage.open(1, "firefox", "Welcome — Mozilla Firefox")
    session.stage.texts[1] = ["https://example.org/inbox", *SECRET]
    session.watch(10)
    grabs = session.stage.grabbed[1]
    session.watch(20)

    assert session.stored == {}
    assert session.stage.grabbed[1] == grabs
    assert ("firefox", "skipped", "domain:example.org") in session.why()

    session.stage.change(1, title="Minutes — Mozilla Firefox")
    session.stage.texts[1] = ["https://allotments.example/minutes", *MINUTES]
    session.watch(20)
    assert MINUTES[1] in session.everything
    assert SECRET[0] not in session.everything


def test_an_incognito_window_that_gives_itself_away_is_not_looked_at_again(session: Session) -> None:
    session.stage.open(1, "Google-chrome", "Welcome - Google Chrome")
    session.stage.texts[1] = ["other.example/inbox   Incognito", *SECRET]
    session.watch(10)
    session.stage.change(1, title="Elsewhere - Google Chrome")
    grabs = session.stage.grabbed[1]
    session.watch(20)

    assert session.stored == {}
    assert session.stage.grabbed[1] == grabs


def test_other_rules_give_a_caught_window_another_chance() -> None:
    session = Session(["domain:example.org"])
    session.stage.open(1, "firefox", "Welcome — Mozilla Firefox")
    session.stage.texts[1] = ["https://example.org/inbox", *MINUTES]
    session.watch(10)
    session.observer.rules = Rules.parse(["app:Signal"])
    session.watch(20)

    assert MINUTES[0] in session.everything


def test_a_masked_password_field_never_becomes_text(session: Session) -> None:
    session.stage.open(1, "Editor", "settings")
    session.stage.texts[1] = [MINUTES[0], "Password", "ooooooooooo", MINUTES[1]]
    session.watch(10)

    assert "ooo" not in session.everything
    assert MINUTES[1] in session.everything


@pytest.mark.parametrize("state", ["idle", "locked", "paused"])
def test_nothing_is_captured_while_nobody_is_there_or_it_is_paused(session: Session, state: str) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    session.stage.idle = 500.0 if state == "idle" else 0.0
    session.stage.locked = state == "locked"
    if state == "paused":
        session.observer.pauses = Pauses().pause(START + timedelta(seconds=65))
    ticks = session.watch(60)

    assert session.stage.grabbed == {}
    assert {tick.outcome for tick in ticks} == {state}
    assert all(tick.next_seconds >= 10 for tick in ticks)

    session.stage.idle, session.stage.locked = 0.0, False
    session.watch(30)
    assert session.texts == ["\n".join(MINUTES)]


def test_locking_hands_over_what_has_gathered(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    while session.tick().outcome != "read":
        pass
    session.stage.locked = True
    session.tick()

    assert session.texts == ["\n".join(MINUTES)]


def test_one_app_can_be_paused(session: Session) -> None:
    session.observer.pauses = Pauses().pause(None, "editor")
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts = {1: MINUTES, 2: LETTER}
    session.watch(20)
    session.stage.open(2, "Mail", "letter")
    session.watch(20)

    assert session.texts == ["\n".join(LETTER)]
    assert ("Editor", "skipped", PAUSED) in session.why()


def test_pixels_are_thrown_away_when_a_window_moves_meanwhile(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    session.watch(1)
    session.stage.between = lambda: session.stage.open(9, "Signal", "Signal", LEFT, focused=False)
    moved = session.tick()
    session.stage.between = None

    assert moved.outcome == "moved"
    assert session.ocr.reads == 0


def test_pixels_are_thrown_away_when_the_title_becomes_another_meanwhile() -> None:
    session = Session(["title:*secret*"])
    session.stage.open(1, "firefox", "Minutes — Mozilla Firefox")
    session.stage.texts[1] = MINUTES
    session.watch(1)
    session.stage.between = lambda: session.stage.change(1, title="My secret — Mozilla Firefox")
    ticks = session.watch(20)

    assert ticks[0].outcome == "moved"
    assert session.stored == {}


def test_a_counting_title_does_not_keep_a_window_from_being_read(session: Session) -> None:
    session.stage.open(1, "Mail", "(1) Inbox")
    session.stage.texts[1] = LETTER
    numbers = iter(range(2, 10_000))
    session.stage.between = lambda: session.stage.change(1, title=f"({next(numbers)}) Inbox")
    session.watch(20)

    assert session.texts == ["\n".join(LETTER)]


def test_a_display_that_goes_away_is_told_and_what_was_read_is_not_lost(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    while session.tick().outcome != "read":
        pass
    session.stage.gone = True
    with pytest.raises(DisplayGoneError):
        session.tick()
    session.observer.flush(session.now, session.take)

    assert session.texts == ["\n".join(MINUTES)]


def test_text_recognition_that_breaks_is_counted_and_tried_again(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    session.ocr.broken = True
    failures = sum(tick.ocr_failures for tick in session.watch(60))
    session.ocr.broken = False
    session.watch(30)

    assert 1 <= failures <= 7
    assert session.texts == ["\n".join(MINUTES)]


def test_a_full_disk_loses_nothing_and_doubles_nothing(session: Session) -> None:
    session.full = True
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts = {1: MINUTES, 2: LETTER}
    refused = 0
    for number, app in ((1, "Editor"), (2, "Mail")):
        session.stage.open(number, app, "window")
        for _ in range(20):
            session.now += timedelta(seconds=1)
            try:
                session.tick()
            except StorageFullError:
                refused += 1
    session.full = False
    session.watch(30)

    assert refused > 5
    assert sorted(session.texts) == sorted(["\n".join(MINUTES), "\n".join(LETTER)])


def test_a_store_that_keeps_and_then_fails_is_given_the_same_key_and_text_again(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    given: list[tuple[str | None, str]] = []

    def keep_and_fail(observations: list[Observation], thumbnails: dict[str, bytes]) -> None:
        given.extend((o.key, o.text) for o in observations)
        raise StorageFullError("the disk is full")

    for second in range(30):
        if second > 15:
            session.stage.texts[1] = [*MINUTES, *LETTER]
        session.now += timedelta(seconds=1)
        try:
            session.observer.tick(session.now, keep_and_fail)
        except StorageFullError:
            continue

    texts: dict[str | None, set[str]] = {}
    for key, text in given:
        texts.setdefault(key, set()).add(text)
    assert len(given) > 5
    assert len(texts) == 2
    assert all(len(versions) == 1 for versions in texts.values())


def test_what_cannot_be_kept_for_hours_stops_the_gathering_instead_of_the_memory_growing(session: Session) -> None:
    session.full = True
    outcomes = set()
    for number in range(100):
        session.stage.open(1, "Viewer", f"{'x' * (number + 1)}.pdf")
        session.stage.texts[1] = [f"{'word ' * (number % 7 + 1)}{number} and so on"]
        for _ in range(8):
            session.now += timedelta(seconds=1)
            try:
                outcomes.add(session.observer.tick(session.now, session.take).outcome)
            except StorageFullError:
                continue

    assert session.observer._passages.waiting <= 65
    session.full = False
    session.watch(30)
    assert 60 <= len(session.stored) <= 67


@pytest.mark.parametrize("jump", [timedelta(hours=9), -timedelta(days=1), -timedelta(seconds=30)])
def test_suspension_and_a_clock_set_back_do_not_make_times_go_wild(session: Session, jump: timedelta) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts = {1: MINUTES, 2: LETTER}
    session.watch(20)
    session.now += jump
    session.stage.texts[1] = [*MINUTES, "Next meeting in the church hall"]
    ticks = session.watch(20)
    session.stage.open(2, "Mail", "letter")
    session.watch(20)

    assert {"Next meeting in the church hall", "\n".join(MINUTES), "\n".join(LETTER)} == set(session.texts)
    dwells = [o.dwell_seconds or 0.0 for o in session.stored.values()] + list(session.dwell.values())
    assert all(0 <= dwell <= 80 for dwell in dwells)
    assert all(abs(o.at - START) < abs(jump) + timedelta(minutes=2) for o in session.stored.values())
    assert all(0 < tick.next_seconds <= 10 for tick in ticks)


def test_looks_come_quickly_while_something_changes_and_seldom_while_nobody_moves(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    first = session.tick()
    session.watch(20)
    still = session.tick()
    session.stage.texts[1] = [*MINUTES, "one"]
    typing = session.tick()
    session.stage.idle = 90.0
    session.watch(20)
    quiet = session.tick()

    assert (first.next_seconds, typing.next_seconds) == (0.75, 0.75)
    assert (still.outcome, still.next_seconds) == ("unchanged", 2.0)
    assert (quiet.outcome, quiet.next_seconds) == ("unchanged", 10.0)


def test_what_never_stands_still_is_read_now_and_then(session: Session) -> None:
    session.stage.open(1, "kitty", "build")
    for number in range(100):
        session.stage.texts[1] = [
            f"compiling crate {chr(97 + at % 26)}{at} of the tree" for at in range(number, number + 5)
        ]
        session.now += timedelta(seconds=0.5)
        session.wait = 0
        session.tick()

    assert 2 <= session.ocr.reads <= 15
    assert len(session.stored) >= 1


def test_a_thumbnail_is_kept_under_the_key_of_its_passage() -> None:
    session = Session(thumbnail=lambda frame: b"picture of %d" % frame.shape[1])
    session.stage.open(1, "Editor", "minutes", LEFT)
    session.stage.texts[1] = MINUTES
    session.watch(30)

    assert session.thumbnails == dict.fromkeys(session.stored, b"picture of 640")
    assert len(session.thumbnails) == 1
    assert session.observer._thumbnails == {}


def test_clearing_forgets_what_was_not_kept_and_what_was_seen(session: Session) -> None:
    session.stage.open(1, "Editor", "minutes")
    session.stage.texts[1] = MINUTES
    while session.tick().outcome != "read":
        pass
    session.observer.clear()
    session.observer.flush(session.now, session.take)
    assert session.stored == {}

    session.watch(20)
    assert session.texts == ["\n".join(MINUTES)]


@pytest.mark.slow
def test_a_long_day_leaves_little_behind() -> None:
    session = Session(scope="visible")
    for number in range(120):
        session.stage.open(number % 40, f"App {number % 11}", f"{'y' * (number % 37 + 1)} page")
        session.stage.texts[number % 40] = [f"Sentence {number} about {'very ' * (number % 5)}little"]
        session.watch(6)

    observer = session.observer
    assert len(session.stored) > 50
    assert len(observer._passages.keys) <= 2
    assert observer._difference.size <= 2000
    assert len(observer._done) <= 64
    assert len(observer.decisions.latest()) <= 200
