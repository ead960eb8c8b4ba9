"""Time expressions become dates, reckoned from Wednesday 4 March 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.distillers.small.times import absolute

AT = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since January", "since January 2026"),
        ("since April", "since April 2025"),
        ("on the 24th", "on 24 March 2026"),
        ("on the 2nd", "on 2 April 2026"),
        ("until the 15th", "until 15 March 2026"),
        ("on the 14th of next month", "on 14 April 2026"),
        ("tomorrow", "on 5 March 2026"),
        ("tomorrow morning", "on the morning of 5 March 2026"),
        ("on Friday", "on Friday 6 March 2026"),
        ("next Friday", "on Friday 13 March 2026"),
        ("in two weeks", "around 18 March 2026"),
        ("in June", "in June 2026"),
        ("in February", "in February 2027"),
        ("next year", "in 2027"),
        ("next week", "in the week of 9 March 2026"),
        ("this weekend", "on the weekend of 7 March 2026"),
        ("until the end of the month", "until the end of March 2026"),
        ("on 7 Dec", "on 7 December 2026"),
        ("on Dec 7", "on 7 December 2026"),
        ("on 2026-05-01", "on 1 May 2026"),
        ("for Christmas", "for Christmas 2026"),
    ],
)
def test_what_lies_ahead(text: str, expected: str) -> None:
    assert absolute(f"The user flies home {text}.", AT).text == f"The user flies home {expected}."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Friday", "on Friday 27 February 2026"),
        ("in June", "in June 2025"),
        ("yesterday", "on 3 March 2026"),
        ("two weeks ago", "around 18 February 2026"),
        ("three years ago", "in 2023"),
        ("last month", "in February 2026"),
        ("on 7 Dec", "on 7 December 2025"),
        ("last night", "on the evening of 3 March 2026"),
    ],
)
def test_what_lies_behind_a_past_verb(text: str, expected: str) -> None:
    assert absolute(f"The user flew home {text}.", AT, past=True).text == f"The user flew home {expected}."


@pytest.mark.parametrize(
    "text",
    [
        "The user may go.",
        "The user runs on Mondays.",
        "The user has a second dog.",
        "The user works Mon to Fri.",
        "The user sat in the sun.",
        "The user is 34.",
        "The user lives on the 4th floor.",
    ],
)
def test_what_is_no_date_stays(text: str) -> None:
    assert absolute(text, AT).text == text


def test_the_last_day_named_and_whether_it_closes() -> None:
    resolved = absolute("The user works nights until the 15th.", AT)
    assert (resolved.day, resolved.ends) == (date(2026, 3, 15), True)
    assert absolute("The user flies on the 15th.", AT).ends is False


def test_a_day_that_does_not_exist_is_left_alone() -> None:
    assert absolute("The user flies on 31 February.", AT).text == "The user flies on 31 February."


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_survived(text: str, past: bool) -> None:
    absolute(text, AT, past=past)
