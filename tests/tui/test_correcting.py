"""Confirming, rejecting, editing, pinning, forgetting and remembering, as a user would."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Static

from memory.errors import StorageFullError
from tui.screens.browse import BrowseScreen
from tui.screens.dialogs import ForgetDialog, SentenceDialog, SentenceField, YesNoDialog
from tui.widgets.item_list import ItemList
from tui.widgets.status_line import StatusLine


def rows(app):
    return app.screen.query_one(ItemList).rows


def told(app):
    """What the app's notifications say."""
    return [note.message for note in app._notifications]


async def _to(pilot, settled, item):
    """Put the cursor on an item."""
    await settled(pilot)
    items = pilot.app.screen.query_one(ItemList)
    items.cursor = [row.id for row in items.rows].index(item)
    await settled(pilot)


async def test_confirming_takes_the_users_word(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p4")
        await pilot.press("c")
        await settled(pilot)
        assert ines.was_told("confirm", "p4")
        row = next(row for row in rows(app) if row.id == "p4")
        assert (row.mark, row.certainty) == ("✓", "almost sure")
        assert app.screen.query_one(ItemList).current == row, "the cursor follows it"
        assert "Confirmed" in told(app)[0]


async def test_rejecting_takes_it_off_the_list_and_the_cursor_stays_near(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p5")
        place = app.screen.query_one(ItemList).cursor
        await pilot.press("x")
        await settled(pilot)
        assert ines.was_told("reject", "p5")
        assert "p5" not in [row.id for row in rows(app)]
        assert app.screen.query_one(ItemList).cursor == place


async def test_editing_starts_from_the_words_there_and_saves_with_enter(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p3")
        await pilot.press("e")
        await pilot.pause()
        assert app.screen.query_one(SentenceField).text == "The user's sister is called Ana Lúcia."
        await pilot.press("backspace")
        app.post_message(events.Paste(" Pires. 💛"))
        await pilot.press("enter")
        await settled(pilot)
        assert ines.was_told("edit", "p3", "The user's sister is called Ana Lúcia Pires. 💛")
        assert isinstance(app.screen, BrowseScreen)


async def test_escape_or_no_change_edits_nothing(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p3")
        for key in ("escape", "enter"):
            await pilot.press("e")
            await pilot.pause()
            assert isinstance(app.screen, SentenceDialog)
            await pilot.press(key)
            await settled(pilot)
        assert not any(call[0] == "edit" for call in ines.calls)


async def test_pinning_puts_it_on_top_and_again_lets_it_go(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p7")
        await pilot.press("p")
        await settled(pilot)
        assert ines.was_told("pin", "p7", True)
        assert app.screen.query_one(ItemList).current.mark == "★"
        await pilot.press("p")
        await settled(pilot)
        assert ines.was_told("pin", "p7", False)


async def test_forgetting_says_what_goes_and_keeping_is_the_default(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p1")
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, ForgetDialog)
        await pilot.press("enter")
        await settled(pilot)
        assert "p1" in ines.held


async def test_forgetting_one_leaves_its_messages(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p1")
        await pilot.press("d", "f")
        await settled(pilot)
        assert ines.was_told("forget", "p1", False)
        assert "p1" not in [row.id for row in rows(app)]


async def test_forgetting_with_its_messages_previews_what_else_is_reached(app_on, ines, settled):
    shop = ines.held["p1"].evidence[0].observation_id
    other = ines.believes("The user repairs cellos.", "skill", 0.7, ines.evidence(shop, "repairing a cello"))
    app = app_on(ines)
    async with app.run_test(size=(100, 40)) as pilot:
        await _to(pilot, settled, "p1")
        await pilot.press("d")
        await pilot.pause()
        preview = app.screen.query_one("#goes", Static)
        assert "repairs cellos" not in str(preview.content)
        await pilot.press("w")
        await pilot.pause()
        assert "The user repairs cellos." in str(preview.content)
        assert "I've been repairing a cello all day" in str(preview.content)
        await pilot.press("f")
        await settled(pilot)
        assert ines.was_told("forget", "p1", True)
        assert shop not in ines.observed
        assert other in ines.held


async def test_a_message_that_was_recalled_can_be_forgotten_after_a_question(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"shop", "enter")
        await settled(pilot)
        await pilot.press("j", "d")
        await pilot.pause()
        assert isinstance(app.screen, YesNoDialog)
        await pilot.press("y")
        await settled(pilot)
        assert ines.was_told("forget", ines.hits[1].id, False)
        assert ines.hits[1].id not in [row.id for row in rows(app)]


async def test_what_cannot_be_done_to_a_message_does_nothing(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"shop", "enter")
        await settled(pilot)
        await pilot.press("j", "c", "x", "p", "e")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert not {"confirm", "reject", "pin", "edit"} & {call[0] for call in ines.calls}


async def test_telling_something_is_remembered(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await pilot.pause()
        app.post_message(events.Paste("does not eat fish."))
        await pilot.press("enter")
        await settled(pilot)
        assert ines.was_told("remember", "The user does not eat fish.")
        assert "does not eat fish." in [row.text for row in rows(app)]


async def test_the_first_thing_told_fills_an_empty_vault_and_the_list_has_the_focus(app_on, empty, settled):
    app = app_on(empty)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await pilot.pause()
        app.post_message(events.Paste("does not eat fish."))
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.query_one(ItemList).has_focus
        assert app.screen.query_one(StatusLine).region.y == 22
        assert all(toast.region.bottom <= 22 for toast in app.screen.query("Toast"))
        assert len(app.screen.query("Toast")) == 1


async def test_a_sensitive_class_is_allowed_only_after_a_question(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.screen.choose("aside")
        await settled(pilot)
        await pilot.press("u", "n")
        await settled(pilot)
        assert ines.classes == frozenset()
        await pilot.press("u", "y")
        await settled(pilot)
        assert ines.classes == {"health"}
        assert any("migraines" in row.text for row in rows(app))


@pytest.mark.parametrize("key", ["c", "x", "p"])
async def test_a_failed_change_is_a_notification_and_nothing_more(app_on, ines, settled, key):
    verb = {"c": "confirm", "x": "reject", "p": "pin"}[key]
    ines.fail_next[verb] = StorageFullError("the disk is full [red]at /vault[/red]; free some space")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        assert "the disk is full [red]at /vault[/red]; free some space" in told(app)
        assert app.is_running
        assert len(rows(app)) == 9


async def test_an_unexpected_error_is_told_by_its_type_and_never_by_its_words(app_on, ines, settled):
    ines.fail_next["confirm"] = ValueError("canary of observed text")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        assert "ValueError" in told(app)[-1]
        assert "canary" not in app.export_screenshot()


async def test_the_same_keys_work_on_the_evidence_screen(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _to(pilot, settled, "p4")
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        assert ines.was_told("confirm", "p4")
        await pilot.press("d", "f")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert "p4" not in [row.id for row in rows(app)]
