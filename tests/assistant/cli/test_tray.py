"""The tray icon follows the engine, starts none, and tells states apart by shape."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli.commands import tray as trays
from assistant.cli.commands.tray import Tray, picture
from assistant.cli.session import Session
from memory.errors import EngineUnreachableError, MissingPartError


class Library:
    """What of pystray is used."""

    class Menu:
        def __init__(self, *items: Any) -> None:
            self.items = items

    class MenuItem:
        def __init__(self, text: Any, action: Any, enabled: bool = True) -> None:
            self.text, self.action, self.enabled = text, action, enabled

    class Icon:
        def __init__(self, name: str, icon: Any, title: str, menu: Any) -> None:
            self.icon, self.title, self.menu, self.said, self.running = icon, title, menu, [], True

        def update_menu(self) -> None:
            self.said.append("menu")

        def notify(self, text: str, title: str) -> None:
            self.said.append(text)

        def stop(self) -> None:
            self.running = False


class Engine:
    def __init__(self) -> None:
        self.recording: dict[str, Any] = {"state": "recording"}
        self.runs = True
        self.started = False

    @contextmanager
    def engine(self, *, start: bool = True) -> Any:
        self.started |= start
        if not self.runs:
            raise EngineUnreachableError("no engine runs")
        yield self

    def state(self) -> dict[str, Any]:
        return {"recording": self.recording}

    def pause(self, until: datetime) -> None:
        self.recording = {"state": "paused", "until": until}

    def resume(self) -> None:
        self.recording = {"state": "recording"}


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def tray(engine: Engine) -> Tray:
    return Tray(engine, Library)  # type: ignore[arg-type]


def choose(tray: Tray, text: str) -> None:
    next(item for item in tray._icon.menu.items if item.text == text).action(tray._icon, None)


def test_it_shows_what_the_engine_says(tray: Tray, engine: Engine) -> None:
    tray.look()
    assert (tray.state, tray._icon.title) == ("recording", "Inkling: recording")
    engine.recording = {"state": "failed", "reason": "no display"}
    tray.look()
    assert tray.words == "recording failed"
    engine.runs = False
    tray.look()
    assert tray._icon.title == "Inkling: the engine does not run"
    assert not engine.started


def test_its_menu_pauses_and_resumes(tray: Tray, engine: Engine) -> None:
    choose(tray, "Pause for 30 minutes")
    left = engine.recording["until"] - datetime.now().astimezone()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert tray.words.startswith("paused until ")
    choose(tray, "Resume")
    assert tray.state == "recording"


def test_where_no_engine_runs_the_menu_says_so(tray: Tray, engine: Engine) -> None:
    engine.runs = False
    choose(tray, "Resume")
    assert "no engine runs" in tray._icon.said
    tray.end()
    assert not tray._icon.running


def test_every_state_has_a_shape_of_its_own() -> None:
    shapes = [picture(state).getchannel("A").tobytes() for state in ("recording", "paused", "off", "failed")]
    assert len(set(shapes)) == 4


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pystray", None)
    done = CliRunner().invoke(trays.tray, obj=Session(None, None, None))
    assert isinstance(done.exception, MissingPartError)
    assert "inkling-memory[tray]" in str(done.exception)
