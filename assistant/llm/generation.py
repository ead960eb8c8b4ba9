"""One generation in the worker process: when it gives up, what it writes, and why it could not.

Times are seconds of a clock that does not go back. Nothing here depends on llama.cpp.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["missing", "extra", "memory", "broken", "too long", "grammar"]
End = Literal["stop", "length", "deadline", "stopped"]


class FailedError(Exception):
    """It cannot be done. ``kind`` is the protocol's; the message never quotes a prompt."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class HaltedError(Exception):
    """The time is over, or nobody wants the answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer, with the protocol's fields."""

    text: str
    end: End
    prompt_tokens: int
    cached_tokens: int
    tokens: int
    first_seconds: float
    seconds: float


class Halt:
    """Says when to give up, and then why. Asked between any two steps of a computation, so it must be quick."""

    def __init__(self, seconds: float, stopped: Callable[[], bool]) -> None:
        self._started = time.monotonic()
        self._until = self._started + seconds
        self._stopped = stopped
        self.reason: Literal["deadline", "stopped"] | None = None

    def __call__(self) -> bool:
        """Whether to give up."""
        if self._stopped():
            self.reason = "stopped"
        elif self.reason is None and time.monotonic() >= self._until:
            self.reason = "deadline"
        return self.reason is not None

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started


class Answer:
    """An answer while it is written: bytes come in, whole characters go out."""

    def __init__(self, told: Callable[[str], None], halt: Halt, prompt_tokens: int) -> None:
        self._told = told
        self._halt = halt
        self._prompt_tokens = prompt_tokens
        self._characters = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pieces: list[str] = []
        self._first_seconds = 0.0
        self.tokens = 0
        self.cached_tokens = 0
        self.end: End = "stop"

    def add(self, piece: bytes) -> None:
        """The next token's bytes. A character that is not complete waits for its rest, and is dropped without it."""
        self.tokens += 1
        if self.tokens == 1:
            self._first_seconds = self._halt.elapsed
        text = self._characters.decode(piece)
        if text:
            self._pieces.append(text)
            self._told(text)

    def written(self) -> Written:
        """What has become of it."""
        return Written(
            text="".join(self._pieces),
            end=self.end,
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self.cached_tokens,
            tokens=self.tokens,
            first_seconds=self._first_seconds,
            seconds=self._halt.elapsed,
        )
