"""The path from an observation to a proposition: nothing is lost on it, whatever an engine does."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeDistiller, FakeEmbedder, FakeJudge, draft
from stores import dump
from support import PASSPHRASE, Clock, said

from assistant import Assistant, Draft, Observation, core, distillers
from assistant.pipeline import BATCH, CONTEXT, EPISODE
from memory.errors import MissingPartError, ModelMissingError, StorageFullError

Open = Callable[..., Assistant]


@pytest.fixture
def engine() -> FakeDistiller:
    return FakeDistiller()


@pytest.fixture
def open_with(folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the vault of the test with a given engine; as often as wanted."""
    monkeypatch.setattr(core, "RelationJudge", lambda _: FakeJudge())
    with ExitStack() as stack:

        def opened(engine: FakeDistiller) -> Assistant:
            monkeypatch.setitem(distillers._LOADERS, "fake", lambda: engine)
            embedder = FakeEmbedder(alike=0.0)
            found = Assistant.open(
                folder, passphrase=PASSPHRASE, create=True, clock=clock, distiller="fake", embedder=embedder
            )
            return stack.enter_context(found)

        yield opened


@pytest.fixture
def vault(open_with: Open, engine: FakeDistiller) -> Assistant:
    return open_with(engine)


def marks(vault: Assistant) -> dict[str, str | None]:
    """Who has read each observation, by key."""
    return dict(vault._store.observations._c.read("SELECT key, distilled_by FROM observations ORDER BY key"))


def texts(vault: Assistant) -> list[str]:
    return sorted(p.text for p in vault.propositions())


def fact(number: int, key: str = "", quote: str = "") -> Draft:
    return draft(f"The user has thing {number}.", quote or f"I have thing {number}", key or f"k{number}")


def message(number: int, **more: Any) -> Observation:
    return said(f"I have thing {number}", f"k{number}", days=number / 1000 - 10, **more)


# what an engine is given


def test_an_engine_reads_every_observation_once_in_the_order_of_its_thread(
    vault: Assistant, engine: FakeDistiller
) -> None:
    vault.observe([message(n) for n in (3, 1, 2)])
    assert vault.distil()["observations"] == 3
    assert engine.read == [["k1", "k2", "k3"]]
    assert vault.distil() == {}
    assert len(engine.read) == 1


def test_what_came_before_is_given_as_context_and_not_drafted_from_again(
    vault: Assistant, engine: FakeDistiller
) -> None:
    for number in range(10):
        engine.says(f"k{number}", fact(number))
    vault.observe([message(n) for n in range(9)])
    vault.distil()
    vault.observe([message(9), message(50, thread="Bea")])
    counts = vault.distil()
    assert engine.read[-1] == [*(f"k{n}" for n in range(9 - CONTEXT, 9)), "k9", "k50"]
    assert (counts["drafts"], counts["new"], counts["observations"]) == (1, 1, 2)


def test_a_long_thread_is_read_in_episodes_and_short_ones_together(vault: Assistant, engine: FakeDistiller) -> None:
    vault.observe([message(n, thread="long") for n in range(EPISODE + 10)])
    vault.observe([message(1000 + n, thread=f"short {n}") for n in range(20)])
    heard: list[int] = []
    counts = vault.distil(heard.append)
    assert counts["observations"] == sum(heard) == EPISODE + 30
    assert len(engine.read) == 2
    new = [set(keys) for keys in engine.read]
    assert set.union(*new) == {f"k{n}" for n in range(EPISODE + 10)} | {f"k{1000 + n}" for n in range(20)}


def test_drafts_are_verified_before_they_are_believed(vault: Assistant, engine: FakeDistiller) -> None:
    vault.observe([message(1), message(2, who="Bea")])
    engine.says(
        "k1",
        fact(1, quote="I have thing 7"),
        fact(1, key="nowhere"),
        fact(2),
        draft("The user's friend has a thing.", "thing 1", "k1", basis="user"),
    )
    counts = vault.distil()
    assert vault.propositions() == []
    assert sum(n for reason, n in counts.items() if reason.startswith("dropped: ")) == 4


def test_what_is_about_somebody_else_is_not_believed_of_the_user(vault: Assistant, engine: FakeDistiller) -> None:
    vault.observe([said("Bea has a dog", "k")])
    engine.says("k", draft("Bea has a dog.", "Bea has a dog", "k", about="Bea"))
    assert vault.distil()["drafts"] == 1
    assert vault.propositions() == []


# engines that fail


def test_an_engine_that_fails_on_one_thread_is_still_heard_on_the_others(
    vault: Assistant, engine: FakeDistiller
) -> None:
    vault.observe([message(1, thread="a"), message(2, thread="b"), message(3, thread="b"), message(4, thread="c")])
    for number in (1, 2, 4):
        engine.says(f"k{number}", fact(number))
    engine.says("k3", RuntimeError("the model fell over"))
    counts = vault.distil()
    assert (counts["failed"], counts["observations"], counts["new"]) == (2, 2, 2)
    assert texts(vault) == ["The user has thing 1.", "The user has thing 4."]
    assert marks(vault) == {"k1": "fake 1", "k2": "failed: fake 1", "k3": "failed: fake 1", "k4": "fake 1"}


def test_what_an_engine_failed_on_does_not_hold_up_what_comes_later(vault: Assistant, engine: FakeDistiller) -> None:
    engine.says("k1", RuntimeError())
    vault.observe([message(1)])
    assert vault.distil() == {"failed": 1}
    calls = len(engine.read)
    assert vault.distil() == {}, "the same engine is not asked again"
    assert len(engine.read) == calls
    engine.says("k1")
    engine.says("k2", fact(2))
    vault.observe([message(2)])
    assert vault.distil()["new"] == 1


@pytest.mark.parametrize("later", [FakeDistiller("fake", "2"), FakeDistiller("other", "1")])
def test_a_later_engine_reads_what_an_earlier_one_failed_on(
    open_with: Open, engine: FakeDistiller, later: FakeDistiller
) -> None:
    engine.says("k1", ValueError())
    with open_with(engine) as vault:
        vault.observe([message(1, thread="a"), message(2, thread="b")])
        assert vault.distil() == {"failed": 1, "observations": 1}
    later.says("k1", fact(1))
    with open_with(later) as vault:
        assert vault.distil()["new"] == 1
        assert later.read == [["k1"]]
        assert marks(vault)["k1"] == f"{later.name} {later.version}"
        assert vault.distil() == {}


def test_what_a_failing_engine_was_given_is_still_held_and_recalled(vault: Assistant, engine: FakeDistiller) -> None:
    engine.says("k1", MemoryError())
    vault.observe([message(1)])
    vault.distil()
    assert [h.observation_key for h in vault.recall("thing")] == ["k1"]


@pytest.mark.parametrize(
    "answer",
    [None, 7, "The user has a dog.", object(), {"drafts": []}, [None], [{"text": "The user has a dog."}], [[]]],
)
def test_an_answer_of_the_wrong_shape_changes_nothing(vault: Assistant, engine: FakeDistiller, answer: Any) -> None:
    vault.observe([message(1)])
    engine.returns(lambda _: answer)
    vault.distil()
    assert vault.propositions() == []
    assert vault.status()["observations"] == 1
    assert vault.distil() == {}


@pytest.mark.parametrize(
    "field",
    [
        {"text": None}, {"text": b"The user has thing 1."}, {"kind": "nonsense"}, {"kind": ["state"]}, {"quote": None},
        {"quote": ""}, {"observation_key": 7}, {"observation_key": ["k1"]}, {"basis": None}, {"certainty": "high"},
        {"certainty": float("nan")}, {"certainty": 1.0}, {"certainty": -1e400}, {"lifespan": 3}, {"until": "tomorrow"},
        {"until": date.max}, {"sensitivity": "secret"}, {"sensitivity": 1}, {"about": None}, {"start": "0"},
        {"text": "The user has thing 1.\0"}, {"text": "The user \ud800 thing 1."},
    ],
)  # fmt: skip
def test_one_malformed_draft_is_dropped_and_the_others_are_kept(
    vault: Assistant, engine: FakeDistiller, field: dict[str, Any]
) -> None:
    vault.observe([message(1), message(2)])
    engine.says("k2", dataclasses.replace(fact(1), **field), fact(2))
    counts = vault.distil()
    assert texts(vault) == ["The user has thing 2."]
    assert "failed" not in counts
    assert [n for reason, n in counts.items() if reason.startswith("dropped")] == [1]
    assert [p.text for p in vault.propositions(include_quarantined=True)] == ["The user has thing 2."]


def test_a_last_day_at_the_end_of_time_can_still_be_read(vault: Assistant, engine: FakeDistiller) -> None:
    vault.observe([message(1)])
    engine.says("k1", dataclasses.replace(fact(1), until=date(9998, 12, 31)))
    vault.distil()
    assert len(vault.propositions()) == 1


@pytest.mark.parametrize("error", [MissingPartError, ModelMissingError, StorageFullError])
def test_what_no_engine_is_to_blame_for_is_said_aloud_and_everything_stays_pending(
    vault: Assistant, engine: FakeDistiller, error: type[Exception]
) -> None:
    vault.observe([message(1, thread="a"), message(2, thread="b")])
    engine.says("k2", error("reinstall it"))
    with pytest.raises(error):
        vault.distil()
    assert set(marks(vault).values()) == {None}


def test_an_interrupt_leaves_everything_pending(vault: Assistant, engine: FakeDistiller) -> None:
    vault.observe([message(1)])
    engine.says("k1", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        vault.distil()
    assert marks(vault) == {"k1": None}


def test_a_batch_that_fails_while_it_is_taken_in_leaves_no_half_of_itself(
    vault: Assistant, engine: FakeDistiller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge is a model as well."""
    vault.observe([message(1, thread="a"), message(2, thread="b")])
    engine.says("k1", fact(1))
    engine.says("k2", fact(2))
    vault.remember("The user has thing 0.")
    reconciler = vault._pipeline._reconciler
    add = reconciler._add

    def fail_on_two(one: Draft, *rest: Any) -> str:
        outcome = add(one, *rest)
        if "2" in one.text:
            raise ArithmeticError
        return outcome

    monkeypatch.setattr(reconciler, "_add", fail_on_two)
    assert vault.distil()["failed"] == 1
    assert texts(vault) == ["The user has thing 0.", "The user has thing 1."]
    assert marks(vault) == {"k1": "fake 1", "k2": "failed: fake 1"}


# interruptions, and others at work at the same time


def test_after_an_interruption_the_rest_is_read_and_the_result_is_the_same(
    open_with: Open, engine: FakeDistiller, tmp_path: Path, clock: Clock
) -> None:
    def fill(vault: Assistant) -> None:
        vault.observe([message(n, thread=str(n // (EPISODE + 7))) for n in range(3 * EPISODE)])

    for number in range(0, 3 * EPISODE, 10):
        engine.says(f"k{number}", fact(number))
    interrupted = open_with(engine)
    fill(interrupted)

    class StopError(Exception):
        pass

    def stop(_: int) -> None:
        raise StopError

    rounds = 0
    while True:
        try:
            interrupted.distil(stop)
            break
        except StopError:
            rounds += 1
    assert rounds >= 3
    embedder = FakeEmbedder(alike=0.0)
    with Assistant.open(
        tmp_path / "other", PASSPHRASE, create=True, clock=clock, distiller="fake", embedder=embedder
    ) as straight:
        fill(straight)
        straight.distil()

        def outcome(vault: Assistant) -> list[Any]:
            return sorted((p.text, p.confidence, [e.observation_key for e in p.evidence]) for p in vault.propositions())

        assert outcome(interrupted) == outcome(straight)
        assert len(outcome(straight)) == 3 * EPISODE / 10


def test_what_is_forgotten_while_an_engine_reads_it_leads_to_nothing(vault: Assistant, engine: FakeDistiller) -> None:
    [one, _] = vault.observe([message(1), message(2)])

    def forget_meanwhile(_: Any) -> list[Draft]:
        if marks(vault).keys() >= {"k1"}:
            vault.forget(one)
        return [fact(1), fact(2)]

    engine.returns(forget_meanwhile)
    counts = vault.distil()
    assert texts(vault) == ["The user has thing 2."]
    assert (counts["observations"], "failed" in counts) == (1, False)


def test_what_is_mended_while_an_engine_reads_it_is_read_again_as_it_is_now(
    vault: Assistant, engine: FakeDistiller
) -> None:
    vault.observe([said("it is swordfish7", "k1")])
    answers = [[draft("The user has a swordfish7.", "swordfish7", "k1")], []]

    def mend_meanwhile(_: Any) -> list[Draft]:
        if len(answers) == 2:
            vault._store.observations.reword(1, "it is [password removed]")
        return answers.pop(0)

    engine.returns(mend_meanwhile)
    assert vault.distil() == {}
    assert marks(vault) == {"k1": None}
    assert vault.distil()["observations"] == 1
    assert answers == []
    assert vault.propositions() == []


def test_two_who_distil_at_once_believe_everything_once(vault: Assistant, engine: FakeDistiller) -> None:
    numbers = range(60)
    for number in numbers:
        engine.says(f"k{number}", fact(number))
    vault.observe([message(n, thread=str(n % 7)) for n in numbers])
    both = threading.Barrier(2)
    errors: list[Exception] = []

    def work() -> None:
        try:
            both.wait(10)
            vault.distil()
        except Exception as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert errors == []
    assert texts(vault) == sorted(f"The user has thing {n}." for n in numbers)
    assert all(len(p.evidence) == 1 for p in vault.propositions())


# taking in


def test_a_text_mended_while_it_is_being_embedded_is_embedded_again(vault: Assistant) -> None:
    embedder = vault._pipeline._embedder
    embed = embedder.embed

    def mend_meanwhile(texts: Any) -> Any:
        embedder.embed = embed  # type: ignore[method-assign]
        vault._store.observations.reword(1, "mended")
        return embed(texts)

    embedder.embed = mend_meanwhile  # type: ignore[method-assign]
    vault.observe([message(1)])
    [vector] = embed(["mended"])
    assert vault._store.vectors["observation"].search(vector, 1)[0][1] == pytest.approx(1.0, abs=0.01)


def test_more_than_a_batch_is_stored_in_order_and_every_batch_is_reported(vault: Assistant) -> None:
    heard: list[int] = []
    ids = vault.observe((message(n) for n in range(2 * BATCH + 5)), heard.append)
    assert heard == [BATCH, BATCH, 5]
    assert len(set(ids)) == 2 * BATCH + 5
    assert [vault.observation(ids[n]).key for n in (0, BATCH, 2 * BATCH + 4)] == [
        "k0",
        f"k{BATCH}",
        f"k{2 * BATCH + 4}",
    ]


def test_a_source_that_breaks_off_keeps_the_batches_before(vault: Assistant) -> None:
    def broken() -> Iterator[Observation]:
        yield from (message(n) for n in range(BATCH + 3))
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        vault.observe(broken())
    assert vault.status()["observations"] == BATCH
    assert len(vault.observe([message(n) for n in range(BATCH + 3)])) == BATCH + 3
    assert vault.status()["observations"] == BATCH + 3


def test_observing_the_same_again_returns_the_same_ids_and_stores_nothing(vault: Assistant) -> None:
    batch = [message(1), message(2), Observation(text="no key", at=message(1).at, source="chat")]
    first = vault.observe(batch)
    before = dump(vault._store)
    assert vault.observe(reversed(batch)) == first[::-1]
    assert dump(vault._store) == before


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u3000"])
def test_blank_text_is_not_stored(vault: Assistant, blank: str) -> None:
    assert vault.observe([said(blank, "k")]) == []
    assert vault.status()["observations"] == 0


def test_what_was_forgotten_is_not_taken_in_again(vault: Assistant) -> None:
    [one, two] = vault.observe([message(1), message(2)])
    vault.forget(one)
    assert vault.observe([message(1), message(2)]) == [two]


# secrets


def everything(vault: Assistant) -> str:
    return repr(dump(vault._store))


def test_a_secret_is_gone_before_the_first_write(vault: Assistant) -> None:
    taken = list(
        vault.take([said("the wifi password: Tr0ub4dor&3xyz", "k"), said("my card is 4111 1111 1111 1111", "l")])
    )
    assert sum(sum(t.redacted.values()) for t in taken) == 2
    held = everything(vault)
    assert "Tr0ub4dor" not in held
    assert "1111 1111" not in held


def test_a_secret_named_only_in_the_next_batch_is_taken_out_of_what_is_stored(
    vault: Assistant, engine: FakeDistiller
) -> None:
    engine.says("k1", draft("The user has a Tr0ub4dor3xyz.", "Tr0ub4dor3xyz", "k1"))
    [one] = vault.observe([said("Tr0ub4dor3xyz", "k1")])
    vault.distil()
    assert texts(vault) == ["The user has a Tr0ub4dor3xyz."]
    vault.observe([said("that's the wifi password", "k2", days=0.001)])
    assert "Tr0ub4dor" not in everything(vault)
    assert "password removed" in vault.observation(one).text
    assert vault.propositions() == []
    assert vault.recall("Tr0ub4dor3xyz", types=["observation"])[0].text != "Tr0ub4dor3xyz"
    assert vault.status()["pending"] == 2, "it is read again, as it is now"


def test_a_secret_asked_for_in_one_batch_and_given_in_the_next_is_not_stored(vault: Assistant) -> None:
    vault.observe([said("what's the wifi password?", "k1", who="Ana")])
    vault.observe([said("Tr0ub4dor3xyz", "k2", days=0.001)])
    assert "Tr0ub4dor" not in everything(vault)


def test_a_question_in_one_thread_makes_no_secret_of_an_answer_in_another(vault: Assistant) -> None:
    vault.observe([said("what's the wifi password?", "k1", who="Ana", thread="Ana")])
    vault.observe([said("Beethoven", "k2", days=0.001, thread="Bea")])
    vault.observe([said("Beethoven", "k3", days=0.002, thread="Ana", app="Signal")])
    assert everything(vault).count("Beethoven") >= 2


def test_threads_mixed_in_one_batch_are_each_read_on_their_own(vault: Assistant) -> None:
    vault.observe([
        said("what's the wifi password?", "a1", who="Ana", thread="Ana"),
        said("who wrote the ninth?", "b1", who="Bea", thread="Bea", days=0.001),
        said("Tr0ub4dor3xyz", "a2", thread="Ana", days=0.002),
        said("Beethoven", "b2", thread="Bea", days=0.003),
    ])  # fmt: skip
    held = everything(vault)
    assert "Tr0ub4dor" not in held
    assert "Beethoven" in held


def test_messages_in_reverse_order_are_read_as_they_happened(vault: Assistant) -> None:
    """Some exports have the newest first."""
    vault.observe([
        said("Tr0ub4dor3xyz", "k2", days=0.002),
        said("what's the wifi password?", "k1", who="Ana", days=0.001),
    ])  # fmt: skip
    assert "Tr0ub4dor" not in everything(vault)


def test_a_secret_in_a_title_is_not_stored(vault: Assistant) -> None:
    vault.observe([said("hello", "k", title="password: Tr0ub4dor&3xyz - Notes")])
    assert "Tr0ub4dor" not in everything(vault)


def test_a_thread_named_after_a_secret_keeps_its_messages_together_under_another_name(vault: Assistant) -> None:
    names = ["password: Tr0ub4dor&3xyz", "password: Tr0ub4dor&4abc", "Ana"]
    first = vault.observe([said(f"a{n}", f"a{n}", thread=name) for n, name in enumerate(names)])
    vault.observe([said(f"b{n}", f"b{n}", thread=name, days=1) for n, name in enumerate(names)])
    assert "Tr0ub4dor" not in everything(vault)
    for n, id_ in enumerate(first):
        assert [o.text for _, o in vault.around(id_)] == [f"a{n}", f"b{n}"]
