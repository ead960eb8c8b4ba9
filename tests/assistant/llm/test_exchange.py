"""What of a worker's replies is believed: garbage of every shape ends the process and is no answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.llm.exchange import LONGEST_MESSAGE, MOST_CHARACTERS, Speech, answer, counts, failure
from memory.errors import InklingError, ModelFailedError, ModelMissingError

DONE = {
    "text": "a",
    "end": "stop",
    "prompt_tokens": 1,
    "cached_tokens": 1,
    "tokens": 1,
    "first_seconds": 0,
    "seconds": 0.5,
}


class Process:
    """A worker process that has said one thing."""

    name = "tiny"

    def __init__(self, reply: Any = None) -> None:
        self.killed: InklingError | None = None
        self._reply = reply

    def send(self, message: Any) -> None:
        json.dumps(message)

    def receive(self, seconds: float) -> Any:
        return self._reply

    def kill(self, error: InklingError) -> InklingError:
        self.killed = self.killed or error
        return self.killed


def speech(process: Process, most_tokens: int = 10, told: Any = None) -> Speech:
    return Speech(process=process, request={"id": 5, "most_tokens": most_tokens}, told=told)  # type: ignore[arg-type]


def test_pieces_are_told_and_the_last_reply_has_the_figures() -> None:
    heard: list[str] = []
    one = speech(Process(), told=heard.append)
    assert one.hear(None) is one.hear({"id": 5, "piece": "a"}) is None
    assert one.hear({"id": 5, "done": DONE}) == DONE
    assert heard == ["a"]
    assert one.is_over


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"id": 5},
        {"id": 4, "piece": "a"},
        {"id": "5", "piece": "a"},
        {"piece": "a"},
        {"loaded": {}},
        {"id": 5, "piece": None},
        {"id": 5, "piece": 7},
        {"id": 5, "piece": "\ud83d"},
        {"id": 5, "failed": "no"},
        {"id": 5, "failed": {"kind": "broken"}},
        {"id": 5, "done": None},
        {"id": 5, "done": []},
        {"id": 5, "done": {"text": "a", "end": "stop"}},
        *(
            {"id": 5, "done": DONE | wrong}
            for wrong in (
                {"text": None},
                {"text": "\udc80"},
                {"end": "never"},
                {"end": None},
                {"end": []},
                {"tokens": -1},
                {"tokens": 1.5},
                {"tokens": True},
                {"tokens": 10**400},
                {"prompt_tokens": "1"},
                {"seconds": float("nan")},
                {"seconds": float("inf")},
                {"first_seconds": -1},
                {"seconds": 10**400},
                {"seconds": None},
            )
        ),
    ],
)
def test_what_was_not_agreed_on_is_no_answer(reply: dict[str, Any]) -> None:
    process = Process()
    with pytest.raises(ModelFailedError, match="no answer"):
        speech(process).hear(reply)
    assert process.killed is not None


def test_more_text_than_so_many_tokens_can_have_is_no_answer() -> None:
    most = "a" * (10 * MOST_CHARACTERS)
    one = speech(Process())
    one.hear({"id": 5, "piece": most})
    with pytest.raises(ModelFailedError, match="no answer"):
        one.hear({"id": 5, "piece": "a"})
    assert speech(Process()).hear({"id": 5, "done": DONE | {"text": most}})
    with pytest.raises(ModelFailedError, match="no answer"):
        speech(Process()).hear({"id": 5, "done": DONE | {"text": most + "a"}})


@pytest.mark.parametrize(
    ("kind", "error", "ends"),
    [
        ("missing", ModelMissingError, True),
        ("extra", ModelMissingError, True),
        ("memory", ModelFailedError, True),
        ("broken", ModelFailedError, True),
        ("too long", ModelFailedError, False),
        ("grammar", ModelFailedError, False),
        ([], ModelFailedError, False),
    ],
)
def test_a_failure_has_an_error_of_its_kind_and_what_broke_is_not_used_again(
    kind: Any, error: type[Exception], ends: bool
) -> None:
    process = Process()
    raised = failure(process, {"kind": kind, "message": "no\n" + "\ud83d" * 5000})  # type: ignore[arg-type]
    assert type(raised) is error
    assert "\n" not in str(raised)
    str(raised).encode()
    assert len(str(raised)) < LONGEST_MESSAGE + 50
    assert (process.killed is not None) is ends


@pytest.mark.parametrize("found", [None, 3, [], [1], [1, -2], [1, 2.0], [1, "2"], [1, True], [1, 2, 3]])
def test_counts_of_another_shape_are_none(found: Any) -> None:
    with pytest.raises(ModelFailedError, match="no answer"):
        counts(Process({"counts": found}), ["a", "b"], 5, lambda: None)  # type: ignore[arg-type]


def test_an_answer_to_something_else_is_none() -> None:
    with pytest.raises(ModelFailedError, match="no answer"):
        answer(Process({"counts": [1]}), 5, lambda: None, "loaded")  # type: ignore[arg-type]
