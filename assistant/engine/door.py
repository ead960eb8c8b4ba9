"""The vault as the engine holds it: locked or open, who is inside, and when it locks itself.

The surprising decision: locking does not wait for long work to end. Verbs under way are given a moment; then the store
is closed between two transactions, and what was under way fails with VaultLockedError, having kept or undone each of
its steps as a whole. Somebody who locks wants it locked.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.engine.uptime import seconds
from memory.errors import VaultLockedError, WrongPassphraseError

if TYPE_CHECKING:
    from assistant.core import Assistant
    from assistant.engine.log import Log
    from assistant.engine.recording import Background

LOCKED = "the vault is locked; unlock it with: inkling unlock"
GRACE_SECONDS = 3.0  # for verbs under way when the vault is to be locked
FREE_TRIES = 3  # wrong secrets before they are slowed down: people mistype
LONGEST_DELAY_SECONDS = 30.0  # after many wrong secrets; key derivation takes half a second besides

Opening = Callable[[Path, str | None, str | None], "Assistant"]  # folder, passphrase, recovery code


def open_vault(folder: Path, passphrase: str | None, recovery_code: str | None) -> Assistant:
    """The open assistant; with neither secret, by the keyring."""
    from assistant.core import Assistant  # noqa: PLC0415 - a locked engine does without

    return Assistant.open(folder, passphrase=passphrase, recovery_code=recovery_code)


class Door:
    """Holds one vault. Safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        background: Background,
        log: Log,
        opening: Opening = open_vault,
        clock: Callable[[], float] = seconds,
    ) -> None:
        self.folder = folder
        self._background = background
        self._log = log
        self._opening = opening
        self._clock = clock
        self._assistant: Assistant | None = None
        self._shutting = False  # nobody else is let in
        self._inside = 0
        self._state = threading.Condition()
        self._changing = threading.Lock()  # held while the vault is opened or closed
        self._trying = threading.Lock()  # one secret at a time
        self._giving_up = threading.Event()
        self._wrong = 0
        self._next_try = 0.0
        self._used = clock()

    @property
    def is_open(self) -> bool:
        """Whether verbs may be called."""
        with self._state:
            return self._assistant is not None and not self._shutting

    @contextmanager
    def inside(self, *, counts_as_use: bool = True) -> Iterator[Assistant]:
        """The open assistant for one verb. Raises VaultLockedError. Unless it ``counts_as_use`` idleness goes on."""
        with self._state:
            if self._assistant is None or self._shutting:
                raise VaultLockedError(LOCKED)
            assistant = self._assistant
            self._inside += 1
            if counts_as_use:
                self._used = self._clock()
        try:
            yield assistant
        finally:
            with self._state:
                self._inside -= 1
                if counts_as_use:
                    self._used = self._clock()
                self._state.notify_all()

    def unlock(self, passphrase: str | None = None, recovery_code: str | None = None) -> None:
        """Open the vault, by the keyring without a secret; of an open one, see whether a secret given is right.

        Wrong secrets are answered ever more slowly. Raises as ``Assistant.open``.
        """
        with self._trying:
            self._giving_up.wait(max(0.0, self._next_try - self._clock()))
            try:
                with self._changing:
                    self._unlock(passphrase, recovery_code)
            except WrongPassphraseError:
                if passphrase is None and recovery_code is None:  # nobody guessed: the keyring was asked
                    raise
                self._wrong += 1
                delay = min(2.0 ** (self._wrong - FREE_TRIES), LONGEST_DELAY_SECONDS)
                self._next_try = self._clock() + (delay if self._wrong > FREE_TRIES else 0.0)
                self._log.event("a wrong secret was refused", tries=self._wrong)
                raise
            self._wrong = 0

    def lock(self) -> bool:
        """Close the vault and drop its keys and models; False if it was locked."""
        with self._changing:
            with self._state:
                assistant = self._assistant
                if assistant is None:
                    return False
                self._shutting = True
            self._stop_background()
            with self._state:
                self._state.wait_for(lambda: not self._inside, GRACE_SECONDS)
            try:
                assistant.close()
            finally:
                with self._state:
                    self._assistant, self._shutting = None, False
                del assistant
                drop_models()
            self._log.event("locked")
            return True

    def lock_if_idle(self) -> bool:
        """Lock if no client has asked for anything for as long as the user's setting says; whether it was."""
        with self._state:
            assistant, idle = self._assistant, self._clock() - self._used
            if assistant is None or self._inside or self._shutting:
                return False
        minutes = auto_lock_minutes(assistant)
        if minutes is None or idle < minutes * 60:
            return False
        self._log.event("idle", minutes=round(idle / 60))
        return self.lock()

    def close(self) -> None:
        """Lock for good: who waits to try a secret waits no longer."""
        self._giving_up.set()
        self.lock()

    def _unlock(self, passphrase: str | None, recovery_code: str | None) -> None:
        if self._assistant is not None:
            verify(self.folder, passphrase, recovery_code)
            return
        assistant = self._opening(self.folder, passphrase, recovery_code)
        with self._state:
            self._assistant, self._used = assistant, self._clock()
        self._log.event("unlocked")
        try:
            self._background.start(assistant)
        except Exception as error:  # noqa: BLE001 - the vault is of use without its observers
            self._log.failure("background work did not start", error)

    def _stop_background(self) -> None:
        try:
            self._background.stop()
        except Exception as error:  # noqa: BLE001 - the vault is closed all the same
            self._log.failure("background work did not stop as it should", error)


def verify(folder: Path, passphrase: str | None, recovery_code: str | None) -> None:
    """Raise WrongPassphraseError unless the secret, if one is given, opens the vault."""
    from memory.vault import Vault  # noqa: PLC0415 - loads cryptography

    if passphrase is not None or recovery_code is not None:
        given = None if recovery_code is not None else passphrase
        with Vault.open(folder, given, recovery_code=recovery_code):
            pass


def auto_lock_minutes(assistant: Assistant) -> float | None:
    """How long nobody may ask for anything before the vault is locked; None is for ever."""
    try:
        return assistant.config().auto_lock_minutes
    except VaultLockedError:  # it was locked meanwhile
        return None


def drop_models() -> None:
    """Give back what models and caches took, as far as the system takes it, with the texts that are kept for speed."""
    embedder = sys.modules.get("memory.embedder")
    if embedder is not None:
        embedder.drop_default_embedder()
    comparing = sys.modules.get("memory.reconcile.comparing")
    if comparing is not None:
        comparing.forget_what_was_read()
    gc.collect()
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # glibc keeps freed memory otherwise
