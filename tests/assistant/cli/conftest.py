"""The command line as a person or a script uses it: run in this process, or for real in another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from support import PASSPHRASE

from assistant.cli import main, terminal

CHAT = """\
12/03/2026, 19:22 - Ana Prata: are you still living in Porto?
12/03/2026, 19:23 - Sam Reed: no, I moved to Lisbon last month
12/03/2026, 19:24 - Sam Reed: I work as a nurse at the hospital there
12/03/2026, 19:25 - Ana Prata: I play the cello now
12/03/2026, 19:26 - Sam Reed: the router password: Wexford-91-heron
12/03/2026, 19:27 - Ana Prata: thanks, see you at the lake
13/03/2026, 08:00 - Jo Oyelaran: who else is coming?
"""


@dataclass
class Run:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Inkling = Callable[..., Run]


@pytest.fixture
def vault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the vault of a test lies, with its passphrase in the environment as a script would give it."""
    monkeypatch.setenv("INKLING_VAULT", str(folder))
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)
    return folder


@pytest.fixture
def inkling(vault: Path, capsys: pytest.CaptureFixture[str]) -> Inkling:
    """Runs a command in this process."""

    def run(*arguments: str) -> Run:
        capsys.readouterr()
        status = main(arguments=arguments)
        printed = capsys.readouterr()
        return Run(status, printed.out, printed.err)

    return run


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """A WhatsApp export that does not say which of three people is the user."""
    path = tmp_path / "WhatsApp Chat with Lake.txt"
    path.write_text(CHAT, encoding="utf-8")
    return path


@pytest.fixture
def filled(inkling: Inkling, chat: Path) -> Inkling:
    """The command line of a vault that holds that chat."""
    assert inkling("init").status == 0
    assert inkling("import", str(chat), "--me", "Sam Reed").status == 0
    return inkling


@pytest.fixture
def process(vault: Path) -> Inkling:
    """Runs a command in a process of its own, as from a shell, with nobody at the terminal."""

    def run(*arguments: str, **environment: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run


class Person:
    """Somebody at the terminal who answers in the order that was agreed."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.asked: list[str] = []

    def will_say(self, *answers: str) -> None:
        self.answers += answers

    def prompt(self, text: str, **options: Any) -> str:
        self.asked.append(text)
        assert self.answers, f"asked {text!r} and nobody knows what to say"
        return self.answers.pop(0)

    def confirm(self, text: str, **options: Any) -> bool:
        return self.prompt(text) == "y"


@pytest.fixture
def person(vault: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """A person at the terminal; the passphrase is not in the environment, so they are asked for it."""
    somebody = Person()
    monkeypatch.delenv("INKLING_PASSPHRASE")
    monkeypatch.setattr(click, "prompt", somebody.prompt)
    monkeypatch.setattr(click, "confirm", somebody.confirm)
    monkeypatch.setattr(terminal, "is_interactive", lambda: True)
    yield somebody
    assert not somebody.answers, f"nobody asked for {somebody.answers}"
