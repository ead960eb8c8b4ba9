"""Summaries at rest: put whole, read back, and gone with whatever they were made from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from fakes import draft
from stores import dump, rolled_back
from support import START, said

from memory.records import Observation, Summary, SummaryLine
from memory.store import Store, Thread

LINES = (
    SummaryLine(section="", text="The user likes figs.", sources=("o1", "p1")),
    SummaryLine(section="Ends", text="Ana left.", sources=()),
)


def summary(subject: str = "Ana", **more: Any) -> Summary:
    fields: dict[str, Any] = {
        "kind": "thread", "title": "Ana, WhatsApp", "at": START, "since": START, "until": START, "made_by": "x 1",
        "lines": LINES,
    }  # fmt: skip
    return Summary(subject=subject, **fields | more)


@pytest.fixture
def filled(store: Store) -> Store:
    """Three messages and a proposition that rests on the first."""
    store.observations.add([said(f"message {n}", f"k{n}", days=n) for n in range(3)], START)
    with store.write():
        row = store.propositions.add(draft("The user likes figs.", "message", "k0"), None, None, START)
        source = store.observations.get([1])[1]
        made = draft("The user likes figs.", "message", "k0", sensitivity="health")
        store.propositions.add_evidence(row, made, source, "supports", START, "test")
    return store


def left(store: Store) -> set[str]:
    return {kept.summary.subject for kept in store.summaries.all()}


def test_what_is_put_is_read_back(store: Store) -> None:
    made = summary(since=None, until=None)
    store.summaries.put(made, b"abc", ["o1", "p1"])
    kept = store.summaries.get("thread", "Ana")
    assert kept is not None
    assert (kept.summary, kept.digest) == (made, b"abc")
    assert store.summaries.get("day", "Ana") is None
    assert store.summaries.digests("thread") == {"Ana": b"abc"}
    assert store.summaries.digests("day") == {}


def test_a_newer_one_takes_the_place_of_the_one_before(store: Store) -> None:
    store.summaries.put(summary(), b"1", ["o1"])
    store.summaries.put(summary(lines=LINES[:1]), b"2", ["o2"])
    [kept] = store.summaries.all()
    assert kept.summary.lines == LINES[:1]
    assert len(dump(store)["summary_lines"]) == len(dump(store)["summary_sources"]) == 1


def test_the_latest_come_first_and_kinds_are_told_apart(store: Store) -> None:
    for days in (1, 3, 2):
        store.summaries.put(summary(f"s{days}", until=START + timedelta(days=days)), b"", [])
    store.summaries.put(summary("2026-03-04", kind="day", until=START), b"", [])
    assert [k.summary.subject for k in store.summaries.all("thread")] == ["s3", "s2", "s1"]
    assert len(store.summaries.all()) == 4


@pytest.mark.parametrize("how", ["delete", "trim", "reword", "delete proposition", "change proposition"])
def test_whatever_happens_to_a_source_takes_the_summary(how: str, filled: Store) -> None:
    filled.summaries.put(summary("of these"), b"", ["o1", "p1"])
    filled.summaries.put(summary("of others"), b"", ["o2"])
    with filled.write():
        {
            "delete": lambda: filled.observations.delete([1]),
            "trim": lambda: filled.observations.trim(1, "mess", START),
            "reword": lambda: filled.observations.reword(1, "other"),
            "delete proposition": lambda: filled.propositions.delete(1),
            "change proposition": lambda: filled.propositions.change(1, text="The user likes pears."),
        }[how]()
    assert left(filled) == {"of others"}
    assert {row[3] for row in dump(filled)["summary_lines"]} == {line.text for line in LINES}
    assert len(dump(filled)["summary_lines"]) == 2


def test_what_is_undone_leaves_the_summary(filled: Store) -> None:
    filled.summaries.put(summary(), b"", ["o1"])
    before = dump(filled)
    with rolled_back(filled):
        filled.observations.delete([1])
        assert left(filled) == set()
    assert dump(filled) == before


def test_what_is_about_a_proposition_is_found_by_its_evidence_too(filled: Store) -> None:
    filled.summaries.put(summary("by itself"), b"", ["p1"])
    filled.summaries.put(summary("by its evidence"), b"", ["o1"])
    filled.summaries.put(summary("neither"), b"", ["o2"])
    filled.summaries.drop_about([1])
    assert left(filled) == {"neither"}
    filled.summaries.clear()
    assert left(filled) == set()


def test_what_was_made_from_something_set_aside_is_clouded(filled: Store) -> None:
    filled.summaries.put(summary("by itself"), b"", ["p1"])
    filled.summaries.put(summary("by its evidence"), b"", ["o1"])
    filled.summaries.put(summary("neither"), b"", ["o2"])
    assert filled.summaries.clouded([]) == set(), "it is of no class"
    with filled.write():
        filled.propositions.change(1, sensitivity="health")
    assert filled.summaries.clouded([]) == {("thread", "by itself"), ("thread", "by its evidence")}
    assert filled.summaries.clouded(["health"]) == set()
    with filled.write():
        filled.propositions.change(1, verdict="confirmed")
    assert filled.summaries.clouded([]) == set(), "what the user confirmed is not set aside"


# what there is to summarise


def test_threads_and_their_extent(filled: Store) -> None:
    [(thread, extent)] = filled.summaries.threads().items()
    assert thread == Thread("chat", "WhatsApp", "Ana")
    assert (extent.lines, extent.last_row, extent.since, extent.until) == (3, 3, START, START + timedelta(days=2))
    assert filled.summaries.rows_of_thread(thread) == [1, 2, 3]
    assert filled.summaries.rows_of_thread(Thread("chat", None, "Ana")) == []


def test_a_day_is_that_of_the_clock_where_it_happened(store: Store) -> None:
    def at(hour: int, offset: int, key: str) -> None:
        moment = datetime(2026, 3, 4, hour, 30, tzinfo=timezone(timedelta(hours=offset)))
        store.observations.add([_at(moment, key)], START)

    at(0, 14, "first")  # 3 March in UTC
    at(23, -12, "last")  # 5 March in UTC
    at(12, 0, "noon")
    store.observations.add([_at(datetime(2026, 3, 5, 0, 30, tzinfo=UTC), "next")], START)
    day = date(2026, 3, 4)
    assert store.summaries.rows_of_day(day) == [1, 3, 2]
    assert store.summaries.hours_of_day(day) == [0, 12, 23]
    assert {d: e.lines for d, e in store.summaries.days(START - timedelta(days=9)).items()} == {
        day: 3,
        date(2026, 3, 5): 1,
    }
    bounds = store.summaries.bounds_of_day(day)
    assert bounds is not None
    assert [b.isoformat() for b in bounds] == ["2026-03-04T00:30:00+14:00", "2026-03-04T23:30:00-12:00"]
    assert store.summaries.bounds_of_day(date(1960, 1, 1)) is None


def test_a_day_is_counted_by_where_it_happened(store: Store) -> None:
    store.observations.add(
        [
            said("a", "1"), said("b", "2", who="Ana"), said("c", "3", who=None, source="screen", dwell_seconds=90.0),
            said("d", "4", thread="Bea"),
        ],
        START,
    )  # fmt: skip
    assert store.summaries.counts_of_day(START.date()) == [
        (Thread("chat", "WhatsApp", "Ana"), 2, 1, 0.0),
        (Thread("chat", "WhatsApp", "Bea"), 1, 1, 0.0),
        (Thread("screen", "WhatsApp", "Ana"), 1, 0, 90.0),
    ]


def _at(moment: datetime, key: str) -> Observation:
    return Observation(text=key, at=moment, source="chat", key=key)
