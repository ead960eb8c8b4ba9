"""Who may speak with the engine: processes of the same user that know the token of this run.

Either side proves to the other that it knows the token, by the challenge of ``multiprocessing.connection``, without
sending it. Where the system says whose process is at the other end, any other user's is refused before that.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge

from memory.errors import EngineUnreachableError

HANDSHAKE_SECONDS = 15.0  # for all of it; both sides answer within milliseconds, or seconds if the machine is busy
_LOCAL_PEERCRED = 1  # <sys/un.h> on macOS; the level is 0
_XUCRED = "=II"  # struct xucred: version, uid, ...


def admit(connection: Connection, token: bytes) -> bool:
    """Whether to listen to what connected to the engine."""
    if not is_same_user(peer_uid(connection)):
        return False
    with suppress(AuthenticationError, OSError, EOFError, ValueError, AssertionError), deadline(connection):
        deliver_challenge(connection, token)
        answer_challenge(connection, token)
        return True
    return False


def introduce(connection: Connection, token: bytes) -> None:
    """The client's side of it. Raises EngineUnreachableError if what is there is not the engine, or is silent."""
    if not is_same_user(peer_uid(connection)):
        raise EngineUnreachableError("another user's process is at the engine's address; it was told nothing")
    try:
        with deadline(connection):
            answer_challenge(connection, token)
            deliver_challenge(connection, token)
    except (AuthenticationError, OSError, EOFError, ValueError, AssertionError):
        raise EngineUnreachableError(
            "the engine does not answer as it should; stop it with: inkling stop, or end its process"
        ) from None


def is_same_user(uid: int | None) -> bool:
    """Whether a process of this user id may speak with this one. None, where no system says, is left to the token."""
    return uid is None or uid == os.getuid()


def peer_uid(connection: Connection) -> int | None:
    """The user id of the process at the other end; None on Windows, where the token alone decides."""
    if sys.platform == "win32":
        return None
    with _socket(connection) as end:
        if sys.platform == "linux":
            _, uid, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return int(uid)
        if sys.platform == "darwin":
            raw = end.getsockopt(0, _LOCAL_PEERCRED, 76)
            return int(struct.unpack_from(_XUCRED, raw)[1])
    return None


@contextmanager
def deadline(connection: Connection) -> Iterator[None]:
    """End a connection that takes too long over the handshake, however slowly it dribbles."""
    timer = threading.Timer(HANDSHAKE_SECONDS, hang_up, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def be_patient(connection: Connection, seconds: float) -> None:
    """Let a started message take at most this long between two of its pieces, either way."""
    if sys.platform == "win32":
        return
    pause = struct.pack("ll", int(seconds), 0)
    with _socket(connection) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, pause)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, pause)


def hang_up(connection: Connection) -> None:
    """End a connection, whoever is waiting on it."""
    with suppress(OSError):
        if sys.platform == "win32":
            connection.close()
            return
        with _socket(connection) as end:
            end.shutdown(socket.SHUT_RDWR)


def _socket(connection: Connection) -> socket.socket:
    """The socket under a connection, as a second handle to it that may be closed."""
    return socket.socket(fileno=os.dup(connection.fileno()))
