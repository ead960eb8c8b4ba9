"""How a client finds the engine of a vault: a small file in the runtime folder, for the user's eyes alone.

It holds the engine's address and the token of this run, which both sides must prove they know. An engine that was
killed leaves its file behind; whoever reads it finds out by knocking, never by asking whether a process id is taken.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.paths import runtime, vault_digest
from memory.errors import EngineUnreachableError

LONGEST_ADDRESS = 100  # bytes of a Unix socket's path: 108 fit on Linux, 104 on macOS, with the closing zero
TOKEN_BYTES = 32
TIDY_SECONDS = 3600.0  # the age at which ours are touched; systemd-tmpfiles removes what is ten days old


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """Where the engine of a vault listens, and what it takes to be heard."""

    pid: int
    address: str
    protocol: int
    token: bytes

    def __repr__(self) -> str:
        return f"<Rendezvous with process {self.pid}>"  # the token is nobody's to print


def place(folder: Path) -> Path:
    """Where the rendezvous of the vault in ``folder`` lies. Raises EngineUnreachableError as ``runtime`` does."""
    return runtime() / f"{vault_digest(folder)}.json"


def read(folder: Path) -> Rendezvous | None:
    """The rendezvous of a vault's engine; None if there is none that makes sense."""
    try:
        told = json.loads(place(folder).read_bytes())
        return Rendezvous(int(told["pid"]), str(told["address"]), int(told["protocol"]), bytes.fromhex(told["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_live(folder: Path) -> bool:
    """Whether anybody listens at the address that was announced."""
    from multiprocessing.connection import Client  # noqa: PLC0415 - not for those who only look the address up

    found = read(folder)
    if found is None:
        return False
    try:
        Client(found.address).close()
    except (OSError, ValueError):
        return False
    return True


def write(folder: Path, address: str, protocol: int) -> Rendezvous:
    """Announce this process as the engine of a vault, listening at ``address``, with a new token."""
    made = Rendezvous(os.getpid(), address, protocol, os.urandom(TOKEN_BYTES))
    told = {"pid": made.pid, "address": address, "protocol": protocol, "token": made.token.hex()}
    import tempfile  # noqa: PLC0415 - a client only reads

    path = place(folder)
    try:
        descriptor, name = tempfile.mkstemp(prefix=path.stem, suffix=".new", dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            json.dump(told, out)
        Path(name).replace(path)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise EngineUnreachableError(f"cannot write {path}: {reason}") from None
    return made


def keep(folder: Path, own: Rendezvous) -> bool:
    """Keep what ``write`` announced from those who tidy up temporary folders; False if it is gone or another's."""
    try:
        if read(folder) != own:
            return False
        for file in (place(folder), *([] if sys.platform == "win32" else [Path(own.address)])):
            if file.stat().st_mtime < time.time() - TIDY_SECONDS:
                os.utime(file)
    except (OSError, EngineUnreachableError):
        return False
    return True


def remove(folder: Path) -> None:
    """Withdraw what this or a killed engine announced."""
    with suppress(OSError, EngineUnreachableError):
        place(folder).unlink()


def address_for(folder: Path) -> str:
    """An address for a vault's engine to listen at; whatever a killed one left there is removed."""
    if sys.platform == "win32":
        return rf"\\.\pipe\inkling-{vault_digest(folder)}-{os.urandom(8).hex()}"
    path = place(folder).with_suffix(".sock")
    if len(os.fsencode(path)) > LONGEST_ADDRESS:
        import tempfile  # noqa: PLC0415

        path = Path(tempfile.mkdtemp(prefix="inkling-", dir="/tmp")) / "socket"
    with suppress(OSError):
        path.unlink()
    return str(path)


def clear(address: str) -> None:
    """Remove what an address leaves in the file system."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        Path(address).unlink()
    if Path(address).name == "socket":  # in a folder of its own
        with suppress(OSError):
            Path(address).parent.rmdir()
