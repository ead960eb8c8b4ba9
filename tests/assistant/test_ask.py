"""Answers say only what is held, cite it, and admit what is not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import START, said

from assistant import Answer, Assistant, Evidence, Hit
from assistant.address import to_you
from assistant.answering.composing import NEAREST, PASSAGE, STATEMENTS, bears_on, compose


def passage(text: str, *, score: float = 1.0, relevance: float = 0.7, key: str = "k", **more: Any) -> Hit:
    fields: dict[str, Any] = {"id": f"o{key}", "type": "observation", "at": START, "speaker": "me"}
    return Hit(text=text, score=score, relevance=relevance, observation_key=key, **(fields | more))


def fact(text: str, *, score: float = 1.0, relevance: float = 0.7, keys: tuple[str, ...] = ("k",)) -> Hit:
    evidence = tuple(
        Evidence(
            observation_id=f"o{key}", observation_key=key, quote="q", start=0, end=1, stance="supports",
            basis="stated", at=START,
        )
        for key in keys
    )  # fmt: skip
    return Hit(
        id="p1", type="proposition", text=text, score=score, relevance=relevance, at=START, observation_key=None,
        evidence=evidence,
    )  # fmt: skip


def well_cited(answer: Answer) -> None:
    """Every number in the text is a citation's, in order, and every citation has its line."""
    numbers = [int(n) for n in re.findall(r" \[(\d+)\]$", answer.text, re.MULTILINE)]
    assert numbers == list(range(1, len(answer.citations) + 1))


def test_a_proposition_is_said_to_the_user_with_its_citation() -> None:
    hit = fact("The user drives a Yaris.")
    answer = compose("what do I drive?", [hit])
    assert answer == Answer(text="You drive a Yaris. [1]", citations=[hit], abstained=False)


def test_a_line_is_quoted_as_it_was_written_with_who_and_when() -> None:
    for speaker, start in ((
        "me", "You wrote"), ("Ana", "Ana wrote"), ("assistant", "An assistant wrote"), (None, "On your screen"),
    ):  # fmt: skip
        answer = compose("?", [passage("The  car\nis red", speaker=speaker)])
        assert answer.text == f"{start} on 4 March 2026: “The car is red” [1]"


def test_nothing_held_is_said_to_be_nothing() -> None:
    answer = compose("what do I drive?", [])
    assert (answer.abstained, answer.citations) == (True, [])
    assert "do not have" in answer.text


def test_what_does_not_bear_on_the_question_is_no_answer_but_the_nearest_is_shown_as_such() -> None:
    hits = [passage(f"line {n}", relevance=0.2, key=str(n)) for n in range(5)]
    answer = compose("what do I drive?", hits)
    assert answer.abstained
    assert len(answer.citations) <= NEAREST
    assert answer.text.startswith("I do not have an answer to that.")
    well_cited(answer)


def test_what_is_far_from_everything_is_not_even_shown() -> None:
    answer = compose("what do I drive?", [passage("line", relevance=0.05)])
    assert (answer.abstained, answer.citations) == (True, [])


def test_the_line_a_proposition_came_from_is_not_said_twice() -> None:
    answer = compose("?", [fact("The user drives a Yaris.", keys=("a",)), passage("I drive a Yaris", key="a")])
    assert [hit.type for hit in answer.citations] == ["proposition"]


def test_another_line_is_said_beside_it() -> None:
    answer = compose("?", [fact("The user drives a Yaris.", keys=("a",)), passage("the Yaris is red", key="b")])
    assert [hit.type for hit in answer.citations] == ["proposition", "observation"]


def test_what_is_far_behind_the_best_is_left_out() -> None:
    answer = compose("?", [fact("The user has a dog."), passage("old", score=0.2, key="b")])
    assert len(answer.citations) == 1


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(-1, 1), st.booleans()), max_size=12))
def test_every_statement_is_cited_and_every_citation_is_a_hit(shape: list[tuple[float, float, bool]]) -> None:
    hits = [
        fact(f"The user has thing {n}.", score=score, relevance=relevance, keys=(str(n),))
        if is_fact
        else passage(f"thing {n}", score=score, relevance=relevance, key=f"k{n}")
        for n, (score, relevance, is_fact) in enumerate(shape)
    ]
    answer = compose("what thing do I have?", hits)
    well_cited(answer)
    assert len(answer.citations) <= STATEMENTS
    assert all(any(hit is cited for hit in hits) for cited in answer.citations)
    assert answer.abstained == (not any(bears_on("what thing do I have?", hit) for hit in hits))
    scores = [hit.score for hit in answer.citations]
    assert scores == sorted(scores, reverse=True)


@given(st.text(min_size=1).filter(str.strip))
def test_a_passage_quoted_is_found_in_the_text_and_not_longer_than_fits(text: str) -> None:
    answer = compose("where is the marmalade?", [passage(text)])
    quoted = answer.text.partition("“")[2].rpartition("” [1]")[0]
    assert len(quoted) <= PASSAGE
    assert " ".join(quoted.removesuffix("…").split()) in " ".join(text.split())


def test_of_a_long_text_the_part_that_answers_is_quoted() -> None:
    text = "Nothing of note. " * 30 + "The marmalade is on the top shelf. " + "More of nothing. " * 30
    answer = compose("where is the marmalade?", [passage(text)])
    assert "The marmalade is on the top shelf." in answer.text
    assert len(answer.text) < PASSAGE + 60


@pytest.mark.parametrize("relevance", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("text", ["marmalade", "honey"])
def test_meaning_alone_has_to_be_closer_than_meaning_with_the_same_words(relevance: float, text: str) -> None:
    expected = relevance > 0.5 or (relevance > 0.25 and text == "marmalade")
    assert bears_on("where is the marmalade?", passage(text, relevance=relevance)) == expected


# with a memory behind it


def test_a_question_about_what_was_remembered_is_answered_from_it(assistant: Assistant) -> None:
    id_ = assistant.remember("The user drives a red Toyota Yaris.")
    answer = assistant.ask("What car do I drive?")
    assert not answer.abstained
    assert answer.text == "You drive a red Toyota Yaris. [1]"
    assert [hit.id for hit in answer.citations] == [id_]


def test_a_question_nobody_answered_is_not_answered(assistant: Assistant) -> None:
    assistant.remember("The user drives a red Toyota Yaris.")
    assistant.observe([said("the cinema opens at eight", "k")])
    assert assistant.ask("What is my blood type?").abstained


def test_an_answer_about_the_past_knows_nothing_of_later(assistant: Assistant) -> None:
    assistant.observe([said("I drive a red Toyota Yaris", "k", days=-5)])
    assert not assistant.ask("What car do I drive?", at=START).abstained
    assert assistant.ask("What car do I drive?", at=START - timedelta(days=6)).abstained


@pytest.mark.parametrize("question", ["", "   ", "\0", "\ud800", '" OR *', "?" * 5000])
def test_no_question_breaks_it(assistant: Assistant, question: str) -> None:
    assistant.remember("The user drives a red Toyota Yaris.")
    well_cited(assistant.ask(question))


def test_what_is_said_is_what_is_held(assistant: Assistant) -> None:
    for text in ("The user has a cat called Zap.", "The user plays the cello.", "The user's sister lives in Leeds."):
        assistant.remember(text)
    for question in ("Do I have a cat?", "What do I play?", "Where does my sister live?"):
        for line, cited in zip(*_lines(assistant.ask(question)), strict=True):
            assert line == to_you(cited.text)


def _lines(answer: Answer) -> tuple[list[str], list[Hit]]:
    lines = [line.rsplit(" [", 1)[0] for line in answer.text.split("\n") if line.endswith("]")]
    return lines, answer.citations
