"""ChatGPT's data export: `conversations.json`, or several `conversations-000.json`, alone or in the zip.

A conversation is a tree, because every edit and every regenerated answer opens a branch. What is shown ends at
`current_node`, and that path is read; of the other branches only the user's own turns are, for the user did write them,
while an answer that was thrown away says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from observers.chat.fields import epoch, label, listing, mapping, string
from observers.chat.json_stream import Broken, json_documents, paths_in_head, walk
from observers.chat.keys import digest
from observers.chat.message import AI, USER, Format, Message, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.chat.source import Document, Source

_SPEAKERS = {"user": USER, "assistant": AI}
_WORDS = frozenset({"text", "multimodal_text"})  # the rest is tools, searches, reasoning, custom instructions


def find(source: Source) -> Sequence[Document]:
    """The JSON documents that hold conversations with a ``mapping``."""
    return [d for d in json_documents(source) if {"item.mapping", "mapping"} & paths_in_head(d)]


def read(document: Document, reading: Reading) -> Iterator[Message]:
    """The messages of every conversation."""
    path = "item" if "item.mapping" in paths_in_head(document) else ""
    for number, (_, conversation) in enumerate(walk(document, {path}), 1):
        position = f"conversation {number} in {document.name}"
        if isinstance(conversation, Broken):
            reading.report(position, conversation.reason)
        elif not isinstance(conversation, dict) or not isinstance(conversation.get("mapping"), dict):
            reading.report(position, "it is no conversation")
        else:
            yield from _conversation(conversation, position, reading)


def _conversation(conversation: dict[str, Any], position: str, reading: Reading) -> Iterator[Message]:
    nodes: dict[str, Any] = conversation["mapping"]
    title = label(conversation.get("title"))
    own_id = label(conversation.get("conversation_id")) or label(conversation.get("id"))
    thread = f"chatgpt:{own_id or digest(*sorted(nodes)[:1], title or '')}"
    at = epoch(conversation.get("create_time")) or epoch(conversation.get("update_time"))
    shown = _shown(nodes, conversation.get("current_node"))
    for number, (node_id, node) in enumerate(_in_order(nodes, shown), 1):
        if node is None or (isinstance(node, dict) and node.get("message") is None):
            continue
        message = mapping(mapping(node).get("message"))
        if not message:
            reading.report(f"message {number}, {position}", "it is no message")
            continue
        speaker = _SPEAKERS.get(string(mapping(message.get("author")).get("role")))
        if speaker is None or (speaker is AI and shown and node_id not in shown) or _is_internal(message):
            continue
        at = epoch(message.get("create_time")) or at
        if at is None:
            reading.report(f"message {number}, {position}", "it has no time, nor has its conversation")
            continue
        key = f"chatgpt:{label(message.get('id')) or node_id}"
        yield Message(text=_text(message), at=at, speaker=speaker, key=key, thread=thread, title=title)


def _shown(nodes: dict[str, Any], leaf: Any) -> dict[str, None]:
    """The ids from the root to ``leaf``, in that order; empty if the export does not tell."""
    path: list[str] = []
    seen: set[str] = set()
    while isinstance(leaf, str) and leaf in nodes and leaf not in seen:
        seen.add(leaf)
        path.append(leaf)
        leaf = mapping(nodes[leaf]).get("parent")
    return dict.fromkeys(reversed(path))


def _in_order(nodes: dict[str, Any], shown: dict[str, None]) -> Iterator[tuple[str, Any]]:
    """The shown path, then everything else as the file has it (which is by age)."""
    for node_id in shown:
        yield node_id, nodes[node_id]
    for node_id, node in nodes.items():
        if node_id not in shown:
            yield node_id, node


def _is_internal(message: dict[str, Any]) -> bool:
    """Whether the message passes between ChatGPT and its tools, or is hidden from the conversation."""
    metadata = mapping(message.get("metadata"))
    recipient = message.get("recipient")
    return (
        metadata.get("is_visually_hidden_from_conversation") is True
        or metadata.get("is_user_system_message") is True
        or (isinstance(recipient, str) and recipient != "all")
        or string(mapping(message.get("content")).get("content_type")) not in _WORDS
    )


def _text(message: dict[str, Any]) -> str:
    """The words among the parts: strings, and transcripts of what was spoken."""
    parts = listing(mapping(message.get("content")).get("parts"))
    return "\n".join(filter(None, (_part(part) for part in parts)))


def _part(part: Any) -> str:
    if isinstance(part, dict) and part.get("content_type") == "audio_transcription":
        return string(part.get("text"))
    return string(part)


FORMAT = Format(name="chatgpt", label="ChatGPT", app="ChatGPT", find=find, read=read, roles=True)
