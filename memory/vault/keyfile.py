"""Reading ``vault.json``, and replacing it so that a crash at any instant leaves the old file or the new one.

The surprising decision: the directory is synced as well as the file, because until then a power cut may bring the old
file back after the user was told that the passphrase had changed.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from memory.errors import (
    InklingError,
    StorageFullError,
    StorageReadOnlyError,
    VaultDamagedError,
    VaultExistsError,
    VaultLockedError,
    VaultMissingError,
)
from memory.vault import envelope as envelopes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from memory.vault.envelope import Envelope

KEY_FILE = "vault.json"
STORE_FILE = "inkling.db"
NEW_SUFFIX = ".new"
LOCK_SUFFIX = ".lock"
LOCK_SECONDS = 10.0  # a change of passphrase holds the lock for two key derivations, half a second

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_DIRECTORY_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})  # Windows, some network disks


def exists(folder: Path) -> bool:
    """Whether ``folder`` holds a key file, in whatever condition."""
    return os.path.lexists(folder / KEY_FILE)


def read(folder: Path) -> Envelope:
    """The envelope in ``folder``.

    Raises VaultMissingError, VaultDamagedError, VaultTooNewError, or StorageReadOnlyError if it may not be read.
    """
    path = folder / KEY_FILE
    try:
        if path.exists() and not path.is_file():
            raise VaultDamagedError(f"{path} is not a file; restore it from a copy")
        with path.open("rb") as file:
            raw = file.read(envelopes.MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        if (folder / STORE_FILE).exists():
            raise VaultDamagedError(
                f"{folder} has a store but its {KEY_FILE} is gone; restore it from a copy"
            ) from None
        raise VaultMissingError(f"there is no vault in {folder}; 'inkling init' makes one") from None
    except PermissionError:
        raise StorageReadOnlyError(f"no permission to read {path}") from None
    except OSError as error:
        raise VaultDamagedError(f"{path} cannot be read: {error.strerror}") from None
    return envelopes.parse(raw)


def make_folder(folder: Path) -> None:
    """Make ``folder`` readable by its owner alone.

    A folder that was there and has something in it keeps its permissions, as it may be for more than the vault.
    """
    with _translated(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            folder.chmod(0o700)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the right to replace the key file against every other process.

    Raises VaultLockedError if another holds it for ten seconds, StorageReadOnlyError or StorageFullError if no lock can
    be taken in that folder.
    """
    lock = FileLock(folder / (KEY_FILE + LOCK_SUFFIX), timeout=LOCK_SECONDS, mode=0o600)
    try:
        with _translated(folder):
            lock.acquire()
    except Timeout:
        raise VaultLockedError(f"another process is changing the keys of {folder}; try again when it is done") from None
    except NotImplementedError:
        raise StorageReadOnlyError(f"the file system of {folder} has no file locks; keep the vault elsewhere") from None
    try:
        yield
    finally:
        lock.release()


def create(folder: Path, envelope: Envelope) -> None:
    """Write the first key file; call it under ``exclusive``. Raises VaultExistsError if one or a store is there."""
    if exists(folder):
        raise VaultExistsError(f"there is a vault in {folder} already")
    if (folder / STORE_FILE).exists():
        raise VaultExistsError(f"{folder} has a store whose {KEY_FILE} is gone; restore that, or use another folder")
    write(folder, envelope)


def write(folder: Path, envelope: Envelope) -> None:
    """Replace the key file; call it under ``exclusive``.

    Raises StorageFullError or StorageReadOnlyError with the old file still in place, or InklingError in the one case
    where that is not known: the new file is there and the disk would not confirm it.
    """
    path = folder / KEY_FILE
    new = folder / (KEY_FILE + NEW_SUFFIX)
    with _translated(folder):
        try:
            new.unlink(missing_ok=True)
            _write_synced(new, envelopes.serialise(envelope))
            new.replace(path)
        except BaseException:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise
    try:
        _sync_directory(folder)
    except OSError as error:
        raise InklingError(
            f"{path} was replaced but the disk did not confirm it ({error.strerror});"
            " check the disk, and keep the old passphrase at hand until the new one has worked after a restart"
        ) from None


def _write_synced(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_directory(folder: Path) -> None:
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_DIRECTORY_SYNC:
            raise
    finally:
        if descriptor >= 0:
            os.close(descriptor)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turn what the operating system says into what the user can do about it."""
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(f"no space left to write {folder / KEY_FILE}; nothing was changed") from None
        raise StorageReadOnlyError(
            f"cannot write {folder / KEY_FILE} ({error.strerror}); nothing was changed"
        ) from None
