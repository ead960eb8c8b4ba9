"""OCR in its own process: what becomes of a read when it dies, lies or hangs, and of the process afterwards."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from lettering import Canvas, blank

from memory.errors import InvalidInputError, MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr import Line
from observers.screen.ocr.worker import HEADER, Worker, serve

TEXT = "The lighthouse is closed in winter."
ANSWERS = """
import json, struct, sys, time
def image():
    header = sys.stdin.buffer.read(8)
    if len(header) < 8: sys.exit()
    height, width = struct.unpack("!II", header)
    return height, width, sys.stdin.buffer.read(height * width * 4)
def say(reply):
    sys.stdout.write(reply); sys.stdout.flush()
"""
ECHO = (
    ANSWERS
    + "while True:\n    h, w, p = image(); say(json.dumps({'lines': [[f'{h} {w} {p[0]}', 0, 0, w, h, 1.0]]}) + '\\n')"
)


class Hand:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def started(code: str = ECHO, **options: float) -> Worker:
    worker = Worker(command=python(code), **options)  # type: ignore[arg-type]
    worker.read(blank(1, 1))
    return worker


@pytest.fixture
def echo() -> Iterator[Worker]:
    worker = Worker(command=python(ECHO))
    yield worker
    worker.close()


def drawn() -> np.ndarray:
    canvas = Canvas(420, 60)
    canvas.write(TEXT, 20, 20)
    return canvas.pixels()


def gone(pid: int) -> bool:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_it_starts_with_the_first_read(echo: Worker) -> None:
    assert echo.pid is None
    assert echo.read(blank(3, 2, shade=7)) == [Line("2 3 7", Rect(0, 0, 3, 2), 1.0)]
    assert echo.pid is not None


def test_reads_follow_each_other_in_one_process(echo: Worker) -> None:
    echo.read(blank(3, 2))
    pid = echo.pid
    assert [echo.read(blank(width, 5))[0].text for width in (1, 2, 3)] == ["5 1 255", "5 2 255", "5 3 255"]
    assert echo.pid == pid


def test_an_image_of_no_size_is_not_worth_a_process(echo: Worker) -> None:
    assert echo.read(np.zeros((0, 40, 4), np.uint8)) == []
    assert echo.pid is None


def test_what_is_no_image_is_refused(echo: Worker) -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 4), np.float32)):
        with pytest.raises(InvalidInputError):
            echo.read(wrong)  # type: ignore[arg-type]


def test_killed_in_the_middle_of_a_read_only_that_read_fails() -> None:
    worker = Worker(
        command=python(ANSWERS + "h, w, p = image()\nif w == 9: time.sleep(60)\nsay('{\"lines\": []}\\n')\nimage()")
    )
    assert worker.read(blank(1, 1)) == []
    first = worker.pid
    worker.close()

    def strike() -> None:
        while worker.pid is None:
            time.sleep(0.01)
        time.sleep(0.3)
        psutil.Process(worker.pid).kill()

    killer = threading.Thread(target=strike)
    killer.start()
    with pytest.raises(OcrFailedError, match="broke"):
        worker.read(blank(9, 1))
    killer.join()
    assert worker.read(blank(1, 1)) == []
    assert worker.pid not in (None, first)
    worker.close()


def test_killed_between_two_reads_nothing_fails() -> None:
    worker = started()
    assert worker.pid is not None
    psutil.Process(worker.pid).kill()
    assert gone(worker.pid)
    assert worker.read(blank(4, 4))[0].text == "4 4 255"
    worker.close()


@pytest.mark.parametrize(
    "said",
    [
        "Hello",
        "Hello\\n",
        "[]\\n",
        "{}\\n",
        "17\\n",
        '{"lines": 3}\\n',
        '{"lines": [["a", 1]]}\\n',
        '{"lines": [["a",',
        "\\xff\\n",
    ],
)
def test_garbage_on_the_pipe_is_a_failed_read(said: str) -> None:
    worker = Worker(command=python(ANSWERS + f"image(); say('{said}')"))
    with pytest.raises(OcrFailedError):
        worker.read(blank(2, 2))
    assert worker.pid is None


def test_garbage_sent_to_the_process_ends_it_without_an_answer() -> None:
    for header in (HEADER.pack(0, 0), HEADER.pack(2**31, 2**31), b"\xff" * 8, b"abc", HEADER.pack(4, 4) + b"few"):
        replies = io.BytesIO()
        serve("rapid", io.BytesIO(header), replies)
        assert replies.getvalue() == b""


def test_the_deadline_ends_a_process_that_hangs() -> None:
    worker = Worker(command=python(ANSWERS + "image(); time.sleep(600)"), deadline_seconds=1)
    with pytest.raises(OcrFailedError, match="within 1 s"):
        worker.read(blank(2, 2))
    assert worker.pid is None


def test_the_deadline_holds_for_a_process_that_does_not_listen() -> None:
    worker = Worker(command=python("import time; time.sleep(600)"), deadline_seconds=1)
    with pytest.raises(OcrFailedError, match="within 1 s"):
        worker.read(blank(2000, 1000))


def test_a_command_that_is_not_there_is_a_failed_read() -> None:
    with pytest.raises(OcrFailedError):
        Worker(command=["/nowhere/at/all"]).read(blank(2, 2))


def test_idle_the_process_is_ended_and_comes_back() -> None:
    clock = Hand()
    worker = Worker(command=python(ECHO), idle_seconds=120, clock=clock)
    worker.read(blank(1, 1))
    pid = worker.pid
    assert pid is not None
    clock.now = 119
    assert not worker.rest()
    assert worker.pid == pid
    clock.now = 121
    assert worker.rest()
    assert worker.pid is None
    assert gone(pid)
    assert not worker.rest()
    assert worker.read(blank(1, 1))
    worker.close()


def test_a_part_that_is_missing_there_is_said_here() -> None:
    worker = Worker(command=python(ANSWERS + "image(); say(json.dumps({'missing': 'install it'}) + '\\n')"))
    with pytest.raises(MissingPartError, match="install it"):
        worker.read(blank(2, 2))


def test_an_engine_that_fails_is_asked_again_in_the_same_process() -> None:
    code = "image(); say(json.dumps({'failed': 'no'}) + '\\n'); image(); say('{\"lines\": []}\\n'); image()"
    worker = Worker(command=python(ANSWERS + code))
    with pytest.raises(OcrFailedError, match="no"):
        worker.read(blank(2, 2))
    pid = worker.pid
    assert worker.read(blank(2, 2)) == []
    assert worker.pid == pid
    worker.close()


def test_the_real_process_reads_gives_memory_back_and_cannot_be_dumped() -> None:
    worker = Worker("rapid")
    assert [line.text for line in worker.read(drawn())] == [TEXT]
    assert worker.pid is not None
    process = psutil.Process(worker.pid)
    if sys.platform == "linux":
        assert process.nice() >= min(19, os.nice(0) + 10)
        assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    worker.close()
    assert gone(process.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_real_process_ends_with_its_parent() -> None:
    code = f"""
import os, signal, sys
import numpy as np
from observers.screen.ocr.worker import Worker
worker = Worker("rapid")
worker.read(np.full((20, 20, 4), 255, np.uint8))
print(worker.pid, flush=True)
os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    run = subprocess.run(python(code), capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert run.returncode == -signal.SIGKILL
    assert gone(int(run.stdout))


def test_the_process_opens_no_socket() -> None:
    code = """
import socket
from observers.screen.ocr.worker import keep_quiet
keep_quiet()
try:
    socket.socket()
except PermissionError:
    print("refused")
"""
    run = subprocess.run(python(code), capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert run.stdout.strip() == "refused"


def test_what_a_library_prints_does_not_get_between_the_answers() -> None:
    code = """
import sys
from observers.screen.ocr import choice, worker
class Loud:
    name = "loud"
    def read(self, image):
        print("reading")
        sys.stdout.flush()
        return []
choice.make = lambda name: Loud()
sys.argv = ["worker", "loud"]
worker.main()
"""
    worker = Worker(command=python(code))
    assert worker.read(blank(2, 2)) == []
    assert worker.read(blank(2, 2)) == []
    worker.close()


def test_text_crosses_the_pipe_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def read(self, image: np.ndarray) -> list[Line]:
            return [Line("naïve 東京 \u2028 \ud83d", Rect(1, 2, 3, 4), 0.5)]

    monkeypatch.setattr("observers.screen.ocr.choice.make", lambda name: Fake())
    replies = io.BytesIO()
    serve("fake", io.BytesIO(HEADER.pack(1, 1) + b"\0\0\0\0"), replies)
    assert replies.getvalue().count(b"\n") == 1
    assert json.loads(replies.getvalue())["lines"] == [["naïve 東京 \u2028 \ud83d", 1, 2, 3, 4, 0.5]]


def test_interrupted_from_another_thread_a_read_ends_at_once_and_no_other_begins() -> None:
    worker = Worker(command=python(ANSWERS + "image(); time.sleep(600)"), deadline_seconds=300)
    threading.Timer(1.0, worker.interrupt).start()
    with pytest.raises(OcrFailedError, match="broke"):
        worker.read(blank(2, 2))
    with pytest.raises(OcrFailedError, match="any more"):
        worker.read(blank(2, 2))
    assert worker.pid is None
