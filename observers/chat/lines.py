"""Line-wise reading with bounded lines, for the text formats and those that hold one JSON object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from observers.chat.source import BrokenStreamError, Document, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_BYTES = 64 * 1024 * 1024  # session logs carry images in a line; nothing real comes near this
_PIECE_BYTES = 1024 * 1024
_SNIFFED_LINES = 8


def text_lines(document: Document, limit: int = LINE_BYTES) -> Iterator[tuple[int, str | None]]:
    """``(number, line)`` from 1, without line ends; None in place of a line longer than ``limit`` bytes.

    Raises BrokenStreamError, with the line reached, where the document is damaged.
    """
    number = 0
    try:
        with document.open_text() as stream:
            while raw := stream.readline(limit):
                number += 1
                if len(raw) == limit and not raw.endswith(b"\n"):
                    while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                        pass
                    yield number, None
                else:
                    yield number, raw.rstrip(b"\r\n").decode("utf-8", "replace")
    except BrokenStreamError as error:
        raise BrokenStreamError(error.reason, f"line {number + 1} in {document.name}") from error


def json_lines(document: Document) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """``(number, object)`` for each line that is not blank, or ``(number, reason)`` for one that is no JSON object."""
    for number, line in text_lines(document):
        if line is None:
            yield number, "the line is too long"
        elif line and not line.isspace():
            yield number, parse_object(line)


def parse_object(line: str) -> dict[str, Any] | str:
    """The JSON object in ``line``, or the reason there is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "not a whole JSON object"
    return value if isinstance(value, dict) else "not a JSON object"


def line_documents(source: Source) -> list[Document]:
    """The documents of ``source`` that may hold JSON lines: the file itself, or a zip's members named so."""
    return [d for d in source.documents if not source.is_zip or d.name.lower().endswith((".jsonl", ".ndjson"))]


def first_objects(document: Document) -> list[dict[str, Any]]:
    """The JSON objects among the document's first lines; empty if it does not begin with one."""
    text = document.head_text().lstrip()
    if not text.startswith("{"):
        return []
    lines = [line for line in text.split("\n", 4 * _SNIFFED_LINES) if line.strip()][:_SNIFFED_LINES]
    return [found for found in map(parse_object, lines) if isinstance(found, dict)]


def raw_lines(document: Document) -> Iterator[tuple[int, bytes]]:
    """``(number, line)`` as bytes, line ends included; a line over 1 MB comes in pieces of the same number.

    Raises BrokenStreamError, with the line reached, where the document is damaged.
    """
    number = 0
    whole = True
    try:
        with document.open() as stream:
            while raw := stream.readline(_PIECE_BYTES):
                number += whole
                whole = raw.endswith(b"\n")
                yield number, raw
    except BrokenStreamError as error:
        raise BrokenStreamError(error.reason, f"line {number + 1} in {document.name}") from error
