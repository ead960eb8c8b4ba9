"""The process that runs a model, and the only one that imports llama.cpp: ``python -P -m assistant.llm.worker``.

It answers JSON lines on its standard input with JSON lines on what was its standard output. Native code may print, so
the descriptors of that name lead nowhere from the beginning, and the protocol has one of its own.

It ends when its input does, at once and in the middle of anything: that is how it dies with whoever started it, however
that ends. A signal tied to the parent's death would be tied to the thread that started it, which may end earlier.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assistant.engine.process import harden
from assistant.llm.generation import FailedError, Halt

if TYPE_CHECKING:
    from assistant.llm.llama import Llama

NICE = 10  # even the engine's own work goes first
_NO_LLAMA = (
    "llama.cpp is not installed, or does not work here; try: pip install --force-reinstall 'inkling-memory[llm]'"
)
_FIRST_TO_GO = "1000"  # of all processes, when the machine is out of memory

# What native code reads when it is loaded. A crash starts no debugger, which could print what is in memory. Threads
# that wait for one another sleep: on a busy machine of two cores, two that spin wrote 2 to 9 tokens a second, two that
# sleep 17 to 42 (libgomp, four layers of the shape of 1.7 billion weights).
_FOR_NATIVE = {"GGML_NO_BACKTRACE": "1", "OMP_WAIT_POLICY": "PASSIVE"}

Request = dict[str, Any]


class Inbox:
    """Requests, in order. One to stop another is heard when it comes, not when its turn does."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._open: set[int | None] = set()
        self._stopped: set[int | None] = set()

    def listen(self, lines: Iterable[bytes]) -> None:
        """Take in requests until there are no more; what is no request waits for its turn to be refused."""
        for line in lines:
            request = _parsed(line)
            number = _number(request)
            if request.get("do") == "stop":
                self._stopped |= {number} & self._open
                continue
            self._open.add(number)
            self._waiting.put(request)

    def next(self) -> Request:
        """The next request; waits for it."""
        return self._waiting.get()

    def is_stopped(self, number: int | None) -> bool:
        """Whether nobody wants the answer to that request any more."""
        return number in self._stopped

    def finish(self, number: int | None) -> None:
        """That request is answered."""
        self._open.discard(number)
        self._stopped.discard(number)


class Worker:
    """Answers requests, one at a time."""

    def __init__(self, inbox: Inbox, send: Callable[[Request], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._llama: Llama | None = None

    def answer(self, request: Request) -> None:
        """Answer one request, whatever it is, with at least one message."""
        number = _number(request)
        about = {} if number is None else {"id": number}
        try:
            self._send(about | self._answered(request))
        except FailedError as failed:
            self._send(about | _failure(failed.kind, str(failed)))
        except MemoryError:
            self._send(about | _failure("memory", "there is not enough memory"))
        except (KeyError, TypeError, ValueError) as error:
            self._send(about | _failure("broken", f"a request that makes no sense ({type(error).__name__})"))
        except Exception as error:  # noqa: BLE001 - the boundary of this process: its model stays usable
            self._send(about | _failure("broken", f"the model failed ({type(error).__name__})"))
        finally:
            self._inbox.finish(number)

    def _answered(self, request: Request) -> Request:
        match request.get("do"):
            case "load":
                return {"loaded": self._load(request)}
            case "count":
                return {"counts": self._loaded().count([str(text) for text in request["texts"]])}
            case "generate":
                return {"done": self._generate(request)}
            case "caption":
                return {"done": self._caption(request)}
        raise ValueError("unknown request")

    def _load(self, request: Request) -> Request:
        path, context, threads = Path(request["path"]), int(request["context"]), int(request["threads"])
        projector = None if request["projector"] is None else Path(request["projector"])
        if self._llama is not None:
            self._llama.close()
            self._llama = None
        self._llama = llama = _native()(path, context, threads, projector)
        return {
            "name": llama.name,
            "architecture": llama.architecture,
            "context": llama.context,
            "trained_context": llama.trained_context,
        }

    def _loaded(self) -> Llama:
        if self._llama is None:
            raise FailedError("broken", "no model is loaded")
        return self._llama

    def _generate(self, request: Request) -> Request:
        number = int(request["id"])
        written = self._loaded().generate(
            str(request["system"]),
            str(request["user"]),
            Halt(float(request["seconds"]), lambda: self._inbox.is_stopped(number)),
            request["grammar"],
            int(request["most_tokens"]),
            lambda piece: self._send({"id": number, "piece": piece}),
        )
        return asdict(written)

    def _caption(self, request: Request) -> Request:
        number = int(request["id"])
        written = self._loaded().caption(
            base64.b64decode(request["png"], validate=True),
            str(request["system"]),
            str(request["user"]),
            Halt(float(request["seconds"]), lambda: self._inbox.is_stopped(number)),
            int(request["most_tokens"]),
            lambda piece: self._send({"id": number, "piece": piece}),
        )
        return asdict(written)


def main() -> None:
    """Serve until standard input ends."""
    _last_in_line()
    out = _own_output()
    lock = threading.Lock()

    def send(message: Request) -> None:
        with lock:
            out.write(json.dumps(message).encode() + b"\n")
            out.flush()

    inbox = Inbox()
    threading.Thread(target=_listen, args=(inbox,), daemon=True).start()
    worker = Worker(inbox, send)
    with suppress(OSError):  # nobody reads any more
        while True:
            worker.answer(inbox.next())


def _listen(inbox: Inbox) -> None:
    try:
        inbox.listen(sys.stdin.buffer)
    finally:
        os._exit(0)


def _own_output() -> IO[bytes]:
    """Where the protocol goes. What anybody else prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return out


def _last_in_line() -> None:
    """Everybody else's work goes first, and the kernel ends this process before any other for want of memory."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)  # before hardening closes it to ourselves
    harden()
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started it
    os.environ |= _FOR_NATIVE


def _native() -> type[Llama]:
    try:
        from assistant.llm.llama import Llama  # noqa: PLC0415 - in an extra, and slow
    except (ImportError, OSError, RuntimeError):  # absent, or its library cannot be loaded on this machine
        raise FailedError("extra", _NO_LLAMA) from None
    return Llama


def _parsed(line: bytes) -> Request:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def _number(request: Request) -> int | None:
    number = request.get("id")
    return number if isinstance(number, int) else None


def _failure(kind: str, message: str) -> Request:
    return {"failed": {"kind": kind, "message": message}}


if __name__ == "__main__":
    main()
