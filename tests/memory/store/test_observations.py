"""What is observed comes back exactly as it went in, once per key, and leaves nothing behind when it goes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import START, said

from memory.records import Observation
from memory.store import Store, Thread

texts = st.text(max_size=60)
names = st.none() | st.text(min_size=1, max_size=12)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=zones)
observations = st.builds(
    Observation,
    text=texts, at=moments, source=st.sampled_from(["chat", "screen"]), app=names, title=names, thread=names,
    speaker=names, key=names, dwell_seconds=st.none() | st.floats(0, 1e6),
)  # fmt: skip


def add(store: Store, *batch: Observation) -> list[int]:
    return store.observations.add(batch, START)[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(observations, max_size=12))
def test_every_field_comes_back_as_it_went_in(store: Store, batch: list[Observation]) -> None:
    try:
        rows = add(store, *batch)
        first = {}
        for observation in batch:
            first.setdefault(observation.stable_key, observation)
        held = store.observations.get(rows)
        assert len(held) == len(first)
        for row, observation in zip(rows, batch, strict=True):
            kept, given_first = held[row].observation, first[observation.stable_key]
            for field in ("text", "at", "source", "app", "title", "thread", "speaker", "dwell_seconds"):
                assert getattr(kept, field) == getattr(given_first, field)
            assert kept.key == given_first.stable_key
            assert kept.at.utcoffset() == given_first.at.utcoffset()
    finally:
        store.observations.delete([s.row for s in store.observations.all()])


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Europe/Berlin", "Pacific/Kiritimati"])
def test_the_local_time_of_a_named_zone_is_kept(store: Store, zone: str) -> None:
    at = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=ZoneInfo(zone), fold=1)
    [row] = add(store, Observation(text="x", at=at, source="chat"))
    kept = store.observations.get([row])[row].observation.at
    assert (kept.timestamp(), kept.isoformat()) == (at.timestamp(), at.isoformat())


@pytest.mark.parametrize("at", [datetime.min, datetime.max])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_no_time_that_can_be_stored_is_one_that_cannot_be_read(store: Store, at: datetime, hours: int) -> None:
    """A row nobody can read again would stop every later distil and export."""
    try:
        observation = Observation(text="x", at=at.replace(tzinfo=timezone(timedelta(hours=hours))), source="chat")
    except ValueError:
        return
    [row] = add(store, observation)
    assert store.observations.get([row])[row].observation.text == "x"


def test_a_key_is_stored_once_whatever_comes_with_it(store: Store) -> None:
    [row] = add(store, said("first", "k"))
    rows, new = store.observations.add([said("second", "k"), said("third", "other"), said("fourth", "k")], START)
    assert (rows[0], rows[2], new) == (row, row, 1)
    assert store.observations.get([row])[row].observation.text == "first"
    assert store.observations.count() == 2


def test_without_a_key_the_same_observation_is_stored_once(store: Store) -> None:
    plain = Observation(text="x", at=START, source="chat", speaker="me")
    other = Observation(text="x", at=START, source="chat", speaker="Ana")
    assert len(set(add(store, plain, plain, other))) == 2


def test_a_grown_export_adds_only_what_is_new(store: Store) -> None:
    messages = [said(f"message {n}", f"k{n}", days=n) for n in range(50)]
    for size in (10, 10, 30, 50):
        rows, new = store.observations.add(messages[:size], START)
        assert len(set(rows)) == size
        assert store.observations.count() == size
    assert new == 20


def test_rows_come_back_in_the_order_given_and_are_never_used_again(store: Store) -> None:
    rows = add(store, *(said(str(n), str(n)) for n in (3, 1, 2)))
    assert [store.observations.get([row])[row].observation.text for row in rows] == ["3", "1", "2"]
    store.observations.delete(rows)
    assert min(add(store, said("4", "4"))) > max(rows)


def test_what_repeats_is_kept_once_and_goes_with_the_last_that_used_it(store: Store) -> None:
    def contexts() -> int:
        return int(store.observations._c.read("SELECT count(*) FROM contexts")[0][0])

    rows = add(store, said("a", "a"), said("b", "b"), said("c", "c", thread="Bea"))
    assert contexts() == 2
    store.observations.delete(rows[:1])
    assert contexts() == 2
    store.observations.delete(rows[1:2])
    assert contexts() == 1
    store.observations.delete(rows[2:])
    assert contexts() == 0


def test_an_empty_name_is_no_name(store: Store) -> None:
    given_both = [
        Observation(text="x", at=START, source="chat", app=name, thread=name, title=name, key=str(n))
        for n, name in enumerate(("", None, ""))
    ]
    rows = add(store, *given_both)
    for observation in given_both:
        assert [s.row for s in store.observations.pending(Thread.of(observation), 10)] == rows
    assert {s.observation.thread for s in store.observations.all()} == {None}


def test_reading_one_thread_never_shows_another_of_the_same_name_elsewhere(store: Store) -> None:
    rows = add(
        store,
        said("a", "1", app="WhatsApp"),
        said("b", "2", app="Signal"),
        said("c", "3", app="WhatsApp", days=1),
        said("d", "4", app="WhatsApp", thread="Bea"),
    )
    around = store.observations.around(rows[0])
    assert [s.observation.text for s in around] == ["a", "c"]


def test_the_neighbours_of_a_turn_are_the_ones_next_in_time(store: Store) -> None:
    rows = add(store, *(said(str(day), str(day), days=day) for day in (5, 1, 3, 2, 4, 6)))
    around = store.observations.around(rows[2], before=2, after=1)
    assert [s.observation.text for s in around] == ["1", "2", "3", "4"]
    before = store.observations.latest(Thread.of(said("", "")), (START + timedelta(days=4)).timestamp(), 2)
    assert [s.observation.text for s in before] == ["2", "3"]


def test_what_is_marked_as_read_is_pending_no_more(store: Store) -> None:
    rows = add(store, said("a", "a"), said("b", "b", thread="Bea"))
    assert {t.thread for t in store.observations.pending_threads()} == {"Ana", "Bea"}
    with store.write():
        store.observations.mark_distilled(rows[:1], "small 1")
    assert [t.thread for t in store.observations.pending_threads()] == ["Bea"]
    assert store.observations.pending_count() == 1


def test_all_pages_through_everything_in_order(store: Store) -> None:
    rows = add(store, *(said("x", str(n)) for n in range(2100)))
    assert [s.row for s in store.observations.all()] == rows
