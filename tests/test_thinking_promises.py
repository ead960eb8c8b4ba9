"""Promises with a language model in the path: nothing of what it reads or writes is left in plain anywhere, and no
process of it ever reaches for a network.

The model is a real one run by llama.cpp, tiny and without sense; whatever it is asked is full of words of ours.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("llama_cpp")

import ggufs
import whole_path
from stores import dump
from support import PASSPHRASE
from test_canaries import MARK, MARKED, canary, found_in
from test_offline import EMPTY_NETWORK, attempts, can_unshare
from test_screen_offline import NETWORK, must_be_possible

from assistant import Assistant

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

WORKER = "assistant.llm.worker"
USES = {"distil", "relate", "summary", "answer", "rewrite", "caption"}  # of a model, with words of ours in the prompt


@pytest.fixture
def task() -> dict[str, Any]:
    """What to do, full of words that occur nowhere else."""
    rng = random.Random(9)
    words = [canary(rng) for _ in range(24)]
    return {
        "mark": MARK,
        "model": str(ggufs.tiny(endless=True, context=8192)),
        "projector": str(ggufs.projector()),
        "messages": [f"My sister {word.capitalize()} lives in {word} with both red boats" for word in words[:12]],
        "questions": [f"Where does my sister {words[0].capitalize()} live?"],
        "replies": [f"and her boat {words[12]}?", f"no, I moved to {words[13].capitalize()}"],
        "pictures": words[14:16],
    }  # fmt: skip


def start(task: dict[str, Any], folder: Path, *prefix: str) -> subprocess.Popen[str]:
    return whole_path.start("everything", task, folder / "home", prefix=prefix, program="thinking_path")


def pieces(process: subprocess.Popen[str]) -> Iterator[tuple[str, int]]:
    """Each answer as its first piece is there: which prompt it answers, and the process that writes it."""
    for step in whole_path.steps(process):
        assert not MARKED.search(repr(step).encode()), "it says nothing of what it was given"
        if step[0] == "piece":
            yield step[1], step[2]


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def ends(pid: int) -> None:
    until = time.monotonic() + 30
    while not is_gone(pid):
        assert time.monotonic() < until, "the model outlives what asked it"
        time.sleep(0.02)


def vault_of(folder: Path) -> Assistant:
    return Assistant.open(folder / "home" / "inkling" / "vault", passphrase=PASSPHRASE)


def check_killed(task: dict[str, Any], folder: Path, answers: int, *, both: bool) -> str:
    """Kill everything in the middle of the ``answers``-th answer, and look at all that it could have written."""
    process = start(task, folder)
    said = pieces(process)
    for _ in range(answers):
        name, worker = next(said)
    process.kill()
    if both:
        os.kill(worker, signal.SIGKILL)
    _, error = process.communicate(timeout=60)
    ends(worker)
    assert found_in(folder / "home") == []
    assert not MARKED.search(error.encode())
    with vault_of(folder) as vault:
        assert vault.check() == []
        assert vault.status()["observations"] == len(task["messages"])
        assert MARK in repr(dump(vault._store)), "the words did go in, or nothing was tested"
    return name


LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@LINUX
@pytest.mark.parametrize(("answers", "name"), [(1, "distil"), (4, "answer")])
def test_killed_in_the_middle_of_an_answer_it_leaves_no_plain_word(
    answers: int, name: str, task: dict[str, Any], tmp_path: Path
) -> None:
    assert check_killed(task, tmp_path, answers, both=answers == 1) == name


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("answers", [2, 3, 5])
def test_killed_in_the_middle_of_any_answer_it_leaves_no_plain_word(
    answers: int, both: bool, task: dict[str, Any], tmp_path: Path
) -> None:
    check_killed(task, tmp_path, answers, both=both)


def test_a_model_that_is_killed_at_every_answer_is_told_of_without_a_word_and_loses_nothing(
    task: dict[str, Any], tmp_path: Path
) -> None:
    process = start(task, tmp_path)
    killed = 0
    for _, worker in pieces(process):
        os.kill(worker, signal.SIGKILL)
        killed += 1
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert killed > 1
    assert found_in(tmp_path / "home") == []
    with vault_of(tmp_path) as vault:
        assert vault.check() == []
        assert vault.status()["observations"] == len(task["messages"])
        assert vault.model()["waiting"]["second reading"] > 0, "what was not read still waits"


def test_every_use_of_a_model_leaves_no_plain_word_and_says_none(task: dict[str, Any], tmp_path: Path) -> None:
    """Also the control of the others: the words are in every prompt."""
    said, error = whole_path.finished(start(task, tmp_path))
    assert said[-1] == "done"
    assert {step[1] for step in said if step[0] == "asked" and step[2]} == USES
    assert error == ""
    assert not MARKED.search(repr(said).encode())
    assert found_in(tmp_path / "home") == []
    with vault_of(tmp_path) as vault:
        inside = repr(dump(vault._store))
    assert task["replies"][1].split()[-1] in inside, "what was said in conversation is kept"
    assert task["questions"][0] not in inside, "questions are not"


def test_a_model_works_where_there_is_no_network_at_all(task: dict[str, Any], tmp_path: Path) -> None:
    must_be_possible(can_unshare(), "this machine lets nobody make a network namespace")
    said, counters = whole_path.finished(start(task, tmp_path, *EMPTY_NETWORK))
    assert said[-1] == "done"
    assert {step[1] for step in said if step[0] == "asked"} == USES
    assert attempts(counters) == 0


OPENED = re.compile(r'(?:openat|creat)\([^"\n]*"([^"]*)", [^)\n]*O_(?:WRONLY|RDWR|CREAT|TRUNC)')
ELSEWHERE = re.compile(r"/dev/(null|tty)|/proc/[^/]+/oom_score_adj")  # holds nothing afterwards


def test_no_process_of_a_model_makes_an_internet_socket_or_writes_outside_its_home(
    task: dict[str, Any], tmp_path: Path
) -> None:
    """Seen from the kernel. What is searched for plain words above is all there is."""
    must_be_possible(shutil.which("strace") is not None, "strace is not installed")
    calls = tmp_path / "calls"
    watched = ("strace", "-f", "-qq", "-s", "300", "-e", "trace=socket,connect,execve,openat,creat", "-o", str(calls))
    said, _ = whole_path.finished(start(task, tmp_path, *watched))
    assert said[-1] == "done"
    seen = calls.read_text()
    assert WORKER in seen
    assert NETWORK.findall(seen) == []
    written = set(OPENED.findall(seen))
    assert any("vault" in path for path in written), "the control: what is written would be seen"
    home = str(tmp_path / "home")
    assert [path for path in written if not path.startswith(home) and not ELSEWHERE.fullmatch(path)] == []
