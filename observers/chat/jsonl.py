"""Inkling's own JSONL: one observation a line, every field of it, for converters and for the bundled demo.

The only format that may carry a source other than chat and a time in view, and whose keys are taken as they are:
whoever wrote the file knows them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from memory.records import ASSISTANT, ME
from observers.chat.fields import epoch, label, moment, string
from observers.chat.keys import Occurrences, digest
from observers.chat.lines import first_objects, json_lines, line_documents
from observers.chat.message import AI, USER, Format, Message, Reading, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.chat.source import Document, Source


def find(source: Source) -> Sequence[Document]:
    """Documents with an object that has ``text`` and ``at`` in one of the first lines."""
    return [d for d in line_documents(source) if any({"text", "at"} <= o.keys() for o in first_objects(d))]


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """One message a line."""
    occurrences = reading.kept(f"jsonl: occurrences in {document.name}", Occurrences)
    for number, record in json_lines(document):
        message = record if isinstance(record, str) else _message(record, reading, occurrences)
        if isinstance(message, Message):
            yield message
        else:
            reading.report(f"line {number} in {document.name}", message)


def _message(record: dict[str, Any], reading: Reading, occurrences: Occurrences) -> Message | str:
    """The observation in ``record``, or what is wrong with it."""
    at = moment(record.get("at"), reading.zone) or epoch(record.get("at"))
    if at is None:
        return "'at' is missing or no usable time"
    if not isinstance(record.get("text"), str):
        return "'text' is missing or no string"
    dwell = record.get("dwell_seconds")
    if dwell is not None and not _is_duration(dwell):
        return "'dwell_seconds' is no number of seconds"
    return Message(
        text=record["text"],
        at=at,
        speaker=_speaker(label(record.get("speaker"))),
        key=label(record.get("key")) or _key(record, occurrences),
        thread=label(record.get("thread")),
        title=label(record.get("title")),
        app=label(record.get("app")),
        source=label(record.get("source")) or "chat",
        dwell_seconds=None if dwell is None else float(dwell),
    )


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _speaker(name: str | None) -> Speaker | None:
    if name is None:
        return None
    return {ME: USER, ASSISTANT: AI}.get(name) or Speaker(name)


def _key(record: dict[str, Any], occurrences: Occurrences) -> str:
    """A key for a line without one: its content, and how many equal lines went before."""
    fields = ("source", "app", "thread", "speaker", "at", "text")
    content = (string(record.get(field)) or str(label(record.get(field)) or "") for field in fields)
    return occurrences.numbered(f"jsonl:{digest(*content)}")


FORMAT = Format(name="jsonl", label="JSONL", app=None, find=find, read=read, grows_by="lines")
