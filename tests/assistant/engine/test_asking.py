"""An answer comes through the engine as it is written, and a client that goes away ends the writing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import Running, opened, until
from fakes import FakeModel
from support import PASSPHRASE

from assistant import Assistant
from assistant.client import Client
from assistant.llm.model import Generated, Prompt
from memory.errors import EngineUnreachableError, InvalidInputError
from memory.records import Turn

CAR = "You drive a Yaris. [1] "
QUESTION = "What do I drive?"


class Slow(FakeModel):
    """Writes until it is stopped, a piece each time it is let to; says how it ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[str] = []
        self.pieces = 0

    def generate(self, prompt: Prompt, *, told: Callable[[str], None] | None = None, **options: Any) -> Generated:
        assert told
        try:
            while self.pieces < 100_000:
                told(CAR if self.pieces == 0 else "and ")
                self.pieces += 1
        except BaseException as error:
            self.ended.append(type(error).__name__)
            raise
        self.ended.append("never stopped")
        return Generated(text="", end="stop")


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def asked(folder: Path, code: str, tmp_path: Path, model: FakeModel) -> Iterator[Callable[[FakeModel], Client]]:
    """Runs an engine whose vault has the model given; a client of it."""
    engines: list[Running] = []

    def run(fake: FakeModel) -> Client:
        def opening(*given: Any) -> Assistant:
            assistant = opened(*given)
            assistant._host.model = lambda: fake  # type: ignore[method-assign]
            return assistant

        running = Running(folder.resolve(), tmp_path / "log" / "engine.log", opening)
        engines.append(running)
        client = running.client()
        client.unlock(PASSPHRASE)
        client.remember("The user drives a Yaris.")
        return client

    yield run
    for running in engines:
        running.end()


def test_sentences_arrive_one_by_one_and_together_are_the_answer(
    asked: Callable[[FakeModel], Client], model: FakeModel
) -> None:
    model.enqueue(f"{CAR}You won 500 euros. [1] Your car is a Yaris. [1]")
    heard: list[str] = []
    with asked(model) as client:
        answer = client.ask(QUESTION, told=heard.append)
    assert [piece for piece in heard if piece] == ["You drive a Yaris. [1]", " Your car is a Yaris. [1]"]
    assert "".join(heard) == answer.text
    assert (answer.written_by, answer.unsupported) == ("fake-1b", 1)


def test_a_conversation_goes_through_it(asked: Callable[[FakeModel], Client], model: FakeModel) -> None:
    with asked(model) as client:
        turns = [Turn(question=QUESTION, answer="You drive a Yaris. [1]", cited=("p1",))]
        reply = client.ask("that is wrong", turns=turns)
        assert reply.learned == ("p1",)
        assert client.propositions() == []


class HungUpError(Exception):
    pass


def test_a_client_that_goes_away_stops_the_model(asked: Callable[[FakeModel], Client]) -> None:
    slow = Slow()

    def hang_up(piece: str) -> None:
        raise HungUpError

    with asked(slow) as client:
        with pytest.raises(HungUpError):
            client.ask(QUESTION, told=hang_up)
        until(lambda: slow.ended, "an end")
        assert slow.ended == ["ClientGoneError"]
        assert client.status()["propositions"] == 1, "others are served on"


def test_an_error_of_the_listeners_is_not_taken_for_the_engines(asked: Callable[[FakeModel], Client]) -> None:
    heard: list[str] = []

    def broken(piece: str) -> None:
        heard.append(piece)
        raise BrokenPipeError

    with asked(Slow()) as client, pytest.raises(BrokenPipeError):
        client.ask(QUESTION, told=broken)
    assert len(heard) == 1


def test_an_engine_that_ends_in_the_middle_of_an_answer_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, asked: Callable[[FakeModel], Client], model: FakeModel
) -> None:
    with asked(model) as client:
        channel = client._channel
        tries: list[int] = []

        def ends(message: bytes, progress: Callable[[str], None]) -> Any:
            tries.append(1)
            progress("You drive a Yaris. [1]")
            raise EOFError

        monkeypatch.setattr(channel, "_asked", ends)
        with pytest.raises(EngineUnreachableError):
            client.ask(QUESTION, told=lambda _piece: None)
        assert tries == [1]


def test_nonsense_in_place_of_a_conversation_is_refused(asked: Callable[[FakeModel], Client], model: FakeModel) -> None:
    with asked(model) as client:
        with pytest.raises(InvalidInputError):
            client.ask(QUESTION, turns=["not a turn"])  # type: ignore[list-item]
        with pytest.raises(InvalidInputError):
            client.ask(7)  # type: ignore[arg-type]
