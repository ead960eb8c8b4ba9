"""Inkling's own format, as docs/formats.md promises it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.errors import OwnerUnknownError
from memory.records import Observation
from observers.chat import Problem, open_export

AT = datetime(2024, 3, 13, 9, 30, tzinfo=timezone(timedelta(hours=2)))
FIELDS = ("text", "at", "source", "app", "title", "thread", "speaker", "key", "dwell_seconds")


def line_of(observation: Observation) -> str:
    fields = {name: getattr(observation, name) for name in FIELDS}
    return json.dumps({k: v.isoformat() if k == "at" else v for k, v in fields.items() if v is not None})


def read(folder: Path, *lines: str, zone=UTC, me=frozenset()) -> tuple[list[Observation], list[Problem]]:
    path = folder / "x.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    problems: list[Problem] = []
    return list(open_export(path, zone=zone).observations(me=me, on_problem=problems.append)), problems


NAMES = st.none() | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.builds(
        Observation,
        text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip),
        at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, AT.tzinfo])),
        source=st.sampled_from(["chat", "screen", "mail"]),
        app=NAMES, title=NAMES, thread=NAMES, key=NAMES.filter(bool),
        speaker=st.sampled_from([None, "me", "assistant", "Bob"]),
        dwell_seconds=st.none() | st.floats(0, 1e6),
    )
)  # fmt: skip
def test_every_field_of_an_observation_survives(tmp_path, observation):
    me = Observation(text="x", at=AT, source="chat", speaker="me", key="me")
    observations, problems = read(tmp_path, line_of(observation), line_of(me))
    assert observations == [observation, me]
    assert problems == []


def test_screen_text_has_no_speaker_and_needs_no_owner(tmp_path):
    observations, _ = read(
        tmp_path, '{"text": "menu", "at": "2024-03-13T09:30:00Z", "source": "screen", "dwell_seconds": 4}'
    )
    assert [(o.speaker, o.source, o.dwell_seconds, o.app) for o in observations] == [(None, "screen", 4.0, None)]


def test_named_speakers_without_a_me_need_an_owner(tmp_path):
    line = '{"text": "hi", "at": "2024-03-13T09:30:00Z", "speaker": "Ana"}'
    with pytest.raises(OwnerUnknownError):
        read(tmp_path, line)
    assert read(tmp_path, line, me={"ana"})[0][0].speaker == "me"


def test_a_time_may_be_an_epoch_or_lack_a_zone(tmp_path):
    zone = ZoneInfo("Asia/Tokyo")
    times = [1710322200, 1710322200000, "2024-03-13T18:30:00", "2024-03-13T09:30:00Z"]
    observations, _ = read(tmp_path, *(json.dumps({"text": "x", "at": t}) for t in times), zone=zone)
    assert {o.at for o in observations} == {datetime(2024, 3, 13, 9, 30, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"at": "yesterday"}, "'at' is missing or no usable time"),
        ({"at": None}, "'at' is missing or no usable time"),
        ({"at": "1066-10-14T09:00:00Z"}, "'at' is missing or no usable time"),
        ({"at": True}, "'at' is missing or no usable time"),
        ({"text": 5}, "'text' is missing or no string"),
        ({"dwell_seconds": "long"}, "'dwell_seconds' is no number of seconds"),
        ({"dwell_seconds": -1}, "'dwell_seconds' is no number of seconds"),
    ],
)
def test_a_line_that_makes_no_sense_says_why(tmp_path, fields, reason):
    good = {"text": "x", "at": "2024-03-13T09:30:00Z"}
    observations, problems = read(tmp_path, json.dumps(good), json.dumps({**good, **fields}))
    assert len(observations) == 1
    assert problems == [Problem("line 2 in x.jsonl", reason)]


def test_lines_without_keys_get_stable_ones_and_twins_are_two(tmp_path):
    line = '{"text": "x", "at": "2024-03-13T09:30:00Z"}'
    first, _ = read(tmp_path, line, line)
    again, _ = read(tmp_path, line, line, line)
    assert len({o.key for o in again}) == 3
    assert [o.key for o in again][:2] == [o.key for o in first]
