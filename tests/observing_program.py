"""The engine with its observers as a program of its own, for tests that kill it, watch it, or take its network away.

    python -m observing_program FOLDER SCREEN FIRST [offline]

``SCREEN`` is "real" for the display it finds, "played" for one that shows another page every few looks, numbered from
``FIRST`` on, at a clock that runs. It says on stdout which texts are safe, one line of JSON at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import whole_path
from played import PlayedOcr, PlayedScreen, eyes
from support import Clock

HERE = Path(__file__).parent
LOOKS = 5  # at every page

# the side of the test


def start(
    folder: Path,
    screen: str,
    first: int = 0,
    *options: str,
    prefix: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[str]:
    """That program at work; its clients find it by the environment of the test."""
    path = os.pathsep.join((str(HERE), str(HERE.parent)))
    variables = {**(os.environ if environment is None else environment), "PYTHONPATH": path}
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "observing_program", str(folder), screen, str(first), *options],
        env=variables, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def safe(process: subprocess.Popen[str]) -> Iterator[list[str]]:
    """The texts that it says are safe, as it says so; ends when it does."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("\n"):
            yield json.loads(line)


def page(number: int) -> tuple[str, str]:
    """The lines of a page of the played screen: no two have one in common."""
    return f"Page {number} tells of the year {number + 1000}", f"and {number} pears were eaten in it"


# the side of the program


class Turning(PlayedScreen):
    """A book whose pages turn by themselves."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self._first = first

    def look(self) -> Any:
        number = self._first + self.looks // (2 * LOOKS)  # it is looked at twice a time
        self.show(1, "Reader", f"the {'odd' if number % 2 else 'even'} volume", *page(number))
        return super().look()


class Running(Clock):
    """A clock that goes on whenever somebody looks at it."""

    def __call__(self) -> Any:
        self.now += timedelta(seconds=1)
        return self.now


def main() -> int:
    """Be the engine."""
    from engines import opened  # noqa: PLC0415

    from assistant.core import Assistant  # noqa: PLC0415
    from assistant.engine.background import Observing  # noqa: PLC0415
    from assistant.engine.capture import Eyes  # noqa: PLC0415
    from assistant.engine.process import run  # noqa: PLC0415

    folder, screen, first, *options = sys.argv[1:]
    whole_path.make_cheap()
    if "offline" in options:
        whole_path.refuse_network()
    _hurry(played=screen == "played")
    _tell_what_is_safe()

    def opening(path: Path, passphrase: str | None, code: str | None) -> Assistant:
        vault = opened(path, passphrase, code)
        if screen == "played":
            vault._clock = Running(vault.now())
        return vault

    own = Eyes.own if screen == "real" else lambda: eyes(Turning(int(first)), PlayedOcr())
    return run(Path(folder), lambda log: Observing(log, own), opening, tick_seconds=0.2)


def _hurry(*, played: bool) -> None:
    """Have the loops wait for less: files rest for a moment, the played screen is looked at without a pause."""
    import observers.watch  # noqa: PLC0415
    from assistant.engine import chores  # noqa: PLC0415
    from observers.screen import observer  # noqa: PLC0415

    pace = observers.watch.Pace(rest=0.05, longest=0.2, longest_retry=0.2, look=0.5, tick=0.05)
    observers.watch.Watcher = partial(observers.watch.Watcher, pace=pace)  # type: ignore[assignment,misc]
    chores.HOUSEKEEPING_SECONDS = 0.2
    if played:
        observer.QUICK_SECONDS = observer.SLOW_SECONDS = observer.RESTING_SECONDS = 0.0


def _tell_what_is_safe() -> None:
    """Say what was stored once the assistant has said so."""
    from assistant.core import Assistant  # noqa: PLC0415

    take = Assistant.take

    def telling(self: Assistant, given: Any, progress: Any = None) -> Iterator[Any]:
        observations = list(given)
        texts = [observation.text for observation in observations]
        for taken in take(self, observations, progress):
            _say([texts.pop(0) for _ in taken.rows])
            yield taken

    Assistant.take = telling  # type: ignore[assignment,method-assign]


def _say(step: Any) -> None:
    os.write(1, json.dumps(step).encode() + b"\n")  # whole lines, whichever thread says them


if __name__ == "__main__":
    sys.exit(main())
