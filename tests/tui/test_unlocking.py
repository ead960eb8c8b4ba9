"""Unlocking and making a vault, as a user would."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.widgets import Input, Static

from memory.errors import VaultDamagedError
from tui.app import InklingApp
from tui.screens.browse import BrowseScreen
from tui.screens.create import CreateScreen, RecoveryScreen
from tui.screens.unlock import UnlockScreen

PASSPHRASE = "correct horse battery staple"
CODE = "7K3QX-1A2B3-4C5D6-7E8F9-GHJKM-NPQRS-TVWXY"


async def _type(pilot: Any, text: str) -> None:
    """Paste, as a terminal does: a key press of each letter would say no more, and takes its time."""
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


def _said(app: InklingApp) -> str:
    return str(app.screen.query_one("#said", Static).content)


async def test_the_right_passphrase_opens_the_vault(app_on, unlocks, settled):
    unlocks("open sesame")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, UnlockScreen)
        await _type(pilot, "open sesame")
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert app.held["believed"] == 9


async def test_a_wrong_passphrase_is_told_kindly_and_can_be_tried_again(app_on, unlocks, settled):
    unlocks("right")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for attempt in range(2):
            await _type(pilot, "wrong")
            await pilot.press("enter")
            await settled(pilot)
            assert "does not open this vault" in _said(app)
            assert ("ctrl+r" in _said(app)) == (attempt == 1)
        field = app.screen.query_one("#secret", Input)
        assert field.value == ""
        assert field.has_focus
        await _type(pilot, "right")
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)


async def test_the_passphrase_is_never_on_the_screen(app_on, unlocks, settled):
    unlocks("right")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await _type(pilot, "canary")
        assert "canary" not in app.export_screenshot()


async def test_the_recovery_code_opens_the_vault_too(app_on, unlocks, settled):
    unlocks("right")
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+r")
        await _type(pilot, "GOOD")
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert ["inkling passphrase --recovery" in note.message for note in app._notifications] == [True]


async def test_a_damaged_vault_is_said_to_be_damaged(app_on, unlocks, settled, monkeypatch):
    unlocks("right")

    def damaged(self: InklingApp, *args: Any, **more: Any) -> None:
        raise VaultDamagedError("the vault's key file is damaged; restore a copy")

    monkeypatch.setattr(InklingApp, "open_vault", damaged)
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await _type(pilot, "right")
        await pilot.press("enter")
        await settled(pilot)
        assert _said(app) == "The vault's key file is damaged; restore a copy"


async def test_a_vault_is_made_with_its_recovery_code_shown_once_and_confirmed(app_on, empty, settled, monkeypatch):
    made = []

    def opening(self: InklingApp, passphrase: str | None = None, **more: Any) -> Any:
        made.append((passphrase, more.get("create")))
        empty.recovery_code = CODE
        return empty

    monkeypatch.setattr(InklingApp, "open_vault", opening)
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, CreateScreen)
        await _type(pilot, PASSPHRASE)
        await pilot.press("enter")
        await _type(pilot, PASSPHRASE)
        await pilot.press("enter")
        await settled(pilot)
        assert made == [(PASSPHRASE, True)]
        assert isinstance(app.screen, RecoveryScreen)
        assert empty.recovery_code is None, "kept nowhere once it is on the screen"
        asked = app.screen._asked
        await _type(pilot, "WRONG")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, RecoveryScreen)
        assert "not it" in _said(app)
        app.screen.query_one("#proof", Input).value = ""
        await _type(pilot, CODE.split("-")[asked].lower())
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)


async def test_two_passphrases_that_differ_make_no_vault(app_on, monkeypatch):
    monkeypatch.setattr(InklingApp, "open_vault", lambda *a, **k: 1 / 0)
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"one", "enter", *"two", "enter")
        await pilot.pause()
        assert isinstance(app.screen, CreateScreen)
        assert "do not match" in _said(app)


async def test_a_short_passphrase_is_advised_against(app_on):
    app = app_on()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"abc")
        await pilot.pause()
        assert "short" in _said(app)


async def test_a_real_vault_is_made_left_and_unlocked_again(app_on, vault, settled):
    """The whole way with nothing faked: create, write the code down, remember, leave, unlock, see it."""
    app = app_on()
    async with app.run_test(size=(100, 30)) as pilot:
        await _type(pilot, PASSPHRASE)
        await pilot.press("enter")
        await _type(pilot, PASSPHRASE)
        await pilot.press("enter")
        await settled(pilot)
        recovery = app.screen
        assert isinstance(recovery, RecoveryScreen)
        await _type(pilot, recovery._groups[recovery._asked])
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        await pilot.press("r")
        await pilot.pause()
        await _type(pilot, "plays the cello.")
        await pilot.press("enter")
        await settled(pilot)
        assert [p.text for p in app.screen.everything()] == ["The user plays the cello."]
    app.close_vault()
    again = app_on()
    async with again.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await _type(pilot, PASSPHRASE)
        await pilot.press("enter")
        await settled(pilot)
        assert [p.text for p in again.screen.everything()] == ["The user plays the cello."]
    again.close_vault()
