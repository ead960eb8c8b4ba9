"""The user's choices are kept whole, checked, and readable by versions before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from stores import dump
from support import START

from assistant import Assistant
from assistant.config import Config
from memory.errors import InvalidInputError
from memory.records import Limit

EVERYTHING: dict[str, Any] = {
    "screen_on": True, "screen_scope": "visible", "ocr": "tesseract", "rules": ("app:Signal",),
    "watched": ("/home/ana/chats",), "auto_lock_minutes": 30, "thumbnails_days": 7, "thumbnails_megabytes": 50,
    "retention": {"screen": Limit(days=90, megabytes=500)}, "expired_facts": "drop", "distil_on_battery": True,
    "paused_until": START, "paused_apps": {"Mail": START},
}  # fmt: skip


def test_everything_is_off_until_the_user_turns_it_on(assistant: Assistant) -> None:
    chosen = assistant.config()
    assert chosen == Config()
    assert (chosen.screen_on, chosen.watched, chosen.thumbnails_days, chosen.retention) == (False, (), 0, {})
    assert chosen.rules is None, "the rules Inkling comes with"


def test_what_is_chosen_is_kept_and_the_rest_stays(assistant: Assistant) -> None:
    assert assistant.configure(**EVERYTHING) == Config(**EVERYTHING)
    assert assistant.config() == Config(**EVERYTHING)
    assert assistant.configure(rules=()).rules == ()
    assert assistant.config() == Config(**(EVERYTHING | {"rules": ()}))
    assert assistant.configure(paused_until=None, rules=None).rules is None


def test_lists_and_plain_mappings_will_do(assistant: Assistant) -> None:
    chosen = assistant.configure(watched=["/a", "/b", "/a"], retention={"screen": {"days": 3}, "chat": {"days": None}})
    assert chosen.watched == ("/a", "/b")
    assert chosen.retention == {"screen": Limit(days=3)}


@pytest.mark.parametrize(
    "change",
    [
        {"screen_on": 1}, {"screen_on": "yes"}, {"screen_scope": "everything"}, {"ocr": ""}, {"ocr": None},
        {"rules": "app"}, {"rules": [""]}, {"rules": [1]}, {"watched": None}, {"watched": ["\0"]},
        {"auto_lock_minutes": 0},
        {"auto_lock_minutes": 1.5}, {"thumbnails_days": -1}, {"thumbnails_days": True}, {"thumbnails_megabytes": 0},
        {"retention": None}, {"retention": {"screen": 3}}, {"retention": {"screen": {"weeks": 3}}},
        {"retention": {"screen": {"days": 0}}}, {"retention": {"": {"days": 1}}}, {"expired_facts": "burn"},
        {"paused_until": datetime(2026, 1, 1)}, {"paused_until": "tomorrow"}, {"paused_apps": {"Mail": "soon"}},
        {"no_such": 1},
    ],
)  # fmt: skip
def test_a_choice_that_makes_no_sense_is_refused_and_changes_nothing(
    assistant: Assistant, change: dict[str, Any]
) -> None:
    assistant.configure(**EVERYTHING)
    before = dump(assistant._store)
    with pytest.raises(InvalidInputError):
        assistant.configure(**({"distil_on_battery": False} | change))
    assert dump(assistant._store) == before


def test_what_other_versions_wrote_is_read_as_far_as_it_goes_and_kept(assistant: Assistant) -> None:
    assistant._store.settings.set(
        "config",
        {"screen_on": True, "hologram": [1], "ocr": 7, "paused_until": "then", "retention": {"chat": {"years": 1}}},
    )
    assert assistant.config() == Config(screen_on=True)
    assistant.configure(thumbnails_days=3)
    assert assistant._store.settings.get("config")["hologram"] == [1]


@pytest.mark.parametrize("found", [None, [], "x", {"screen_on": None}, {1: 2}])
def test_nonsense_in_their_place_is_no_choice(found: Any) -> None:
    assert Config.from_json(found) == Config()


def test_choices_go_through_json_unchanged() -> None:
    import json  # noqa: PLC0415

    one = Config(**EVERYTHING)
    again = Config.from_json(json.loads(json.dumps(one.to_json())))
    assert again == one
    assert again.paused_until is not None
    assert again.paused_until.tzinfo is not None
