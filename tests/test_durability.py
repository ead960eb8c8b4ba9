"""Promise: what was acknowledged survives a kill at any instant, once, with everything that belongs to it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import whole_path
from stores import dump
from support import PASSPHRASE, START, Clock, said

from assistant import Assistant
from memory.errors import VaultDamagedError
from memory.records import Observation

SENTENCES = (
    "I drive a red Toyota Yaris to work every day", "My sister Ana lives in Leeds", "I play the cello on Mondays",
    "see you at eight", "I hate coriander", "I work as a nurse at the Infirmary", "ok", "I have two cats, Zip and Zap",
    "what time is it?", "I moved to York last year",
)  # fmt: skip


def messages(count: int) -> list[tuple[str, str]]:
    """(key, text) of a conversation, the same every time; the n-th is n hundredths of a day after START."""
    return [(f"k{n}", f"{SENTENCES[n % len(SENTENCES)]}{'!' * (n // len(SENTENCES))}") for n in range(count)]


def observations(count: int) -> list[Observation]:
    return [said(text, key, days=n / 100) for n, (key, text) in enumerate(messages(count))]


def killed(command: str, task: dict[str, Any], home: Path, seed: int, most: int) -> list[Any]:
    """What the program said before it was killed, soon after one of its first ``most`` steps."""
    heard, _ = whole_path.kill_after(whole_path.start(command, task, home), most, 0.03, random.Random(seed))
    assert heard[0] == "open"
    return heard[1:]


def opened(home: Path) -> Assistant:
    whole_path.make_cheap()
    now = Clock()
    now.pass_days(1000)
    return Assistant.open(home / "inkling" / "vault", passphrase=PASSPHRASE, clock=now)


@pytest.fixture(autouse=True)
def restore_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """``make_cheap`` changes them for good, as its own process does."""
    import assistant.pipeline as pipeline  # noqa: PLC0415

    for name in ("BATCH", "EPISODE"):
        monkeypatch.setattr(pipeline, name, getattr(pipeline, name))
    yield
    monkeypatch.undo()


def consistent(vault: Assistant) -> None:
    """Pages, text index and vectors agree with the rows they belong to."""
    connection = vault._store.observations._c
    assert vault.check() == []
    with vault._store.write():
        for table in ("observations_fts", "propositions_fts"):
            connection.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    for item in ("observation", "proposition"):
        rows = {r for (r,) in connection.read(f"SELECT id FROM {item}s")}
        bits, vectors, waiting = (
            {r for (r,) in connection.read(f"SELECT id FROM {item}_{part}")}
            for part in ("bits", "vectors", "unembedded")
        )
        assert bits == vectors
        assert bits | waiting == rows
        assert not bits & waiting
    assert connection.read("PRAGMA foreign_key_check") == []


def check_observe(home: Path, seeds: range, most: int, count: int) -> None:
    expected = messages(count)
    interrupted = 0
    for seed in seeds:
        heard = killed("observe", {"messages": expected}, home, seed, most)
        acknowledged = heard[-1] if heard else 0
        interrupted += 0 < acknowledged < count
        with opened(home) as vault:
            held = [s.observation.key for s in vault._store.observations.all()]
            assert held == [key for key, _ in expected[: len(held)]], "in order, and nothing twice"
            assert len(held) >= acknowledged
            consistent(vault)
        if len(held) == count:
            break
    with opened(home) as vault:
        ids = vault.observe(observations(count))
        assert len(set(ids)) == vault.status()["observations"] == count
        assert vault.wait_for_vectors(60)
        assert vault.status()["unembedded"] == 0
        assert {o.text for o in map(vault.observation, ids)} == {text for _, text in expected}
        found = vault.recall("Toyota Yaris", k=20, types=["observation"])
        assert ["Yaris" in hit.text for hit in found] == [True] * 20
        consistent(vault)
    assert interrupted > 0, "no kill came at a moment that matters: nothing was tested"


def test_every_acknowledged_observation_survives_a_kill_and_none_comes_twice(tmp_path: Path) -> None:
    check_observe(tmp_path / "home", range(4), most=20, count=300)


@pytest.mark.slow
@pytest.mark.parametrize("most", [2, 10, 100])
def test_every_acknowledged_observation_survives_many_kills(tmp_path: Path, most: int) -> None:
    check_observe(tmp_path / "home", range(40), most=most, count=1000)


def outcome(vault: Assistant) -> list[Any]:
    """Everything believed and why, without row numbers."""
    return sorted(
        (
            p.text, p.kind, p.confidence, p.status, str(p.valid_to),
            [(e.observation_key, e.quote, e.start) for e in p.evidence],
        )
        for p in vault.propositions(include_quarantined=True)
    )  # fmt: skip


def check_distil(folder: Path, seeds: range, most: int, count: int) -> None:
    homes = folder / "killed", folder / "straight"
    for home in homes:
        process = whole_path.start("observe", {"messages": messages(count)}, home)
        whole_path.finished(process)
    whole_path.finished(whole_path.start("distil", {}, homes[1]))
    interrupted = 0
    for seed in seeds:
        heard = killed("distil", {}, homes[0], seed, most)
        interrupted += "done" not in heard
        with opened(homes[0]) as vault:
            consistent(vault)
    said_, _ = whole_path.finished(whole_path.start("distil", {}, homes[0]))
    assert said_[-1] == "done"
    with opened(homes[0]) as one, opened(homes[1]) as other:
        assert one.status()["pending"] == other.status()["pending"] == 0
        assert outcome(one) == outcome(other)
        assert outcome(one)
        consistent(one)
    assert interrupted > 0, "no kill came at a moment that matters: nothing was tested"


def test_distilling_that_was_killed_goes_on_to_the_same_result(tmp_path: Path) -> None:
    check_distil(tmp_path, range(3), most=4, count=90)


@pytest.mark.slow
def test_distilling_that_was_killed_many_times_goes_on_to_the_same_result(tmp_path: Path) -> None:
    check_distil(tmp_path, range(40), most=4, count=1000)


def test_a_vault_killed_while_it_was_being_made_works_or_says_what_to_do(tmp_path: Path) -> None:
    """Nothing was kept in it yet; it must not look like one whose memory was lost without a word."""
    for seed in range(5):
        home = tmp_path / str(seed)
        process = whole_path.start("observe", {"messages": []}, home)
        until = time.monotonic() + 30
        while not (home / "inkling" / "vault" / "vault.json").exists() and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(seed * 0.01)
        process.kill()
        process.communicate(timeout=60)
        assert first_use(home) in ("works", "damaged: delete its folder and run: inkling init")


def first_use(home: Path) -> str:
    try:
        with opened(home) as vault:
            vault.observe([said("hello", "k", days=-1)])
            consistent(vault)
            return "works"
    except VaultDamagedError as error:
        advice = "delete its folder and run: inkling init"
        return f"damaged: {advice if advice in str(error) else error}"


def test_observing_what_is_there_changes_nothing_at_all(tmp_path: Path) -> None:
    home = tmp_path / "home"
    whole_path.finished(whole_path.start("observe", {"messages": messages(60)}, home))
    with opened(home) as vault:
        before = dump(vault._store)
    whole_path.finished(whole_path.start("observe", {"messages": messages(60)}, home))
    with opened(home) as vault:
        assert dump(vault._store) == before
        assert next(iter(vault._store.observations.all())).observation.at == START
