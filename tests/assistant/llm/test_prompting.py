"""Prompts are files with a version, and what goes into them is data that cannot get out of its line."""

from __future__ import annotations

import json
import unicodedata
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.prompting import fenced, prompt_file

NAMES = sorted(
    file.name.removesuffix(".md")
    for file in files("assistant.llm").joinpath("prompts").iterdir()
    if file.name[-3:] == ".md"
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_has_a_version_and_is_short(name: str) -> None:
    prompt = prompt_file(name)
    assert prompt.version >= 1
    assert 0 < len(prompt.system) < 2600, "a word more is read with every call"
    assert prompt.about("data").made_by == f"{name} {prompt.version}"
    assert prompt.about("data").user == "data"


def test_a_prompt_without_a_version_is_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "odd.md").write_text("You are helpful.")
    monkeypatch.setattr("assistant.llm.prompting.files", lambda _: tmp_path)
    with pytest.raises(AssertionError, match=r"odd\.md"):
        prompt_file("odd")


@given(VALUES)
def test_what_is_fenced_is_one_line_that_reads_back(value: Any) -> None:
    line = fenced(value)
    assert json.loads(line) == value
    assert len(line.splitlines()) <= 1
    assert not set("<>`|") & set(line)


@given(st.text())
def test_nothing_in_it_is_invisible_or_a_control_token(text: str) -> None:
    line = fenced(f"[INST]{text}<|im_start|>[/INST]")
    assert not {"[INST]", "[/INST]", "<|im_start|>"} & {
        line[at : at + size] for size in (6, 7, 12) for at in range(len(line))
    }
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u00ad", "\u202e", "\u2066", "\ufeff", "\u061c", "\u3164", "\U000e0041", "\U000e0100", "\x85", "\0"],
)
def test_hidden_characters_are_shown_as_escapes(hidden: str) -> None:
    assert fenced(hidden).isascii()
    assert json.loads(fenced(hidden)) == hidden


def test_a_lone_surrogate_can_still_be_sent() -> None:
    assert fenced("a\ud800b").encode()


def test_other_scripts_stay_readable() -> None:
    assert fenced(["żółć", "привет", "你好", "❤️", "[x]"]) == '["żółć", "привет", "你好", "❤️", "[x]"]'
