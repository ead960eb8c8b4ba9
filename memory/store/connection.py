"""One connection to the encrypted store: SQLCipher with sqlite-vec loaded, driven through sqlite-utils.

The surprising decision: every statement goes through :meth:`Connection.read` or a :meth:`Connection.write` block, so
that SQLite's errors are turned into Inkling's in one place, and no message of SQLite's (which may quote a value) ever
reaches a user or a log.
"""

from __future__ import annotations

import errno
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils
import sqlite_vec
from sqlcipher3 import dbapi2

from memory.errors import (
    InklingError,
    MissingPartError,
    StorageFullError,
    StorageReadOnlyError,
    VaultDamagedError,
    VaultLockedError,
)

Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]

KEY_BYTES = 32
BUSY_SECONDS = 15.0  # how long to wait for another process's transaction before giving up
_PROBE_BYTES = 64 * 1024
CACHE_KIB = 48 * 1024  # decrypted pages kept in memory; the whole engine is to stay under 300 MB

# fragments of SQLite's messages -> what the user can do about it
_MEANINGS: tuple[tuple[str, type[InklingError], str], ...] = (
    ("is full", StorageFullError, "the disk is full; nothing was changed. Free some space and try again"),
    ("readonly", StorageReadOnlyError, "the vault cannot be written to; check the permissions of its folder"),
    ("unable to open", StorageReadOnlyError, "the store cannot be opened; check the permissions of the vault's folder"),
    ("locked", VaultLockedError, "another process is writing to the vault; close it or try again in a moment"),
    ("busy", VaultLockedError, "another process is writing to the vault; close it or try again in a moment"),
    ("not a database", VaultDamagedError, "the store is damaged or belongs to another vault; restore it from a copy"),
    ("malformed", VaultDamagedError, "the store is damaged; restore it from a copy"),
    ("disk I/O error", VaultDamagedError, "the store could not be read or written; check the disk, or restore it"),
    ("constraint", InklingError, "the store refused an inconsistent change; nothing was changed"),
)


def translate(error: BaseException, folder: Path) -> InklingError:
    """Inkling's error for one of SQLite's about a store in ``folder``, without any of the original's words."""
    said = str(error)
    if "disk I/O error" in said and _is_full(folder):  # what SQLite says where there is no room for its shared memory
        said = "is full"
    for fragment, kind, message in _MEANINGS:
        if fragment in said:
            return kind(message)
    return VaultDamagedError(f"the store failed ({type(error).__name__}); nothing was changed")


def _is_full(folder: Path) -> bool:
    """Whether the disk takes no more, tried with a few empty pages."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


class Connection:
    """An open, keyed connection. Safe to use from several threads: each verb holds the lock."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open or create the database at ``path`` with the 32-byte raw ``key``.

        Raises VaultDamagedError (wrong key or not a store), MissingPartError (no sqlite-vec), StorageReadOnlyError,
        StorageFullError or VaultLockedError.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"the store's key has {KEY_BYTES} bytes, not {len(key)}")
        self.lock = threading.RLock()
        self._folder = path.parent
        try:
            raw = dbapi2.connect(
                str(path), check_same_thread=False, timeout=BUSY_SECONDS, cached_statements=256, isolation_level=None
            )
        except dbapi2.Error as error:
            raise translate(error, self._folder) from None
        try:
            _configure(raw, key)
            self.db = sqlite_utils.Database(raw, execute_plugins=False)  # type: ignore[arg-type]  # same interface
        except dbapi2.Error as error:
            raw.close()
            raise translate(error, self._folder) from None
        except BaseException:
            raw.close()
            raise
        self._raw = raw
        self._closed = False
        self.rollbacks = 0  # how many transactions and savepoints were undone: what was read in them never was

    def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        with self.lock:
            self._require_open()
            try:
                rows: list[Row] = self._raw.execute(sql, parameters).fetchall()
            except dbapi2.Error as error:
                raise translate(error, self._folder) from None
            return rows

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = self.read(sql, parameters)
        return rows[0] if rows else None

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement inside the current :meth:`write` block; the row id of the last insert."""
        with self.lock:
            self._require_transaction()
            return int(self._raw.execute(sql, parameters).lastrowid or 0)

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for every row inside the current :meth:`write` block."""
        with self.lock:
            self._require_transaction()
            self._raw.executemany(sql, rows)

    def changes(self) -> int:
        """How many rows this connection has inserted, updated or deleted so far."""
        with self.lock:
            self._require_open()
            return int(self._raw.total_changes)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed at the end and rolled back on any error; nested blocks are savepoints."""
        with self.lock:
            self._require_open()
            try:
                if self._raw.in_transaction:
                    with self.db.atomic():
                        yield self
                    return
                self._raw.execute("BEGIN IMMEDIATE")
                try:
                    yield self
                    self._raw.execute("COMMIT")
                except BaseException:
                    self._raw.rollback()
                    raise
            except dbapi2.Error as error:
                self.rollbacks += 1
                raise translate(error, self._folder) from None
            except BaseException:
                self.rollbacks += 1
                raise

    def close(self) -> None:
        """Close the connection. Pages go back to the one file; the write-ahead log is removed by SQLite."""
        with self.lock:
            self._closed = True
            self._raw.close()

    def _require_open(self) -> None:
        if self._closed:
            raise VaultLockedError("the vault is closed; open it again")

    def _require_transaction(self) -> None:
        """A statement outside of a transaction would be half of a change."""
        if not self._raw.in_transaction:
            raise RuntimeError("changes belong inside a write() block")


def _configure(raw: Any, key: bytes) -> None:
    """Key the connection, prove the key fits, load sqlite-vec, and set the pragmas the promises rest on."""
    raw.execute("PRAGMA cipher_log_level = NONE")  # SQLCipher would write to stderr, over the user's screen
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    raw.execute("PRAGMA cipher_compatibility = 4")
    cipher = raw.execute("PRAGMA cipher_version").fetchone()
    if not cipher or not cipher[0]:
        raise MissingPartError("this build of SQLite cannot encrypt; reinstall sqlcipher3-wheels")
    raw.execute("SELECT count(*) FROM sqlite_master").fetchone()  # fails here if the key or the file is wrong
    if raw.execute("PRAGMA page_count").fetchone()[0] == 0:
        raw.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only takes hold in a new file, and writes to any
    load_vectors(raw)
    raw.execute("PRAGMA temp_store = MEMORY")  # before anything can spill: no plain text in temp files
    raw.execute("PRAGMA secure_delete = ON")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    if raw.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StorageReadOnlyError("the vault's folder does not allow a write-ahead log; move it to a local disk")
    raw.execute("PRAGMA synchronous = FULL")  # acknowledged means on the disk
    raw.execute("PRAGMA fullfsync = ON")  # which on macOS takes more than fsync
    raw.execute("PRAGMA checkpoint_fullfsync = ON")


def load_vectors(raw: Any) -> None:
    """Load sqlite-vec into a connection. Raises MissingPartError if its library is absent."""
    try:
        raw.enable_load_extension(True)
        try:
            sqlite_vec.load(raw)
        finally:
            raw.enable_load_extension(False)
    except (dbapi2.Error, AttributeError):
        raise MissingPartError("sqlite-vec could not be loaded; reinstall it with: pip install sqlite-vec") from None
