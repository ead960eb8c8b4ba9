"""The engine as the user meets it: open already, locked or ended meanwhile, slow, recording, paused."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, Static

from memory.errors import EngineMismatchError, EngineUnreachableError, VaultLockedError
from tui.app import InklingApp
from tui.commands import InklingCommands
from tui.recording import Recording, told
from tui.screens.ask import AskScreen
from tui.screens.browse import BrowseScreen
from tui.screens.dialogs import SentenceDialog, SentenceField
from tui.screens.evidence import EvidenceScreen
from tui.screens.help import HelpScreen
from tui.screens.unlock import UnlockScreen
from tui.screens.why import WhyScreen
from tui.title import RESTORE, SET, titled
from tui.widgets.status_line import StatusLine

SMALL = (80, 24)
NOW = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)
ELSEWHERE = VaultLockedError("the vault is locked; unlock it with: inkling unlock")


async def _look(pilot: Any, settled: Any) -> None:
    pilot.app.look()
    await settled(pilot)


async def _paste(pilot: Any, text: str, settled: Any) -> None:
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.press("enter")
    await settled(pilot)


def _status(app: InklingApp) -> str:
    return str(app.screen.query_one(StatusLine).render())


def _notices(app: InklingApp) -> list[str]:
    return [note.message for note in app._notifications]


def _lead(app: InklingApp) -> str:
    return str(app.screen.query_one("#lead", Static).content)


async def _chosen(app: InklingApp, title: str) -> None:
    """What the palette does if that is chosen."""
    [command] = [c for c in InklingCommands(app.screen)._commands() if c.title == title]
    command.run()


# unlocking


async def test_a_vault_that_the_engine_holds_open_asks_for_no_passphrase(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert not any(call[0] == "unlock" for call in engine.calls)


async def test_a_passphrase_unlocks_the_vault_in_the_engine_and_a_wrong_one_does_not(app_on, engine, settled):
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await _paste(pilot, "wrong", settled)
        assert isinstance(app.screen, UnlockScreen)
        assert engine.locked
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, BrowseScreen)
        assert app.held["believed"] == 9


async def test_the_keyring_unlocks_it_if_the_user_opted_in_to_that(app_on, engine, settled):
    engine.keyring = True
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)


async def test_somebody_else_unlocking_it_opens_it_here_too(app_on, engine, settled):
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.locked = False
        await _look(pilot, settled)
        assert isinstance(app.screen, BrowseScreen)


@pytest.mark.parametrize("error", [EngineUnreachableError("cannot start it"), EngineMismatchError("another version")])
async def test_an_engine_that_cannot_be_had_is_said_before_anything_is_typed(app_on, engine, settled, error):
    def connect(folder: Any, start: bool) -> Any:
        raise error

    engine.connect = connect
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert str(app.screen.query_one("#said", Static).content).casefold() == str(error).casefold()
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, UnlockScreen), "and it can be tried again"
        assert not app.screen.query_one("#secret", Input).disabled


async def test_leaving_leaves_the_engine_running_and_the_vault_open(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("q")
    app.close_vault()
    assert engine.running
    assert not engine.locked
    assert engine.closed, "its connections are"


# locked meanwhile


async def test_a_vault_locked_by_somebody_else_is_covered_and_nothing_typed_is_lost(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await pilot.pause()
        app.post_message(events.Paste("plays the cello."))
        await pilot.pause()
        engine.lock()
        await _look(pilot, settled)
        assert isinstance(app.screen, UnlockScreen)
        assert "locked" in _lead(app)
        assert "believed" not in _status(app)
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, SentenceDialog)
        assert app.screen.query_one(SentenceField).text == "The user plays the cello."
        await pilot.press("enter")
        await settled(pilot)
        assert engine.was_told("remember", "The user plays the cello.")
        assert isinstance(app.screen, BrowseScreen)
        assert app.held["believed"] == 10


async def test_what_was_asked_of_a_locked_vault_is_done_once_it_is_open(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.lock()
        await pilot.press("c")
        await settled(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert not engine.was_told("confirm", "p2")
        await _paste(pilot, "right", settled)
        assert engine.was_told("confirm", "p2")
        assert isinstance(app.screen, BrowseScreen)
        assert not any("Could not" in (note.title or "") for note in app._notifications)


async def test_a_question_is_answered_after_unlocking(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await pilot.pause()
        engine.lock()
        await _paste(pilot, "Where do I work?", settled)
        assert isinstance(app.screen, UnlockScreen)
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, AskScreen)
        assert [str(a.content) for a in app.screen.query(".answer").results(Static)] == [engine.answer.text]


async def test_evidence_that_was_being_opened_is_there_after_unlocking(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.lock()
        await pilot.press("enter")
        await settled(pilot)
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, EvidenceScreen)
        assert app.screen.subject is not None


async def test_locking_from_the_palette_is_not_undone_by_the_keyring(app_on, engine, settled):
    engine.keyring = True
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await _chosen(app, "Lock the vault now")
        await settled(pilot)
        await _look(pilot, settled)
        assert engine.locked
        assert isinstance(app.screen, UnlockScreen)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen), "Enter alone asks the keyring"


async def test_a_look_begun_before_unlocking_covers_nothing(app_on, engine, settled):
    engine.hold["state"] = threading.Event()
    engine.hold["state"].set()
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        app.on_following_app_looked(app.Looked({"locked": True, "recording": {}}, app.times_opened))
        await _paste(pilot, "right", settled)
        app.on_following_app_looked(app.Looked({"locked": True, "recording": {}}, app.times_opened - 1))
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)


# ended, hanging


async def test_an_engine_that_ended_is_said_and_started_again_by_unlocking(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.running = False
        await _look(pilot, settled)
        assert isinstance(app.screen, BrowseScreen), "it may be about to come back"
        await _look(pilot, settled)
        assert isinstance(app.screen, UnlockScreen)
        assert "engine has stopped" in _lead(app)
        assert "not recording" in _status(app)
        assert not engine.running, "looking starts nothing"
        await _paste(pilot, "right", settled)
        assert engine.running
        assert isinstance(app.screen, BrowseScreen)


async def test_an_engine_that_ended_and_came_back_locked_asks_for_the_passphrase(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.running = False
        await pilot.press("j")
        await settled(pilot)
        assert isinstance(app.screen, UnlockScreen)
        await _paste(pilot, "right", settled)
        assert isinstance(app.screen, BrowseScreen)


async def test_words_that_an_ending_engine_may_not_have_saved_are_there_again(app_on, engine, settled):
    engine.locked = False
    engine.fail_next["remember"] = EngineUnreachableError("it is not known whether that was done: look, and try again")
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await pilot.pause()
        await _paste(pilot, "plays the cello.", settled)
        assert any("not known" in notice for notice in _notices(app))
        await pilot.press("r")
        await pilot.pause()
        assert app.screen.query_one(SentenceField).text == "The user plays the cello."
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("r")
        await pilot.pause()
        assert app.screen.query_one(SentenceField).text == "The user ", "once saved they are not"


async def test_an_engine_that_does_not_answer_keeps_no_key_waiting(app_on, engine, settled, monkeypatch):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        monkeypatch.setattr("tui.following.PATIENCE_SECONDS", -1.0)
        engine.hold["state"] = threading.Event()
        app.look()
        app.look()
        await pilot.pause()
        assert "… the engine does not answer" in _status(app)
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        engine.hold["state"].set()
        await settled(pilot)
        assert "does not answer" not in _status(app)


async def test_an_engine_that_does_not_answer_keeps_nobody_from_leaving(app_on, engine, settled, monkeypatch):
    monkeypatch.setattr("tui.app._LEAVE_SECONDS", 0.01)
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        engine.hold["state"] = engine.hold["confirm"] = threading.Event()
        app.look()
        await pilot.press("c", "q")
    app.close_vault()
    assert app.return_code == 0
    assert any(call[0] == "confirm" for call in engine.calls), "it had been asked"
    engine.hold["confirm"].set()


# recording


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"state": "recording"}, "● recording · "),
        ({"state": "recording", "paused_apps": ["Signal"]}, "● recording, 1 app paused · "),
        ({"state": "off"}, "○ not recording · "),
        ({"state": "paused", "until": NOW + timedelta(minutes=30)}, "‖ paused until 10:00 · "),
        ({"state": "paused", "until": NOW + timedelta(hours=20)}, "‖ paused until Tue 05:30 · "),
        ({"state": "paused", "until": None}, "‖ paused, P resumes · "),
        ({"state": "failed", "reason": "no display"}, "✗ recording failed: no display · 9 believed"),
    ],
)
async def test_the_status_line_says_what_is_recorded(app_on, engine, settled, said, words):
    engine.locked = False
    engine.said = said
    app = app_on(engine=engine)
    async with app.run_test(size=(120, 24)) as pilot:
        await _look(pilot, settled)
        assert _status(app).strip().startswith(words)
        assert "nothing leaves this machine" in _status(app)


@pytest.mark.parametrize(
    ("thinking", "words"),
    [
        ({"state": "working", "reason": "nobody is at the machine", "waiting": 3}, "∴ thinking: 3 wait"),
        ({"state": "working"}, "∴ thinking"),
        ({"state": "waiting", "reason": "on battery", "waiting": 1}, "∴ reading again: 1 waits, on battery"),
        ({"model": "qwen3", "state": "waiting", "waiting": 1200}, "∴ reading again: 1,200 wait"),
        ({"state": "failed", "reason": "the model broke"}, "∴ thinking failed"),
        ({"state": "waiting", "reason": "nothing waits", "waiting": 0}, ""),
        ({"state": "levitating"}, ""),
        (None, ""),
    ],
)
async def test_the_status_line_says_what_is_thought_over(app_on, engine, settled, thinking, words):
    engine.locked = False
    engine.said = {"state": "recording", "thinking": thinking}
    app = app_on(engine=engine)
    async with app.run_test(size=(120, 24)) as pilot:
        await _look(pilot, settled)
        assert _status(app).startswith("● recording · ")
        assert words in _status(app)
        assert words or "∴" not in _status(app)


async def test_in_a_narrow_terminal_thinking_is_left_out_before_recording_is(app_on, engine, settled):
    engine.locked = False
    engine.said = {"state": "recording", "thinking": {"state": "waiting", "reason": "on battery", "waiting": 120}}
    app = app_on(engine=engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await _look(pilot, settled)
        assert _status(app).strip().startswith("● recording · 9 believed · ∴ 120 wait ")
        assert "nothing leaves this machine" in _status(app)
        await pilot.resize_terminal(50, 24)
        await settled(pilot)
        assert "● recording" in _status(app)
        assert "∴" not in _status(app)


@pytest.mark.parametrize("width", [20, 40, 60, 80])
async def test_what_is_recorded_is_said_however_narrow_the_terminal(app_on, engine, settled, width):
    engine.locked = False
    engine.said = {"state": "failed", "reason": "the display went away, and nobody knows where to"}
    app = app_on(engine=engine)
    async with app.run_test(size=(width, 24)) as pilot:
        await _look(pilot, settled)
        assert "✗ recording failed" in _status(app)
        assert len(_status(app)) <= width
        assert any("nobody knows where to" in notice for notice in _notices(app)), "in full, once"


def test_a_state_of_recording_that_is_not_known_is_none():
    assert told({"recording": {"state": "levitating", "until": "soon", "paused_apps": 3}}) == Recording("off")
    assert told({}) == Recording("off")


async def test_pausing_is_in_the_help_and_in_the_palette(app_on, engine, settled):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "Pause / resume" in {command.title for command in InklingCommands(app.screen)._commands()}
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Pause / resume" in "".join(str(line.content) for line in app.screen.query(Static))


async def test_capital_p_pauses_until_it_is_pressed_again(app_on, engine, settled):
    engine.locked = False
    engine.said["state"] = "recording"
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert engine.was_told("pause", None)
        assert "‖ paused" in _status(app)
        await pilot.press("P")
        await settled(pilot)
        assert engine.was_told("resume")
        assert "● recording" in _status(app)


@pytest.mark.parametrize(
    ("title", "call"),
    [
        ("Pause recording for 30 minutes", ("pause", NOW + timedelta(minutes=30))),
        ("Pause recording for 2 hours", ("pause", NOW + timedelta(hours=2))),
        ("Pause recording until tomorrow", ("pause", datetime(2026, 4, 21, 6, tzinfo=UTC))),
        ("Resume recording", ("resume",)),
        ("Observe the screen: on", ("configure", {"screen_on": True})),
        ("Observe the screen: off", ("configure", {"screen_on": False})),
        ("Lock the vault now", ("lock",)),
    ],
)
async def test_the_palette_offers_what_can_be_done_about_recording(app_on, engine, settled, title, call):
    engine.locked = False
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await _chosen(app, title)
        await settled(pilot)
        assert engine.was_told(*call)


async def test_recording_can_be_paused_while_the_vault_is_locked(app_on, engine, settled):
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        offered = {command.title for command in InklingCommands(app.screen)._commands()}
        assert "Observe the screen: on" not in offered
        await _chosen(app, "Pause recording for 2 hours")
        await settled(pilot)
        assert "‖ paused until 11:30" in _status(app)


async def test_why_lists_the_last_decisions_newest_first(app_on, engine, settled):
    engine.locked = False
    engine.decisions = [
        {"at": NOW - timedelta(minutes=5), "app": "KeePassXC", "outcome": "skipped", "rule": "default:passwords",
         "since": NOW, "times": 3, "new_lines": 0},
        {"at": NOW - timedelta(minutes=1), "app": "Fire[b]fox\x1b[31m", "outcome": "captured", "rule": None,
         "since": NOW, "times": 8, "new_lines": 12},
    ]  # fmt: skip
    app = app_on(engine=engine)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await _chosen(app, "Why was this captured?")
        await settled(pilot)
        assert isinstance(app.screen, WhyScreen)
        assert engine.was_told("why", 30)
        first, second = str(app.screen.query_one("#decisions", Static).content).splitlines()
        assert first.split() == ["09:29:00", "Fire[b]fox[31m", "captured", "12", "new", "lines"]
        assert second.split() == ["09:25:00", "KeePassXC", "skipped", "default:passwords"]
        engine.decisions = []
        await pilot.press("r")
        await settled(pilot)
        assert "Nothing was looked at" in str(app.screen.query_one("#decisions", Static).content)
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_without_an_engine_nothing_is_said_of_recording_and_nothing_is_offered(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert "record" not in _status(app)
        titles = {command.title for command in InklingCommands(app.screen)._commands()}
        assert not any("ecord" in title or "Lock" in title or "Why" in title for title in titles)


# the terminal's title


def test_the_terminal_is_named_inkling_while_the_interface_has_it():
    class Driver:
        def __init__(self) -> None:
            self.heard: list[str] = []

        def write(self, text: str) -> None:
            self.heard.append(text)

        def start_application_mode(self) -> None:
            self.heard.append("taken")

        def stop_application_mode(self) -> None:
            self.heard.append("given back")

    driver = titled(Driver)()  # type: ignore[arg-type,call-arg]
    driver.start_application_mode()
    driver.stop_application_mode()
    assert driver.heard == ["taken", SET, RESTORE, "given back"]  # type: ignore[attr-defined]
    assert "Inkling" in SET
