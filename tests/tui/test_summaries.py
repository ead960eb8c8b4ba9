"""The profile and the days, as a user would read them."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from memory.errors import EngineUnreachableError
from tui.screens.browse import BrowseScreen
from tui.screens.evidence import EvidenceScreen
from tui.screens.summaries import SummariesScreen
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.summary_list import SummaryList


def lines(app):
    return [str(option.prompt) for option in app.screen.query_one(SummaryList).options]


def said(app):
    return str(app.screen.query_one("#no-summaries", Static).content)


async def _summaries(pilot, settled):
    await settled(pilot)
    await pilot.press("s")
    await settled(pilot)
    assert isinstance(pilot.app.screen, SummariesScreen)


async def test_the_profile_comes_by_section_and_then_the_days_the_latest_first(app_on, summarised, settled):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        assert summarised.was_told("summaries", "day")
        shown = lines(app)
        assert shown[:3] == ["Profile", "Who they are", summarised.held["p2"].text]
        assert shown[10].endswith("(العربية).  2 sources")
        assert shown[12:14] == [
            "Sunday, 19 April 2026  worded by day 1 qwen3-1.7b-q4_k_m", "Ines told Marta that she had a coffee.",
        ]  # fmt: skip
        assert shown[15] == "Friday, 17 April 2026"


async def test_hostile_text_in_a_summary_is_text(app_on, summarised, settled):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        assert any("[bold red]Pixel[/]" in line for line in lines(app))


@pytest.mark.parametrize(("keys", "words"), [("enter", "lives in Porto"), ("G,k,k,k,enter", "As it was read")])
async def test_a_line_opens_what_it_rests_on(app_on, summarised, settled, keys, words):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        await pilot.press(*keys.split(","))
        await settled(pilot)
        assert isinstance(app.screen, EvidenceScreen)
        assert any(words in str(line.content) for line in app.screen.query_one(EvidencePane).query(Static))
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_a_line_that_rests_on_several_opens_each_by_number(app_on, summarised, settled):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        await pilot.press("j", "j", "j", "j", "3")
        assert isinstance(app.screen, SummariesScreen), "there is no third"
        await pilot.press("2")
        await settled(pilot)
        assert isinstance(app.screen, EvidenceScreen)
        assert app.screen.subject_id == "p9"


async def test_a_line_that_rests_on_nothing_opens_nothing(app_on, summarised, settled):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        await pilot.press("G", "k", "enter")
        assert isinstance(app.screen, SummariesScreen)


async def test_what_was_corrected_from_here_is_read_again(app_on, summarised, settled):
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        await pilot.press("j", "enter")
        await settled(pilot)
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert summarised.calls.count(("document",)) == 2
        list_ = app.screen.query_one(SummaryList)
        assert str(list_.get_option_at_index(list_.highlighted).prompt) == summarised.held["p1"].text


async def test_nothing_yet_says_why(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        assert said(app).startswith("Nothing yet:")
        assert not app.screen.query_one(SummaryList).display


async def test_what_cannot_be_read_is_said_and_can_be_tried_again(app_on, summarised, settled):
    summarised.fail_next["document"] = EngineUnreachableError("no engine runs")
    app = app_on(summarised)
    async with app.run_test(size=(80, 24)) as pilot:
        await _summaries(pilot, settled)
        assert "could not be read" in said(app)
        assert [note.message for note in app._notifications] == ["no engine runs"]
        await pilot.press("r")
        await settled(pilot)
        assert len(lines(app)) > 10
        assert app.screen.query_one(SummaryList).has_focus
