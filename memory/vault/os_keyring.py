"""An unlock secret in the operating system's keyring, for those who prefer logging in once.

The surprising decision: the keyring never sees the master key. It holds a random secret that opens a slot of its own,
so forgetting it there and in ``vault.json`` really ends it. Backends that keep secrets in plain files are refused.
"""

from __future__ import annotations

import base64
import binascii
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from memory.errors import MissingPartError

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "inkling"
SECRET_BYTES = 32
REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
LEAST_PRIORITY = 1  # below it keyring's own documentation calls a backend suitable but not recommended


def new_secret() -> bytes:
    """32 random bytes."""
    return os.urandom(SECRET_BYTES)


def store(account: str, secret: bytes) -> None:
    """Keep ``secret`` under that name. Raises MissingPartError if there is no keyring that protects it."""
    backend = _backend()
    with _translated():
        backend.set_password(SERVICE, account, base64.b64encode(secret).decode())


def fetch(account: str) -> bytes | None:
    """The secret kept under that name, or None. Raises MissingPartError if the keyring cannot be used."""
    backend = _backend()
    with _translated():
        kept = backend.get_password(SERVICE, account)
    try:
        secret = base64.b64decode(kept or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def delete(account: str) -> None:
    """Remove what is kept under that name, if anything. Raises MissingPartError if the keyring cannot be used."""
    backend = _backend()
    with _translated():
        if backend.get_password(SERVICE, account) is not None:
            backend.delete_password(SERVICE, account)


def _backend() -> Any:
    """The one backend that is written to; of a chain the first, as ``keyring`` itself would choose."""
    try:
        import keyring  # noqa: PLC0415 - looking for backends takes longer than opening a vault
        from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415
    except ImportError:
        raise MissingPartError("the package 'keyring' is not installed; pip install keyring") from None
    with _translated():
        backend: Any = keyring.get_keyring()
        if isinstance(backend, ChainerBackend):
            backend = next(iter(ChainerBackend.backends), backend)
        priority = type(backend).priority
    if type(backend).__module__.startswith(REFUSED) or priority < LEAST_PRIORITY:
        raise MissingPartError(
            "there is no keyring on this system that encrypts what it keeps; unlock with the passphrase instead"
        )
    return backend


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - backends are plugins over D-Bus and the like, and raise whatever those do
        raise MissingPartError(
            "the system's keyring is locked or refuses; unlock with the passphrase instead"
        ) from None
