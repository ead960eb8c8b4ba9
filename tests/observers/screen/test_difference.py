"""What is new on a window, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observers.screen.difference import Difference, Fresh, compare, folded, grown, misread

PAGE = ["Minutes of the allotment society", "Present: Ana, Bo, Cyd", "The shed needs a new roof by autumn."]


def texts(fresh: list[Fresh]) -> list[str]:
    return [line.text for line in fresh if not line.context]


def test_everything_on_a_window_never_seen_is_new() -> None:
    assert texts(Difference().fresh(1, "Editor", "minutes", PAGE)) == PAGE


def test_nothing_is_new_on_a_window_that_stays_as_it_is() -> None:
    difference = Difference()
    difference.fresh(1, "Editor", "minutes", PAGE)

    assert difference.fresh(1, "Editor", "minutes", PAGE) == []


@pytest.mark.parametrize(
    "again",
    [
        "The shed needs a new roof by autumn",
        "The shed needs a new roof by autumn .",
        "The shed need5 a new roof by autumn.".replace("5", "s"),
        "Theshed needs a new roof by autumn.",
        "The shed needs a new roof by aulumn.",
        "THE SHED needs a new roof by autumn.",
    ],
)
def test_a_line_read_slightly_differently_is_not_new(again: str) -> None:
    assert compare([*PAGE[:2], again], PAGE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The roof costs 120 pounds this autumn", "The roof costs 180 pounds this autumn"),
        ("I can go to the party on Saturday", "I can't go to the party on Saturday"),
        ("We are going to Berlin in the spring", "We are going to Dublin in the spring"),
        ("I like cats", "I like bats"),
        ("Meeting at 10:00", "Meeting at 11:00"),
    ],
)
def test_a_changed_number_or_short_word_is_new(old: str, new: str) -> None:
    assert texts(compare([new], [old])) == [new]


def test_moved_and_scrolled_lines_are_not_new() -> None:
    difference = Difference()
    difference.fresh(1, "Editor", "minutes", PAGE)

    assert difference.fresh(1, "Editor", "minutes", [PAGE[2], PAGE[0]]) == []
    assert texts(difference.fresh(1, "Editor", "minutes", [PAGE[2], "Next meeting in June"])) == [
        "Next meeting in June"
    ]
    assert difference.fresh(1, "Editor", "minutes", PAGE) == []


def test_lines_wrapped_elsewhere_are_not_new() -> None:
    wrapped = ["Minutes of the allotment", "society Present: Ana, Bo, Cyd The shed", "needs a new roof by autumn."]

    assert compare(wrapped, PAGE) == []
    assert compare(PAGE, wrapped) == []


def test_a_line_being_typed_replaces_its_shorter_self() -> None:
    difference = Difference()
    difference.fresh(1, "Editor", "minutes", ["Dear An"])

    assert difference.fresh(1, "Editor", "minutes", ["Dear Ana, how"]) == [Fresh("Dear Ana, how", replaces="Dear An")]
    assert difference.fresh(1, "Editor", "minutes", ["Dear Ana, and Bo, how"]) == [
        Fresh("Dear Ana, and Bo, how", replaces="Dear Ana, how")
    ]
    assert difference.fresh(1, "Editor", "minutes", ["Dear Ana"]) == [
        Fresh("Dear Ana", replaces="Dear Ana, and Bo, how", shorter=True)
    ]


def test_a_word_that_wraps_to_the_next_line_takes_nothing_away() -> None:
    found = compare(["the quick brown", "foxes jump"], ["the quick brown fo"])

    assert found == [Fresh("the quick brown", replaces="the quick brown fo", shorter=True), Fresh("foxes jump")]


def test_the_same_word_said_once_more_is_new() -> None:
    assert texts(compare(["Bo: yes", "Cyd: no", "Bo: yes"], ["Bo: yes", "Cyd: no"])) == ["Bo: yes"]


def test_a_new_line_brings_the_label_it_stands_under() -> None:
    found = compare(["Ana 19:20", "Are you coming?", "On Friday?"], ["Ana 19:20", "Are you coming?"])
    under = compare(["You:", "I will bring the tent"], ["You:"])

    assert texts(found) == ["On Friday?"]
    assert under == [Fresh("You:", context=True), Fresh("I will bring the tent")]


def test_a_page_is_known_again_in_another_window_and_after_another_page() -> None:
    difference = Difference()
    difference.fresh(1, "firefox", "(3) Inbox", PAGE)
    difference.fresh(1, "firefox", "Weather", ["Rain at noon"])

    assert difference.fresh(1, "firefox", "(4) Inbox", PAGE) == []
    assert difference.fresh(2, "firefox", "Inbox", PAGE) == []
    assert texts(difference.fresh(3, "Editor", "Inbox", PAGE[:1])) == PAGE[:1]


def test_what_is_remembered_is_bounded() -> None:
    difference = Difference(most_pages=20, most_lines=200)

    for number in range(500):
        difference.fresh(number, "firefox", f"page {'x' * number}", [f"line {number} of {at}" for at in range(30)])

    assert difference.size <= 200


def test_one_endless_page_is_bounded_too() -> None:
    difference = Difference(most_lines=100)

    for number in range(50):
        difference.fresh(1, "kitty", "log", [f"line {number} of {at}" for at in range(30)])

    assert difference.size <= 130


@given(st.lists(st.text(max_size=30), max_size=12))
def test_a_text_is_never_new_against_itself(lines: list[str]) -> None:
    assert compare(lines, lines) == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparisons_of_lines_do_not_contradict_each_other(one: str, other: str) -> None:
    assert misread(one, one)
    assert misread(one, other) == misread(other, one)
    assert not (grown(one, other) and grown(other, one))
    assert folded(one) == folded(one.upper().lower()) or not one.isascii()
