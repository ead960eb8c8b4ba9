"""The vault: a folder with a key file and an encrypted store, and the keys while it is open.

The surprising decision: whoever changes the key file reads it again first, under a lock, and proves that it is still
this vault's. What was read when the vault was opened may be out of date by years of daemon uptime.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, Self, get_args

from memory.errors import InklingError, InvalidInputError, VaultLockedError, WrongPassphraseError
from memory.vault import envelope as envelopes
from memory.vault import kdf, keyfile, os_keyring, recovery
from memory.vault.envelope import Envelope, Method

if TYPE_CHECKING:
    from types import TracebackType

Use = Literal["store", "lines", "tombstones", "receipts"]
USES: tuple[Use, ...] = get_args(Use)
INFO_PREFIX = "inkling v1 subkey "


class Vault:
    """An open vault. It holds the master key until ``lock``; as a context manager it locks on the way out.

    Every method raises VaultLockedError after ``lock``. Those that change the key file raise StorageReadOnlyError or
    StorageFullError with nothing changed, VaultLockedError while another process is changing it, and VaultDamagedError
    if the file is no longer this vault's.
    """

    __slots__ = ("_envelope", "_master", "folder")

    def __init__(self, folder: Path, envelope: Envelope, master: bytearray) -> None:
        self.folder = folder
        self._envelope = envelope
        self._master: bytearray | None = master

    @classmethod
    def create(cls, folder: Path, passphrase: str) -> tuple[Self, str]:
        """Make a vault in ``folder``, and its recovery code, which is shown once and kept nowhere.

        Raises VaultExistsError, InvalidInputError for an empty passphrase, StorageReadOnlyError, StorageFullError.
        """
        kdf.check_new(passphrase)
        folder = Path(folder)
        keyfile.make_folder(folder)
        with keyfile.exclusive(folder):
            code = recovery.generate()
            master = bytearray(os.urandom(kdf.KEY_BYTES))
            envelope = Envelope(os.urandom(envelopes.ID_BYTES), {})
            envelope = _with(envelope, "passphrase", master, kdf.normalise(passphrase))
            envelope = _with(envelope, "recovery", master, recovery.normalise(code))
            keyfile.create(folder, envelope)
        return cls(folder, envelope, master), code

    @classmethod
    def open(cls, folder: Path, passphrase: str | None = None, *, recovery_code: str | None = None) -> Self:
        """Open the vault in ``folder`` with either its passphrase or its recovery code.

        Raises VaultMissingError, WrongPassphraseError, VaultDamagedError, VaultTooNewError, StorageReadOnlyError (no
        permission to read), or InvalidInputError for a recovery code with a typing mistake.
        """
        if (passphrase is None) == (recovery_code is None):
            raise InvalidInputError("give either the passphrase or the recovery code")
        folder = Path(folder)
        envelope = keyfile.read(folder)
        if passphrase is not None:
            return cls(folder, envelope, _unlock(envelope, "passphrase", kdf.normalise(passphrase)))
        return cls(folder, envelope, _unlock(envelope, "recovery", recovery.normalise(recovery_code or "")))

    @classmethod
    def open_with_keyring(cls, folder: Path) -> Self:
        """Open the vault in ``folder`` with the secret that ``remember_in_keyring`` left in the system's keyring.

        Raises as ``open``, WrongPassphraseError if the keyring holds nothing that opens it, and MissingPartError if
        there is no keyring that can be used.
        """
        folder = Path(folder)
        envelope = keyfile.read(folder)
        if "keyring" not in envelope.slots:
            raise WrongPassphraseError("this vault is not remembered in the keyring; use the passphrase")
        secret = os_keyring.fetch(_account(envelope))
        if secret is None:
            raise WrongPassphraseError("the keyring has no secret for this vault; use the passphrase")
        return cls(folder, envelope, _unlock(envelope, "keyring", secret))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a vault in ``folder``, in whatever condition."""
        return keyfile.exists(Path(folder))

    @staticmethod
    def discard(folder: Path) -> None:
        """Delete a vault that was just created and never used, when the rest of its creation failed."""
        for name in (keyfile.KEY_FILE, keyfile.STORE_FILE, keyfile.STORE_FILE + "-wal", keyfile.STORE_FILE + "-shm"):
            (Path(folder) / name).unlink(missing_ok=True)

    @staticmethod
    def check(folder: Path) -> None:
        """See, before asking for any secret, that there is a vault and that its key file is whole.

        Raises VaultMissingError, VaultDamagedError, VaultTooNewError or StorageReadOnlyError (no permission to read).
        """
        keyfile.read(Path(folder))

    @property
    def store_path(self) -> Path:
        """Where the encrypted database is or will be."""
        return self.folder / keyfile.STORE_FILE

    @property
    def is_locked(self) -> bool:
        """Whether the keys are gone from this object."""
        return self._master is None

    @property
    def in_keyring(self) -> bool:
        """Whether the system's keyring opened this vault when its key file was last read."""
        return "keyring" in self._envelope.slots

    @property
    def cost_is_outdated(self) -> bool:
        """Whether a guess at the passphrase is cheaper than for a new vault; ``change_passphrase`` cures it."""
        return self._envelope.slots["passphrase"].cost.is_below(kdf.DEFAULT_COST)

    def subkey(self, use: Use) -> bytes:
        """The 32-byte key for one use; the same every time, unrelated between uses and between vaults."""
        if use not in USES:
            raise InvalidInputError(f"a subkey is for one of {', '.join(USES)}")
        return kdf.expand(self._key(), self._envelope.vault_id, (INFO_PREFIX + use).encode())

    def change_passphrase(self, old: str, new: str) -> None:
        """Make ``new`` open the vault instead of ``old``, at today's cost. The store is not touched.

        Raises WrongPassphraseError if ``old`` does not open it, InvalidInputError if ``new`` cannot be chosen.
        """
        kdf.check_new(new)
        self._replace_slot("passphrase", kdf.normalise(new), "passphrase", kdf.normalise(old))

    def change_passphrase_with_recovery(self, recovery_code: str, new: str) -> None:
        """Make ``new`` open the vault, for those who forgot the old passphrase. The recovery code stays valid."""
        kdf.check_new(new)
        self._replace_slot("passphrase", kdf.normalise(new), "recovery", recovery.normalise(recovery_code))

    def new_recovery_code(self, passphrase: str) -> str:
        """Make another recovery code; the one before no longer opens the vault."""
        code = recovery.generate()
        self._replace_slot("recovery", recovery.normalise(code), "passphrase", kdf.normalise(passphrase))
        return code

    def remember_in_keyring(self) -> None:
        """Let the system's keyring open this vault. Raises MissingPartError if it would not protect the secret."""
        master = self._key()
        secret = os_keyring.new_secret()
        with keyfile.exclusive(self.folder):
            before = self._reread()
            after = _with(before, "keyring", master, secret)
            os_keyring.store(_account(after), secret)
            try:
                self._write(after)
            except InklingError:
                os_keyring.delete(_account(after))
                raise
            if "keyring" in before.slots:
                os_keyring.delete(_account(before))

    def forget_keyring(self) -> None:
        """End that the system's keyring opens this vault, here first and then in the keyring.

        Raises MissingPartError if the keyring cannot be reached; the vault does not accept its secret by then.
        """
        master = self._key()
        with keyfile.exclusive(self.folder):
            envelope = self._reread()
            if "keyring" not in envelope.slots:
                return
            self._write(envelopes.seal(envelope.without_slot("keyring"), master))
            os_keyring.delete(_account(envelope))

    def lock(self) -> None:
        """Overwrite and drop the master key. Copies that Python or OpenSSL made may stay in memory for a while."""
        if self._master is not None:
            self._master[:] = bytes(len(self._master))
            self._master = None

    def _replace_slot(self, method: Method, secret: bytes, proof_method: Method, proof: bytes) -> None:
        master = self._key()
        with keyfile.exclusive(self.folder):
            envelope = self._reread()
            _unlock(envelope, proof_method, proof)
            self._write(_with(envelope, method, master, secret))

    def _reread(self) -> Envelope:
        """The key file as it is now, proved to be this vault's."""
        envelope = keyfile.read(self.folder)
        envelopes.verify(envelope, self._key())
        return envelope

    def _write(self, envelope: Envelope) -> None:
        keyfile.write(self.folder, envelope)
        self._envelope = envelope

    def _key(self) -> bytearray:
        if self._master is None:
            raise VaultLockedError("this vault has been locked; open it again")
        return self._master

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock()

    def __repr__(self) -> str:
        return f"<Vault {str(self.folder)!r} {'locked' if self.is_locked else 'open'}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a vault holds keys and cannot be pickled or copied")


def _with(envelope: Envelope, method: Method, master: bytearray, secret: bytes) -> Envelope:
    slot = envelopes.wrap(envelope.vault_id, method, master, secret, kdf.DEFAULT_COST)
    return envelopes.seal(envelope.with_slot(method, slot), master)


def _account(envelope: Envelope) -> str:
    """The name of the keyring entry that belongs to the present keyring slot, and to no earlier or later one."""
    return f"{envelope.vault_id.hex()}-{envelope.slots['keyring'].salt[:4].hex()}"


def _unlock(envelope: Envelope, method: Method, secret: bytes) -> bytearray:
    master = envelopes.unwrap(envelope, method, secret)
    if master is None:
        raise WrongPassphraseError(WRONG[method])
    return master


WRONG: dict[Method, str] = {
    "passphrase": "the passphrase does not open this vault; try again, or use the recovery code",
    "recovery": "the recovery code is well formed, but belongs to another vault or has been replaced",
    "keyring": "the secret in the keyring does not open this vault; use the passphrase",
}
