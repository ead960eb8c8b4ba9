"""One run of the command line: which vault, how it is unlocked, and the open assistant for the block that needs it.

Unless it is to be in this process, the assistant is the engine's: started if it does not run, and unlocked with the
passphrase only if it is locked. What demands the passphrase itself (an export, the keys) is done in this process.
Beside an engine nothing is changed in this process: the engine would not hear of it, and write what it still holds.
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
from memory.errors import (
    EngineUnreachableError,
    MissingPartError,
    VaultLockedError,
    VaultMissingError,
    WrongPassphraseError,
)

if TYPE_CHECKING:
    from assistant.client import Client
    from assistant.core import Assistant
    from assistant.engine.rendezvous import Rendezvous
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
    def assistant(self, *, writes: bool = True, keyring: bool = True) -> Iterator[Verbs]:
        """The open assistant, let go of at the end. Without ``keyring`` the passphrase itself is demanded.

        Raises VaultLockedError if it ``writes`` in this process while an engine holds the vault.
        """
        if self.in_process or not keyring:
            if writes and self.is_served():
                raise VaultLockedError("the engine holds this vault; leave out --in-process, or end it: inkling stop")
            with self._unlock(self._open, keyring=keyring) as opened:
                yield opened
            return
        before = self._rendezvous()
        with self.engine() as client:
            if client.state()["locked"]:
                self.unlock(client)
            if self._rendezvous() != before:
                _say_what_began(client)
            yield client

    @contextmanager
    def engine(self, *, start: bool = True) -> Iterator[Client]:
        """A client of the vault's engine, locked or not. Raises EngineUnreachableError unless it may ``start``.

        Where the user does without the engine none is started.
        """
        from assistant.client import connect  # noqa: PLC0415 - not every run needs one

        if start and self.in_process and not self.is_served():
            self.require_vault()
            raise EngineUnreachableError("this takes the engine, and none runs; leave out --in-process")
        with connect(self.folder, start) as client:
            yield client

    def is_served(self) -> bool:
        """Whether an engine is there for the vault, though it may not be one to talk to."""
        from assistant.engine import rendezvous  # noqa: PLC0415

        return rendezvous.is_live(self.folder)

    def _rendezvous(self) -> Rendezvous | None:
        """What the vault's engine, or the last one, has announced: another one is another engine."""
        from assistant.engine import rendezvous  # noqa: PLC0415

        return rendezvous.read(self.folder)

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


def _say_what_began(client: Client) -> None:
    """Tell that an engine just started, for some other reason, observes what the user once turned on."""
    chosen = client.config()
    paused = chosen.paused_until is not None and chosen.paused_until > client.now()
    if chosen.screen_on and not paused:
        note("The engine was started; it records again. To have it pause: inkling pause")
    elif chosen.watched:
        note("The engine was started; it takes in what is new in the watched folders. To end that: inkling stop")


pass_session = click.make_pass_decorator(Session)
