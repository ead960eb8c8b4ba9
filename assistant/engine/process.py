"""The life of an engine: alone on its vault, quiet, found by its clients, and gone within seconds when told to.

The surprising decision: the lock that makes it the only one lies in the vault's folder, not in the runtime folder, so
two engines with different ideas of where the runtime folder is cannot both own a vault. It is the operating system's
lock and ends with the process, however that ends; what a killed engine left lying about is simply replaced.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Client
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from assistant import paths
from assistant.engine import auth, rendezvous, wire
from assistant.engine.dispatch import Dispatch
from assistant.engine.door import GRACE_SECONDS, Door, Opening, open_vault
from assistant.engine.log import Log
from assistant.engine.recording import Background, NoBackground
from assistant.engine.server import Server
from assistant.engine.uptime import seconds
from memory.errors import EngineUnreachableError, InklingError, VaultMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

LOCK_FILE = "engine.lock"
KEY_FILE = "vault.json"  # as memory.vault.keyfile names it, which loads cryptography
TICK_SECONDS = 5.0  # between two looks at whether anybody used the vault
TAKEOVER_SECONDS = 10.0  # how long to wait for an engine that is ending
END_SECONDS = 20.0  # after which a stop that hangs is ended the hard way
NICE = 5  # others' work goes first
_PR_SET_DUMPABLE = 4  # <linux/prctl.h>


def run(
    folder: Path,
    background: Callable[[Log], Background] = lambda _log: NoBackground(),
    opening: Opening = open_vault,
    tick_seconds: float = TICK_SECONDS,
) -> int:
    """Be the engine of the vault in ``folder`` until stopped; the exit status, 0 too where another one is already.

    ``background`` makes what is to go on by itself while the vault is open.

    Raises VaultMissingError, EngineUnreachableError or another InklingError if it cannot begin.
    """
    harden()
    folder = Path(os.path.realpath(folder))
    if not os.path.lexists(folder / KEY_FILE):
        raise VaultMissingError(f"there is no vault in {folder}; make one with: inkling init")
    lock = take_over(folder)
    if lock is None:
        return 0
    try:
        log = Log(paths.logs() / f"engine-{paths.vault_digest(folder)[:8]}.log")
        log.catch_strays()
        Engine(folder, background(log), opening, log).run(tick_seconds)
    finally:
        lock.release()
    return 0


def harden() -> None:
    """Nothing of ours is readable by others, dumped to disk, or in the way of anybody's work."""
    os.umask(0o077)
    if os.name != "posix":
        return
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):
        os.nice(NICE)
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # also keeps other processes from looking in


def take_over(folder: Path) -> FileLock | None:
    """The right to be the engine of a vault, held until released; None if another engine has it and serves.

    Raises EngineUnreachableError if another process has it and does not serve.
    """
    lock = FileLock(folder / LOCK_FILE, mode=0o600)
    until = seconds() + TAKEOVER_SECONDS
    while True:
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            if is_served(folder):
                return None
            if seconds() > until:
                raise EngineUnreachableError(
                    f"another process holds {folder / LOCK_FILE} and does not answer; end it and try again"
                ) from None
        except (OSError, NotImplementedError) as error:
            raise EngineUnreachableError(
                f"cannot lock {folder / LOCK_FILE} ({type(error).__name__}); keep the vault on a local, writable disk"
            ) from None
        else:
            return lock


def is_served(folder: Path) -> bool:
    """Whether an engine of this vault lets in who knows its token."""
    found = rendezvous.read(folder)
    if found is None:
        return False
    try:
        with Client(found.address) as connection:
            auth.introduce(connection, found.token)
    except (OSError, ValueError, EngineUnreachableError):
        return False
    return True


class Engine:
    """A vault's engine in this process, from its announcement to its end."""

    def __init__(self, folder: Path, background: Background, opening: Opening, log: Log) -> None:
        self.folder = folder
        self.door = Door(folder, background, log, opening)
        self._log = log
        self._orders: queue.SimpleQueue[str] = queue.SimpleQueue()  # what a signal handler may touch
        self._server = Server(rendezvous.address_for(folder), Dispatch(self.door, background, log, self.stop), log)

    def run(self, tick_seconds: float = TICK_SECONDS) -> None:
        """Serve until ``stop`` is called or a signal says so; in the main thread signals are heard."""
        on_signals(self.stop)
        own = rendezvous.write(self.folder, self._server.address, wire.PROTOCOL)
        self._server.start(own.token)
        self._log.event("started", pid=os.getpid())
        try:
            self._wait(own, tick_seconds)
        finally:
            self._end()

    def stop(self) -> None:
        """Have it end; returns at once."""
        self._orders.put("stop")

    def _wait(self, own: rendezvous.Rendezvous, tick_seconds: float) -> None:
        while True:
            with suppress(queue.Empty):
                self._orders.get(timeout=tick_seconds)
                return
            if not (os.path.lexists(self.folder / KEY_FILE) and rendezvous.keep(self.folder, own)):
                self._log.event("no client can find it any more")  # the next one starts another engine
                return
            try:
                self.door.lock_if_idle()
            except Exception as error:  # noqa: BLE001 - the engine's own loop must go on
                self._log.failure("looking at idleness broke", error)

    def _end(self) -> None:
        """Stop in order: no new requests, no keys, no trace, no clients."""
        last_resort = threading.Timer(END_SECONDS, os._exit, (1,))
        last_resort.daemon = True
        last_resort.start()
        try:
            rendezvous.remove(self.folder)
            self._server.refuse(GRACE_SECONDS)
            try:
                self.door.close()
            except InklingError as error:
                self._log.failure("the vault did not close as it should", error)
            self._server.close()
            rendezvous.clear(self._server.address)
            self._log.event("stopped")
            self._log.close()
        finally:
            last_resort.cancel()


def on_signals(stop: Callable[[], None]) -> None:
    """Let a polite kill, Ctrl-C or a closed session end the engine in order. Only the main thread hears signals."""
    if threading.current_thread() is not threading.main_thread():
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        stop()

    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
