"""Telling a look-up from a request for help."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.question import is_request


@pytest.mark.parametrize(
    "question",
    [
        "Suggest a place for dinner", "can you recommend a book?",
        "What should I cook tonight?", "how do we get there",
        "I'm looking for a gift for my sister", "help me write a speech", "any tips for the flight?",
        "Which laptop would I be happy with? Pick one.", "I want to learn something new", "could you draft a reply",
        "What are some good films?", "plan a weekend for us",
        "Is it worth seeing?", "ideas for a rainy day", "let's organise a party",
    ],
)  # fmt: skip
def test_a_request_is_told_by_what_it_asks_for(question: str) -> None:
    assert is_request(question)


@pytest.mark.parametrize(
    "question",
    [
        "When is mum's birthday?", "Who is Beatriz?", "What did I say about the dentist?", "where do I live",
        "what do I drive?", "Did I recommend that book to Ana?",
        "What does my sister do?", "Was the best man late?", "how old is my dog?",
        "Why did we plan a trip?", "what is the name of my doctor", "has Ana got an idea of the price?", "",
    ],
)  # fmt: skip
def test_a_question_about_what_is_known_is_none(question: str) -> None:
    assert not is_request(question)


@given(st.text(max_size=200))
def test_any_text_is_one_or_the_other_whatever_its_case(question: str) -> None:
    assert is_request(question) in (True, False)
    if question.isascii():
        assert is_request(question.upper()) == is_request(question.lower())
