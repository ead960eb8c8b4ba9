"""Files that are not what they should be, and JSON made to exhaust its reader."""

from __future__ import annotations

import json
import os
import time
import zipfile
from datetime import UTC
from pathlib import Path

import pytest

from memory.errors import UnreadableExportError
from observers.chat import FORMATS, Problem, json_stream, open_export, salvage

LINE = '{"text": "hi", "at": "2024-03-13T09:30:00Z", "speaker": "me"}\n'


def test_a_missing_file_a_folder_and_an_unknown_file_are_told_apart(tmp_path):
    with pytest.raises(UnreadableExportError, match="there is no file"):
        open_export(tmp_path / "nothing.zip")
    with pytest.raises(UnreadableExportError, match="is a folder"):
        open_export(tmp_path)
    with pytest.raises(UnreadableExportError, match=r"there is no file|cannot read"):
        open_export("bad\0name")
    unknown = tmp_path / "holiday.jpg"
    unknown.write_bytes(b"\xff\xd8\xff" * 100)
    with pytest.raises(UnreadableExportError) as caught:
        open_export(unknown)
    assert str(unknown) in str(caught.value)
    assert all(fmt.label in str(caught.value) for fmt in FORMATS), "it says what was tried"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(LINE)
    path.chmod(0)
    with pytest.raises(UnreadableExportError, match="no permission"):
        open_export(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]", b"{}", b"null", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_an_empty_export_is_no_export(tmp_path, content):
    path = tmp_path / "conversations.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableExportError):
        open_export(path)


def test_a_file_that_vanishes_meanwhile_ends_in_a_problem(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(LINE)
    export = open_export(path)
    path.unlink()
    problems: list[Problem] = []
    assert list(export.observations(on_problem=problems.append)) == []
    assert problems == [Problem("line 1 in x.jsonl", "no such file or directory")]


def packed(path: Path, members: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path.read_bytes()


def test_a_zip_under_a_password_says_so(tmp_path):
    path = tmp_path / "x.zip"
    data = bytearray(packed(path, {"x.jsonl": LINE.encode()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableExportError, match="password"):
        open_export(path)


@pytest.mark.parametrize("streamed", [False, True], ids=["sizes in the header", "sizes after the data"])
def test_a_zip_that_was_cut_off_is_read_up_to_the_cut(tmp_path, streamed):
    path = tmp_path / "x.zip"
    noise = os.urandom(3000).hex()
    members = {f"{i}.jsonl": (LINE + f'{{"text": "{i}{noise}", "at": 1710322200}}\n').encode() for i in range(5)}
    if streamed:
        with path.open("wb") as file, zipfile.ZipFile(Unseekable(file), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        packed(path, members)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    problems: list[Problem] = []
    observations = list(open_export(path).observations(on_problem=problems.append))
    assert [o.text[0] for o in observations][:4] == ["h", "0", "h", "1"]
    assert problems[-1] == Problem("x.zip", "the zip is cut off or damaged; only what precedes that was read")


class Unseekable:
    """A stream that zipfile has to write without going back, as a server does."""

    def __init__(self, file) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def test_a_damaged_member_is_reported_and_the_next_one_read(tmp_path):
    path = tmp_path / "x.zip"
    noise = os.urandom(5000).hex()
    lines = (LINE + f'{{"text": "{noise}", "at": 1710322200}}\n').encode()
    data = bytearray(packed(path, {"a.jsonl": lines, "b.jsonl": LINE.encode()}))
    data[2500:2520] = bytes(20)
    path.write_bytes(data)
    problems: list[Problem] = []
    observations = list(open_export(path).observations(on_problem=problems.append))
    assert observations[-1].text == "hi"
    assert len(problems) >= 1
    assert "a.jsonl" in problems[-1].position


def test_a_bomb_is_defused_before_it_fills_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(salvage, "_BOMB_BYTES", 1_000_000)
    path = tmp_path / "x.zip"
    packed(path, {"x.jsonl": LINE.encode() + b" " * 50_000_000})
    problems: list[Problem] = []
    export = open_export(path)
    assert [o.text for o in export.observations(on_problem=problems.append)] == ["hi"]
    assert "expands beyond reason" in problems[0].reason
    assert export.bytes_read < 15_000_000


def test_a_member_without_a_name_is_read_as_any_other(tmp_path):
    """Found by fuzzing: the standard library's `is_dir` fails on it."""
    path = tmp_path / "x.zip"
    data = packed(path, {"y": b"", "x.jsonl": LINE.encode()})
    name = data.rindex(b"y", 0, data.rindex(b"x.jsonl"))
    entry = data.index(b"PK\x01\x02")
    bent = bytearray(data)
    bent[entry + 28 : entry + 30] = b"\0\0"  # the directory's first name becomes empty, its byte a comment
    bent[entry + 32 : entry + 34] = b"\1\0"
    assert name == entry + 46
    path.write_bytes(bent)
    assert [o.text for o in open_export(path).observations()] == ["hi"]


def test_member_names_that_climb_out_are_only_names(tmp_path):
    path = tmp_path / "x.zip"
    packed(path, {"../../etc/x.jsonl": LINE.encode(), "/abs.jsonl": LINE.encode()})
    before = sorted(tmp_path.rglob("*"))
    assert len(list(open_export(path).observations())) == 2
    assert sorted(tmp_path.rglob("*")) == before


GOOD = '{"id": 2, "type": "message", "date": "2024-03-13T09:30:00", "from": "Ana", "text": "hi"}'


def telegram(tmp_path: Path, first: str) -> tuple[list[str], list[Problem]]:
    path = tmp_path / "result.json"
    path.write_text(
        '{"name": "x", "type": "y", "id": 1, "messages": [' + f"{GOOD}, {first}, {GOOD}]" + "}", encoding="utf-8"
    )
    problems: list[Problem] = []
    return [o.text for o in open_export(path, zone=UTC).observations(me={"Ana"}, on_problem=problems.append)], problems


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("[" * 20_000 + "]" * 20_000, "it is nested too deeply"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "it is nested too deeply"),
        ("[" + "[]," * 2_001 + "1]", "it is too large"),
    ],
    ids=["arrays", "objects", "values"],
)
def test_a_record_beyond_the_bounds_is_skipped_and_the_next_one_read(tmp_path, monkeypatch, record, reason):
    monkeypatch.setattr(json_stream, "MAX_NODES", 2_000)
    texts, problems = telegram(tmp_path, record)
    assert texts == ["hi", "hi"]
    assert problems == [Problem("message 2 in result.json", reason)]


def test_a_single_endless_value_ends_the_file_in_good_time(tmp_path):
    """Found by fuzzing: the parser's time grows with the square of a string's length, two minutes at 150 MB."""
    began = time.process_time()
    texts, problems = telegram(tmp_path, '{"id": 3, "text": "' + "x" * 30_000_000 + '"}')
    assert texts == ["hi"]
    assert [p.reason for p in problems] == ["a single value is too large; the rest of this file was not read"]
    assert time.process_time() - began < 10


@pytest.mark.parametrize("value", ["1" + "0" * 6000, "1e999", "-"], ids=["long integer", "huge float", "no number"])
def test_numbers_no_reader_can_hold_end_the_file_and_not_the_process(tmp_path, value):
    texts, problems = telegram(tmp_path, f'{{"id": {value}}}')
    assert texts == ["hi"]
    assert problems == [
        Problem("after record 1 in result.json", "the file breaks off or is no valid JSON from here on")
    ]


def test_invalid_utf_8_costs_a_character_and_not_the_file(tmp_path):
    path = tmp_path / "conversations.json"
    chat = [
        {
            "uuid": "c",
            "created_at": "2024-03-13T09:30:00Z",
            "chat_messages": [{"sender": "human", "text": "caf@ au lait"}],
        }
    ]
    path.write_bytes(json.dumps(chat).encode().replace(b"@", b"\xe9"))
    assert [o.text for o in open_export(path).observations()] == ["caf\ufffd au lait"]
