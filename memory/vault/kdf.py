"""Keys from passphrases (Argon2id) and keys from keys (HKDF).

The surprising decision: a passphrase is NFKC-normalised before it is hashed, because the same letters typed on two
keyboards may be different code points, and a passphrase with characters this Python's Unicode tables do not know is
refused when it is chosen, because a later Python might normalise them differently and lock the user out.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from memory.errors import InklingError, InvalidInputError, MissingPartError

KEY_BYTES = 32
SALT_BYTES = 16

# What a vault file may ask of the machine that opens it. The most is four times RFC 9106's own first option in time and
# half of it in memory: some ten seconds here; a file that asks for more was not written by Inkling.
MAX_MEMORY_KIB = 1 << 20
MAX_ITERATIONS = 64
MAX_LANES = 16
MAX_MEMORY_KIB_PASSES = 8 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs in Argon2id: memory in KiB, passes over it, and lanes that may run in parallel.

    Raises InvalidInputError outside of what Argon2id allows (8 KiB a lane) and of what Inkling will ever ask for.
    """

    memory_kib: int
    iterations: int
    lanes: int

    def __post_init__(self) -> None:
        if not (
            1 <= self.lanes <= MAX_LANES
            and 1 <= self.iterations <= MAX_ITERATIONS
            and 8 * self.lanes <= self.memory_kib <= MAX_MEMORY_KIB
            and self.memory_kib * self.iterations <= MAX_MEMORY_KIB_PASSES
        ):
            raise InvalidInputError("the key derivation cost is out of bounds; see docs/storage.md for what is allowed")

    def is_below(self, other: Cost) -> bool:
        """Whether a guess at this cost is cheaper than at ``other``, in memory or in memory times passes."""
        return (
            self.memory_kib < other.memory_kib
            or self.memory_kib * self.iterations < other.memory_kib * other.iterations
        )


# RFC 9106 section 4, second recommended option. Measured: 0.15 to 0.23 s on 2 cores of a small virtual machine.
DEFAULT_COST = Cost(memory_kib=64 * 1024, iterations=3, lanes=4)


def normalise(passphrase: str) -> bytes:
    """The bytes that are hashed for ``passphrase``: NFKC, then UTF-8. Raises InvalidInputError if there are none."""
    if not isinstance(passphrase, str) or not passphrase:
        raise InvalidInputError("the passphrase is empty")
    if any(unicodedata.category(character) == "Cs" for character in passphrase):
        # Checked beforehand because a UnicodeEncodeError would carry the passphrase along.
        raise InvalidInputError("the passphrase contains half of a surrogate pair, which is no character")
    return unicodedata.normalize("NFKC", passphrase).encode()


def check_new(passphrase: str) -> None:
    """Raise InvalidInputError if ``passphrase`` must not be chosen: empty, or not stable under normalisation."""
    normalise(passphrase)
    if any(unicodedata.category(character) == "Cn" for character in passphrase):
        raise InvalidInputError("the passphrase contains a character unknown to this Python's Unicode; use another")


def derive(secret: bytes, salt: bytes, cost: Cost) -> bytes:
    """The 32-byte key that ``secret`` gives under Argon2id (RFC 9106).

    Raises MissingPartError if the installed OpenSSL has no Argon2id, InklingError if the memory is not there.
    """
    try:
        argon2 = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return argon2.derive(secret)
    except UnsupportedAlgorithm:
        raise MissingPartError(
            "the installed 'cryptography' was built without Argon2id (OpenSSL 3.2 or later); reinstall it from PyPI"
        ) from None
    except MemoryError:
        raise InklingError(
            f"unlocking needs {cost.memory_kib // 1024} MiB of free memory for a moment; close something and try again"
        ) from None


def expand(key: bytes | bytearray, salt: bytes, info: bytes) -> bytes:
    """A 32-byte key for one purpose from a uniformly random ``key`` (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key)
