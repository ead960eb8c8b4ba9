"""What a user does with a vault: make it, open it, change how it opens, lock it."""

from __future__ import annotations

import copy
import pickle
import stat
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.errors import (
    InvalidInputError,
    VaultDamagedError,
    VaultExistsError,
    VaultLockedError,
    VaultMissingError,
    WrongPassphraseError,
)
from memory.vault import Cost, Vault, kdf
from memory.vault.vault import USES

PASSPHRASE = "correct horse battery staple"
CHARACTERS = st.characters(exclude_categories=("Cs", "Cn"))


def test_a_new_vault_opens_with_its_passphrase_and_gives_the_same_keys(vault: Vault, folder: Path) -> None:
    with Vault.open(folder, passphrase=PASSPHRASE) as opened:
        assert [opened.subkey(use) for use in USES] == [vault.subkey(use) for use in USES]


def test_a_new_vault_opens_with_its_recovery_code(vault: Vault, code: str, folder: Path) -> None:
    assert Vault.open(folder, recovery_code=code).subkey("store") == vault.subkey("store")


def test_only_the_owner_may_enter_the_folder_or_read_the_key_file(vault: Vault, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_folder_with_other_things_in_it_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letter.txt").write_text("dear")
    Vault.create(tmp_path, PASSPHRASE)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_store_lies_in_the_vaults_folder(vault: Vault, folder: Path) -> None:
    assert vault.folder == folder
    assert vault.store_path == folder / "inkling.db"


def test_a_vault_is_never_created_over_another(vault: Vault, folder: Path) -> None:
    before = (folder / "vault.json").read_bytes()
    with pytest.raises(VaultExistsError):
        Vault.create(folder, "another")
    assert (folder / "vault.json").read_bytes() == before


def test_a_vault_is_not_created_over_a_damaged_key_file_either(folder: Path) -> None:
    folder.mkdir()
    (folder / "vault.json").write_bytes(b"")
    with pytest.raises(VaultExistsError):
        Vault.create(folder, PASSPHRASE)


def test_a_store_without_its_key_file_is_damage_and_not_a_place_for_a_new_vault(folder: Path) -> None:
    folder.mkdir()
    (folder / "inkling.db").write_bytes(b"ciphertext")
    with pytest.raises(VaultDamagedError, match=r"vault\.json is gone"):
        Vault.open(folder, passphrase=PASSPHRASE)
    with pytest.raises(VaultExistsError):
        Vault.create(folder, PASSPHRASE)


def test_where_there_is_no_vault_it_says_so(folder: Path) -> None:
    assert not Vault.exists(folder)
    with pytest.raises(VaultMissingError, match="inkling init"):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_a_vault_exists_once_it_is_created(vault: Vault, folder: Path) -> None:
    assert Vault.exists(folder)


def test_missing_and_damaged_vaults_are_found_before_a_passphrase_is_asked_for(vault: Vault, folder: Path) -> None:
    Vault.check(folder)
    with pytest.raises(VaultMissingError):
        Vault.check(folder / "elsewhere")
    (folder / "vault.json").write_bytes((folder / "vault.json").read_bytes()[:-1])
    with pytest.raises(VaultDamagedError):
        Vault.check(folder)


@pytest.mark.parametrize("wrong", [PASSPHRASE + " ", PASSPHRASE.upper(), "x", PASSPHRASE[:-1], "\0"])
def test_a_wrong_passphrase_does_not_open(vault: Vault, folder: Path, wrong: str) -> None:
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, passphrase=wrong)


@pytest.mark.parametrize("unusable", ["", "\ud800"])
def test_a_passphrase_that_is_no_text_is_refused(folder: Path, unusable: str) -> None:
    with pytest.raises(InvalidInputError):
        Vault.create(folder, unusable)
    assert not Vault.exists(folder)


def test_a_character_that_unicode_has_not_assigned_cannot_be_chosen_but_can_be_tried(
    vault: Vault, folder: Path
) -> None:
    with pytest.raises(InvalidInputError):
        vault.change_passphrase(PASSPHRASE, "\u0378")
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, passphrase="\u0378")


def test_opening_asks_for_exactly_one_secret(vault: Vault, code: str, folder: Path) -> None:
    with pytest.raises(InvalidInputError):
        Vault.open(folder)
    with pytest.raises(InvalidInputError):
        Vault.open(folder, passphrase=PASSPHRASE, recovery_code=code)


@settings(max_examples=60, deadline=None)
@given(st.text(CHARACTERS, min_size=1))
def test_any_passphrase_opens_however_its_characters_are_composed(passphrase: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        made, _ = Vault.create(Path(name) / "v", passphrase)
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            opened = Vault.open(Path(name) / "v", passphrase=unicodedata.normalize(form, passphrase))
            assert opened.subkey("store") == made.subkey("store")


@settings(max_examples=60, deadline=None)
@given(st.text(CHARACTERS, min_size=1), st.text(CHARACTERS, min_size=1))
def test_two_passphrases_open_the_same_vault_only_if_they_normalise_alike(right: str, tried: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        Vault.create(Path(name) / "v", right)
        if kdf.normalise(right) == kdf.normalise(tried):
            Vault.open(Path(name) / "v", passphrase=tried)
        else:
            with pytest.raises(WrongPassphraseError):
                Vault.open(Path(name) / "v", passphrase=tried)


def test_subkeys_are_32_bytes_and_differ_by_use(vault: Vault) -> None:
    keys = [vault.subkey(use) for use in ("store", "lines", "tombstones", "receipts")]
    assert {len(key) for key in keys} == {32}
    assert len(set(keys)) == len(keys)


def test_subkeys_differ_between_vaults_with_the_same_passphrase(tmp_path: Path) -> None:
    one, _ = Vault.create(tmp_path / "one", PASSPHRASE)
    two, _ = Vault.create(tmp_path / "two", PASSPHRASE)
    assert not {one.subkey(use) for use in USES} & {two.subkey(use) for use in USES}


def test_there_is_no_subkey_for_an_unknown_use(vault: Vault) -> None:
    with pytest.raises(InvalidInputError):
        vault.subkey("tea")  # type: ignore[arg-type]


def test_after_a_change_the_old_passphrase_no_longer_opens_and_the_keys_stay(vault: Vault, folder: Path) -> None:
    vault.change_passphrase(PASSPHRASE, "new one")
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, passphrase=PASSPHRASE)
    assert Vault.open(folder, passphrase="new one").subkey("store") == vault.subkey("store")


def test_the_recovery_code_still_opens_after_a_change_of_passphrase(vault: Vault, code: str, folder: Path) -> None:
    vault.change_passphrase(PASSPHRASE, "new one")
    assert Vault.open(folder, recovery_code=code).subkey("store") == vault.subkey("store")


def test_changing_needs_the_old_passphrase_even_when_the_vault_is_open(vault: Vault, folder: Path) -> None:
    before = (folder / "vault.json").read_bytes()
    with pytest.raises(WrongPassphraseError):
        vault.change_passphrase("a guess", "new one")
    with pytest.raises(WrongPassphraseError):
        vault.new_recovery_code("a guess")
    with pytest.raises(InvalidInputError):
        vault.change_passphrase(PASSPHRASE, "")
    assert (folder / "vault.json").read_bytes() == before


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(vault: Vault, code: str, folder: Path) -> None:
    with Vault.open(folder, recovery_code=code) as recovered:
        recovered.change_passphrase_with_recovery(code, "new one")
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, passphrase=PASSPHRASE)
    assert Vault.open(folder, passphrase="new one").subkey("store") == vault.subkey("store")
    assert Vault.open(folder, recovery_code=code).subkey("store") == vault.subkey("store")


def test_a_new_recovery_code_ends_the_one_before(vault: Vault, code: str, folder: Path) -> None:
    new = vault.new_recovery_code(PASSPHRASE)
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, recovery_code=code)
    assert Vault.open(folder, recovery_code=new).subkey("store") == vault.subkey("store")
    assert Vault.open(folder, passphrase=PASSPHRASE).subkey("store") == vault.subkey("store")


def test_every_wrapping_has_its_own_salt_nonce_and_ciphertext(vault: Vault, folder: Path) -> None:
    before = (folder / "vault.json").read_text()
    vault.change_passphrase(PASSPHRASE, PASSPHRASE)
    secrets = {line for line in before.splitlines() if any(name in line for name in ("salt", "nonce", "wrapped"))}
    after = (folder / "vault.json").read_text().splitlines()
    assert len(secrets) == 6
    assert len(secrets & set(after)) == 3  # the recovery slot, which was left alone


def test_a_risen_cost_is_noticed_and_taken_up_at_the_next_change(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not vault.cost_is_outdated
    monkeypatch.setattr("memory.vault.kdf.DEFAULT_COST", Cost(memory_kib=32, iterations=2, lanes=1))
    opened = Vault.open(folder, passphrase=PASSPHRASE)
    assert opened.cost_is_outdated
    opened.change_passphrase(PASSPHRASE, PASSPHRASE)
    assert not opened.cost_is_outdated
    assert '"memory_kib": 32' in (folder / "vault.json").read_text()


def test_a_locked_vault_does_nothing_and_locking_twice_is_harmless(vault: Vault, code: str, folder: Path) -> None:
    vault.lock()
    vault.lock()
    assert vault.is_locked
    for use in (
        lambda: vault.subkey("store"),
        lambda: vault.change_passphrase(PASSPHRASE, "x"),
        lambda: vault.change_passphrase_with_recovery(code, "x"),
        lambda: vault.new_recovery_code(PASSPHRASE),
        vault.remember_in_keyring,
        vault.forget_keyring,
    ):
        with pytest.raises(VaultLockedError):
            use()
    Vault.open(folder, passphrase=PASSPHRASE)


def test_locking_overwrites_the_master_key(vault: Vault) -> None:
    master = vault._master
    assert master is not None
    assert any(master)
    vault.lock()
    assert master == bytes(32)


def test_leaving_the_with_block_locks_also_after_an_error(folder: Path, vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError), Vault.open(folder, passphrase=PASSPHRASE) as opened:
        _ = 1 / 0
    assert opened.is_locked


def test_a_vault_cannot_be_pickled_or_copied(vault: Vault) -> None:
    for spill in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            spill(vault)
