"""Telegram Desktop's JSON export, `result.json`: one chat, or a whole account.

A whole account says whose it is, so nothing needs to be asked. A forwarded message is the words of whoever wrote it
first, and never the user's: its author is known by a name alone, which anyone may bear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from observers.chat.fields import epoch, label, listing, mapping, moment, string
from observers.chat.json_stream import Broken, json_documents, paths_in_head, walk
from observers.chat.keys import digest
from observers.chat.message import USER, Format, Message, Reading, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.chat.source import Document, Source

_CHATS = ("", "chats.list.item.", "left_chats.list.item.")
_RECORDS = frozenset(f"{chat}messages.item" for chat in _CHATS)
_FIELDS = ("name", "type", "id")
_OWNER = "personal_information.user_id"
_HEADERS = frozenset({_OWNER, *(f"{chat}{f}" for chat in _CHATS for f in _FIELDS), *(c[:-1] for c in _CHATS if c)})
_SOMEBODY = "somebody else"
_TITLES = {"saved_messages": "Saved Messages"}


def find(source: Source) -> Sequence[Document]:
    """The JSON documents with a chat's messages as Telegram dates them, or with an account's list of chats."""
    return [d for d in json_documents(source) if _is_telegram(paths_in_head(d))]


def _is_telegram(paths: frozenset[str]) -> bool:
    one_chat = {"messages.item.id", "messages.item.type", "messages.item.date"} <= paths
    return one_chat or "chats.list" in paths or {"about", "personal_information"} <= paths


@dataclass(slots=True)
class _Chat:
    """The chat being read; its fields stand before its messages."""

    name: str | None = None
    type: str | None = None
    id: str | None = None

    @property
    def title(self) -> str | None:
        return self.name or _TITLES.get(self.type or "")

    @property
    def own_id(self) -> str:
        return self.id or digest(self.name or "")


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """The messages of every chat."""
    chat = _Chat()
    owner: str | None = None
    number = 0
    for path, value in walk(document, _RECORDS, _HEADERS):
        if path in _RECORDS:
            number += 1
            message = value.reason if isinstance(value, Broken) else _message(mapping(value), chat, owner, reading)
            if isinstance(message, str):
                reading.report(f"message {number} in {document.name}", message)
            elif message is not None:
                yield message
        elif path == _OWNER:
            owner = label(value)
        elif path.endswith(".item"):
            chat = _Chat()
        else:
            setattr(chat, path.rpartition(".")[2], label(value))


def _message(record: dict[str, Any], chat: _Chat, owner: str | None, reading: Reading) -> Message | str | None:
    """The message in ``record``; None if it is an event of the chat, or what is wrong with it."""
    own_id = label(record.get("id"))
    if own_id is None:
        return "it is no message"
    text = _text(record.get("text"))
    if record.get("type") != "message" or not text:
        return None
    at = epoch(record.get("date_unixtime")) or moment(record.get("date"), reading.zone)
    if at is None:
        return "it has no usable time"
    key = f"telegram:{chat.own_id}:{own_id}"
    return Message(
        text=text, at=at, speaker=_speaker(record, owner), key=key, thread=f"telegram:{chat.own_id}", title=chat.title
    )


def _speaker(record: dict[str, Any], owner: str | None) -> Speaker:
    if "forwarded_from" in record:
        return Speaker(label(record.get("forwarded_from")) or _SOMEBODY, role="other")
    from_id = label(record.get("from_id"))
    if owner is not None and from_id in (owner, f"user{owner}"):
        return USER
    name = label(record.get("from")) or from_id or _SOMEBODY
    return Speaker(name, aliases=(from_id,) if from_id else ())


def _text(text: Any) -> str:
    """Plain text, or the text of every entity in it."""
    if isinstance(text, list):
        return "".join(string(part) or string(mapping(part).get("text")) for part in listing(text))
    return string(text)


FORMAT = Format(
    name="telegram", label="Telegram", app="Telegram", find=find, read=read, titled_by_partner=True, namesakes=True
)
