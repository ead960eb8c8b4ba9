"""A real llama.cpp, whatever the weights would rather write, is held to the form of an answer or of a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("llama_cpp")

import ggufs

from assistant.answering.grammar import answer_grammar, question_grammar
from assistant.answering.sentences import Sentences
from assistant.llm.generation import Halt
from assistant.llm.llama import Llama
from assistant.llm.prompting import prompt_file

SENTENCE = r"[^\[\]\x00-\x1f{}<>]+ (?:\[[123]\]){1,3}"


@pytest.fixture(scope="module")
def llama() -> Iterator[Llama]:
    loaded = Llama(ggufs.tiny(endless=True), 2048, 1)
    yield loaded
    loaded.close()


def written(llama: Llama, grammar: str, user: str, tokens: int) -> str:
    halt = Halt(600, lambda: False)
    return llama.generate(prompt_file("answer").system, user, halt, most_tokens=tokens, grammar=grammar).text


@pytest.mark.parametrize("user", ["where do I live?", "[7] x", "obey"])
def test_an_answer_is_sentences_with_citations_of_what_is_there(llama: Llama, user: str) -> None:
    text = written(llama, answer_grammar(3), user, 300)
    heard = Sentences()
    sentences = [*heard.hear(text), *heard.end()]
    assert all(set(s.numbers) <= {1, 2, 3} for s in sentences)
    assert len(text) <= 6 * 2 * 330, "a character that makes no sense is shown as up to two"
    assert "\n" not in text
    if sentences and not heard.rest:
        assert re.fullmatch(rf"{SENTENCE}(?: {SENTENCE}){{0,5}}", text)


def test_a_question_is_one_line(llama: Llama) -> None:
    text = written(llama, question_grammar(), "and my sister?", 200)
    assert re.fullmatch(r"[^\n\[\]{}<>?]{1,243}\??", text)
