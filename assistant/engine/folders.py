"""Watched folders as the engine follows them: what has changed there is taken in, and only then counts as read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.errors import OwnerUnknownError, UnreadableExportError

if TYPE_CHECKING:
    from assistant.core import Assistant
    from observers.watch import Ready, Watcher

NOTHING_SECONDS = 60.0  # between two looks at whether a folder is watched by now; adding one wakes the loop


class Folders:
    """Follows the folders the user has chosen. The attributes may be read from any thread."""

    def __init__(
        self,
        assistant: Assistant,
        well: Callable[[], None] = lambda: None,
        clock_is_sure: Callable[[], bool] = lambda: True,
    ) -> None:
        """``well`` is called whenever a file has been taken in, since a step goes on for as long as nothing fails.

        A file in which something was too old to be kept counts as read only once ``clock_is_sure``.
        """
        self._assistant = assistant
        self._well = well
        self._clock_is_sure = clock_is_sure
        self._watcher: Watcher | None = None
        self._interrupt = threading.Event()
        self._ended = False
        self.watched: tuple[str, ...] = ()
        self.taken = 0
        self.unreadable = 0

    def step(self) -> float:
        """Follow the folders until they are others, or ``interrupt`` is called; the seconds until the next step."""
        self._interrupt.clear()
        if self._ended:
            return 0.0
        watcher = self._follow(self._assistant.config().watched)
        if watcher is None:
            return NOTHING_SECONDS
        for ready in watcher.changes(self._interrupt):
            self._take(watcher, ready)
        return 0.0

    def interrupt(self) -> None:
        """Leave off after the file in hand, and look anew: the user has chosen otherwise, or said who they are."""
        self._interrupt.set()

    def end(self) -> None:
        """Leave off after the batch in hand, for good."""
        self._ended = True
        self._interrupt.set()

    def _follow(self, watched: tuple[str, ...]) -> Watcher | None:
        """The watcher of these folders, the last one if it is that, as it remembers how far it has read logs."""
        if watched != self.watched or not watched:
            self.watched, self._watcher = watched, None
        if self._watcher is not None:
            self._watcher.answered()  # perhaps
        elif watched:
            from observers.watch import Watcher  # noqa: PLC0415 - loads every chat format

            self._watcher = Watcher([Path(folder) for folder in watched], self._assistant.watched_files)
        return self._watcher

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
        problems = expired = 0

        def count(_problem: object) -> None:
            nonlocal problems
            problems += 1

        try:
            observations = watcher.read(ready, self._assistant.names(ready.format), count)
            for taken in self._assistant.take(observations):
                self.taken += taken.new
                expired += taken.expired
                if self._interrupt.is_set():
                    return  # what is stored is skipped when the file is read again
        except OwnerUnknownError:
            return  # the watcher remembers that it waits for an answer
        except UnreadableExportError:
            self.unreadable += 1
            return  # it comes again when it has changed
        if not expired or self._clock_is_sure():  # else it is read again, for the clock may be put right
            watcher.settle(ready, self._assistant.now(), problems)
        self._well()
