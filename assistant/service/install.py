"""Putting a service into effect and undoing it, as often as one likes with the same end.

Where the system's own tool is absent the file is written all the same, and the outcome says what is left to be run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from memory.errors import InklingError, StorageReadOnlyError

if TYPE_CHECKING:
    from assistant.service.plan import Command, Plan

Run = Callable[["Command"], int]  # runs a command; its exit status
_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it: the file, whether it is in effect, what the user is left to run, without a sandbox or with."""

    path: Path
    in_effect: bool
    to_run: list[Command] = field(default_factory=list)
    is_sandboxed: bool = True


def run(command: Command) -> int:
    """Run one of the system's commands quietly; its exit status, 127 where it is absent or hangs."""
    try:
        return subprocess.run(  # noqa: S603 - commands of ours, to the system's own tools
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_LONGEST_SECONDS, check=False
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 127


def install(plan: Plan, logs: Path, execute: Run = run, which: Callable[[str], str | None] = shutil.which) -> Outcome:
    """Write the service's file and turn it on; where its sandbox cannot be made, without it.

    Raises StorageReadOnlyError if the file cannot be written.
    """
    with suppress(OSError):
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)  # a sandbox opens only what is there
    _write(plan.path, plan.content)
    if which(plan.tool) is None:
        return Outcome(plan.path, False, list(plan.enable))
    _turn_off(plan, execute, plan.tool == "launchctl")
    if _turned_on(plan, execute):
        return Outcome(plan.path, True)
    if plan.fallback is not None:
        _write(plan.path, plan.fallback)
        if _turned_on(plan, execute):
            return Outcome(plan.path, True, is_sandboxed=False)
        _write(plan.path, plan.content)
    return Outcome(plan.path, False, list(plan.enable))


def uninstall(plan: Plan, execute: Run = run, which: Callable[[str], str | None] = shutil.which) -> Outcome:
    """Turn the service off and remove its file. Raises StorageReadOnlyError if that cannot be removed."""
    there = plan.path.exists()
    to_run: list[Command] = []
    if which(plan.tool) is not None:
        _turn_off(plan, execute, there)
    elif there:
        to_run = list(plan.disable)
    try:
        plan.path.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(plan.path, error) from None
    if which(plan.tool) is not None and plan.tool == "systemctl":
        execute(("systemctl", "--user", "daemon-reload"))
    return Outcome(plan.path, False, to_run)


def _turn_off(plan: Plan, execute: Run, wanted: bool) -> None:
    for command in plan.disable if wanted else ():
        execute(command)


def _turned_on(plan: Plan, execute: Run) -> bool:
    return all(execute(command) == 0 for command in plan.enable)


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step, readable by the user alone: the vault's place is nobody else's business."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError as error:
        raise _not_written(path, error) from None


def _not_written(path: Path, error: OSError) -> InklingError:
    return StorageReadOnlyError(f"cannot write {path}: {os.strerror(error.errno or 0).lower()}")
