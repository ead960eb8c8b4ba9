"""Pictures, noise counts, watched files and dwell times: kept as given, bounded, and gone with what they belong to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils.migrations import Migrations
from stores import KEY, FailingConnection, dump
from support import START, said

from memory.errors import StorageFullError
from memory.store import Store, WatchedFile, migrations
from memory.store.screen_lines import SELDOM, ScreenLines


def stored(store: Store, *keys: str) -> list[int]:
    rows, _ = store.observations.add([said("x", key, days=n) for n, key in enumerate(keys)], START)
    return rows


# pictures


def test_a_picture_is_kept_with_its_observation_and_goes_with_it(store: Store) -> None:
    one, two = stored(store, "a", "b")
    assert store.images.add({one: b"\xff\xd8 one", two: b"two", 999: b"nobody's"}, START) == 2
    assert (store.images.get(one), store.images.get(999), store.images.count()) == (b"\xff\xd8 one", None, 2)
    store.observations.delete([one])
    assert (store.images.get(one), store.images.size()) == (None, 3)


def test_pictures_are_deleted_by_age(store: Store) -> None:
    rows = stored(store, "a", "b", "c")
    for day, row in enumerate(rows):
        store.images.add({row: b"x"}, START + timedelta(days=day))
    assert store.images.delete_older(START + timedelta(days=1)) == 1
    assert [store.images.get(row) for row in rows] == [None, b"x", b"x"]


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 5000), max_size=12), most=st.integers(0, 20_000))
def test_the_newest_pictures_that_fit_are_kept(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], most: int
) -> None:
    with Store(tmp_path_factory.mktemp("i") / "s.db", KEY, create=True) as store:
        rows = stored(store, *map(str, range(len(sizes))))
        for n, row in enumerate(rows):
            store.images.add({row: b"x" * sizes[n]}, START + timedelta(minutes=n))
        gone = store.images.delete_over(most)
        left = [store.images.get(row) is not None for row in rows]
        assert left == sorted(left)
        assert store.images.size() <= most
        assert gone == left.count(False)
        if gone:
            assert store.images.size() + sizes[gone - 1] > most


# noise counts


def test_sightings_are_counted_by_application(store: Store) -> None:
    lines = store.screen_lines
    lines.add("firefox", [b"one", b"two"], START)
    lines.add("firefox", [b"two", b"\x00\xff"], START + timedelta(days=1))
    lines.add("mail", [b"two"], START)
    assert lines.get("firefox", [b"one", b"two", b"\x00\xff", b"none"]) == {b"one": 1, b"two": 2, b"\x00\xff": 1}
    assert lines.get("mail", [b"one", b"two"]) == {b"two": 1}
    assert lines.get("mail", []) == {}


def test_a_line_twice_on_one_screen_counts_twice(store: Store) -> None:
    store.screen_lines.add("a", [b"x", b"x"], START)
    assert store.screen_lines.get("a", [b"x"]) == {b"x": 2}


def test_what_recurs_least_and_longest_ago_is_dropped_when_there_are_many(store: Store) -> None:
    lines = ScreenLines(store.observations._c, most=100)
    for day in range(5):
        lines.add("a", [b"menu"], START + timedelta(days=day))
    for day in range(200):
        lines.add("a", [b"%d %d" % (day, n) for n in range(3)], START + timedelta(days=10 + day))
    assert lines.count() <= 100 + 64 * 3
    assert lines.get("a", [b"menu", b"0 0", b"199 2"]) == {b"menu": 5, b"199 2": 1}


def test_what_was_seen_seldom_in_a_forgotten_time_is_forgotten_and_menus_are_not(store: Store) -> None:
    lines = store.screen_lines
    for _ in range(SELDOM + 1):
        lines.add("a", [b"menu"], START)
    lines.add("a", [b"letter"], START)
    lines.add("b", [b"letter"], START)
    lines.add("a", [b"later"], START + timedelta(hours=2))
    lines.forget(START - timedelta(hours=1), START + timedelta(hours=1), "A")
    assert set(lines.get("a", [b"menu", b"letter", b"later"])) == {b"menu", b"later"}
    lines.forget(START - timedelta(hours=1), START + timedelta(hours=1))
    assert lines.get("b", [b"letter"]) == {}


# watched files


def test_a_watched_file_is_remembered_as_it_was_when_read(store: Store, reopen: Callable[[], Store]) -> None:
    file = WatchedFile(size=2**40, mtime_ns=2**62, read_at=START, digest=b"\0\1", read_to=17, problems=3)
    store.watched.set("/home/ana/chat.jsonl", WatchedFile(size=1, mtime_ns=1, read_at=START))
    store.watched.set("/home/ana/chat.jsonl", file)
    store.watched.set("/b", WatchedFile(size=0, mtime_ns=0, read_at=START))
    assert reopen().watched.get("/home/ana/chat.jsonl") == file
    store.watched.remove("/home/ana/chat.jsonl")
    store.watched.remove("/home/ana/chat.jsonl")
    assert (store.watched.get("/home/ana/chat.jsonl"), list(store.watched.all())) == (None, ["/b"])


def test_a_file_whose_name_is_no_text_is_remembered_under_it(store: Store, reopen: Callable[[], Store]) -> None:
    file = WatchedFile(size=1, mtime_ns=1, read_at=START)
    names = ["/a/caf\udce9.txt", "/a/\udce9\udcff", "/a/caf%E9.txt", "/a/dce9", "/a/\ud83d.txt", "/\udce9dce9/x"]
    for name in names:
        store.watched.set(name, file)
    again = reopen().watched
    assert set(again.all()) == set(names)
    assert all(again.get(name) == file for name in names)
    assert again.get("/a/caf\udcea.txt") is None
    again.remove(names[0])
    assert set(again.all()) == set(names[1:])


# dwell, and known keys


def test_time_in_view_only_grows(store: Store) -> None:
    [row] = stored(store, "a")
    for given_, expected in ((5.0, 5.0), (3.0, 5.0), (7.5, 7.5)):
        store.observations.extend({"a": given_, "nobody": 1.0})
        assert store.observations.get([row])[row].observation.dwell_seconds == expected
    assert store.observations.extend({"a": 1.0}) == 0


def test_which_keys_are_held_is_known(store: Store) -> None:
    stored(store, "a", "b")
    assert store.observations.known(["b", "c", "a"]) == {"a", "b"}
    assert store.observations.known([]) == set()


# ranges of time


def test_a_range_holds_what_was_in_view_at_any_time_in_it(store: Store) -> None:
    store.observations.add(
        [
            said("a", "before", dwell_seconds=60.0), said("b", "into", dwell_seconds=2 * 86400.0),
            said("c", "in", days=1.5, source="screen", app="Mail"), said("d", "edge", days=2),
            said("e", "after", days=2.1),
        ],
        START,
    )  # fmt: skip

    def keys(*narrowed: str | None) -> list[str | None]:
        rows = store.observations.between(START + timedelta(days=1), START + timedelta(days=2), *narrowed)
        return [store.observations.get([row])[row].observation.key for row in rows]

    assert keys() == ["into", "in", "edge"]
    assert keys("screen") == keys(None, "mail") == ["in"]
    assert keys("chat", "Mail") == []


# the schema


def test_a_store_of_before_is_taken_over_with_everything_in_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        before = Migrations("inkling")
        before._migrations = [m for m in migrations.migrations._migrations if m.name < "m005"]
        earlier.setattr(migrations, "migrations", before)
        earlier.setattr(migrations, "_names", {m.name for m in before._migrations})
        with Store(path, KEY, create=True) as store:
            rows, _ = store.observations.add([said("hello", "a")], START)
            assert "images" not in dump(store)
    with Store(path, KEY) as store:
        assert store.observations.get(rows)[rows[0]].observation.text == "hello"
        assert store.images.add({rows[0]: b"x"}, START) == 1
        store.observations.trim(rows[0], "h", START)
        assert store.usage.by_source()[0].trimmed == 1


@pytest.mark.parametrize("change", ["images", "lines", "watched", "extend", "trim", "delete"])
def test_whichever_write_fails_nothing_is_changed(store: Store, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    one, two = stored(store, "a", "b")
    store.images.add({one: b"x"}, START)
    changes: dict[str, Callable[[], object]] = {
        "images": lambda: store.images.add({one: b"y", two: b"z"}, START),
        "lines": lambda: store.screen_lines.add("a", [b"x", b"y"], START),
        "watched": lambda: store.watched.set("/a", WatchedFile(size=1, mtime_ns=1, read_at=START)),
        "extend": lambda: store.observations.extend({"a": 5.0, "b": 6.0}),
        "trim": lambda: store.observations.trim(one, "y", START),
        "delete": lambda: store.observations.delete([one, two]),
    }
    connection = store.observations._c
    before, raw = dump(store), connection._raw
    for number in range(50):
        failing = FailingConnection(raw, number)
        monkeypatch.setattr(connection, "_raw", failing)
        try:
            changes[change]()
        except StorageFullError:
            assert failing.failed
        monkeypatch.setattr(connection, "_raw", raw)
        if not failing.failed:
            break
        assert dump(store) == before
    assert number > 0
    assert dump(store) != before


# what takes room


def test_the_room_a_source_takes_is_its_texts_vectors_and_pictures(store: Store) -> None:
    import numpy as np  # noqa: PLC0415

    store.observations.add(
        [said("é" * 10, "a"), said("b", "b", source="screen", days=2), said("c", "c", source="screen")], START
    )
    store.vectors["observation"].add([1], np.ones((1, 64), np.float32))
    store.images.add({2: b"12345"}, START)
    chat, screen = store.usage.by_source()
    assert (chat.source, chat.observations, chat.pending, chat.text_bytes, chat.vector_bytes) == ("chat", 1, 1, 20, 72)
    assert (screen.text_bytes, screen.vector_bytes, screen.images, screen.image_bytes) == (2, 144, 1, 5)
    assert (screen.oldest, screen.newest) == (START, START + timedelta(days=2))
    assert (chat.bytes, screen.bytes) == (store.usage.of_source("chat"), store.usage.of_source("screen")) == (92, 151)
    assert store.usage.of_rows([1, 2, 999]) == 92 + 1 + 72 + 5
    store.shrink(rebuild=True)
    assert store.usage.file() == (store.path.stat().st_size, 0) == (store.size(), 0)
