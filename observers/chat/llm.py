"""The `logs.db` of the command-line tool `llm`: SQLite in any of its three layouts, read while the tool writes to it.

A reader must leave no trace and hold nobody up. So the file is opened for one short batch of rows at a time, read-only,
with the shared index of a write-ahead log never created, and a log without one is read as it lies. What `llm` was given
as a fragment, an attachment or a system prompt is not the user's words and stays out; text piped into it is part of
the prompt in the database and cannot be told from what was typed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from observers.chat.fields import label, moment, string
from observers.chat.message import AI, USER, Format, Message, Reading
from observers.chat.source import BrokenStreamError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from observers.chat.source import Document, Source

_MAGIC = b"SQLite format 3\0"
_WRITE_AHEAD = 2  # byte 18 of the header
_BATCH_ROWS = 200
_BATCH_CHARACTERS = 8_000_000
_OVERLAP = 50  # rows looked at again when reading goes on: SQLite may give a deleted last row's number to the next
_MESSAGE_CHARACTERS = 4 * 1024 * 1024
_VALUE_BYTES = 256 * 1024 * 1024
_STEPS = 1_000_000  # of SQLite's virtual machine between two looks; a batch takes some ten thousand
_LOOKS = 100
_LONGEST_ANSWER = timedelta(days=1)
_HEADER_BYTES = 100


@dataclass(frozen=True, slots=True)
class _Layout:
    """One of the ways `llm` has kept its log: the table with a row for each call, and the rest of its query."""

    table: str
    needs: tuple[tuple[str, frozenset[str]], ...]  # tables and their columns
    select: str  # id, thread, title, prompt, response, time, milliseconds
    source: str

    def batch(self) -> str:
        """The query for the rows after one."""
        return (
            f"SELECT r.rowid, {self.select} FROM {self.source} WHERE r.rowid > ? ORDER BY r.rowid LIMIT {_BATCH_ROWS}"
        )


_TEXTS = f"substr(prompt, 1, {_MESSAGE_CHARACTERS}), substr(response, 1, {_MESSAGE_CHARACTERS})"
_LAYOUTS = (
    _Layout(  # up to 0.4
        "logs",
        (("logs", frozenset({"id", "model", "prompt", "response", "chat_id", "datetime_utc", "duration_ms"})),),
        f"'log-' || r.id, 'log-' || coalesce(r.chat_id, r.id), NULL, {_TEXTS}, r.datetime_utc, r.duration_ms",
        "logs r",
    ),
    _Layout(  # 0.5 to 0.35
        "responses",
        (
            ("responses", frozenset({"id", "prompt", "response", "conversation_id", "datetime_utc", "duration_ms"})),
            ("conversations", frozenset({"id", "name"})),
        ),
        f"r.id, r.conversation_id, c.name, {_TEXTS}, r.datetime_utc, r.duration_ms",
        "responses r LEFT JOIN conversations c ON c.id = r.conversation_id",
    ),
    _Layout(  # from 0.36; its search table has the prompt as typed, without what fragments added
        "turns",
        (
            ("turns", frozenset({"id", "thread_id", "datetime_utc", "duration_ms"})),
            ("turn_search", frozenset({"turn_id", "prompt", "response"})),
            ("threads", frozenset({"id", "name"})),
        ),
        f"r.id, r.thread_id, t.name, {_TEXTS}, r.datetime_utc, r.duration_ms",
        "turns r LEFT JOIN turn_search s ON s.turn_id = r.id LEFT JOIN threads t ON t.id = r.thread_id",
    ),
)


def find(source: Source) -> Sequence[Document]:
    """The file, if it is an SQLite database with `llm`'s tables."""
    if source.is_zip or source.documents[0].head(len(_MAGIC)) != _MAGIC:
        return ()
    try:
        with _opened(source.path) as database:
            return source.documents if _layouts(database) else ()
    except BrokenStreamError:
        return ()


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """The prompt and the answer of every call, in the order they were logged. Goes on where ``reading`` ended."""
    path = reading.source.path
    if reading.source.bytes_on_disk < _announced_bytes(document):
        reading.report(f"{document.name}, 1st byte on", "the database is cut off; only what is left of it was read")
    with _opened(path) as database:
        ends = {layout: _last_row(database, layout) for layout in _layouts(database)}
    total = max(1, sum(ends.values()))
    before = 0
    for layout, end in ends.items():
        for row in _rows(path, layout, end, reading):
            reading.source.progress.bytes_read = document.size * min(total, before + row[0]) // total
            yield from _messages(row, f"row {row[0]} of {layout.table} in {document.name}", reading)
        before += end
    reading.source.progress.bytes_read = document.size


def _rows(path: Path, layout: _Layout, end: int, reading: Reading) -> Iterator[tuple[Any, ...]]:
    """The rows of a layout's table, none of them while the database is open."""
    mark = f"llm: last row of {layout.table}"
    known = reading.tables.get(mark, 0)
    last = max(0, known - _OVERLAP) if isinstance(known, int) and known <= end else 0
    while batch := _batch(path, layout, last):
        for row in batch:
            if not isinstance(row[0], int) or row[0] <= last:
                raise BrokenStreamError("its bytes are damaged from here on", f"row {last} of {layout.table}")
            last = reading.tables[mark] = row[0]
            yield row


def _batch(path: Path, layout: _Layout, after: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    characters = 0
    with _opened(path) as database:
        for row in database.execute(layout.batch(), (after,)):
            rows.append(row)
            characters += len(string(row[4])) + len(string(row[5]))
            if characters > _BATCH_CHARACTERS:
                break
    return rows


def _messages(row: tuple[Any, ...], position: str, reading: Reading) -> Iterator[Message]:
    _, own_id, thread, title, prompt, response, time, milliseconds = row
    name = label(own_id)
    asked = moment(time, UTC)
    if name is None or asked is None:
        reading.report(position, "it has no id" if name is None else "it has no usable time")
        return
    belonging, name = f"llm:{label(thread) or name}", f"llm:{name}"
    for text, at, speaker, part in (
        (prompt, asked, USER, "prompt"),
        (response, _answered(asked, milliseconds), AI, "response"),
    ):
        yield Message(
            text=string(text).strip(),
            at=at,
            speaker=speaker,
            key=f"{name}:{part}",
            thread=belonging,
            title=label(title),
        )


def _answered(asked: datetime, milliseconds: Any) -> datetime:
    """When the answer was complete, so that it comes after what was asked."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return asked
    return asked + min(max(timedelta(), timedelta(milliseconds=min(milliseconds, 10**9))), _LONGEST_ANSWER)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading alone, without a file made or a lock kept.

    Raises BrokenStreamError where that cannot be done, as while another program writes, or the bytes are damaged.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        with closing(_connected(path, header)) as database:
            _bound(database)
            if len(header) == _HEADER_BYTES and path.stat().st_size < _pages_bytes(header):
                database.execute("PRAGMA writable_schema = ON")  # SQLite opens no cut file otherwise
            yield database
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # the last where SQLite's message quotes no text
        raise BrokenStreamError(_why(error)) from error


def _connected(path: Path, header: bytes) -> sqlite3.Connection:
    unattended = header[18:19] == bytes([_WRITE_AHEAD]) and not path.with_name(f"{path.name}-shm").exists()
    how = "immutable=1" if unattended else "readonly_shm=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&{how}", uri=True, timeout=1)


def _bound(database: sqlite3.Connection) -> None:
    """Let a crafted file run nothing, take no more than its share of memory, and not for ever."""
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES)
    looks = iter(range(_LOOKS))
    database.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")


def _announced_bytes(document: Document) -> int:
    header = document.head(_HEADER_BYTES)
    return _pages_bytes(header) if len(header) == _HEADER_BYTES else 0


def _pages_bytes(header: bytes) -> int:
    """How long the file must be by its header; 0 where a very old SQLite left that open."""
    page = int.from_bytes(header[16:18], "big")
    counted = header[24:28] == header[92:96]
    return (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big") if counted else 0


def _layouts(database: sqlite3.Connection) -> list[_Layout]:
    return [layout for layout in _LAYOUTS if all(_has(database, *table) for table in layout.needs)]


def _has(database: sqlite3.Connection, table: str, columns: frozenset[str]) -> bool:
    """Whether there is an ordinary table of that name, no view and nothing virtual, with those columns."""
    plain = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0"
    if database.execute(plain, (table,)).fetchone() is None:
        return False
    return columns <= {name for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _last_row(database: sqlite3.Connection, layout: _Layout) -> int:
    (last,) = database.execute(f"SELECT max(rowid) FROM {layout.table}").fetchone()
    return last if isinstance(last, int) else 0


def _why(error: Exception) -> str:
    """A reason without content: SQLite's own messages may name what they choked on."""
    if isinstance(error, OSError):
        return "it cannot be read any more"
    if "locked" in str(error) or "busy" in str(error):
        return "another program is writing to it; try again"
    return "its bytes are damaged from here on"


FORMAT = Format(name="llm", label="llm", app="llm", find=find, read=read, roles=True, grows_by="rows")
