"""``summary`` and ``profile --document``: what they say with and without a model, and when there is nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import PASSPHRASE

from assistant import Assistant
from memory.records import Summary, SummaryLine

if TYPE_CHECKING:
    from conftest import Inkling


def write_summary(folder: Path, **more: object) -> None:
    """Put a thread's summary there, as a model would have."""
    at = datetime.now().astimezone()
    fields: dict[str, object] = {
        "kind": "thread", "subject": '["chat", "WhatsApp", "Lake"]', "title": "Lake, WhatsApp", "at": at,
        "since": at, "until": at, "made_by": "summary 1, tiny-1b",
        "lines": (SummaryLine(section="", text="The user moved to Lisbon.", sources=("o2",)),),
    }  # fmt: skip
    with Assistant.open(folder, passphrase=PASSPHRASE) as assistant:
        assistant._store.summaries.put(Summary(**fields | more), b"digest", ["o2", "o3"])  # type: ignore[arg-type]


def test_a_day_is_composed_without_a_model(filled: Inkling) -> None:
    shown = filled("summary", "2026-03-12")
    assert shown.status == 0
    assert shown.out.startswith("Thursday, 12 March 2026\nWhere:\n  - ")
    assert "6 messages, 3 by the user" in shown.out
    assert "whatsapp:" not in shown.out, "a conversation is called as people call it"
    assert "When:\n  - 19:00 to 20:00" in shown.out
    assert "Learnt:\n" in shown.out
    assert "lake" not in shown.out.split("Learnt:")[0].replace("Chat with Lake", "").replace("Lake", "")


def test_a_day_as_json(filled: Inkling) -> None:
    [day] = filled("summary", "2026-03-12", "--json").json
    assert (day["kind"], day["subject"], day["made_by"]) == ("day", "2026-03-12", "inkling")
    learnt = [line for line in day["lines"] if line["section"] == "Learnt"]
    assert learnt
    assert {source[0] for line in learnt for source in line["sources"]} == {"p"}


@pytest.mark.parametrize("words", [["2001-01-01"], ["today"], ["yesterday"], [], ["0001-01-01"]])
def test_an_empty_day_is_said_to_be_empty(words: list[str], filled: Inkling) -> None:
    shown = filled("summary", *words)
    assert (shown.status, shown.out) == (0, "")
    assert "Nothing was taken in or learnt" in shown.err
    assert filled("summary", *words, "--json").json == []


def test_today_is_the_latest_day(filled: Inkling) -> None:
    filled("remember", "The user plays the cello.")
    today = datetime.now().astimezone().date()
    for words in ([], ["today"], [today.isoformat()]):
        assert [d["subject"] for d in filled("summary", *words, "--json").json] == [today.isoformat()]
    assert "cello" in filled("summary").out
    assert (today - timedelta(days=1)).isoformat() in filled("summary", "yesterday").err


def test_a_conversation_is_found_by_a_part_of_its_name(filled: Inkling, vault: Path) -> None:
    missing = filled("summary", "--thread", "lake")
    assert (missing.status, missing.out) == (0, "")
    assert "inkling status" in missing.err
    write_summary(vault)
    shown = filled("summary", "--thread", "LAKE").out
    assert shown == "Lake, WhatsApp  written by summary 1, tiny-1b\n  - The user moved to Lisbon.  o2\n"
    [found] = filled("summary", "--thread", "lake", "--json").json
    assert (found["subject"], found["lines"][0]["sources"]) == ("Lake", ["o2"])
    assert filled("summary", "--thread", "nobody", "--json").json == []


def test_what_was_observed_cannot_reach_the_terminal(filled: Inkling, vault: Path) -> None:
    write_summary(vault, title="La\x1b[2Jke", subject='["chat", "x", "La\\u001b[2Jke"]')
    shown = filled("summary", "--thread", "la").out
    assert "\x1b" not in shown


@pytest.mark.parametrize("words", [["soon"], ["2026-13-01"], ["today", "--thread", "Lake"], ["today", "yesterday"]])
def test_what_is_no_day_is_refused(words: list[str], filled: Inkling) -> None:
    assert filled("summary", *words).status == 2


def test_the_document_is_markdown_with_ids(filled: Inkling) -> None:
    shown = filled("profile", "--document")
    assert shown.status == 0
    assert shown.out.startswith("## ")
    held = {p["id"]: p["text"] for p in filled("profile", "--json").json}
    made = filled("profile", "--document", "--json").json
    assert (made["kind"], made["made_by"]) == ("profile", "inkling")
    assert {source for line in made["lines"] for source in line["sources"]} <= held.keys()
    for line in made["lines"]:
        assert f"- {line['text']} ({', '.join(line['sources'])})" in shown.out


def test_an_empty_document_says_what_to_do(inkling: Inkling, vault: Path) -> None:
    inkling("init")
    assert "inkling import FILE" in inkling("profile", "--document").out
    assert inkling("profile", "--document", "--json").json["lines"] == []


@pytest.mark.parametrize("option", [["--kind", "work"], ["--at", "2026-03-12"], ["--include-quarantined"]])
def test_the_document_is_of_everything_believed_now(option: list[str], filled: Inkling) -> None:
    assert filled("profile", "--document", *option).status == 2
