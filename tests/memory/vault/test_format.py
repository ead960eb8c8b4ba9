"""The format of the key file is what docs/storage.md says, and a vault made by the first release opens for ever."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from memory.vault import Vault, envelope, kdf
from memory.vault.vault import USES

DOCUMENT = Path(__file__).parents[3] / "docs" / "storage.md"
SUBKEYS = {
    "store": "a96bbb5736d2e995741360cc048b8db6f8ac1430a660258c29ccd8ffa9141c39",
    "lines": "6c5add30cd80579c8cee83cd195578b828ab64a2cd2ab0d601b49f7b8e06de7f",
    "tombstones": "886f815d15812ffd92ed9acff10da55eac9a154a4cebdcec8fc09695c4e36347",
    "receipts": "b5730970780a060dbd04d932d5054a92b8d1d16f0036b45b8e141a370f09878c",
}


@pytest.fixture(scope="module")
def page() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture
def documented(page: str, folder: Path) -> Path:
    """The folder of the vault whose key file is printed in the documentation."""
    (example,) = re.findall(r"```json\n(\{.*?\n\}\n)```", page, re.DOTALL)
    folder.mkdir()
    (folder / "vault.json").write_bytes(example.encode())
    return folder


def secrets(page: str) -> dict[str, str]:
    found = re.search(r"its passphrase is `(.+?)`, its recovery code\n?\s*`(.+?)`", page)
    assert found
    return {"passphrase": found[1], "recovery_code": found[2]}


def test_the_documented_vault_opens_with_both_secrets_and_gives_the_same_subkeys_as_ever(
    documented: Path, page: str
) -> None:
    for name, secret in secrets(page).items():
        vault = Vault.open(documented, **{name: secret})
        assert {use: vault.subkey(use).hex() for use in USES} == SUBKEYS


def test_whoever_follows_the_page_gets_the_subkeys_without_inkling(documented: Path, page: str) -> None:
    given = secrets(page)
    for method, secret in (
        ("passphrase", unicodedata.normalize("NFKC", given["passphrase"]).encode()),
        ("recovery", given["recovery_code"].replace("-", "").encode()),
    ):
        document = json.loads((documented / "vault.json").read_bytes())
        assert document.pop("checksum") == hashlib.sha256(canonical(document)).hexdigest()
        vault_id = base64.b64decode(document["vault_id"])
        master = unwrap(document, method, secret)
        mac = base64.b64decode(document.pop("mac"))
        assert hmac.digest(hkdf(master, vault_id, "inkling v1 envelope"), canonical(document), "sha256") == mac
        found = {use: hkdf(master, vault_id, f"inkling v1 subkey {use}").hex() for use in SUBKEYS}
        assert found == SUBKEYS


def unwrap(document: dict[str, Any], method: str, secret: bytes) -> bytes:
    slot = document["slots"][method]
    parameters = slot["kdf"]
    key = Argon2id(
        salt=base64.b64decode(parameters["salt"]),
        length=32,
        iterations=parameters["iterations"],
        lanes=parameters["lanes"],
        memory_cost=parameters["memory_kib"],
    ).derive(secret)
    described = {name: document[name] for name in ("format", "vault_id", "version")}
    associated = canonical({**described, "kdf": parameters, "method": method})
    return AESGCM(key).decrypt(base64.b64decode(slot["nonce"]), base64.b64decode(slot["wrapped_key"]), associated)


def canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def hkdf(key: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info.encode()).derive(key)


def test_the_page_names_every_field_subkey_and_bound(documented: Path, page: str) -> None:
    document = json.loads((documented / "vault.json").read_bytes())
    for name in (*document, *document["slots"]["passphrase"], *document["slots"]["passphrase"]["kdf"], *USES):
        assert f"`{name}`" in page or f".{name}`" in page
    assert str(envelope.MAX_BYTES) in page
    assert f"lanes\nfrom 1 to {kdf.MAX_LANES}, iterations from 1 to {kdf.MAX_ITERATIONS}," in page
    assert kdf.MAX_MEMORY_KIB == 1 << 20
    assert kdf.MAX_MEMORY_KIB_PASSES == 8 << 20
