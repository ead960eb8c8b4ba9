"""What status and doctor say of the language model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from support import PASSPHRASE

from assistant import Assistant
from assistant.cli.health import check_drafts
from assistant.cli.thinking import model_line

if TYPE_CHECKING:
    from conftest import Inkling

MODEL: dict[str, Any] = {"name": "fake-1b", "state": "ready", "reason": None, "waiting": {}}


def test_a_model_says_how_it_is_what_waits_and_why_not_now() -> None:
    waiting = {"second reading": 1234, "doubts": 1, "summaries": 2, "other": 1}
    idle = {"state": "waiting", "reason": "somebody is at\nthe machine"}
    assert model_line(MODEL | {"waiting": waiting}, idle) == (
        "fake-1b, not loaded; 1,234 passages to read; 1 pair to compare; 2 summaries to make; 1 step of other; "
        "not now: somebody is at the machine"
    )


def test_a_model_at_work_has_no_excuse() -> None:
    working = {"state": "working", "reason": "nobody is at the machine"}
    found = model_line(MODEL | {"state": "working", "waiting": {"doubts": 2}}, working)
    assert found == "fake-1b, at work; 2 pairs to compare"


def test_a_model_without_work_needs_none() -> None:
    assert (
        model_line(MODEL | {"state": "resting"}, {"state": "waiting", "reason": "nothing waits"}) == "fake-1b, loaded"
    )
    assert model_line(MODEL, None) == "fake-1b, not loaded"


def test_what_came_since_the_engine_last_looked_is_no_contradiction() -> None:
    looked = {"state": "waiting", "reason": "nothing waits"}
    assert model_line(MODEL | {"waiting": {"doubts": 1}}, looked) == "fake-1b, not loaded; 1 pair to compare"


def test_a_model_that_cannot_run_says_why() -> None:
    found = model_line(MODEL | {"state": "failed", "reason": "its file is not there"}, None)
    assert found == "fake-1b, cannot run: its file is not there"


def test_what_went_wrong_last_is_said_though_it_may_be_tried_again() -> None:
    waiting = {"waiting": {"doubts": 1}, "reason": "its process\nended"}
    assert model_line(MODEL | waiting, None) == "fake-1b, not loaded; 1 pair to compare; it failed: its process ended"


def test_without_a_model_it_says_where_to_get_one() -> None:
    assert model_line({"name": None, "state": "off"}, None) == "none; to choose one: inkling model"


def test_status_tells_of_the_model(filled: Inkling) -> None:
    assert "none; to choose one: inkling model" in filled("status").out
    assert filled("status", "--json").json["model"]["name"] is None


def test_doctor_tells_what_became_of_each_engines_drafts(filled: Inkling, vault: Path) -> None:
    with Assistant.open(vault, PASSPHRASE) as opened, opened._store.write():
        opened._store.tallies.add("llama 1+fake-1b", {"episodes": 9, "kept": 20, "dropped: quote": 2, "failed": 1})
        opened._store.tallies.add("llama 1+fake-1b", {"kept": 1, "dropped: quote": 1, "dropped: malformed": 7})
    found = {check["part"]: check["said"] for check in filled("doctor", "--json", "--full").json}
    assert found["drafts of llama 1+fake-1b"] == (
        "21 drafts kept from 9 episodes; 10 dropped: malformed 7, quote 3; 1 episode could not be read"
    )
    assert not any(part.startswith("drafts") for part in {c["part"] for c in filled("doctor", "--json").json})


def test_an_engine_without_a_dropped_draft_says_no_more_than_that() -> None:
    [check] = check_drafts({"small 1": {"episodes": 1, "kept": 3}})
    assert check.said == "3 drafts kept from 1 episode"
