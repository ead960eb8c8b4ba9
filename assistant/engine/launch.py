"""Starting an engine from a client, as a process of its own that outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.paths import HOME_VARIABLE, RUNTIME_VARIABLE
from memory.errors import EngineUnreachableError, VaultMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

START_SECONDS = 15.0  # an engine answers within half a second; a busy machine takes longer
_POLL_SECONDS = 0.02
_SECRETS = ("INKLING_PASSPHRASE", "INKLING_NEW_PASSPHRASE", "INKLING_RECOVERY_CODE")

Reached = TypeVar("Reached")


def started(folder: Path, reach: Callable[[], Reached | None]) -> Reached:
    """Start the engine of a vault and return what ``reach`` returns once it does.

    If another client starts one at the same instant there is still one engine, and either client reaches it. Raises
    VaultMissingError, or EngineUnreachableError if it ends or does not answer in time.
    """
    if not os.path.lexists(folder / "vault.json"):
        raise VaultMissingError(f"there is no vault in {folder}; make one with: inkling init")
    process = _launched(folder)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        reached = _tried(reach)
        if reached is not None:
            process.returncode = 0  # so that nobody waits for it: it is not ours to end
            return reached
        if process.poll():  # 0 is an engine that found another one at work
            raise EngineUnreachableError(f"the engine did not start (status {process.returncode}); {_HINT}")
        time.sleep(_POLL_SECONDS)
    process.returncode = 0
    raise EngineUnreachableError(f"the engine did not answer within {START_SECONDS:.0f} seconds; {_HINT}")


_HINT = "see its log in the folder logs, or run: python -m assistant.engine --vault FOLDER"


def _tried(reach: Callable[[], Reached | None]) -> Reached | None:
    try:
        return reach()
    except EngineUnreachableError:  # one that is ending hangs up
        return None


def _launched(folder: Path) -> subprocess.Popen[bytes]:
    """The engine as a process without a terminal, without our files, our folder or our secrets."""
    command = [sys.executable, "-P", "-m", "assistant.engine", "--vault", str(folder.absolute())]
    quiet = subprocess.DEVNULL
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(  # noqa: S603 - our own module by our own interpreter
            command, stdin=quiet, stdout=quiet, stderr=quiet, env=_environment(os.environ), creationflags=flags
        )
    return subprocess.Popen(  # noqa: S603
        command, stdin=quiet, stdout=quiet, stderr=quiet, env=_environment(os.environ), cwd="/", start_new_session=True
    )


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Ours without passphrases, which would stay readable there for months; with few allocation arenas, for memory."""
    kept = {name: value for name, value in variables.items() if name not in _SECRETS}
    for name in (HOME_VARIABLE, RUNTIME_VARIABLE):  # it works in another folder than we do
        if kept.get(name):
            kept[name] = os.path.abspath(Path(kept[name]).expanduser())  # noqa: PTH100 - links may stay
    return {"MALLOC_ARENA_MAX": "2", **kept}
