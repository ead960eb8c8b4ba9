"""Whether anything is recorded, and thought over, as the status line says it: a sign and a word, no colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from tui.text import one_line
from tui.wording import count

Pondering = Literal["working", "waiting", "failed"]
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


@dataclass(frozen=True, slots=True)
class Thinking:
    """What a language model is at while nobody waits for it; ``reason`` is why it does not read what ``waiting`` is."""

    state: Pondering
    waiting: int = 0
    reason: str = ""

    @property
    def words(self) -> list[str]:
        """Ways to say it, the fullest first; none where there is nothing to say."""
        wait = f"{self.waiting:,} wait{'s' if self.waiting == 1 else ''}" if self.waiting else ""
        if self.state == "working":
            return [f"thinking: {wait}", "thinking"] if wait else ["thinking"]
        if self.state == "failed":
            return ["thinking failed"]
        if not wait:
            return []
        why = [f"reading again: {wait}, {one_line(self.reason)}"] if self.reason else []
        return [*why, f"reading again: {wait}", wait]


def pondering(state: dict[str, Any]) -> Thinking | None:
    """What the engine's own ``state`` says its language model is at; None without one, or of what is not known here."""
    said = (state.get("recording") or {}).get("thinking")
    if not isinstance(said, dict) or said.get("state") not in get_args(Pondering):
        return None
    waiting = said.get("waiting")
    number = waiting if type(waiting) is int and waiting > 0 else 0
    return Thinking(said["state"], number, str(said.get("reason") or ""))


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
