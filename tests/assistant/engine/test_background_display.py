"""A real X server that is killed under the engine, and another that comes back in its place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from engines import until
from fakes import FakeEmbedder
from support import PASSPHRASE
from xsession import need

from assistant import Assistant
from assistant.engine import loops
from assistant.engine.background import Observing
from assistant.engine.capture import Eyes
from assistant.engine.log import Log
from memory.errors import OcrFailedError
from observers.desktop import Rect
from observers.screen import settling
from observers.screen.ocr.line import Image, Line
from observers.screen.ocr.worker import Worker

DISPLAY = ":86"


class CountingOcr:
    """Reads another line every time. ``broken`` makes it fail, as its process does when it is killed."""

    name = "counting"

    def __init__(self) -> None:
        self.reads = 0
        self.broken = False

    def read(self, image: Image) -> list[Line]:
        if self.broken:
            raise OcrFailedError("the process broke")
        self.reads += 1
        return [Line(f"Reading number {self.reads} of the terminal", Rect(4, 4, min(200, image.shape[1]), 12))]

    def interrupt(self) -> None:
        """Nothing is under way in another thread."""

    def rest(self) -> bool:
        return False

    def close(self) -> None:
        pass


class Server:
    """An X server that may be killed and started again under its name, with a terminal on it."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = ("Xvfb", DISPLAY, "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset", "-s", "0")
        self._started.append(subprocess.Popen(server, **quiet))  # type: ignore[call-overload]
        until(lambda: Path(f"/tmp/.X11-unix/X{DISPLAY[1:]}").exists(), "the X server")
        terminal = ("xterm", "-display", DISPLAY, "-e", "sh", "-c", "echo it stands here; sleep 3600")
        self._started.append(subprocess.Popen(terminal, **quiet))  # type: ignore[call-overload]

    def kill(self) -> None:
        for process in self._started:
            process.kill()
            process.wait(timeout=30)
        self._started.clear()
        Path(f"/tmp/.X11-unix/X{DISPLAY[1:]}").unlink(missing_ok=True)
        Path(f"/tmp/.X{DISPLAY[1:]}-lock").unlink(missing_ok=True)


@pytest.fixture
def server() -> Iterator[Server]:
    need("Xvfb", "xterm")
    found = Server()
    found.start()
    yield found
    found.kill()


def own(ocr: CountingOcr) -> Eyes:
    """A real desktop and a real grabber, as the engine opens them."""
    from observers.desktop.x11 import X11Desktop  # noqa: PLC0415 - Linux only
    from observers.screen.grab import Grabber, MssScreen  # noqa: PLC0415

    return Eyes(
        lambda: X11Desktop(DISPLAY, session_locked=lambda: False),
        lambda: Grabber(MssScreen(DISPLAY)),
        lambda _name: ocr,
    )


def test_a_killed_x_server_stops_the_looking_until_there_is_one_again(
    folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(loops, "FIRST_RETRY_SECONDS", 0.1)
    monkeypatch.setattr(loops, "LONGEST_RETRY_SECONDS", 0.5)
    ocr, log = CountingOcr(), Log(tmp_path / "engine.log")
    with Assistant.open(folder, PASSPHRASE, create=True, embedder=FakeEmbedder()) as vault:
        vault.configure(screen_on=True, screen_scope="visible", rules=[])
        observing = Observing(log, lambda: own(ocr))
        observing.start(vault)
        try:
            until(lambda: vault.status()["observations"], "a passage")
            handles, reads = psutil.Process().num_fds(), ocr.reads
            for _ in range(2):
                server.kill()
                until(lambda: observing.status()["state"] == "failed", "the failure to show")
                assert "display" in str(observing.status()["reason"])
                server.start()
                until(lambda: observing.status()["state"] == "recording", "it to go on")
                until(lambda reads=reads: ocr.reads > reads, "a read")  # type: ignore[misc]
                reads = ocr.reads
            assert psutil.Process().num_fds() <= handles + 2
        finally:
            observing.stop()
            log.close()
        texts = [stored.observation.text for stored in vault._store.observations.all()]
        assert len(set(texts)) == len(texts)
        assert vault.check() == []
    assert "a thread broke" not in (tmp_path / "engine.log").read_text()


class ByProcess(CountingOcr):
    """Reads in a process of its own, as the engine does, which takes its time over it."""

    def __init__(self) -> None:
        super().__init__()
        self.worker = Worker(command=[sys.executable, "-c", SLEEPER])

    def read(self, image: Image) -> list[Line]:
        return self.worker.read(image)

    def close(self) -> None:
        self.worker.close()


SLEEPER = """
import struct, sys, time, json
while header := sys.stdin.buffer.read(8):
    height, width = struct.unpack("!II", header)
    sys.stdin.buffer.read(height * width * 4)
    time.sleep(0.3)
    print(json.dumps({"lines": [["It stands here", 4, 4, 100, 12, 1.0]]}), flush=True)
"""


def test_text_recognition_killed_in_the_middle_of_a_read_is_started_again(
    folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "RETRY_SECONDS", 0.1)
    ocr = ByProcess()
    with Assistant.open(folder, PASSPHRASE, create=True, embedder=FakeEmbedder()) as vault:
        vault.configure(screen_on=True, screen_scope="visible", rules=[])
        observing = Observing(Log(None), lambda: own(ocr))
        observing.start(vault)
        try:
            until(lambda: ocr.worker.pid, "text recognition")
            killed = ocr.worker.pid
            assert killed is not None
            psutil.Process(killed).kill()
            until(lambda: vault.status()["observations"], "a passage")
            assert observing.status()["state"] == "recording"
            assert ocr.worker.pid != killed
        finally:
            observing.stop()
    assert ocr.worker.pid is None
