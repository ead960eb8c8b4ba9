"""A client cannot tell whether the vault lies in its own process or with the engine: every verb, both ways."""

from __future__ import annotations

import inspect
import json
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import Running
from fakes import FakeEmbedder
from support import PASSPHRASE, START, said

from assistant import Assistant
from assistant.client import Client
from assistant.engine import dispatch
from assistant.verbs import Verbs
from memory.errors import InvalidInputError, NotFoundError
from memory.records import Limit

MESSAGES = [
    said("I work as a nurse at the Infirmary", "k1"),
    said("are you coming to the lake?", "k2", who="Ana", days=0.01),
    said("my password: Wexford-91-heron", "k3", days=0.02),
    said("I have two cats, Zip and Zap", "k4", days=0.03),
]


@pytest.fixture(params=["here", "with the engine"])
def vault(request: pytest.FixtureRequest, folder: Path, code: str, running: Running) -> Iterator[Verbs]:
    """The same vault, opened either way."""
    if request.param == "here":
        with Assistant.open(folder, PASSPHRASE, embedder=FakeEmbedder()) as assistant:
            yield assistant
    else:
        with running.client() as client:
            client.unlock(PASSPHRASE)
            yield client


@pytest.fixture
def filled(vault: Verbs) -> Verbs:
    vault.observe(MESSAGES)
    vault.distil()
    return vault


def public(kind: type) -> set[str]:
    return {n for n, v in vars(kind).items() if inspect.isfunction(v) and not n.startswith("_")}


def test_a_client_has_every_verb_with_the_same_parameters() -> None:
    for name in public(Verbs):
        ours, theirs = (inspect.signature(getattr(kind, name)) for kind in (Client, Assistant))
        for parameter in inspect.signature(getattr(Verbs, name)).parameters.values():
            for found in (ours, theirs):
                assert found.parameters[parameter.name].kind == parameter.kind, name
                assert found.parameters[parameter.name].default == parameter.default, name


def test_the_table_of_what_may_be_asked_is_the_verbs_and_no_more() -> None:
    for_itself = {"now", "observe", "close"}
    assert public(Verbs) - for_itself == dispatch.VERBS


def test_what_is_observed_is_held_once(vault: Verbs) -> None:
    heard: list[int] = []
    ids = vault.observe(MESSAGES, heard.append)
    assert len(set(ids)) == 4
    assert sum(heard) == 4
    assert vault.observe(iter(MESSAGES)) == ids
    assert vault.observation(ids[0]).text == MESSAGES[0].text
    assert "Wexford" not in vault.observation(ids[2]).text
    assert [near for near, _ in vault.around(ids[1], 1, 1)] == ids[:3]


def test_taking_says_what_came_in_batch_by_batch(vault: Verbs) -> None:
    many = [said(f"message {n}", f"n{n}", days=n / 1000) for n in range(600)]
    taken = list(vault.take(many))
    assert [len(t.rows) for t in taken] == [256, 256, 88]
    assert sum(t.new for t in taken) == 600
    [secret] = vault.take([said("my password: Wexford-91-heron", "s")])
    assert secret.redacted == {"password": 1}
    assert secret.redacted["never"] == 0


def test_distilling_reports_its_steps_and_its_counts(vault: Verbs) -> None:
    vault.observe(MESSAGES)
    heard: list[int] = []
    counts = vault.distil(heard.append)
    assert counts["observations"] == sum(heard) == 4
    assert vault.status()["pending"] == 0


def test_what_is_believed_comes_with_its_evidence_and_history(filled: Verbs) -> None:
    moment = START + timedelta(days=1)
    believed = filled.propositions(at=moment, include_quarantined=True)
    assert believed
    one = believed[0]
    assert filled.proposition(one.id, at=moment) == one
    assert isinstance(one.evidence, tuple)
    quoted = one.evidence[0]
    assert filled.observation(quoted.observation_id or "").text[quoted.start : quoted.end] == quoted.quote
    assert [r.action for r in filled.history(one.id)] == ["add"]
    assert filled.propositions(at=START - timedelta(days=1)) == []


def test_questions(filled: Verbs) -> None:
    hits = filled.recall("nurse", k=2, types=("observation",))
    assert len(hits) == 2
    assert {h.type for h in hits} == {"observation"}
    assert filled.recall("nurse", at=START - timedelta(days=1)) == []
    answer = filled.ask("what do I work as?")
    assert answer.text
    assert isinstance(answer.citations, list)


def test_the_users_word(vault: Verbs) -> None:
    mine = vault.remember("The user plays the viola.")
    vault.edit(mine, text="The user plays the violin.")
    vault.pin(mine)
    vault.confirm(mine)
    held = vault.proposition(mine)
    assert (held.text, held.pinned) == ("The user plays the violin.", True)
    assert [r.action for r in vault.history(mine)] == ["remember", "edit", "pin", "confirm"]
    vault.reject(mine)
    assert vault.propositions() == []
    vault.forget(mine)
    with pytest.raises(NotFoundError, match=f"there is no proposition {mine}"):
        vault.proposition(mine)


def test_sensitive_classes(vault: Verbs) -> None:
    vault.allow("health")
    assert vault.allowed() == frozenset({"health"})
    vault.disallow("health")
    assert vault.allowed() == frozenset()
    with pytest.raises(InvalidInputError, match="unknown sensitivity class"):
        vault.allow("weather")


def test_names_are_remembered_by_format(vault: Verbs) -> None:
    vault.remember_names("whatsapp", {"Sam", "Sam Reed"})
    assert vault.names("whatsapp") == {"Sam", "Sam Reed"}
    assert vault.names("signal") == frozenset()


def test_an_export_is_for_the_user_alone(filled: Verbs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    filled.export("everything.json")
    target = tmp_path / "everything.json"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(json.loads(target.read_text())["observations"]) == 4


def test_choices_limits_and_pictures(vault: Verbs) -> None:
    assert vault.config().auto_lock_minutes is None
    changed = vault.configure(auto_lock_minutes=30, thumbnails_days=3, retention={"chat": Limit(days=10)})
    assert vault.config() == changed
    assert changed.retention == {"chat": Limit(days=10)}
    with pytest.raises(InvalidInputError, match="no such choice"):
        vault.configure(colour="red")
    [o] = vault.observe([said("a window", "w", who=None, source="screen", dwell_seconds=1.0)])
    assert vault.add_thumbnails({"w": b"\x00\xff picture"}) == 1
    assert vault.thumbnail(o) == b"\x00\xff picture"
    assert vault.extend_dwell({"w": 5.0}) == 1
    assert vault.observation(o).dwell_seconds == 5.0
    assert vault.between(START - timedelta(days=1), START + timedelta(days=1)) == 1
    assert vault.due("screen", Limit(days=1), START + timedelta(days=9)) == 1
    assert vault.storage()["images"] == 1
    assert vault.forget_range(START - timedelta(days=1), START + timedelta(days=1), source="screen") == 1
    assert vault.expire()["deleted"] == 0
    with pytest.raises(NotFoundError):
        vault.observation(o)


def test_the_whole(filled: Verbs) -> None:
    status = filled.status()
    assert (status["observations"], status["unembedded"]) == (4, 0)
    assert filled.check() == []
    assert filled.wait_for_vectors(10) is True
    with pytest.raises(InvalidInputError, match="no embedder is called"):
        filled.use_embedder("nonsense")
    assert filled.now().tzinfo is not None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda v: v.observation("p1"), lambda v: v.proposition("nonsense"), lambda v: v.around("o99"),
        lambda v: v.forget("o99"), lambda v: v.history("p99"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_alike(vault: Verbs, wrong: Callable[[Verbs], Any]) -> None:
    with pytest.raises(NotFoundError):
        wrong(vault)


def test_both_see_what_either_wrote(client: Client, folder: Path, tmp_path: Path) -> None:
    """The store is the same: what is written through the engine is there without it."""
    mine = client.remember("The user plays the cello.")
    client.lock()
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    with Assistant.open(copy, PASSPHRASE, embedder=FakeEmbedder()) as assistant:
        assert assistant.proposition(mine).text == "The user plays the cello."
