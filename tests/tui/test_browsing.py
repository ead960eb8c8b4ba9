"""Looking at what is believed, searching it and reading its evidence, as a user would."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from textual import events
from textual.widgets import Static

from memory.errors import MissingPartError
from tui.screens.browse import BrowseScreen
from tui.screens.evidence import EvidenceScreen
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.item_list import ItemList
from tui.widgets.kind_list import KindList
from tui.widgets.nothing_yet import NothingYet
from tui.widgets.passage_card import PassageCard
from tui.widgets.search_field import SearchField
from tui.widgets.status_line import StatusLine


def texts(app):
    return [row.text for row in app.screen.query_one(ItemList).rows]


def shown(app):
    """All that the evidence pane says."""
    pane = app.screen.query_one(EvidencePane)
    return "\n".join(str(line.content) for line in pane.query(Static) if line.display)


async def test_the_first_view_is_all_that_is_believed_the_surest_first(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        rows = app.screen.query_one(ItemList).rows
        assert [row.id for row in rows] == [p.id for p in ines.propositions()]
        assert rows[0].mark == "★"
        assert all(app.screen.query_one(pane).region.width > 20 for pane in (KindList, ItemList, EvidencePane))


async def test_a_quarantined_proposition_is_in_its_own_group_alone(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert not any("migraines" in text for text in texts(app))
        app.screen.choose("aside")
        await settled(pilot)
        assert texts(app) == ["has migraines."]


async def test_choosing_a_kind_shows_that_kind_with_the_keyboard_alone(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("h", "j", "j", "j", "j", "j")
        await settled(pilot)
        assert sorted(texts(app)) == ["is learning Arabic (العربية).", "plays the cello in an amateur quartet."]
        await pilot.press("enter")
        assert isinstance(app.focused, ItemList)


@pytest.mark.parametrize(("down", "up", "last", "first"), [("j", "k", "G", "g"), ("down", "up", "end", "home")])
async def test_the_list_moves_by_vim_keys_and_arrows(app_on, ines, settled, down, up, last, first):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        items = app.screen.query_one(ItemList)
        await pilot.press(down, down, up)
        assert items.cursor == 1
        await pilot.press(last)
        assert items.cursor == len(items.rows) - 1
        assert items.scroll_offset.y > 0, "the cursor stays in view"
        await pilot.press(down)
        assert items.cursor == len(items.rows) - 1, "there is nothing after the last"
        await pilot.press(first)
        assert items.cursor == 0


async def test_a_click_selects_and_a_second_one_opens(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.click(ItemList, offset=(10, 5))
        assert app.screen.query_one(ItemList).cursor == 2
        await pilot.click(ItemList, offset=(10, 5), times=2)
        await settled(pilot)
        assert isinstance(app.screen, EvidenceScreen)


async def test_typing_filters_at_once_whatever_case_or_accents(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"LUCIA")
        assert texts(app) == ["The user's sister is called Ana Lúcia."]
        await pilot.press("escape")
        assert len(texts(app)) == 9
        assert isinstance(app.focused, ItemList)


async def test_enter_recalls_by_meaning_propositions_and_what_was_read(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"instruments", "enter")
        await settled(pilot)
        assert ines.was_told("recall", "instruments")
        assert [row.id for row in app.screen.query_one(ItemList).rows] == [hit.id for hit in ines.hits]
        await pilot.press("j")
        await settled(pilot)
        assert "As it was read" in shown(app)
        await pilot.press("escape")
        assert len(texts(app)) == 9


async def test_a_search_that_finds_nothing_says_what_to_do(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"zzz")
        assert texts(app) == []
        note = " ".join(line.text.strip() for line in map(app.screen.query_one(ItemList).render_line, range(4)))
        assert "Enter searches by meaning" in note


async def test_a_failed_recall_goes_back_to_what_is_believed(app_on, ines, settled):
    ines.fail_next["recall"] = MissingPartError("the embedder is missing; reinstall Inkling")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"cello", "enter")
        await settled(pilot)
        assert [note.message for note in app._notifications] == ["the embedder is missing; reinstall Inkling"]
        assert str(app.screen.query_one(ItemList).border_title).startswith("All · 1 of 9")


async def test_the_evidence_shows_quote_app_time_speaker_and_the_turns_around_it(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "j")
        await settled(pilot)
        said = shown(app)
        assert "The user works as a luthier at Casa Guimarães in Porto." in said
        assert "almost sure, 94%" in said
        assert "you said so" in said
        assert "for years" in said
        assert "since 19 Feb 2026" in said
        assert "WhatsApp · Ana · 8 Apr 2026, 08:30" in said
        assert "You: till six, I've been repairing a cello all day. I work at Casa Guimarães now btw" in said
        assert "Ana: the violin place on Rua das Flores? 🎻" in said
        assert "History" in said


async def test_evidence_that_speaks_against_is_marked(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.screen.choose("review")
        await settled(pilot)
        against = [card for card in app.screen.query(PassageCard) if card.has_class("-against") and card.display]
        assert ["I had one coffee" in str(card.content) for card in against] == [True]
        assert "speaks against it" in str(against[0].content)


async def test_enter_opens_the_evidence_on_a_screen_of_its_own_and_escape_comes_back(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("j", "enter")
        await settled(pilot)
        assert isinstance(app.screen, EvidenceScreen)
        assert "plays the cello" in shown(app)
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_hostile_text_is_shown_as_it_is_and_does_nothing(app_on, ines, settled):
    """Markup in what was observed is text; escape sequences and direction overrides are gone."""
    ines.held["p6"] = replace(
        ines.held["p6"], text="The user \x1b[2J\u202eis [@click=app.quit]free[/] \x07[red]now[/red]"
    )
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        app.screen.choose("possession")
        await settled(pilot)
        assert texts(app) == ["[2Jis [@click=app.quit]free[/] [red]now[/red]"]
        assert "my cat is called [bold red]Pixel[/] [@click=app.quit]really[/]" in shown(app)
        picture = app.export_screenshot().replace("&#160;", " ")
        assert "[@click=app.quit]free[/]" in picture
        assert not {"\x1b", "\x07", "\u202e"} & set(picture)
        await pilot.click(EvidencePane, offset=(14, 2))
        assert app.is_running


@pytest.mark.parametrize(
    ("read", "waiting", "says"), [(0, 0, "inkling import FILE"), (2, 2, "Press D"), (3, 0, "nothing in that says")]
)
async def test_an_empty_vault_says_what_to_do_next(app_on, empty, settled, read, waiting, says):
    for number in range(read):
        empty.heard(f"hello {number}", at=datetime(2026, 4, 1, tzinfo=UTC))
    empty.pending = waiting
    app = app_on(empty)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        note = app.screen.query_one(NothingYet)
        assert note.display
        assert says in str(note.content)
        assert not app.screen.query_one("#panes").display


async def test_what_waits_can_be_distilled_from_here(app_on, ines, settled):
    ines.pending = 4
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("D")
        await settled(pilot)
        assert ines.was_told("distil")
        assert app.held["pending"] == 0


async def test_the_status_line_is_always_there_and_keeps_its_promise(app_on, ines, settled):
    app = app_on(ines)
    for width in (60, 80, 160):
        async with app_on(ines).run_test(size=(width, 24)) as pilot:
            await settled(pilot)
            line = pilot.app.screen.query_one(StatusLine)
            assert line.region.y == 22
            assert "9 believed" in line.render().plain
            assert line.render().plain.endswith("nothing leaves this machine")
    assert app is not None


async def test_no_key_waits_for_a_slow_assistant(app_on, ines, settled):
    """While a recall hangs, the list still moves and the search can be cleared."""
    ines.hold["recall"] = threading.Event()
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"porto", "enter")
        await pilot.press("escape", "j", "j")
        assert app.screen.query_one(ItemList).cursor == 2
        ines.hold["recall"].set()
        await settled(pilot)
        assert len(texts(app)) == 9, "the late answer to a search that was cleared is not shown"


async def test_ten_thousand_propositions_are_filtered_and_scrolled_without_drawing_them_all(app_on, ines, settled):
    for number in range(10_000):
        ines.believes(f"The user has visited place number {number}.", "event", 0.5)
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        items = app.screen.query_one(ItemList)
        await pilot.press("G")
        assert items.cursor == 10_008
        app.screen.query_one(SearchField).focus()
        app.post_message(events.Paste("number 77"))
        await pilot.pause()
        assert len(items.rows) == 280


async def test_narrow_and_wide_terminals_arrange_the_panes_differently(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        items, evidence = app.screen.query_one(ItemList), app.screen.query_one(EvidencePane)
        assert evidence.region.y > items.region.y
        await pilot.resize_terminal(140, 40)
        await settled(pilot)
        assert evidence.region.x > items.region.x
        assert evidence.region.y <= items.region.y


async def test_two_quotes_of_one_message_are_shown_in_it_once(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("j", "j")
        await settled(pilot)
        cards = [card.content for card in app.screen.query(PassageCard) if card.display]
        assert len(cards) == 1
        quoted = [cards[0].plain[span.start : span.end] for span in cards[0].spans if "$accent 22%" in str(span.style)]
        assert quoted == ["I've been repairing a cello all day", "I work at Casa Guimarães now"]
