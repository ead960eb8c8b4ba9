"""What tests share: a passphrase, a moment to start from, a clock that stands still, a short way to say something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from assistant import Observation

PASSPHRASE = "correct horse battery staple"
START = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


def said(text: str, key: str, *, who: str = "me", days: float = 0, thread: str = "Ana", **more: Any) -> Observation:
    """One chat message, ``days`` after START."""
    fields: dict[str, Any] = {"app": "WhatsApp", "source": "chat", **more}
    return Observation(text=text, at=START + timedelta(days=days), thread=thread, speaker=who, key=key, **fields)
