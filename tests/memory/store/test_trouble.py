"""What can be wrong with a store's file or its disk: the right error, in Inkling's own words, and nothing changed."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import sqlite_vec
from sqlcipher3 import dbapi2
from stores import KEY
from support import START, said

from memory import errors
from memory.errors import (
    InklingError,
    MissingPartError,
    StorageFullError,
    StorageReadOnlyError,
    VaultDamagedError,
    VaultLockedError,
)
from memory.store import Store, connection

STORED = "Zinnober marmalade"


@pytest.fixture
def filled(path: Path) -> bytes:
    """A closed store of a few dozen pages; its bytes."""
    with Store(path, KEY, create=True) as store:
        store.observations.add([said(f"{STORED} number {n} " + "x" * 200, f"k{n}", days=n) for n in range(100)], START)
    return path.read_bytes()


def read_everything(path: Path, key: bytes = KEY) -> int:
    with Store(path, key) as store:
        return sum(s.observation.text.startswith(STORED) for s in store.observations.all())


def says_nothing_stored(error: BaseException) -> None:
    """Neither the error nor anything it drags along shows what was stored or the key."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        assert STORED not in f"{current} {current.args}"
        assert KEY.hex() not in f"{current} {current.args}".lower()
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def test_the_wrong_key_is_damage_and_changes_nothing(path: Path, filled: bytes) -> None:
    with pytest.raises(VaultDamagedError) as caught:
        Store(path, bytes(32))
    says_nothing_stored(caught.value)
    assert path.read_bytes() == filled


@pytest.mark.parametrize(
    "content",
    [b"hello", b"SQLite format 3\0" + bytes(5000), os.urandom(8192), b"\0" * 4096],
    ids=["words", "a header", "noise", "nothing"],
)
def test_a_foreign_file_is_damage_and_stays_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for create in (False, True):
        with pytest.raises(VaultDamagedError):
            Store(path, KEY, create=create)
    assert path.read_bytes() == content


def test_a_plain_database_is_not_taken_for_a_store(path: Path) -> None:
    plain = dbapi2.connect(str(path))
    plain.execute("CREATE TABLE t (a)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    with pytest.raises(VaultDamagedError):
        Store(path, KEY)
    assert path.read_bytes() == before


def test_a_folder_in_its_place_is_an_error_of_ours(path: Path) -> None:
    path.mkdir()
    (path / "something").write_text("in it")
    with pytest.raises(InklingError):
        Store(path, KEY)


@pytest.mark.parametrize("content", [None, b"", b"x"])
def test_a_store_that_is_gone_is_not_silently_made_anew(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VaultDamagedError, match="restore"):
        Store(path, KEY)
    assert path.exists() == (content is not None)


def test_truncated_anywhere_it_is_damage_or_whole_never_less(path: Path, filled: bytes) -> None:
    """Reading everything either works completely or says that the store is damaged."""
    damaged = 0
    for length in sorted(
        {1, 2, 15, 16, 17, 1023, 4095, 4096, 4097, len(filled) - 1, len(filled) - 4096, len(filled) // 2}
    ):
        path.write_bytes(filled[:length])
        try:
            assert read_everything(path) == 100
        except VaultDamagedError as error:
            damaged += 1
            says_nothing_stored(error)
    assert damaged >= 9


def test_a_flipped_bit_anywhere_is_found_or_does_no_harm(path: Path, filled: bytes) -> None:
    """No page is ever decrypted into something else: reading works completely, or says that the store is damaged."""
    rng = random.Random(7)
    damaged = 0
    for _ in range(60):
        position = rng.randrange(len(filled))
        path.write_bytes(
            filled[:position] + bytes([filled[position] ^ (1 << rng.randrange(8))]) + filled[position + 1 :]
        )
        try:
            assert read_everything(path) == 100
        except VaultDamagedError as error:
            damaged += 1
            says_nothing_stored(error)
        for leftover in path.parent.glob(path.name + "-*"):
            leftover.unlink()
    assert damaged > 5


def test_the_full_check_names_every_flipped_page(path: Path, filled: bytes) -> None:
    assert len(filled) % 4096 == 0
    with Store(path, KEY) as store:
        assert store.damage() == []
    last = len(filled) - 100
    path.write_bytes(filled[:last] + bytes([filled[last] ^ 1]) + filled[last + 1 :])
    with Store(path, KEY) as store:
        assert store.damage() != []


def test_two_pages_swapped_are_damage(path: Path, filled: bytes) -> None:
    pages = [filled[n : n + 4096] for n in range(0, len(filled), 4096)]
    pages[3], pages[9] = pages[9], pages[3]
    path.write_bytes(b"".join(pages))
    with pytest.raises(VaultDamagedError):
        read_everything(path)


def test_without_sqlite_vec_the_missing_part_is_named(
    path: Path, filled: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_vec, "loadable_path", lambda: str(path.parent / "vec0-is-not-here"))
    with pytest.raises(MissingPartError, match="sqlite-vec"):
        Store(path, KEY)
    assert path.read_bytes() == filled


def test_a_build_that_cannot_encrypt_is_refused_before_anything_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standard library's sqlite3 takes PRAGMA key without a word and would write everything in plain."""
    monkeypatch.setattr(connection.dbapi2, "connect", sqlite3.connect)
    with pytest.raises(MissingPartError, match="encrypt"):
        Store(path, KEY, create=True)
    assert path.read_bytes() == b""


def test_a_writer_that_does_not_finish_is_reported_as_such(
    path: Path, filled: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with Store(path, KEY) as first, Store(path, KEY) as second, first.write():
        with pytest.raises(VaultLockedError):
            second.observations.add([said("x", "x")], START)
        assert second.observations.count() == 100


def test_a_closed_store_says_so(path: Path, filled: bytes) -> None:
    store = Store(path, KEY)
    store.close()
    with pytest.raises(VaultLockedError):
        store.observations.count()
    with pytest.raises(VaultLockedError):
        store.observations.add([said("x", "x")], START)


def test_what_sqlite_says_is_never_passed_on(path: Path, filled: bytes) -> None:
    """Its messages may quote values."""
    with Store(path, KEY) as store:
        with pytest.raises(InklingError) as caught:
            store.observations._c.read(f"SELECT '{STORED}' FROM \"{STORED}\"")
        says_nothing_stored(caught.value)
        with pytest.raises(InklingError) as caught, store.write():
            store.observations._c.run("INSERT INTO observations (key) VALUES (?)", (STORED,))
        says_nothing_stored(caught.value)


@pytest.mark.parametrize(
    ("said_by_sqlite", "kind"),
    [
        ("database or disk is full", StorageFullError),
        ("attempt to write a readonly database", StorageReadOnlyError),
        ("unable to open database file", StorageReadOnlyError),
        ("database is locked", VaultLockedError),
        ("database table is locked: main", VaultLockedError),
        ("file is not a database", VaultDamagedError),
        ("disk I/O error", VaultDamagedError),
        ("database disk image is malformed", VaultDamagedError),
        ("something nobody has seen", VaultDamagedError),
    ],
)
def test_every_failure_has_a_name_a_user_can_act_on(
    tmp_path: Path, said_by_sqlite: str, kind: type[InklingError]
) -> None:
    error = connection.translate(dbapi2.OperationalError(said_by_sqlite), tmp_path)
    assert type(error) is kind
    assert said_by_sqlite not in str(error) or "disk is full" in said_by_sqlite


# below: a process of its own on a disk of its own

PROGRAM = textwrap.dedent(
    """
    import json, sys
    from pathlib import Path
    from memory.errors import InklingError
    from memory.store import Store
    from support import START, said

    def attempt(do):
        try:
            return do()
        except InklingError as error:
            return [type(error).__name__, str(error)]

    path, key = Path(sys.argv[1]), bytes(range(32))
    {body}
    """
)


def in_own_process(body: str, path: Path, before: tuple[str, ...] = ()) -> list[object]:
    """What a process running ``body`` (after the shell command ``before``) prints as JSON, one value a line."""
    here = Path(__file__).parents[2]
    program = [sys.executable, "-W", "error", "-c", PROGRAM.format(body=textwrap.dedent(body)), str(path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(here), str(here.parent)))}
    done = subprocess.run([*before, *program], capture_output=True, text=True, env=env, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert STORED not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def can(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def own_mounts(script: str) -> tuple[str, ...]:
    """A command prefix that runs what follows after ``script``, in a mount namespace of its own."""
    return ("unshare", "-rm", "sh", "-ec", f'{script}\nexec "$@"', "sh")


can_mount = pytest.mark.skipif(
    not can(*own_mounts("mount -t tmpfs none /mnt"), "true"), reason="this machine lets nobody mount anything"
)


@can_mount
def test_a_read_only_disk_is_reported_and_opens_for_nobody(path: Path, filled: bytes) -> None:
    folder = path.parent
    mounts = own_mounts(f"mount --bind '{folder}' '{folder}'\nmount -o remount,bind,ro '{folder}'")
    body = """
    print(json.dumps(attempt(lambda: Store(path, key).observations.count())))
    print(json.dumps(attempt(lambda: Store(path.with_name("new.db"), key, create=True).observations.count())))
    """
    opened, created = in_own_process(body, path, mounts)
    assert isinstance(opened, list)
    assert isinstance(created, list)
    assert opened[0] == created[0] == "StorageReadOnlyError"
    assert path.read_bytes() == filled
    assert [p.name for p in folder.iterdir()] == [path.name]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not hold the superuser")
@pytest.mark.parametrize("folder_too", [True, False])
def test_a_store_without_permission_to_write_is_reported(path: Path, filled: bytes, folder_too: bool) -> None:
    path.chmod(0o400)
    if folder_too:
        path.parent.chmod(0o500)
    try:
        with pytest.raises(StorageReadOnlyError):
            Store(path, KEY).observations.add([said("x", "x")], START)
        assert path.read_bytes() == filled
    finally:
        path.parent.chmod(0o700)


FILL = f"""
disk = Path(sys.argv[1]).parent
with Store(path, key, create=True) as store:
    store.observations.add([said("{STORED} " + "x" * 500, "kept")], START)
    batch = [said("{STORED} " + "x" * 2000, "k%d" % n) for n in range(20000)]
    ballast = (disk / "ballast").open("wb", buffering=0)
    if FULL_FROM == "start":
        try:
            while ballast.write(b"x" * 4096):
                pass
        except OSError:
            pass
    def add():
        for start in range(0, len(batch), BATCH):
            store.observations.add(batch[start : start + BATCH], START)
            held.append(store.observations.count())
        return "all of it fitted"
    held = [1]
    print(json.dumps(attempt(add)))
    print(json.dumps([store.observations.count(), held[-1]]))
    (disk / "ballast").unlink(); ballast.close()
print(json.dumps(attempt(lambda: Store(path, key).damage())))
with Store(path, key) as store:
    print(json.dumps([store.observations.count(), held[-1]]))
    if FULL_FROM == "start":
        print(json.dumps(attempt(lambda: store.observations.add(batch[:1], START)[1])))
"""


@can_mount
@pytest.mark.parametrize(("full_from", "batch"), [("start", 1), ("start", 20000), ("later", 50), ("later", 20000)])
def test_a_full_disk_is_reported_and_everything_acknowledged_is_kept(
    tmp_path: Path, full_from: str, batch: int
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    body = FILL.replace("FULL_FROM", repr(full_from)).replace("BATCH", str(batch))
    said_, after, damage, again, *more = in_own_process(
        body, disk / "s.db", own_mounts(f"mount -t tmpfs -o size=4m none '{disk}'")
    )
    assert isinstance(said_, list)
    assert said_[0] == "StorageFullError", said_
    assert damage == []
    for counted in (after, again):
        assert isinstance(counted, list)
        assert counted[0] == counted[1]
    if more:
        assert more == [1]


EXPIRE = f"""
from datetime import timedelta
from memory.forgetting import Forgetting
from memory.records import Limit
from memory.retention import Retention
disk = Path(sys.argv[1]).parent
with Store(path, key, create=True) as store:
    store.observations.add([said("{STORED} %d " % n + "x" * 2000, "k%d" % n) for n in range(200)], START)
    store.checkpoint()
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while ballast.write(b"x" * 1024):
                pass
        except OSError:
            pass
    with (disk / "ballast").open("r+b") as ballast:
        ballast.truncate((disk / "ballast").stat().st_size - ROOM)
    retention = Retention(store, Forgetting(store, key))
    expire = lambda: retention.expire({{"chat": Limit(days=1)}}, START + timedelta(days=9), keep_facts=True)["deleted"]
    print(json.dumps(attempt(expire)))
    print(json.dumps(store.observations.count()))
    (disk / "ballast").unlink()
    print(json.dumps(store.damage()))
    print(json.dumps(attempt(expire)))
    print(json.dumps(store.observations.count()))
"""


@can_mount
@pytest.mark.parametrize("room", [0, 150_000])
def test_expiry_on_a_full_disk_does_what_it_can_and_the_rest_when_there_is_room(tmp_path: Path, room: int) -> None:
    """Deleting takes room too, for the log: with some it finishes in small batches, with none it says so."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = own_mounts(f"mount -t tmpfs -o size=4m none '{disk}'")
    said_, left, damage, again, at_last = in_own_process(EXPIRE.replace("ROOM", str(room)), disk / "s.db", mount)
    if room:
        assert (said_, left) == (200, 0)
    else:
        assert isinstance(said_, list)
        assert (said_[0], left) == ("StorageFullError", 200)
    assert damage == []
    assert (again, at_last) == (0 if room else 200, 0)


@can_mount
def test_no_room_to_make_a_store_is_reported(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = f"mount -t tmpfs -o size=32k none '{disk}'\nhead -c 40000 /dev/zero > '{disk}/ballast' || true"
    [said_] = in_own_process(
        "print(json.dumps(attempt(lambda: Store(path, key, create=True).observations.count())))",
        disk / "s.db", own_mounts(fill),
    )  # fmt: skip
    assert isinstance(said_, list)
    assert said_[0] == "StorageFullError", said_


@can_mount
def test_no_room_to_open_a_store_is_reported_and_it_stays_whole(path: Path, filled: bytes) -> None:
    disk = path.parent / "disk"
    disk.mkdir()
    script = f"""
    mount -t tmpfs -o size=2m none '{disk}'
    cp '{path}' '{disk}/s.db'
    cat /dev/zero > '{disk}/ballast' 2>/dev/null || true
    """
    body = """
    before = path.read_bytes()
    print(json.dumps(attempt(lambda: Store(path, key).observations.count())))
    print(json.dumps(path.read_bytes() == before))
    """
    said_, same = in_own_process(body, disk / "s.db", own_mounts(script))
    assert said_ == 100 or (isinstance(said_, list) and said_[0] == "StorageFullError"), said_
    assert same is True


def test_a_limit_on_file_sizes_is_reported_and_nothing_is_half_stored(path: Path, filled: bytes) -> None:
    body = f"""
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = path.stat().st_size + 40_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with Store(path, key) as store:
        batch = [said("{STORED} " + "x" * 2000, "n%d" % n) for n in range(500)]
        print(json.dumps(attempt(lambda: store.observations.add(batch, START)[1])))
        print(json.dumps(store.observations.count()))
    """
    said_, count = in_own_process(body, path)
    assert isinstance(said_, list)
    assert "check the disk" in said_[1]
    assert count == 100
    assert read_everything(path) == 100


def test_every_error_stands_in_the_tree_with_a_status_of_its_own() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, InklingError)]
    assert len({k.exit_code for k in kinds}) == len(kinds) - 2, "two share their parent's"
    assert errors.__doc__ is not None
    for kind in kinds:
        assert kind.__name__ in errors.__doc__
