"""A vault at the cheapest cost Argon2id allows, and a keyring in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import keyring.backend
import keyring.errors
import pytest

from memory.vault import Cost, Vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSPHRASE = "correct horse battery staple"


class KeyringInMemory(keyring.backend.KeyringBackend):
    """Keeps what it is given, as the operating system's would; ``refuse`` makes it behave as one that is locked."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.refuse = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]

    def _check(self) -> None:
        if self.refuse:
            raise keyring.errors.KeyringLocked("the collection is locked")


@pytest.fixture(autouse=True)
def cheap_cost(monkeypatch: pytest.MonkeyPatch) -> Cost:
    cost = Cost(memory_kib=16, iterations=1, lanes=1)
    monkeypatch.setattr("memory.vault.kdf.DEFAULT_COST", cost)
    return cost


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def created(folder: Path) -> tuple[Vault, str]:
    """A vault under PASSPHRASE, and its recovery code."""
    return Vault.create(folder, PASSPHRASE)


@pytest.fixture
def vault(created: tuple[Vault, str]) -> Vault:
    return created[0]


@pytest.fixture
def code(created: tuple[Vault, str]) -> str:
    return created[1]


@pytest.fixture
def system_keyring() -> Iterator[KeyringInMemory]:
    before = keyring.get_keyring()
    backend = KeyringInMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)
