"""Everything the engine does by itself while the vault is open: the screen, folders, conclusions, housekeeping.

Each is a loop of its own that neither waits for the others nor fails with them. A pause holds while the vault is locked
too, and is remembered in it, so that neither a lock nor a restart ends it early.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.engine.capture import Capture, Eyes
from assistant.engine.chores import Distilling, Housekeeping, Thinking
from assistant.engine.folders import Folders
from assistant.engine.loops import Loop
from assistant.engine.pause_notice import PauseNotice
from assistant.engine.slack import Load, LoadMeter
from memory.errors import InklingError
from observers.screen.pauses import FOREVER, Pauses

if TYPE_CHECKING:
    from assistant.core import Assistant
    from assistant.engine.log import Log


def _now() -> datetime:
    return datetime.now().astimezone()


class Observing:
    """The engine's background work. ``eyes`` and ``load`` are the computer's own unless a test brings others."""

    def __init__(
        self,
        log: Log,
        eyes: Callable[[], Eyes] = Eyes.own,
        load: Callable[[float | None], Load] | None = None,
        now: Callable[[], datetime] = _now,
        notice: PauseNotice | None = None,
    ) -> None:
        """``notice`` is where a pause made while the vault is locked outlives the engine."""
        self._log = log
        self._eyes = eyes
        self._load = load
        self._now = now
        self._notice = notice
        self._pauses = Pauses(notice.read() if notice else None)
        self._remembered = False  # whether the vault's pauses are among those, or ended with them
        self._lock = threading.Lock()  # of the pauses and of what runs
        self._running: _Running | None = None

    def start(self, assistant: Assistant) -> None:
        """Begin, on a vault just unlocked."""
        running = _Running(assistant, self._log, self._eyes, self._meter, lambda: self._pauses)
        chosen = assistant.config()
        with self._lock:
            if not self._remembered:
                self._pauses = _joined(self._pauses, Pauses(chosen.paused_until, chosen.paused_apps))
            self._remembered, self._running = True, running
        self._remember()
        running.start()

    def _meter(self) -> Callable[[float | None], Load]:
        """A meter for one loop: it counts from one look to the next."""
        return self._load or LoadMeter().read

    def stop(self) -> None:
        """End all work on the vault."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    def changed(self) -> None:
        """The user has chosen otherwise, or said who they are."""
        running = self._running
        if running is not None:
            running.changed()

    def drop(self, app: str | None = None) -> None:
        """What was seen and is not kept yet is dropped, before the user forgets what is kept."""
        running = self._running
        if running is not None:
            running.capture.drop(app)

    def pause(self, until: datetime | None, app: str | None = None) -> None:
        """Capture nothing, or nothing of one app, until then; None is until ``resume``."""
        with self._lock:
            self._pauses = self._pauses.pause(until, app)
        self._remember()

    def resume(self) -> None:
        """End every pause."""
        with self._lock:
            self._pauses, self._remembered = Pauses(), True
        self._remember()

    def status(self) -> dict[str, Any]:
        """What is going on: ``state`` is "off", "recording", "paused" or "failed", and why."""
        now, running = self._now(), self._running
        until = self._pauses.until if self._pauses.hold(now) else None
        found: dict[str, Any] = {
            "state": "off",
            "until": None if until in (None, FOREVER) else until,
            "paused_apps": sorted(app for app, end in self._pauses.apps.items() if now < end),
        }
        if running is not None:
            found |= running.status()
        if self._pauses.hold(now):
            found["state"] = "paused"
        return found

    def why(self, minutes: float) -> list[dict[str, Any]]:
        """The decisions of the last minutes, oldest first, without content."""
        running = self._running
        return [] if running is None else running.capture.why(self._now() - timedelta(minutes=minutes))

    def _remember(self) -> None:
        """Keep the pauses in the vault, or beside it while that is locked; let the screen loop see them at once."""
        running, until = self._running, self._pauses.until
        if running is None:
            self._leave_notice(until)
            return
        with suppress(InklingError):  # it holds all the same, if only until the engine ends
            running.assistant.configure(paused_until=until, paused_apps=dict(self._pauses.apps))
            self._leave_notice(None)
        running.screen.wake()

    def _leave_notice(self, until: datetime | None) -> None:
        if self._notice is not None:
            if until is None:
                self._notice.remove()
            else:
                self._notice.write(until)


class _Running:
    """The loops over one open vault."""

    def __init__(
        self,
        assistant: Assistant,
        log: Log,
        eyes: Callable[[], Eyes],
        meter: Callable[[], Callable[[float | None], Load]],
        pauses: Callable[[], Pauses],
    ) -> None:
        self.assistant = assistant
        self.capture = Capture(assistant, eyes, pauses)
        self.distilling = Distilling(assistant, meter(), lambda: self.capture.user_idle_seconds)
        self.thinking = Thinking(assistant, meter(), lambda: self.capture.user_idle_seconds)
        self.screen = Loop("screen", self.capture.step, log, self.capture.close)
        house = Housekeeping(assistant)
        self.folders = Folders(assistant, self._folders_work, lambda: house.clock_is_sure)
        self._watching = Loop("folders", self.folders.step, log)
        self._pondering = Loop("thinking", self.thinking.step, log)
        others = (Loop("distilling", self.distilling.step, log), Loop("house", house.step, log))
        self._loops = (self.screen, self._watching, self._pondering, *others)

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        for loop in self._loops:
            loop.end()
        self.folders.end()
        self.capture.interrupt()
        self.thinking.interrupt()
        for loop in self._loops:
            loop.join()

    def changed(self) -> None:
        self.folders.interrupt()
        for loop in self._loops:
            loop.wake()

    def _folders_work(self) -> None:
        self._watching.well()

    def status(self) -> dict[str, Any]:
        failure = self.screen.failure
        state = "off" if not self.capture.on else "failed" if failure else "recording"
        return {
            "state": state,
            "reason": failure,
            "fault": self.capture.fault(),
            "outcome": self.capture.outcome,
            "captured_at": self.capture.captured_at,
            "folders": self.folders.status() | {"failure": self._watching.failure},
            "distilling": self.distilling.slack.reason if self.distilling.slack else None,
            "thinking": self._thinking_status(),
        }

    def _thinking_status(self) -> dict[str, Any] | None:
        """What the language model is at: ``state`` is "working", "waiting" or "failed", and why; None without one.

        ``waiting`` is how many steps there are to do, about.
        """
        slack, failure = self.thinking.slack, self._pondering.failure
        if slack is None and failure is None:
            return None
        state = "working" if self.thinking.at_work else "failed" if failure else "waiting"
        reason = failure or (slack.reason if slack else None)
        return {"state": state, "reason": reason, "waiting": self.thinking.waiting}


def _joined(one: Pauses, other: Pauses) -> Pauses:
    """Both together; of two for the same the longer one."""
    until = max((end for end in (one.until, other.until) if end), default=None)
    apps = dict(other.apps)
    for app, end in one.apps.items():
        apps[app] = max(end, apps.get(app, end))
    return Pauses(until, apps)
