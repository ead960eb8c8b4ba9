"""What every test starts from: a home of its own, no network, a key derivation that costs nothing, a fixed clock."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import PASSPHRASE, Clock

from assistant import Assistant
from memory.vault import kdf


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a home folder of its own, and no setting of the person running it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("INKLING_VAULT", "INKLING_PASSPHRASE", "INKLING_DEBUG", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("INKLING_HOME", str(home / "inkling"))
    monkeypatch.setenv("INKLING_RUNTIME", str(home / "run"))
    monkeypatch.setenv("INKLING_IN_PROCESS", "1")  # no engine but where a test starts one
    return home


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening an internet connection fails the test: nothing of Inkling's may."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            pytest.fail(f"something tried to open a network connection (family {self.family!r})")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its cheapest; the tests of the key derivation itself set their own cost."""
    monkeypatch.setattr(kdf, "DEFAULT_COST", kdf.Cost(memory_kib=64, iterations=1, lanes=1))


@pytest.fixture
def clock() -> Clock:
    """The present, as the assistant under test sees it."""
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the vault of a test lies."""
    return tmp_path / "vault"


@pytest.fixture
def assistant(folder: Path, clock: Clock) -> Iterator[Assistant]:
    """An open, empty vault."""
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True, clock=clock) as opened:
        yield opened
