"""Observed text cannot command the terminal it is shown on."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli.text import excerpt, one_line, safe

if TYPE_CHECKING:
    from conftest import Inkling

HOSTILE = "hi \x1b[2J\x1b]52;c;ZXZpbA==\x07 \x9b31m I moved to \u202eabsiL\u202c Lisbon \x00\x08\r\x7f"


def harmless(character: str) -> bool:
    return character == "\n" or character in "\u200c\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_that_a_terminal_obeys_is_left_of_any_text(text: str) -> None:
    assert all(map(harmless, safe(text)))
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "Plain, with an em dash \u2014 and 12 \u20ac",
        "\u732b\u304c\u597d\u304d",
        "\U0001f469\u200d\U0001f52c",
        "two\nlines",
    ],
)
def test_what_people_write_is_left_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_a_control_character_is_shown_and_not_sent() -> None:
    assert safe("a\x1b[31mb") == r"a\x1b[31mb"


@given(st.text(), st.integers(1, 60))
def test_an_excerpt_keeps_to_its_width(text: str, width: int) -> None:
    assert len(excerpt(text, width)) <= width


def test_every_command_that_shows_observed_text_shows_it_harmless(inkling: Inkling, tmp_path: Path) -> None:
    line = HOSTILE.replace("\r", "").replace("\x00", "")
    chat = tmp_path / "WhatsApp Chat with X\x1b[31m.txt"
    chat.write_text(
        f"12/03/2026, 19:22 - Ann\x1b[31m: {line}\n12/03/2026, 19:23 - Sam: {line}. I work as a \x1b[5mnurse.\n",
        encoding="utf-8",
    )
    inkling("init")
    printed = []
    for arguments in (
        ["import", str(chat)], ["import", str(chat), "--me", "Sam"], ["profile"], ["profile", "--json"], ["show", "o1"],
        ["show", "o2"], ["show", "o2", "--json"], ["show", "p1"], ["recall", "Lisbon"], ["recall", "Lisbon", "--json"],
        ["ask", "did I move to Lisbon?"], ["ask", "did I move to Lisbon?", "--json"], ["confirm", "p1"],
        ["forget", "o1", "o2", "--yes"],
    ):  # fmt: skip
        run = inkling(*arguments)
        printed.append(run.out + run.err)
    assert all(map(harmless, "".join(printed)))
    assert any("Lisbon" in text for text in printed[2:])
