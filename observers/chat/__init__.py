"""Chat exports as observations: one module a format, recognised by content, streamed, nothing written anywhere.

    export = open_export("conversations.zip")
    for observation in export.observations(me={"Ana"}, on_problem=print):
        ...

The order of `FORMATS` is the order they are tried in: the ones with the most telling content first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from observers.chat import chatgpt, jsonl, whatsapp
from observers.chat.export import Export, normalised, recognise
from observers.chat.message import Format, Problem
from observers.chat.source import Source

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["FORMATS", "Export", "Problem", "normalised", "open_export"]

FORMATS: tuple[Format, ...] = (
    chatgpt.FORMAT,
    jsonl.FORMAT,
    whatsapp.FORMAT,
)


def open_export(path: str | Path, zone: tzinfo | None = None) -> Export:
    """The chat export at ``path``, whatever its format.

    ``zone`` is where times without one were written (WhatsApp's, and Telegram's older ones); None is this machine's.
    Raises UnreadableExportError if the file is missing, unreadable or no export Inkling knows; the message says which.
    """
    return recognise(Source(Path(path).expanduser()), FORMATS, zone)
