"""Chat exports as observations: one module a format, recognised by content, streamed, nothing written anywhere.

    export = open_export("conversations.zip")
    for observation in export.observations(me={"Ana"}, on_problem=print):
        ...

Nothing but content tells a format, so that a renamed download still opens.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from observers.chat import chatgpt, claude, claude_code, discord, jsonl, llm, mail, slack, telegram, whatsapp
from observers.chat.export import Export, normalised, recognise
from observers.chat.message import Format, Problem
from observers.chat.source import Source

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["FORMATS", "Export", "Problem", "normalised", "open_export"]

FORMATS: tuple[Format, ...] = (
    slack.FORMAT,  # first, as its zips hold thousands of files the others would look into
    chatgpt.FORMAT,
    claude.FORMAT,
    telegram.FORMAT,
    discord.FORMAT,
    jsonl.FORMAT,
    claude_code.FORMAT,
    llm.FORMAT,
    whatsapp.FORMAT,
    mail.FORMAT,
)


def open_export(path: str | Path, zone: tzinfo | None = None) -> Export:
    """The chat export at ``path``, whatever its format.

    ``zone`` is where times without one were written (WhatsApp's, and Telegram's older ones); None is this machine's.
    Raises UnreadableExportError if the file is missing, unreadable or no export Inkling knows; the message says which.
    """
    return recognise(Source(Path(path).expanduser()), FORMATS, zone)
