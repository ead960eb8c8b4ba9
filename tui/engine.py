"""The engine as the interface deals with it, every call of which may take its time: they are for threads.

Two clients, because they differ in one thing. What the user asks for starts the engine if it does not run; looking how
it is never does, or a stopped engine would be back two seconds later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.errors import InklingError, VaultLockedError

if TYPE_CHECKING:
    from assistant.client import Client

Connect = Callable[[Path, bool], "Client"]  # the vault's folder, and whether an engine may be started for it


def _connect(folder: Path, start: bool) -> Client:
    from assistant.client import connect  # noqa: PLC0415 - not before the first paint

    return connect(folder, start)


class Engine:
    """The engine of one vault. Safe to use from several threads; ``close`` waits for none of them."""

    def __init__(self, folder: Path, connect: Connect | None = None) -> None:
        self._folder = folder
        self._connect = connect or _connect
        self._reaching = threading.Lock()
        self._client: Client | None = None
        self._looking: Client | None = None
        self._code: str | None = None

    def may_be_open(self) -> bool:
        """Whether an engine has announced itself, so that the vault may be unlocked already; asks nobody."""
        from assistant.engine import rendezvous  # noqa: PLC0415

        try:
            return rendezvous.read(self._folder) is not None
        except InklingError:
            return False

    def open(self, passphrase: str | None = None, recovery_code: str | None = None, *, create: bool = False) -> Client:
        """A client of the engine with the vault open, made first if ``create``.

        With neither secret it is open already, or the keyring opens it. A new vault's recovery code is set on the
        client.
        """
        if create:
            self._make(passphrase)
        client = self.client()
        if passphrase is not None or recovery_code is not None or client.state()["locked"]:
            client.unlock(passphrase, recovery_code)
        client.recovery_code, self._code = self._code, None
        return client

    def join(self) -> Client:
        """A client of the engine if that holds the vault open. Raises VaultLockedError."""
        client = self.client()
        if client.state()["locked"]:
            raise VaultLockedError("the vault is locked")
        return client

    def client(self) -> Client:
        """A client of the engine, which is started if it does not run."""
        with self._reaching:
            if self._client is None:
                self._client = self._connect(self._folder, True)
            return self._client

    def state(self) -> dict[str, Any]:
        """What the engine says of itself. Raises EngineUnreachableError if none runs; one at a time may ask."""
        if self._looking is None:
            self._looking = self._connect(self._folder, False)
        return self._looking.state()

    def close(self) -> None:
        """Hang up. The engine goes on."""
        for client in (self._client, self._looking):
            if client is not None:
                client.close()

    def _make(self, passphrase: str | None) -> None:
        """Make the vault; if that was done and only the engine did not start, keep its recovery code for this time."""
        if self._code is None:
            from assistant.core import Assistant  # noqa: PLC0415 - half a second

            with Assistant.open(self._folder, passphrase, create=True) as made:
                self._code = made.recovery_code
