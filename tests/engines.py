"""An engine in a thread of the test, with background work that writes down what it hears, and waiting for things."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from fakes import FakeEmbedder

from assistant import Assistant
from assistant.client import Client, connect
from assistant.engine import rendezvous
from assistant.engine.log import Log
from assistant.engine.process import Engine

SECONDS = 30.0  # after which something that should have happened will not


def until(true: Callable[[], Any], what: str) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.01)


class Recorder:
    """Background work that writes down what is asked of it, and fails where told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.failing: set[str] = set()
        self.paused: list[tuple[datetime | None, str | None]] = []

    def _hear(self, what: str) -> None:
        self.heard.append(what)
        if what in self.failing:
            raise ValueError(f"canary: {what}")

    def start(self, assistant: Assistant) -> None:
        self._hear("start")
        assistant.status()

    def stop(self) -> None:
        self._hear("stop")

    def changed(self) -> None:
        self._hear("changed")

    def drop(self, app: str | None = None) -> None:
        self._hear("drop")

    def status(self) -> dict[str, Any]:
        return {"state": "paused" if self.paused else "off", "until": self.paused[-1][0] if self.paused else None}

    def why(self, minutes: float) -> list[dict[str, Any]]:
        return [{"at": datetime(2026, 3, 4, 19, 22).astimezone(), "app": "Editor", "outcome": f"within {minutes}"}]

    def pause(self, until: datetime | None, app: str | None = None) -> None:
        self.paused.append((until, app))

    def resume(self) -> None:
        self.paused.clear()


def opened(folder: Path, passphrase: str | None, recovery_code: str | None) -> Assistant:
    """As the engine opens a vault, with a fake embedder."""
    return Assistant.open(folder, passphrase, recovery_code=recovery_code, embedder=FakeEmbedder())


class Running:
    """An engine at work in a thread."""

    def __init__(self, folder: Path, log: Path, opening: Callable[..., Assistant] = opened) -> None:
        self.folder = folder
        self.background = Recorder()
        self.log = log
        self.engine = Engine(folder, self.background, opening, Log(log))
        self._thread = threading.Thread(target=self.engine.run, args=(0.05,), daemon=True)
        self._thread.start()

    def client(self) -> Client:
        until(lambda: rendezvous.is_live(self.folder), "an engine that answers")
        return connect(self.folder, start=False)

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def end(self) -> None:
        self.engine.stop()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive(), "the engine did not stop"
