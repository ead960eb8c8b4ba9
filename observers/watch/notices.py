"""When to look: notices from the operating system through watchfiles, or the clock where there are none.

Every folder is watched by itself and not with what is below it, because a watch on a whole tree follows links out of it
and takes a handle for everything in there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Generator, Iterator

_STEP_MILLISECONDS = 100  # a burst of notices is one as long as they are closer than this ...
_BURST_MILLISECONDS = 500  # ... and it is no longer than this


class Notices:
    """Where changes are heard of. ``are_heard`` is False once the system refused, as at its limit of watches."""

    def __init__(self, tick_seconds: float) -> None:
        self._tick = tick_seconds
        self.are_heard = True

    def about(self, folders: Collection[Path], stop: threading.Event) -> Generator[frozenset[Path], None, None]:
        """The paths that have changed in ``folders``, at least once a tick and often none; ends when ``stop`` is set.

        A notice lost between two calls is found by looking, so whoever calls looks again after the first tick.
        """
        there = [folder for folder in folders if folder.is_dir()]
        if there:
            yield from self._heard(there, stop)
        while not stop.wait(self._tick):
            yield frozenset()

    def _heard(self, folders: list[Path], stop: threading.Event) -> Iterator[frozenset[Path]]:
        from watchfiles import watch  # noqa: PLC0415 - a compiled part that only the engine needs

        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=_BURST_MILLISECONDS,
                step=_STEP_MILLISECONDS,
                stop_event=stop,
                rust_timeout=int(self._tick * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                force_polling=False,
                recursive=False,
                ignore_permission_denied=True,
            ):
                self.are_heard = True
                yield frozenset(Path(path) for _, path in changes)
        except (OSError, RuntimeError):  # no inotify, its limit, or a folder that vanished just now
            self.are_heard = False
