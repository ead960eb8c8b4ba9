"""Line-wise reading with bounded lines, for the text formats and those that hold one JSON object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from observers.chat.source import BrokenStreamError, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_BYTES = 64 * 1024 * 1024  # session logs carry images in a line; nothing real comes near this


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
