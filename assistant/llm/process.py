"""The parent's side of the worker process: JSON lines over two pipes, and an end that comes at once.

A thread reads what the worker writes, since a pipe cannot be waited for with a time limit on every platform; it also
buries the process. The surprising decision: sending never fails. A worker that is gone is heard of where its replies
are received, after the last one that it managed to write, so there is one place that says how it ended.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from memory.errors import InklingError, ModelFailedError

LONGEST_LINE = 4 << 20  # bytes; a longer reply is garbage
AHEAD = 16  # replies read before somebody asks for them, so that a slow listener slows the worker down
EXIT_SECONDS = 1.0  # that a process has to end once it has closed its output
AGAIN = "it is started again when it is next needed"

Reply = dict[str, Any]


class WorkerProcess:
    """One worker process. Sending, receiving and killing are safe from several threads; one receives at a time."""

    def __init__(self, command: Sequence[str], name: str) -> None:
        """Start it. Raises ModelFailedError if that is impossible. ``name`` is the model's, for messages."""
        self.name = name
        self.context: int | None = None  # tokens, once a model is loaded
        self._error: InklingError | None = None
        self._replies: queue.Queue[Reply | InklingError] = queue.Queue(AHEAD)
        self._writing = threading.Lock()
        self._process = _started(command, name)
        self._reader = threading.Thread(target=self._read, name="inkling-model", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it was killed, or has ended by itself."""
        return self._error is not None or self._process.poll() is not None

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message; may block while the worker does not read, until it is killed."""
        line = json.dumps(message).encode() + b"\n"
        with self._writing, suppress(OSError, ValueError):  # gone, or closed: receive() says how
            if self._process.stdin is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def receive(self, seconds: float) -> Reply | None:
        """The next reply, or None if there is none within so many seconds. Raises why it ended, if it has."""
        if self._error is not None:
            raise self._error
        try:
            reply = self._replies.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(reply, InklingError):
            raise self.kill(reply)
        return reply

    def kill(self, error: InklingError) -> InklingError:
        """End it now; the error that whoever uses it is to raise, which is that of the first who killed it."""
        if self._error is None:
            self._error = error
        self._process.kill()
        return self._error

    def join(self, seconds: float) -> bool:
        """Wait until nothing is left of it; False if that took longer. It must have been killed, or have ended."""
        self._reader.join(seconds)
        return not self._reader.is_alive()

    def resident_bytes(self) -> int | None:
        """How much memory it has, with what it reads of the model's file; None if that is not to be known."""
        import psutil  # noqa: PLC0415 - only while a model is loaded

        with suppress(psutil.Error, OSError):
            return int(psutil.Process(self.pid).memory_info().rss)
        return None

    def _read(self) -> None:
        """Until its output ends: pass on what it says; then bury it, and say how it ended."""
        garbage = False
        with suppress(OSError, ValueError):
            while line := self._line():
                reply = _parsed(line)
                garbage = reply is None
                if reply is None or not self._passed_on(reply):
                    break
        if garbage:
            self._process.kill()
        code = self._buried()
        self._passed_on(nonsense(self.name) if garbage else _ended(self.name, code))

    def _line(self) -> bytes:
        """A line, or as much of one as is too long; empty at the end, which may cut one off."""
        line = self._process.stdout.readline(LONGEST_LINE) if self._process.stdout is not None else b""
        return line if line.endswith(b"\n") or len(line) == LONGEST_LINE else b""

    def _passed_on(self, reply: Reply | InklingError) -> bool:
        """Queue a reply for the one who receives; False if nobody is to any more."""
        while self._error is None:
            with suppress(queue.Full):
                self._replies.put(reply, timeout=0.1)
                return True
        return False

    def _buried(self) -> int | None:
        """Leave no process and no pipe behind; its exit code, None if it did not end by itself."""
        code = None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(EXIT_SECONDS)
        self._process.kill()
        self._process.wait()
        with self._writing, suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code


def nonsense(name: str) -> ModelFailedError:
    """The error of a worker that does not keep to the protocol."""
    return ModelFailedError(f"the process of the model {name} wrote what is no answer; {AGAIN}")


def _started(command: Sequence[str], name: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own module, in this Python
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a native library might say there what it read
            env=_environment(),
            creationflags=_QUIETLY,
            start_new_session=True,  # Ctrl+C in a terminal is for the one who waits, not for the model
        )
    except OSError as error:
        raise ModelFailedError(f"the process of the model {name} cannot be started: {error.strerror}") from None


def _environment() -> dict[str, str]:
    """That of this process without what is Inkling's own, which may hold a passphrase; and nothing is to go online."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("INKLING_")}
    return kept | {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "PYTHONUTF8": "1"}


if sys.platform == "win32":
    _QUIETLY = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    _QUIETLY = 0


def _parsed(line: bytes) -> Reply | None:
    """A line as the object that it must be."""
    if not line.endswith(b"\n"):
        return None
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None


def _ended(name: str, code: int | None) -> ModelFailedError:
    """How a process ended that nobody here killed."""
    if code is None:
        how = "stopped answering"
    elif code >= 0:
        how = f"ended with exit code {code}"
    elif -code == getattr(signal, "SIGKILL", None):
        how = "was ended by the system, perhaps for want of memory"
    else:
        how = f"was ended by {_signal_name(-code)}"
    return ModelFailedError(f"the process of the model {name} {how}; {AGAIN}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
