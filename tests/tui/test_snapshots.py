"""Pictures of the screens, at pinned sizes, themes and clock.

``pytest tests/tui --snapshot-update`` draws them anew; look at them before they are committed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input, TextArea

from memory.errors import WrongPassphraseError
from memory.records import Answer, Hit
from tui.app import InklingApp
from tui.screens.create import RecoveryScreen

SMALL, LARGE = (80, 24), (120, 40)
DARK, LIGHT = "inkling-dark", "inkling-light"
NOW = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
VAULT = Path("/vaults/ines")
EVERY = {
    "80x24-dark": (SMALL, DARK), "80x24-light": (SMALL, LIGHT),
    "120x40-dark": (LARGE, DARK), "120x40-light": (LARGE, LIGHT),
}  # fmt: skip
TWO = {name: EVERY[name] for name in ("80x24-dark", "120x40-light")}

Picture = Callable[..., None]


@pytest.fixture(autouse=True)
def painted_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture paints all that is on the screen, so that nothing before it needs to."""
    monkeypatch.setattr(Screen, "_compositor_refresh", lambda screen: screen._dirty_widgets.clear())


@pytest.fixture
def picture(snap_compare: Any, app_on: Any, settled: Any, becomes: Any) -> Picture:
    """Compare what the app looks like after some keys and pasted texts with how it looked before."""

    def compare(assistant: Any, size: tuple[int, int], theme: str, *steps: str) -> None:
        async def play(pilot: Any) -> None:
            await settled(pilot)
            for number, step in enumerate(steps):
                await _do(pilot, step)
                if "held" in steps[:number]:  # a call under way lasts until the picture is taken
                    said = assistant.written and "".join(assistant.written)
                    await becomes(pilot, lambda said=said: _answers(pilot) == [said])
                else:
                    await settled(pilot)
            for field in (*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)):
                field.cursor_blink = False
            if "held" in steps:
                await pilot.pause()
            else:
                await settled(pilot)

        held = hasattr(assistant, "connect")
        app = app_on(None if held else assistant, folder=VAULT, theme=theme, engine=assistant if held else None)
        assert snap_compare(app, terminal_size=size, run_before=play)

    return compare


async def _do(pilot: Any, step: str) -> None:
    if step.startswith("paste:"):
        pilot.app.post_message(events.Paste(step.removeprefix("paste:")))
    elif step == "look":
        pilot.app.look()
    elif step == "lock":
        pilot.app.engine.client().lock()
    elif step == "why":
        pilot.app.show_why()
    elif step == "held":
        pass
    elif step.startswith("show:"):
        pilot.app.screen.choose(step.removeprefix("show:"))
    else:
        await pilot.press(step)


def _answers(pilot: Any) -> list[str]:
    return [str(line.content) for line in pilot.app.screen.query(".answer")]


@pytest.mark.parametrize(("size", "theme"), EVERY.values(), ids=EVERY)
def test_browse(picture, ines, size, theme):
    picture(ines, size, theme, "j", "j")


@pytest.mark.parametrize(("size", "theme"), EVERY.values(), ids=EVERY)
def test_ask(picture, ines, size, theme):
    picture(ines, size, theme, "a", "paste:Where do I work?", "enter")


@pytest.mark.parametrize(("size", "theme"), EVERY.values(), ids=EVERY)
def test_conversation(picture, ines, size, theme):
    ines.answer = replace(
        ines.answer, written_by="qwen3-1.7b-q4_k_m", asked="Since when does the user work at Casa Guimarães?",
        unsupported=1,
    )  # fmt: skip
    picture(ines, size, theme, "a", "paste:Where do I work?", "enter", "paste:and since when?", "enter", "tab")


@pytest.mark.parametrize(("size", "theme"), EVERY.values(), ids=EVERY)
def test_answer_being_written(picture, ines, size, theme):
    ines.written = ["You work as a luthier ", "at Casa Guimarães in Porto. [1]"]
    ines.hold["written"] = threading.Event()
    picture(ines, size, theme, "a", "paste:Where do I work?", "held", "enter")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_learned_in_conversation(picture, ines, size, theme):
    lisbon = ines.believes("The user lives in Lisbon.", "identity", 0.99, basis="user")
    ines.held["p2"] = replace(ines.held["p2"], valid_to=NOW)
    cited = [Hit(id=p.id, type="proposition", text=p.text, score=1.0, at=NOW, observation_key=None)
             for p in (ines.held[lisbon], ines.held["p2"])]  # fmt: skip
    text = "Noted: You live in Lisbon. [1]\nNo longer so: You live in Porto. [2]"
    ines.answer = Answer(text=text, citations=cited, abstained=False, learned=(lisbon, "p2"))
    picture(ines, size, theme, "a", "paste:no, I moved back to Lisbon", "enter")


@pytest.mark.parametrize(("size", "theme"), EVERY.values(), ids=EVERY)
def test_summaries(picture, summarised, size, theme):
    picture(summarised, size, theme, "s", "j")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_no_summaries(picture, empty, size, theme):
    picture(empty, size, theme, "s")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_evidence_that_disagrees(picture, ines, size, theme):
    picture(ines, size, theme, "show:review", "enter")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_recalled(picture, ines, size, theme):
    picture(ines, size, theme, "slash", "paste:instruments", "enter", "j")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_nothing_matches(picture, ines, size, theme):
    picture(ines, size, theme, "slash", "paste:zeppelin")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_nothing_yet(picture, empty, size, theme):
    picture(empty, size, theme)


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_help(picture, ines, size, theme):
    picture(ines, size, theme, "question_mark")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_forget(picture, ines, size, theme):
    picture(ines, size, theme, "j", "j", "d", "w")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_edit(picture, ines, size, theme):
    picture(ines, size, theme, "j", "e")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_palette(picture, ines, size, theme):
    picture(ines, size, theme, "ctrl+p")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_create(picture, size, theme):
    picture(None, size, theme, "paste:too short")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_wrong_passphrase(picture, monkeypatch, size, theme):
    def wrong(self: InklingApp, *args: Any, **more: Any) -> Any:
        raise WrongPassphraseError("the passphrase does not open this vault")

    monkeypatch.setattr(InklingApp, "open_vault", wrong)
    monkeypatch.setattr("memory.vault.keyfile.exists", lambda folder: True)
    picture(None, size, theme, "paste:wrong", "enter")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_recovery_code(snap_compare, app_on, settled, monkeypatch, size, theme):
    monkeypatch.setattr("tui.screens.create.secrets.randbelow", lambda groups: 3)

    async def show(pilot: Any) -> None:
        pilot.app.push_screen(RecoveryScreen("7K3QX-1A2B3-4C5D6-7E8F9-GHJKM-NPQRS-TVWXY"))
        await settled(pilot)
        pilot.app.screen.query_one(Input).cursor_blink = False
        await settled(pilot)

    assert snap_compare(app_on(None, folder=VAULT, theme=theme), terminal_size=size, run_before=show)


@pytest.fixture
def recorded(engine: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine that has the vault open, and records."""
    monkeypatch.setattr("memory.vault.keyfile.exists", lambda folder: True)
    engine.locked = False
    engine.said["state"] = "recording"
    return engine


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_recording(picture, recorded, size, theme):
    picture(recorded, size, theme, "look")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_thinking(picture, recorded, size, theme):
    recorded.said |= {"thinking": {"state": "waiting", "reason": "on battery", "waiting": 120}}
    picture(recorded, size, theme, "look")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_paused(picture, recorded, size, theme):
    recorded.said |= {"state": "paused", "until": datetime(2026, 4, 20, 18, 30, tzinfo=UTC)}
    picture(recorded, size, theme, "look")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_recording_failed(picture, recorded, size, theme):
    reason = "no display: the environment variable DISPLAY is not set; see: inkling doctor"
    recorded.said |= {"state": "failed", "reason": reason}
    picture(recorded, size, theme, "look")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_locked_meanwhile(picture, recorded, size, theme):
    picture(recorded, size, theme, "lock", "look")


@pytest.mark.parametrize(("size", "theme"), TWO.values(), ids=TWO)
def test_why(picture, recorded, size, theme):
    at = datetime(2026, 4, 20, 9, 2, 11, tzinfo=UTC)
    recorded.decisions = [
        {"at": at, "app": "KeePassXC", "outcome": "skipped", "rule": "default:passwords", "new_lines": 0},
        {"at": at + timedelta(minutes=3), "app": "Firefox", "outcome": "masked", "rule": "private", "new_lines": 0},
        {"at": at + timedelta(minutes=9), "app": "org.gnome.TextEditor", "outcome": "captured", "new_lines": 128},
        {"at": at + timedelta(minutes=21), "app": "Firefox", "outcome": "captured", "rule": None, "new_lines": 0},
        {"at": at + timedelta(minutes=27), "app": None, "outcome": "skipped", "rule": "unknown", "new_lines": 0},
    ]
    picture(recorded, size, theme, "why")
