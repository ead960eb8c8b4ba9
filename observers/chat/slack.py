"""A Slack workspace's export: a zip with a folder a channel and a JSON file a day.

Messages name people by id; `users.json` says who they are. Somebody is known by handle, id and address, and by their
full or display name too if nobody else in the workspace bears it.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from observers.chat.fields import epoch, label, listing, mapping, string
from observers.chat.json_stream import Broken, paths_in_head, walk
from observers.chat.message import Format, Message, Reading, Speaker
from observers.chat.source import BrokenStreamError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.chat.source import Document, Source

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")
_SAID = frozenset({None, "thread_broadcast", "reply_broadcast", "me_message", "file_share", "bot_message"})
_MARKUP = re.compile(r"<([@#!]?)([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>")
_PEOPLE, _CHANNELS = "people", "channels"
_SNIFFED_DAYS = 3


def find(source: Source) -> Sequence[Document]:
    """The days of a zip that has Slack's lists beside them, or messages in them if it lost those."""
    days = [d for d in source.documents if _channel_of(d)] if source.is_zip else []
    if not days:
        return []
    listed = any(d.name.rpartition("/")[2] in ("users.json", *_LISTS) for d in source.documents)
    return days if listed or any("item.ts" in paths_in_head(d) for d in days[:_SNIFFED_DAYS]) else []


def _channel_of(day: Document) -> str:
    """The folder that a day's file lies in, which is the channel's name; ``""`` if the file is no day's."""
    folder, slash, name = day.name.rpartition("/")
    return folder.rpartition("/")[2] if slash and _DAY.fullmatch(name) else ""


def prepare(reading: Reading) -> None:
    """Read who everybody is and what the channels are called."""
    users: list[dict[str, Any]] = []
    channels: dict[str, tuple[str, str]] = {}
    for document in reading.source.documents:
        name = document.name.rpartition("/")[2]
        if name == "users.json":
            users += _records(document, reading)
        elif name in _LISTS:
            for record in _records(document, reading):
                _add_channel(record, channels)
    people = _people(users)
    reading.tables |= {
        _PEOPLE: people,
        _CHANNELS: {folder: (own_id, _people_titles(title, people)) for folder, (own_id, title) in channels.items()},
    }


def _records(document: Document, reading: Reading) -> Iterator[dict[str, Any]]:
    try:
        for _, record in walk(document, {"item"}):
            if isinstance(record, dict):
                yield record
    except BrokenStreamError as error:
        reading.report(error.position or document.name, error.reason)


def _people(users: Sequence[dict[str, Any]]) -> dict[str, Speaker]:
    """Everybody by id."""
    named = {own_id: _names(user) for user in users if (own_id := label(user.get("id")))}
    bearers = Counter(name.casefold() for names in named.values() for name in set(names))
    people: dict[str, Speaker] = {}
    for user in users:
        own_id = label(user.get("id"))
        if own_id is None:
            continue
        handle = label(user.get("name"))
        address = label(mapping(user.get("profile")).get("email"))
        unique = [name for name in named[own_id] if bearers[name.casefold()] == 1]
        aliases = dict.fromkeys(filter(None, (own_id, handle, address, *unique)))
        shown = next(iter(named[own_id]), handle)
        people[own_id] = Speaker(handle or own_id, aliases=tuple(aliases), shown=shown)
    return people


def _names(user: dict[str, Any]) -> list[str]:
    """The names somebody goes by, the full one first."""
    profile = mapping(user.get("profile"))
    names = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"))
    return list(dict.fromkeys(filter(None, map(label, names))))


def _add_channel(record: dict[str, Any], channels: dict[str, tuple[str, str]]) -> None:
    own_id, name = label(record.get("id")), label(record.get("name"))
    if own_id is None:
        return
    members = " ".join(filter(None, map(label, listing(record.get("members")))))
    if name is None or name.startswith("mpdm-"):
        channels[name or own_id] = own_id, members
    else:
        channels[name] = own_id, f"#{name}"


def _people_titles(title: str, people: dict[str, Speaker]) -> str:
    """A direct message's members by name; a channel's title as it stands."""
    if title.startswith("#"):
        return title
    return ", ".join(p.shown or p.name for own_id in title.split() if (p := people.get(own_id)))


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """One channel's day."""
    folder = _channel_of(document)
    channels = cast("dict[str, tuple[str, str]]", reading.tables[_CHANNELS])
    channel, title = channels.get(folder, (folder, f"#{folder}"))
    for number, (_, record) in enumerate(walk(document, {"item"}), 1):
        message = record.reason if isinstance(record, Broken) else _message(mapping(record), channel, reading)
        if isinstance(message, str):
            reading.report(f"message {number} in {document.name}", message)
        elif message is not None:
            message.title = title or None
            yield message


def _message(record: dict[str, Any], channel: str, reading: Reading) -> Message | str | None:
    """The message in ``record``; None if nobody said it, or what is wrong with it."""
    stamp = label(record.get("ts"))
    at = epoch(stamp)
    if record.get("type") != "message" or stamp is None or at is None:
        return "it is no message or has no usable time"
    subtype = record.get("subtype")
    people = cast("dict[str, Speaker]", reading.tables[_PEOPLE])
    text = _plain(string(record.get("text")), people)
    if not (subtype is None or isinstance(subtype, str)) or subtype not in _SAID or not text:
        return None
    root = label(record.get("thread_ts"))
    thread = f"slack:{channel}:{root}" if root else f"slack:{channel}"
    return Message(text, at, _speaker(record, people), key=f"slack:{channel}:{stamp}", thread=thread)


def _speaker(record: dict[str, Any], people: dict[str, Speaker]) -> Speaker:
    own_id = label(record.get("user"))
    if own_id is not None and own_id in people:
        return people[own_id]
    profile = mapping(record.get("user_profile"))
    name = label(record.get("username")) or label(profile.get("real_name")) or label(profile.get("display_name"))
    identity = own_id or label(record.get("bot_id")) or name or "somebody else"
    return Speaker(identity, shown=name)


def _plain(text: str, people: dict[str, Speaker]) -> str:
    """Slack's markup as it was displayed: names for ids, links as they are, entities as characters."""

    def shown(match: re.Match[str]) -> str:
        sign, target, words = match.groups()
        if sign == "@":
            person = people.get(target)
            return f"@{(person.shown or person.name) if person else words or target}"
        if sign == "#":
            return f"#{words or target}"
        if sign == "!":
            return words or f"@{target.partition('^')[0]}"
        return target if not words or words in target else f"{words} ({target})"

    return html.unescape(_MARKUP.sub(shown, text)) if "<" in text or "&" in text else text


FORMAT = Format(name="slack", label="Slack", app="Slack", find=find, read=read, prepare=prepare)
