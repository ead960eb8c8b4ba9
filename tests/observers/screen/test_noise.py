"""Menus and toolbars are learned and dropped; what the user reads and writes stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from memory.errors import StorageFullError
from observers.desktop import Rect
from observers.screen.noise import Noise, always_noise, may_be_learned
from observers.screen.ocr.line import Line

START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
SIZE = (1200, 900)


class FakeCounts:
    """Sightings in a dictionary; refuses to write while ``full``."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, bytes]] = Counter()
        self.full = False

    def get(self, app: str, marks: Sequence[bytes]) -> dict[bytes, int]:
        return {mark: self.counts[app, mark] for mark in marks if (app, mark) in self.counts}

    def add(self, app: str, marks: Sequence[bytes], at: datetime) -> None:
        if self.full:
            raise StorageFullError("the disk is full")
        self.counts.update((app, mark) for mark in marks)


TOOLBAR = Line("Reply all   Forward   Archive", Rect(300, 60, 300, 20))
FOLDER = Line("Drafting table (12)", Rect(10, 300, 150, 20))
CONTENT = Line("See you on Friday at the lake.", Rect(400, 400, 300, 20))


@pytest.fixture
def counts() -> FakeCounts:
    return FakeCounts()


@pytest.fixture
def noise(counts: FakeCounts) -> Noise:
    return Noise(counts, b"k" * 32)


def see(noise: Noise, pages: int, *lines: Line, app: str = "Mail", days: int = 1) -> None:
    for day in range(days):
        for page in range(pages):
            at = START + timedelta(days=day)
            noise.learn(app, f"Message about {'x' * page}", lines, *SIZE, at)
            noise.keep(at)


def left(noise: Noise, *lines: Line, app: str = "Mail") -> list[str]:
    return [line.text for line in noise.without(app, lines, *SIZE)]


def test_a_toolbar_is_content_until_it_was_seen_on_many_pages(noise: Noise) -> None:
    see(noise, 5, TOOLBAR, FOLDER)
    early = left(noise, TOOLBAR, FOLDER, CONTENT)
    see(noise, 12, TOOLBAR, FOLDER)

    assert early == [TOOLBAR.text, FOLDER.text, CONTENT.text]
    assert left(noise, TOOLBAR, Line("Drafting table (13)", FOLDER.rect), CONTENT) == [CONTENT.text]


def test_a_page_looked_at_all_day_teaches_once(noise: Noise) -> None:
    for minute in range(200):
        noise.learn("Mail", f"({minute}) Inbox", [TOOLBAR], *SIZE, START + timedelta(minutes=minute))
        noise.keep(START)

    assert left(noise, TOOLBAR) == [TOOLBAR.text]


def test_a_line_of_one_page_is_learned_over_days(noise: Noise) -> None:
    see(noise, 1, TOOLBAR, days=9)

    assert left(noise, TOOLBAR) == []


def test_what_is_noise_in_one_app_or_place_is_content_elsewhere(noise: Noise) -> None:
    see(noise, 12, TOOLBAR)

    assert left(noise, TOOLBAR, app="Editor") == [TOOLBAR.text]
    assert left(noise, Line(TOOLBAR.text, Rect(400, 400, 300, 20))) == [TOOLBAR.text]


def test_what_was_typed_a_few_times_stays(noise: Noise) -> None:
    typed = Line("git push origin main", Rect(4, 500, 180, 20))
    see(noise, 9, typed, app="kitty")
    see(noise, 9, CONTENT)

    assert left(noise, typed, app="kitty") == [typed.text]
    assert left(noise, CONTENT) == [CONTENT.text]


def test_long_lines_are_never_learned(noise: Noise) -> None:
    long = Line("The society thanks everybody who came to dig on Saturday.", Rect(300, 60, 500, 20))
    see(noise, 40, long)

    assert left(noise, long) == [long.text]


@pytest.mark.parametrize(
    "text",
    [
        "Your orders", "Sign out", "Sign in", "Hi Comfort", "Hello, Ana", "My account", "Edit profile",
        "Order placed",
        "Sponsored", "Ad", "Ana (you)", "Delivering to Ana Lima", "Read-only", "☐ call the bank", "Signed in as Bo",
        "Buy again", "Name: Ana Lima", "Who's watching?", "Basket", "Trips",
    ],
)  # fmt: skip
def test_what_tells_whose_page_it_is_stays_however_often_it_recurs(noise: Noise, text: str) -> None:
    line = Line(text, Rect(300, 30, 200, 20))
    see(noise, 40, line)

    assert left(noise, line) == [text]
    assert not may_be_learned(text)


@pytest.mark.parametrize(
    "text",
    [
        "File Edit View History Bookmarks Tools Help",
        "File  Edit  Selection  View  Go  Run  Terminal  Help",
        "Datei Bearbeiten Ansicht Chronik Lesezeichen Extras Hilfe",
        "Fichier Édition Affichage Aide",
        "Search", "Search...", "Search or enter address", "Accept all", "Reject all cookies",
        "We use cookies to improve your experience.", "Skip to main content", "Ln 12, Col 4", "UTF-8", "100%", "×", "+",
        "Q", "...", "19:22",
    ],
)  # fmt: skip
def test_what_is_nobodys_words_goes_at_first_sight(text: str) -> None:
    assert always_noise(text, "top")


@pytest.mark.parametrize(
    "text",
    [
        "View of the lake", "Help me choose a tent", "File the tax return", "Search party found the dog",
        "I accept all of it", "Cookies: 200 g flour, 100 g butter", "100% wool", "19:22 train to Porto", "好", "No",
        "42", "Messages from Ana", "History of art exam",
    ],
)  # fmt: skip
def test_words_that_look_a_little_like_it_stay(text: str) -> None:
    assert not always_noise(text, "middle")


def test_a_time_in_the_text_is_no_clock() -> None:
    assert not always_noise("19:22", "middle")
    assert not always_noise("Help", "middle")
    assert always_noise("Help", "top")


def test_nothing_learned_is_lost_when_the_store_is_full(noise: Noise, counts: FakeCounts) -> None:
    counts.full = True
    for page in range(10):
        noise.learn("Mail", "x" * (page + 1), [TOOLBAR], *SIZE, START)
    with pytest.raises(StorageFullError):
        noise.keep(START)
    counts.full = False
    noise.keep(START)

    assert left(noise, TOOLBAR) == []


def test_marks_say_nothing_without_the_key(counts: FakeCounts) -> None:
    other = FakeCounts()
    see(Noise(counts, b"k" * 32), 1, TOOLBAR)
    see(Noise(other, b"l" * 32), 1, TOOLBAR)

    assert counts.counts.keys().isdisjoint(other.counts)
    assert all(len(mark) == 16 for _, mark in counts.counts)
