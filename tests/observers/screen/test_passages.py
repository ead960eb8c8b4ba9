"""Passages: what was read in one go, for how long, in which session. Time is an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from memory.records import Observation
from observers.screen.difference import Fresh
from observers.screen.passages import LONGEST_SECONDS, SETTLE_SECONDS, Passages, Place

START = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
MINUTES = Place(1, "Editor", "minutes.txt")
WEATHER = Place(2, "firefox", "Weather")


class Session:
    """A day at the screen, one look a second."""

    def __init__(self) -> None:
        numbers = count(1)
        self.passages = Passages(lambda: f"key {next(numbers)}")
        self.now = START
        self.stored: dict[str, Observation] = {}

    def look(self, *places: Place, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)
        self.passages.show(places, self.now)

    def watch(self, place: Place, seconds: int) -> None:
        for _ in range(seconds):
            self.look(place)

    def read(self, place: Place, *fresh: Fresh | str) -> str | None:
        lines = [Fresh(line) if isinstance(line, str) else line for line in fresh]
        return self.passages.add(place, lines, self.now)

    def keep(self) -> list[Observation]:
        due = self.passages.due()
        self.passages.kept([o.stable_key for o in due])
        self.stored |= {o.stable_key: o for o in due}
        return due


@pytest.fixture
def session() -> Session:
    opened = Session()
    opened.look(MINUTES)
    return opened


def test_a_passage_is_handed_out_once_its_text_has_stood_still(session: Session) -> None:
    session.read(MINUTES, "The shed needs a new roof.", "Bo will ask around.")
    session.watch(MINUTES, int(SETTLE_SECONDS) - 1)
    early = session.keep()
    session.watch(MINUTES, 1)

    (passage,) = session.keep()

    assert early == []
    assert passage == Observation(
        text="The shed needs a new roof.\nBo will ask around.",
        at=START + timedelta(seconds=1),
        source="screen",
        app="Editor",
        title="minutes.txt",
        thread="screen:Editor:20260304T192201Z",
        key="key 1",
        dwell_seconds=4.0,
    )
    assert session.passages.due() == []


def test_a_passage_has_not_settled_while_its_page_goes_on_changing(session: Session) -> None:
    session.read(MINUTES, "The shed needs")
    for _ in range(10):
        session.look(MINUTES)
        session.passages.stir(MINUTES)
    changing = session.keep()
    session.read(MINUTES, Fresh("The shed needs a new roof.", replaces="The shed needs"))
    session.watch(MINUTES, 5)

    assert changing == []
    assert [o.text for o in session.keep()] == ["The shed needs a new roof."]


def test_leaving_the_window_hands_out_what_has_gathered(session: Session) -> None:
    session.watch(MINUTES, 2)
    session.read(MINUTES, "The shed needs a new roof.")
    session.look(WEATHER)

    assert [o.text for o in session.keep()] == ["The shed needs a new roof."]


def test_steady_change_is_handed_out_in_pieces(session: Session) -> None:
    for number in range(int(LONGEST_SECONDS) + 3):
        session.read(MINUTES, f"line {number}")
        session.look(MINUTES)

        session.keep()
    session.watch(MINUTES, 5)
    session.keep()

    texts = [o.text.split("\n") for o in session.stored.values()]
    assert len(texts) == 2
    assert [line for lines in texts for line in lines] == [f"line {n}" for n in range(int(LONGEST_SECONDS) + 3)]


def test_a_line_being_typed_takes_the_place_of_its_shorter_self(session: Session) -> None:
    session.read(MINUTES, "Dear An")
    session.read(MINUTES, Fresh("Dear Ana, how are y", replaces="Dear An"))
    session.read(MINUTES, Fresh("Dear Ana, how are", replaces="Dear Ana, how are y", shorter=True))
    session.watch(MINUTES, 5)

    assert [o.text for o in session.keep()] == ["Dear Ana, how are"]
    assert session.read(MINUTES, Fresh("Dear Ana", replaces="Dear Ana, how are", shorter=True)) is None
    session.read(MINUTES, Fresh("Dear Ana, how are you?", replaces="Dear Ana, how are"))
    session.watch(MINUTES, 5)
    assert [o.text for o in session.keep()] == ["Dear Ana, how are you?"]


def test_context_is_said_once_and_is_nothing_by_itself(session: Session) -> None:
    label = Fresh("Ana 19:20", context=True)

    assert session.read(MINUTES, label) is None
    session.read(MINUTES, label, "Are you coming?")
    session.read(MINUTES, label, "On Friday?")
    session.watch(MINUTES, 5)

    assert [o.text for o in session.keep()] == ["Ana 19:20\nAre you coming?\nOn Friday?"]


def test_a_passage_that_was_not_kept_is_offered_again_as_it_was(session: Session) -> None:
    session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 5)
    first = session.passages.due()
    session.read(MINUTES, "Bo will ask around.")
    session.watch(MINUTES, 5)

    again = session.passages.due()

    assert again[:1] == first
    assert [o.text for o in again] == ["The shed needs a new roof.", "Bo will ask around."]
    assert len({o.key for o in again}) == 2


def test_dwell_goes_on_after_a_passage_was_kept(session: Session) -> None:
    key = session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 10)
    session.keep()
    session.watch(MINUTES, 50)
    before = session.passages.extensions()
    session.look(WEATHER)

    assert before == {}
    assert session.passages.extensions() == {key: 60.0}
    assert session.passages.extensions() == {}


def test_coming_back_to_a_page_adds_to_its_dwell(session: Session) -> None:
    key = session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 10)
    session.keep()
    session.watch(WEATHER, 30)
    session.passages.extensions()
    session.watch(MINUTES, 11)
    stayed = session.passages.stayed(MINUTES)
    session.look()

    assert stayed == 10.0
    assert session.passages.extensions() == {key: 20.0}


def test_a_passage_kept_late_still_gets_all_its_dwell(session: Session) -> None:
    key = session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 5)
    offered = session.passages.due()
    session.watch(MINUTES, 20)
    session.look()
    session.passages.kept([o.stable_key for o in offered])

    assert session.passages.extensions() == {key: 25.0}


def test_a_session_ends_after_ten_minutes_without_the_app(session: Session) -> None:
    threads = []
    for gap in (0, 300, 599, 601):
        session.look(seconds=gap)
        session.look(MINUTES)
        session.read(MINUTES, f"after {gap}")
        session.watch(MINUTES, 5)
        threads.append(session.keep()[0].thread)

    assert threads[0] == threads[1] == threads[2] != threads[3]
    session.look(WEATHER)
    session.read(WEATHER, "Rain")
    session.watch(WEATHER, 5)
    assert session.keep()[0].thread not in threads


def test_hours_of_suspension_are_not_hours_of_reading(session: Session) -> None:
    key = session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 5)
    session.keep()
    session.look(MINUTES, seconds=8 * 3600)
    session.look()

    assert session.passages.extensions().get(key or "", 0) <= 30


@pytest.mark.parametrize("back", [timedelta(seconds=40), timedelta(days=1)])
def test_a_clock_set_back_makes_no_dwell_negative(session: Session, back: timedelta) -> None:
    session.read(MINUTES, "The shed needs a new roof.")
    session.watch(MINUTES, 5)
    session.keep()
    session.now -= back
    session.look(MINUTES)
    session.read(MINUTES, "Bo will ask around.")
    session.watch(MINUTES, 6)
    session.keep()
    session.look()

    stored = list(session.stored.values())
    assert [o.text for o in stored] == ["The shed needs a new roof.", "Bo will ask around."]
    assert all(0 <= (o.dwell_seconds or 0) <= 12 for o in stored)
    assert all(0 <= dwell <= 14 for dwell in session.passages.extensions().values())
    assert (stored[0].thread == stored[1].thread) == (back < timedelta(minutes=10))


def test_two_windows_in_view_gather_side_by_side(session: Session) -> None:
    session.look(MINUTES, WEATHER)
    session.read(MINUTES, "The shed needs a new roof.")
    session.read(WEATHER, "Rain")
    for _ in range(5):
        session.look(MINUTES, WEATHER)

    assert {(o.app, o.text) for o in session.keep()} == {("Editor", "The shed needs a new roof."), ("firefox", "Rain")}


def test_what_may_not_be_kept_is_dropped(session: Session) -> None:
    session.read(MINUTES, "The shed needs a new roof.")
    session.passages.drop(MINUTES.window_id)
    session.watch(MINUTES, 5)

    assert session.keep() == []


def test_what_is_held_is_bounded(session: Session) -> None:
    for number in range(1000):
        place = Place(number, f"app {number}", "x" * (number % 90 + 1))
        session.look(place)
        session.read(place, f"line {number}")
        session.keep()

    assert len(session.passages._left) <= 64
    assert len(session.passages._sessions) <= 64
    assert session.passages.keys == {"key 1000"}
