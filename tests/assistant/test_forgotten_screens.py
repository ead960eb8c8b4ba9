"""What was forgotten of a screen does not come back because a window still shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import START

from assistant import Assistant, Observation

PAGE = "Thursday meeting with the zinnober committee\nReply all\nThe gate at the lower weir leaks again"


def passage(
    key: str, text: str = PAGE, *, minutes: float = 0, app: str = "Firefox", title: str = "Mail"
) -> Observation:
    at = START + timedelta(minutes=minutes)
    return Observation(text=text, at=at, source="screen", app=app, title=title, thread="screen:1", key=key)


def texts(assistant: Assistant) -> list[str]:
    return [s.observation.text for s in assistant._store.observations.all()]


def test_lines_of_a_forgotten_passage_stay_out_under_another_key(assistant: Assistant) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    assistant.observe([passage("screen:b", PAGE + "\nA line nobody has seen before", minutes=5)])
    assert texts(assistant) == ["A line nobody has seen before"]


@pytest.mark.parametrize("title", ["Ana", "(3) Ana"])
def test_a_short_forgotten_line_stays_out_of_its_page(assistant: Assistant, title: str) -> None:
    [first] = assistant.observe([passage("screen:a", "I am pregnant", app="Signal", title="Ana")])
    assistant.forget(first)
    assistant.observe([passage("screen:b", "I am pregnant\nSee you at six", minutes=5, app="Signal", title=title)])
    assert texts(assistant) == ["See you at six"]


@pytest.mark.parametrize(("app", "title"), [("Firefox", "Calendar"), ("Thunderbird", "Mail")])
def test_a_short_line_elsewhere_is_no_return_of_it(assistant: Assistant, app: str, title: str) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    assistant.observe([passage("screen:b", "Reply all", minutes=5, app=app, title=title)])
    assert texts(assistant) == ["Reply all"]


@pytest.mark.parametrize(
    "line",
    [
        "o1  The gate at the lower weir leaks again  (0 propositions on it)",
        "Jo, 19:22: the gate at the lower weir leaks again",
        "The gate at the lower weir leaks again, she wrote, and the gate at the upper",
        "the gate at the lower lock, not the gate at the lower weir leaks again",
    ],
)
def test_a_forgotten_line_is_recognised_inside_another(assistant: Assistant, line: str) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    assert assistant.observe([passage("screen:b", line, minutes=5, app="kitty", title="bash")]) == []
    assert texts(assistant) == []


@pytest.mark.parametrize(
    "line",
    [
        "The gate at the lower weir holds",  # it begins alike
        "The gate at the lower weir leaks againstroke",  # it ends inside a word
        "o7  Reply all, of course",  # what lies inside is short
        "weir leaks again",  # it is only a part of it
    ],
)
def test_a_line_that_only_resembles_a_forgotten_one_stays(assistant: Assistant, line: str) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    assistant.observe([passage("screen:b", line, minutes=5, app="kitty", title="bash")])
    assert texts(assistant) == [line]


def test_a_passage_of_nothing_but_forgotten_lines_is_not_stored(assistant: Assistant) -> None:
    assistant.observe([passage("screen:a")])
    assistant.forget_range(START - timedelta(minutes=1), START + timedelta(minutes=1))
    again = "  the gate at the LOWER weir leaks again."  # as it may be read the next time
    assert assistant.observe([passage("screen:b", again, minutes=5)]) == []
    assert texts(assistant) == []


def test_what_expired_may_be_seen_again(assistant: Assistant) -> None:
    assistant.observe([passage("screen:a")])
    assistant.configure(retention={"screen": {"days": 1}})
    assistant.expire(START + timedelta(days=3))
    assistant.configure(retention={})
    assistant.observe([passage("screen:b", minutes=60 * 24 * 3)])
    assert texts(assistant) == [PAGE]


def test_forgetting_a_screen_keeps_nobody_from_saying_the_same(assistant: Assistant) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    said = Observation(text="The gate at the lower weir leaks again", at=START, source="chat", speaker="me", key="c")
    assistant.observe([said])
    assert texts(assistant) == [said.text]
