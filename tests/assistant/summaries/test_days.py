"""Days without a model: counts, hours and what was learnt; no observed text."""

from __future__ import annotations

from datetime import timedelta

from fakes import FakeDistiller, draft
from support import START, Clock, said

from assistant import Assistant
from memory.records import Summary


def sections(day: Summary) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in day.lines:
        found.setdefault(line.section, []).append(line.text)
    return found


def test_a_day_is_composed_of_counts_hours_and_what_was_learnt(assistant: Assistant, distiller: FakeDistiller) -> None:
    at = {"days": -1}
    assistant.observe([
        said("I moved to Lisbon", "1", **at), said("to where?", "2", who="Ana", **at),
        said("weather", "3", who=None, source="screen", app="Firefox", thread="screen:1", dwell_seconds=300.0, **at),
        said("news", "4", who=None, source="screen", app="Firefox", thread="screen:2", dwell_seconds=60.0, **at),
    ])  # fmt: skip
    distiller.says("1", draft("The user moved to Lisbon.", "moved to Lisbon", "1", start=2))
    assistant.distil()
    [day] = assistant.summaries("day")
    assert (day.subject, day.made_by) == ((START - timedelta(days=1)).date().isoformat(), "inkling")
    assert sections(day) == {
        "Where": ["Ana, WhatsApp: 2 messages, 1 by the user", "Firefox: 2 passages, 6 minutes in view"],
        "When": ["19:00 to 20:00"],
        "Learnt": ["The user moved to Lisbon."],
    }
    assert day.lines[-1].sources == (assistant.propositions()[0].id,)


def test_what_is_set_aside_was_not_learnt(assistant: Assistant, distiller: FakeDistiller) -> None:
    assistant.observe([said("I am allergic to nuts", "1", days=-1)])
    distiller.says("1", draft("The user is allergic to nuts.", "allergic to nuts", "1", sensitivity="health"))
    assistant.distil()
    assert "nuts" not in repr(assistant.summaries())


def test_what_was_known_before_was_learnt_only_then(assistant: Assistant, distiller: FakeDistiller) -> None:
    assistant.observe([said("I moved to Lisbon", "1", days=-3), said("I did move to Lisbon", "2", days=-1)])
    for key, quote in (("1", "moved to Lisbon"), ("2", "move to Lisbon")):
        distiller.says(key, draft("The user moved to Lisbon.", quote, key))
    assistant.distil()
    late, early = assistant.summaries("day")
    assert "Learnt" not in sections(late)
    assert "Learnt" in sections(early)


def test_days_are_those_asked_for_and_not_without_end(assistant: Assistant, clock: Clock) -> None:
    assistant.observe([said(f"hello {n}", f"k{n}", days=-n) for n in range(60)])
    days = [d.subject for d in assistant.summaries("day")]
    assert days == [(START - timedelta(days=n)).date().isoformat() for n in range(15)]
    since = START - timedelta(days=20)
    asked = assistant.summaries("day", since=since, until=since + timedelta(days=1))
    assert [d.subject for d in asked] == [(since + timedelta(days=n)).date().isoformat() for n in (1, 0)]
    assert len(assistant.summaries("day", since=START - timedelta(days=3650))) == 31
    assert assistant.summaries("thread") == []


def test_hours_that_follow_each_other_are_one_stretch(assistant: Assistant) -> None:
    assistant.observe([said(str(h), str(h), days=-1 + h / 24) for h in (-10, -9, -8, 0, 2)])
    [day] = assistant.summaries("day")
    assert sections(day)["When"] == ["09:00 to 12:00, 19:00 to 20:00, 21:00 to 22:00"]
