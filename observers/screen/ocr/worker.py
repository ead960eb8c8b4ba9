"""OCR in a process of its own, so that a crash in native code ends a read and not the engine, and memory is given back.

Pixels go over a pipe and JSON lines come back; nothing touches a disk. The surprising decision is how a deadline works:
a timer kills the process, and whatever the other side is doing on the pipe fails at once, on every platform.

Run as ``python -m observers.screen.ocr.worker ENGINE``: for each image, height and width as two big-endian 32-bit
numbers and the pixels; for each, a line ``{"lines": [[text, left, top, width, height, confidence], ...]}``,
``{"failed": message}`` or ``{"missing": message}``. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from memory.errors import InklingError, InvalidInputError, MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.line import Image, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADER = struct.Struct("!II")
MOST_PIXELS = 1 << 27  # 512 MB: more than any desk of screens; a header that says more is garbage
LONGEST_REPLY = 1 << 25
NICE = 10
START_SECONDS = 60.0
MEGAPIXEL_SECONDS = 120.0  # a dense one takes 5 s of one core; a busy machine gives a low priority a tenth of one
AGAIN = "it starts again with the next read"


class Worker:
    """``Ocr`` over another engine in its own process, which is there only while it is used."""

    def __init__(
        self,
        engine: str = "rapid",
        idle_seconds: float = 120,
        *,
        deadline_seconds: float | None = None,
        command: Sequence[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._idle_seconds = idle_seconds
        self._deadline_seconds = deadline_seconds
        self._command = list(command or [sys.executable, "-P", "-m", __name__, engine])
        self._clock = clock
        self._used = clock()
        self._process: subprocess.Popen[bytes] | None = None
        self._interrupted = False

    @property
    def name(self) -> str:
        """The engine in the process."""
        return self._engine

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def read(self, image: Image) -> list[Line]:
        """The lines on an image. Raises OcrFailedError if the process broke or took too long, and is ready again."""
        if image.ndim != 3 or image.shape[2] != 4 or image.dtype != np.uint8:
            raise InvalidInputError(f"an image is (height, width, 4) bytes, not {image.shape} of {image.dtype}")
        height, width = image.shape[:2]
        if not height or not width:
            return []
        if height * width > MOST_PIXELS:
            raise InvalidInputError(f"an image of {width} by {height} is more than OCR takes; read it in parts")
        reply = self._reply(image)
        self._used = self._clock()
        if "missing" in reply:
            self.close()
            raise MissingPartError(str(reply["missing"]))
        if "failed" in reply:
            raise OcrFailedError(str(reply["failed"]))
        return _lines(reply)

    def rest(self) -> bool:
        """End the process if it was not used for ``idle_seconds``; whether it did. To be called every now and then."""
        if self._process is None or self._clock() - self._used < self._idle_seconds:
            return False
        self.close()
        return True

    def close(self) -> None:
        """End the process; the next read starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # it holds nothing that has to be put away
        for pipe in (process.stdin, process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.wait()

    def interrupt(self) -> None:
        """End a read under way in another thread, and let no other begin: both raise OcrFailedError."""
        self._interrupted = True
        process = self._process
        if process is not None:
            process.kill()

    def _reply(self, image: Image) -> dict[str, Any]:
        if self._interrupted:
            raise OcrFailedError(f"the OCR process ({self._engine}) is not to read any more")
        process = self._running()
        seconds = self._deadline_seconds or START_SECONDS + MEGAPIXEL_SECONDS * image.shape[0] * image.shape[1] / 1e6
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            return _exchange(process, image)
        except (OSError, ValueError):
            self.close()
            what = f"did not answer within {seconds:.0f} s" if late.is_set() else "broke"
            raise OcrFailedError(f"the OCR process ({self._engine}) {what}; {AGAIN}") from None
        except BaseException:
            self.close()  # interrupted in between: what comes next on the pipe belongs to this image
            raise
        finally:
            timer.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = self._started()
        return self._process

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - this module, in this Python
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a native library might say there what it read
                env=os.environ | {"ORT_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
                creationflags=_QUIETLY,
            )
        except OSError as error:
            raise OcrFailedError(f"the OCR process cannot be started: {error.strerror}; {AGAIN}") from error


if sys.platform == "win32":
    _QUIETLY = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    _QUIETLY = 0


def _exchange(process: subprocess.Popen[bytes], image: Image) -> dict[str, Any]:
    """Send an image, receive the reply. Raises OSError or ValueError if the other side breaks the protocol."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("no pipes")
    process.stdin.write(HEADER.pack(image.shape[0], image.shape[1]))
    process.stdin.write(np.ascontiguousarray(image).data)
    process.stdin.flush()
    line = process.stdout.readline(LONGEST_REPLY)
    reply = json.loads(line) if line.endswith(b"\n") else None
    if not isinstance(reply, dict) or not reply.keys() & {"lines", "failed", "missing"}:
        raise ValueError("not a reply")
    if "lines" in reply:
        _lines(reply)
    return reply


def _lines(reply: dict[str, Any]) -> list[Line]:
    try:
        return [
            Line(str(text), Rect(int(left), int(top), int(width), int(height)), float(confidence))
            for text, left, top, width, height, confidence in reply["lines"]
        ]
    except (TypeError, KeyError) as error:
        raise ValueError("not lines") from error


def serve(engine: str, pixels: BinaryIO, replies: BinaryIO) -> None:
    """Answer until there is no more input."""
    from observers.screen.ocr.choice import make  # noqa: PLC0415 - which knows this module

    ocr = None
    while len(header := pixels.read(HEADER.size)) == HEADER.size:
        height, width = HEADER.unpack(header)
        if not 0 < height * width <= MOST_PIXELS:
            return
        content = pixels.read(height * width * 4)
        if len(content) < height * width * 4:
            return
        image = np.frombuffer(content, np.uint8).reshape(height, width, 4)
        try:
            ocr = ocr or make(engine)
            found = [(line.text, *_sides(line.rect), round(line.confidence, 4)) for line in ocr.read(image)]
            reply: dict[str, Any] = {"lines": found}
        except MissingPartError as error:
            reply = {"missing": str(error)}
        except InklingError as error:
            reply = {"failed": str(error)}
        del image, content
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


def _sides(rect: Rect) -> tuple[int, int, int, int]:
    return rect.left, rect.top, rect.width, rect.height


def keep_quiet() -> None:
    """Low priority, no core dumps, no sockets: for the rest of this process."""
    sys.addaudithook(_refuse_sockets)
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Unix only

    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        pr_set_dumpable = 4
        ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


def _refuse_sockets(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError("the OCR process opens no sockets")


def main() -> None:
    """The process. Its output is taken from whatever else might print there."""
    keep_quiet()
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        serve(sys.argv[1], sys.stdin.buffer, replies)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)  # nobody listens any more


if __name__ == "__main__":
    main()
