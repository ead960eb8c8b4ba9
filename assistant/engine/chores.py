"""What the engine does when there is slack: drawing conclusions, thinking them over, and keeping house."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.engine.slack import Limits, Load, Slack, may_distil, may_think
from assistant.engine.uptime import seconds
from memory.errors import ModelStoppedError

if TYPE_CHECKING:
    from assistant.core import Assistant

REST_SECONDS = 60.0  # between two looks at whether the model is to be unloaded
WATCH_SECONDS = 2.0  # between two looks at whether somebody has come back while the model is at work
AGAIN_SECONDS = 15.0  # after somebody did
_LOADED_ROOM = 1.25  # of its file's size, about what a model takes once it is loaded
EXPIRE_EVERY = timedelta(hours=6)
HOUSEKEEPING_SECONDS = 600.0
SURE_SECONDS = 3600.0  # that a clock must have gone on evenly before anything is deleted by it
UNEVEN_SECONDS = 300.0


class Distilling:
    """Works off what is pending, in batches as large as the machine's load allows."""

    def __init__(
        self, assistant: Assistant, load: Callable[[float | None], Load], user_idle_seconds: Callable[[], float | None]
    ) -> None:
        self._assistant = assistant
        self._load = load
        self._user_idle_seconds = user_idle_seconds
        self.slack: Slack | None = None

    def step(self) -> float:
        """One batch, if there is slack; the seconds until the next look."""
        pending, oldest = self._assistant.waiting()
        waited = 0.0 if oldest is None else (self._assistant.now() - oldest).total_seconds()
        limits = Limits(on_battery=self._assistant.config().distil_on_battery)
        self.slack = slack = may_distil(self._load(self._user_idle_seconds()), pending, waited, limits)
        if slack.go:
            self._assistant.distil(most=slack.batch)
        return slack.wait_seconds


class Thinking:
    """Has the language model work off what waits for it, while nobody is there; a step at a time.

    A step may take a minute, so somebody looks every other second whether the user is back, and stops it then: it has
    changed nothing, and is done again. ``load`` is read in turn by the loop's thread and by that one.
    """

    def __init__(
        self,
        assistant: Assistant,
        load: Callable[[float | None], Load],
        user_idle_seconds: Callable[[], float | None],
        timer: Callable[[], float] = seconds,
        watch_seconds: float = WATCH_SECONDS,
    ) -> None:
        self._assistant = assistant
        self._load = load
        self._user_idle_seconds = user_idle_seconds
        self._timer = timer
        self._watch_seconds = watch_seconds
        self._busy_at = timer()  # when the load was last known not to be low
        self._stop = threading.Event()  # of the step under way
        self._ended = False
        self.slack: Slack | None = None
        self.waiting = 0  # steps, about
        self.at_work = False

    def step(self) -> float:
        """One step, if there is slack; the seconds until the next look. Raises what the model failed with."""
        self._assistant.rest_model()
        model = self._assistant.model()
        if model["name"] is None:
            self.slack = None
            return REST_SECONDS
        if model["state"] == "failed":
            self.slack = Slack(False, 0, REST_SECONDS, str(model["reason"]))
            return REST_SECONDS
        self.waiting = sum(model["waiting"].values())
        self.slack = slack = self._looked(self.waiting, loaded=bool(model.get("loaded")))
        if not slack.go:
            return min(REST_SECONDS, slack.wait_seconds)
        try:
            with self._watched() as stop:
                done = self._assistant.think(stop)
        except ModelStoppedError:
            return AGAIN_SECONDS
        return slack.wait_seconds if done else REST_SECONDS

    def interrupt(self) -> None:
        """The vault is about to be locked: end the step under way, and begin no other."""
        self._ended = True
        self._stop.set()

    def _looked(self, waiting: int, *, loaded: bool) -> Slack:
        chosen = self._assistant.config()
        limits = Limits(on_battery=chosen.distil_on_battery)
        load = self._load(self._user_idle_seconds())
        if load.cpu > limits.thinking_cpu:
            self._busy_at = self._timer()
        needed = 0 if loaded or chosen.model is None else int(_LOADED_ROOM * chosen.model.bytes)
        return may_think(load, waiting, limits, quiet_seconds=self._timer() - self._busy_at, needed_bytes=needed)

    @contextmanager
    def _watched(self) -> Iterator[threading.Event]:
        """An event that is set when the step under way is to end."""
        stop, done = threading.Event(), threading.Event()
        self._stop = stop
        if self._ended:
            stop.set()
        watcher = threading.Thread(target=self._watch, args=(stop, done), name="inkling-watching", daemon=True)
        watcher.start()
        self.at_work = True
        try:
            yield stop
        finally:
            self.at_work = False
            done.set()
            watcher.join()

    def _watch(self, stop: threading.Event, done: threading.Event) -> None:
        while not done.wait(self._watch_seconds):
            try:
                slack = self._looked(1, loaded=True)
            except Exception:  # noqa: BLE001 - the vault was closed, or the load cannot be read: nobody is watching
                stop.set()
                return
            if not slack.go:
                self.slack = slack
                stop.set()
                return


class Housekeeping:
    """Enforces what the user wants kept, and keeps the store's files small.

    A clock that was set wrong makes everything look old. So nothing expires before the clock has gone on evenly for an
    hour, by a timer nobody can set.
    """

    def __init__(self, assistant: Assistant, timer: Callable[[], float] = seconds) -> None:
        self._assistant = assistant
        self._timer = timer
        self._looked: tuple[datetime, float] | None = None
        self._even_since: float | None = None
        self._expired: float | None = None
        self.clock_is_sure = False

    def step(self) -> float:
        """What is due; the seconds until the next look."""
        self.clock_is_sure = self._is_sure()
        if self.clock_is_sure and self._is_due():
            if self._loses_something():
                self._assistant.distil()  # what expires unread would teach nothing
            self._assistant.expire()
            self._expired = self._timer()
        self._assistant.checkpoint()
        return HOUSEKEEPING_SECONDS

    def _loses_something(self) -> bool:
        return any(self._assistant.due(*each) for each in self._assistant.config().retention.items())

    def _is_sure(self) -> bool:
        now, timer = self._assistant.now(), self._timer()
        before, self._looked = self._looked, (now, timer)
        if before is None or abs((now - before[0]).total_seconds() - (timer - before[1])) > UNEVEN_SECONDS:
            self._even_since = timer
        return self._even_since is not None and timer - self._even_since >= SURE_SECONDS

    def _is_due(self) -> bool:
        return self._expired is None or self._timer() - self._expired >= EXPIRE_EVERY.total_seconds()
