"""An answer is taken apart the same way whatever pieces it comes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.grammar import answer_grammar
from assistant.answering.sentences import Sentences


def apart(text: str, size: int = 1) -> tuple[list[tuple[str, tuple[int, ...]]], str]:
    heard = Sentences()
    found = [s for at in range(0, len(text), size) for s in heard.hear(text[at : at + size])]
    found += heard.end()
    return [(s.text, s.numbers) for s in found], heard.rest


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("You run. [1] You swim. [2][3]", [("You run.", (1,)), ("You swim.", (2, 3))], ""),
        ("You run [1]. You swim [2, 3].", [("You run.", (1,)), ("You swim.", (2, 3))], ""),
        ("- You run. [1]\n- You swim. [1]", [("You run.", (1,)), ("You swim.", (1,))], ""),
        ("1. You run. [2][2]", [("You run.", (2,))], ""),
        ("You run. [1] And then", [("You run.", (1,))], "And then"),
        ("You run", [], "You run"), ("NONE", [], "NONE"), ("", [], ""), ("[1] [2]", [], ""),
        ("You [run]. [1]", [("You [run].", (1,))], ""), ("You run. [12345]", [], "You run. [12345]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sentences_end_with_their_citations(text: str, expected: object, rest: str, size: int) -> None:
    assert apart(text, size) == (expected, rest)


def test_a_sentence_is_told_as_soon_as_something_follows_its_citations() -> None:
    heard = Sentences()
    assert list(heard.hear("You run. [1]")) == []
    assert list(heard.hear("[2] ")) == []
    assert [s.numbers for s in heard.hear("Y")] == [(1, 2)]


@given(st.text(max_size=300), st.integers(1, 9))
def test_any_text_is_taken_apart_the_same_in_any_pieces(text: str, size: int) -> None:
    assert apart(text, size) == apart(text, 1000)


def test_the_grammar_names_the_notes_that_there_are_and_no_others() -> None:
    assert '"[1]" | "[2]" | "[3]"' in answer_grammar(3)
    assert '"[4]"' not in answer_grammar(3)
    assert "{0,5}" in answer_grammar(3)
    assert '(" " sentence)' not in answer_grammar(3, sentences=1)
