"""An engine in a thread of the test, with a vault of its own and an embedder that costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import Running
from fakes import FakeEmbedder
from support import PASSPHRASE

from assistant import Assistant
from assistant.client import Client


@pytest.fixture
def code(folder: Path) -> str:
    """A new vault; its recovery code."""
    with Assistant.open(folder, PASSPHRASE, create=True, embedder=FakeEmbedder()) as made:
        assert made.recovery_code
        return made.recovery_code


@pytest.fixture
def running(folder: Path, code: str, tmp_path: Path) -> Iterator[Running]:
    """An engine with a locked vault."""
    found = Running(folder.resolve(), tmp_path / "log" / "engine.log")
    yield found
    found.end()


@pytest.fixture
def locked(running: Running) -> Iterator[Client]:
    """A client of it."""
    with running.client() as client:
        yield client


@pytest.fixture
def client(locked: Client) -> Client:
    """A client of an engine with an open vault."""
    locked.unlock(PASSPHRASE)
    return locked
