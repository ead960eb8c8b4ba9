"""Which observations are worth a larger model's time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import said

from assistant.distillers.small import SmallDistiller
from memory.records import ASSISTANT, Observation


def worth(*turns: tuple[str, str]) -> list[bool]:
    return SmallDistiller().worth_reading([said(text, f"k{n}", who=who) for n, (who, text) in enumerate(turns)])


@pytest.mark.parametrize(
    "text",
    [
        "I live in Leeds now", "we sold both red boats to the museum", "уже три года живу в Ташкенте",
        "hiermit beantrage ich Elternzeit vom 1. Mai", "私は東京に住んでいます", "no meat, no dairy",
    ],
)  # fmt: skip
def test_what_the_user_tells_is_worth_it_in_any_language(text: str) -> None:
    assert worth(("me", text)) == [True]


@pytest.mark.parametrize("text", ["ok", "lol", "haha nice", "thanks, bye!", "👍", "", "   "])
def test_small_talk_is_not(text: str) -> None:
    assert worth(("me", text)) == [False]


def test_a_short_answer_is_worth_it_for_its_question() -> None:
    assert worth(("Ana", "still at the clinic?"), ("me", "yep")) == [False, True]
    assert worth(("Ana", "I am at the clinic"), ("me", "yep")) == [False, False]
    assert worth((ASSISTANT, "Shall I go on?"), ("me", "yep")) == [False, False]


def test_a_question_tells_nothing() -> None:
    assert worth(("Ana", "good morning"), ("me", "what time is it over there?")) == [False, False]


def test_what_others_say_only_explains() -> None:
    assert worth(("Ana", "I moved to Ghent last year with my two sons"), ("me", "nice")) == [False, False]
    assert worth((ASSISTANT, "You moved to Ghent last year with your two sons.")) == [False]


def test_a_question_of_another_thread_makes_no_answer() -> None:
    turns = [said("still at the clinic?", "a", who="Ana", thread="x"), said("yep", "b", thread="y")]
    assert SmallDistiller().worth_reading(turns) == [False, False]


def test_screens_that_are_the_users_own_are_worth_it() -> None:
    notes = said("Things to remember\nbring the blue suitcase", "a", who=None, app="Obsidian", source="screen")  # type: ignore[arg-type]
    news = said("Ferries cancelled after storm\nBy A. Reporter", "b", who=None, app="Firefox", source="screen")  # type: ignore[arg-type]
    assert SmallDistiller().worth_reading([notes]) == [True]
    assert SmallDistiller().worth_reading([news]) == [False]


@given(st.lists(st.tuples(st.sampled_from(["me", "Ana", ASSISTANT, None]), st.text(max_size=80)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_observation_gets_an_answer(turns: list[tuple[str | None, str]]) -> None:
    given_: list[Observation] = [said(text, f"k{n}", who=who) for n, (who, text) in enumerate(turns)]  # type: ignore[arg-type]
    assert len(SmallDistiller().worth_reading(given_)) == len(given_)
