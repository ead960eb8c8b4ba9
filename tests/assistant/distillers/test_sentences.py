"""Spans lie where they say they lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.distillers.small.sentences import beginnings, clauses, sentences


@given(st.text(alphabet=st.sampled_from(list("Iim my,.!?…\n  –—😀🎶'’ and but so ab1")), max_size=120))
def test_every_span_is_verbatim(text: str) -> None:
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        for clause in clauses(sentence):
            assert clause.text
            assert text[clause.start : clause.end] == clause.text
            for shorter in beginnings(clause):
                assert text[shorter.start : shorter.end] == shorter.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I run. I swim!", ["I run", "I swim"]),
        ("Dr. Hill is kind. ok", ["Dr. Hill is kind", "ok"]),
        ("it cost 3.50 today", ["it cost 3.50 today"]),
        ("nice 😀 see you", ["nice", "see you"]),
        ("do you run? every day", ["do you run?", "every day"]),
        ("I can't. I'm ill", ["I can't", "I'm ill"]),
        ("one\ntwo", ["one", "two"]),
    ],
)
def test_sentences_end_where_a_reader_would_say(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


def test_a_compound_sentence_falls_into_its_facts() -> None:
    (sentence,) = sentences("I stammer and it's bad on calls, I'll do a film instead")
    assert [clause.text for clause in clauses(sentence)] == ["I stammer", "it's bad on calls", "I'll do a film instead"]
