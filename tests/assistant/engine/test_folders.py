"""Watched folders as the engine follows them: real files, a real vault, and a loop in a thread as in the engine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engines import until
from fakes import FakeEmbedder
from support import PASSPHRASE, START, Clock

import observers.watch
from assistant import Assistant
from assistant.engine import loops
from assistant.engine.folders import NOTHING_SECONDS, Folders
from assistant.engine.log import Log
from assistant.engine.loops import Loop
from memory.errors import StorageFullError
from observers.watch import Pace, Watcher

PACE = Pace(rest=0.2, longest=1.0, longest_retry=0.4, look=0.5, look_without_notices=0.5, tick=0.1)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files rest for a moment only."""
    monkeypatch.setattr(observers.watch, "Watcher", partial(Watcher, pace=PACE))
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.1)


def lines(*texts: str, first: int = 0) -> str:
    return "".join(
        json.dumps({"text": text, "at": (START + timedelta(minutes=n)).isoformat(), "speaker": "me", "key": f"k{n}"})
        + "\n"
        for n, text in enumerate(texts, first)
    )


WHATSAPP = """03/03/2026, 19:22 - Ana: shall we take the ferry?
03/03/2026, 19:23 - Bo: I would rather cycle
03/03/2026, 19:24 - Ana: then bring the pump
"""


class Following:
    """Folders followed in a thread, and the vault that they are taken into."""

    def __init__(self, folder: Path, watched: Path) -> None:
        self.vault = Assistant.open(
            folder, PASSPHRASE, create=True, clock=Clock(START + timedelta(days=1)), embedder=FakeEmbedder()
        )
        self.watched = watched
        self.clock_is_sure = True
        self.vault.configure(watched=[str(watched)])
        self.start()

    def start(self) -> None:
        self.folders = Folders(self.vault, self._well, lambda: self.clock_is_sure)
        self.loop = Loop("folders", self.folders.step, Log(None))
        self.loop.start()

    def _well(self) -> None:
        self.loop.well()

    def stop(self) -> None:
        self.loop.end()
        self.folders.end()
        assert self.loop.join()

    def changed(self) -> None:
        """As when the user has said something."""
        self.folders.interrupt()
        self.loop.wake()

    def held(self) -> list[str]:
        return [stored.observation.text for stored in self.vault._store.observations.all()]

    def status(self) -> dict[str, Any]:
        return self.folders.status()


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


@pytest.fixture
def following(folder: Path, watched: Path) -> Iterator[Following]:
    found = Following(folder, watched)
    yield found
    found.stop()
    found.vault.close()


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_file_that_appears_is_taken_in(following: Following) -> None:
    (following.watched / "chat.jsonl").write_text(lines("one", "two"))
    until(lambda: following.held() == ["one", "two"], "a file that appeared")
    until(following.vault.watched_files.all, "that it counts as read")
    until(lambda: following.folders.taken == 2, "the count")
    assert following.status() == {
        "watched": [str(following.watched)], "taken": 2, "unreadable": 0, "missing": [], "unanswered": [],
    }  # fmt: skip


def test_a_log_that_grows_is_followed(following: Following) -> None:
    log = following.watched / "chat.jsonl"
    for n in range(4):
        append(log, lines(f"line {n}", first=n))
        until(lambda n=n: len(following.held()) == n + 1, "a line that was appended")  # type: ignore[misc]
    assert following.held() == [f"line {n}" for n in range(4)]
    until(lambda: following.folders.taken == 4, "the count, and no more than that")


def test_what_changed_while_nothing_ran_is_taken_in_once(following: Following) -> None:
    log = following.watched / "chat.jsonl"
    log.write_text(lines("one"))
    until(following.vault.watched_files.all, "the first file")
    following.stop()
    append(log, lines("two", first=1))
    (following.watched / "deep").mkdir()
    (following.watched / "deep" / "other.jsonl").write_text(lines("three", first=2))
    following.start()
    until(lambda: len(following.held()) == 3, "what changed meanwhile")
    until(lambda: len(following.vault.watched_files.all()) == 2, "that both count as read")
    assert sorted(following.held()) == ["one", "three", "two"]
    assert following.folders.taken == 2


def test_an_export_whose_owner_is_unknown_waits_for_the_answer(following: Following) -> None:
    (following.watched / "_chat.txt").write_text(WHATSAPP)
    until(lambda: following.status()["unanswered"], "a question")
    assert (following.status()["unanswered"], following.held()) == (["whatsapp"], [])
    following.vault.remember_names("whatsapp", ["Ana"])
    following.changed()
    until(lambda: len(following.held()) == 3, "the export")
    assert following.status()["unanswered"] == []
    speakers = [stored.observation.speaker for stored in following.vault._store.observations.all()]
    assert speakers == ["me", "Bo", "me"]


def test_an_answer_given_while_it_was_down_counts(following: Following) -> None:
    (following.watched / "_chat.txt").write_text(WHATSAPP)
    until(lambda: following.status()["unanswered"], "a question")
    following.stop()
    following.vault.remember_names("whatsapp", ["Ana"])
    following.start()
    until(lambda: len(following.held()) == 3, "the export")


def test_a_folder_chosen_later_is_followed_at_once(following: Following, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "chat.jsonl").write_text(lines("elsewhere"))
    following.vault.configure(watched=[str(following.watched), str(other), str(tmp_path / "absent")])
    following.changed()
    until(lambda: following.held() == ["elsewhere"], "a file in the other folder")
    assert following.status()["missing"] == [str(tmp_path / "absent")]


def test_a_folder_chosen_no_more_is_left_alone(following: Following) -> None:
    following.vault.configure(watched=[])
    following.changed()
    until(lambda: following.folders.watched == (), "the choice to be heard")
    (following.watched / "chat.jsonl").write_text(lines("one"))
    assert following.folders.step() == NOTHING_SECONDS
    assert following.held() == []


def test_a_log_is_not_read_anew_after_every_choice(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far it has been read is not forgotten."""
    log = following.watched / "chat.jsonl"
    log.write_text(lines(*(f"line {n}" for n in range(50))))
    until(following.vault.watched_files.all, "the log")
    watcher = following.folders._watcher
    following.vault.configure(auto_lock_minutes=90)
    following.changed()
    append(log, lines("more", first=50))
    until(lambda: len(following.held()) == 51, "what was appended")
    assert following.folders._watcher is watcher


def full(following: Following, monkeypatch: pytest.MonkeyPatch, after: int = 0) -> Callable[[], None]:
    """Let the disk be full from the ``after``-th batch on; returns what ends it."""
    take, room, left = following.vault.take, [False], [after]

    def taking(observations: Any, progress: Any = None) -> Any:
        for taken in take(observations, progress):
            left[0] -= 1
            if left[0] < 0 and not room[0]:
                raise StorageFullError("the disk is full")
            yield taken

    def refusing(observations: Any, progress: Any = None) -> Any:
        if not room[0] and left[0] <= 0:
            raise StorageFullError("the disk is full")
        return taking(observations, progress)

    monkeypatch.setattr(following.vault, "take", refusing)
    return lambda: room.__setitem__(0, True)


@pytest.mark.parametrize("after", [0, 1])
def test_on_a_full_disk_nothing_counts_as_read_that_is_not_stored(
    following: Following, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    end = full(following, monkeypatch, after)
    texts = [f"line {n}" for n in range(600)]
    (following.watched / "chat.jsonl").write_text(lines(*texts))
    until(lambda: following.loop.failure == "the disk is full", "the failure to show")
    assert not following.vault.watched_files.all()
    assert len(following.held()) < 600
    end()
    until(following.vault.watched_files.all, "it to be read after all")
    assert sorted(following.held()) == sorted(texts)
    until(lambda: following.loop.failure is None, "the failure to be over")


def test_a_file_that_is_no_export_is_passed_over_and_one_that_breaks_is_counted(following: Following) -> None:
    (following.watched / "holiday.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    (following.watched / "notes.txt").write_text("nothing that anybody exported\n")
    (following.watched / "chat.jsonl").write_text(lines("one") + "{broken\n" + lines("two", first=1))
    until(lambda: len(following.held()) == 2, "the lines around a broken one")
    until(lambda: len(following.vault.watched_files.all()) == 3, "all three to be done with")
    known = following.vault.watched_files.get(str(following.watched / "chat.jsonl"))
    assert known is not None
    assert known.problems == 1


def test_ended_before_it_began_it_does_not_begin(following: Following) -> None:
    """However the threads fall: an order to end is not cleared away by the step that begins just then."""
    other = Folders(following.vault)
    other.end()
    assert other.step() == 0.0
    assert other.watched == ()


def test_ending_in_the_middle_of_a_file_leaves_the_rest_for_the_next_time(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = following.vault.take

    def taking(observations: Any, progress: Any = None) -> Any:
        for taken in take(observations, progress):
            following.folders.end()
            yield taken

    monkeypatch.setattr(following.vault, "take", taking)
    texts = [f"line {n}" for n in range(600)]
    (following.watched / "chat.jsonl").write_text(lines(*texts))
    until(following.held, "the first batch")
    following.stop()
    assert 0 < len(following.held()) < 600
    assert not following.vault.watched_files.all()
    monkeypatch.setattr(following.vault, "take", take)
    following.start()
    until(following.vault.watched_files.all, "the rest")
    assert sorted(following.held()) == sorted(texts)


def test_what_a_clock_makes_too_old_is_read_again_once_the_clock_is_right(following: Following) -> None:
    """A clock that is a year ahead would else lose a log for good."""
    following.clock_is_sure = False
    following.vault.configure(retention={"chat": {"days": 30}})
    following.vault._clock.now = START + timedelta(days=400)  # type: ignore[attr-defined]
    (following.watched / "chat.jsonl").write_text(lines("one", "two"))
    time.sleep(3.5)
    assert (following.held(), following.vault.watched_files.all()) == ([], {})
    following.vault._clock.now = START + timedelta(days=1)  # type: ignore[attr-defined]
    until(lambda: following.held() == ["one", "two"], "the file to be read again")
