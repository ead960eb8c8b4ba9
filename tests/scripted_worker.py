"""A stand-in for the model's worker process: it speaks the protocol, and behaves as the test wants.

Run as ``scripted_worker.py FOLDER``. How it loads is the word in FOLDER/load; what it does with a generation is the
``user`` part of the prompt, a JSON list of a behaviour's name and arguments. FOLDER/log gets a line for everything it
was asked.
"""

# ruff: noqa: PTH118, PTH123 - pathlib takes longer to import than all that is used here

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from contextlib import suppress

TYPE_CHECKING = False  # importing it takes longer than everything else here
if TYPE_CHECKING:
    from typing import Any

FOLDER = sys.argv[1]
REQUESTS: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
STOPPED: set[int] = set()


def say(reply: Any) -> None:
    raw(json.dumps(reply) + "\n")


def raw(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def log(asked: dict[str, Any]) -> None:
    with open(os.path.join(FOLDER, "log"), "a") as file:
        file.write(json.dumps(asked | {"pid": os.getpid(), "environment": dict(os.environ)}) + "\n")


def listen() -> None:
    """Take requests and stops, and end with the input."""
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        log(asked)
        if asked["do"] == "stop":
            STOPPED.add(asked["id"])
        else:
            REQUESTS.put(asked)
    os._exit(0)


def done(number: int, text: str, end: str = "stop", **more: Any) -> None:
    figures = {"prompt_tokens": 9, "cached_tokens": 4, "tokens": len(text), "first_seconds": 0.1, "seconds": 0.2}
    say({"id": number, "done": {"text": text, "end": end} | figures | more})


def load(asked: dict[str, Any]) -> None:
    how = "well"
    with suppress(FileNotFoundError), open(os.path.join(FOLDER, "load")) as file:
        how = file.read()
    if how == "slowly":
        time.sleep(1)
    if how == "never":
        time.sleep(600)
    if how == "die":
        os._exit(7)
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how in ("missing", "extra", "memory", "broken"):
        say({"failed": {"kind": how, "message": f"it said {how}"}})
    elif how == "nonsense":
        say({"loaded": 17})
    else:
        trained = 512 if how == "small" else 40960
        context = min(asked["context"], trained)
        say({"loaded": {"name": "t", "architecture": "a", "context": context, "trained_context": trained}})


class Generation:
    """The behaviours, by name."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.id = asked["id"]
        self.until = time.monotonic() + asked["seconds"]
        self.asked = asked

    def piece(self, text: str) -> None:
        say({"id": self.id, "piece": text})

    def say(self, text: str, end: str = "stop") -> None:
        for start in range(0, len(text), 5):
            self.piece(text[start : start + 5])
        done(self.id, text, end)

    def slowly(self, pieces: int = 1000) -> None:
        """A word now and then, until it is asked to stop."""
        for n in range(pieces):
            if self.id in STOPPED:
                return done(self.id, "word " * n, "stopped")
            if time.monotonic() > self.until:
                return done(self.id, "word " * n, "deadline")
            self.piece("word ")
            time.sleep(0.01)
        return done(self.id, "word " * pieces)

    def until_stopped(self, end: str = "stopped") -> None:
        """Silent, and its own clock stands still."""
        self.piece("word ")
        while self.id not in STOPPED:
            time.sleep(0.01)
        done(self.id, "word ", end)

    def silent(self) -> None:
        """Reads its prompt until it is asked to stop."""
        while self.id not in STOPPED:
            time.sleep(0.01)
        done(self.id, "", "stopped")

    def hang(self) -> None:
        self.piece("word ")
        time.sleep(600)

    def endless(self) -> None:
        while True:
            self.piece("word " * 200)

    def crash(self, number: int) -> None:
        self.piece("The user li")
        raw('{"id": ')
        os.kill(os.getpid(), number)
        time.sleep(600)

    def exit(self, code: int) -> None:
        os._exit(code)

    def exit_after(self, text: str) -> None:
        self.say(text)
        os._exit(3)

    def chatter_after(self, text: str) -> None:
        """Goes on when it has finished, and ends."""
        self.say(text)
        for _ in range(100):
            self.piece("and ")
        os._exit(3)

    def raw(self, text: str) -> None:
        raw(text.replace("ID", str(self.id)))
        time.sleep(600)

    def huge(self) -> None:
        raw("a" * (5 << 20))
        time.sleep(600)

    def close(self) -> None:
        os.close(1)
        time.sleep(600)

    def fail(self, kind: str) -> None:
        say({"id": self.id, "failed": {"kind": kind, "message": f"it said\n{kind}"}})

    def echo(self) -> None:
        done(self.id, json.dumps(self.asked))


def main() -> None:
    threading.Thread(target=listen, daemon=True).start()
    while True:
        asked = REQUESTS.get()
        if asked["do"] == "load":
            load(asked)
        elif asked["do"] == "count":
            if "hang" in asked["texts"]:
                time.sleep(600)
            lengths = [len(text) for text in asked["texts"]]
            say({"counts": lengths[1:] if "too few" in asked["texts"] else lengths})
        else:
            name, *arguments = json.loads(asked["user"])
            getattr(Generation(asked), name)(*arguments)


main()
