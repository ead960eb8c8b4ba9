"""The system's keyring: opt-in, never the master key itself, and really over when it is forgotten."""

from __future__ import annotations

import base64
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from memory.errors import MissingPartError, StorageFullError, VaultDamagedError, WrongPassphraseError
from memory.vault import Vault, os_keyring

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "correct horse battery staple"


def test_a_remembered_vault_opens_without_a_passphrase(vault: Vault, folder: Path, system_keyring: Any) -> None:
    vault.remember_in_keyring()
    assert vault.in_keyring
    assert Vault.open_with_keyring(folder).subkey("store") == vault.subkey("store")
    assert Vault.open(folder, passphrase=PASSPHRASE).in_keyring


def test_nothing_is_in_the_keyring_until_asked_for(vault: Vault, folder: Path, system_keyring: Any) -> None:
    assert not vault.in_keyring
    assert not system_keyring.kept
    with pytest.raises(WrongPassphraseError, match="not remembered"):
        Vault.open_with_keyring(folder)


def test_the_keyring_never_sees_the_master_key_nor_a_subkey(vault: Vault, system_keyring: Any) -> None:
    vault.remember_in_keyring()
    (kept,) = system_keyring.kept.values()
    assert base64.b64decode(kept) not in {bytes(vault._master or b""), vault.subkey("store")}


def test_a_forgotten_vault_does_not_open_even_with_a_kept_secret(
    vault: Vault, folder: Path, system_keyring: Any
) -> None:
    vault.remember_in_keyring()
    copy = dict(system_keyring.kept)
    vault.forget_keyring()
    assert not vault.in_keyring
    assert not system_keyring.kept
    system_keyring.kept.update(copy)
    with pytest.raises(WrongPassphraseError):
        Vault.open_with_keyring(folder)
    assert Vault.open(folder, passphrase=PASSPHRASE).subkey("store") == vault.subkey("store")


def test_forgetting_what_was_never_remembered_is_harmless(vault: Vault, system_keyring: Any) -> None:
    vault.forget_keyring()


def test_remembering_again_leaves_one_secret_that_opens(vault: Vault, folder: Path, system_keyring: Any) -> None:
    vault.remember_in_keyring()
    vault.remember_in_keyring()
    assert len(system_keyring.kept) == 1
    Vault.open_with_keyring(folder)


def test_the_keyring_still_opens_after_a_change_of_passphrase(vault: Vault, folder: Path, system_keyring: Any) -> None:
    """Also when the vault that changes it was opened before the keyring was asked to remember."""
    other = Vault.open(folder, passphrase=PASSPHRASE)
    vault.remember_in_keyring()
    other.change_passphrase(PASSPHRASE, "new")
    assert Vault.open_with_keyring(folder).subkey("store") == vault.subkey("store")


def test_a_disk_that_fills_while_remembering_leaves_the_earlier_secret_working(
    vault: Vault, folder: Path, system_keyring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.remember_in_keyring()
    before = dict(system_keyring.kept)

    def full(*_: object) -> None:
        raise StorageFullError("no space left")

    monkeypatch.setattr("memory.vault.keyfile.write", full)
    with pytest.raises(StorageFullError):
        vault.remember_in_keyring()
    assert system_keyring.kept == before
    Vault.open_with_keyring(folder)


def test_two_vaults_are_remembered_apart(tmp_path: Path, system_keyring: Any) -> None:
    vaults = [Vault.create(tmp_path / name, PASSPHRASE)[0] for name in ("one", "two")]
    for vault in vaults:
        vault.remember_in_keyring()
    for vault in vaults:
        assert Vault.open_with_keyring(vault.folder).subkey("store") == vault.subkey("store")


@pytest.mark.parametrize("secret", ["", "no base64!", base64.b64encode(b"short").decode(), "é"])
def test_a_senseless_secret_does_not_open(vault: Vault, folder: Path, system_keyring: Any, secret: str) -> None:
    vault.remember_in_keyring()
    for entry in system_keyring.kept:
        system_keyring.kept[entry] = secret
    with pytest.raises(WrongPassphraseError):
        Vault.open_with_keyring(folder)


def test_a_secret_of_the_right_shape_that_is_not_ours_does_not_open(
    vault: Vault, folder: Path, system_keyring: Any
) -> None:
    vault.remember_in_keyring()
    for entry in system_keyring.kept:
        system_keyring.kept[entry] = base64.b64encode(bytes(32)).decode()
    with pytest.raises(WrongPassphraseError):
        Vault.open_with_keyring(folder)


def test_a_locked_keyring_says_use_the_passphrase_and_changes_nothing(
    vault: Vault, folder: Path, system_keyring: Any
) -> None:
    before = (folder / "vault.json").read_bytes()
    system_keyring.refuse = True
    with pytest.raises(MissingPartError, match="passphrase"):
        vault.remember_in_keyring()
    assert (folder / "vault.json").read_bytes() == before


def test_forgetting_ends_it_in_the_vault_even_if_the_keyring_is_out_of_reach(
    vault: Vault, folder: Path, system_keyring: Any
) -> None:
    vault.remember_in_keyring()
    system_keyring.refuse = True
    with pytest.raises(MissingPartError):
        vault.forget_keyring()
    system_keyring.refuse = False
    with pytest.raises(WrongPassphraseError):
        Vault.open_with_keyring(folder)


class PlaintextKeyring(KeyringBackend):
    priority = 0.5  # type: ignore[assignment]

    def set_password(self, service: str, username: str, password: str) -> None:
        pytest.fail("a secret was about to be kept in plain")

    def get_password(self, service: str, username: str) -> str | None:
        return None


class Insisting(PlaintextKeyring):
    priority = 9  # type: ignore[assignment]


Insisting.__module__ = "keyrings.alt.file"


@pytest.mark.parametrize(
    "backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, PlaintextKeyring, Insisting]
)
def test_a_backend_that_does_not_protect_is_refused(
    vault: Vault, system_keyring: Any, folder: Path, backend: type[KeyringBackend]
) -> None:
    before = (folder / "vault.json").read_bytes()
    keyring.set_keyring(backend())
    with pytest.raises(MissingPartError, match="no keyring on this system"):
        vault.remember_in_keyring()
    assert (folder / "vault.json").read_bytes() == before


def test_of_a_chain_of_keyrings_the_best_is_used_and_no_other(
    vault: Vault, folder: Path, system_keyring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda: [PlaintextKeyring(), system_keyring])
    keyring.set_keyring(keyring.backends.chainer.ChainerBackend())
    vault.remember_in_keyring()
    assert len(system_keyring.kept) == 1
    Vault.open_with_keyring(folder)


def test_a_chain_with_nothing_safe_in_it_is_refused(
    vault: Vault, system_keyring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for backends in ([], [PlaintextKeyring()]):
        monkeypatch.setattr(keyring.backend, "get_all_keyring", lambda backends=backends: backends)
        keyring.set_keyring(keyring.backends.chainer.ChainerBackend())
        with pytest.raises(MissingPartError):
            vault.remember_in_keyring()


def test_without_the_package_it_says_what_to_install(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingPartError, match="pip install keyring"):
        vault.remember_in_keyring()


def test_a_damaged_file_is_damage_for_the_keyring_too(vault: Vault, folder: Path, system_keyring: Any) -> None:
    vault.remember_in_keyring()
    raw = (folder / "vault.json").read_bytes()
    (folder / "vault.json").write_bytes(raw.replace(b'"version": 1', b'"version": 0'))
    with pytest.raises(VaultDamagedError):
        Vault.open_with_keyring(folder)


def test_opening_a_vault_imports_no_keyring_backend() -> None:
    script = "import sys, memory.vault; sys.exit(any(m.split('.')[0] in {'keyring', 'stdnum'} for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_secret_is_32_random_bytes() -> None:
    assert {len(os_keyring.new_secret()) for _ in range(20)} == {32}
    assert len({os_keyring.new_secret() for _ in range(20)}) == 20
