"""One run of the command line: which vault, how it is unlocked, and the open assistant for the block that needs it.

Unless it is to be in this process, the assistant is the engine's: started if it does not run, and unlocked with the
passphrase only if it is locked. What demands the passphrase itself (an export, the keys) is done in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from assistant.cli import passphrase, terminal
from assistant.cli.terminal import note
from memory.errors import MissingPartError, VaultMissingError, WrongPassphraseError

if TYPE_CHECKING:
    from assistant.client import Client
    from assistant.core import Assistant
    from assistant.verbs import Verbs
    from memory.vault import Vault

_ATTEMPTS = 3
Opened = TypeVar("Opened")


class OpenUI(Protocol):
    """Runs the terminal UI on a vault, already open or not; its exit status."""

    def __call__(self, vault: Path, assistant: Verbs | None = None) -> int:
        """Run it to its end."""
        ...


@dataclass
class Session:
    """What the options before the command say."""

    chosen_vault: str | None
    passphrase_file: str | None
    open_ui: OpenUI | None
    in_process: bool = False

    @cached_property
    def folder(self) -> Path:
        """The vault's folder."""
        from assistant.paths import vault_folder  # noqa: PLC0415 - not every run needs a vault

        return vault_folder(self.chosen_vault)

    @contextmanager
    def assistant(self, *, keyring: bool = True) -> Iterator[Verbs]:
        """The open assistant, let go of at the end. Without ``keyring`` the passphrase itself is demanded."""
        if self.in_process or not keyring:
            with self._unlock(self._open, keyring=keyring) as opened:
                yield opened
            return
        with self.engine() as client:
            if client.state()["locked"]:
                self.unlock(client)
            yield client

    @contextmanager
    def engine(self, *, start: bool = True) -> Iterator[Client]:
        """A client of the vault's engine, locked or not. Raises EngineUnreachableError unless it may ``start``."""
        from assistant.client import connect  # noqa: PLC0415 - not every run needs one

        with connect(self.folder, start) as client:
            yield client

    def unlock(self, client: Client) -> None:
        """Have the engine open the vault, with the passphrase from the first source there is."""
        self._unlock(client.unlock, keyring=True)

    @contextmanager
    def vault(self) -> Iterator[tuple[Vault, str]]:
        """The open vault without its store, for what concerns keys alone, and the passphrase that opened it."""
        from memory.vault import Vault  # noqa: PLC0415 - loads cryptography

        def open_vault(secret: str | None) -> tuple[Vault, str]:
            return Vault.open(self.folder, secret), secret or ""

        opened, secret = self._unlock(open_vault, keyring=False)
        with opened:
            yield opened, secret

    def _unlock(self, open_with: Callable[[str | None], Opened], *, keyring: bool) -> Opened:
        """What ``open_with`` makes of the passphrase, or of None for the keyring, from the first source there is."""
        self.require_vault()
        secret = passphrase.given(self.passphrase_file)
        if secret is not None:
            return open_with(secret)
        if keyring and self.in_keyring():
            try:
                return open_with(None)
            except (WrongPassphraseError, MissingPartError) as error:
                note(f"inkling: {error}")
        return self._ask(open_with)

    def in_keyring(self) -> bool:
        """Whether the vault says that the system's keyring opens it."""
        from memory.vault import keyfile  # noqa: PLC0415

        return "keyring" in keyfile.read(self.folder).slots

    def require_vault(self) -> None:
        """Raise VaultMissingError before anybody is asked for the passphrase of a vault that is not there."""
        from memory.vault import Vault  # noqa: PLC0415

        if not Vault.exists(self.folder):
            raise VaultMissingError(f"there is no vault in {self.folder}; make one with: inkling init")

    def _open(self, secret: str | None) -> Assistant:
        from assistant.core import Assistant  # noqa: PLC0415 - the heavy part

        return Assistant.open(self.folder, passphrase=secret)

    def _ask(self, open_with: Callable[[str | None], Opened]) -> Opened:
        for _ in range(_ATTEMPTS - 1):
            try:
                return open_with(passphrase.asked())
            except WrongPassphraseError:
                if not terminal.is_interactive():
                    raise
                note("That is not it; try again.")
        return open_with(passphrase.asked())


pass_session = click.make_pass_decorator(Session)
