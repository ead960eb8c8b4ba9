"""Watched folders as the engine follows them: what has changed there is taken in, and only then counts as read."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.errors import OwnerUnknownError, UnreadableExportError

if TYPE_CHECKING:
    from assistant.core import Assistant
    from observers.watch import Ready, Watcher

NOTHING_SECONDS = 60.0  # between two looks at whether a folder is watched by now; adding one wakes the loop


class Folders:
    """Follows the folders the user has chosen. The attributes may be read from any thread."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._watcher: Watcher | None = None
        self._interrupt = threading.Event()
        self.watched: tuple[str, ...] = ()
        self.taken = 0
        self.unreadable = 0

    def step(self) -> float:
        """Follow the folders until they are others, or ``interrupt`` is called; the seconds until the next step."""
        self._interrupt.clear()
        self.watched = self._assistant.config().watched
        if not self.watched:
            self._watcher = None
            return NOTHING_SECONDS
        from observers.watch import Watcher  # noqa: PLC0415 - loads every chat format

        watcher = self._watcher = Watcher([Path(folder) for folder in self.watched], self._assistant.watched_files)
        for ready in watcher.changes(self._interrupt):
            self._take(watcher, ready)
        return 0.0

    def interrupt(self) -> None:
        """Leave off after the file in hand."""
        self._interrupt.set()

    def answered(self) -> None:
        """The user has said who they are in some export."""
        if self._watcher is not None:
            self._watcher.answered()

    def status(self) -> dict[str, Any]:
        """What is followed, in plain values; the user's own folders are named, the files in them are not."""
        watcher = self._watcher
        return {
            "watched": list(self.watched),
            "taken": self.taken,
            "unreadable": self.unreadable,
            "missing": [] if watcher is None else [str(folder) for folder in watcher.missing],
            "unanswered": [] if watcher is None else sorted(set(watcher.unanswered.values())),
        }

    def _take(self, watcher: Watcher, ready: Ready) -> None:
        problems = 0

        def count(_problem: object) -> None:
            nonlocal problems
            problems += 1

        try:
            observations = watcher.read(ready, self._assistant.names(ready.format), count)
            for taken in self._assistant.take(observations):
                self.taken += taken.new
                if self._interrupt.is_set():
                    return  # what is stored is skipped when the file is read again
        except OwnerUnknownError:
            return  # the watcher remembers that it waits for an answer
        except UnreadableExportError:
            self.unreadable += 1
            return  # it comes again when it has changed
        watcher.settle(ready, self._assistant.now(), problems)
