"""The interface and a real engine: a process of its own, found, started, left running, locked and killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import until
from support import PASSPHRASE
from textual import events
from textual.widgets import Input, Static

from assistant import Assistant
from assistant.client import Client, connect
from assistant.verbs import IN_PROCESS_VARIABLE
from memory.errors import EngineUnreachableError
from tui.app import InklingApp
from tui.screens.browse import BrowseScreen
from tui.screens.create import RecoveryScreen
from tui.screens.unlock import UnlockScreen


@pytest.fixture
def app_with_engine(vault: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The app as it is when nothing says otherwise; its engine is stopped at the end."""
    monkeypatch.delenv(IN_PROCESS_VARIABLE)
    monkeypatch.setattr("tui.following.LOOK_SECONDS", 0.2)
    yield lambda: InklingApp(vault)
    try:
        with connect(vault, start=False) as client:
            client.stop()
    except EngineUnreachableError:
        pass


async def _until(pilot: Any, screen: type, has: str = "*") -> None:
    """Wait for a screen, and for what it is made of: a screen is there before its parts are."""
    for _ in range(600):
        shown = pilot.app.screen
        if isinstance(shown, screen) and shown.query(has) and not shown.query(".-waiting"):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"in vain: {screen.__name__}")


async def _believed(pilot: Any, number: int) -> None:
    for _ in range(600):
        if (pilot.app.held or {}).get("believed") == number:
            return
        await pilot.pause(0.05)
    raise AssertionError(f"in vain: {number} believed")


async def _enter(pilot: Any, text: str) -> None:
    """Type into the field that has the focus, once one has."""
    for _ in range(600):
        if isinstance(pilot.app.focused, Input):
            break
        await pilot.pause(0.05)
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.press("enter")


async def test_a_vault_is_made_used_left_joined_killed_and_opened_again(app_with_engine, vault):
    app = app_with_engine()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await _enter(pilot, PASSPHRASE)
        await _enter(pilot, PASSPHRASE)
        await _until(pilot, RecoveryScreen)
        await _enter(pilot, app.screen._groups[app.screen._asked])
        await _until(pilot, BrowseScreen)
        await pilot.press("r")
        await pilot.pause()
        await _enter(pilot, "plays the cello.")
        await _believed(pilot, 1)
    app.close_vault()

    with connect(vault, start=False) as client:
        assert not client.state()["locked"], "leaving stops and locks nothing"
        again = app_with_engine()
        async with again.run_test(size=(100, 30)) as pilot:
            await _until(pilot, BrowseScreen)
            await _believed(pilot, 1)
            client.lock()
            await _until(pilot, UnlockScreen, "#secret")
            await _enter(pilot, PASSPHRASE)
            await _until(pilot, BrowseScreen)
            _kill(client)
            await _until(pilot, UnlockScreen, "#secret")
            assert "engine has stopped" in str(again.screen.query_one("#lead", Static).content)
            await _enter(pilot, PASSPHRASE)
            await _until(pilot, BrowseScreen)
            await _believed(pilot, 1)
            assert [p.text for p in again.screen.everything()] == ["The user plays the cello."]
        again.close_vault()


async def test_a_new_vault_whose_engine_does_not_start_keeps_its_recovery_code_for_the_next_try(
    app_with_engine, vault, monkeypatch
):
    tries: list[bool] = []

    def failing(folder: Path, start: bool) -> Client:
        tries.append(start)
        if not start or tries.count(True) == 1:
            raise EngineUnreachableError("the engine did not start")
        return connect(folder, start)

    monkeypatch.setattr("tui.engine._connect", failing)
    app = app_with_engine()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await _enter(pilot, PASSPHRASE)
        await _enter(pilot, PASSPHRASE)
        said = app.screen.query_one("#said", Static)
        for _ in range(200):
            if "did not start" in str(said.content):
                break
            await pilot.pause(0.05)
        app.screen.query_one("#second").focus()
        await pilot.press("enter")
        await _until(pilot, RecoveryScreen)
        code = "-".join(app.screen._groups)
    app.close_vault()
    with connect(vault, start=False) as client:
        client.stop()
    Assistant.open(vault, recovery_code=code).close()


def _kill(client: Client) -> None:
    pid = client.state()["pid"]
    os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    until(lambda: not _answers(client), "an engine that is gone")


def _answers(client: Client) -> bool:
    try:
        client.state()
    except EngineUnreachableError:
        return False
    return True
