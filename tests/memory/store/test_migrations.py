"""The schema changes forward only, once, and never under an Inkling that is too old for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import draft
from sqlcipher3 import dbapi2
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations
from stores import KEY
from support import START, said

from memory.errors import StorageFullError, VaultTooNewError
from memory.store import Store, migrations


def applied(store: Store) -> list[tuple[str, str]]:
    sql = "SELECT name, applied_at FROM _sqlite_migrations ORDER BY id"
    return [(name, at) for name, at in store.observations._c.read(sql)]


def add_migration(
    monkeypatch: pytest.MonkeyPatch, step: Callable[[Database], None], *, known: bool = True
) -> Migrations:
    """As if this version of Inkling had one migration more."""
    later = Migrations("inkling")
    later._migrations = list(migrations.migrations._migrations)
    later(name=step.__name__)(step)
    monkeypatch.setattr(migrations, "migrations", later)
    monkeypatch.setattr(migrations, "_names", {m.name for m in later._migrations})
    return later


def m999_later(db: Database) -> None:
    db.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
    db.execute("ALTER TABLE observations ADD COLUMN mood TEXT")


def test_every_migration_is_applied_once_and_in_order(path: Path) -> None:
    with Store(path, KEY, create=True) as store:
        first = applied(store)
        store.observations.add([said("a", "a")], START)
    assert [name for name, _ in first] == [m.name for m in migrations.migrations._migrations]
    assert len({name for name, _ in first}) == len(first) >= 4
    with Store(path, KEY) as store:
        assert applied(store) == first
        assert store.observations.count() == 1


def test_a_new_migration_reaches_a_store_that_is_in_use(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path, KEY, create=True) as store:
        store.observations.add([said("a", "a")], START)
        before = applied(store)
    add_migration(monkeypatch, m999_later)
    with Store(path, KEY) as store:
        assert [name for name, _ in applied(store)] == [*(name for name, _ in before), "m999_later"]
        assert store.observations.count() == 1
        assert store.observations._c.read("SELECT mood FROM observations") == [(None,)]


def test_evidence_is_the_same_after_it_may_hold_several_wordings(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "SELECT * FROM evidence ORDER BY id"
    with monkeypatch.context() as earlier:
        before = Migrations("inkling")
        before._migrations = [m for m in migrations.migrations._migrations if m.name < "m008"]
        earlier.setattr(migrations, "migrations", before)
        with Store(path, KEY, create=True) as store:
            store.observations.add([said("I live in Leeds", "a"), said("Leeds it is", "b")], START)
            sources = store.observations.get([1, 2])
            with store.write():
                row = store.propositions.add(
                    draft("The user lives in Leeds.", "Leeds", "a", start=10), None, None, START
                )
                for key, source in zip("ab", sources.values(), strict=True):
                    one = draft("The user lives in Leeds.", "Leeds", key, start=source.observation.text.index("Leeds"))
                    assert store.propositions.add_evidence(row, one, source, "supports", START, "fake 1")
            held = store.observations._c.read(sql)
    assert len(held) == 2
    with Store(path, KEY) as store:
        assert store.observations._c.read(sql) == held
        store.observations.delete([1])
        assert store.observations._c.read(sql) == held[1:]
        store.propositions.delete(row)
        assert store.observations._c.read(sql) == []


def test_a_store_of_a_later_inkling_is_refused_and_not_touched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        add_migration(later, m999_later)
        with Store(path, KEY, create=True) as store:
            store.observations.add([said("a", "a")], START)
    before = hashlib.sha256(path.read_bytes()).digest()
    modified = path.stat().st_mtime_ns
    with pytest.raises(VaultTooNewError, match="upgrade"):
        Store(path, KEY)
    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == (before, modified)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_later_store_with_changes_in_its_log_is_refused_and_not_touched(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A copy taken while the later Inkling was running: what is in the log must not be lost."""
    copy = tmp_path / "copy"
    copy.mkdir()
    with monkeypatch.context() as later:
        add_migration(later, m999_later)
        with Store(path, KEY, create=True) as store:
            store.observations.add([said("a", "a")], START)
            for name in (path.name, path.name + "-wal"):
                (copy / name).write_bytes((path.parent / name).read_bytes())
    with pytest.raises(VaultTooNewError):
        Store(copy / path.name, KEY)
    add_migration(monkeypatch, m999_later)
    with Store(copy / path.name, KEY) as store:
        assert store.observations.count() == 1


def test_a_migration_that_fails_leaves_nothing_of_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(path, KEY, create=True) as store:
        before = applied(store)
        store.observations.add([said("a", "a")], START)

    def m999_fails_halfway(db: Database) -> None:
        m999_later(db)
        raise dbapi2.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        add_migration(broken, m999_fails_halfway)
        with pytest.raises(StorageFullError):
            Store(path, KEY)
    with Store(path, KEY) as store:
        assert applied(store) == before
        assert store.observations._c.read("SELECT name FROM sqlite_master WHERE name = 'later'") == []
        assert store.observations.count() == 1
