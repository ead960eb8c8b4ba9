"""What the engine does when there is slack: drawing conclusions, and keeping house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.engine.slack import Limits, Load, Slack, may_distil

if TYPE_CHECKING:
    from assistant.core import Assistant

EXPIRE_EVERY = timedelta(hours=6)
HOUSEKEEPING_SECONDS = 600.0


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
    """Enforces what the user wants kept, and keeps the store's files small."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._expired_at: datetime | None = None

    def step(self) -> float:
        """What is due; the seconds until the next look."""
        now = self._assistant.now()
        if self._expired_at is None or not timedelta() <= now - self._expired_at < EXPIRE_EVERY:
            self._assistant.expire()
            self._expired_at = now
        self._assistant.checkpoint()
        return HOUSEKEEPING_SECONDS
