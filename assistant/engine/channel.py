"""A client's end of the socket: asking the engine and taking its answer, from as many threads as there are.

Each call has a connection to itself for as long as it lasts; they are kept and used again. A connection on which
anything was interrupted is closed, since the rest of the answer may still come on it. The surprising decision: what was
asked is asked again by itself only where doing it twice is doing it once. If the engine ends in the middle of anything
else, the caller is told that it is not known whether it was done.
"""

from __future__ import annotations

import multiprocessing.connection
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine import auth, rendezvous, wire
from memory.errors import EngineMismatchError, EngineUnreachableError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Heard = Callable[[Any], None]  # hears the pieces of a reply, a number or a text each

# verbs that may be asked again when the engine ended before it answered
_REPEATABLE = frozenset(
    "take propositions proposition observation around history recall ask confirm reject pin allow disallow allowed "
    "status names remember_names check wait_for_vectors config configure storage due expire between forget_range "
    "add_thumbnails thumbnail extend_dwell model use_model drop_model summaries document state why resume lock".split()
)


class _ListenerError(Exception):
    """Whoever hears the pieces of a reply raised ``own``: the engine has nothing to do with it."""

    def __init__(self, own: Exception) -> None:
        super().__init__()
        self.own = own


@contextmanager
def _theirs() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise _ListenerError(error) from error


class Channel:
    """The way to the engine of one vault, which is started when it does not run if ``start``."""

    def __init__(self, folder: Path, start: bool) -> None:
        self._folder = folder
        self._start = start
        self._idle: list[Connection] = []
        self._mutex = threading.Lock()
        self._closed = False

    def knock(self) -> None:
        """See that the engine answers."""
        self._put_back(self._opened())

    def call(self, verb: str, progress: Heard | None = None, **arguments: Any) -> Any:
        """What the engine answers; again, by itself, if it ended meanwhile and asking twice does no harm.

        What ``progress`` has heard a part of is not begun anew.
        """
        message = wire.encode({"verb": verb, "arguments": arguments})
        heard: list[Any] = []

        def hear(piece: Any) -> None:
            heard[:] = heard or ([piece] if piece else [])
            if progress:
                with _theirs():
                    progress(piece)

        try:
            return self._asked(message, hear)
        except _ListenerError as error:
            raise error.own from None
        except (OSError, EOFError):
            if verb not in _REPEATABLE or heard:
                raise EngineUnreachableError(
                    "the engine ended before it answered; it is not known whether that was done: look, and try again"
                ) from None
        try:
            return self._asked(message, progress)
        except (OSError, EOFError):
            raise EngineUnreachableError("the engine ended twice before it answered; see its log") from None

    def _asked(self, message: bytes, progress: Heard | None) -> Any:
        with self._borrowed() as connection:
            connection.send_bytes(message)
            while True:
                reply = wire.decode(connection.recv_bytes(wire.MOST_BYTES))
                if not isinstance(reply, dict):
                    raise EngineMismatchError("the engine answered what makes no sense; restart it: inkling stop")
                if "progress" not in reply:
                    break
                if progress:
                    progress(reply["progress"])
        if "error" in reply:
            raise wire.error_from(reply["error"])
        return reply.get("result")

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        """A connection nobody else uses; put back if all went well, closed if anything interrupted the exchange."""
        connection = self._taken()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._put_back(connection)

    def _taken(self) -> Connection:
        while True:
            with self._mutex:
                if self._closed:
                    raise EngineUnreachableError("this client was closed; connect again")
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._opened()
            if not _is_over(connection):
                return connection
            connection.close()

    def _put_back(self, connection: Connection) -> None:
        with self._mutex:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _opened(self) -> Connection:
        connection = _reached(self._folder)
        if connection is None and self._start:
            from assistant.engine import launch  # noqa: PLC0415 - seldom needed

            connection = launch.started(self._folder, lambda: _reached(self._folder))
        if connection is None:
            raise EngineUnreachableError(f"no engine runs for {self._folder}; start it with: inkling start")
        return connection

    def close(self) -> None:
        """Hang up, for good."""
        with self._mutex:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def stop(folder: Path) -> bool:
    """End the engine of a vault, of whatever version, and return when it has ended; False if none runs.

    Raises EngineUnreachableError if what is there does not answer as an engine does.
    """
    connection = _reached(folder, any_version=True)
    if connection is None:
        return False
    with connection, suppress(EOFError, OSError):
        connection.send_bytes(wire.encode({"verb": "stop", "arguments": {}}))
        while True:  # the last thing an engine does is to hang up
            connection.recv_bytes(wire.MOST_BYTES)
    return True


def _reached(folder: Path, *, any_version: bool = False) -> Connection | None:
    """A connection to the engine of a vault; None if none runs. Raises EngineMismatchError, EngineUnreachableError."""
    found = rendezvous.read(folder)
    if found is None:
        return None
    try:
        connection: Connection = multiprocessing.connection.Client(found.address)
    except (OSError, ValueError):
        return None
    if found.protocol != wire.PROTOCOL and not any_version:
        connection.close()
        raise EngineMismatchError(
            f"the engine that runs (process {found.pid}) is of another version of Inkling; end it with: inkling stop"
        )
    try:
        auth.introduce(connection, found.token)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_over(connection: Connection) -> bool:
    """Whether the engine hung up on a connection that waits for nothing."""
    try:
        return connection.poll(0)
    except (OSError, EOFError):
        return True
