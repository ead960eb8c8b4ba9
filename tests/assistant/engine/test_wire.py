"""What one side says is what the other hears; and nothing else can be said."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import START, said

from assistant.config import Config
from assistant.engine import wire
from assistant.llm.chosen import ChosenModel
from assistant.verbs import Taken
from memory import errors, records
from memory.records import (
    Answer,
    Draft,
    Evidence,
    Hit,
    Limit,
    Observation,
    Proposition,
    Relation,
    Revision,
    Summary,
    SummaryLine,
    Turn,
)  # fmt: skip

zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=zones)
texts = st.text(st.characters(exclude_categories=()))  # lone surrogates too
names = st.none() | texts
figures = st.floats(allow_nan=False)
evidence = st.builds(
    Evidence, observation_id=names, observation_key=names, quote=texts, start=st.integers(0), end=st.integers(0),
    stance=st.sampled_from(["supports", "contradicts"]), basis=st.sampled_from(records.BASES), at=moments,
)  # fmt: skip
several = st.lists(evidence, max_size=3).map(tuple)
sensitivities = st.none() | st.sampled_from(records.SENSITIVITIES)
hits = st.builds(
    Hit, id=texts, type=st.sampled_from(["proposition", "observation"]), text=texts, score=figures, at=moments,
    observation_key=names, evidence=several, relevance=figures, speaker=names,
)  # fmt: skip
drafts = st.builds(
    Draft, text=texts, kind=st.sampled_from(records.KINDS), quote=texts, observation_key=texts,
    basis=st.sampled_from(records.BASES), certainty=figures, lifespan=st.sampled_from(records.LIFESPANS),
    until=st.none() | st.dates(), sensitivity=sensitivities, about=texts, start=st.none() | st.integers(),
)  # fmt: skip
propositions = st.builds(
    Proposition, id=texts, text=texts, kind=st.sampled_from(records.KINDS), confidence=figures,
    basis=st.sampled_from(records.BASES), lifespan=st.sampled_from(records.LIFESPANS), valid_from=st.none() | moments,
    valid_to=st.none() | moments, sensitivity=sensitivities, status=st.just("believed"), pinned=st.booleans(),
    evidence=several,
)  # fmt: skip
observations = st.builds(
    Observation, text=texts, at=moments, source=texts, app=names, title=names, thread=names, speaker=names, key=names,
    dwell_seconds=st.none() | figures,
)  # fmt: skip
summary_lines = st.builds(SummaryLine, section=texts, text=texts, sources=st.lists(texts, max_size=2).map(tuple))
chosen_models = st.builds(
    ChosenModel, name=texts, path=texts, sha256=texts, bytes=st.integers(0), projector=names, projector_sha256=names
)
counters = st.dictionaries(texts, st.integers(1)).map(Counter)
RECORDS: dict[type, st.SearchStrategy[Any]] = {
    Observation: observations,
    Evidence: evidence,
    Draft: drafts,
    Proposition: propositions,
    Hit: hits,
    Revision: st.builds(Revision, at=moments, actor=texts, action=texts, before=names, after=names, reason=texts),
    Answer: st.builds(
        Answer, text=texts, citations=st.lists(hits, max_size=2), abstained=st.booleans(), written_by=names,
        asked=names, learned=st.lists(texts, max_size=2).map(tuple), unsupported=st.integers(0),
    ),
    Turn: st.builds(Turn, question=texts, answer=texts, cited=st.lists(texts, max_size=2).map(tuple)),
    SummaryLine: summary_lines,
    Summary: st.builds(
        Summary, kind=st.sampled_from(["thread", "day", "profile"]), subject=texts, title=texts, at=moments,
        since=st.none() | moments, until=st.none() | moments, made_by=texts,
        lines=st.lists(summary_lines, max_size=2).map(tuple),
    ),
    ChosenModel: chosen_models,
    Relation: st.builds(Relation, label=st.sampled_from(records.RELATIONS), probability=figures),
    Limit: st.builds(Limit, days=st.none() | st.integers(1, 99), megabytes=st.none() | st.integers(1, 99)),
    Taken: st.builds(Taken, rows=st.lists(st.integers()), new=st.integers(), redacted=counters),
    Config: st.builds(
        Config, screen_on=st.booleans(), rules=st.none() | st.just(("app: Signal",)), auto_lock_minutes=st.just(5),
        retention=st.dictionaries(st.sampled_from(["chat", "screen"]), st.builds(Limit, days=st.integers(1, 99))),
        paused_until=st.none() | moments, model=st.none() | chosen_models,
    ),
}  # fmt: skip
plain = st.none() | st.booleans() | st.integers() | figures | texts | st.binary() | moments | st.dates()
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(texts, inner)
        | st.frozensets(texts) | st.dictionaries(st.integers(), inner) | counters
    ),
    max_leaves=10,
)  # fmt: skip


def passed(value: Any) -> Any:
    return wire.decode(wire.encode(value))


@pytest.mark.parametrize("kind", RECORDS)
def test_every_record_arrives_as_it_was_sent(kind: type) -> None:
    @given(RECORDS[kind])
    def arrives(value: Any) -> None:
        found = passed(value)
        assert type(found) is kind
        assert found == value

    arrives()


@given(values)
def test_whatever_a_verb_takes_or_gives_arrives_as_it_was_sent(value: Any) -> None:
    found = passed(value)
    assert found == value
    assert type(found) is type(value)


def test_every_record_of_memory_may_pass() -> None:
    kinds = {k for k in vars(records).values() if isinstance(k, type) and k.__module__ == records.__name__}
    assert kinds <= RECORDS.keys()


def test_figures_of_numpy_arrive_as_plain_ones() -> None:
    assert passed([np.float32(0.5), np.float64(0.25), np.int64(3)]) == [0.5, 0.25, 3]
    assert [type(v) for v in passed([np.float64(0.25), np.int64(3)])] == [float, int]
    assert passed(float("inf")) == float("inf")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    with suppress(errors.EngineMismatchError):
        wire.encode(wire.decode(data))


@pytest.mark.parametrize(
    "message",
    [
        {"@Vault": {}}, {"@Observation": {"text": "x"}}, {"@Observation": {"folder": "x"}}, {"@Observation": 3},
        {"@Observation": {"text": 3, "at": 4, "source": 5}}, {"@datetime": "soon"}, {"@datetime": 4}, {"@bytes": "?"},
        {"@tuple": 3}, {"@frozenset": [[1]]}, {"@counter": [[1]]}, {"@dict": [1]}, {"@float": "x"}, {"@": 1},
        {"@tuple": [], "@bytes": ""}, {"@os.system": "true"}, {"@str": []}, {"@object": {}}, {"@int": "x"},
    ],
)  # fmt: skip
def test_only_what_is_on_the_list_is_built(message: Any) -> None:
    with pytest.raises(errors.EngineMismatchError):
        wire.decode(json.dumps(message).encode())


def test_a_pickle_is_not_even_looked_at() -> None:
    with pytest.raises(errors.EngineMismatchError):
        wire.decode(pickle.dumps(said("hello", "k1")))


def test_a_bomb_of_brackets_is_refused() -> None:
    with pytest.raises(errors.EngineMismatchError):
        wire.decode(b"[" * 1_000_000)


def test_what_is_no_value_of_ours_is_refused_by_kind_alone() -> None:
    class Canary:
        def __repr__(self) -> str:
            return "canary"

    with pytest.raises(errors.InvalidInputError, match="a Canary cannot be handed") as caught:
        wire.encode([Canary()])
    assert "canary" not in str(caught.value)


def test_what_is_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 1000)
    assert passed("x" * 900) == "x" * 900
    with pytest.raises(errors.InvalidInputError, match="too large to hand over"):
        wire.encode("x" * 1000)


KINDS = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.InklingError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_arrives_as_itself(kind: type[errors.InklingError]) -> None:
    error = wire.error_from(passed(wire.describe(kind("the disk is full"))))
    assert type(error) is kind
    assert str(error) == "the disk is full"


def test_who_might_be_the_user_arrives_with_the_error() -> None:
    error = wire.error_from(passed(wire.describe(errors.OwnerUnknownError("who?", ("Ana", "Sam")))))
    assert isinstance(error, errors.OwnerUnknownError)
    assert error.speakers == ("Ana", "Sam")


def test_an_error_unknown_to_this_side_is_still_an_error() -> None:
    class LaterError(errors.StorageFullError):
        pass

    assert type(wire.error_from(wire.describe(LaterError("full")))) is errors.StorageFullError
    assert type(wire.error_from({"type": "SystemExit", "message": "x"})) is errors.InklingError
    assert type(wire.error_from("x")) is errors.EngineMismatchError


def test_a_defect_loses_its_message() -> None:
    told = wire.describe_defect(KeyError("the letter"))
    assert "the letter" not in str(told)
    assert wire.error_from(told).exit_code == 70


def test_times_keep_their_offset() -> None:
    tokyo = datetime(2026, 3, 4, 1, 2, 3, 4, timezone(timedelta(hours=9)))
    assert passed(tokyo).isoformat() == tokyo.isoformat()
    assert passed(START.astimezone(UTC)).utcoffset() == timedelta(0)
    assert passed(date(2026, 3, 4)) == date(2026, 3, 4)
