"""ChatGPT, Claude and Claude Code: whose turn it is, and what is no turn at all."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from memory.records import Observation
from observers.chat import Problem, open_export

START = 1_710_322_200


def node(own_id: str, parent: str | None, role: str, text: object, **fields: object) -> dict[str, object]:
    content = fields.pop("content", {"content_type": "text", "parts": [text]})
    message = {"id": own_id, "author": {"role": role}, "content": content, "create_time": START, **fields}
    return {"id": own_id, "parent": parent, "children": [], "message": message}


def conversation(*nodes: dict[str, object], current: str | None = None, **fields: object) -> dict[str, object]:
    mapping = {str(n["id"]): n for n in nodes}
    leaf = current or (str(nodes[-1]["id"]) if nodes else None)
    return {
        "title": "Tea",
        "create_time": START,
        "mapping": mapping,
        "current_node": leaf,
        "conversation_id": "c",
        **fields,
    }


def read(folder: Path, value: object) -> tuple[list[Observation], list[Problem]]:
    path = folder / "conversations.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    problems: list[Problem] = []
    return list(open_export(path).observations(on_problem=problems.append)), problems


def said(observations: list[Observation]) -> list[tuple[str | None, str]]:
    return [(o.speaker, o.text) for o in observations]


def test_chatgpt_reads_what_is_shown_and_the_users_turns_on_other_branches(tmp_path):
    """The thrown-away answer a2 is nobody's view of the user; the first wording u1 is the user's."""
    tree = conversation(
        node("u1", None, "user", "I like tea"),
        node("a1", "u1", "assistant", "noted"),
        node("u2", None, "user", "I like green tea"),
        node("a2", "u2", "assistant", "thrown away"),
        node("a3", "u2", "assistant", "Green it is"),
        current="a3",
    )
    observations, problems = read(tmp_path, [tree])
    assert said(observations) == [("me", "I like green tea"), ("assistant", "Green it is"), ("me", "I like tea")]
    assert problems == []


def test_chatgpt_leaves_out_tools_systems_and_what_was_hidden(tmp_path):
    tree = conversation(
        node("1", None, "system", "You are"),
        node("2", "1", "user", "custom", metadata={"is_user_system_message": True}),
        node("3", "2", "user", "", content={"content_type": "user_editable_context", "user_profile": "x"}),
        node("4", "3", "user", "real"),
        node("5", "4", "assistant", "search(tea)", recipient="web"),
        node("6", "5", "tool", "results"),
        node("7", "6", "assistant", "", content={"content_type": "thoughts", "thoughts": [{"content": "hmm"}]}),
        node("8", "7", "assistant", "", content={"content_type": "code", "text": "print()"}),
        node("9", "8", "assistant", "hidden", metadata={"is_visually_hidden_from_conversation": True}),
        node("10", "9", "assistant", "answer", recipient="all"),
    )
    assert said(read(tmp_path, [tree])[0]) == [("me", "real"), ("assistant", "answer")]


def test_chatgpt_reads_the_words_among_pictures_and_sounds(tmp_path):
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "What is this?", "", None, 7,
        {"content_type": "audio_transcription", "text": "I said this", "direction": "in"},
        {"content_type": "audio_asset_pointer"},
    ]  # fmt: skip
    tree = conversation(node("1", None, "user", "", content={"content_type": "multimodal_text", "parts": parts}))
    assert said(read(tmp_path, [tree])[0]) == [("me", "What is this?\nI said this")]


def test_chatgpt_gives_a_message_without_a_time_the_one_before_it_or_its_conversations(tmp_path):
    tree = conversation(
        node("1", None, "user", "a", create_time=None),
        node("2", "1", "assistant", "b", create_time=START + 60.5),
        node("3", "2", "user", "c", create_time=None),
    )
    observations, _ = read(tmp_path, [tree])
    assert [o.at.timestamp() - START for o in observations] == [0, 60.5, 60.5]
    observations, problems = read(
        tmp_path, [conversation(node("1", None, "user", "a", create_time=None), create_time=None)]
    )
    assert not observations
    assert [p.position for p in problems] == ["message 1, conversation 1 in conversations.json"]


@pytest.mark.parametrize("current", [None, "gone", 5, "2"])
def test_chatgpt_reads_a_tree_whose_leaf_is_lost_or_that_runs_in_a_circle(tmp_path, current):
    tree = conversation(node("1", "2", "user", "a"), node("2", "1", "assistant", "b"))
    tree["current_node"] = current
    assert sorted(said(read(tmp_path, [tree])[0])) == [("assistant", "b"), ("me", "a")]


def test_chatgpt_reads_the_files_a_large_export_is_split_into(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(3):
            tree = conversation(node(f"n{i}", None, "user", f"text {i}"), conversation_id=f"c{i}")
            archive.writestr(f"User Online Activity/conversations-{i:03}.json", json.dumps([tree]))
        archive.writestr("user.json", '{"id": "x"}')
        archive.writestr("message_feedback.json", "[]")
    assert [o.text for o in open_export(path).observations()] == ["text 0", "text 1", "text 2"]


def test_chatgpt_streams_conversation_by_conversation(tmp_path):
    path = tmp_path / "conversations.json"
    trees = [conversation(node(f"n{i}", None, "user", "tea " * 100), conversation_id=f"c{i}") for i in range(3000)]
    path.write_text(json.dumps(trees), encoding="utf-8")
    export = open_export(path)
    next(export.observations())
    assert export.bytes_read < export.bytes_total / 4


def test_a_cut_export_keeps_every_conversation_before_the_cut(tmp_path):
    path = tmp_path / "conversations.json"
    trees = [conversation(node(f"n{i}", None, "user", f"text {i}"), conversation_id=f"c{i}") for i in range(10)]
    data = json.dumps(trees)
    path.write_text(data[: data.index("text 7")], encoding="utf-8")
    problems: list[Problem] = []
    assert len(list(open_export(path).observations(on_problem=problems.append))) == 7
    assert [p.position for p in problems] == ["after record 7 in conversations.json"]


def claude(*messages: dict[str, object], **fields: object) -> list[object]:
    return [
        {"uuid": "c", "name": "Tea", "created_at": "2024-03-13T09:00:00Z", "chat_messages": list(messages), **fields}
    ]


def test_claude_reads_blocks_of_text_and_passes_over_tools_and_thought(tmp_path):
    blocks = [
        {"type": "thinking", "thinking": "hmm"}, {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "name": "web"},
        {"type": "tool_result", "content": [{"type": "text", "text": "page"}]}, {"type": "text", "text": "Here."},
    ]  # fmt: skip
    message = {
        "uuid": "1",
        "sender": "assistant",
        "content": blocks,
        "text": "Let me look. This block is not supported",
    }
    observations, _ = read(tmp_path, claude(message))
    assert said(observations) == [("assistant", "Let me look.\n\nHere.")]
    assert observations[0].at.isoformat() == "2024-03-13T09:00:00+00:00", "without its own time, the conversation's"


def test_claude_falls_back_on_the_plain_text_of_older_exports(tmp_path):
    message = {"uuid": "1", "sender": "human", "text": "hi", "created_at": "2024-03-13T09:30:00.123456+00:00"}
    observations, _ = read(tmp_path, claude(message))
    assert said(observations) == [("me", "hi")]


def test_claude_leaves_out_the_content_of_attached_files(tmp_path):
    message = {
        "uuid": "1",
        "sender": "human",
        "text": "summarise",
        "attachments": [{"extracted_content": "I am the Pope"}],
    }
    assert said(read(tmp_path, claude(message))[0]) == [("me", "summarise")]


def log(folder: Path, *records: object, end: str = "\n") -> tuple[list[Observation], list[Problem]]:
    path = folder / "session.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records) + end, encoding="utf-8")
    problems: list[Problem] = []
    return list(open_export(path).observations(on_problem=problems.append)), problems


def record(content: object, kind: str = "user", **fields: object) -> dict[str, object]:
    base = {"type": kind, "sessionId": "s", "timestamp": "2024-03-13T09:30:00.000Z", "cwd": "/home/ana/garden"}
    return {**base, "uuid": str(len(str(content))), "message": {"role": kind, "content": content}, **fields}


@pytest.mark.parametrize(
    "noise",
    [
        record([{"type": "tool_result", "tool_use_id": "t", "content": "I like output"}]),
        record("do that", isSidechain=True),
        record("Caveat: The messages below were generated by the user while running local commands."),
        record("a caveat", isMeta=True),
        record("This session is being continued", isCompactSummary=True),
        record(
            "<command-name>/clear</command-name>\n<command-message>clear</command-message>\n<command-args></command-args>"
        ),
        record("<local-command-stdout>done</local-command-stdout>"),
        record("<bash-input>ls</bash-input>"),
        record("[Request interrupted by user for tool use]"),
        record("finished", origin={"kind": "task-notification"}),
        record([{"type": "thinking", "thinking": "hmm"}, {"type": "tool_use", "name": "Bash"}], "assistant"),
        record("API Error", "assistant", isApiErrorMessage=True),
        {"type": "system", "sessionId": "s", "content": "x"},
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
    ],
)
def test_claude_code_takes_nothing_that_was_not_said(tmp_path, noise):
    observations, problems = log(tmp_path, record("Use tabs, I hate spaces"), noise)
    assert said(observations) == [("me", "Use tabs, I hate spaces")]
    assert problems == []


def test_claude_code_takes_the_words_out_of_what_was_put_around_them(tmp_path):
    observations, _ = log(
        tmp_path,
        record("Fix it <system-reminder>I like to remind</system-reminder> please"),
        record("<command-name>/review</command-name><command-args>the login page</command-args>"),
        record("a < b and <system-reminder> unclosed"),
        record([{"type": "image", "source": {}}, {"type": "text", "text": "What is in here?"}]),
    )
    assert [o.text for o in observations] == [
        "Fix it  please", "the login page", "a < b and <system-reminder> unclosed", "What is in here?",
    ]  # fmt: skip


def test_claude_code_calls_a_session_by_its_summary_else_by_its_folder(tmp_path):
    observations, _ = log(
        tmp_path, record("one"), {"type": "summary", "summary": "Pruning", "leafUuid": "l"}, record("four")
    )
    assert [o.title for o in observations] == ["garden", "Pruning"]
    assert {o.thread for o in observations} == {"claude-code:s"}


def test_claude_code_reads_a_log_that_is_being_written(tmp_path):
    """The last line is half there. It is reported; the next import finds it whole."""
    observations, problems = log(tmp_path, record("one"), json.dumps(record("three"))[:50], end="")
    assert [o.text for o in observations] == ["one"]
    assert [p.position for p in problems] == ["line 2 in session.jsonl"]
