"""Promises, for an engine that looks at a real screen: no network, and nothing readable on any disk, however it ends.

It is a process of its own on a virtual X screen with a real terminal in front, whose text is read by the real text
recognition in a process of its own, while a folder is watched and a client asks.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import observing_program
import pytest
from engines import until
from fakes import FakeEmbedder
from support import PASSPHRASE, START
from test_canaries import MARK, canary, found_in
from test_offline import EMPTY_NETWORK, attempts, can_unshare
from xsession import XSession, need, running

from assistant import Assistant
from assistant.client import connect
from assistant.engine import process

LINE = "The word for today is {word} and nothing else"
PATIENCE_SECONDS = 120.0
NETWORK = re.compile(r"socket\(AF_INET6?,|sin6?_port=|getaddrinfo")


@dataclass
class Scene:
    """A screen, an engine that looks at it, and everything either could write to."""

    root: Path
    session: XSession
    vault: Path

    @property
    def environment(self) -> dict[str, str]:
        folders = {name: self.root / name.lower() for name in ("HOME", "TMPDIR", "WORK")}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_", "WAYLAND_"))}
        temporary = {name: str(folders["TMPDIR"]) for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR")}
        return {**kept, **temporary, "DISPLAY": self.session.display, "HOME": str(folders["HOME"])}

    def start(self, *options: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        return observing_program.start(
            self.vault, "real", 0, *options, prefix=prefix, environment=self.environment, cwd=self.root / "work"
        )

    def show(self, text: str) -> None:
        """A terminal that says something, in front."""
        self.session.xterm("sh", "-c", f"printf '%s\\n\\n' '{text}' 'it stands here for a while'; sleep 3600")

    def unlock(self) -> None:
        until(lambda: process.is_served(self.vault), "an engine that answers")
        with connect(self.vault, start=False) as client:
            client.unlock(PASSPHRASE)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    need("Xvfb", "openbox", "xterm")
    root = tmp_path / "machine"
    vault = root / "home" / "vault"
    vault.parent.mkdir(parents=True)
    os.environ.update(INKLING_HOME=str(root / "home" / "inkling"), INKLING_RUNTIME=str(root / "run"))
    (root / "exports").mkdir()
    with Assistant.open(vault, PASSPHRASE, create=True, embedder=FakeEmbedder()) as made:
        made.configure(screen_on=True, ocr="rapid", watched=[str(root / "exports")])
    outside = tmp_path / "screen"
    outside.mkdir()
    with running(outside) as session:
        yield Scene(root, session, vault)


@pytest.fixture(autouse=True)
def own_folders(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scene sets is unset again."""
    for name in ("INKLING_HOME", "INKLING_RUNTIME"):
        monkeypatch.setenv(name, os.environ[name])


def export(scene: Scene, text: str) -> None:
    line = {"text": text, "at": START.isoformat(), "speaker": "me", "key": text}
    (scene.root / "exports" / "chat.jsonl").write_text(json.dumps(line) + "\n")


def heard(engine: subprocess.Popen[str], *wanted: str) -> None:
    """Wait until the engine has said that each of these is safe."""
    left = set(wanted)
    patience = threading.Timer(PATIENCE_SECONDS, engine.kill)
    patience.start()
    try:
        for texts in observing_program.safe(engine):
            left -= {want for want in left if any(want in text for text in texts)}
            if not left:
                return
    finally:
        patience.cancel()
    pytest.fail(f"the engine did not take in {left}: {engine.communicate(timeout=60)[1]}")


def work(scene: Scene, engine: subprocess.Popen[str]) -> None:
    """A bit of everything: screen, folder, client."""
    scene.show(LINE.format(word="pomegranate"))
    export(scene, "we took the ferry to Arran")
    scene.unlock()
    heard(engine, "pomegranate", "Arran")
    with connect(scene.vault, start=False) as client:
        assert client.recall("pomegranate")
        client.distil()
        assert client.why(10)
        client.stop()


def must_be_possible(possible: bool, what: str) -> None:
    """Skip where a machine does not allow it; in CI, where the superuser runs the tests, it has to."""
    if possible:
        return
    if os.environ.get("CI") and os.geteuid() == 0:
        pytest.fail(what)
    pytest.skip(what)


def test_observing_works_where_there_is_no_network_at_all(scene: Scene) -> None:
    must_be_possible(can_unshare(), "this machine lets nobody make a network namespace")
    engine = scene.start(prefix=EMPTY_NETWORK)
    work(scene, engine)
    _, counters = engine.communicate(timeout=60)
    assert engine.returncode == 0
    assert attempts(counters) == 0


def test_observing_asks_the_network_for_nothing(scene: Scene) -> None:
    """Seen from Python, in the engine."""
    engine = scene.start("offline")
    work(scene, engine)
    _, error = engine.communicate(timeout=60)
    assert (engine.returncode, "was called" in error) == (0, False), error


def test_no_process_of_it_ever_makes_an_internet_socket(scene: Scene, tmp_path: Path) -> None:
    """Seen from the kernel, in the engine and the text recognition."""
    must_be_possible(shutil.which("strace") is not None, "strace is not installed")
    calls = tmp_path / "calls"
    engine = scene.start(prefix=("strace", "-f", "-qq", "-e", "trace=socket,connect,execve", "-o", str(calls)))
    work(scene, engine)
    engine.communicate(timeout=60)
    seen = calls.read_text()
    assert "AF_UNIX" in seen, "the control: sockets would be seen"
    assert "observers.screen.ocr.worker" in seen
    assert NETWORK.findall(seen) == []


def test_killed_while_it_looks_at_a_word_it_leaves_that_word_nowhere(scene: Scene) -> None:
    rng = random.Random(8)
    words = [canary(rng) for _ in range(2)]
    for number, word in enumerate(words):
        terminal = scene.session.xterm("sh", "-c", f"printf '%s\\n' 'my {word} is old'; sleep 3600", title="notes")
        engine = scene.start()
        try:
            scene.unlock()
            if number < 1:
                heard(engine, MARK)
        finally:
            engine.kill()
            _, error = engine.communicate(timeout=60)
            terminal.kill()
            terminal.wait()
        assert found_in(scene.root) == []
        assert MARK not in error
    with Assistant.open(scene.vault, PASSPHRASE, embedder=FakeEmbedder()) as vault:
        texts = "\n".join(stored.observation.text for stored in vault._store.observations.all())
    assert texts.count(MARK) >= 1, "the words did go in, or nothing was tested"
