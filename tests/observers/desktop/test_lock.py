"""Whether the session is locked, by what a bus says, and what happens when it says nothing."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xsession import wait_for

if sys.platform != "linux":
    pytest.skip("D-Bus is Linux's", allow_module_level=True)

from jeepney import Message, MessageFlag, MessageType, Parser, new_error, new_method_return

from observers.desktop.lock import ASK_SECONDS, SessionLock

Answer = Callable[[str, str], Any]  # interface and method -> the one value of the answer, None for an error


class FakeBus:
    """A bus on a socket file that lets anybody in and answers for every service."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self.address = f"unix:path={path}"
        self.asked: list[Message] = []
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for each in (*self._open, self._listener):
            each.close()

    def hang_up(self) -> None:
        for each in self._open:
            each.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        try:
            said = b""
            while b"BEGIN\r\n" not in said:
                if b"AUTH" in (data := line.recv(4096)):
                    line.sendall(b"OK 00\r\n")
                said += data
            parser, serial = Parser(), 0
            parser.add_data(said.partition(b"BEGIN\r\n")[2])
            while True:
                while (message := parser.get_next_message()) is not None:
                    self.asked.append(message)
                    serial += 1
                    line.sendall(self._reply(message).serialise(serial=serial))
                data = line.recv(4096)
                if not data:
                    return
                parser.add_data(data)
        except OSError:
            return

    def _reply(self, message: Message) -> Message:
        fields = {field.name: value for field, value in message.header.fields.items()}
        value = self._answer(fields.get("interface", ""), fields["member"])
        if value is None:
            return new_error(message, "org.freedesktop.DBus.Error.ServiceUnknown")
        if fields["member"] == "Get":
            return new_method_return(message, "v", (("b", value),))
        return new_method_return(message, "s" if isinstance(value, str) else "b", (value,))


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], FakeBus]]:
    """Makes the bus that both of the session's names lead to."""
    made: list[FakeBus] = []

    def make(answer: Answer) -> FakeBus:
        made.append(FakeBus(tmp_path / "bus", answer))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made[-1].address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", made[-1].address)
        return made[-1]

    yield make
    for each in made:
        each.close()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("interface", "member"), [("org.freedesktop.DBus.Properties", "Get"), ("org.gnome.ScreenSaver", "GetActive")]
)
def test_a_lock_is_known_from_either_bus_and_so_is_its_end(
    bus: Callable[[Answer], FakeBus], interface: str, member: str
) -> None:
    active = [True]

    def answer(asked_interface: str, asked_member: str) -> Any:
        if asked_member == "Hello":
            return ":1.1"
        return active[0] if (asked_interface, asked_member) == (interface, member) else None

    bus(answer)
    clock = Clock()
    lock = SessionLock(clock)
    wait_for(lock.locked, "the lock")
    active[0] = False
    clock.now += ASK_SECONDS
    wait_for(lambda: not lock.locked(), "its end")
    lock.close()


def test_it_asks_every_few_seconds_and_starts_no_screen_saver(bus: Callable[[Answer], FakeBus]) -> None:
    server = bus(lambda _, member: ":1.1" if member == "Hello" else False)
    clock = Clock()
    lock = SessionLock(clock)
    lock.locked()
    wait_for(lambda: len(server.asked) == 7, "two greetings, one question of logind, four of screen savers")
    for _ in range(50):
        lock.locked()
    clock.now += ASK_SECONDS
    lock.locked()
    wait_for(lambda: len(server.asked) == 12, "the questions once more")
    questions = [message for message in server.asked if message.header.message_type is MessageType.method_call]
    asking = [message for message in questions if "Hello" not in message.header.fields.values()]
    assert all(message.header.flags & MessageFlag.no_auto_start for message in asking)
    lock.close()


def test_a_bus_that_hangs_up_is_tried_again_later(bus: Callable[[Answer], FakeBus]) -> None:
    server = bus(lambda _, member: ":1.1" if member == "Hello" else True)
    clock = Clock()
    lock = SessionLock(clock)
    wait_for(lock.locked, "the lock")
    server.hang_up()
    wait_for(lambda: not lock.locked(), "what it said to be forgotten")
    clock.now += 3600
    wait_for(lock.locked, "the lock again")
    lock.close()


def test_no_bus_and_one_that_never_answers_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'silent'}")
        for address in (None, "", "nonsense", "tcp:host=192.0.2.1,port=1", f"unix:path={tmp_path / 'absent'}"):
            if address is None:
                monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
            else:
                monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            lock = SessionLock(Clock())
            assert not lock.locked()
            assert not lock.locked()
            lock.close()
