"""What is kept and for how long, through the verbs a client has; and all of them at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeDistiller, FakeEmbedder, FakeJudge, draft
from stores import dump
from support import PASSPHRASE, START, Clock, said

from assistant import Assistant, Observation, core, distillers, pipeline
from memory.errors import InvalidInputError, NotFoundError
from memory.records import Limit
from memory.retention import GAP

SECRET = "Tr0ub4dor&3xyz"


@pytest.fixture
def engine() -> FakeDistiller:
    return FakeDistiller()


@pytest.fixture
def vault(folder: Path, clock: Clock, engine: FakeDistiller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr(core, "RelationJudge", lambda _: FakeJudge())
    monkeypatch.setitem(distillers._LOADERS, "fake", lambda: engine)
    embedder = FakeEmbedder(alike=0.0)
    with Assistant.open(folder, PASSPHRASE, True, clock, "fake", embedder=embedder) as opened:
        yield opened


def screen(text: str, key: str, **more: Any) -> Observation:
    return said(text, key, who=None, source="screen", **{"app": "Firefox", "thread": "Firefox 1"} | more)  # type: ignore[arg-type]


def keys(vault: Assistant) -> list[str | None]:
    return [s.observation.key for s in vault._store.observations.all()]


def dog(vault: Assistant, engine: FakeDistiller, key: str = "dog", **more: Any) -> str:
    """An observation that supports one proposition, read and believed; its id."""
    [id_] = vault.observe([said("well, I have a dog now, ok", key, **more)])
    engine.says(key, draft("The user has a dog.", "I have a dog", key, start=6))
    vault.distil()
    return id_


# limits


def test_without_limits_nothing_expires(vault: Assistant, clock: Clock) -> None:
    vault.observe([said("a", "a")])
    clock.pass_days(10_000)
    before = dump(vault._store)
    assert vault.expire() == {"deleted": 0, "trimmed": 0, "propositions": 0, "images": 0}
    assert dump(vault._store) == before


def test_what_is_too_old_expires_and_what_was_learned_stays_with_its_quote(
    vault: Assistant, engine: FakeDistiller, clock: Clock
) -> None:
    id_ = dog(vault, engine)
    vault.observe([screen("page", "page")])
    vault.configure(retention={"chat": Limit(days=30), "screen": Limit(days=7)})
    clock.pass_days(10)
    assert vault.due("chat", Limit(days=5)) == 1
    assert vault.expire()["deleted"] == 1
    clock.pass_days(30)
    assert vault.expire() == {"deleted": 0, "trimmed": 1, "propositions": 0, "images": 0}
    assert vault.observation(id_).text == "I have a dog"
    [evidence] = vault.propositions()[0].evidence
    assert vault.observation(id_).text[evidence.start : evidence.end] == evidence.quote == "I have a dog"
    assert vault.status()["unembedded"] == 0, "what is left is embedded anew"
    assert vault.recall("dog", types=["observation"])[0].id == id_


def test_facts_go_too_where_the_user_chose_so(vault: Assistant, engine: FakeDistiller, clock: Clock) -> None:
    dog(vault, engine)
    vault.configure(retention={"chat": Limit(days=30)}, expired_facts="drop")
    clock.pass_days(31)
    assert vault.expire() == {"deleted": 1, "trimmed": 0, "propositions": 1, "images": 0}
    assert vault.propositions() == []


def test_what_is_older_than_the_limit_is_not_stored_when_it_is_imported_again(
    vault: Assistant, engine: FakeDistiller, clock: Clock
) -> None:
    batch = [said("a", "a"), said("b", "b", days=30), screen("c", "c")]
    vault.observe(batch)
    kept = dog(vault, engine)
    vault.configure(retention={"chat": Limit(days=20)})
    clock.pass_days(35)
    vault.expire()
    assert keys(vault) == ["b", "c", "dog"]
    [taken] = vault.take([*batch, said("d", "d", days=1), said("well, I have a dog now, ok", "dog")])
    assert (taken.new, taken.expired) == (0, 2)
    assert [f"o{row}" for row in taken.rows][-1] == kept
    assert keys(vault) == ["b", "c", "dog"]
    assert vault.observation(kept).text == "I have a dog", "what was cut down does not grow again"
    vault.configure(retention={})
    assert len(vault.observe(batch)) == 3


def test_a_limit_on_bytes_lets_the_oldest_go(vault: Assistant) -> None:
    vault.observe([screen("lorem ipsum " * 8_334, f"k{n}", days=n) for n in range(15)])
    vault.configure(retention={"screen": Limit(megabytes=1)})
    vault.expire()
    assert keys(vault) == [f"k{n}" for n in range(6, 15)]
    [usage] = vault.storage()["sources"]
    assert usage["bytes"] <= 1_000_000


# what is there already


class Counting:
    """Wraps the redaction of a vault and counts the texts it is given."""

    def __init__(self, vault: Assistant) -> None:
        self.texts = 0
        self._clean = vault._pipeline._redaction.clean
        vault._pipeline._redaction.clean = self  # type: ignore[method-assign, assignment]

    def __call__(self, batch: Any, held: Any) -> Any:
        self.texts += len(batch)
        return self._clean(batch, held)


def test_a_growing_log_read_again_costs_only_its_last_batch(vault: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 10)
    log = [said(f"line {n}", f"k{n}", days=n / 100) for n in range(45)]
    first = vault.observe(log)
    counting = Counting(vault)
    assert vault.observe(log) == first
    assert counting.texts == 0
    assert vault.observe([*log, said("new", "new", days=1)])[:-1] == first
    assert counting.texts == 6


def test_a_secret_is_taken_out_of_a_log_whose_beginning_is_known(vault: Assistant) -> None:
    """The question is stored, the answer is new, and both come in one batch."""
    asked, given = said("what's the wifi password?", "1", who="Ana"), said("Tr0ub4dor3xyz", "2", days=0.001)
    vault.observe([asked])
    vault.observe([asked, given])
    assert "Tr0ub4dor" not in repr(dump(vault._store))


def test_a_secret_named_after_it_is_taken_out_when_both_come_again(vault: Assistant) -> None:
    one = said("Tr0ub4dor3xyz", "1")
    [id_] = vault.observe([one])
    assert "Tr0ub4dor" in vault.observation(id_).text
    vault.observe([one, said("that's the wifi password", "2", days=0.001)])
    assert "Tr0ub4dor" not in repr(dump(vault._store))


def test_a_message_of_the_same_minute_is_read_with_the_others(vault: Assistant) -> None:
    one = said("Tr0ub4dor3xyz", "1")
    vault.observe([one])
    vault.observe([one, said("that's the wifi password", "2")])
    assert "Tr0ub4dor" not in repr(dump(vault._store))


def test_what_is_stored_is_not_read_anew_because_its_export_still_holds_the_secret(
    vault: Assistant, engine: FakeDistiller
) -> None:
    batch = [said(f"I have a dog, the password: {SECRET}", "dog"), said("ok", "ok", days=0.001)]
    [id_, _] = vault.observe(batch)
    engine.says("dog", draft("The user has a dog.", "I have a dog", "dog", start=0))
    vault.distil()
    vault.observe([*batch, said("new", "new", days=0.002)])
    assert vault.status()["pending"] == 1
    assert [p.text for p in vault.propositions()] == ["The user has a dog."]
    assert SECRET not in repr(dump(vault._store))
    assert vault.observation(id_).text.startswith("I have a dog")


# ranges of time


def test_the_last_minutes_can_be_forgotten_and_stay_so(vault: Assistant, clock: Clock) -> None:
    batch = [screen(f"page {n}", f"k{n}", days=n / 24) for n in range(100)]
    vault.observe(batch)
    vault.screen_lines.add("Firefox", [b"mark"], START + timedelta(hours=95))
    since, until = START + timedelta(hours=90), START + timedelta(hours=99)
    assert vault.between(since, until) == vault.forget_range(since, until) == 10
    assert keys(vault) == [f"k{n}" for n in range(90)]
    assert vault.screen_lines.get("Firefox", [b"mark"]) == {}
    vault.observe(batch)
    assert len(keys(vault)) == 90
    assert vault.forget_range(since, until) == 0


def test_a_range_may_be_narrowed_to_an_application(vault: Assistant) -> None:
    vault.observe([screen("a", "a", app="Mail"), screen("b", "b"), said("c", "c")])
    hour = START - timedelta(hours=1), START + timedelta(hours=1)
    assert vault.forget_range(*hour, app="mail") == 1
    assert vault.forget_range(*hour, source="screen") == 1
    assert keys(vault) == ["c"]


def test_a_range_that_makes_no_sense_is_refused(vault: Assistant) -> None:
    naive = START.replace(tzinfo=None)
    for since, until in ((START, START - timedelta(seconds=1)), (naive, START), (START, naive)):
        for verb in (vault.forget_range, vault.between):
            with pytest.raises(InvalidInputError):
                verb(since, until)


# pictures and dwell


def test_pictures_are_kept_only_where_the_user_asked_for_them_and_no_longer(vault: Assistant, clock: Clock) -> None:
    one, two = vault.observe([screen("a", "a"), screen("b", "b")])
    assert vault.add_thumbnails({"a": b"picture"}) == 0
    vault.configure(thumbnails_days=3, thumbnails_megabytes=1)
    assert vault.add_thumbnails({"a": b"picture", "nobody": b"x"}) == 1
    assert (vault.thumbnail(one), vault.thumbnail(two)) == (b"picture", None)
    assert vault.expire()["images"] == 0
    clock.pass_days(3.1)
    assert vault.expire()["images"] == 1
    assert vault.thumbnail(one) is None
    vault.add_thumbnails({"a": b"x" * 600_000})
    clock.pass_days(0.1)
    vault.add_thumbnails({"b": b"y" * 600_000})
    assert vault.expire()["images"] == 1
    assert vault.thumbnail(two) is not None
    vault.configure(thumbnails_days=0)
    assert vault.expire()["images"] == 1
    with pytest.raises(NotFoundError):
        vault.thumbnail("x")


def test_time_in_view_is_extended_by_key(vault: Assistant) -> None:
    [id_] = vault.observe([screen("a", "a", dwell_seconds=2.0)])
    assert vault.extend_dwell({"a": 9.5, "nobody": 1.0}) == 1
    assert vault.observation(id_).dwell_seconds == 9.5
    for wrong in (float("nan"), -1.0, float("inf")):
        with pytest.raises(InvalidInputError):
            vault.extend_dwell({"a": wrong})


def test_what_is_being_looked_at_while_an_engine_reads_it_is_read_once(vault: Assistant, engine: FakeDistiller) -> None:
    """Its time in view grows every second; its text is the same."""
    vault.observe([screen("I have a dog", "a")])

    def extend_meanwhile(_: Any) -> list[Any]:
        vault.extend_dwell({"a": float(len(engine.read))})
        return []

    engine.returns(extend_meanwhile)
    assert vault.distil()["observations"] == 1
    assert len(engine.read) == 1


def test_storage_says_what_takes_room(vault: Assistant) -> None:
    vault.observe([screen("a" * 1000, "a"), said("b", "b")])
    vault.remember("The user plays the cello.")
    storage = vault.storage()
    assert [s["source"] for s in storage["sources"]] == ["chat", "screen"]
    assert storage["sources"][1]["text_bytes"] == 1000
    assert storage["sources"][0]["vector_bytes"] > 0
    assert storage["propositions"] == 1
    assert storage["bytes"] > 4096
    vault.checkpoint()
    assert vault.storage()["bytes"] >= vault.storage()["page_bytes"] > 0


# all at once


def test_what_another_thread_forgets_while_it_is_being_observed_does_not_come_back(
    vault: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = said("I have a dog", "dog")
    other = threading.Thread(target=lambda: [vault.forget(id_) for id_ in vault.observe([message])])
    clean = vault._pipeline._redaction.clean

    def cleaned(*arguments: Any) -> Any:
        monkeypatch.undo()
        result = clean(*arguments)
        other.start()
        other.join(0.5)  # it has to wait for us; if it need not, it is done by then
        return result

    monkeypatch.setattr(vault._pipeline._redaction, "clean", cleaned)
    vault.observe([message])
    other.join(30)
    assert not other.is_alive()
    assert keys(vault) == []


class Busy:
    """An engine's day: observer, watcher, distiller, expiry, the user's word and forgetting, each in its thread."""

    def __init__(self, vault: Assistant) -> None:
        self.vault = vault
        self.forgotten: set[str] = set()
        self.errors: list[str] = []
        self.steps: list[Callable[[int], object]] = [
            self.observes, self.again, self.judges, self.expires, lambda _: vault.distil(),
            lambda n: vault.recall(f"have {n}"), lambda n: vault.configure(watched=(f"a{n}",)),
            lambda n: vault.screen_lines.add("a", [b"%d" % n], START),
            lambda _: (vault.storage(), vault.status(), vault.checkpoint()),
        ]  # fmt: skip

    def observes(self, n: int) -> None:
        batch = [screen(f"I have {n} {m} " + "x" * 50, f"s{n} {m}", days=8 + m, thread=f"t{m % 3}") for m in range(6)]
        ids = self.vault.observe([*batch, said(f"I have chat {n}", f"c{n}", days=19)])
        self.vault.extend_dwell({o.stable_key: float(n) for o in batch})
        self.vault.add_thumbnails({o.stable_key: b"x" * 100 for o in batch})
        if n % 3 == 0:
            self.vault.observe([said("Tr0ub4dor3xyz", f"w{n}", days=19.1, thread=f"w{n}")])
            self.vault.observe([said("that's the wifi password", f"x{n}", days=19.2, thread=f"w{n}")])
        if n % 4 == 1:
            self.vault.forget(ids[-1])
            self.forgotten.add(f"c{n}")

    def again(self, n: int) -> None:
        self.vault.observe([said(f"I have chat {m}", f"c{m}", days=19) for m in range(n)])

    def judges(self, n: int) -> None:
        for proposition in self.vault.propositions()[:3]:
            with suppress(NotFoundError):
                (self.vault.confirm, self.vault.reject, self.vault.pin, self.vault.forget)[n % 4](proposition.id)

    def expires(self, n: int) -> None:
        self.vault.expire()
        if n % 5 == 0:
            self.vault.forget_range(START + timedelta(days=12), START + timedelta(days=12.5), app="Firefox")

    def run(self, step: Callable[[int], object]) -> None:
        try:
            for n in range(15):
                step(n)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.errors.append(repr(error))


def test_everything_at_once_from_many_threads_leaves_a_whole_store(
    vault: Assistant, engine: FakeDistiller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 8)
    monkeypatch.setattr(pipeline, "EPISODE", 8)
    vault.configure(retention={"screen": Limit(days=10)}, thumbnails_days=5)
    clock.pass_days(20)
    engine.returns(lambda observations: [
        draft(f"The user has {o.key}.", "I have", o.key, start=0) for o in observations if o.text.startswith("I have")
    ])  # fmt: skip
    busy = Busy(vault)
    threads = [threading.Thread(target=busy.run, args=(step,)) for step in busy.steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert busy.errors == []
    assert not any(thread.is_alive() for thread in threads)
    busy.again(15)
    vault.distil()
    vault.expire()
    whole(vault)
    assert busy.forgotten
    assert not busy.forgotten & set(keys(vault)), "what was forgotten came back"
    assert "Tr0ub4dor" not in repr(dump(vault._store))
    assert vault.status()["pending"] == vault.status()["unembedded"] == 0


def whole(vault: Assistant) -> None:
    """Pages, index, vectors, references and quotes all agree."""
    connection = vault._store.observations._c
    assert vault.check() == []
    assert connection.read("PRAGMA foreign_key_check") == []
    with vault._store.write():
        for table in ("observations_fts", "propositions_fts"):
            connection.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    for proposition in vault.propositions(include_quarantined=True):
        for evidence in proposition.evidence:
            assert evidence.observation_id is not None
            text = vault.observation(evidence.observation_id).text
            assert text[evidence.start : evidence.end] == evidence.quote
            assert GAP not in evidence.quote
