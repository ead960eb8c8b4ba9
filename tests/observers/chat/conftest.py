"""Every chat format as a writer of small exports, so that one body of tests can hold for them all.

A writer takes turns and gives the bytes of an export as the real app would write it; ``None`` in place of a turn asks
for a record that is broken in a way of the format's own.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

ANA, BOB = "Ana", "Bob"
START = datetime(2024, 3, 13, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Turn:
    who: str
    text: str
    at: datetime


Turns = Sequence[Turn | None]


def turns_of(*texts: str) -> list[Turn]:
    """A conversation of two taking turns, a minute and a day apart by turns."""
    return [Turn((ANA, BOB)[i % 2], text, START + timedelta(days=i // 2, minutes=i)) for i, text in enumerate(texts)]


TURNS = turns_of(
    "Morning! I moved to Porto last week.",
    "So did I, years ago: I still love it",
    "first line\nsecond line: with a colon\n\nfourth",
    'naïve café — 東京 🎉 <b>not html</b> & "quoted" \\ back',
    "Ana: I am not a header",
    "1. one\n2. two",
)


@dataclass(frozen=True)
class Sample:
    name: str
    file_name: str
    write: Callable[[Turns], bytes]
    prefix: str
    roles: bool = False
    me: frozenset[str] = frozenset({ANA})
    speakers: tuple[str, ...] = (ANA, BOB)
    seconds: bool = True  # whether the format keeps them

    def __str__(self) -> str:
        return self.name


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 13, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def jsonl(turns: Turns) -> bytes:
    lines = [
        '{"text": "half a line'
        if t is None
        else json.dumps(
            {"text": t.text, "at": t.at.isoformat(), "speaker": "me" if t.who == ANA else t.who, "key": f"k{i}"}
        )
        for i, t in enumerate(turns)
    ]
    return "\n".join([*lines, ""]).encode()


def chatgpt(turns: Turns) -> bytes:
    mapping: dict[str, object] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    for i, t in enumerate(turns):
        message = t and {
            "id": f"n{i}", "author": {"role": "user" if t.who == ANA else "assistant"}, "recipient": "all",
            "create_time": t.at.timestamp(), "content": {"content_type": "text", "parts": [t.text]}, "metadata": {},
        }  # fmt: skip
        node = {
            "id": f"n{i}",
            "message": message or "?",
            "parent": f"n{i - 1}" if i else "root",
            "children": [f"n{i + 1}"],
        }
        mapping[f"n{i}"] = node
    leaf = f"n{len(turns) - 1}" if turns else "root"
    conversation = {"title": "Talk", "create_time": START.timestamp(), "mapping": mapping, "current_node": leaf}
    return _json([{**conversation, "conversation_id": "c1"}])


def claude(turns: Turns) -> bytes:
    messages = [
        7 if t is None else {
            "uuid": f"m{i}", "sender": "human" if t.who == ANA else "assistant", "created_at": _iso(t.at), "text": "",
            "content": [{"type": "text", "text": t.text}], "attachments": [], "files": [],
        }
        for i, t in enumerate(turns)
    ]  # fmt: skip
    return _json([{"uuid": "c1", "name": "Talk", "created_at": _iso(START), "chat_messages": messages}])


def claude_code(turns: Turns) -> bytes:
    lines: list[str] = [json.dumps({"type": "summary", "summary": "Talk", "leafUuid": "x"})]
    for i, t in enumerate(turns):
        if t is None:
            lines.append('{"type": "user", "message"')
            continue
        role = "user" if t.who == ANA else "assistant"
        content = t.text if role == "user" else [{"type": "text", "text": t.text}]
        record = {"type": role, "message": {"role": role, "content": content}, "uuid": f"u{i}", "sessionId": "s1"}
        lines.append(json.dumps({**record, "timestamp": _iso(t.at), "cwd": "/home/ana/project"}))
    return "\n".join([*lines, ""]).encode()


def llm(turns: Turns) -> bytes:
    """The layout of `llm` 0.23: a row for a call. Here each turn has a row of its own, so that its time is kept."""
    return _database(
        """
        CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
        CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
                                conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
        INSERT INTO conversations VALUES ('c1', 'Talk', 'm')
        """,
        [("INSERT INTO responses VALUES (?, 'm', ?, 'be brief', ?, 'c1', 0, ?)", row) for row in _calls(turns)],
    )


def llm_threads(turns: Turns) -> bytes:
    """The layout of `llm` 0.36, as far as it says who wrote what."""
    return _database(
        """
        CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT);
        CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, model TEXT, duration_ms INTEGER, datetime_utc TEXT);
        CREATE TABLE turn_search (id INTEGER PRIMARY KEY, turn_id TEXT, prompt TEXT, response TEXT);
        CREATE UNIQUE INDEX idx_turn_search_turn_id ON turn_search (turn_id);
        INSERT INTO threads VALUES ('c1', 'Talk', 'x')
        """,
        [
            insert
            for own_id, prompt, response, at in _calls(turns)
            for insert in (
                ("INSERT INTO turns VALUES (?, 'c1', 'm', 0, ?)", (own_id, at)),
                ("INSERT INTO turn_search (turn_id, prompt, response) VALUES (?, ?, ?)", (own_id, prompt, response)),
            )
        ],
    )


def _calls(turns: Turns) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (f"r{i}", "?", None, "never")
        if t is None
        else (f"r{i}", t.text if t.who == ANA else "", t.text if t.who == BOB else None, t.at.isoformat())
        for i, t in enumerate(turns)
    ]


def _database(schema: str, inserts: Sequence[tuple[str, tuple[object, ...]]]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(f"PRAGMA page_size = 512; {schema}")
        for statement, values in inserts:
            database.execute(statement, values)
        database.commit()
        return database.serialize()


def whatsapp_android(turns: Turns) -> bytes:
    lines = ["13/03/2024, 09:00 - Messages and calls are end-to-end encrypted."]
    lines += [
        "39/13/2024, 10:15 - Ana: x" if t is None else f"{t.at:%d/%m/%Y, %H:%M} - {t.who}: {t.text}" for t in turns
    ]
    return "\n".join([*lines, ""]).encode()


def whatsapp_ios(turns: Turns) -> bytes:
    lines = ["[3/13/24, 9:00:00\u202fAM] Talk: \u200eMessages and calls are end-to-end encrypted."]
    for t in turns:
        if t is None:
            lines.append("[13/39/24, 9:00:00\u202fAM] Ana: x")
        else:
            at = f"{t.at.month}/{t.at.day}/{t.at:%y}, {t.at.hour % 12 or 12}:{t.at:%M:%S}\u202f{t.at:%p}"
            lines.append(f"[{at}] {t.who}: {t.text}")
    return zipped({"_chat.txt": "\r\n".join([*lines, ""]).encode(), "00000003-PHOTO-2024-03-13.jpg": b"\xff\xd8"})


def _telegram_messages(turns: Turns) -> list[object]:
    return [
        "?" if t is None else {
            "id": i, "type": "message", "date": t.at.strftime("%Y-%m-%dT%H:%M:%S"), "from": t.who,
            "date_unixtime": str(int(t.at.timestamp())), "from_id": f"user{'12'[t.who == BOB]}",
            "text": [t.text[:3], {"type": "bold", "text": t.text[3:]}], "text_entities": [],
        }
        for i, t in enumerate(turns, 1)
    ]  # fmt: skip


def telegram_chat(turns: Turns) -> bytes:
    return _json({"name": "Talk", "type": "private_group", "id": 9, "messages": _telegram_messages(turns)})


def telegram_account(turns: Turns) -> bytes:
    chats = [
        {"name": "Empty", "type": "personal_chat", "id": 8, "messages": []},
        {"name": "Talk", "type": "private_group", "id": 9, "messages": _telegram_messages(turns)},
    ]
    owner = {"user_id": 1, "first_name": "Ana", "last_name": "Silva"}
    return _json({"about": "...", "personal_information": owner, "chats": {"about": "...", "list": chats}})


def slack(turns: Turns) -> bytes:
    users = [
        {"id": "U1", "name": "ana.s", "real_name": ANA, "profile": {"email": "ana@example.org"}},
        {"id": "U2", "name": "bob", "real_name": BOB, "profile": {}},
    ]
    days: dict[str, list[object]] = {}
    day = "2024-03-13"
    for t in turns:
        if t is not None:
            day = f"{t.at:%Y-%m-%d}"
        text = t and t.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        user = t and ("U1" if t.who == ANA else "U2")
        stamp = t and f"{t.at.timestamp():.6f}"
        days.setdefault(day, []).append(t and {"type": "message", "user": user, "text": text, "ts": stamp})
    members = {f"general/{day}.json": _json(records) for day, records in days.items()}
    channels = [{"id": "C1", "name": "general", "members": ["U1", "U2"]}]
    return zipped({"channels.json": _json(channels), "users.json": _json(users), **members})


def discord(turns: Turns) -> bytes:
    messages = [
        "?" if t is None else {
            "id": str(1000 + i), "type": "Default", "timestamp": t.at.isoformat(timespec="milliseconds"),
            "content": t.text, "author": {"id": f"id-{t.who}", "name": t.who, "discriminator": "0000"},
        }
        for i, t in enumerate(turns)
    ]  # fmt: skip
    guild, channel = {"id": "5", "name": "Server"}, {"id": "6", "type": "GuildTextChat", "name": "talk"}
    return _json({"guild": guild, "channel": channel, "messages": messages, "messageCount": len(messages)})


def _mail(t: Turn | None, i: int) -> bytes:
    lines = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if t is not None:
        lines += [f"From: {t.who} <{t.who.lower()}@example.org>", f"Date: {format_datetime(t.at)}"]
        lines += [f"Message-ID: <{i}@example.org>", f"Subject: {'Re: ' * (i > 0)}Talk"]
        lines += ["References: <0@example.org>"] * (i > 0)
    return "\n".join([*lines, "", t.text if t is not None else "nobody", ""]).encode()


def mbox(turns: Turns) -> bytes:
    head = b"From ana@example.org Wed Mar 13 09:30:00 2024\n"
    return b"".join(head + _mail(t, i) + b"\n" for i, t in enumerate(turns))


def eml_zip(turns: Turns) -> bytes:
    return zipped({f"mail/{i:05}.eml": _mail(t, i) for i, t in enumerate(turns)})


_ADDRESSES = ("ana@example.org", "bob@example.org")
SAMPLES = (
    Sample("jsonl", "export.jsonl", jsonl, "k", roles=True),
    Sample("chatgpt", "conversations.json", chatgpt, "chatgpt:", roles=True),
    Sample(
        "chatgpt",
        "data.zip",
        lambda t: zipped({"chat.html": b"", "conversations.json": chatgpt(t)}),
        "chatgpt:",
        roles=True,
    ),
    Sample(
        "claude",
        "data.zip",
        lambda t: zipped({"conversations.json": claude(t), "users.json": b"[]"}),
        "claude:",
        roles=True,
    ),
    Sample("claude-code", "s1.jsonl", claude_code, "claude-code:", roles=True),
    Sample("llm", "logs.db", llm, "llm:", roles=True),
    Sample("llm", "threads.db", llm_threads, "llm:", roles=True),
    Sample("whatsapp", "WhatsApp Chat with Talk.txt", whatsapp_android, "whatsapp:", seconds=False),
    Sample("whatsapp", "WhatsApp Chat - Talk.zip", whatsapp_ios, "whatsapp:"),
    Sample("telegram", "result.json", telegram_chat, "telegram:"),
    Sample("telegram", "account.json", telegram_account, "telegram:", roles=True),
    Sample("slack", "slack.zip", slack, "slack:", speakers=("ana.s", "bob")),
    Sample("discord", "talk.json", discord, "discord:"),
    Sample("mail", "inbox.mbox", mbox, "mail:", me=frozenset({"ana@example.org"}), speakers=_ADDRESSES),
    Sample("mail", "mails.zip", eml_zip, "mail:", me=frozenset({"ANA@example.org"}), speakers=_ADDRESSES),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "sample" in metafunc.fixturenames:
        metafunc.parametrize("sample", SAMPLES, ids=[f"{s.name}-{s.file_name}" for s in SAMPLES])


@pytest.fixture
def turns() -> list[Turn]:
    return TURNS


@pytest.fixture
def all_samples() -> tuple[Sample, ...]:
    return SAMPLES
