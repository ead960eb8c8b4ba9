"""Records out of JSON files of any size, one at a time, with every bound an untrusted file needs.

Built on ijson's plain event stream rather than its `items`: that one spells out the path of every level, so a file of
a hundred thousand brackets takes all memory, and its exact numbers crash the C parser on very long integers. Here a
record that is too deep or too large is skipped while the events run on, and the records around it are read.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ijson
import ijson.common

from observers.chat.source import CHUNK_BYTES, BrokenStreamError, Document, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MAX_DEPTH = 100
MAX_NODES = 2_000_000  # values in one record: at about 100 bytes each, 200 MB
MAX_BYTES = 64 * 1024 * 1024  # text of one record
MAX_VALUE_BYTES = 16 * 1024 * 1024  # one string: half a second's work for the parser, and twenty novels
_PATH_DEPTH = 8  # no format keeps anything deeper outside a record
_NOWHERE: Final = "\0"
_START: Final = frozenset({"start_map", "start_array"})


@dataclass(frozen=True, slots=True)
class Broken:
    """In place of a record that was skipped, and why."""

    reason: str


class _Guarded:
    """What ijson reads from; stops it at a single value it would take forever over: its time grows with the square."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.consumed = 0
        self.mark = 0  # where the last event was seen

    def read(self, size: int = -1) -> bytes:
        if self.consumed - self.mark > MAX_VALUE_BYTES:
            raise BrokenStreamError("a single value is too large; the rest of this file was not read")
        data: bytes = self._stream.read(size)
        self.consumed += len(data)
        return data


class _Builder:
    """Puts one record together from events; gives up when it outgrows the bounds, and then only counts to its end."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._root: list[Any] = []
        self._stack: list[Any] = [self._root]  # the open containers, the key for the next value before each map's
        self._keys: list[str] = [""]
        self._depth = 0
        self._nodes = 0

    def add(self, event: str, value: Any) -> bool:
        """Take an event; True once the record is complete."""
        if event == "map_key":
            self._keys[-1] = value
            return False
        if event in ("end_map", "end_array"):
            self._depth -= 1
            if self.reason is None:
                self._stack.pop()
                self._keys.pop()
            return self._depth == 0
        self._nodes += 1
        opens = event in _START
        self._depth += opens
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            self.give_up("it is nested too deeply" if self._depth > MAX_DEPTH else "it is too large")
        if self.reason is None:
            self._attach(({} if event == "start_map" else []) if opens else value, opens=opens)
        return self._depth == 0

    def _attach(self, value: Any, *, opens: bool) -> None:
        top = self._stack[-1]
        if isinstance(top, dict):
            top[self._keys[-1]] = value
        else:
            top.append(value)
        if opens:
            self._stack.append(value)
            self._keys.append("")

    def give_up(self, reason: str) -> None:
        """Forget what was built."""
        self.reason = self.reason or reason
        self._root.clear()
        self._stack = [self._root]
        self._keys = [""]

    def result(self) -> Any:
        """The record, or `Broken`."""
        return self._root[0] if self.reason is None else Broken(self.reason)


def walk(document: Document, records: Collection[str], headers: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    """``(path, value)`` in file order: each whole value at a path of ``records``, each scalar at one of ``headers``.

    Paths join keys with dots and write ``item`` for an array's elements, as ijson does; the top is ``""``. A header
    path at an object gives ``(path, None)`` as the object opens. A record over the bounds gives a `Broken`.
    Raises BrokenStreamError, with the number of records read, where the file is damaged or ends early.
    """
    done = 0
    try:
        with document.open_text() as stream:
            for path, value in _walk(_Guarded(stream), frozenset(records), frozenset(headers)):
                done += path in records
                yield path, value
    except BrokenStreamError as error:
        raise BrokenStreamError(error.reason, _after(done, document)) from error
    except (ijson.common.JSONError, ValueError, OverflowError) as error:
        reason = "the file breaks off or is no valid JSON from here on"
        raise BrokenStreamError(reason, _after(done, document)) from error


def _after(done: int, document: Document) -> str:
    return f"after record {done} in {document.name}"


class _Path:
    """Where in the document the events are; beyond _PATH_DEPTH it only counts."""

    def __init__(self) -> None:
        self.here = ""
        self._prefixes: list[str] = []  # of the open objects' keys, the shallow ones; an array's is its item's path
        self._arrays: list[bool] = []
        self._depth = 0

    def step(self, event: str, value: Any) -> bool:
        """Take an event; True if a value is or begins at ``here``."""
        if event in ("end_map", "end_array"):
            self._depth -= 1
            if self._depth < _PATH_DEPTH:
                self._prefixes.pop()
                self._arrays.pop()
            return False
        if self._depth > _PATH_DEPTH:
            self.here = _NOWHERE
        elif event == "map_key":
            self.here = self._prefixes[-1] + value
        elif self._depth and self._arrays[-1]:
            self.here = self._prefixes[-1]
        return event != "map_key"

    def enter(self, event: str) -> None:
        """Go into the container that begins at ``here``."""
        if self._depth < _PATH_DEPTH:
            prefix = f"{self.here}." if self.here else ""
            self._prefixes.append(f"{prefix}item" if event == "start_array" else prefix)
            self._arrays.append(event == "start_array")
        self._depth += 1


def _walk(source: _Guarded, records: frozenset[str], headers: frozenset[str]) -> Iterator[tuple[str, Any]]:
    path = _Path()
    events = ijson.basic_parse(source, use_float=True, buf_size=CHUNK_BYTES)
    for event, value in events:
        source.mark = source.consumed
        if not path.step(event, value):
            continue
        if path.here in records:
            yield path.here, _record(event, value, events, source)
        elif event in _START:
            if event == "start_map" and path.here in headers:
                yield path.here, None
            path.enter(event)
        elif path.here in headers:
            yield path.here, value


def _record(event: str, value: Any, events: Iterator[tuple[str, Any]], source: _Guarded) -> Any:
    """The whole value that begins with ``event``."""
    builder = _Builder()
    ends = source.consumed + MAX_BYTES
    while not builder.add(event, value):
        if source.consumed > ends:
            builder.give_up("it is too large")
        event, value = next(events)
        source.mark = source.consumed
    return builder.result()


def paths_in_head(document: Document) -> frozenset[str]:
    """The paths that occur in the document's head, a few levels deep; empty if it does not begin as JSON."""
    if document.json_paths is None:
        text = document.head_text().lstrip()
        document.json_paths = _paths(text) if text.startswith(("{", "[")) else frozenset()
    return document.json_paths


def _paths(text: str) -> frozenset[str]:
    found: set[str] = set()
    path = _Path()
    try:
        for event, value in ijson.basic_parse(io.BytesIO(text.encode("utf-8", "replace")), use_float=True):
            if path.step(event, value):
                found.add(path.here)
                if event in _START:
                    path.enter(event)
    except (ijson.common.JSONError, ValueError, OverflowError):
        pass  # a head ends wherever it ends
    return frozenset(found)


def json_documents(source: Source) -> list[Document]:
    """The documents of ``source`` that may be JSON: the file itself, or the members of a zip that are named so."""
    return [d for d in source.documents if not source.is_zip or d.name.lower().endswith(".json")]
