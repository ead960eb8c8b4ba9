"""The whole path as a program of its own, for tests that kill it, watch what it writes, or take its network away.

    python -m whole_path COMMAND < task.json

It says how far it has come on stdout, one line of JSON a step, and nothing of what it was given.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from support import PASSPHRASE, START, Clock, said

HERE = Path(__file__).parent


# the side of the test


def start(
    command: str, task: Mapping[str, Any], home: Path, *, prefix: tuple[str, ...] = (), program: str = "whole_path"
) -> subprocess.Popen[str]:
    """The program at work in ``home``: its home, its temporary and its working folder, and no setting of ours."""
    for name in ("tmp", "work"):
        (home / name).mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "INKLING_HOME": str(home / "inkling"),
        **{name: str(home / "tmp") for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR")},
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")},
        "XDG_RUNTIME_DIR": str(home / "tmp"),
        **{name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ},
    }
    process = subprocess.Popen(
        [*prefix, sys.executable, "-W", "error", "-m", program, command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        cwd=home / "work",
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps({"vault": str(home / "inkling" / "vault"), **task}))
    process.stdin.close()
    process.stdin = None
    return process


def steps(process: subprocess.Popen[str]) -> Iterator[Any]:
    """What the program says, as it says it; ends when it does."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("\n"):
            yield json.loads(line)


def finished(process: subprocess.Popen[str]) -> tuple[list[Any], str]:
    """All that a program said, and what it wrote to stderr. Fails if it did not end well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()], err


def kill_after(process: subprocess.Popen[str], most: int, seconds: float, rng: random.Random) -> tuple[list[Any], str]:
    """Kill a program up to ``seconds`` after one of its first ``most`` steps; all that it said, and its stderr.

    Counting steps and not time alone, a kill meets the same part of the work on a busy machine as on an idle one.
    """
    heard = list(islice(steps(process), rng.randint(1, most)))
    time.sleep(rng.uniform(0.0, seconds))
    process.kill()
    heard += steps(process)
    _, error = process.communicate(timeout=60)
    return heard, error


def make_cheap() -> None:
    """The key derivation at its cheapest; in batches small enough to be caught between."""
    import assistant.pipeline as pipeline  # noqa: PLC0415
    import memory.vault as vault  # noqa: PLC0415

    vault.kdf.DEFAULT_COST = vault.kdf.Cost(memory_kib=64, iterations=1, lanes=1)
    pipeline.BATCH, pipeline.EPISODE = 6, 6


# the side of the program


def _say(step: Any) -> None:
    print(json.dumps(step), flush=True)  # noqa: T201


def _open(task: Mapping[str, Any]) -> Any:
    from assistant import Assistant  # noqa: PLC0415

    make_cheap()
    return Assistant.open(task["vault"], passphrase=PASSPHRASE, create=True, clock=Clock(START + timedelta(days=1000)))


def everything(task: Mapping[str, Any]) -> None:
    """Every door, with the words of the task: an export file, messages, sentences of the user's, questions."""
    from observers.chat import open_export  # noqa: PLC0415

    with _open(task) as a:
        _say("open")
        for taken in a.take(open_export(task["export"]).observations(me={"me"})):
            _say(len(taken.rows))
        messages = [
            said(text, f"{task['round']} {n}", days=n / 100, title=text, thread=text if n % 3 == 0 else "Ana")
            for n, text in enumerate(task["messages"])
        ]
        for taken in a.take(messages):
            _say(len(taken.rows))
        if task.get("fail"):
            a._pipeline._distiller = _Failing()
        _say(sorted(a.distil()))
        ids = [a.remember(sentence) for sentence in task["sentences"]]
        _say(len(ids))
        for id_, sentence in zip(ids, task["edits"], strict=False):
            a.edit(id_, text=sentence)
            _say("edited")
        for question in task["questions"]:
            _say(len(a.recall(question)))
            _say(a.ask(question).abstained)
        for id_ in ids[:1]:
            a.forget(id_)
        _say(len(a.propositions(include_quarantined=True)))
        if "to" in task:
            a.export(task["to"])
    if task.get("tui"):
        import tui.app  # noqa: PLC0415, F401
    _say("done")


class _Failing:
    """An engine that fails and says what it was reading, as a model's error messages do."""

    name, version = "failing", "1"

    def distil(self, observations: Any, known: Any = ()) -> Any:
        raise ValueError("cannot read: " + "\n".join(o.text for o in observations))


def observe(task: Mapping[str, Any]) -> None:
    """Store the messages of the task and say which are safe."""
    with _open(task) as a:
        _say("open")
        messages = (said(text, key, days=n / 100) for n, (key, text) in enumerate(task["messages"]))
        count = 0
        for taken in a.take(messages):
            count += len(taken.rows)
            _say(count)


def distil(task: Mapping[str, Any]) -> None:
    """Draw propositions from what is stored, and say so after every batch."""
    with _open(task) as a:
        _say("open")
        a.distil(_say)
        _say("done")


def offline(task: Mapping[str, Any]) -> None:
    """Every door, where whoever asks the network for anything fails."""
    refuse_network()
    everything(task)


def dial(task: Mapping[str, Any]) -> None:
    """The control of ``offline``: somebody who does ask the network, under the same watch if the task says so."""
    import socket  # noqa: PLC0415

    if task["watched"]:
        refuse_network()
    if task["by"] == "name":
        socket.getaddrinfo("inkling.example", 443)
    with socket.socket() as outward:
        outward.settimeout(0.2)
        outward.connect(("192.0.2.1", 9))


def refuse_network() -> None:
    """From now on, looking up a name or reaching an internet address ends the process."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        local = event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(arguments[-1], str | bytes)
        if event in REFUSED and not local:
            os.write(2, f"{event} was called\n".encode())
            os._exit(42)

    sys.addaudithook(refuse)


REFUSED = (
    "socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "socket.getnameinfo",
)  # fmt: skip

if __name__ == "__main__":
    commands = {"everything": everything, "observe": observe, "distil": distil, "offline": offline, "dial": dial}
    commands[sys.argv[1]](json.load(sys.stdin))
