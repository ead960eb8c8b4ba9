"""A pause made while the vault is locked outlives the engine, and says no more than until when."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.engine.background import Observing
from assistant.engine.log import Log
from assistant.engine.pause_notice import FILE, PauseNotice
from assistant.engine.slack import Load

NOW = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def observing(folder: Path) -> Observing:
    return Observing(Log(None), load=lambda _idle: Load(), now=lambda: NOW, notice=PauseNotice(folder))


@pytest.mark.parametrize("until", [LATER, None])
def test_a_pause_made_while_locked_holds_in_the_next_engine(tmp_path: Path, until: datetime | None) -> None:
    observing(tmp_path).pause(until)
    found = observing(tmp_path).status()
    assert (found["state"], found["until"]) == ("paused", until)


def test_resuming_ends_it_for_good(tmp_path: Path) -> None:
    first = observing(tmp_path)
    first.pause(None)
    first.resume()
    assert observing(tmp_path).status()["state"] == "off"
    assert list(tmp_path.iterdir()) == []


def test_it_goes_into_the_vault_once_that_is_open(assistant: Assistant, tmp_path: Path) -> None:
    observing(tmp_path).pause(LATER)
    second = observing(tmp_path)
    second.start(assistant)
    try:
        assert assistant.config().paused_until == LATER
        assert not (tmp_path / FILE).exists()
        assert second.status()["state"] == "paused"
    finally:
        second.stop()


def test_which_apps_are_paused_is_not_written_down(tmp_path: Path) -> None:
    observing(tmp_path).pause(None, "Zinnober Messenger")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_nobody_else_reads_it(tmp_path: Path) -> None:
    observing(tmp_path).pause(LATER)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"until": 3}', '{"until": "2026-03-04T19:22"}', '{"when": "now"}'])
def test_a_notice_that_makes_no_sense_pauses_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert observing(tmp_path).status()["state"] == "off"
