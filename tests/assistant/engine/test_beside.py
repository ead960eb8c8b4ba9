"""The command line beside an engine: what it tells of it, and what it leaves to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import Recorder, Running, until
from support import PASSPHRASE

from assistant.cli import main
from assistant.client import Client, connect
from assistant.engine import rendezvous


class Inkling:
    """Runs commands, with the passphrase in the environment."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        status = main(arguments=arguments)
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err


@pytest.fixture
def inkling(
    folder: Path, code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Inkling]:
    monkeypatch.delenv("INKLING_IN_PROCESS")
    monkeypatch.setenv("INKLING_VAULT", str(folder))
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)
    yield Inkling(capsys)
    if rendezvous.is_live(folder):
        connect(folder, start=False).stop()


@pytest.fixture
def alone(inkling: Inkling, monkeypatch: pytest.MonkeyPatch) -> Inkling:
    """With --in-process; the variable it sets is taken back."""
    monkeypatch.setenv("INKLING_IN_PROCESS", "1")
    return inkling


@pytest.fixture
def served(running: Running) -> Running:
    until(lambda: rendezvous.is_live(running.folder), "an engine that answers")
    return running


@pytest.mark.parametrize(
    "command",
    [
        "remember x", "edit p1 x", "confirm p1", "pin p1", "forget p1 --yes", "forget --since 15m --yes",
        "allow health", "distil", "import nothing.txt", "retention screen --days 3", "retention --drop-facts",
        "screen on", "exclude add app:Signal", "exclude reset", "watch add /", "lock --after 60", "embedder minilm",
    ],
)  # fmt: skip
def test_beside_an_engine_nothing_is_changed_in_process(served: Running, alone: Inkling, command: str) -> None:
    status, out, err = alone(*command.split())
    assert (status, out) == (15, "")
    assert "the engine holds this vault; leave out --in-process" in err


@pytest.mark.parametrize(
    "command",
    ["profile", "recall x", "ask x", "storage", "retention", "screen", "exclude list", "watch list", "status",
     "exclude try --app Signal", "doctor --full"],
)  # fmt: skip
def test_beside_an_engine_everything_can_be_read_in_process(served: Running, alone: Inkling, command: str) -> None:
    assert "the engine holds this vault" not in alone(*command.split())[2]


def test_without_an_engine_changes_are_made_in_process(alone: Inkling) -> None:
    assert alone("remember", "The user plays the cello.")[0] == 0


@pytest.mark.parametrize("command", ["pause", "resume", "start", "unlock"])
def test_in_process_no_engine_is_started(folder: Path, alone: Inkling, command: str) -> None:
    status, _, err = alone(command)
    assert status == 40
    assert "leave out --in-process" in err
    assert not rendezvous.is_live(folder)


def test_an_engine_started_for_something_else_says_that_it_records_again(folder: Path, inkling: Inkling) -> None:
    with connect(folder) as client:
        client.unlock(PASSPHRASE)
        client.configure(screen_on=True)
        client.stop()
    assert "it records again" in inkling("storage")[2]
    assert "it records again" not in inkling("storage")[2]
    inkling("pause")
    inkling("stop")
    assert "it records again" not in inkling("storage")[2]


def test_an_engine_started_for_something_else_says_that_it_follows_folders_again(
    folder: Path, inkling: Inkling, tmp_path: Path
) -> None:
    assert "was started" not in inkling("watch", "add", str(tmp_path))[2]
    inkling("stop")
    assert "watched folders" in inkling("storage")[2]


def test_a_pause_of_an_app_nobody_has_seen_holds_and_says_so(served: Running, inkling: Inkling) -> None:
    assert "No window of that name" in inkling("pause", "--app", "Slak")[2]
    assert "No window" not in inkling("pause", "--app", "editor")[2]
    assert [app for _, app in served.background.paused] == ["Slak", "editor"]


def test_a_screen_that_cannot_be_observed_is_said_when_it_is_turned_on(
    served: Running, client: Client, inkling: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = [{"state": "off"}, {"state": "recording", "outcome": None}]

    def status(_recorder: Recorder) -> dict[str, Any]:
        return told.pop(0) if told else {"state": "failed", "reason": "Wayland tells no program its windows"}

    monkeypatch.setattr(Recorder, "status", status)
    status_, out, err = inkling("screen", "on")
    assert status_ == 0
    assert "observed" in out
    assert err == "Nothing is recorded: Wayland tells no program its windows\n"
    assert "failed: Wayland tells no program its windows" in inkling("status")[1]
