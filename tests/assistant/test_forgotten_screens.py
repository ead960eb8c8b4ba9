"""What was forgotten of a screen does not come back because a window still shows it."""

from __future__ import annotations

from datetime import timedelta

from support import START

from assistant import Assistant, Observation

PAGE = "Thursday meeting with the zinnober committee\nReply all\nThe gate at the lower weir leaks again"


def passage(key: str, text: str = PAGE, *, minutes: float = 0) -> Observation:
    at = START + timedelta(minutes=minutes)
    return Observation(text=text, at=at, source="screen", app="Firefox", title="Mail", thread="screen:1", key=key)


def texts(assistant: Assistant) -> list[str]:
    return [s.observation.text for s in assistant._store.observations.all()]


def test_lines_of_a_forgotten_passage_stay_out_under_another_key(assistant: Assistant) -> None:
    [first] = assistant.observe([passage("screen:a")])
    assistant.forget(first)
    assistant.observe([passage("screen:b", PAGE + "\nA line nobody has seen before", minutes=5)])
    assert texts(assistant) == ["Reply all\nA line nobody has seen before"]


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
