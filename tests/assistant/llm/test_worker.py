"""The worker process as its host sees it: JSON lines in and out, and whatever may go wrong between them."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("llama_cpp")

import ggufs
from PIL import Image

from assistant.llm.worker import Inbox

WORKER = [sys.executable, "-P", "-W", "error", "-m", "assistant.llm.worker"]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Process:
    """A worker and the two ends of its protocol."""

    def __init__(self, command: list[str] = WORKER) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd="/")

    def send(self, **message: Any) -> None:
        self.write(json.dumps(message).encode())

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def load(self, path: Path, context: int = 1024) -> dict[str, Any]:
        self.send(do="load", path=str(path), projector=None, context=context, threads=1)
        return self.receive()

    def ask(self, number: int = 1, **more: Any) -> None:
        wanted = {"system": "Be brief.", "user": "x", "grammar": None, "most_tokens": 8, "seconds": 60.0, **more}
        self.send(do="generate", id=number, **wanted)

    def answer(self) -> tuple[list[str], dict[str, Any]]:
        """The pieces, and the message after the last one."""
        pieces = []
        while "piece" in (message := self.receive()):
            pieces.append(message["piece"])
        return pieces, message

    def end(self) -> tuple[bytes, bytes]:
        """What it still had to say on its output and on its error output, once its input has ended."""
        out, err = self.process.communicate(timeout=30)
        return out, err


@pytest.fixture
def worker() -> Iterator[Process]:
    """A worker without a model."""
    process = Process()
    yield process
    process.process.kill()
    process.process.communicate()


@pytest.fixture(scope="module")
def loaded() -> Iterator[Process]:
    """A worker that has loaded a model, for tests that leave it as it was."""
    process = Process()
    process.load(ggufs.tiny())
    yield process
    process.process.kill()
    process.process.communicate()


def test_a_model_is_loaded_and_says_what_it_is(worker: Process) -> None:
    told = worker.load(ggufs.tiny(name="Tiny Test"), context=1000)
    assert told == {
        "loaded": {"name": "Tiny Test", "architecture": "llama", "context": 1000, "trained_context": ggufs.CONTEXT}
    }


def test_another_model_takes_the_place_of_the_first(worker: Process) -> None:
    worker.load(ggufs.tiny())
    assert worker.load(ggufs.tiny(name="Other"))["loaded"]["name"] == "Other"
    worker.load(ggufs.garbage())
    worker.ask()
    assert worker.answer()[1]["failed"]["kind"] == "broken"


def test_an_answer_comes_in_pieces_and_then_as_a_whole(loaded: Process) -> None:
    loaded.ask(7, user="é" * 9, grammar='root ::= "é𝄞" [a-z]{5,9}')
    pieces, message = loaded.answer()
    assert message["id"] == 7
    done = message["done"]
    assert set(done) == {"text", "end", "prompt_tokens", "cached_tokens", "tokens", "first_seconds", "seconds"}
    assert "".join(pieces) == done["text"]
    assert done["text"].startswith("é𝄞")
    assert 0 < done["first_seconds"] <= done["seconds"]


def test_texts_are_counted(loaded: Process) -> None:
    loaded.send(do="count", texts=["", "the user", "<|im_end|>"])
    counts = loaded.receive()["counts"]
    assert counts[:2] == [0, 2]
    assert counts[2] > 1


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"user": "the secret word " * 2000}, "too long"),
        ({"grammar": "the secret word"}, "grammar"),
        ({"grammar": 7, "user": "the secret word"}, "broken"),
        ({"seconds": "the secret word"}, "broken"),
        ({"most_tokens": None, "user": "the secret word"}, "broken"),
    ],
)
def test_what_cannot_be_done_is_said_without_the_words_of_the_prompt(
    loaded: Process, more: dict[str, Any], kind: str
) -> None:
    loaded.ask(3, **more)
    _, message = loaded.answer()
    assert message["id"] == 3
    assert message["failed"]["kind"] == kind
    assert "secret" not in json.dumps(message)
    loaded.ask(4)
    assert loaded.answer()[1]["done"]["tokens"] == 8


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"the secret word",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[]",
        b"7",
        b"{}",
        b'{"do":"dance"}',
        b'{"do":["load"]}',
        b'{"do":"load"}',
        b'{"do":"load","path":7,"context":1,"threads":1}',
        b'{"do":"load","path":"/x","context":"the secret word","threads":1}',
        b'{"do":"count"}',
        b'{"do":"count","texts":7}',
        b'{"do":"generate"}',
        b'{"do":"generate","id":"the secret word"}',
        b'{"do":"generate","id":{},"system":"","user":""}',
        b'{"do":"caption","id":5,"png":"the secret word"}',
    ],
)
def test_a_line_that_makes_no_sense_is_refused_and_forgotten(loaded: Process, line: bytes) -> None:
    loaded.write(line)
    message = loaded.receive()
    assert message["failed"]["kind"] == "broken"
    assert "secret" not in json.dumps(message)
    loaded.ask(6)
    assert loaded.answer()[1]["done"]["tokens"] == 8


def test_stopping_what_is_not_under_way_is_no_matter(loaded: Process) -> None:
    for number in (8, None, [], "8"):
        loaded.send(do="stop", id=number)
    loaded.ask(8)
    assert loaded.answer()[1]["done"]["end"] == "length"
    loaded.send(do="stop", id=8)
    loaded.ask(8)
    assert loaded.answer()[1]["done"]["end"] == "length"


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (ggufs.truncated, "broken"),
        (ggufs.cut_in_the_head, "broken"),
        (ggufs.garbage, "broken"),
        (ggufs.not_a_gguf, "missing"),
        (lambda: Path("/nowhere.gguf"), "missing"),
    ],
)
def test_a_file_that_is_no_model_leaves_the_process_ready_for_one(worker: Process, made: Any, kind: str) -> None:
    assert worker.load(made())["failed"]["kind"] == kind
    worker.ask()
    assert worker.answer()[1]["failed"]["kind"] == "broken"
    assert "loaded" in worker.load(ggufs.tiny())


@pytest.mark.parametrize(
    "blocked", ["sys.modules['llama_cpp'] = None", "os.environ['LLAMA_CPP_LIB_PATH'] = '/nowhere'"]
)
def test_without_llama_cpp_it_says_that_the_extra_is_missing(blocked: str) -> None:
    """Absent, or present and unable to load its native half."""
    program = f"import os, sys; {blocked}; from assistant.llm.worker import main; main()"
    worker = Process([sys.executable, "-P", "-c", program])
    assert worker.load(ggufs.tiny())["failed"]["kind"] == "extra"
    assert worker.end() == (b"", b"")


def test_an_answer_under_way_is_stopped_and_the_next_is_not(worker: Process) -> None:
    worker.load(ggufs.tiny(endless=True, context=8192), context=8192)
    worker.ask(1, most_tokens=8000)
    worker.ask(2, most_tokens=8000)
    worker.ask(3, most_tokens=3)
    assert "piece" in worker.receive()
    worker.send(do="stop", id=2)  # which has not begun
    worker.send(do="stop", id=1)
    _, first = worker.answer()
    _, second = worker.answer()
    _, third = worker.answer()
    assert (first["id"], first["done"]["end"]) == (1, "stopped")
    assert (second["id"], second["done"]["end"], second["done"]["tokens"]) == (2, "stopped", 0)
    assert (third["id"], third["done"]["end"], third["done"]["tokens"]) == (3, "length", 3)


def test_a_picture_is_captioned_where_the_model_can_see(worker: Process) -> None:
    held = io.BytesIO()
    Image.new("RGB", (30, 40), "red").save(held, "PNG")
    wanted = {"png": base64.b64encode(held.getvalue()).decode(), "system": "Describe.", "user": "x", "most_tokens": 5}
    worker.load(ggufs.tiny(endless=True))
    worker.send(do="caption", id=1, seconds=60, **wanted)
    assert worker.answer()[1]["failed"]["kind"] == "broken"
    projector = str(ggufs.projector())
    worker.send(do="load", path=str(ggufs.tiny(endless=True)), projector=projector, context=512, threads=1)
    assert "loaded" in worker.receive()
    worker.send(do="caption", id=2, seconds=60, **wanted)
    _, message = worker.answer()
    assert (message["id"], message["done"]["tokens"]) == (2, 5)


def test_a_deadline_ends_an_endless_answer(worker: Process) -> None:
    worker.load(ggufs.tiny(endless=True, context=8192), context=8192)
    worker.ask(1, most_tokens=8000, seconds=0.2)
    assert worker.answer()[1]["done"]["end"] == "deadline"


def test_it_ends_with_its_input_in_the_middle_of_an_answer(worker: Process) -> None:
    worker.load(ggufs.tiny(endless=True, context=8192), context=8192)
    worker.ask(1, most_tokens=8000)
    assert "piece" in worker.receive()
    out, err = worker.end()
    assert worker.process.returncode == 0
    assert b"done" not in out
    assert err == b""


@LINUX
def test_it_ends_with_whoever_started_it_however_that_ends() -> None:
    program = (
        "import subprocess, sys, time\n"
        f"worker = subprocess.Popen({WORKER!r}, stdin=subprocess.PIPE)\n"
        "print(worker.pid, flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker = Path("/proc", parent.stdout.readline().decode().strip(), "stat")
    assert worker.exists()
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 30
    while worker.exists() and worker.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < until, "it outlives its parent"
        time.sleep(0.02)


@LINUX
def test_it_is_the_first_to_go_and_the_last_in_line(loaded: Process) -> None:
    folder = Path("/proc", str(loaded.process.pid))
    assert (folder / "oom_score_adj").read_text().strip() == "1000"
    assert os.getpriority(os.PRIO_PROCESS, loaded.process.pid) >= 10
    limits = (folder / "limits").read_text()
    assert next(line for line in limits.splitlines() if line.startswith("Max core")).split()[4:6] == ["0", "0"]


@LINUX
def test_it_holds_no_socket_and_reads_the_weights_where_they_lie(loaded: Process) -> None:
    folder = Path("/proc", str(loaded.process.pid))
    assert not [fd for fd in (folder / "fd").iterdir() if str(fd.readlink()).startswith("socket:")]
    assert str(ggufs.tiny()) in (folder / "maps").read_text()


def test_what_native_code_prints_is_not_in_the_protocol() -> None:
    """Whatever writes to the descriptors of standard output and error reaches nobody."""
    program = (
        "import os, sys, types\n"
        "from assistant.llm import worker\n"
        "class Llama:\n"
        "    def __init__(self, *_):\n"
        "        os.write(1, b'the secret word'); os.write(2, b'the secret word')\n"
        "    def count(self, texts):\n"
        "        raise RuntimeError('the secret word')\n"
        "    name = architecture = 'x'\n"
        "    context = trained_context = 1\n"
        "worker._native = lambda: Llama\n"
        "worker.main()"
    )
    process = Process([sys.executable, "-P", "-c", program])
    assert "loaded" in process.load(ggufs.tiny())
    process.send(do="count", texts=["x"])
    assert process.receive() == {"failed": {"kind": "broken", "message": "the model failed (RuntimeError)"}}
    assert process.end() == (b"", b"")


def test_a_stop_counts_only_for_what_was_asked_and_not_answered() -> None:
    inbox = Inbox()
    inbox.listen([b'{"do":"stop","id":1}', b'{"do":"generate","id":1}'])
    assert not inbox.is_stopped(1)
    inbox.listen([b'{"do":"stop","id":1}'])
    assert inbox.is_stopped(1)
    inbox.finish(1)
    inbox.listen([b'{"do":"stop","id":1}'])
    assert not inbox.is_stopped(1)
