"""Asking and opening citations, as a user would."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input, Static

from memory.errors import ModelMissingError
from memory.records import Answer, Turn
from tui.conversation import GREETING, REMEMBERED, Conversation
from tui.screens.ask import AskScreen
from tui.screens.browse import BrowseScreen
from tui.screens.evidence import EvidenceScreen
from tui.telling import MOST_A_SECOND, StoppedWaitingError, Telling
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
        assert app.screen.query_one("#asking").has_focus, "the next question is typed straight away"
        assert [str(o.prompt)[:3] for o in citations.options] == ["[1]", "[2]"]


async def test_a_citation_opens_its_evidence_by_number_and_escape_comes_back(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("tab")
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
        await pilot.press("tab", "a")
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


# a conversation


def small_print(app):
    lines = app.screen.query(".small-print").results(Static)
    return [str(line.content) for line in lines if line.display]


def field(app):
    return app.screen.query_one("#asking", Input)


async def _say(pilot, settled, words):
    pilot.app.post_message(events.Paste(words))
    await pilot.press("enter")
    await settled(pilot)


async def test_earlier_exchanges_go_along_with_what_they_cited(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await _say(pilot, settled, "And since when?")
        cited = tuple(hit.id for hit in ines.answer.citations)
        assert ines.turns == [
            (GREETING,), (GREETING, Turn(question="Where do I work?", answer=ines.answer.text, cited=cited)),
        ]  # fmt: skip


def test_only_the_last_exchanges_go_along():
    conversation = Conversation()
    for number in range(20):
        conversation.add(f"question {number}", Answer(text="so", citations=[], abstained=False))
    assert [turn.question for turn in conversation.turns()] == [f"question {n}" for n in range(20 - REMEMBERED, 20)]


async def test_an_answer_is_shown_as_it_is_written_and_then_replaced(app_on, ines, settled, becomes):
    ines.written = ["You work ", "as a luthier. [2]"]
    ines.hold["written"] = threading.Event()
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("a")
        app.post_message(events.Paste("Where do I work?"))
        await pilot.press("enter")
        await becomes(pilot, lambda: answers(app) == ["You work as a luthier. [2]"])
        assert not app.screen.query(Citations)
        app.post_message(events.Paste("and since when"))
        ines.hold["written"].set()
        await settled(pilot)
        assert answers(app) == [ines.answer.text]
        assert field(app).value == "and since when", "the next question can be typed meanwhile"


async def test_the_small_print_says_how_an_answer_came_about(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        assert small_print(app) == ["composed from memory"]
        ines.answer = replace(ines.answer, written_by="qwen3-1.7b", asked="Since when do I work there?", unsupported=2)
        await _say(pilot, settled, "And since when?")
        assert small_print(app)[1] == (
            "understood as: Since when do I work there? · worded by qwen3-1.7b"
            " · 2 sentences left out: nothing held supports that"
        )
        ines.answer = Answer(text="I do not have anything about that.", citations=[], abstained=True)
        await _say(pilot, settled, "And why?")
        assert len(small_print(app)) == 2, "nothing was composed"


async def test_what_is_said_in_it_is_noted_and_other_screens_read_it(app_on, ines, settled):
    ines.believes("The user lives in Lisbon.", "identity", 0.99, basis="user")
    ines.reject("p2")
    ines.answer = Answer(text="Noted.", citations=[], abstained=False, learned=("p11", "p2", "p99"))
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled, "no, I moved to Lisbon")
        lines = [str(o.prompt) for o in app.screen.query_one(Citations).options]
        assert lines[0] == "noted: The user lives in Lisbon."
        assert lines[1].startswith("taken back: The user lives in Porto")
        assert len(lines) == 2, "what was forgotten since is not said"
        await pilot.press("tab", "1")
        await settled(pilot)
        assert isinstance(app.screen, EvidenceScreen)
        read = ines.calls.count(("propositions",))
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert isinstance(app.screen, BrowseScreen)
        assert ines.calls.count(("propositions",)) == read + 1


async def test_escape_stops_an_answer_and_gives_the_question_back_and_again_leaves(app_on, ines, settled, becomes):
    ines.hold["written"] = threading.Event()
    ines.written = ["You work "]
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("a")
        app.post_message(events.Paste("Where do I work?"))
        await pilot.press("enter")
        await becomes(pilot, lambda: answers(app) == ["You work "])
        await pilot.press("escape")
        await settled(pilot)  # the call has ended: nothing else lets go of it
        assert answers(app) == ["Stopped."]
        assert field(app).value == "Where do I work?"
        assert field(app).cursor_position == len("Where do I work?")
        assert not app._notifications
        await pilot.press("escape")
        assert isinstance(app.screen, BrowseScreen)


async def test_what_was_learned_before_it_was_stopped_is_still_said(app_on, ines, settled, becomes):
    ines.hold["ask"] = threading.Event()
    ines.answer = Answer(text="Noted.", citations=[], abstained=False, learned=("p1",))
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("a")
        app.post_message(events.Paste("I work at Casa Guimarães"))
        await pilot.press("enter", "escape")
        await becomes(pilot, lambda: answers(app) == ["Stopped."])
        ines.hold["ask"].set()
        await settled(pilot)
        assert answers(app) == ["Noted."]


async def test_a_new_conversation_knows_nothing_of_the_last_one(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("ctrl+n")
        await settled(pilot)
        assert not app.screen.query(Exchange)
        assert app.screen.query_one("#invitation").display
        await _say(pilot, settled, "Where do I live?")
        assert ines.turns[-1] == (GREETING,)


async def test_the_last_question_is_asked_again_as_if_for_the_first_time(app_on, ines, settled):
    ines.fail_next["ask"] = ModelMissingError("the model file is missing; reinstall Inkling")
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        for _ in range(2):
            await pilot.press("ctrl+r")
            await settled(pilot)
            assert answers(app) == [ines.answer.text]
            assert field(app).value == ""
        assert ines.turns == [(GREETING,)] * 3


async def test_what_was_noted_is_not_said_twice(app_on, ines, settled):
    ines.answer = Answer(text="Noted.", citations=[], abstained=False, learned=("p1",))
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("ctrl+r")
        await settled(pilot)
        assert len(ines.turns) == 1


async def test_an_answer_is_copied_by_one_key(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press("tab", "y")
        assert app.clipboard == ines.answer.text


async def test_letters_are_typed_and_do_nothing_in_the_field(app_on, ines, settled):
    app = app_on(ines)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(pilot, settled)
        await pilot.press(*"nry1aqi")
        assert field(app).value == "nry1aqi"
        assert len(app.screen.query(Exchange)) == 1


def test_an_answer_is_told_no_faster_than_a_slow_terminal_draws():
    now, heard = [0.0], []
    telling = Telling(heard.append, lambda: now[0])
    for _ in range(100):
        telling.hear("a")
        now[0] += 1 / (MOST_A_SECOND * 10)
    assert len(heard) in (10, 11)
    assert heard[-1] == "a" * len(heard[-1])


def test_a_call_that_nobody_waits_for_ends_when_it_next_says_anything():
    telling = Telling([].append)
    telling.hear("so far")
    telling.stop()
    for says in (lambda: telling.hear(""), telling.begin):
        with pytest.raises(StoppedWaitingError):
            says()
