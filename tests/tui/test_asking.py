"""Asking and opening citations, as a user would."""

from __future__ import annotations

from dataclasses import replace

from textual import events
from textual.widgets import Input, Static

from memory.errors import ModelMissingError
from memory.records import Answer
from tui.screens.ask import AskScreen
from tui.screens.browse import BrowseScreen
from tui.screens.evidence import EvidenceScreen
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.exchange import Citations, Exchange


async def _ask(pilot, settled, question="Where do I work?"):
    await settled(pilot)
    await pilot.press("a")
    await pilot.pause()
    pilot.app.post_message(events.Paste(question))
    await pilot.press("enter")
    await settled(pilot)


def answers(app):
    return [str(line.content) for line in app.screen.query(".answer").results(Static)]


async def test_an_answer_comes_with_its_numbered_citations(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        assert ines.was_told("ask", "Where do I work?")
        assert answers(app) == [ines.answer.text]
        citations = app.screen.query_one(Citations)
        assert citations.has_focus
        assert [str(o.prompt)[:3] for o in citations.options] == ["[1]", "[2]"]


async def test_a_citation_opens_its_evidence_by_number_and_escape_comes_back(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        for key, says in (("1", "works as a luthier"), ("2", "As it was read")):
            await pilot.press(key)
            await settled(pilot)
            assert isinstance(app.screen, EvidenceScreen)
            pane = app.screen.query_one(EvidencePane)
            assert any(says in str(line.content) for line in pane.query(Static))
            await pilot.press("escape")
            assert isinstance(app.screen, AskScreen)
        await pilot.press("9")
        assert isinstance(app.screen, AskScreen), "there is no ninth"


async def test_where_memory_does_not_hold_it_the_field_keeps_the_focus(app_on, ines, settled):
    ines.answer = Answer(text="I do not have anything about that.", citations=(), abstained=True)
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        assert answers(app) == ["I do not have anything about that."]
        assert app.screen.query_one("#asking").has_focus


async def test_a_second_question_keeps_the_first_in_view_above_it(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("a")
        app.post_message(events.Paste("And since when?"))
        await pilot.press("enter")
        await settled(pilot)
        assert [e.question for e in app.screen.query(Exchange)] == ["Where do I work?", "And since when?"]


async def test_a_failed_answer_gives_the_question_back(app_on, ines, settled):
    ines.fail_next["ask"] = ModelMissingError("the model file is missing; reinstall Inkling")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        assert app.screen.query_one("#asking", Input).value == "Where do I work?"
        assert [n.message for n in app._notifications] == ["the model file is missing; reinstall Inkling"]


async def test_markup_in_question_and_answer_is_text(app_on, ines, settled):
    ines.answer = replace(ines.answer, text="[@click=app.quit]You said [bold]so[/bold].[/] [1] [99]")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled, "[red]why[/red]?")
        assert answers(app) == [ines.answer.text]
        assert app.screen.query_one(Exchange).question == "[red]why[/red]?"


async def test_escape_goes_back_to_browsing(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)
