"""Replacing the key file: a crash, a full disk or another process at any instant loses nothing."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memory.errors import (
    InklingError,
    StorageFullError,
    StorageReadOnlyError,
    VaultLockedError,
    VaultMissingError,
    WrongPassphraseError,
)
from memory.vault import Vault, keyfile

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE = "correct horse battery staple"
CALLS = ("open", "write", "fsync", "replace", "unlink", "close")


class Crashed(BaseException):
    """The power is gone."""


class Trouble:
    """Fails the system call after ``allowed`` others, half done if ``after``; a crash fails every later one as well."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, allowed: int, error: BaseException, *, after: bool) -> None:
        self.left, self.error, self.after = allowed, error, after
        self.at: str | None = None  # the call that failed
        for name in CALLS:
            monkeypatch.setattr(os, name, self._failing(name, getattr(os, name)))

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            if self.at is None:
                self.left -= 1
                if self.left >= 0:
                    return real(*args, **named)
                self.at = name
                self._do_half(name, real, args, named)
                raise self.error
            if isinstance(self.error, Crashed) and name != "close":  # descriptors die with the process
                raise self.error
            return real(*args, **named)

        return call

    def _do_half(self, name: str, real: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> None:
        if name == "close":
            real(*args)
        elif self.after and name == "write":
            real(args[0], args[1][: len(args[1]) // 2])
        elif self.after and name == "open":
            os.close(real(*args, **named))
        elif self.after:
            real(*args, **named)


def opens(folder: Path, passphrase: str) -> bool:
    try:
        Vault.open(folder, passphrase=passphrase).lock()
    except WrongPassphraseError:
        return False
    return True


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_leaves_the_old_or_the_new_passphrase(folder: Path, *, after: bool) -> None:
    working, crashed_at = set[str](), set[str | None]()
    for allowed in range(40):
        target = folder / str(allowed)
        vault, code = Vault.create(target, "old")
        with pytest.MonkeyPatch.context() as patch, suppress(Crashed):
            trouble = Trouble(patch, allowed, Crashed(), after=after)
            vault.change_passphrase("old", "new")
        if trouble.at is None:
            break
        crashed_at.add(trouble.at)
        (passphrase,) = (tried for tried in ("old", "new") if opens(target, tried))
        working.add(passphrase)
        Vault.open(target, recovery_code=code).change_passphrase(passphrase, "afterwards")
        assert opens(target, "afterwards")
        assert sorted(path.name for path in target.iterdir()) == ["vault.json", "vault.json.lock"]
    assert working == {"old", "new"}
    assert crashed_at == set(CALLS)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_creating_leaves_a_whole_vault_or_none(folder: Path, *, after: bool) -> None:
    existed = set[bool]()
    for allowed in range(40):
        target = folder / str(allowed)
        with pytest.MonkeyPatch.context() as patch, suppress(Crashed):
            trouble = Trouble(patch, allowed, Crashed(), after=after)
            Vault.create(target, "old")
        if trouble.at is None:
            break
        existed.add(Vault.exists(target))
        if Vault.exists(target):
            assert opens(target, "old")
        else:
            with pytest.raises(VaultMissingError):
                Vault.open(target, passphrase="old")
            Vault.create(target, "second attempt")
    assert existed == {True, False}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EROFS, StorageReadOnlyError),
        (errno.EPERM, StorageReadOnlyError),
        (errno.EIO, StorageReadOnlyError),
    ],
)
def test_a_disk_that_refuses_at_any_call_is_named_and_nothing_is_changed(
    folder: Path, number: int, told: type[InklingError], *, after: bool
) -> None:
    named = set[str]()
    for allowed in range(40):
        target = folder / str(allowed)
        vault, _ = Vault.create(target, "old")
        error: InklingError | None = None
        with pytest.MonkeyPatch.context() as patch:
            trouble = Trouble(patch, allowed, OSError(number, os.strerror(number)), after=after)
            try:
                vault.change_passphrase("old", "new")
            except InklingError as raised:
                error = raised
        if trouble.at is None:
            break
        named.add(trouble.at)
        if error is None or "did not confirm" in str(error):
            assert opens(target, "new")
        else:
            assert type(error) is told
            assert opens(target, "old") or (
                trouble.at == "replace" and after
            )  # a rename that worked and said it failed
        assert {path.name for path in target.iterdir()} <= {"vault.json", "vault.json.lock"}
    assert named == set(CALLS)


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageReadOnlyError):
        Vault.create(tmp_path / "file" / "vault", PASSPHRASE)
    with pytest.raises(StorageReadOnlyError):
        Vault.create(tmp_path / "file", PASSPHRASE)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind root")
def test_in_a_read_only_folder_a_vault_opens_and_cannot_be_changed(vault: Vault, folder: Path) -> None:
    folder.chmod(0o500)
    try:
        opened = Vault.open(folder, passphrase=PASSPHRASE)
        (folder / "vault.json.lock").chmod(0o400)
        with pytest.raises(StorageReadOnlyError):
            opened.change_passphrase(PASSPHRASE, "new")
    finally:
        folder.chmod(0o700)


def test_a_key_file_without_permission_to_read_says_so(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageReadOnlyError, match="permission to read"):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_a_file_system_without_directory_sync_is_good_enough(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def no_directories(path: Any, flags: int, *mode: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "as on Windows")
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", no_directories)
    vault.change_passphrase(PASSPHRASE, "new")
    assert opens(folder, "new")


def test_a_leftover_of_a_crash_is_cleared_away(vault: Vault, folder: Path) -> None:
    (folder / "vault.json.new").write_bytes(b"half of an envel")
    vault.change_passphrase(PASSPHRASE, "new")
    assert opens(folder, "new")
    assert not (folder / "vault.json.new").exists()


def test_a_held_lock_is_waited_for_and_then_named(vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyfile, "LOCK_SECONDS", 0.05)
    with keyfile.exclusive(folder), pytest.raises(VaultLockedError, match="another process"):
        vault.change_passphrase(PASSPHRASE, "new")
    vault.change_passphrase(PASSPHRASE, "new")


def test_reading_needs_no_lock(vault: Vault, folder: Path) -> None:
    with keyfile.exclusive(folder):
        assert opens(folder, PASSPHRASE)


def test_a_vault_opened_before_another_changed_the_passphrase_knows_the_new_one(vault: Vault, folder: Path) -> None:
    other = Vault.open(folder, passphrase=PASSPHRASE)
    vault.change_passphrase(PASSPHRASE, "first")
    with pytest.raises(WrongPassphraseError):
        other.change_passphrase(PASSPHRASE, "second")
    other.change_passphrase("first", "second")
    assert opens(folder, "second")


RACER = """
import sys
from pathlib import Path
from memory.errors import WrongPassphraseError
from memory.vault import Cost, Vault, kdf
kdf.DEFAULT_COST = Cost(4096, 1, 1)
vault = Vault.open(Path(sys.argv[1]), passphrase=sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
try:
    vault.change_passphrase(sys.argv[2], sys.argv[3])
except WrongPassphraseError:
    sys.exit(12)
"""


def test_of_processes_changing_the_passphrase_at_once_exactly_one_wins(vault: Vault, code: str, folder: Path) -> None:
    command = [sys.executable, "-c", RACER, str(folder), PASSPHRASE]
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen([*command, f"new {i}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for i in range(3)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        ended = [racer.wait(timeout=30) for racer in racers]
    assert sorted(ended) == [0, 12, 12]
    assert [opens(folder, f"new {i}") for i in range(3)] == [status == 0 for status in ended]
    Vault.open(folder, recovery_code=code)


CHANGER = """
import itertools, sys
from pathlib import Path
from memory.vault import Cost, Vault, kdf
kdf.DEFAULT_COST = Cost(16, 1, 1)
vault = Vault.open(Path(sys.argv[1]), recovery_code=sys.argv[2])
print("ready", flush=True)
for i in itertools.count():
    vault.change_passphrase_with_recovery(sys.argv[2], str(i % 2))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_process_killed_while_changing_leaves_a_vault_that_opens(vault: Vault, code: str, folder: Path) -> None:
    vault.change_passphrase(PASSPHRASE, "0")
    delays = random.Random(7)
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", CHANGER, str(folder), code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(delays.uniform(0.01, 0.1))
            process.send_signal(signal.SIGKILL)
        assert opens(folder, "0") != opens(folder, "1")
        Vault.open(folder, recovery_code=code)


@pytest.mark.skipif(os.name == "nt", reason="resource limits")
def test_a_file_that_may_not_grow_is_a_full_disk_and_changes_nothing(vault: Vault, folder: Path) -> None:
    """A real refusal by the kernel, after half of the file went through."""
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "import sys; from pathlib import Path; from memory.errors import StorageFullError\n"
        "from memory.vault import Cost, Vault, kdf; kdf.DEFAULT_COST = Cost(16, 1, 1)\n"
        "vault = Vault.open(Path(sys.argv[1]), passphrase=sys.argv[2])\n"
        "try: vault.change_passphrase(sys.argv[2], 'new')\n"
        "except StorageFullError: sys.exit(17)"
    )
    before = (folder / "vault.json").read_bytes()
    ran = subprocess.run([sys.executable, "-B", "-c", script, str(folder), PASSPHRASE], check=False)
    assert ran.returncode == 17
    assert (folder / "vault.json").read_bytes() == before
    assert not (folder / "vault.json.new").exists()
