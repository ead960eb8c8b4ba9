"""The recorded half hour played to the screen observer, as the engine's capture loop would look at it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recording import Recording, Replay

from assistant import Assistant
from assistant.engine.capture import Capture, Eyes
from observers.screen.ocr.line import Image, Line
from observers.screen.pauses import Pauses

HALF_HOUR = Path(__file__).parent / "recordings" / "half_hour.zip"
START = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)


@dataclass
class Figures:
    """What looking cost: seconds are of this process's clock, pixels those that text recognition was given."""

    looks: int = 0
    changes: int = 0  # looks at which another frame was shown than at the one before
    reads: int = 0
    read_pixels: int = 0
    read_seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)


class Timed:
    """Text recognition that counts what it is given."""

    def __init__(self, inner: Any, figures: Figures) -> None:
        self._inner = inner
        self._figures = figures

    def read(self, image: Image) -> list[Line]:
        began = time.perf_counter()
        try:
            found: list[Line] = self._inner.read(image)
        finally:
            self._figures.read_seconds += time.perf_counter() - began
            self._figures.reads += 1
            self._figures.read_pixels += image.shape[0] * image.shape[1]
        return found

    def interrupt(self) -> None:
        """Nothing is under way in another thread."""

    def rest(self) -> bool:
        return bool(self._inner.rest())

    def close(self) -> None:
        self._inner.close()


class VirtualClock:
    """The recording's time, which the assistant goes by."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


def watch(
    recording: Recording,
    assistant: Assistant,
    clock: VirtualClock,
    recogniser: Any,
    *,
    since: float = 0.0,
    until: float | None = None,
    each: Callable[[float], None] = lambda _seconds: None,
) -> Figures:
    """Play a recording from ``since`` to ``until`` to an assistant with ``clock``, the screen being turned on."""
    figures = Figures()
    replay = Replay(recording)
    eyes = Eyes(lambda: replay, lambda: replay, lambda _name: Timed(recogniser, figures))
    capture = Capture(assistant, lambda: eyes, Pauses)
    assistant.configure(screen_on=True)
    clock.seconds, frame = since, -1
    while clock.seconds <= (recording.seconds if until is None else until):
        replay.go_to(clock.seconds)
        figures.looks += 1
        figures.changes += replay.frame_number != frame
        frame = replay.frame_number
        wait = capture.step()
        figures.outcomes[capture.outcome or "none"] += 1
        each(clock.seconds)
        clock.seconds += wait
    capture.close()
    return figures
