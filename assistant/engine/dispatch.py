"""The closed table of what a client may ask, and what the engine does about it.

A request is ``{"verb": name, "arguments": {...}}``; the reply is any number of ``{"progress": n}`` and then
``{"result": ...}`` or ``{"error": ...}``. A verb that is not in the table does not exist, whatever the assistant has by
that name. An error that is not Inkling's own loses its message here: it may quote what was observed.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from assistant.engine import wire
from assistant.verbs import Verbs
from memory.errors import EngineMismatchError, InklingError, InvalidInputError

if TYPE_CHECKING:
    from assistant.core import Assistant
    from assistant.engine.door import Door
    from assistant.engine.log import Log
    from assistant.engine.recording import Background

Send = Callable[[Any], None]  # hands a client a piece of the reply

# asked of the open vault; the client's own time and batches are its own business
VERBS = frozenset(
    "take distil propositions proposition observation around history recall ask remember edit confirm reject pin "
    "forget allow disallow allowed export status names remember_names check use_embedder wait_for_vectors "
    "config configure storage due expire between forget_range add_thumbnails thumbnail extend_dwell "
    "model use_model drop_model summaries document".split()
)
PRESENT_SECONDS = 120.0  # a range that ends no longer ago than this reaches what was seen and is not kept yet
CHOICES = frozenset(("configure", "remember_names"))  # what goes on by itself must hear of these
NO_USE = frozenset(("status",))  # what a status line asks every few seconds does not keep the vault open
HERE = frozenset(("self", "progress", "told"))  # parameters that are not the client's to give
_PARAMETERS = {name: frozenset(inspect.signature(getattr(Verbs, name)).parameters) - HERE for name in VERBS}


class ClientGoneError(Exception):
    """Whoever asked is no longer there to be answered."""


class Dispatch:
    """Answers requests with a door's assistant, and those about the engine itself."""

    def __init__(self, door: Door, background: Background, log: Log, stop: Callable[[], None]) -> None:
        self._door = door
        self._background = background
        self._log = log
        self._stop = stop
        self._started = datetime.now().astimezone()
        self.clients: Callable[[], int] = lambda: 0
        self._own: dict[str, Callable[..., Any]] = {
            "state": self._state,
            "unlock": self._unlock,
            "lock": door.lock,
            "stop": self._stop,
            "why": self._why,
            "pause": self._pause,
            "resume": background.resume,
        }

    def answer(self, data: bytes, send: Send) -> None:
        """Do what a message asks and send what comes of it. Raises ClientGoneError if nobody takes it."""
        try:
            result = self._done(wire.decode(data), send)
        except ClientGoneError:
            raise
        except InklingError as error:
            send({"error": wire.describe(error)})
        except Exception as error:  # noqa: BLE001 - the engine outlives whatever a verb does
            self._log.failure("a verb failed", error)
            send({"error": wire.describe_defect(error)})
        else:
            self._reply(result, send)

    def _reply(self, result: Any, send: Send) -> None:
        try:
            send({"result": result})
        except InklingError as error:  # it is too large to be sent
            send({"error": wire.describe(error)})

    def _done(self, request: Any, send: Send) -> Any:
        name, arguments = _checked(request)
        if name in self._own:
            return self._own[name](**arguments)
        with self._door.inside(counts_as_use=name not in NO_USE) as assistant:
            if name == "forget_range" and _reaches_the_present(arguments, assistant.now()):
                self._background.drop(arguments.get("app"))
            result = _called(assistant, name, arguments, send)
        if name in CHOICES:
            self._background.changed()
        return result

    # about the engine itself

    def _unlock(self, passphrase: str | None = None, recovery_code: str | None = None) -> None:
        self._door.unlock(passphrase, recovery_code)

    def _state(self) -> dict[str, Any]:
        """What the engine says of itself; nothing of what the vault holds."""
        return {
            "pid": os.getpid(),
            "version": own_version(),
            "vault": str(self._door.folder),
            "locked": not self._door.is_open,
            "started_at": self._started,
            "memory_bytes": resident_bytes(),
            "clients": self.clients(),
            "log": str(self._log.path) if self._log.path else None,
            "recording": self._background.status(),
        }

    def _why(self, minutes: float = 10.0) -> list[dict[str, Any]]:
        return self._background.why(minutes)

    def _pause(self, until: datetime | None = None, app: str | None = None) -> None:
        self._background.pause(until, app)


_OWN = {
    "state": frozenset[str](),
    "unlock": frozenset(("passphrase", "recovery_code")),
    "lock": frozenset[str](),
    "stop": frozenset[str](),
    "why": frozenset(("minutes",)),
    "pause": frozenset(("until", "app")),
    "resume": frozenset[str](),
}


def _checked(request: Any) -> tuple[str, dict[str, Any]]:
    """The verb and arguments of a request. Raises EngineMismatchError if there is no such verb or argument."""
    if not isinstance(request, dict):
        raise EngineMismatchError("that is no request; restart the engine with: inkling stop")
    name, arguments = request.get("verb"), request.get("arguments", {})
    known = (_OWN | _PARAMETERS).get(name) if isinstance(name, str) else None
    if known is None or not isinstance(arguments, dict) or not arguments.keys() <= known:
        raise EngineMismatchError("the engine is of another version than this client; restart it: inkling stop")
    return str(name), arguments


def _reaches_the_present(arguments: dict[str, Any], now: datetime) -> bool:
    """Whether a range to forget ends about now, and is not of chats or something else alone."""
    until, source = arguments.get("until"), arguments.get("source")
    if not isinstance(until, datetime) or until.tzinfo is None or source not in (None, "screen"):
        return False
    return (now - until).total_seconds() < PRESENT_SECONDS


def _called(assistant: Assistant, name: str, arguments: dict[str, Any], send: Send) -> Any:
    if name == "take":
        observations = arguments.get("observations")
        if not isinstance(observations, list):
            raise InvalidInputError("observations come in a list")
        return list(assistant.take(observations))
    if name == "distil":
        return assistant.distil(lambda steps: send({"progress": steps}), arguments.get("most"))
    if name == "ask":
        return assistant.ask(**arguments, told=lambda piece: send({"progress": piece}))
    if name == "use_model":
        return assistant.use_model(**arguments, progress=lambda count: send({"progress": count}))
    if name == "configure":
        return assistant.configure(**arguments.get("changes", {}))
    return getattr(assistant, name)(**arguments)


def own_version() -> str:
    """The version of the Inkling that runs."""
    try:
        return version("inkling-memory")
    except PackageNotFoundError:
        return "unknown"


def resident_bytes() -> int:
    """How much memory this process takes."""
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123 - not a file
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return int(import_module("psutil").Process().memory_info().rss)
