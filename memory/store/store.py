"""The store's front: one open file, and the parts that keep each kind of thing in it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlcipher3 import dbapi2

from memory.errors import StorageFullError, StorageReadOnlyError, VaultDamagedError, VaultLockedError
from memory.records import ItemType
from memory.store.connection import Connection, translate
from memory.store.doubts import Doubts
from memory.store.images import Images
from memory.store.lexical import Lexical
from memory.store.migrations import migrate
from memory.store.observations import Observations
from memory.store.propositions import Propositions
from memory.store.screen_lines import ScreenLines
from memory.store.second_reading import SecondReadings
from memory.store.settings import Settings, Tombstones
from memory.store.summaries import Summaries
from memory.store.tallies import Tallies
from memory.store.usage import Usage
from memory.store.vectors import Vectors
from memory.store.watched_files import WatchedFiles

SMALL = 16_000_000  # bytes of a store that is rebuilt after forgetting, in under a second and as much memory
_PAGES = 1000  # given back at a time, 4 MB, so that others get their turn


class Store:
    """An open store. ``write()`` makes several changes one; everything else is in the parts."""

    def __init__(self, path: Path, key: bytes, *, create: bool = False) -> None:
        """Open the store at ``path`` with its 32-byte key, or ``create`` it, and bring its schema up to date.

        Raises VaultDamagedError (also where a store should be and is not), VaultTooNewError, VaultLockedError,
        MissingPartError, StorageReadOnlyError or StorageFullError, having changed nothing.
        """
        _expect(path, create=create)
        self.path = path
        self._connection = Connection(path, key)
        try:
            with self._connection.lock:
                migrate(self._connection.db)
        except dbapi2.Error as error:
            self._connection.close()
            raise translate(error, path.parent) from None
        except BaseException:
            self._connection.close()
            raise
        self.observations = Observations(self._connection)
        self.propositions = Propositions(self._connection)
        self.settings = Settings(self._connection)
        self.tombstones = Tombstones(self._connection)
        self.images = Images(self._connection)
        self.screen_lines = ScreenLines(self._connection)
        self.watched = WatchedFiles(self._connection)
        self.usage = Usage(self._connection)
        self.second_reading = SecondReadings(self._connection)
        self.doubts = Doubts(self._connection)
        self.tallies = Tallies(self._connection)
        self.summaries = Summaries(self._connection)
        types: tuple[ItemType, ...] = ("observation", "proposition")
        self.vectors = {item: Vectors(self._connection, item) for item in types}
        self.words = {item: Lexical(self._connection, item) for item in types}
        self.write = self._connection.write
        self.lock = self._connection.lock

    def use_vector_space(self, name: str) -> bool:
        """Say which model's vectors the store holds; True if that changed and everything waits to be embedded anew."""
        if self.settings.get("vector_space") == name:
            return False
        with self.write():
            for vectors in self.vectors.values():
                vectors.clear()
            self.settings.set("vector_space", name)
        return True

    def shrink(self, *, rebuild: bool = False) -> None:
        """Give freed pages back and empty the write-ahead log, so that nothing forgotten lingers in either.

        While another process reads, the log keeps old pages (encrypted) until the next call. With ``rebuild`` a small
        store is also written anew: SQLite leaves copies of rows it once moved in the gaps of pages that are in use.
        """
        free = self._free_pages()
        while free:
            self._connection.read(f"PRAGMA incremental_vacuum({_PAGES})")
            left = self._free_pages()
            if left >= free:
                break
            free = left
        if rebuild and self.usage.file()[0] <= SMALL:
            with suppress(StorageFullError, VaultLockedError):  # what was deleted is deleted without it
                self._connection.read("VACUUM")
        self.checkpoint()

    def checkpoint(self) -> None:
        """Bring the write-ahead log back into the file and empty it, as far as other readers allow."""
        self._connection.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def _free_pages(self) -> int:
        return int(self._connection.read("PRAGMA freelist_count")[0][0])

    def size(self) -> int:
        """Bytes on disk, the write-ahead log included."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def damage(self) -> list[str]:
        """What a full integrity check finds wrong, page by page; empty if all is well. Takes seconds per gigabyte."""
        try:
            pages = self._connection.read("PRAGMA cipher_integrity_check")
            rows = self._connection.read("PRAGMA quick_check")
        except VaultDamagedError as error:
            return [str(error)]
        return [str(r[0]) for r in pages] + [str(r[0]) for r in rows if r[0] != "ok"]

    def close(self) -> None:
        """Close the file. Using the store afterwards raises VaultLockedError."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _expect(path: Path, *, create: bool) -> None:
    """Make an empty file only the user can read where a store is to be created; refuse to make one anywhere else."""
    if path.exists() and path.stat().st_size > 1:  # SQLite takes one byte for none
        return
    if not create:
        raise VaultDamagedError(
            f"the vault's store is missing or empty: {path}; restore it from a copy, "
            "or if nothing was ever kept in this vault, delete its folder and run: inkling init"
        )
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageReadOnlyError(f"cannot create {path}: {os.strerror(error.errno or 0).lower()}") from None
