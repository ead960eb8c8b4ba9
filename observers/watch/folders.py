"""What lies in the watched folders: a bounded walk that follows no link, and places worth suggesting.

The surprising decision: an SQLite file and its write-ahead log count as one, for a program that writes to the log may
not touch the file itself for hours.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WRITE_AHEAD = "-wal"
_BESIDE = (WRITE_AHEAD, "-shm", "-journal")  # SQLite's own, never looked at by themselves


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is watched at most, over all folders: levels below a given folder, files, folders, bytes of a file."""

    depth: int = 8
    files: int = 20_000
    folders: int = 2_000
    file_bytes: int = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file was: its bytes, and when it was last written to in nanoseconds since 1970."""

    size: int
    mtime_ns: int


@dataclass(slots=True)
class Found:
    """What a walk saw: files with their stamps, and folders with what tells one from another of its name."""

    files: dict[Path, Stamp] = field(default_factory=dict)
    folders: dict[Path, tuple[int, int]] = field(default_factory=dict)
    missing: list[Path] = field(default_factory=list)  # of the given ones
    cut: bool = False  # the bounds were reached and something was left out


def walk(roots: Iterable[Path], bounds: Bounds) -> Found:
    """Everything under ``roots`` (folders, or single files) within the bounds; hidden only where given itself."""
    found = Found()
    for root in roots:
        try:
            status = root.stat()
            if stat.S_ISDIR(status.st_mode):
                _walk_folder(root, bounds, found)
            elif (stamp := stamp_of(root)) is not None:
                found.files[root] = stamp
                above = root.parent.stat()
                found.folders.setdefault(root.parent, (above.st_dev, above.st_ino))
        except OSError:
            found.missing.append(root)
    return found


def _walk_folder(root: Path, bounds: Bounds, found: Found) -> None:
    """Breadth first, so that where there is too much the deepest is left out."""
    level = [root]
    for _ in range(bounds.depth + 1):
        below: list[Path] = []
        for folder in level:
            if len(found.folders) >= bounds.folders:
                found.cut = True
                return
            with suppress(OSError):  # gone meanwhile, or not ours to look into
                status = folder.stat()
                found.folders[folder] = (status.st_dev, status.st_ino)
                below += _look_into(folder, bounds, found)
        level = below
    found.cut = found.cut or bool(level)


def _look_into(folder: Path, bounds: Bounds, found: Found) -> Iterator[Path]:
    """Take the files of a folder; yields the folders in it."""
    with os.scandir(folder) as listing:
        entries = {entry.name: entry for entry in listing if not entry.name.startswith(".")}
    for name, entry in sorted(entries.items()):
        with suppress(OSError):
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                if not _is_mount_point(status):
                    yield folder / name
            elif stat.S_ISREG(status.st_mode) and not name.endswith(_BESIDE):
                if len(found.files) >= bounds.files:
                    found.cut = True
                    return
                log = entries.get(name + WRITE_AHEAD)
                found.files[folder / name] = _together(status, log.stat(follow_symlinks=False) if log else None)


def _is_mount_point(status: os.stat_result) -> bool:
    """Whether a folder is a Windows junction, which leads elsewhere as a link does."""
    return sys.platform == "win32" and status.st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT


def _together(status: os.stat_result, log: os.stat_result | None) -> Stamp:
    if log is None or not log.st_size:
        return Stamp(status.st_size, status.st_mtime_ns)
    return Stamp(status.st_size + log.st_size, max(status.st_mtime_ns, log.st_mtime_ns))


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a regular file, links not followed; None if there is none."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return None
        log: os.stat_result | None = None
        with suppress(OSError):
            log = path.with_name(path.name + WRITE_AHEAD).lstat()
        return _together(status, log)
    except OSError:
        return None


def watched_name(path: Path) -> Path:
    """The file that a notice about ``path`` concerns: for SQLite's companions that is the database."""
    for ending in _BESIDE:
        if path.name.endswith(ending):
            return path.with_name(path.name.removesuffix(ending))
    return path


def suggested() -> list[Path]:
    """Well-known places of chat logs that exist on this machine. Nothing is watched until the user says so."""
    from platformdirs import user_downloads_path  # noqa: PLC0415 - only to suggest

    claude = Path(os.environ.get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude")
    places = [claude / "projects", _llm_folder() / "logs.db"]
    with suppress(OSError, RuntimeError):
        places.append(user_downloads_path())
    return [place for place in places if place.exists()]


def _llm_folder() -> Path:
    """Where the command-line tool `llm` keeps its log, as it decides it itself."""
    chosen = os.environ.get("LLM_USER_PATH")
    if chosen:
        return Path(chosen).expanduser()
    name = "io.datasette.llm"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / name
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / name
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / name
