"""Where Inkling keeps things: the one place that knows, for every client.

``INKLING_VAULT`` names the vault's folder itself, ``INKLING_HOME`` the folder of everything; without either it is the
operating system's usual place for an application's data. ``INKLING_RUNTIME`` names the folder where clients and engine
find each other, which nothing outlives. Only that one is created here, because it must be the user's alone.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from memory.errors import EngineUnreachableError

VAULT_VARIABLE = "INKLING_VAULT"
HOME_VARIABLE = "INKLING_HOME"
RUNTIME_VARIABLE = "INKLING_RUNTIME"


def home() -> Path:
    """The folder of everything Inkling keeps."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path  # noqa: PLC0415 - a client that was told the vault does without

    return user_data_path("inkling", appauthor=False)


def vault_folder(chosen: Path | str | None = None) -> Path:
    """The vault's folder: ``chosen`` if given, else ``INKLING_VAULT``, else ``vault`` in :func:`home`."""
    named = chosen or os.environ.get(VAULT_VARIABLE)
    return Path(named).expanduser() if named else home() / "vault"


def vault_digest(folder: Path) -> str:
    """A short name for a vault's folder, the same however the folder is written."""
    whole = os.path.normcase(os.path.realpath(folder))
    return hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]


def logs() -> Path:
    """The folder of the engine's log."""
    return home() / "logs"


def models() -> Path:
    """The folder of the model files that were fetched: anybody's files, not encrypted, the same for every vault."""
    return home() / "models"


def runtime() -> Path:
    """The folder where clients find the engine, made if it is not there; the user's alone.

    Raises EngineUnreachableError if what is there is somebody else's or open to others.
    """
    folder = _runtime_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise EngineUnreachableError(f"cannot make {folder}: {reason}; name another in {RUNTIME_VARIABLE}") from None
    if not stat.S_ISDIR(found.st_mode) or not _is_mine(found):
        raise EngineUnreachableError(
            f"{folder} is not a folder of yours alone; remove it, or name another in {RUNTIME_VARIABLE}"
        )
    return folder


def _runtime_folder() -> Path:
    chosen = os.environ.get(RUNTIME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if os.name != "posix":
        return Path(tempfile.gettempdir()) / "inkling"
    session = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"  # cron's environment lacks the variable
    if os.access(session, os.W_OK | os.X_OK):
        return Path(session) / "inkling"
    return Path(tempfile.gettempdir()) / f"inkling-{os.getuid()}"


def _is_mine(found: os.stat_result) -> bool:
    """Whether a folder belongs to this user and nobody else may enter it. On Windows it lies in the user's profile."""
    if os.name != "posix":
        return True
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
