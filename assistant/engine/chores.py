"""What the engine does when there is slack: drawing conclusions, and keeping house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.engine.slack import Limits, Load, Slack, may_distil
from assistant.engine.uptime import seconds

if TYPE_CHECKING:
    from assistant.core import Assistant

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
