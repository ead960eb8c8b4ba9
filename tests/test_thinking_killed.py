"""Promise: a process that is killed while a task of the language model changes the store has done all of it or nothing.

A kill loses nothing that was handed to the operating system. So the files as they are at some instant, copied, are what
a kill at that instant leaves, and every instant of a transaction can be looked at; a real kill shows that it is so.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import thinking_vault
import whole_path
from stores import dump
from thinking_vault import TASKS, opened, step, watch

from assistant import Assistant

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL, and files that can be copied while they are open")

Dump = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """The folder of a vault in which every task has something to do."""
    folder = tmp_path / "ready"
    with opened(folder, create=True) as vault:
        thinking_vault.fill(vault)
    return folder


def held(folder: Path) -> Dump:
    with opened(folder) as vault:
        assert vault.check() == []
        return dump(vault._store)


def copies(vault: Assistant, folder: Path) -> list[Path]:
    """Copies of a vault's files before each statement that changes it, made as they come."""
    made: list[Path] = []

    def copy(_sql: str) -> None:
        made.append(shutil.copytree(vault.vault.store_path.parent, folder / f"killed {len(made)}"))

    watch(vault, before=copy)
    return made


@pytest.mark.parametrize("task", TASKS)
def test_whenever_it_is_killed_a_step_is_wholly_done_or_not_at_all(task: str, ready: Path, tmp_path: Path) -> None:
    before = held(ready)
    worked = shutil.copytree(ready, tmp_path / "worked")
    with opened(worked) as vault:
        made = copies(vault, tmp_path)
        assert step(vault, task, Event())
        made.append(shutil.copytree(worked, tmp_path / "done"))
    after = held(worked)
    assert after != before
    assert len(made) > 2, "a step is several statements and a COMMIT"
    found = [held(folder) for folder in made]
    assert found[:-1] == [before] * (len(made) - 1)
    assert found[-1] == after, "once it is done it stays done"
    with opened(made[-2]) as vault:
        step(vault, task, Event())
    assert held(made[-2]) == after, "what was cut off is done again, with the same result"


@pytest.mark.parametrize("task", TASKS)
def test_a_real_kill_in_the_middle_of_a_step_changes_nothing(task: str, ready: Path, tmp_path: Path) -> None:
    check_kill(task, 1, ready, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("die", [0, 2, 3])
@pytest.mark.parametrize("task", TASKS)
def test_a_real_kill_anywhere_in_a_step_changes_nothing(task: str, die: int, ready: Path, tmp_path: Path) -> None:
    check_kill(task, die, ready, tmp_path)


def check_kill(task: str, die: int, ready: Path, folder: Path) -> None:
    before = held(ready)
    program = {"vault": str(ready), "task": task, "die": die}
    process = whole_path.start("step", program, folder / "home", program="thinking_path")
    out, error = process.communicate(timeout=120)
    assert (process.returncode, out) == (-signal.SIGKILL, '"open"\n'), error
    assert held(ready) == before
    with opened(ready) as vault:
        assert step(vault, task, Event())
    assert held(ready) != before
