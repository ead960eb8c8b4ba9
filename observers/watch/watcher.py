"""Following folders: what has changed there, when it may be read, and reading it.

The surprising decision: nothing here marks a file as read but `settle`, which whoever stores what was read calls once
it is stored. Whatever happens between, the file is read again, and by their keys no observations are stored twice.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from memory.errors import OwnerUnknownError, UnreadableExportError
from observers.chat import growth, open_export
from observers.watch.folders import Bounds, Found, Stamp, stamp_of, walk, watched_name
from observers.watch.notices import Notices
from observers.watch.settling import Pace, Settling
from observers.watch.whole import is_under_way, is_whole, may_be_export

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Iterator, Sequence

    from memory.records import Observation
    from memory.store import WatchedFile
    from observers.chat import Export, Problem

_PLACES = 16  # logs whose end is kept in memory; with some thousands of lines each, 2 MB at most for one


class Known(Protocol):
    """What is remembered of files from one run to the next; `memory.store.WatchedFiles` is one."""

    def get(self, path: str) -> WatchedFile | None:
        """What is known of a file, or None."""

    def set(self, path: str, file: WatchedFile) -> None:
        """Note how a file was when it was read."""

    def remove(self, path: str) -> None:
        """Know nothing of a file any more."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file to be read now: how it was when that was decided, and its format's name."""

    path: Path
    size: int
    mtime_ns: int
    format: str


class _NotWholeError(Exception):
    """A file is still being written."""


class Watcher:
    """The watched folders and files. One thread follows `changes` and reads; others may look at the properties."""

    def __init__(
        self,
        folders: Sequence[Path],
        known: Known,
        bounds: Bounds = Bounds(),  # noqa: B008 - frozen
        pace: Pace = Pace(),  # noqa: B008
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now`` gives seconds that never go back. A link given as a folder is followed, one inside it is not."""
        self._roots = tuple(dict.fromkeys(Path(folder).expanduser().resolve() for folder in folders))
        self._known = known
        self._bounds = bounds
        self._pace = pace
        self._now = now
        self._settling = Settling(pace)
        self._notices = Notices(pace.tick)
        self._found = Found()
        self._exports: dict[Path, Export] = {}  # of what is ready and not yet read
        self._reading: dict[Path, growth.Place] = {}
        self._places: OrderedDict[Path, growth.Place] = OrderedDict()
        self._unanswered: dict[Path, tuple[Stamp, str]] = {}
        self._stamps: dict[Path, Stamp | None] = {}  # as in `known`, which lies in a database
        self._next_look = self._soonest_look = 0.0

    # what there is to tell

    @property
    def unanswered(self) -> dict[Path, str]:
        """The files that wait for the user to say who they are in them, with their formats."""
        return {path: name for path, (_, name) in self._unanswered.items()}

    @property
    def missing(self) -> tuple[Path, ...]:
        """The folders that are not there at the moment."""
        return tuple(self._found.missing)

    @property
    def is_cut(self) -> bool:
        """Whether there is more in the folders than is watched."""
        return self._found.cut

    def answered(self) -> None:
        """The user has said who they are: what waited for it is ready again."""
        for path, (stamp, _) in list(self._unanswered.items()):
            del self._unanswered[path]
            self._settling.notice(path, stamp, self._now() - self._pace.rest)

    # what has changed

    def changes(self, stop: threading.Event) -> Iterator[Ready]:
        """The files to be read, as they come to rest, until ``stop`` is set. What is not settled comes again, later."""
        while not stop.is_set():
            self.look()
            folders, first = self._found.folders, True
            with closing(self._notices.about(self._found.folders, stop)) as notices:
                for paths in notices:
                    if stop.is_set():
                        return
                    self._hear(paths)
                    looked = first or self._now() >= self._next_look
                    if looked:
                        self.look()
                    first = False
                    yield from self.ready(stop)
                    if looked and self._found.folders != folders:
                        break  # and hear of those that are there now

    def look(self) -> None:
        """Look at everything there is. What this takes is the price of not missing anything, so it is done rarely."""
        before, began = self._found, self._now()
        self._found = walk(self._roots, self._bounds)
        for path, stamp in self._found.files.items():
            self._notice(path, stamp)
        for path in before.files.keys() - self._found.files.keys():
            if path.parent in self._found.folders:  # and has not merely been unplugged with its folder
                self._gone(path)
        took = self._now() - began
        every = self._pace.look if self._notices.are_heard else self._pace.look_without_notices
        self._next_look = self._now() + max(every, 100 * took)
        self._soonest_look = self._now() + max(self._pace.tick, 10 * took)

    def ready(self, stop: threading.Event) -> Iterator[Ready]:
        """Those of the changed files that may be read now."""
        for path, seen in self._settling.due(self._now()):
            if stop.is_set():
                return
            now, stamp = self._now(), stamp_of(path)
            rests = stamp == seen and self._settling.has_rested(path, now)
            if stamp is None or self._is_known(path, stamp):
                self._settling.forget(path)
            elif not rests and not self._settling.is_restless(path, now):
                self._settling.notice(path, stamp, now)
            elif (export := self._judged(path, stamp, rests=rests)) is not None:
                self._settling.put_off(path, now)  # unless it is settled
                self._exports[path] = export
                yield Ready(path, stamp.size, stamp.mtime_ns, export.format)

    # reading

    def read(
        self, ready: Ready, me: Collection[str] = frozenset(), on_problem: Callable[[Problem], None] | None = None
    ) -> Iterator[Observation]:
        """What is new in a file, in its order; of a log that was followed, only what was appended.

        Raises OwnerUnknownError if the user's name in it must be asked for; it is then left alone until it changes or
        `answered` is called. Raises UnreadableExportError if it has vanished or is no export after all.
        """
        path = ready.path
        export = self._exports.pop(path, None) or open_export(path)
        try:
            if export.grows_by is None:
                return export.observations(me, on_problem)
            place = self._places.pop(path, None)
            if place is None or not place.holds(path):
                place = growth.Place(export, 0)
            found, self._reading[path] = growth.observations(place, path, me, on_problem)
        except OwnerUnknownError:
            self._unanswered[path] = (Stamp(ready.size, ready.mtime_ns), ready.format)
            self._settling.forget(path)
            raise
        except (OSError, UnicodeError) as error:
            raise UnreadableExportError(f"cannot read {path} any more; it is tried again") from error
        return found

    def settle(self, ready: Ready, at: datetime, problems: int = 0) -> None:
        """What `read` gave for it is stored: the file is as it should be until it changes again."""
        place = self._reading.pop(ready.path, None)
        read_to = ready.size
        if place is not None and place.is_reached:
            read_to = place.read_to
            self._places[ready.path] = place
            if len(self._places) > _PLACES:
                self._places.popitem(last=False)
        self._remember(ready.path, Stamp(ready.size, ready.mtime_ns), at, read_to, problems)
        self._settling.forget(ready.path)

    # what is behind it

    def _hear(self, paths: frozenset[Path]) -> None:
        """Look at the files there were notices of; where folders have come or gone, look at everything soon."""
        for path in {watched_name(path) for path in paths}:
            if path in self._found.folders or path.is_dir():
                self._next_look = min(self._next_look, self._soonest_look)
            else:
                self._look_at(path)

    def _look_at(self, path: Path) -> None:
        """Look at one file of which there was a notice."""
        if path not in self._roots and (path.name.startswith(".") or not self._is_inside(path)):
            return
        stamp = stamp_of(path)
        if stamp is not None:
            self._notice(path, stamp)

    def _is_inside(self, path: Path) -> bool:
        """Whether it lies in a folder that is watched as a whole, and not beside a single watched file."""
        return path.parent in self._found.folders and any(root in path.parents for root in self._roots)

    def _notice(self, path: Path, stamp: Stamp) -> None:
        if self._is_known(path, stamp) or is_under_way(path):
            return
        waits = self._unanswered.get(path)
        if waits is not None and waits[0] == stamp:
            return
        self._unanswered.pop(path, None)
        self._settling.notice(path, stamp, self._now())

    def _is_known(self, path: Path, stamp: Stamp) -> bool:
        """Whether a file is as it was when it was read. One whose name cannot be remembered is left alone as well."""
        if path not in self._stamps:
            try:
                known = self._known.get(str(path))
            except UnicodeError:
                return True  # or it would keep all others waiting
            self._stamps[path] = Stamp(known.size, known.mtime_ns) if known else None
        return self._stamps[path] == stamp

    def _judged(self, path: Path, stamp: Stamp, *, rests: bool) -> Export | None:
        """The export in a file; None if it is none, which is remembered, or cannot be read yet."""
        try:
            export = self._opened(path, stamp)
        except (UnreadableExportError, _NotWholeError, OSError, UnicodeError) as error:
            if isinstance(error, UnreadableExportError) and stamp_of(path) == stamp:
                self._pass_over(path, stamp)
            else:
                self._settling.put_off(path, self._now())
            return None
        if rests or export.grows_by:
            return export
        self._settling.put_off(path, self._now())
        return None

    def _opened(self, path: Path, stamp: Stamp) -> Export:
        """The export in a file. Raises UnreadableExportError where there is none, OSError, or _NotWholeError."""
        place = self._places.get(path)
        if place is not None and place.holds(path):
            return place.export
        if stamp.size > self._bounds.file_bytes or not may_be_export(path):
            raise UnreadableExportError(f"{path} is too large, or neither text, zip nor database")
        if not is_whole(path):
            raise _NotWholeError
        return open_export(path)

    def _pass_over(self, path: Path, stamp: Stamp) -> None:
        """It is nothing for us, and not looked into again until it changes."""
        self._remember(path, stamp, datetime.now(UTC), 0, 0)
        self._settling.forget(path)

    def _remember(self, path: Path, stamp: Stamp, at: datetime, read_to: int, problems: int) -> None:
        from memory.store import WatchedFile  # noqa: PLC0415 - loads the store

        file = WatchedFile(size=stamp.size, mtime_ns=stamp.mtime_ns, read_at=at, read_to=read_to, problems=problems)
        self._known.set(str(path), file)
        self._stamps[path] = stamp

    def _gone(self, path: Path) -> None:
        with suppress(UnicodeError):
            self._known.remove(str(path))
        self._stamps.pop(path, None)
        self._settling.forget(path)
        self._places.pop(path, None)
        self._unanswered.pop(path, None)
