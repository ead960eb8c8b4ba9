"""Observed text on its way to the screen, and the words around it."""

from __future__ import annotations

import itertools
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui import wording
from tui.text import clean, folded, one_line, pieces, plain, wrapped
from tui.widgets.confidence import bar

ANYTHING = st.text(st.characters(codec=None), max_size=80)


@given(ANYTHING)
def test_no_control_or_reordering_character_reaches_the_screen(text):
    left = {c for c in clean(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    assert left <= {"\n", "\u200c", "\u200d"}


@given(ANYTHING)
def test_no_markup_is_parsed(text):
    assert plain(text).plain == clean(text)
    assert plain(text).spans == []


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[@click=app.quit]x[/]", "\\[x]", "[", "]", "[/]", ":smile:"])
def test_markup_is_shown_as_it_is_written(text):
    assert plain(text).plain == text


@pytest.mark.parametrize("text", ["نیم‌فاصله", "👩‍👩‍👧", "क्‍ष", "東京", "Ana Lúcia"])
def test_scripts_and_emoji_keep_what_joins_them(text):
    assert clean(text) == text


@given(ANYTHING, st.integers(1, 40), st.integers(1, 3))
def test_wrapped_lines_fit(text, width, lines):
    found = wrapped(text, width, lines)
    assert len(found) <= lines
    assert all(cell_len(line) <= max(width, 2) for line in found)


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert wrapped("one two three four", 8, 2) == ("one two", "three f…")


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_pieces_put_together_are_the_text(text, bounds):
    spans = [(min(a, b, len(text)), min(max(a, b), len(text))) for a, b in bounds]
    assert "".join(piece for piece, _ in pieces(text, spans, 1000)) == "".join(map(clean, _cut(text, spans)))


def _cut(text, spans):
    edges = sorted({0, len(text), *(edge for span in spans for edge in span)})
    return [text[a:b] for a, b in itertools.pairwise(edges)]


def test_quotes_stand_out_and_a_long_text_around_them_is_cut():
    text = "x" * 50 + "quote" + "y" * 50
    assert pieces(text, [(50, 55)], 3) == [("…xxx", False), ("quote", True), ("yyy…", False)]


def test_filtering_compares_without_case_or_accents():
    assert folded("LÚCIA") == folded("lucia")
    assert folded("ﬁne STRASSE") == folded("fine straße")


def test_one_line_has_no_breaks():
    assert one_line("a\r\nb\u2028c\td") == "a b c d"


@given(st.floats(0.001, 0.999), st.integers(2, 12))
def test_a_bar_is_never_empty_nor_full_and_always_as_wide(confidence, cells):
    heavy, light = bar(confidence, cells)
    assert len(heavy) + len(light) == cells
    assert heavy != ""
    assert heavy != "━" * cells


def test_a_surer_belief_has_no_shorter_bar():
    drawn = [bar(step / 100)[0] for step in range(1, 100)]
    weights = [2 * line.count("━") + line.count("╾") for line in drawn]
    assert weights == sorted(weights)


NOW = datetime(2026, 4, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "long", "short"),
    [
        (0, "today", "today"),
        (1, "yesterday", "1 d ago"),
        (13, "13 days ago", "13 d ago"),
        (14, "2 weeks ago", "2 wk ago"),
        (75, "2 months ago", "2 mo ago"),
        (800, "2 years ago", "2 y ago"),
        (-2, "on 22 Apr 2026", "22 Apr 2026"),
    ],
)
def test_ages_in_words(days, long, short):
    at = NOW - timedelta(days=days)
    assert (wording.age(at, NOW), wording.short_age(at, NOW)) == (long, short)


def test_a_time_is_told_as_the_clock_showed_it_there():
    osaka = datetime(2026, 7, 26, 1, 10, tzinfo=timezone(timedelta(hours=9)))
    assert wording.moment(osaka) == "26 Jul 2026, 01:10"


def test_the_heading_says_the_user_once():
    assert wording.headline("The user lives\nin Porto.") == "lives in Porto."
    assert wording.headline("The user's sister is Ana.") == "The user's sister is Ana."


def test_content_is_what_textual_takes_for_plain():
    """The promise this module rests on: content made of a string parses nothing."""
    assert Content("[red]x[/red]").plain == "[red]x[/red]"
