"""What holds for every chat format."""

from __future__ import annotations

import sys
import tracemalloc
from datetime import UTC
from pathlib import Path

import pytest

from memory.errors import OwnerUnknownError, UnreadableExportError
from memory.records import Observation
from observers.chat import FORMATS, Export, Problem, open_export


def opened(sample, data: bytes, folder: Path, name: str | None = None) -> Export:
    path = folder / (name or sample.file_name)
    path.write_bytes(data)
    return open_export(path, zone=UTC)


def read(sample, export: Export) -> tuple[list[Observation], list[Problem]]:
    problems: list[Problem] = []
    me = frozenset() if sample.roles else sample.me
    return list(export.observations(me=me, on_problem=problems.append)), problems


def expected(sample, turns) -> list[tuple[str, str, str]]:
    other = "assistant" if sample.name in ("chatgpt", "claude", "claude-code", "llm") else "Bob"
    stamp = "%Y-%m-%d %H:%M:%S" if sample.seconds else "%Y-%m-%d %H:%M"
    return [("me" if t.who == "Ana" else other, t.text, t.at.strftime(stamp)) for t in turns]


def said(sample, observations) -> list[tuple[str, str, str]]:
    stamp = "%Y-%m-%d %H:%M:%S" if sample.seconds else "%Y-%m-%d %H:%M"
    return [(o.speaker, o.text, o.at.astimezone(UTC).strftime(stamp)) for o in observations]


def test_every_format_has_a_sample(all_samples):
    names = {s.name for s in all_samples}
    assert names == {fmt.name for fmt in FORMATS}


def test_an_export_gives_who_said_what_when(sample, turns, tmp_path):
    observations, problems = read(sample, opened(sample, sample.write(turns), tmp_path))
    assert said(sample, observations) == expected(sample, turns)
    assert problems == []


def test_the_format_is_told_by_content_whatever_the_file_is_called(sample, turns, tmp_path):
    assert opened(sample, sample.write(turns), tmp_path, "download (3)").format == sample.name


def test_every_observation_says_where_it_belongs(sample, turns, tmp_path):
    observations, _ = read(sample, opened(sample, sample.write(turns), tmp_path))
    if sample.name == "jsonl":
        return
    assert len({o.thread for o in observations}) == 1
    assert all("Talk".casefold() in (o.title or "").casefold() or o.title == "#general" for o in observations)
    assert all(o.source == "chat" and o.app and o.thread.startswith(sample.prefix) for o in observations)


def test_keys_are_unique_prefixed_and_the_same_in_a_grown_export(sample, turns, tmp_path):
    few, _ = read(sample, opened(sample, sample.write(turns[:4]), tmp_path))
    many, _ = read(sample, opened(sample, sample.write(turns), tmp_path))
    assert len({o.key for o in many}) == len(many) == len(turns)
    assert all(o.key.startswith(sample.prefix) for o in many)
    assert [o.key for o in many][: len(few)] == [o.key for o in few]


def test_messages_said_twice_in_the_same_minute_are_two(sample, turns, tmp_path):
    twice = [turns[0], turns[0], turns[1]]
    observations, _ = read(sample, opened(sample, sample.write(twice), tmp_path))
    if sample.name == "slack":  # its times are its ids: two messages never share one
        return
    assert len({o.key for o in observations}) == 3


def test_a_broken_record_is_reported_by_position_and_the_rest_goes_in(sample, turns, tmp_path):
    export = opened(sample, sample.write([*turns[:3], None, *turns[3:]]), tmp_path)
    observations, problems = read(sample, export)
    assert said(sample, observations) == expected(sample, turns)
    assert len(problems) == 1
    assert any(character.isdigit() for character in problems[0].position)
    assert problems[0].reason


def test_what_precedes_a_cut_goes_in_and_the_cut_is_reported(sample, turns, tmp_path):
    """However short a download fell, whatever is whole in it is read, and nothing is made up."""
    data = sample.write(turns * 3)
    whole, _ = read(sample, opened(sample, data, tmp_path))
    texts = [o.text for o in whole]
    longest = 0
    for end in range(len(data) // 3, len(data), max(1, len(data) // 60)):
        try:
            observations, _ = read(sample, opened(sample, data[:end], tmp_path))
        except (UnreadableExportError, OwnerUnknownError):
            continue
        got = [o.text for o in observations]
        assert all(text in texts for text in got[:-1]), "all but a last line of text are as they were"
        longest = max(longest, len(got))
    assert longest >= len(turns) or sample.name in ("chatgpt", "claude"), "a single conversation is one record"


def test_nobody_is_silently_the_user(sample, turns, tmp_path):
    export = opened(sample, sample.write(turns), tmp_path)
    if sample.roles:
        assert list(export.observations())
        return
    with pytest.raises(OwnerUnknownError) as caught:
        export.observations(me={"Zoe"})
    assert caught.value.speakers == sample.speakers
    assert export.speakers() == sample.speakers


def test_a_name_is_matched_whatever_its_case_marks_and_spaces(sample, turns, tmp_path):
    if sample.roles:
        return
    me = {f"\u200e {name.upper()}\u00a0" for name in sample.me}
    observations = list(opened(sample, sample.write(turns), tmp_path).observations(me=me))
    assert [o.speaker == "me" for o in observations] == [t.who == "Ana" for t in turns]


def test_an_export_is_streamed(sample, turns, tmp_path):
    """The first message is there long before the file has been read."""
    if sample.name in ("chatgpt", "claude"):
        return  # one conversation is one record; their own tests stream many
    export = opened(sample, sample.write(turns * 800), tmp_path)
    first = next(export.observations(me=sample.me))
    assert first.text == turns[0].text
    assert 0 < export.bytes_read < export.bytes_total / 4


def test_memory_does_not_grow_with_the_export(sample, turns, tmp_path):
    """Promised for 1 GB: what is held at any time does not depend on how much there is to read."""
    if sample.name in ("chatgpt", "claude"):
        return  # one conversation is one record; their own tests stream many

    def peak_bytes(times: int) -> int:
        export = opened(sample, sample.write(turns * times), tmp_path)
        tracemalloc.start()
        count = sum(1 for _ in export.observations(me=sample.me))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == len(turns) * times
        return peak

    peak_bytes(10)  # what is only made once is made now
    directory = 200_000  # bytes: a zip's own list of its members does grow
    assert peak_bytes(600) < 1.4 * peak_bytes(200) + directory


def test_progress_ends_where_the_export_does(sample, turns, tmp_path):
    export = opened(sample, sample.write(turns), tmp_path)
    read(sample, export)
    assert export.bytes_read > export.bytes_total * 0.9


def test_reading_writes_nothing_anywhere(sample, turns, tmp_path):
    """Promise 1: no temporary copy of a chat, not even for a moment."""
    export = opened(sample, sample.write(turns), tmp_path)
    written: list[str] = []
    watching = True

    def hook(event: str, args: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
            written.append(str(args[0]))

    sys.addaudithook(hook)
    read(sample, export)
    watching = False
    assert written == []


def test_problems_carry_none_of_the_content(sample, turns, tmp_path):
    data = sample.write([*turns, None, *turns])
    for end in (len(data), len(data) * 3 // 4, len(data) // 2):
        try:
            _, problems = read(sample, opened(sample, data[:end], tmp_path))
        except (UnreadableExportError, OwnerUnknownError) as error:
            problems = [Problem("", str(error))]
        for problem in problems:
            assert "Porto" not in str(problem)
            assert "colon" not in str(problem)
            assert "Ana" not in problem.reason
