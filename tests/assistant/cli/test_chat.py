"""A conversation in a plain terminal, and answers that appear as they are written."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes import FakeModel
from support import START

from assistant import Answer, Assistant
from assistant.cli import answers, terminal
from assistant.llm.host import ModelHost
from memory.records import Hit

if TYPE_CHECKING:
    from conftest import Inkling, Person


class Typist:
    """Types line after line at the prompt, or presses Ctrl-C or, at the end, Ctrl-D."""

    def __init__(self) -> None:
        self.lines: list[str | BaseException] = []

    def __call__(self, prompt: str) -> str:
        line = self.lines.pop(0) if self.lines else EOFError()
        if isinstance(line, BaseException):
            raise line
        return line


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typist]:
    somebody = Typist()
    monkeypatch.setattr("builtins.input", somebody)
    monkeypatch.setattr(terminal, "is_interactive", lambda: True)
    yield somebody
    assert not somebody.lines


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    fake = FakeModel()
    monkeypatch.setattr(ModelHost, "model", lambda _host: fake)
    return fake


def test_a_conversation_leans_on_what_was_said_and_corrects_it(filled: Inkling, typist: Typist) -> None:
    typist.lines = ["I have two sisters", "Where do I work?", "", "since when?", KeyboardInterrupt(), "that is wrong"]
    run = filled("chat")
    assert run.status == 0
    assert "Noted: You have two sisters. [1]" in run.out, "the first thing said is a reply to the greeting"
    assert "(since when: You work as a nurse" in run.out
    assert "Ctrl-D" in run.err
    assert [p["text"] for p in filled("profile", "--json").json if p["basis"] == "user"] == [
        "The user has two sisters."
    ]


def test_ctrl_c_stops_an_answer_and_not_the_conversation(
    filled: Inkling, typist: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Assistant.ask

    def interrupted(self: Assistant, question: str, *rest: Any, **more: Any) -> Answer:
        if question == "first?":
            raise KeyboardInterrupt
        return ask(self, question, *rest, **more)

    monkeypatch.setattr(Assistant, "ask", interrupted)
    typist.lines = ["first?", "Where do I work?"]
    run = filled("chat")
    assert run.status == 0
    assert "stopped" in run.err
    assert "nurse" in run.out


def test_lines_may_come_from_elsewhere(filled: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Where do I work?\n\nsince when?\n"))
    run = filled("chat")
    assert run.status == 0
    assert run.out.count("nurse") >= 2
    assert run.err == ""


def test_a_question_by_itself_is_no_conversation(filled: Inkling) -> None:
    filled("ask", "no, I moved to Faro")
    assert "Faro" not in filled("profile", "--json").out


def test_json_tells_who_worded_an_answer_and_what_was_left_out(filled: Inkling, model: FakeModel) -> None:
    model.enqueue("You work as a nurse at the hospital there. [1] You won a prize. [1]")
    told = filled("ask", "Where do I work as a nurse?", "--json").json
    assert set(told) == {"text", "citations", "abstained", "written_by", "asked", "learned", "unsupported"}
    assert (told["written_by"], told["unsupported"]) == ("fake-1b", 1)
    assert len(told["citations"]) == 1


def test_off_a_terminal_an_answer_is_printed_whole(filled: Inkling, model: FakeModel) -> None:
    model.enqueue("You work as a nurse at the hospital there. [1]")
    lines = filled("ask", "Where do I work as a nurse?").out.splitlines()
    assert lines[0] == "You work as a nurse at the hospital there. [1]"
    assert lines[1] == ""
    assert lines[2].startswith("[1] ")


HIT = Hit(id="o1", type="observation", text="x", score=1.0, at=START, observation_key="k")


def shown(asking: Callable[[Callable[[str], None]], Answer], capsys: pytest.CaptureFixture[str]) -> str:
    answers.show(asking)
    return capsys.readouterr().out


def test_on_a_terminal_each_sentence_is_shown_when_it_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []

    def asking(told: Callable[[str], None]) -> Answer:
        for piece in ("", "You run. [1]", " You \x1b[2Jswim. [1]"):
            told(piece)
            seen.append(capsys.readouterr().out)
        return Answer(text="You run. [1] You swim. [1]", citations=[HIT], abstained=False, written_by="m")

    rest = shown(asking, capsys)
    assert seen == ["", "You run. [1]", " You \\x1b[2Jswim. [1]"]
    assert rest.startswith("\n\n[1] ")
    assert "You run" not in rest


def test_what_nobody_streamed_is_shown_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(text="You run. [1]", citations=[HIT], abstained=False, asked="and what do I do?")
    assert shown(lambda _told: answer, capsys).splitlines()[:3] == ["(and what do I do?)", "You run. [1]", ""]


def test_an_answer_that_breaks_off_leaves_the_cursor_on_a_new_line(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(told: Callable[[str], None]) -> Answer:
        told("You run. [1]")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answers.show(broken)
    assert capsys.readouterr().out == "You run. [1]\n"


def test_a_vault_that_is_not_there_ends_it_at_once(inkling: Inkling, person: Person, tmp_path: Path) -> None:
    assert inkling("chat").status == 10
