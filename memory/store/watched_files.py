"""What is known of the files in watched folders, so that only what changed is read again.

Paths name people and projects: they are kept here, encrypted, and nowhere else. A path whose bytes are no text, which
Python shows with lone surrogates, is kept with ``//`` and the code of each: no path has two separators in a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from memory.store.connection import Connection, Row
from memory.store.observations import local_time

_COLUMNS = "path, size, mtime_ns, digest, read_to, read_at, problems"
_LONE = re.compile("[\ud800-\udfff]")
_CODE = re.compile("//(d[89a-f][0-9a-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """A file as it was when it was last read.

    ``size`` in bytes and ``mtime_ns`` say whether it changed since; ``digest`` is of its beginning, or of all of it, as
    the watcher chooses. ``read_to`` is the byte up to which it was read, ``problems`` how many places of it were
    not understood.
    """

    size: int
    mtime_ns: int
    read_at: datetime
    digest: bytes | None = None
    read_to: int = 0
    problems: int = 0


class WatchedFiles:
    """The watched files of one store."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def get(self, path: str) -> WatchedFile | None:
        """What is known of a file, or None."""
        row = self._c.one(f"SELECT {_COLUMNS} FROM watched_files WHERE path = ?", (_kept(path),))
        return _file(row) if row else None

    def all(self) -> dict[str, WatchedFile]:
        """Every file known, by path."""
        rows = self._c.read(f"SELECT {_COLUMNS} FROM watched_files ORDER BY path")
        return {_shown(row[0]): _file(row) for row in rows}

    def set(self, path: str, file: WatchedFile) -> None:
        """Note how a file was when it was read."""
        with self._c.write():
            self._c.run(
                f"INSERT OR REPLACE INTO watched_files ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    _kept(path), file.size, file.mtime_ns, file.digest, file.read_to, file.read_at.timestamp(),
                    file.problems,
                ),
            )  # fmt: skip

    def remove(self, path: str) -> None:
        """Know nothing of a file any more, as when its folder is no longer watched."""
        with self._c.write():
            self._c.run("DELETE FROM watched_files WHERE path = ?", (_kept(path),))


def _kept(path: str) -> str:
    return _LONE.sub(lambda lone: f"//{ord(lone[0]):04x}", path)


def _shown(kept: str) -> str:
    return _CODE.sub(lambda code: chr(int(code[1], 16)), kept)


def _file(row: Row) -> WatchedFile:
    _, size, mtime_ns, digest, read_to, read_at, problems = row
    return WatchedFile(
        size=size, mtime_ns=mtime_ns, digest=None if digest is None else bytes(digest), read_to=read_to,
        read_at=local_time(read_at, 0), problems=problems,
    )  # fmt: skip
