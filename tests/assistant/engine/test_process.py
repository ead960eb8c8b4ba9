"""The engine as a process: one per vault, found by its clients, quiet, and gone in order."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import engine_program
import pytest
from engines import until
from support import PASSPHRASE, said

from assistant import paths
from assistant.client import connect
from assistant.engine import launch, process, rendezvous
from assistant.engine.recording import NoBackground
from memory.errors import EngineUnreachableError, VaultMissingError

posix = pytest.mark.skipif(os.name != "posix", reason="signals and modes as POSIX has them")


@pytest.fixture
def started(folder: Path, code: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Engines to be ended after the test."""
    found: list[subprocess.Popen[str]] = []
    yield found
    for one in found:
        one.terminate()
        one.communicate(timeout=60)


@pytest.fixture
def stopped(folder: Path) -> Iterator[None]:
    """The engine that a client started, ended after the test."""
    yield
    if rendezvous.is_live(folder):
        connect(folder, start=False).stop()


def ready(folder: Path) -> None:
    until(lambda: process.is_served(folder), "an engine that answers")


def test_a_client_starts_it_once_and_it_outlives_the_client(folder: Path, code: str, stopped: None) -> None:
    with connect(folder) as client:
        first = client.state()
        assert first["locked"]
        client.unlock(PASSPHRASE)
        client.remember("The user plays the cello.")
    with connect(folder) as client:
        assert client.state()["pid"] == first["pid"]
        assert client.recall("cello")[0].text == "The user plays the cello."
        client.stop()
    assert not rendezvous.is_live(folder)


def test_the_engine_of_no_vault_is_not_started(folder: Path) -> None:
    with pytest.raises(VaultMissingError, match="inkling init"):
        connect(folder)
    with pytest.raises(VaultMissingError):
        process.run(folder)
    assert not folder.exists()


def test_clients_that_start_it_at_the_same_instant_share_one(
    folder: Path, code: str, stopped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int] = []
    launched: list[int] = []
    launch_one = launch._launched

    def noted(vault: Path) -> subprocess.Popen[bytes]:
        begun = launch_one(vault)
        launched.append(begun.pid)
        return begun

    monkeypatch.setattr(launch, "_launched", noted)
    barrier = threading.Barrier(6)

    def begin() -> None:
        barrier.wait()
        with connect(folder) as client:
            pids.append(client.state()["pid"])

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 6
    [serving] = set(pids)
    for other in set(launched) - {serving}:
        assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0


def test_of_two_engines_started_at_once_one_serves_and_the_other_leaves_quietly(
    folder: Path, started: list[subprocess.Popen[str]]
) -> None:
    both = [engine_program.start(folder) for _ in range(2)]
    started += both
    until(lambda: [one.poll() for one in both].count(None) == 1, "one of two engines to leave")
    ready(folder)
    [left] = [one for one in both if one.returncode is not None]
    [serving] = [one for one in both if one.returncode is None]
    assert left.returncode == 0
    assert left.communicate() == ("", "")
    with connect(folder, start=False) as client:
        assert client.state()["pid"] == serving.pid


def test_a_process_that_holds_the_vault_and_does_not_serve_is_named(
    folder: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "TAKEOVER_SECONDS", 0.5)
    held = process.take_over(folder)
    assert held is not None
    with pytest.raises(EngineUnreachableError, match="does not answer"):
        process.take_over(folder)
    held.release()
    again = process.take_over(folder)
    assert again is not None
    again.release()


def test_an_engine_that_is_ending_is_waited_for(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    first = engine_program.start(folder)
    ready(folder)
    first.terminate()
    second = engine_program.start(folder)
    started += [first, second]
    assert first.wait(60) == 0
    ready(folder)
    with connect(folder, start=False) as client:
        assert client.state()["pid"] == second.pid


def test_what_a_killed_engine_left_is_replaced(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    for _ in range(2):
        started.append(engine_program.start(folder))
        ready(folder)
        started[-1].kill()
        started[-1].wait()
        assert rendezvous.read(folder) is not None  # it is still announced
        assert not process.is_served(folder)
        with pytest.raises(EngineUnreachableError, match="inkling start"):
            connect(folder, start=False)
    started.append(engine_program.start(folder))
    ready(folder)
    with connect(folder, start=False) as client:
        assert client.state()["pid"] == started[-1].pid


@pytest.mark.parametrize("left", ["", "{}", "nonsense", '{"pid": "x"}', '{"pid": 1, "address": 2}', "[1]"])
def test_a_spoiled_announcement_is_none(folder: Path, code: str, left: str) -> None:
    rendezvous.place(folder).write_text(left)
    assert rendezvous.read(folder) is None
    assert not rendezvous.is_live(folder)


@posix
def test_something_else_at_the_address_is_not_spoken_to(folder: Path, code: str) -> None:
    """A stale announcement whose address somebody took: nothing is told, and an engine is not started over it."""
    address = rendezvous.address_for(folder)
    rendezvous.write(folder, address, 1)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(address)
        other.listen(5)

        def hang_up() -> None:
            other.accept()[0].close()

        with ThreadPoolExecutor() as pool:
            pool.submit(hang_up)
            with pytest.raises(EngineUnreachableError, match="does not answer as it should"):
                connect(folder, start=False)


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_it_in_order(folder: Path, started: list[subprocess.Popen[str]], name: str) -> None:
    started.append(engine_program.start(folder))
    ready(folder)
    with connect(folder, start=False) as client:
        client.unlock(PASSPHRASE)
        mine = client.remember("The user plays the cello.")
        started[-1].send_signal(getattr(signal, name))
        assert started[-1].wait(30) == 0
    assert started[-1].communicate() == ("", "")
    assert list(rendezvous.place(folder).parent.iterdir()) == []
    assert not (folder / "inkling.db-wal").exists()  # the store was closed
    started.append(engine_program.start(folder))
    ready(folder)
    with connect(folder, start=False) as client:
        client.unlock(PASSPHRASE)
        assert client.proposition(mine).text == "The user plays the cello."


def test_an_engine_that_no_client_can_find_any_more_ends(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    started.append(engine_program.start(folder))
    ready(folder)
    rendezvous.remove(folder)
    assert started[-1].wait(30) == 0


@posix
def test_nothing_of_it_is_for_others(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    started.append(engine_program.start(folder))
    ready(folder)
    place = rendezvous.place(folder)
    found = rendezvous.read(folder)
    assert found is not None
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert not stat.S_IMODE(Path(found.address).stat().st_mode) & 0o077
    assert stat.S_IMODE((folder / process.LOCK_FILE).stat().st_mode) == 0o600
    [log] = paths.logs().iterdir()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert found.token.hex() not in log.read_text()
    assert found.token.hex() not in repr(found)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_dumps_no_core_and_lets_others_go_first(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    started.append(engine_program.start(folder))
    ready(folder)
    about = Path("/proc", str(started[-1].pid))
    limits = (about / "limits").read_text()
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]
    assert (about / "stat").read_text().rpartition(")")[2].split()[16] == str(os.nice(0) + process.NICE)
    assert (about / "environ").stat().st_uid == 0  # as of a process that may not be dumped


def test_it_does_not_inherit_secrets(folder: Path, code: str, stopped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in launch._SECRETS:
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("INKLING_HOME", "here")
    found = launch._environment(os.environ)
    assert "canary" not in found.values()
    assert found["INKLING_HOME"] == str(Path("here").absolute())


@posix
@pytest.mark.parametrize("spoiled", ["open to others", "a link", "a file"])
def test_a_runtime_folder_that_is_not_ours_alone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    folder = tmp_path / "run"
    monkeypatch.setenv("INKLING_RUNTIME", str(folder))
    if spoiled == "open to others":
        folder.mkdir()
        folder.chmod(0o755)
    elif spoiled == "a link":
        (tmp_path / "real").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "real")
    else:
        folder.touch()
    with pytest.raises(EngineUnreachableError, match="INKLING_RUNTIME"):
        paths.runtime()


@posix
def test_a_runtime_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_RUNTIME", str(tmp_path / "run"))
    assert paths.runtime().is_dir()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(EngineUnreachableError, match="not a folder of yours alone"):
        paths.runtime()


@posix
def test_the_runtime_folder_is_the_sessions_or_one_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INKLING_RUNTIME")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert paths.runtime() == tmp_path / "inkling"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "absent"))
    monkeypatch.setattr(paths.tempfile, "tempdir", str(tmp_path))
    assert paths.runtime() == tmp_path / f"inkling-{os.getuid()}"


@posix
def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(
    folder: Path, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_RUNTIME", str(tmp_path / ("deep" * 20)))
    address = rendezvous.address_for(folder)
    assert len(address) < rendezvous.LONGEST_ADDRESS
    assert stat.S_IMODE(Path(address).parent.stat().st_mode) == 0o700
    rendezvous.clear(address)
    assert not Path(address).parent.exists()


def test_vaults_do_not_share_an_engine_and_ways_to_write_one_do(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    (tmp_path / "link").symlink_to(one)
    written = (one, tmp_path / "link", tmp_path / "other" / ".." / "one", Path(os.path.relpath(one)))
    assert len({paths.vault_digest(way) for way in written}) == 1
    assert paths.vault_digest(one) != paths.vault_digest(other)


def test_an_old_announcement_is_kept_from_those_who_tidy_up(folder: Path, code: str) -> None:
    address = rendezvous.address_for(folder)
    Path(address).touch()
    own = rendezvous.write(folder, address, 1)
    old = time.time() - 9 * 24 * 3600
    for file in (rendezvous.place(folder), Path(address)):
        os.utime(file, (old, old))
    assert rendezvous.keep(folder, own)
    assert all(f.stat().st_mtime > old + 3600 for f in (rendezvous.place(folder), Path(address)))
    rendezvous.write(folder, address, 1)
    assert not rendezvous.keep(folder, own)  # another's by now


def test_a_stop_that_hangs_is_ended_the_hard_way(folder: Path, code: str, tmp_path: Path) -> None:
    program = f"""
import sys, threading
sys.path.insert(0, {str(Path(engine_program.__file__).parent)!r})
import engines
from pathlib import Path
from assistant.engine import process
process.END_SECONDS = 0.5
class Hanging(engines.Recorder):
    def stop(self):
        threading.Event().wait()
sys.exit(process.run(Path({str(folder)!r}), lambda log: Hanging(), engines.opened))
"""
    hanging = subprocess.Popen([sys.executable, "-c", program])
    ready(folder)
    with connect(folder, start=False) as client:
        client.unlock(PASSPHRASE)
    hanging.terminate()
    assert hanging.wait(30) == 1


def use(folder: Path) -> None:
    """Ask an engine for a bit of everything."""
    with connect(folder, start=False) as client:
        client.unlock(PASSPHRASE)
        client.observe([said("I drive a red Toyota Yaris, see https://inkling.example/page", "k1")])
        client.distil()
        assert client.recall("Yaris")
        client.ask("What do I drive?")
        client.remember("The user plays the cello.")
        client.stop()


def test_the_engine_and_its_client_ask_the_network_for_nothing(
    folder: Path, started: list[subprocess.Popen[str]]
) -> None:
    started.append(engine_program.start(folder, "offline"))
    ready(folder)
    use(folder)  # in this process connecting outward fails the test
    assert started[-1].wait(30) == 0


EMPTY_NETWORK = ("unshare", "-rn", "sh", "-c", '"$@"; code=$?; cat /proc/net/snmp >&2; exit $code', "sh")


def can_unshare() -> bool:
    try:
        return subprocess.run([*EMPTY_NETWORK, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_unshare(), reason="this machine lets nobody make a network namespace")
def test_the_engine_works_where_there_is_no_network_at_all(folder: Path, started: list[subprocess.Popen[str]]) -> None:
    from test_offline import attempts  # noqa: PLC0415

    started.append(engine_program.start(folder, prefix=EMPTY_NETWORK))
    ready(folder)
    use(folder)
    _, counters = started[-1].communicate(timeout=60)
    assert attempts(counters) == 0


def test_the_default_background_runs_nothing_but_remembers_a_pause(assistant: Any) -> None:
    idle = NoBackground()
    idle.start(assistant)
    idle.changed()
    assert idle.status() == {"state": "off"}
    idle.pause(None)
    assert idle.status() == {"state": "paused"}
    idle.resume()
    assert idle.status() == {"state": "off"}
    assert idle.why(10) == []
    idle.stop()


def test_the_log_of_a_day_says_what_happened_and_nothing_else(
    folder: Path, started: list[subprocess.Popen[str]]
) -> None:
    started.append(engine_program.start(folder))
    ready(folder)
    use(folder)
    started[-1].wait(30)
    [log] = paths.logs().iterdir()
    words = [" ".join(line.split()[3:]) for line in log.read_text().splitlines()]
    assert words == [f"started pid={started[-1].pid}", "unlocked", "locked", "stopped"]
