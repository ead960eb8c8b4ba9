"""Is the session locked? What logind and the desktop's screen saver say over D-Bus, without ever waiting for an answer.

A question is sent at one look and its answer taken in at a later one, so a bus that hangs costs nothing but knowledge.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageFlag,
    MessageType,
    Parser,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.bus import get_bus
from jeepney.io.blocking import prep_socket

ASK_SECONDS = 3.0
RECONNECT_SECONDS = 60.0
_CONNECT_SECONDS = 0.05  # two buses: a tenth of a second every minute at the very worst

_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver", "org.mate.ScreenSaver")


class SessionLock:
    """What the two buses say. ``clock`` is in seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buses = [_Bus("SYSTEM", _logind), _Bus("SESSION", _savers)]

    def locked(self) -> bool:
        """Whether any of them said so when last heard of."""
        now = self._clock()
        for bus in self._buses:
            bus.step(now)
        return any(bus.locked for bus in self._buses)

    def close(self) -> None:
        """Let go of the buses."""
        for bus in self._buses:
            bus.drop()


class _Line:
    """An open connection to a bus, never waited for once it is open."""

    def __init__(self, bus: str) -> None:
        self._socket: socket.socket = prep_socket(get_bus(bus), timeout=_CONNECT_SECONDS)
        self._socket.setblocking(False)
        self._parser = Parser()
        self._serial = 0
        self.send(message_bus.Hello())

    def send(self, message: Message) -> int:
        self._serial += 1
        self._socket.sendall(message.serialise(serial=self._serial))
        return self._serial

    def arrived(self) -> Iterator[Message]:
        with contextlib.suppress(BlockingIOError):
            while data := self._socket.recv(65536):
                self._parser.add_data(data)
            raise ConnectionResetError
        while (message := self._parser.get_next_message()) is not None:
            yield message

    def close(self) -> None:
        self._socket.close()


class _Bus:
    """One bus, and the questions put to it every few seconds."""

    def __init__(self, name: str, questions: Callable[[], Sequence[Message]]) -> None:
        self._name, self._questions = name, questions
        self._line: _Line | None = None
        self._next_try = self._next_question = float("-inf")
        self._asked: dict[int, int] = {}  # the serial of a question -> which it is
        self._said: dict[int, bool] = {}

    @property
    def locked(self) -> bool:
        return any(self._said.values())

    def step(self, now: float) -> None:
        """Take in what was answered, and ask again if it is time."""
        try:
            if self._line is None and now >= self._next_try:
                self._next_try, self._next_question = now + RECONNECT_SECONDS, now
                self._line = _Line(self._name)
            if self._line is not None:
                self._take_in(self._line)
                if now >= self._next_question:
                    self._next_question = now + ASK_SECONDS
                    self._ask(self._line)
        except (OSError, ValueError, KeyError, RuntimeError, StopIteration):  # no bus, or one that talks nonsense
            self.drop()

    def drop(self) -> None:
        """Let go of it. What it said no longer holds."""
        if self._line is not None:
            self._line.close()
        self._line = None
        self._asked, self._said = {}, {}

    def _ask(self, line: _Line) -> None:
        self._asked.clear()
        for which, question in enumerate(self._questions()):
            question.header.flags |= MessageFlag.no_auto_start  # asking starts no screen saver
            self._asked[line.send(question)] = which

    def _take_in(self, line: _Line) -> None:
        for message in line.arrived():
            which = self._asked.pop(message.header.fields.get(HeaderFields.reply_serial, -1), None)
            if which is not None:
                is_answer = message.header.message_type is MessageType.method_return
                self._said[which] = is_answer and _truth(message.body)


def _truth(body: Any) -> bool:
    """The one value of an answer, which a property wraps in its type."""
    value = body[0] if body else False
    return value[1] is True if isinstance(value, tuple) else value is True


def _logind() -> list[Message]:
    name = "org.freedesktop.login1"
    session = DBusAddress("/org/freedesktop/login1/session/auto", name, f"{name}.Session")
    return [Properties(session).get("LockedHint")]


def _savers() -> list[Message]:
    return [new_method_call(DBusAddress(f"/{name.replace('.', '/')}", name, name), "GetActive") for name in _SAVERS]
