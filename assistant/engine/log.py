"""The engine's log: what happened and when, in words of Inkling's own, never anything that was observed.

The surprising decision: there is no way to log a string. An event is a fixed phrase with numbers; a failure is its
type and the places in the code it passed through, without its message, because messages of libraries quote what they
choked on. A filter takes out whatever looks like a person's all the same, as the last line of defence. This is the one
module that uses ``logging``.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString

from memory.errors import InklingError

MOST_BYTES = 1_000_000  # of one file; an ordinary day writes some kilobytes
KEPT = 3  # older files
_FRAMES = 12  # of a failure, the innermost

_HOME = str(Path.home())
_REDACTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(re.escape(_HOME) if len(_HOME) > 1 else r"(?!)"), "~"),
    (re.compile(r"(?<![\w~])(/home|/Users|[A-Za-z]:\\Users)[/\\][^/\\\s]+"), "[home]"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.]+"), "[address]"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"(?<![=\w])\d{9,}\b"), "[number]"),  # what follows = is a figure of ours
    (re.compile(r"\b(?=[\w+-]*\d)[\w+-]{32,}"), "[key]"),
)


def redacted(line: str) -> str:
    """A line of the log as it may be written."""
    for pattern, instead in _REDACTIONS:
        line = pattern.sub(instead, line)
    return line.translate(_CONTROLS)


_CONTROLS = dict.fromkeys(range(32), " ")


class Log:
    """Where the engine says what happened. Safe to use from several threads; never raises."""

    def __init__(self, path: Path | None) -> None:
        """Write to ``path``, its folder made for the user alone if it is not there; None keeps silent."""
        self.path = path
        # of its own, so that it takes nobody else's lines and nobody else's handlers take its
        self._logger = logging.Logger("inkling", logging.INFO)  # noqa: LOG001
        if path is None:
            self._logger.addHandler(logging.NullHandler())
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handler = _Handler(path, maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8", errors="replace")
        except OSError:  # an engine that cannot log still works
            self._logger.addHandler(logging.NullHandler())
            return
        handler.setFormatter(_Formatter())
        self._logger.addHandler(handler)

    def event(self, phrase: LiteralString, **numbers: float | None) -> None:
        """Something that happened, with figures: ``log.event("batch stored", rows=12)``."""
        told = "".join(f" {name}={_number(value)}" for name, value in numbers.items())
        self._logger.info("%s%s", phrase, told)

    def failure(self, phrase: LiteralString, error: BaseException) -> None:
        """Something that failed: types and places, innermost cause first, and no foreign message."""
        self._logger.error("%s: %s", phrase, " <- ".join(_told(error)))

    def catch_strays(self) -> None:
        """Take in what would otherwise go to the interpreter's own handlers, with its message, on stderr."""
        sys.excepthook = lambda _kind, error, _trace: self.failure("the engine broke", error)
        threading.excepthook = self._stray
        sys.unraisablehook = lambda stray: self.failure("something broke while being put away", _or_unknown(stray))

    def close(self) -> None:
        """Close the file."""
        for handler in self._logger.handlers:
            with suppress(OSError, ValueError):
                handler.close()

    def _stray(self, stray: threading.ExceptHookArgs) -> None:
        self.failure("a thread broke", stray.exc_value or RuntimeError())


class _Handler(RotatingFileHandler):
    """A file that only its owner reads, and whose troubles are nobody's."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, self.mode, encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Nothing: a full disk must not stop the engine, and there is nobody to tell."""


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{moment} {record.levelname.lower():<7} {redacted(record.getMessage())}"


def _number(value: float | None) -> str:
    """A figure as written. What is no figure is left out, whatever the types say."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return "[no number]"


def _told(error: BaseException) -> Iterator[str]:
    """An error and its causes, innermost first: type and frames; the message only where it is Inkling's."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    said = f" ({error})" if isinstance(error, InklingError) else ""
    yield f"{name}{said} at {_places(error.__traceback__)}"


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return ", ".join(f"{_short(f.filename)}:{f.lineno} in {f.name}" for f in frames) or "nowhere"


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-3:])


def _or_unknown(stray: Any) -> BaseException:
    error = stray.exc_value
    return error if isinstance(error, BaseException) else RuntimeError()
