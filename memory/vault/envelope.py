"""The format of ``vault.json``: which slots hold the wrapped master key, and what proves that nothing was altered.

Three layers, because each can tell something the others cannot. A plain SHA-256 over the content finds accidents
before any passphrase is asked for. Each slot is AES-256-GCM with everything that describes it as associated data, so a
slot moved, renamed or made cheaper does not open. An HMAC under the master key covers the whole, so that a slot added
or removed is found after unlocking. The surprising decision: the file must be byte for byte what Inkling would write,
so that even a changed blank is noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from memory.errors import VaultDamagedError, VaultTooNewError
from memory.vault import kdf
from memory.vault.kdf import KEY_BYTES, SALT_BYTES, Cost

FORMAT = "inkling-vault"
VERSION = 1
MAX_BYTES = 64 * 1024
ID_BYTES = 16
NONCE_BYTES = 12
WRAPPED_BYTES = KEY_BYTES + 16  # AES-GCM's tag
MAC_BYTES = 32
MAC_INFO = b"inkling v1 envelope"

Method = Literal["passphrase", "recovery", "keyring"]
METHODS: tuple[Method, ...] = get_args(Method)
ALWAYS: frozenset[Method] = frozenset({"passphrase", "recovery"})


@dataclass(frozen=True, slots=True)
class Slot:
    """The master key wrapped for one way of unlocking."""

    cost: Cost
    salt: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What ``vault.json`` holds. ``mac`` is valid only for the slots it was sealed with: see ``seal``."""

    vault_id: bytes
    slots: dict[Method, Slot]
    mac: bytes = field(default=b"", repr=False)

    def with_slot(self, method: Method, slot: Slot) -> Envelope:
        """A copy with ``method``'s slot added or replaced; unsealed."""
        return replace(self, slots={**self.slots, method: slot}, mac=b"")

    def without_slot(self, method: Method) -> Envelope:
        """A copy that ``method`` no longer opens; unsealed."""
        return replace(self, slots={name: slot for name, slot in self.slots.items() if name != method}, mac=b"")


def wrap(vault_id: bytes, method: Method, master: bytes | bytearray, secret: bytes, cost: Cost) -> Slot:
    """A slot that opens with ``secret``, under a fresh salt and nonce."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    key = kdf.derive(secret, salt, cost)
    wrapped = AESGCM(key).encrypt(nonce, bytes(master), _associated(vault_id, method, cost, salt))
    return Slot(cost, salt, nonce, wrapped)


def unwrap(envelope: Envelope, method: Method, secret: bytes) -> bytearray | None:
    """The master key, or None if ``secret`` does not open ``method``'s slot (wrong, or the slot was altered).

    Raises VaultDamagedError if the slot opens and the envelope around it was altered.
    """
    slot = envelope.slots[method]
    key = kdf.derive(secret, slot.salt, slot.cost)
    try:
        opened = AESGCM(key).decrypt(
            slot.nonce, slot.wrapped, _associated(envelope.vault_id, method, slot.cost, slot.salt)
        )
    except InvalidTag:
        return None
    master = bytearray(opened)
    verify(envelope, master)
    return master


def seal(envelope: Envelope, master: bytes | bytearray) -> Envelope:
    """A copy whose ``mac`` vouches for the present slots."""
    return replace(envelope, mac=_mac(envelope, master))


def verify(envelope: Envelope, master: bytes | bytearray) -> None:
    """Raise VaultDamagedError unless whoever sealed ``envelope`` held ``master``."""
    if not hmac.compare_digest(envelope.mac, _mac(envelope, master)):
        raise VaultDamagedError(
            "vault.json was altered since Inkling wrote it, or belongs to another vault; restore it from a copy"
        )


def serialise(envelope: Envelope) -> bytes:
    """The bytes of ``vault.json``: indented JSON, keys sorted, with the checksum of all the rest."""
    document = {**_body(envelope), "mac": _encode(envelope.mac)}
    return (json.dumps({**document, "checksum": _checksum(document)}, indent=2, sort_keys=True) + "\n").encode()


def parse(raw: bytes) -> Envelope:
    """The envelope in ``raw``.

    Raises VaultDamagedError for anything that is not byte for byte an envelope, and VaultTooNewError for an intact one
    of a later version ("format", "version" and "checksum" keep their meaning in every version).
    """
    document = _load(raw)
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise VaultTooNewError(f"the vault has format {version}, this Inkling reads up to {VERSION}; upgrade Inkling")
    try:
        envelope = _read(document)
    except (KeyError, TypeError, ValueError, binascii.Error):  # InvalidInputError of Cost is a ValueError
        raise _damaged("its fields do not make sense") from None
    if serialise(envelope) != raw:
        raise _damaged("it is not written the way Inkling writes it")
    return envelope


def _load(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise _damaged(f"it is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(raw)
        rest = {name: value for name, value in document.items() if name != "checksum"}
        intact = rest.get("format") == FORMAT and document.get("checksum") == _checksum(rest)
    except (ValueError, AttributeError, RecursionError):
        raise _damaged("it is not a JSON object") from None
    if not intact:
        raise _damaged("its checksum does not match")
    return rest


def _read(document: dict[str, Any]) -> Envelope:
    methods = set(document["slots"])
    if _integer(document["version"]) != VERSION or methods - set(METHODS) or not methods >= ALWAYS:
        raise ValueError
    return Envelope(
        vault_id=_decode(document["vault_id"], ID_BYTES),
        slots={method: _read_slot(document["slots"][method]) for method in METHODS if method in document["slots"]},
        mac=_decode(document["mac"], MAC_BYTES),
    )


def _read_slot(fields: dict[str, Any]) -> Slot:
    parameters = fields["kdf"]
    cost = Cost(*(_integer(parameters[name]) for name in ("memory_kib", "iterations", "lanes")))
    salt = _decode(parameters["salt"], SALT_BYTES)
    return Slot(cost, salt, _decode(fields["nonce"], NONCE_BYTES), _decode(fields["wrapped_key"], WRAPPED_BYTES))


def _body(envelope: Envelope) -> dict[str, Any]:
    slots = {
        method: {
            "kdf": _parameters(slot.cost, slot.salt),
            "nonce": _encode(slot.nonce),
            "wrapped_key": _encode(slot.wrapped),
        }
        for method, slot in envelope.slots.items()
    }
    return {"format": FORMAT, "version": VERSION, "vault_id": _encode(envelope.vault_id), "slots": slots}


def _parameters(cost: Cost, salt: bytes) -> dict[str, Any]:
    return {
        "name": "argon2id",
        "memory_kib": cost.memory_kib,
        "iterations": cost.iterations,
        "lanes": cost.lanes,
        "salt": _encode(salt),
    }


def _associated(vault_id: bytes, method: Method, cost: Cost, salt: bytes) -> bytes:
    described = {"format": FORMAT, "version": VERSION, "vault_id": _encode(vault_id), "method": method}
    return _canonical({**described, "kdf": _parameters(cost, salt)})


def _mac(envelope: Envelope, master: bytes | bytearray) -> bytes:
    key = kdf.expand(master, envelope.vault_id, MAC_INFO)
    return hmac.digest(key, _canonical(_body(envelope)), "sha256")


def _checksum(document: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(document)).hexdigest()


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str, length: int) -> bytes:
    data = base64.b64decode(text, validate=True)
    if len(data) != length:
        raise ValueError
    return data


def _integer(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _damaged(why: str) -> VaultDamagedError:
    return VaultDamagedError(f"vault.json is damaged ({why}); restore it from a copy")
