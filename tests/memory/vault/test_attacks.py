"""The key file in an enemy's hands: whatever is done to it, it opens rightly or not at all, with an error that says so.

"Repaired" means that the attacker recomputed the checksum, which anybody can.
"""

from __future__ import annotations

import base64
import hashlib
import json
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import InklingError, VaultDamagedError, VaultTooNewError, WrongPassphraseError
from memory.vault import Vault, envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSPHRASE = "correct horse battery staple"
Document = dict[str, Any]


def rewrite(folder: Path, change: Callable[[Document], object]) -> None:
    """Change the document and put the checksum right again, as an attacker would."""
    document = json.loads((folder / "vault.json").read_bytes())
    change(document)
    (folder / "vault.json").write_bytes(repaired(document))


def repaired(document: Document) -> bytes:
    rest = {name: value for name, value in document.items() if name != "checksum"}
    compact = json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()
    whole = {**rest, "checksum": hashlib.sha256(compact).hexdigest()}
    return (json.dumps(whole, indent=2, sort_keys=True) + "\n").encode()


def leaves(node: Document, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in node.items():
        yield from leaves(value, (*path, name)) if isinstance(value, dict) else [(*path, name)]


def test_an_attackers_repair_is_what_inkling_writes(vault: Vault, folder: Path) -> None:
    """Otherwise the tests below would only meet the checksum."""
    raw = (folder / "vault.json").read_bytes()
    assert repaired(json.loads(raw)) == raw


def test_every_single_flipped_bit_is_damage(vault: Vault, folder: Path) -> None:
    raw = (folder / "vault.json").read_bytes()
    for position in range(len(raw)):
        for bit in range(8):
            flipped = raw[:position] + bytes([raw[position] ^ (1 << bit)]) + raw[position + 1 :]
            with pytest.raises(VaultDamagedError):
                envelope.parse(flipped)


def test_a_flipped_byte_anywhere_in_the_file_opens_with_neither_secret(vault: Vault, code: str, folder: Path) -> None:
    path = folder / "vault.json"
    raw = path.read_bytes()
    for position in range(len(raw)):
        path.write_bytes(raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :])
        with pytest.raises(VaultDamagedError):
            Vault.open(folder, passphrase=PASSPHRASE)
        with pytest.raises(VaultDamagedError):
            Vault.open(folder, recovery_code=code)


def test_a_file_truncated_anywhere_is_damage(vault: Vault, folder: Path) -> None:
    path = folder / "vault.json"
    raw = path.read_bytes()
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        with pytest.raises(VaultDamagedError):
            Vault.open(folder, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"null",
        b"[]",
        b'"vault"',
        b"{}",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 60_000,
        b"NaN",
        b'{"format": "inkling-vault", "version": 1, "checksum": NaN}',
        b"\0" * 64 * 1024,
    ],
)
def test_a_file_that_is_no_envelope_is_damage(folder: Path, junk: bytes) -> None:
    folder.mkdir()
    (folder / "vault.json").write_bytes(junk)
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


@given(st.binary(max_size=2000))
def test_random_bytes_are_damage(junk: bytes) -> None:
    with pytest.raises(VaultDamagedError):
        envelope.parse(junk)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(
    st.fixed_dictionaries(
        {"format": st.just("inkling-vault"), "version": st.integers(max_value=1) | JSON.filter(lambda v: v != 1)},
        optional={"slots": JSON, "mac": JSON, "vault_id": JSON, "more": JSON},
    )
)
def test_a_document_with_a_right_checksum_and_senseless_fields_is_damage(document: Document) -> None:
    with pytest.raises((VaultDamagedError, VaultTooNewError)):
        envelope.parse(repaired(document))


def test_a_file_far_too_large_is_damage_and_not_read_to_its_end(vault: Vault, folder: Path) -> None:
    with (folder / "vault.json").open("r+b") as file:
        file.truncate(1 << 40)  # a sparse terabyte
    with pytest.raises(VaultDamagedError, match="larger"):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_a_folder_in_place_of_the_key_file_is_damage(folder: Path) -> None:
    (folder / "vault.json").mkdir(parents=True)
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_even_blanks_and_repeated_keys_are_noticed(vault: Vault, folder: Path) -> None:
    raw = (folder / "vault.json").read_bytes()
    twice = raw.replace(b'"version": 1', b'"version": 1,\n  "version": 1')
    for altered in (raw + b"\n", raw.replace(b"\n", b"\r\n"), raw.replace(b"  ", b"\t"), twice):
        with pytest.raises(VaultDamagedError):
            envelope.parse(altered)


def test_a_later_version_says_upgrade(vault: Vault, folder: Path) -> None:
    rewrite(folder, lambda document: document.update(version=2, slots="of another kind", novelty=[1]))
    with pytest.raises(VaultTooNewError, match="upgrade"):
        Vault.open(folder, passphrase=PASSPHRASE)


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None, [1]])
def test_a_version_that_never_was_is_damage(vault: Vault, folder: Path, version: object) -> None:
    rewrite(folder, lambda document: document.update(version=version))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 1 << 30),  # a terabyte
        ("memory_kib", (1 << 20) + 1),
        ("memory_kib", 7),
        ("memory_kib", -1),
        ("memory_kib", 16.0),
        ("memory_kib", "16"),
        ("memory_kib", True),
        ("memory_kib", 10**400),
        ("iterations", 0),
        ("iterations", 1 << 31),
        ("lanes", 0),
        ("lanes", 1 << 24),
        ("name", "argon2i"),
    ],
)
@pytest.mark.parametrize("method", ["passphrase", "recovery"])
def test_a_doctored_cost_is_refused_before_it_is_paid(
    vault: Vault, folder: Path, method: str, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(folder, lambda document: document["slots"][method]["kdf"].update({name: value}))
    monkeypatch.setattr("memory.vault.kdf.derive", lambda *_: pytest.fail("the cost was paid"))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_a_cost_within_bounds_each_but_too_long_together_is_refused(vault: Vault, folder: Path) -> None:
    rewrite(folder, lambda document: document["slots"]["passphrase"]["kdf"].update(memory_kib=1 << 20, iterations=64))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_every_field_is_authenticated_against_an_attacker_who_repairs_the_checksum(
    vault: Vault, code: str, folder: Path
) -> None:
    path = folder / "vault.json"
    raw = path.read_bytes()
    changed = 0
    for leaf in leaves(json.loads(raw)):
        if leaf == ("checksum",):
            continue
        path.write_bytes(raw)
        rewrite(folder, lambda document, leaf=leaf: alter(document, leaf))  # type: ignore[misc]
        assert path.read_bytes() != raw
        for secret in ({"passphrase": PASSPHRASE}, {"recovery_code": code}):
            with pytest.raises((VaultDamagedError, WrongPassphraseError, VaultTooNewError)):
                Vault.open(folder, **secret)
        changed += 1
    assert changed == 4 + 2 * 7


def alter(document: Document, leaf: tuple[str, ...]) -> None:
    """Change one field to another value of the same shape."""
    node = document
    for name in leaf[:-1]:
        node = node[name]
    value = node[leaf[-1]]
    if isinstance(value, int):
        node[leaf[-1]] = value + 1
    elif leaf[-1] in {"format", "name"}:
        node[leaf[-1]] = value.upper()
    else:
        data = base64.b64decode(value)
        node[leaf[-1]] = base64.b64encode(bytes([data[0] ^ 1]) + data[1:]).decode()


def test_tampering_with_another_slot_is_found_after_unlocking(vault: Vault, folder: Path) -> None:
    rewrite(folder, lambda document: alter(document, ("slots", "recovery", "wrapped_key")))
    with pytest.raises(VaultDamagedError, match="altered"):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_tampering_with_the_slot_itself_looks_like_a_wrong_passphrase(vault: Vault, folder: Path) -> None:
    """Nobody without the passphrase can tell these apart; the message must not claim more."""
    rewrite(folder, lambda document: alter(document, ("slots", "passphrase", "wrapped_key")))
    with pytest.raises(WrongPassphraseError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_the_slots_of_one_vault_cannot_be_exchanged(vault: Vault, code: str, folder: Path) -> None:
    def exchange(document: Document) -> None:
        slots = document["slots"]
        slots["passphrase"], slots["recovery"] = slots["recovery"], slots["passphrase"]

    rewrite(folder, exchange)
    for secret in ({"passphrase": PASSPHRASE}, {"recovery_code": code}):
        with pytest.raises(WrongPassphraseError):
            Vault.open(folder, **secret)


@pytest.mark.parametrize("fields", [("slots",), ("slots", "vault_id"), ("slots", "mac"), ("mac",), ("vault_id",)])
def test_parts_of_a_vault_with_a_known_passphrase_do_not_open_another(
    vault: Vault, folder: Path, tmp_path: Path, fields: tuple[str, ...]
) -> None:
    Vault.create(tmp_path / "mine", "known to the attacker")
    mine = json.loads((tmp_path / "mine" / "vault.json").read_bytes())
    rewrite(folder, lambda document: document.update({name: mine[name] for name in fields}))
    for passphrase in ("known to the attacker", PASSPHRASE):
        with pytest.raises((WrongPassphraseError, VaultDamagedError)):
            Vault.open(folder, passphrase=passphrase)


def test_one_slot_of_a_vault_with_a_known_passphrase_does_not_open_another(
    vault: Vault, folder: Path, tmp_path: Path
) -> None:
    Vault.create(tmp_path / "mine", "known to the attacker")
    mine = json.loads((tmp_path / "mine" / "vault.json").read_bytes())
    rewrite(folder, lambda document: document["slots"].update(recovery=mine["slots"]["recovery"]))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_a_slot_cannot_be_slipped_in_or_taken_out(vault: Vault, folder: Path, system_keyring: object) -> None:
    vault.remember_in_keyring()
    remembered = json.loads((folder / "vault.json").read_bytes())["slots"]["keyring"]
    rewrite(folder, lambda document: document["slots"].pop("keyring"))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)
    rewrite(folder, lambda document: document["slots"].update(keyring=remembered))
    vault.forget_keyring()
    rewrite(folder, lambda document: document["slots"].update(keyring=remembered))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


@pytest.mark.parametrize("method", ["passphrase", "recovery"])
def test_a_missing_slot_is_damage(vault: Vault, folder: Path, method: str) -> None:
    rewrite(folder, lambda document: document["slots"].pop(method))
    with pytest.raises(VaultDamagedError):
        Vault.open(folder, passphrase=PASSPHRASE)


def test_an_unknown_slot_or_field_is_damage(vault: Vault, folder: Path) -> None:
    raw = (folder / "vault.json").read_bytes()
    for path in ((), ("slots",), ("slots", "passphrase"), ("slots", "passphrase", "kdf")):
        (folder / "vault.json").write_bytes(raw)

        def add(document: Document, path: tuple[str, ...] = path) -> None:
            node = document
            for name in path:
                node = node[name]
            node["extra"] = 1

        rewrite(folder, add)
        with pytest.raises(VaultDamagedError):
            Vault.open(folder, passphrase=PASSPHRASE)


def test_a_key_file_exchanged_while_the_vault_is_open_is_not_written_to(
    vault: Vault, code: str, folder: Path, tmp_path: Path
) -> None:
    """The attacker knows the passphrase of the file he put there, which must not make it this vault's."""
    Vault.create(tmp_path / "mine", PASSPHRASE)
    foreign = (tmp_path / "mine" / "vault.json").read_bytes()
    (folder / "vault.json").write_bytes(foreign)
    for change in (
        lambda: vault.change_passphrase(PASSPHRASE, "x"),
        lambda: vault.change_passphrase_with_recovery(code, "x"),
        lambda: vault.new_recovery_code(PASSPHRASE),
        vault.remember_in_keyring,
        vault.forget_keyring,
    ):
        with pytest.raises(VaultDamagedError):
            change()
    assert (folder / "vault.json").read_bytes() == foreign


def test_nothing_secret_is_in_the_file_or_in_what_is_printed(vault: Vault, code: str, folder: Path) -> None:
    master = bytes(vault._master or b"")
    raw = (folder / "vault.json").read_bytes()
    shown = repr(vault) + repr(vault._envelope) + str(vault)
    secrets = [master, vault.subkey("store"), vault.subkey("lines"), PASSPHRASE.encode(), code.encode()]
    secrets += [code.replace("-", "").encode()]
    for secret in secrets:
        for written in (secret, base64.b64encode(secret).rstrip(b"="), secret.hex().encode(), repr(secret).encode()):
            assert written not in raw
            assert written not in shown.encode()


@pytest.mark.parametrize("typed", ["hunter2 wrong", "\ud800hunter2", "hunter2\u0378"])
def test_what_was_typed_is_in_no_error_nor_in_the_error_behind_it(vault: Vault, folder: Path, typed: str) -> None:
    for attempt in (
        lambda: Vault.open(folder, passphrase=typed),
        lambda: Vault.open(folder, recovery_code=typed),
        lambda: vault.change_passphrase(typed, "new"),
        lambda: vault.change_passphrase_with_recovery(typed, "new"),
    ):
        with pytest.raises(InklingError) as caught:
            attempt()
        error: BaseException | None = caught.value
        while error is not None:
            assert "hunter2" not in repr(error) + str(error)
            assert "hunter2" not in "".join(traceback.format_exception_only(error))
            error = error.__context__
