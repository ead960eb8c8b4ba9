"""Listening for clients, and a thread for each of them.

The surprising decision: the thread that accepts does nothing else. A client that hangs, dribbles, sends garbage or
goes away in mid-call is dealt with in a thread of its own and is nobody else's trouble; even the handshake happens
there. Nothing is read beyond the length a message may have, and a message that was begun must go on.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from typing import TYPE_CHECKING, Any

from assistant.engine import auth, wire
from assistant.engine.dispatch import ClientGoneError, Dispatch
from assistant.engine.supervised import Supervised
from memory.errors import EngineUnreachableError

if TYPE_CHECKING:
    from assistant.engine.log import Log

MOST_CLIENTS = 64  # a terminal UI takes a handful; beyond it somebody is counting
STALL_SECONDS = 30.0  # between two pieces of a message
_WAITING = 32  # connections not yet accepted
_PAUSE_SECONDS = 0.2  # after a connection could not be accepted, for want of file handles


class Server:
    """The engine's ear: from ``start`` until ``close``."""

    def __init__(self, address: str, dispatch: Dispatch, log: Log, most_clients: int = MOST_CLIENTS) -> None:
        """Listen at ``address``; nobody is answered before ``start``. Raises EngineUnreachableError."""
        self.address = address
        self.token = b""
        self._dispatch = dispatch
        self._log = log
        self._most = most_clients
        self._clients: set[Connection] = set()
        self._busy = 0  # requests being answered
        self._state = threading.Condition()
        self._closed = False
        dispatch.clients = lambda: len(self._clients)
        try:
            self._listener = Listener(address, backlog=_WAITING)
        except (OSError, ValueError) as error:
            raise EngineUnreachableError(f"cannot listen at {address} ({type(error).__name__})") from None
        self._accepting = Supervised("accepting", self._accept, log)

    def start(self, token: bytes) -> None:
        """Answer whoever knows the token."""
        self.token = token
        self._accepting.start()

    def refuse(self, grace_seconds: float) -> None:
        """Take no more requests, and wait so long for those under way."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: not self._busy, grace_seconds)

    def close(self) -> None:
        """Hang up on everybody and stop listening."""
        self.refuse(0.0)
        with suppress(OSError, EOFError):  # wakes the accepting thread, which sees that it is over
            Client(self.address).close()
        self._accepting.stop(1.0)
        with suppress(OSError):
            self._listener.close()
        with self._state:
            clients = list(self._clients)
        for connection in clients:
            auth.hang_up(connection)

    def _accept(self, stop: threading.Event) -> None:
        while not (stop.is_set() or self._closed):
            try:
                connection: Connection = self._listener.accept()
            except OSError:
                if self._closed:
                    return
                stop.wait(_PAUSE_SECONDS)
                continue
            with self._state:
                welcome = not self._closed and len(self._clients) < self._most
                if welcome:
                    self._clients.add(connection)
            if welcome:
                threading.Thread(target=self._serve, args=(connection,), name="inkling-client", daemon=True).start()
            else:
                connection.close()

    def _serve(self, connection: Connection) -> None:
        """One client, from its handshake until it goes."""
        try:
            if auth.admit(connection, self.token):
                auth.be_patient(connection, STALL_SECONDS)
                while self._answer_next(connection):
                    pass
            else:
                self._log.event("a connection was refused")
        except (OSError, EOFError, ClientGoneError):
            pass  # it went away, stalled, or announced more than may be sent
        except Exception as error:  # noqa: BLE001 - one client's thread is nobody else's
            self._log.failure("a connection broke", error)
        finally:
            with self._state:
                self._clients.discard(connection)
            connection.close()

    def _answer_next(self, connection: Connection) -> bool:
        """Answer one request; False once the engine takes no more."""
        connection.poll(None)
        data = connection.recv_bytes(wire.MOST_BYTES)

        def send(piece: Any) -> None:
            message = wire.encode(piece)
            try:
                connection.send_bytes(message)
            except (OSError, ValueError):
                raise ClientGoneError from None

        with self._state:
            if self._closed:
                return False
            self._busy += 1
        try:
            self._dispatch.answer(data, send)
        finally:
            with self._state:
                self._busy -= 1
                self._state.notify_all()
        return True
