"""Discord channels as DiscordChatExporter writes them to JSON, one file a channel.

People are told apart by their account's name. A server nickname is only shown: anyone may take anyone's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from observers.chat.fields import label, mapping, moment, string
from observers.chat.json_stream import Broken, json_documents, paths_in_head, walk
from observers.chat.keys import digest
from observers.chat.message import Format, Message, Reading, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.chat.source import Document, Source

_RECORD = "messages.item"
_HEADERS = frozenset({"guild.id", "guild.name", "channel.id", "channel.name", "channel.type"})
_SAID = frozenset({"Default", "Reply", "0", "19"})  # the rest is joins, pins, calls and commands
_NO_SERVER = "0"  # the guild's id where there is none, in direct messages


def find(source: Source) -> Sequence[Document]:
    """The JSON documents with a guild, a channel and messages."""
    return [d for d in json_documents(source) if {"guild.id", "channel.id"} <= paths_in_head(d)]


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """The channel's messages."""
    header: dict[str, str | None] = {}
    number = 0
    for path, value in walk(document, {_RECORD}, _HEADERS):
        if path != _RECORD:
            header[path] = label(value)
            continue
        number += 1
        message = value.reason if isinstance(value, Broken) else _message(mapping(value), reading)
        if isinstance(message, str):
            reading.report(f"message {number} in {document.name}", message)
        elif message is not None:
            channel = header.get("channel.id") or digest(header.get("channel.name") or "")
            message.thread, message.title = f"discord:{channel}", _title(header)
            yield message


def _title(header: dict[str, str | None]) -> str | None:
    channel, server = header.get("channel.name"), header.get("guild.name")
    if not channel or not server or header.get("guild.id") == _NO_SERVER:
        return channel
    return f"{server} #{channel}"


def _message(record: dict[str, Any], reading: Reading) -> Message | str | None:
    """The message in ``record``; None if nobody said it, or what is wrong with it."""
    own_id = label(record.get("id"))
    if own_id is None:
        return "it is no message"
    text = string(record.get("content"))
    if label(record.get("type")) not in _SAID or not text:
        return None
    at = moment(record.get("timestamp"), reading.zone)
    if at is None:
        return "it has no usable time"
    speaker = _speaker(mapping(record.get("author")))
    return "it has no author" if speaker is None else Message(text, at, speaker, key=f"discord:{own_id}")


def _speaker(author: dict[str, Any]) -> Speaker | None:
    own_id, name = label(author.get("id")), label(author.get("name"))
    if name is None and own_id is None:
        return None
    tag = label(author.get("discriminator"))
    aliases = (own_id, f"{name}#{tag}" if tag and tag != "0000" else None)
    shown = label(author.get("nickname")) or name
    return Speaker(name or f"{own_id}", aliases=tuple(filter(None, aliases)), shown=shown)


FORMAT = Format(name="discord", label="Discord", app="Discord", find=find, read=read, titled_by_partner=True)
