"""Masked password fields never become text."""

from __future__ import annotations

import pytest

from observers.desktop import Rect
from observers.screen.masked import without_masked
from observers.screen.ocr.line import Line


def at(text: str, left: int, top: int) -> Line:
    return Line(text, Rect(left, top, 10 * len(text), 20))


def kept(*lines: Line) -> list[str]:
    return [line.text for line in without_masked(lines)]


@pytest.mark.parametrize("dots", ["••••••••", "● ● ● ● ●", "********", "·······", "•••|"])
def test_a_row_of_dots_is_no_text_wherever_it_stands(dots: str) -> None:
    assert kept(at("Wi-Fi", 10, 10), at(dots, 600, 500)) == ["Wi-Fi"]


@pytest.mark.parametrize("dots", ["oooooooo", "........", "0000000", "eeeee", "••••••7"])
def test_what_dots_are_misread_as_goes_beside_a_label(dots: str) -> None:
    assert kept(at("Password", 10, 100), at(dots, 150, 102)) == ["Password"]
    assert kept(at("Passwort:", 10, 100), at(dots, 12, 140)) == ["Passwort:"]
    assert kept(at("パスワード", 10, 100), at(dots, 12, 140)) == ["パスワード"]


def test_a_label_on_the_same_line_keeps_its_words() -> None:
    assert kept(at("Password: ••••••••", 10, 100)) == ["Password"]


def test_words_beside_a_label_stay() -> None:
    lines = [at("Password", 10, 100), at("Forgot it?", 10, 140), at("Show", 300, 100), at("Sign in", 10, 180)]

    assert kept(*lines) == ["Password", "Forgot it?", "Show", "Sign in"]


def test_repetition_elsewhere_stays() -> None:
    assert kept(at("noooo", 10, 100), at("1000", 10, 140), at("* milk", 10, 180), at("5 * 3", 10, 220)) == [
        "noooo", "1000", "* milk", "5 * 3",
    ]  # fmt: skip
