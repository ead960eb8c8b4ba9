"""The export holds everything, in a form anybody can read, and nothing that was not to be used."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from support import START, said

from assistant import Assistant
from memory.errors import StorageFullError, StorageReadOnlyError
from memory.ids import parse_id


@pytest.fixture
def filled(assistant: Assistant) -> Assistant:
    assistant.observe([
        said("I drive a red Toyota Yaris to work every day", "k1", days=-9, title="Chat with Ana"),
        said("Ich heiße Zoë 🦊 \u2028 \x07", "k2", who="Zoë", days=-8),
        said("page text", "k3", who=None, source="screen", dwell_seconds=4.5, days=-7),
    ])  # fmt: skip
    assistant.distil()
    return assistant


def exported(assistant: Assistant, path: Path, **more: Any) -> dict[str, Any]:
    assistant.export(path, **more)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_every_observation_is_there_with_every_field(filled: Assistant, tmp_path: Path) -> None:
    held = exported(filled, tmp_path / "out.json")["observations"]
    assert [o["key"] for o in held] == ["k1", "k2", "k3"]
    for record in held:
        stored = filled.observation(record["id"])
        for field in stored.__slots__:
            expected = getattr(stored, field)
            assert record[field] == (expected.isoformat() if field == "at" else expected)


def test_every_proposition_is_there_with_evidence_and_history(filled: Assistant, tmp_path: Path) -> None:
    id_ = filled.remember("The user plays the cello.")
    filled.edit(id_, text="The user plays the viola.")
    doubted = filled.remember("The user plays golf.")
    filled.reject(doubted)
    held = {p["id"]: p for p in exported(filled, tmp_path / "out.json")["propositions"]}
    assert {p.id for p in filled.propositions()} | {doubted} == held.keys()
    assert held[id_]["text"] == "The user plays the viola."
    assert [r["before"] for r in held[id_]["history"]] == [None, "The user plays the cello."]
    assert held[doubted]["status"] == "rejected"
    for record in held.values():
        proposition = filled.proposition(record["id"])
        assert record["confidence"] == proposition.confidence
        assert [e["quote"] for e in record["evidence"]] == [e.quote for e in proposition.evidence]


def test_every_quote_is_found_at_its_place_in_the_exported_observation(filled: Assistant, tmp_path: Path) -> None:
    out = exported(filled, tmp_path / "out.json")
    texts = {o["id"]: o["text"] for o in out["observations"]}
    quotes = [e for p in out["propositions"] for e in p["evidence"] if e["observation_id"]]
    assert quotes
    for evidence in quotes:
        assert texts[evidence["observation_id"]][evidence["start"] : evidence["end"]] == evidence["quote"]


def quarantine(assistant: Assistant) -> str:
    """The id of a proposition of a class nobody allowed, resting on k1."""
    [first, *_] = [p for p in assistant.propositions() if p.evidence]
    with assistant._store.write():
        assistant._store.propositions.change(parse_id(first.id)[1], sensitivity="health")
    return first.id


def test_a_class_not_allowed_is_left_out_with_what_it_rests_on_and_counted(filled: Assistant, tmp_path: Path) -> None:
    hidden = quarantine(filled)
    out = exported(filled, tmp_path / "out.json")
    assert out["quarantined_left_out"] == 1
    assert hidden not in {p["id"] for p in out["propositions"]}
    assert "Yaris" not in (tmp_path / "out.json").read_text(encoding="utf-8")
    assert [o["key"] for o in out["observations"]] == ["k2", "k3"]


def test_asked_for_or_allowed_it_is_there(filled: Assistant, tmp_path: Path) -> None:
    hidden = quarantine(filled)
    whole = exported(filled, tmp_path / "1.json", include_quarantined=True)
    filled.allow("health")
    allowed = exported(filled, tmp_path / "2.json")
    for out in (whole, allowed):
        assert hidden in {p["id"] for p in out["propositions"]}
        assert len(out["observations"]) == 3
        assert out["quarantined_left_out"] == 0
    assert allowed["allowed"] == ["health"]


def test_what_was_forgotten_is_not_exported(filled: Assistant, tmp_path: Path) -> None:
    [first, *_] = filled.observe([said("I drive a red Toyota Yaris to work every day", "k1")])
    filled.forget(first)
    exported(filled, tmp_path / "out.json")
    assert "Yaris" not in (tmp_path / "out.json").read_text(encoding="utf-8")


def test_an_empty_vault_exports_to_valid_json(assistant: Assistant, tmp_path: Path) -> None:
    out = exported(assistant, tmp_path / "out.json")
    assert (out["propositions"], out["observations"], out["exported_at"]) == ([], [], START.isoformat())


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_only_this_user_can_read_it_whatever_was_there_before(filled: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o666)
    filled.export(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("*out.json*")] == ["out.json"]


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, StorageFullError), (errno.EDQUOT, StorageFullError), (errno.EIO, StorageReadOnlyError)],
)
def test_a_failing_disk_leaves_what_was_there_and_no_half_of_an_export(
    filled: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error) as caught:
        filled.export(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.glob("*out.json*")] == ["out.json"]
    assert "Yaris" not in str(caught.value)


def test_a_place_that_cannot_be_written_is_named(filled: Assistant, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "out.json", tmp_path):
        with pytest.raises(StorageReadOnlyError, match=str(path)):
            filled.export(path)
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == []


def test_a_link_is_replaced_and_not_followed(filled: Assistant, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("old")
    (tmp_path / "out.json").symlink_to(tmp_path / "elsewhere")
    filled.export(tmp_path / "out.json")
    assert (tmp_path / "elsewhere").read_text() == "old"
