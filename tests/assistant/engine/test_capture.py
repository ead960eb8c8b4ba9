"""The engine's looking at the screen, step by step: what is kept, let go of and told when anything around it fails."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder
from played import PlayedOcr, PlayedScreen, eyes, gone
from support import PASSPHRASE, Clock

from assistant import Assistant
from assistant.engine.capture import AWAY, OFF_SECONDS, Capture
from memory.errors import (
    DisplayGoneError,
    InvalidInputError,
    MissingPartError,
    OcrFailedError,
    StorageFullError,
    UnsupportedDesktopError,
)
from observers.screen.pauses import Pauses

NOTES = ("The ferry leaves at nine", "Bring the blue suitcase")
LETTER = ("Dear Ines, thank you for the tent", "it rained on us all the same")


class Desk:
    """A capture of a played screen into a real vault, at a clock that moves only here."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.vault = Assistant.open(folder, PASSPHRASE, create=True, clock=self.clock, embedder=FakeEmbedder())
        self.vault.configure(screen_on=True)
        self.screen, self.ocr, self.pauses = PlayedScreen(), PlayedOcr(), Pauses()
        self.capture = Capture(self.vault, lambda: eyes(self.screen, self.ocr), lambda: self.pauses)
        self.full = False
        observe, extend = self.vault.observe, self.vault.extend_dwell
        self.vault.observe = lambda o, p=None: self._room(observe, o, p)  # type: ignore[method-assign]
        self.vault.extend_dwell = lambda s: self._room(extend, s)  # type: ignore[method-assign]

    def _room(self, verb: Any, *given: Any) -> Any:
        if self.full:
            raise StorageFullError("the disk is full")
        return verb(*given)

    def step(self) -> float:
        wait = self.capture.step()
        self.clock.now += timedelta(seconds=wait)
        return wait

    def watch(self, seconds: float) -> None:
        """Look for so long, as often as it is asked for; after an error, every five seconds."""
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < end:
            try:
                self.step()
            except (StorageFullError, DisplayGoneError, UnsupportedDesktopError):
                self.clock.now += timedelta(seconds=5)

    def held(self) -> list[str]:
        return [stored.observation.text for stored in self.vault._store.observations.all()]

    def dwell(self) -> list[float | None]:
        return [stored.observation.dwell_seconds for stored in self.vault._store.observations.all()]

    def why(self) -> set[tuple[str | None, str, str | None]]:
        decided = self.capture.why(self.clock.now - timedelta(days=1))
        return {(one["app"], one["outcome"], one["rule"]) for one in decided}


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    found = Desk(folder)
    yield found
    found.vault.close()


def test_what_is_on_the_screen_is_in_the_vault_soon_after(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(15)
    assert desk.held() == ["\n".join(NOTES)]
    assert desk.capture.outcome == "unchanged"
    assert desk.capture.captured_at is not None
    assert desk.why() == {("Editor", "captured", None)}


def test_nothing_is_opened_before_the_user_turns_it_on(desk: Desk) -> None:
    desk.vault.configure(screen_on=False)
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    assert desk.step() == OFF_SECONDS
    assert (desk.screen.opened, desk.screen.looks, desk.capture.on) == (0, 0, False)
    assert desk.capture.user_idle_seconds is None


def test_turned_off_it_lets_go_of_the_screen_and_keeps_what_was_read(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    while not desk.ocr.reads:
        desk.step()
    assert desk.held() == []
    desk.vault.configure(screen_on=False)
    looks = desk.screen.looks
    desk.watch(200)
    assert desk.held() == ["\n".join(NOTES)]
    assert (desk.screen.held, desk.ocr.closed, desk.screen.looks) == (0, 1, looks)
    assert desk.capture.why(desk.clock.now - timedelta(days=1)) == []
    desk.vault.configure(screen_on=True)
    desk.screen.write(*LETTER)
    desk.watch(15)
    assert desk.held() == ["\n".join(NOTES), "\n".join(LETTER)]


def test_rules_changed_meanwhile_hold_from_the_next_step(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(15)
    desk.vault.configure(rules=["app:Editor"])
    desk.screen.grabbed.clear()
    desk.screen.write(*LETTER)
    desk.watch(60)
    assert desk.held() == ["\n".join(NOTES)]
    assert desk.screen.grabbed == []
    assert desk.why() == {("Editor", "skipped", "app:Editor")}
    assert desk.screen.held == 2  # a desktop and a grabber: the first ones were closed


def test_rules_that_are_none_capture_nothing(desk: Desk) -> None:
    """As where a later version has written them."""
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.vault.configure(rules=["nonsense"])
    for _ in range(3):
        with pytest.raises(InvalidInputError):
            desk.step()
    assert desk.screen.grabbed == []
    assert desk.screen.held == 0


def test_a_display_that_goes_is_let_go_of_and_opened_again(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    while not desk.ocr.reads:
        desk.step()
    desk.screen.broken = gone()
    for _ in range(3):
        with pytest.raises(DisplayGoneError):
            desk.step()
        assert desk.screen.held == 0
    assert desk.held() == ["\n".join(NOTES)], "what had been read is kept"
    desk.screen.broken = None
    desk.screen.write(*LETTER)
    desk.watch(15)
    assert desk.held() == ["\n".join(NOTES), "\n".join(LETTER)]


def test_a_screen_that_cannot_be_grabbed_does_not_use_up_displays(desk: Desk) -> None:
    """The desktop opens and the grabber does not, again and again."""
    looked = eyes(desk.screen, desk.ocr)

    def refuse() -> Any:
        raise gone()

    desk.capture = Capture(desk.vault, lambda: type(looked)(looked.desktop, refuse, looked.recogniser), Pauses)
    for _ in range(5):
        with pytest.raises(DisplayGoneError):
            desk.step()
        assert (desk.screen.opened > 0, desk.screen.held) == (True, 0)


@pytest.mark.parametrize("error", [UnsupportedDesktopError("Wayland hides windows"), MissingPartError("no engine")])
def test_what_cannot_be_used_says_so_at_every_step(desk: Desk, error: Any) -> None:
    desk.screen.refused = error
    for _ in range(2):
        with pytest.raises(type(error), match=str(error)):
            desk.step()
    assert desk.held() == []


def test_text_recognition_that_fails_costs_a_delay_and_no_text(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.ocr.failing = OcrFailedError("the process broke")
    desk.watch(60)
    assert 2 <= desk.ocr.reads <= 8, "tried again, and not at every look"
    assert desk.held() == []
    desk.ocr.failing = None
    desk.watch(30)
    assert desk.held() == ["\n".join(NOTES)]


def pages(desk: Desk, count: int, first: int = 0) -> list[str]:
    """Look at so many pages, each long enough."""
    texts = []
    for n in range(first, first + count):
        texts.append(f"Chapter {n} of the long book about rivers")
        desk.screen.show(1, "Reader", f"chapter {n}", texts[-1])
        desk.watch(20)
    return texts


def test_a_full_disk_loses_nothing_that_was_read(desk: Desk) -> None:
    texts = pages(desk, 3)
    desk.full = True
    texts += pages(desk, 6, first=3)
    assert desk.held() == texts[:3]
    with pytest.raises(StorageFullError):
        desk.step()
    desk.full = False
    desk.watch(15)
    assert desk.held() == texts
    desk.screen.clear()
    desk.watch(10)
    assert all(seconds is not None and seconds >= 15 for seconds in desk.dwell())


@pytest.mark.parametrize("meanwhile", ["off", "rules", "display gone"])
def test_nothing_is_let_go_of_while_the_disk_is_full(desk: Desk, meanwhile: str) -> None:
    """Nor is anything looked at that the user does not want looked at any more; what is excluded by now is not kept."""
    desk.full = True
    texts = pages(desk, 3)
    changes: dict[str, Any] = {"off": {"screen_on": False}, "rules": {"rules": ["app:Reader"]}, "display gone": {}}
    desk.vault.configure(**changes[meanwhile])
    desk.screen.broken = gone() if meanwhile == "display gone" else None
    desk.screen.grabbed.clear()
    desk.screen.write("Nobody may read this")
    desk.watch(60)
    assert (desk.held(), desk.screen.grabbed) == ([], [])
    desk.full, desk.screen.broken = False, None
    desk.screen.clear()
    desk.vault.configure(screen_on=True)
    desk.watch(30)
    assert desk.held() == ([] if meanwhile == "rules" else texts)
    assert desk.screen.grabbed == []


def test_how_long_a_page_was_in_view_is_told_once_there_is_room(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    desk.full = True
    desk.screen.clear()
    for _ in range(3):
        with pytest.raises(StorageFullError):
            desk.step()
        desk.clock.now += timedelta(seconds=5)
    [before] = desk.dwell()
    desk.full = False
    desk.watch(15)
    [after] = desk.dwell()
    assert before is not None
    assert after is not None
    assert before < 10 < 25 <= after <= 35


def test_a_disk_that_stays_full_stops_the_looking_and_not_the_engine(desk: Desk) -> None:
    desk.full = True
    texts = pages(desk, 90)
    reads = desk.ocr.reads
    assert 60 < reads < 80, "as many as can be held for later"
    desk.full = False
    desk.watch(15)
    assert desk.held()[:60] == texts[:60]


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=7), timedelta(hours=-3, seconds=-7)])
def test_a_clock_that_jumps_makes_no_long_stay_and_stops_nothing(desk: Desk, jump: timedelta) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(20)
    desk.clock.now += jump
    desk.watch(20)
    desk.screen.show(1, "Editor", "letter.txt", *LETTER)
    desk.watch(20)
    desk.screen.clear()
    desk.watch(20)
    assert desk.held() == ["\n".join(NOTES), "\n".join(LETTER)]
    assert all(seconds is not None and 10 <= seconds <= 60 for seconds in desk.dwell())
    threads = {stored.observation.thread for stored in desk.vault._store.observations.all()}
    assert len(threads) == 2, "another session"


def test_hours_of_sleep_are_not_hours_of_reading(desk: Desk) -> None:
    """Suspended, nothing runs: the next look comes hours later."""
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(20)
    desk.clock.now += timedelta(hours=9)
    desk.watch(20)
    desk.screen.clear()
    desk.watch(10)
    [dwell] = desk.dwell()
    assert dwell is not None
    assert 10 <= dwell <= 40


@pytest.mark.parametrize(("away", "outcome"), [("locked", "locked"), ("idle", "idle")])
def test_while_nobody_is_there_nothing_is_read_and_others_may_work(desk: Desk, away: str, outcome: Any) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(15)
    assert desk.capture.user_idle_seconds == 0.0
    desk.screen.locked, desk.screen.idle_seconds = away == "locked", 600.0 if away == "idle" else 0.0
    desk.screen.write(*LETTER)
    grabs = len(desk.screen.grabbed)
    desk.watch(3600)
    assert (len(desk.screen.grabbed), desk.capture.outcome) == (grabs, outcome)
    assert desk.capture.user_idle_seconds == AWAY[outcome]


def test_a_pause_holds_from_the_next_step_to_its_end(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(15)
    desk.pauses = Pauses().pause(desk.clock.now + timedelta(minutes=30))
    desk.screen.write(*LETTER)
    grabs = len(desk.screen.grabbed)
    desk.watch(29 * 60)
    assert len(desk.screen.grabbed) == grabs
    assert desk.capture.outcome == "paused"
    desk.watch(2 * 60)
    assert desk.held() == ["\n".join(NOTES), "\n".join(LETTER)]


def test_a_pause_that_comes_while_a_page_is_read_lets_nothing_later_in(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)

    def pause() -> None:
        desk.pauses = Pauses().pause(None)
        desk.screen.write(*LETTER)

    desk.ocr.during = pause
    desk.watch(120)
    assert desk.ocr.reads == 1
    assert desk.held() == ["\n".join(NOTES)]


def test_random_troubles_lose_nothing_that_was_read_and_double_nothing(desk: Desk) -> None:
    rng = random.Random(11)
    shown: list[str] = []
    for n in range(60):
        desk.full = rng.random() < 0.3
        desk.screen.broken = gone() if rng.random() < 0.1 else None
        if rng.random() < 0.1:
            desk.vault.configure(rules=[f"app:Nothing{n}"])
        if rng.random() < 0.1:
            desk.clock.now += timedelta(hours=rng.choice([-30, 5, 100]))
        shown.append(f"Paragraph {n} tells of the year {1000 + n}")
        desk.screen.show(1, "Reader", f"page {n % 7}", shown[-1])
        desk.watch(rng.uniform(1, 25))
    desk.full, desk.screen.broken = False, None
    desk.watch(60)
    held = [line for text in desk.held() for line in text.splitlines()]
    assert len(set(held)) == len(held)
    assert set(held) <= set(shown)
    assert len(held) > 25
    assert desk.vault.check() == []
    assert desk.screen.held == 2


def gathering(desk: Desk, app: str = "Editor") -> None:
    """A page is read and gathers, and nothing of it is kept yet."""
    desk.screen.show(1, app, "notes.txt", *NOTES)
    while not desk.ocr.reads:
        desk.step()
    assert desk.held() == []


def test_what_had_gathered_when_the_user_forgot_a_stretch_never_comes_in(desk: Desk) -> None:
    gathering(desk)
    desk.capture.drop()
    desk.watch(60)
    assert desk.held() == []
    assert desk.why() == {("Editor", "captured", None)}  # from after it
    desk.screen.write("A line that came later")
    desk.watch(15)
    assert desk.held() == ["A line that came later"]


def test_forgetting_one_app_drops_nothing_of_another(desk: Desk) -> None:
    gathering(desk)
    desk.capture.drop("Telegram")
    desk.watch(30)
    assert desk.held() == ["\n".join(NOTES)]


def test_locking_keeps_what_had_gathered_though_the_rest_cannot_be_read_any_more(desk: Desk) -> None:
    gathering(desk)
    desk.capture.interrupt()
    desk.capture.close()
    assert desk.held() == ["\n".join(NOTES)]
