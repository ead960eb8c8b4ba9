"""What the engine runs beside its clients while the vault is open: observers, distilling, retention.

The engine knows no more of it than this: it starts it after unlocking, stops it before locking, and passes on what a
user wants to know or to have paused. A pause holds whether or not anything runs, so these verbs work while locked too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assistant.core import Assistant


class Background(Protocol):
    """Work that goes on by itself. Its methods are called from several threads, ``start`` and ``stop`` in turn."""

    def start(self, assistant: Assistant) -> None:
        """Begin, on a vault just unlocked. Must return at once; what it raises is logged and nothing is run."""

    def stop(self) -> None:
        """End all work on the vault and return, within seconds; afterwards the vault is closed."""

    def changed(self) -> None:
        """The user has chosen otherwise, or said who they are; returns at once."""

    def drop(self, app: str | None = None) -> None:
        """Let nothing that was seen, of one app or of all, and is not kept yet come into the vault: it is forgotten."""

    def status(self) -> dict[str, Any]:
        """What is going on, in plain values: at least ``state``, "off", "recording" or "paused"."""

    def why(self, minutes: float) -> list[dict[str, Any]]:
        """The decisions of the last minutes, oldest first, each with ``at`` and without content."""

    def pause(self, until: datetime | None, app: str | None = None) -> None:
        """Capture nothing, or nothing of one app, until then; None is until ``resume``."""

    def resume(self) -> None:
        """End every pause."""


class NoBackground:
    """Runs nothing, for an engine that only serves its clients. It remembers a pause all the same."""

    def __init__(self) -> None:
        self._paused = False

    def start(self, assistant: Assistant) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""

    def changed(self) -> None:
        """Nothing."""

    def drop(self, app: str | None = None) -> None:
        """Nothing."""

    def status(self) -> dict[str, Any]:
        """Off, or paused."""
        return {"state": "paused" if self._paused else "off"}

    def why(self, minutes: float) -> list[dict[str, Any]]:  # noqa: ARG002 - nothing was decided
        """Nothing."""
        return []

    def pause(self, until: datetime | None, app: str | None = None) -> None:  # noqa: ARG002 - nothing runs
        """Remember it."""
        self._paused = True

    def resume(self) -> None:
        """Forget it."""
        self._paused = False
