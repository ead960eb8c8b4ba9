"""Whether anything is recorded, as the status line says it: always a sign and a word, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tui.text import one_line
from tui.wording import count

State = Literal["recording", "paused", "off", "failed", "silent", "gone"]

_SIGNS: dict[State, tuple[str, str]] = {
    "recording": ("●", "$error"),
    "paused": ("‖", "$warning"),
    "off": ("○", "$muted"),
    "failed": ("✗", "$error"),
    "silent": ("…", "$warning"),
    "gone": ("✗", "$warning"),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """``silent``: the engine does not answer; ``gone``: none runs. ``reason`` is why it failed."""

    state: State
    until: datetime | None = None
    reason: str = ""
    paused_apps: int = 0

    @property
    def sign(self) -> tuple[str, str]:
        """The sign, and its colour."""
        return _SIGNS[self.state]

    def words(self, now: datetime) -> list[str]:
        """Ways to say it, the fullest first."""
        if self.state == "recording":
            but = [f"recording, {count(self.paused_apps, 'app')} paused"] if self.paused_apps else []
            return [*but, "recording"]
        if self.state == "paused":
            return [f"paused until {clock_time(self.until, now)}" if self.until else "paused, P resumes", "paused"]
        if self.state == "failed":
            return [f"recording failed: {one_line(self.reason)}" if self.reason else "", "recording failed"]
        return {
            "off": ["not recording"],
            "silent": ["the engine does not answer", "no answer"],
            "gone": ["not recording: the engine does not run", "not recording"],
        }[self.state]


def told(state: dict[str, Any]) -> Recording:
    """What the engine's own ``state`` says of recording; of a state not known here, that nothing is."""
    said = state.get("recording") or {}
    name = said.get("state")
    known: State = name if name in ("recording", "paused", "failed") else "off"
    until, apps = said.get("until"), said.get("paused_apps")
    return Recording(
        known,
        until if isinstance(until, datetime) else None,
        str(said.get("reason") or ""),
        len(apps) if isinstance(apps, list | tuple) else 0,
    )


def clock_time(at: datetime, now: datetime) -> str:
    """``18:30``, or ``Thu 06:00`` on another day."""
    here = at.astimezone(now.tzinfo)
    return f"{here:%H:%M}" if here.date() == now.date() else f"{here:%a %H:%M}"
