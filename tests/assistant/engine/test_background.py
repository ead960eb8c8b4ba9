"""The engine's background work as a whole: its loops at work on a real vault, and what breaks one of them.

The screen is a played one. Where the engine would wait for minutes the tests have it wait for less; nothing here
depends on how long anything takes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from engines import until
from fakes import FakeEmbedder
from played import PlayedOcr, PlayedScreen, eyes, gone
from support import PASSPHRASE, START, Clock

from assistant import Assistant
from assistant.engine import loops, supervised
from assistant.engine.background import Observing
from assistant.engine.door import Door
from assistant.engine.log import Log
from assistant.engine.slack import Load
from memory.errors import MissingPartError, OcrFailedError, StorageFullError, UnsupportedDesktopError, VaultLockedError
from observers.screen import observer as screen_observer
from observers.screen import passages

NOTES = ("The ferry leaves at nine", "Bring the blue suitcase")
LETTER = ("Dear Ines, thank you for the tent", "it rained on us all the same")
CANARY = "qvzkxjwqgh lies at the bottom of it"


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loops wait for moments, so that the tests do not."""
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(loops, "LONGEST_RETRY_SECONDS", 0.1)
    monkeypatch.setattr(supervised, "FIRST_PAUSE_SECONDS", 0.02)
    for name in ("QUICK_SECONDS", "SLOW_SECONDS", "RESTING_SECONDS"):
        monkeypatch.setattr(screen_observer, name, 0.01)


class Ticking(Clock):
    """A clock that goes on by a second and a half whenever somebody looks at it: loops that look make time pass."""

    def __call__(self) -> Any:
        self.now += timedelta(seconds=1.5)
        return self.now


class Engine:
    """Background work behind a door, as in the engine."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        self.clock = Ticking()
        self.screen, self.ocr = PlayedScreen(), PlayedOcr()
        self.load = Load()
        self.begin()

    def begin(self) -> None:
        """A new process, so to speak."""
        self._log = Log(self.log)
        self.observing = Observing(
            self._log, lambda: eyes(self.screen, self.ocr), lambda _idle: self.load, lambda: self.clock.now
        )
        self.door = Door(self.folder, self.observing, self._log, self._opened)

    def end(self) -> None:
        """It stops, as it does when told to."""
        self.door.close()
        self._log.close()

    def _opened(self, folder: Path, passphrase: str | None, _code: str | None) -> Assistant:
        return Assistant.open(folder, passphrase, clock=self.clock, embedder=FakeEmbedder())

    def restart(self) -> None:
        """It ends and starts again, and the user unlocks it."""
        self.end()
        self.begin()
        self.door.unlock(PASSPHRASE)

    def configure(self, **choices: Any) -> None:
        """As a client does it."""
        with self.door.inside() as vault:
            vault.configure(**choices)
        self.observing.changed()

    def held(self) -> list[str]:
        with self.door.inside() as vault:
            return [stored.observation.text for stored in vault._store.observations.all()]

    def holds(self, *texts: str) -> None:
        """Wait until exactly these are held."""
        until(lambda: self.held() == list(texts), f"{len(texts)} passages")

    def state(self) -> str:
        return str(self.observing.status()["state"])

    def reason(self) -> str | None:
        reason: str | None = self.observing.status().get("reason")
        return reason

    def looks(self, more: int = 12) -> None:
        """Wait for so many more looks."""
        before = self.screen.looks
        until(lambda: self.screen.looks >= before + more, "more looks at the screen")


@pytest.fixture
def engine(folder: Path, tmp_path: Path) -> Iterator[Engine]:
    with Assistant.open(folder, PASSPHRASE, create=True, embedder=FakeEmbedder()) as vault:
        vault.configure(screen_on=True)
    found = Engine(folder, tmp_path / "engine.log")
    found.door.unlock(PASSPHRASE)
    yield found
    found.end()
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("inkling-")]
    assert threads == [], "a thread was left behind"


def test_what_is_on_the_screen_is_in_the_vault_and_is_told_of(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    status = engine.observing.status()
    assert status["state"] == "recording"
    assert status["reason"] is None
    until(lambda: engine.observing.status()["captured_at"], "a time")
    until(lambda: engine.observing.why(60), "a decision")
    assert [(d["app"], d["outcome"], d["rule"]) for d in engine.observing.why(60)] == [("Editor", "captured", None)]


def test_the_screen_turned_off_and_on_again(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.configure(screen_on=False)
    until(lambda: engine.screen.held == 0, "the screen to be let go of")
    assert engine.state() == "off"
    looks = engine.screen.looks
    engine.screen.write(*LETTER)
    engine.configure(auto_lock_minutes=90)  # wakes the loop once more
    assert engine.screen.looks == looks
    engine.configure(screen_on=True)
    engine.holds("\n".join(NOTES), "\n".join(LETTER))
    assert engine.state() == "recording"


def test_rules_changed_while_it_runs_hold_at_the_next_look(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.configure(rules=["app:Editor"])
    until(lambda: {d["rule"] for d in engine.observing.why(60)} == {"app:Editor"}, "the rule to hold")
    engine.screen.write(*LETTER)
    grabs = len(engine.screen.grabbed)
    engine.looks()
    assert len(engine.screen.grabbed) == grabs
    engine.configure(rules=[])
    engine.holds("\n".join(NOTES), "\n".join(LETTER))


# what breaks


def test_a_display_that_goes_and_comes_back(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.screen.broken = gone()
    until(lambda: engine.state() == "failed", "the failure to show")
    assert "display went away" in (engine.reason() or "")
    engine.screen.write(*LETTER)
    engine.screen.broken = None
    engine.holds("\n".join(NOTES), "\n".join(LETTER))
    assert engine.state() == "recording"
    assert engine.reason() is None
    assert engine.screen.held == 2


def test_while_a_failure_lasts_it_is_tried_ever_more_seldom_and_logged_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "LONGEST_RETRY_SECONDS", 3600.0)
    until(lambda: engine.screen.looks, "a look")
    engine.screen.broken = gone()
    running = engine.observing._running
    assert running is not None
    until(lambda: running.screen._retry > 0.6, "five failures in a row")
    assert engine.screen.tries <= 2 + 8
    assert engine.log.read_text().count("background work failed") == 1


@pytest.mark.parametrize(
    "error", [UnsupportedDesktopError("Wayland shows its windows to nobody"), MissingPartError("no text recognition")]
)
def test_what_cannot_be_done_here_is_said_and_the_vault_stays_of_use(engine: Engine, error: Any) -> None:
    engine.screen.refused = error
    engine.configure(screen_on=False)
    until(lambda: engine.screen.held == 0, "the screen to be let go of")
    engine.configure(screen_on=True)
    until(lambda: engine.reason() == str(error), "the reason")
    assert engine.state() == "failed"
    with engine.door.inside() as vault:
        vault.remember("The user plays the cello.")
        assert vault.recall("cello")


def test_text_recognition_that_dies_takes_nothing_with_it(engine: Engine) -> None:
    engine.ocr.failing = OcrFailedError("the process broke")
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    until(lambda: engine.ocr.reads >= 2, "another try")
    assert engine.state() == "recording"
    engine.ocr.failing = None
    engine.holds("\n".join(NOTES))


def test_what_nobody_foresaw_is_logged_without_its_words_and_gone_on_after(engine: Engine) -> None:
    broken: Any = ValueError(f"cannot read: {CANARY}")
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.ocr.failing = broken
    until(lambda: "log says where" in (engine.reason() or ""), "the failure to show")
    assert engine.state() == "failed"
    engine.ocr.failing = None
    engine.holds("\n".join(NOTES))
    until(lambda: engine.reason() is None, "the failure to be over")
    assert "ValueError" in engine.log.read_text()
    assert "qvzkxjwqgh" not in engine.log.read_text()
    assert engine.screen.held == 2


class FullDisk:
    """A vault whose disk is full while ``full`` is true."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        for name in ("observe", "extend_dwell", "take", "checkpoint"):
            monkeypatch.setattr(Assistant, name, self._guarded(getattr(Assistant, name)))

    def _guarded(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*given: Any, **named: Any) -> Any:
            if self.full:
                raise StorageFullError("the disk is full; make room on it")
            return verb(*given, **named)

        return guarded


def test_a_full_disk_is_said_and_loses_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(monkeypatch)
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    disk.full = True
    engine.screen.write(*LETTER)
    until(lambda: engine.reason() == "the disk is full; make room on it", "the reason")
    assert engine.state() == "failed"
    disk.full = False
    engine.holds("\n".join(NOTES), "\n".join(LETTER))
    until(lambda: engine.state() == "recording", "it to be over")


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=7), timedelta(hours=14)])
def test_a_clock_that_jumps_or_hours_of_sleep_stop_nothing(engine: Engine, jump: timedelta) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.clock.now += jump
    engine.screen.show(1, "Editor", "letter.txt", *LETTER)
    engine.holds("\n".join(NOTES), "\n".join(LETTER))
    assert engine.state() == "recording"
    with engine.door.inside() as vault:
        dwell = [stored.observation.dwell_seconds for stored in vault._store.observations.all()]
    assert all(seconds is not None and 0 <= seconds < 3600 for seconds in dwell)


# locking


def test_what_has_gathered_is_kept_when_the_vault_is_locked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand or by itself: it is one way."""
    monkeypatch.setattr(passages, "SETTLE_SECONDS", 1e9)
    monkeypatch.setattr(passages, "LONGEST_SECONDS", 1e9)
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    until(lambda: engine.ocr.reads, "a read")
    engine.looks()
    assert engine.held() == []
    engine.configure(auto_lock_minutes=1)
    engine.door._used -= 61
    assert engine.door.lock_if_idle()
    assert not engine.door.is_open
    assert engine.screen.held == 0
    looks = engine.screen.looks
    assert engine.state() == "off"
    engine.door.unlock(PASSPHRASE)
    assert engine.held()[:1] == ["\n".join(NOTES)]
    engine.looks()
    assert engine.screen.looks > looks


def test_a_lock_in_the_middle_of_a_read_waits_for_it_and_keeps_it(engine: Engine) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        reading.set()
        go_on.wait(20)

    engine.ocr.during = slowly
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    assert reading.wait(20)
    locking = threading.Thread(target=engine.door.lock)
    locking.start()
    until(lambda: not engine.door.is_open, "the lock to begin")
    go_on.set()
    locking.join(20)
    assert not locking.is_alive()
    engine.screen.clear()
    engine.door.unlock(PASSPHRASE)
    assert engine.held() == ["\n".join(NOTES)]


def test_a_lock_does_not_wait_for_a_read_that_hangs(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "END_SECONDS", 0.1)
    go_on = threading.Event()

    def hang() -> None:
        go_on.wait(20)

    engine.ocr.during = hang
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    assert engine.ocr.reading.wait(20)
    assert engine.door.lock()
    with pytest.raises(VaultLockedError):
        engine.held()
    go_on.set()
    until(lambda: engine.screen.held == 0, "the loop that hung to let go of the screen")
    engine.ocr.during = lambda: None
    engine.door.unlock(PASSPHRASE)
    engine.holds("\n".join(NOTES))


def test_locked_and_unlocked_again_and_again_it_leaves_nothing_behind(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    process = psutil.Process()
    engine.door.lock()
    handles, threads = process.num_fds() if hasattr(process, "num_fds") else 0, process.num_threads()
    for _ in range(5):
        engine.door.unlock(PASSPHRASE)
        engine.looks(3)
        engine.door.lock()
    assert process.num_threads() <= threads
    assert (process.num_fds() if hasattr(process, "num_fds") else 0) <= handles
    assert engine.screen.held == 0


# pauses


def test_a_pause_is_seen_at_once_and_ends_by_itself(engine: Engine) -> None:
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    end = engine.clock.now + timedelta(minutes=30)
    engine.observing.pause(end)
    assert engine.state() == "paused"
    assert engine.observing.status()["until"] == end
    until(lambda: engine.observing.status()["outcome"] == "paused", "the loop to pause")
    grabs = len(engine.screen.grabbed)
    engine.screen.write(*LETTER)
    until(lambda: engine.clock.now > end - timedelta(minutes=25), "some looks")
    assert len(engine.screen.grabbed) == grabs
    engine.clock.now = end
    engine.holds("\n".join(NOTES), "\n".join(LETTER))
    assert engine.state() == "recording"
    assert engine.observing.status()["until"] is None


@pytest.mark.parametrize("after", ["lock", "restart"])
def test_a_pause_outlives_a_lock_and_a_restart(engine: Engine, after: str) -> None:
    end = engine.clock.now + timedelta(days=9)
    engine.observing.pause(end)
    engine.observing.pause(None, "Telegram")
    if after == "lock":
        engine.door.lock()
        assert engine.state() == "paused"
        engine.door.unlock(PASSPHRASE)
    else:
        engine.restart()
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    status = engine.observing.status()
    assert (status["state"], status["until"], status["paused_apps"]) == ("paused", end, ["Telegram"])
    until(lambda: engine.observing.status()["outcome"] == "paused", "the loop to pause")
    assert engine.screen.grabbed == []
    engine.observing.resume()
    engine.holds("\n".join(NOTES))
    assert engine.observing.status()["paused_apps"] == []
    engine.restart()
    assert engine.state() != "paused"


def test_a_pause_until_told_otherwise_has_no_end(engine: Engine) -> None:
    engine.observing.pause(None)
    assert (engine.state(), engine.observing.status()["until"]) == ("paused", None)
    engine.restart()
    assert (engine.state(), engine.observing.status()["until"]) == ("paused", None)
    engine.clock.now += timedelta(days=4000)
    assert engine.state() == "paused"


def test_a_resume_while_locked_is_not_undone_by_unlocking(engine: Engine) -> None:
    engine.observing.pause(None)
    engine.door.lock()
    engine.observing.resume()
    engine.door.unlock(PASSPHRASE)
    assert engine.state() != "paused"
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.restart()
    assert engine.state() != "paused"


def test_a_pause_given_to_a_locked_engine_is_kept_with_the_vaults_own(engine: Engine) -> None:
    """A new engine has not read the vault yet: what it is told meanwhile is added to that, not put in its place."""
    engine.observing.pause(None, "Telegram")
    engine.end()
    engine.begin()
    end = engine.clock.now + timedelta(days=2)
    engine.observing.pause(end)
    engine.door.unlock(PASSPHRASE)
    status = engine.observing.status()
    assert (status["state"], status["until"], status["paused_apps"]) == ("paused", end, ["Telegram"])


def test_the_last_word_about_a_pause_counts(engine: Engine) -> None:
    engine.observing.pause(None)
    end = engine.clock.now + timedelta(days=1)
    engine.door.lock()
    engine.observing.pause(end)
    engine.door.unlock(PASSPHRASE)
    assert engine.observing.status()["until"] == end


def test_one_app_is_paused_and_the_others_are_not(engine: Engine) -> None:
    engine.observing.pause(None, "Telegram")
    engine.screen.show(1, "Telegram", "Ana", *LETTER)
    until(lambda: engine.observing.why(60), "a decision")
    engine.looks()
    assert engine.screen.grabbed == []
    assert engine.state() == "recording"
    assert [(d["app"], d["rule"]) for d in engine.observing.why(60)] == [("Telegram", screen_observer.PAUSED)]
    engine.screen.show(2, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    engine.observing.resume()
    engine.screen.show(1, "Telegram", "Ana", *LETTER)
    engine.holds("\n".join(NOTES), "\n".join(LETTER))


def test_a_pause_in_the_middle_of_a_read_lets_nothing_later_in(engine: Engine) -> None:
    def pause() -> None:
        engine.observing.pause(None)
        engine.screen.write(*LETTER)

    engine.ocr.during = pause
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    until(lambda: engine.observing.status()["outcome"] == "paused", "the loop to pause")
    engine.holds("\n".join(NOTES))
    until(lambda: engine.clock.now > START + timedelta(minutes=10), "time to pass")
    assert engine.held() == ["\n".join(NOTES)]


def test_a_pause_on_a_full_disk_holds_all_the_same(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StorageFullError("the disk is full")

    monkeypatch.setattr(Assistant, "configure", full)
    engine.observing.pause(None)
    until(lambda: engine.observing.status()["outcome"] == "paused", "the loop to pause")
    assert engine.state() == "paused"


# the other loops


def test_conclusions_are_drawn_when_there_is_slack_and_not_before(engine: Engine) -> None:
    engine.load = Load(cpu=0.99)
    with engine.door.inside() as vault:
        vault.observe([_stated(n) for n in range(30)])
    engine.observing.changed()
    until(lambda: engine.observing.status()["distilling"] == "the machine is busy", "the reason")
    with engine.door.inside() as vault:
        assert vault.waiting()[0] == 30
    engine.load = Load(cpu=0.1)
    engine.observing.changed()
    with engine.door.inside() as vault:
        until(lambda: vault.waiting()[0] < 30, "a batch")
        assert vault.waiting()[0] >= 14, "a small one, and a wait"


def _stated(number: int) -> Any:
    from support import said  # noqa: PLC0415

    return said(f"I have {number} red boats", f"k{number}", days=-1, thread=f"t{number}")


def test_a_watched_folder_is_followed_beside_the_screen(engine: Engine, tmp_path: Path) -> None:
    watched = tmp_path / "exports"
    watched.mkdir()
    engine.configure(watched=[str(watched)])
    line = {"text": "we took the ferry", "at": START.isoformat(), "speaker": "me", "key": "f1"}
    (watched / "chat.jsonl").write_text(json.dumps(line) + "\n")
    engine.holds("we took the ferry")
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("we took the ferry", "\n".join(NOTES))
    folders = engine.observing.status()["folders"]
    assert (folders["watched"], folders["failure"]) == ([str(watched)], None)


def test_one_loop_that_breaks_leaves_the_others_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(Assistant, "waiting", broken)
    monkeypatch.setattr(Assistant, "checkpoint", broken)
    engine.observing.changed()
    until(lambda: engine.log.read_text().count("a thread broke and is started again") >= 2, "both to break")
    engine.screen.show(1, "Editor", "notes.txt", *NOTES)
    engine.holds("\n".join(NOTES))
    assert "qvzkxjwqgh" not in engine.log.read_text()


def test_nothing_said_about_it_names_what_was_read(engine: Engine) -> None:
    engine.screen.show(1, "Editor", CANARY, CANARY, "and another line")
    until(engine.held, "a passage")
    said = json.dumps([engine.observing.status(), engine.observing.why(60)], default=str)
    assert "qvzkxjwqgh" not in said + engine.log.read_text()
