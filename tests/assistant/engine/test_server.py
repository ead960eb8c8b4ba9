"""A client that hangs, dribbles, lies or goes away is its own trouble; everybody else is served."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection as sockets
from multiprocessing.connection import Connection
from typing import Any

import pytest
from engines import Running, until
from support import PASSPHRASE, said

from assistant import Assistant
from assistant.client import Client, connect, stop
from assistant.engine import auth, dispatch, rendezvous, wire
from memory.errors import EngineMismatchError, EngineUnreachableError, InvalidInputError, VaultLockedError
from memory.records import Observation

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="speaks to a Unix socket")


@pytest.fixture
def found(running: Running, locked: Client) -> rendezvous.Rendezvous:
    there = rendezvous.read(running.folder)
    assert there is not None
    return there


@contextmanager
def introduced(found: rendezvous.Rendezvous) -> Iterator[Connection]:
    with sockets.Client(found.address) as connection:
        auth.introduce(connection, found.token)
        yield connection


@contextmanager
def raw(found: rendezvous.Rendezvous) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as end:
        end.settimeout(30)
        end.connect(found.address)
        yield end


def is_served(client: Client) -> bool:
    with connect(client.folder, start=False) as another:
        return another.status()["observations"] == 0 and client.status()["observations"] == 0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "HANDSHAKE_SECONDS", 0.3)


def test_who_does_not_know_the_token_is_refused(client: Client, found: rendezvous.Rendezvous) -> None:
    with sockets.Client(found.address) as connection, pytest.raises(EngineUnreachableError):
        auth.introduce(connection, bytes(32))
    assert is_served(client)


def test_an_engine_that_does_not_know_the_token_is_not_spoken_to(running: Running, client: Client) -> None:
    """Something else listens at the address: it learns nothing, and the caller is told."""
    server, ours = socket.socketpair()
    said_: list[bytes] = []

    def pretend() -> None:
        with Connection(server.detach()) as other:
            other.send_bytes(b"#CHALLENGE#" + bytes(20))
            said_.append(other.recv_bytes())
            other.send_bytes(b"#WELCOME#")
            said_.append(other.recv_bytes())
            other.send_bytes(b"I do not know")
            said_.append(other.recv_bytes())

    thread = threading.Thread(target=pretend)
    thread.start()
    token = os.urandom(32)
    with Connection(ours.detach()) as connection, pytest.raises(EngineUnreachableError):
        auth.introduce(connection, token)
    thread.join()
    assert token not in b"".join(said_)


def test_another_users_process_is_refused(
    client: Client, found: rendezvous.Rendezvous, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(auth, "peer_uid", lambda _connection: os.getuid() + 1)
        with sockets.Client(found.address) as connection, pytest.raises(EOFError):
            connection.recv_bytes()
        with sockets.Client(found.address) as connection, pytest.raises(EngineUnreachableError, match="another user"):
            auth.introduce(connection, found.token)
    assert is_served(client)


@pytest.mark.skipif(not hasattr(os, "fork") or os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_real_other_user_is_refused_even_with_the_token(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Through a socket that anybody may connect to, which the engine's own is not."""
    listener = socket.socket(socket.AF_UNIX)
    address = f"\0inkling-test-{os.getpid()}"
    listener.bind(address)
    listener.listen(1)
    token = os.urandom(32)
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        with sockets.Client(address) as connection:
            try:
                auth.answer_challenge(connection, token)
            except EOFError:
                os._exit(7)
        os._exit(0)
    with Connection(listener.accept()[0].detach()) as connection:
        assert auth.peer_uid(connection) == 65534
        assert not auth.admit(connection, token)
    listener.close()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_silent_client_is_hung_up_on(impatient: None, client: Client, found: rendezvous.Rendezvous) -> None:
    with raw(found) as end:
        while end.recv(1000):
            pass
    assert is_served(client)


def test_a_handshake_that_dribbles_is_hung_up_on(impatient: None, client: Client, found: rendezvous.Rendezvous) -> None:
    with raw(found) as end:
        try:
            end.sendall(struct.pack("!i", 200))
            for _ in range(200):
                end.sendall(b"x")
                time.sleep(0.01)
        except OSError:
            assert is_served(client)
            return
    pytest.fail("it was listened to for two seconds")


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n", bytes(500), b"\xff" * 500, struct.pack("!i", 2**31 - 1) + b"x",
        struct.pack("!iQ", -1, 2**62), struct.pack("!i", -7), struct.pack("!i", 0) * 50,
    ],
)  # fmt: skip
def test_garbage_and_giant_lengths_end_that_connection_alone(
    client: Client, found: rendezvous.Rendezvous, garbage: bytes
) -> None:
    with raw(found) as end:
        end.sendall(garbage)
        end.shutdown(socket.SHUT_WR)
        try:
            while end.recv(1000):
                pass
        except ConnectionError:
            pass
    with introduced(found) as connection:
        os.write(connection.fileno(), garbage)
    assert is_served(client)


@pytest.mark.parametrize(
    "request_",
    [
        b"", b"{", b"[]", b"{}", b'{"verb": 3}', b'{"verb": ["recall"]}', b'{"verb": "close"}', b'{"verb": "__init__"}',
        b'{"verb": "vault"}', b'{"verb": "_store"}', b'{"verb": "recall", "arguments": []}',
        b'{"verb": "recall", "arguments": {"colour": "red"}}', b'{"verb": "unlock", "arguments": {"create": true}}',
        b'{"verb": {"@Observation": {}}}', b"\x80\x04K\x01.",
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_with_an_error(
    client: Client, found: rendezvous.Rendezvous, request_: bytes
) -> None:
    with introduced(found) as connection:
        connection.send_bytes(request_)
        told = wire.decode(connection.recv_bytes())
        assert told["error"]["type"] == "EngineMismatchError"
        connection.send_bytes(wire.encode({"verb": "status"}))
        assert wire.decode(connection.recv_bytes())["result"]["observations"] == 0


def test_arguments_that_make_no_sense_are_a_defect_without_their_words(running: Running, client: Client) -> None:
    with pytest.raises(wire.DefectError, match=r"internal error in the engine \(\w+\)") as caught:
        client._call("recall", text={"canary": "the letter"})
    assert "letter" not in str(caught.value)
    with pytest.raises(InvalidInputError):
        client._call("take", observations="canary")
    assert "a verb failed" in running.logged()
    assert "canary" not in running.logged()
    assert "letter" not in running.logged()


def test_a_request_that_stops_half_way_ends_with_the_patience(
    client: Client, found: rendezvous.Rendezvous, monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistant.engine.server as server  # noqa: PLC0415

    monkeypatch.setattr(server, "STALL_SECONDS", 1)
    with introduced(found) as connection:
        os.write(connection.fileno(), struct.pack("!i", 100) + b"half")
        with pytest.raises((EOFError, OSError)):
            connection.recv_bytes()
    assert is_served(client)


def test_connections_that_idle_are_limited_in_number(running: Running, client: Client) -> None:
    running.engine._server._most = 3
    with connect(client.folder, start=False) as second, connect(client.folder, start=False) as third:
        with pytest.raises(EngineUnreachableError):
            connect(client.folder, start=False)
        assert [c.status()["observations"] for c in (client, second, third)] == [0, 0, 0]
    until(lambda: client.state()["clients"] == 1, "room again")
    assert is_served(client)


def test_many_clients_at_once_are_all_answered(client: Client) -> None:
    ids = [client.remember(f"The user has {n} cats.") for n in range(4)]
    answers: list[str] = []

    def ask(n: int) -> None:
        answers.append(client.proposition(ids[n % 4]).text)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(f"The user has {n % 4} cats." for n in range(32))


class Gate:
    """Holds every batch in the middle of its verb until told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.open, self.left = threading.Event(), threading.Event(), threading.Event()
        take = Assistant.take

        def held(assistant: Assistant, observations: Sequence[Observation], progress: Any = None) -> Any:
            self.entered.set()
            assert self.open.wait(30)
            taken = list(take(assistant, observations, progress))
            self.left.set()
            return iter(taken)

        monkeypatch.setattr(Assistant, "take", held)


def test_one_that_waits_long_keeps_nobody_else_waiting(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    thread = threading.Thread(target=client.observe, args=([said("hello", "k")],))
    thread.start()
    assert gate.entered.wait(30)
    assert is_served(client)
    gate.open.set()
    thread.join()
    assert client.status()["observations"] == 1


def test_a_client_that_goes_away_in_mid_call_leaves_the_write_whole(
    client: Client, found: rendezvous.Rendezvous, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    with introduced(found) as connection:
        batch = [said(f"message {n}", f"k{n}") for n in range(50)]
        connection.send_bytes(wire.encode({"verb": "take", "arguments": {"observations": batch}}))
        assert gate.entered.wait(30)
    gate.open.set()
    assert gate.left.wait(30)
    assert client.status()["observations"] == 50


def test_distilling_for_nobody_stops_after_the_batch_in_hand(
    client: Client, found: rendezvous.Rendezvous, monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistant.pipeline as pipeline  # noqa: PLC0415

    monkeypatch.setattr(pipeline, "EPISODE", 5)
    client.observe([said(f"I have {n} cats", f"k{n}", thread=str(n)) for n in range(100)])
    with introduced(found) as connection:
        connection.send_bytes(wire.encode({"verb": "distil"}))
        assert "progress" in wire.decode(connection.recv_bytes())
    until(lambda: client.state()["clients"] == 1, "the other connection's end")
    left = client.status()["pending"]
    assert 0 < left < 100
    assert left % 5 == 0
    assert client.distil()["observations"] == left


def test_a_call_that_is_interrupted_does_not_confuse_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.observe([said("I have a cat", "k")])

    def interrupt(_steps: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.distil(interrupt)
    assert client.propositions() is not None
    assert client.status()["observations"] == 1


def test_an_answer_too_large_to_send_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = client.observe([said(f"{n} and so on, " * 500, f"k{n}", days=n) for n in range(10)])
    monkeypatch.setattr(wire, "MOST_BYTES", 20_000)
    with pytest.raises(InvalidInputError, match="too large to hand over"):
        client.around(ids[5], 5, 5)
    assert client.status()["observations"] == 10


def test_long_observations_travel_in_smaller_batches(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import assistant.client as module  # noqa: PLC0415

    monkeypatch.setattr(module, "BATCH_CHARACTERS", 100)
    taken = list(client.take(said("x" * 60, f"k{n}") for n in range(5)))
    assert [len(t.rows) for t in taken] == [2, 2, 1]


def test_an_older_or_newer_engine_is_not_misunderstood(running: Running, client: Client) -> None:
    place = rendezvous.place(running.folder)
    place.write_text(place.read_text().replace('"protocol": 1', '"protocol": 99'))
    with pytest.raises(EngineMismatchError, match=r"another version.*inkling stop"):
        connect(running.folder, start=False)
    assert stop(running.folder) is True
    assert stop(running.folder) is False


def test_a_stopped_engine_is_unreachable_and_leaves_nothing_lying(running: Running, client: Client) -> None:
    client.stop()
    until(lambda: not list(rendezvous.place(running.folder).parent.iterdir()), "an empty runtime folder")
    with pytest.raises(EngineUnreachableError, match="inkling start"):
        connect(running.folder, start=False)
    with pytest.raises(EngineUnreachableError):
        client.status()


def test_a_call_is_repeated_after_a_restart_if_that_does_no_harm(
    running: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine hangs up before it answers, as one does that is killed."""
    answer = dispatch.Dispatch.answer
    broken = iter([True, False, True])

    def hang_up_first(self: dispatch.Dispatch, data: bytes, send: Any) -> None:
        if next(broken, False):
            raise dispatch.ClientGoneError
        answer(self, data, send)

    monkeypatch.setattr(dispatch.Dispatch, "answer", hang_up_first)
    assert client.status()["observations"] == 0
    with pytest.raises(EngineUnreachableError, match="not known whether"):
        client.remember("The user plays the cello.")
    assert client.propositions() == []


def test_everything_but_the_engines_own_verbs_needs_an_open_vault(locked: Client) -> None:
    for verb in dispatch.VERBS:
        with pytest.raises(VaultLockedError, match="inkling unlock"):
            locked._call(verb)
    assert locked.state()["locked"] is True
    assert locked.lock() is False
    assert locked.why(5)[0]["app"] == "Editor"
    locked.pause(None)
    assert locked.state()["recording"]["state"] == "paused"
    locked.resume()
    assert locked.state()["recording"]["state"] == "off"


def test_what_the_user_chooses_is_told_to_what_runs(running: Running, client: Client) -> None:
    client.status()
    client.configure(screen_on=True)
    client.remember_names("whatsapp", ["Sam"])
    assert running.background.heard == ["start", "changed", "changed"]


def test_a_closed_client_says_so(client: Client) -> None:
    client.close()
    with pytest.raises(EngineUnreachableError, match="was closed"):
        client.status()


def test_secrets_do_not_reach_the_log(running: Running, locked: Client) -> None:
    with pytest.raises(Exception, match="does not open"):
        locked.unlock("canary horse")
    locked.unlock(PASSPHRASE)
    locked.recall("canary")
    assert "canary" not in running.logged()
    assert PASSPHRASE not in running.logged()
    assert "a wrong secret was refused tries=1" in running.logged()
