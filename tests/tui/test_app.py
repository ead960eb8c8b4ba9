"""What every screen has: help, palette, themes, a way out; and that nothing leaks when something breaks."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

from textual.app import App
from textual.binding import Binding
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

import tui
from assistant.client import Client
from assistant.verbs import Verbs
from tui.commands import InklingCommands
from tui.screens.browse import BrowseScreen
from tui.screens.help import HelpScreen
from tui.screens.unlock import UnlockScreen


def _ours() -> Iterator[type]:
    """Every app, screen and widget of the interface."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if module.name == "tui.__main__":
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(thing) and issubclass(thing, App | Screen | Widget) and thing.__module__ == module.name:
                yield thing


def test_every_key_binding_is_described():
    found = {cls: binding for cls in _ours() for binding in vars(cls).get("BINDINGS", [])}
    assert len(found) > 8
    assert [cls for cls, binding in found.items() if not isinstance(binding, Binding) or not binding.description] == []


def test_every_whole_screen_has_the_status_line():
    whole = [cls for cls in _ours() if issubclass(cls, Screen) and "compose" in vars(cls)]
    without = {cls.__name__ for cls in whole if "StatusLine()" not in inspect.getsource(cls.compose)}
    assert without == {"SentenceDialog", "YesNoDialog", "ForgetDialog", "HelpScreen"}


def test_the_fake_assistant_has_the_real_ones_verbs(ines):
    own = {"heard", "believes", "evidence", "was_told"}
    verbs = {name: verb for name, verb in vars(type(ines)).items() if not name.startswith("_") and name not in own}
    assert len(verbs) > 15
    for name, verb in verbs.items():
        real = inspect.signature(getattr(Verbs, name)).parameters
        assert list(inspect.signature(verb).parameters) == list(real), name


def test_the_fake_client_has_the_real_ones_verbs(engine):
    verbs = {n: verb for n, verb in vars(type(engine)).items() if not n.startswith("_") and n != "connect"}
    assert len(verbs) > 6
    for name, verb in verbs.items():
        assert list(inspect.signature(verb).parameters) == list(inspect.signature(getattr(Client, name)).parameters)


async def test_help_lists_the_keys_that_work_here(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        text = "\n".join(str(line.content) for line in app.screen.query(Static))
        for description in ("Confirm", "Reject", "Edit", "Pin", "Forget", "Search", "Ask", "Remember", "Quit"):
            assert description in text
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_help_works_where_letters_are_typed(app_on, unlocks, settled):
    unlocks("right")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)


async def test_the_palette_offers_every_action_of_the_screen(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        offered = {command.title for command in InklingCommands(app.screen)._commands()}
        wanted = {
            "Confirm",
            "Reject",
            "Edit",
            "Pin",
            "Forget",
            "Search",
            "Ask",
            "Remember",
            "Help",
            "Quit",
            "Light / dark",
        }
        assert wanted <= offered
        assert {"Show: People", "Theme: inkling-light"} <= offered
        assert not any("creenshot" in title for title in offered), "a picture of the screen would be plain text on disk"


async def test_the_palette_runs_what_is_chosen(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"confirm")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.2)
        await settled(pilot)
        assert ines.was_told("confirm", "p2")


async def test_light_and_dark_are_a_key_apart(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+t")
        assert app.theme == "inkling-light"
        await pilot.press("ctrl+t")
        assert app.theme == "inkling-dark"


async def test_q_leaves_and_an_assistant_that_was_lent_stays_open(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("q")
    app.close_vault()
    assert app.return_code == 0
    assert not ines.closed


async def test_a_vault_that_was_opened_here_is_closed_here(app_on, unlocks, settled):
    ines = unlocks("right")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*"right", "enter")
        await settled(pilot)
        assert not isinstance(app.screen, UnlockScreen)
        await pilot.press("q")
    app.close_vault()
    assert ines.closed


async def test_a_crash_of_the_screen_prints_no_traceback_and_no_observed_text(app_on, ines, settled, capsys):
    app = app_on(ines)
    app._exception = RuntimeError(ines.held["p1"].text)
    app._fatal_error()
    printed = "".join(map(str, app._exit_renderables)) + "".join(capsys.readouterr())
    assert "luthier" not in printed
    assert "Traceback" not in printed
    assert "RuntimeError" in printed


def test_the_first_paint_waits_for_nothing_heavy():
    """Importing the interface loads no model, no numpy and no store."""
    heavy = ("numpy", "onnxruntime", "sqlcipher3", "assistant.core", "keyring")
    program = f"import sys, tui.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
