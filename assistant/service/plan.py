"""What makes the engine a service on a system: one file and the commands that put it into effect or undo it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from assistant import paths
from memory.errors import InvalidInputError

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """How the engine is run: its interpreter, its vault, where it logs, and settings of ours it must know."""

    interpreter: Path
    vault: Path
    logs: Path
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def command(self) -> Command:
        """The program and its arguments."""
        return (str(self.interpreter), "-P", "-m", "assistant.engine", "--vault", str(self.vault))


@dataclass(frozen=True, slots=True)
class Plan:
    """A service's file, what turns it on and off, and what may be tried instead where a sandbox cannot be made.

    ``enable`` and ``disable`` are run in order. Of ``disable`` any may fail: what is not there is not turned off.
    """

    path: Path
    content: bytes
    enable: tuple[Command, ...]
    disable: tuple[Command, ...]
    fallback: bytes | None = None

    @property
    def tool(self) -> str:
        """The program of the system that all commands call."""
        return self.enable[0][0]


def engine(vault: Path) -> Engine:
    """The engine of a vault, as this installation runs it. Raises InvalidInputError on a path that no file can hold."""
    kept = [(name, os.environ[name]) for name in (paths.HOME_VARIABLE, paths.RUNTIME_VARIABLE) if os.environ.get(name)]
    environment = tuple((name, str(_absolute(Path(value)))) for name, value in kept)
    found = Engine(Path(sys.executable), Path(os.path.realpath(vault)), _absolute(paths.logs()), environment)
    for text in (*found.command, str(found.logs), *(value for _, value in environment)):
        if any(ord(character) < 32 for character in text):
            raise InvalidInputError("a path with a line break or another control character cannot be in a service")
    return found


def plan(vault: Path, platform: str = sys.platform) -> Plan:
    """The service for a vault's engine on this system."""
    if platform == "win32":
        from assistant.service import windows as system  # noqa: PLC0415 - one of three
    elif platform == "darwin":
        from assistant.service import launchd as system  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        from assistant.service import systemd as system  # type: ignore[no-redef]  # noqa: PLC0415
    return system.plan(engine(vault))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links may stay
