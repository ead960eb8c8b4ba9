"""Claude's data export: the `conversations.json` in its zip.

A message comes twice, as ``text`` and as ``content`` blocks. The blocks are read, because ``text`` fills the places of
tool calls with a notice about unsupported blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from observers.chat.fields import label, listing, mapping, moment, string
from observers.chat.json_stream import Broken, json_documents, paths_in_head, walk
from observers.chat.keys import digest
from observers.chat.message import AI, USER, Format, Message, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from observers.chat.source import Document, Source

_SPEAKERS = {"human": USER, "assistant": AI}


def find(source: Source) -> Sequence[Document]:
    """The JSON documents that hold conversations with ``chat_messages``."""
    return [d for d in json_documents(source) if {"item.chat_messages", "chat_messages"} & paths_in_head(d)]


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """The messages of every conversation."""
    path = "item" if "item.chat_messages" in paths_in_head(document) else ""
    for number, (_, conversation) in enumerate(walk(document, {path}), 1):
        position = f"conversation {number} in {document.name}"
        if isinstance(conversation, Broken):
            reading.report(position, conversation.reason)
        elif not isinstance(conversation, dict) or not isinstance(conversation.get("chat_messages"), list):
            reading.report(position, "it is no conversation")
        else:
            yield from _conversation(conversation, position, reading)


def _conversation(conversation: dict[str, Any], position: str, reading: Reading) -> Iterator[Message]:
    title = label(conversation.get("name"))
    own_id = label(conversation.get("uuid")) or digest(title or "", str(label(conversation.get("created_at"))))
    began = moment(conversation.get("created_at"), reading.zone)
    for number, record in enumerate(conversation["chat_messages"], 1):
        message = _message(mapping(record), began, reading)
        if isinstance(message, str):
            reading.report(f"message {number}, {position}", message)
        elif message is not None:
            message.key = message.key or f"claude:{own_id}:{number}"
            message.thread, message.title = f"claude:{own_id}", title
            yield message


def _message(record: dict[str, Any], began: datetime | None, reading: Reading) -> Message | str | None:
    """The message in ``record``; None if neither side of the conversation said it, or what is wrong with it."""
    if not record:
        return "it is no message"
    speaker = _SPEAKERS.get(string(record.get("sender")))
    if speaker is None:
        return None
    at = moment(record.get("created_at"), reading.zone) or began
    if at is None:
        return "it has no time, nor has its conversation"
    uuid = label(record.get("uuid"))
    return Message(text=_text(record), at=at, speaker=speaker, key=f"claude:{uuid}" if uuid else "")


def _text(record: dict[str, Any]) -> str:
    blocks = [mapping(block) for block in listing(record.get("content"))]
    words = [string(block.get("text")) for block in blocks if block.get("type") == "text"]
    return "\n\n".join(filter(None, words)) if blocks else string(record.get("text"))


FORMAT = Format(name="claude", label="Claude", app="Claude", find=find, read=read, roles=True)
