"""What a new draft does to what is held: each relation's effect, and everything it may never do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder, FakeJudge, draft
from stores import KEY, FailingConnection, dump
from support import START, said

from memory.belief import believe
from memory.errors import StorageFullError
from memory.forgetting import Forgetting
from memory.reconcile import Reconciler
from memory.records import Draft, Observation, RelationLabel
from memory.store import Held, Store

LEEDS, YORK, ROME = "The user lives in Leeds.", "The user lives in York.", "The user lives in Rome."


@dataclass
class Bench:
    """One store with a reconciler whose judge says what it is told."""

    store: Store
    judge: FakeJudge
    reconciler: Reconciler
    forgetting: Forgetting

    def add(self, text: str, days: float = 0, *, quote: str | None = None, key: str = "", **more: Any) -> str:
        """One message of that day and one draft from it; what happened to the draft."""
        words = quote or text
        observation = said(words, key or f"{days} {words}", days=days)
        return self.reconcile([(draft(text, words, observation.stable_key, **more), observation)])[0]

    def reconcile(self, pairs: Sequence[tuple[Draft, Observation]]) -> list[str]:
        with self.store.write():
            rows, _ = self.store.observations.add([o for _, o in pairs], START)
            stored = self.store.observations.get(rows)
            given = [(d, stored[row]) for (d, _), row in zip(pairs, rows, strict=True)]
            return list(self.reconciler.add(given, "fake 1", START + timedelta(days=100)).elements())

    def held(self, text: str) -> Held:
        [row] = self.store.propositions.with_text(text)
        return self.store.propositions.get([row])[row]

    def texts(self) -> list[str]:
        return [held.text for held in self.store.propositions.all().values()]

    def change(self, text: str, **values: object) -> None:
        with self.store.write():
            self.store.propositions.change(self.held(text).row, **values)

    def status(self, text: str, days: float = 200) -> str | None:
        found = believe(self.held(text), START + timedelta(days=days), frozenset())
        return found.status if found else None

    def history(self, text: str) -> list[str]:
        return [revision.action for revision in self.store.propositions.history(self.held(text).row)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Store(tmp_path / "s.db", KEY, create=True) as store:
        judge, forgetting = FakeJudge(), Forgetting(store, KEY)
        yield Bench(store, judge, Reconciler(store, FakeEmbedder(), judge, forgetting), forgetting)


# what each relation does


def test_the_first_word_of_something_is_new_and_has_its_quote_for_evidence(bench: Bench) -> None:
    assert bench.add(LEEDS, quote="I live in Leeds", kind="identity", certainty=0.7, lifespan="months") == "new"
    held = bench.held(LEEDS)
    assert (held.kind, held.lifespan, held.verdict, held.review, held.valid_from, held.valid_to) == (
        "identity", "months", None, None, None, None,
    )  # fmt: skip
    [support] = held.supports
    assert (support.evidence.quote, support.evidence.at, support.claim, support.certainty) == (
        "I live in Leeds", START, LEEDS, 0.7,
    )  # fmt: skip
    assert bench.history(LEEDS) == ["add"]


def test_independent_claims_stand_side_by_side(bench: Bench) -> None:
    bench.add(LEEDS)
    assert bench.add("The user has a dog.", 1) == "new"
    assert bench.texts() == [LEEDS, "The user has a dog."]
    assert bench.judge.asked == [(LEEDS, "The user has a dog.")]


@pytest.mark.parametrize("label", ["same", "general"])
def test_the_same_or_a_more_general_claim_adds_evidence_and_changes_no_word(bench: Bench, label: RelationLabel) -> None:
    bench.add(LEEDS, quote="I live in Leeds")
    bench.judge.enqueue(LEEDS, label)
    assert bench.add("The user's home is Leeds.", 1, quote="home is Leeds") == "supported"
    assert bench.texts() == [LEEDS]
    assert [s.evidence.quote for s in bench.held(LEEDS).supports] == ["I live in Leeds", "home is Leeds"]
    assert bench.history(LEEDS) == ["add"]


def test_the_same_words_in_other_letters_need_no_judgement(bench: Bench) -> None:
    bench.add(LEEDS)
    assert bench.add(LEEDS.upper(), 1, quote="leeds") == "supported"
    assert bench.judge.asked == []
    assert bench.texts() == [LEEDS]


def test_the_same_quote_of_the_same_message_is_known_already(bench: Bench) -> None:
    bench.add(LEEDS, quote="I live in Leeds")
    assert bench.add(LEEDS, quote="I live in Leeds") == "known"
    assert len(bench.held(LEEDS).supports) == 1


def test_a_refinement_takes_over_the_wording_and_history_keeps_the_old_one(bench: Bench) -> None:
    bench.add(LEEDS, quote="I live in Leeds")
    row = bench.held(LEEDS).row
    bench.judge.enqueue(LEEDS, "refines")
    assert bench.add("The user lives in Headingley, Leeds.", 1, quote="in Headingley") == "refined"
    assert bench.texts() == ["The user lives in Headingley, Leeds."]
    assert bench.held("The user lives in Headingley, Leeds.").row == row
    last = bench.store.propositions.history(row)[-1]
    assert (last.action, last.before, last.after) == ("refine", LEEDS, "The user lives in Headingley, Leeds.")


def test_the_same_quote_read_again_by_another_engine_rewords_nothing(bench: Bench) -> None:
    """Nothing more was said; and a wording without evidence of its own could not be forgotten with it."""
    bench.add(LEEDS, quote="I live in Leeds", key="k")
    bench.judge.enqueue(LEEDS, "refines")
    assert bench.add("The user lives in Headingley, Leeds.", quote="I live in Leeds", key="k") == "known"
    assert bench.texts() == [LEEDS]


def test_a_refined_proposition_is_found_by_its_new_words(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, "refines")
    bench.add("The user lives in Headingley, Leeds.", 1)
    assert bench.store.words["proposition"].search("Headingley", 5)
    [vector] = FakeEmbedder().embed(["The user lives in Headingley, Leeds."])
    [(_, cosine)] = bench.store.vectors["proposition"].search(vector, 1)
    assert cosine > 0.98
    assert bench.store.vectors["proposition"].unembedded_count() == 0


@pytest.mark.parametrize(("first", "second"), [(None, "health"), ("health", None), ("finance", "health")])
def test_a_refinement_of_another_class_neither_hides_nor_shows_what_was_known(
    bench: Bench, first: str | None, second: str | None
) -> None:
    leave, operation = "The user is on leave.", "The user is on leave after an operation."
    bench.add(leave, sensitivity=first)
    bench.judge.enqueue(leave, "refines")
    assert bench.add(operation, 1, sensitivity=second) == "new"
    assert [bench.held(text).sensitivity for text in (leave, operation)] == [first, second]
    assert [len(bench.held(text).supports) for text in (leave, operation)] == [1, 1]


def test_a_refinement_of_one_class_stays_in_it(bench: Bench) -> None:
    bench.add("The user is on leave.", sensitivity="health")
    bench.judge.enqueue("The user is on leave.", "refines")
    assert bench.add("The user is on leave after an operation.", 1, sensitivity="health") == "refined"
    assert bench.held("The user is on leave after an operation.").sensitivity == "health"


def test_what_the_user_rejected_does_not_come_back_as_a_refinement_of_another_class(bench: Bench) -> None:
    bench.add("The user is on leave.")
    bench.change("The user is on leave.", verdict="rejected")
    bench.judge.enqueue("The user is on leave.", "refines")
    assert bench.add("The user is on leave after an operation.", 1, sensitivity="health") == "supported"
    assert bench.texts() == ["The user is on leave."]


@pytest.mark.parametrize("label", ["contradicts", "supersedes"])
def test_what_contradicts_ends_the_older_claim_where_it_begins(bench: Bench, label: RelationLabel) -> None:
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, label)
    assert bench.add(YORK, 10) == "superseding"
    leeds, york = bench.held(LEEDS), bench.held(YORK)
    assert leeds.valid_to == york.valid_from == START + timedelta(days=10)
    assert leeds.superseded_by == york.row
    assert [bench.status(LEEDS, n) for n in (9, 10)] == ["believed", "superseded"]
    assert bench.status(YORK) == "believed"
    assert bench.history(LEEDS) == ["add", "supersede"]


def test_one_claim_may_end_several(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.add("The user commutes to Leeds.", 1)
    bench.judge.enqueue(LEEDS, "supersedes")
    bench.judge.enqueue("The user commutes to Leeds.", "supersedes")
    assert bench.add(ROME, 10) == "superseding"
    assert bench.status(LEEDS) == bench.status("The user commutes to Leeds.") == "superseded"


def test_an_end_that_was_said_becomes_the_end_of_that_day_where_it_was_said(bench: Bench) -> None:
    bench.add("The user is in Rome until 9 March.", until=date(2026, 3, 9))
    held = bench.held("The user is in Rome until 9 March.")
    assert held.valid_to is not None
    assert held.valid_to.isoformat().startswith("2026-03-09T23:59:59.999999")


# what is not clear


@pytest.mark.parametrize("label", ["contradicts", "supersedes"])
def test_an_unsure_contradiction_is_for_the_user_to_decide_and_ends_nothing(bench: Bench, label: RelationLabel) -> None:
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, label, 0.5)
    assert bench.add(YORK, 10) == "review"
    assert (bench.status(LEEDS), bench.status(YORK)) == ("believed", "review")
    assert bench.held(LEEDS).valid_to is None


def test_what_is_under_review_ends_nothing_either(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.add("The user commutes to Leeds.", 1)
    bench.judge.enqueue(LEEDS, "contradicts", 0.5)
    bench.judge.enqueue("The user commutes to Leeds.", "contradicts", 0.99)
    assert bench.add(ROME, 10) == "review"
    assert bench.status("The user commutes to Leeds.") == bench.status(LEEDS) == "believed"


# the order in which things arrive


def test_an_older_claim_that_arrives_late_is_over_already(bench: Bench) -> None:
    bench.add(YORK, 10)
    bench.judge.enqueue(LEEDS, "supersedes")
    assert bench.add(LEEDS, 1) == "new"
    assert bench.judge.asked == [(LEEDS, YORK)], "the judge is asked in the order things happened"
    assert (bench.status(LEEDS), bench.status(YORK)) == ("superseded", "believed")
    assert bench.held(LEEDS).valid_to == START + timedelta(days=10)
    assert bench.held(LEEDS).superseded_by == bench.held(YORK).row
    assert bench.status(LEEDS, 5) == "believed"


def test_a_vaguer_claim_that_arrives_late_supports_the_one_that_refined_it(bench: Bench) -> None:
    bench.add("The user lives in Headingley, Leeds.", 10)
    bench.judge.enqueue(LEEDS, "refines")
    assert bench.add(LEEDS, 1) == "supported"
    assert bench.texts() == ["The user lives in Headingley, Leeds."]


def test_whichever_comes_first_the_same_is_believed_in_the_end(bench: Bench, tmp_path: Path) -> None:
    bench.add(LEEDS, 1)
    bench.judge.enqueue(LEEDS, "supersedes")
    bench.add(YORK, 10)
    with Store(tmp_path / "other.db", KEY, create=True) as store:
        judge, forgetting = FakeJudge(), Forgetting(store, KEY)
        other = Bench(store, judge, Reconciler(store, FakeEmbedder(), judge, forgetting), forgetting)
        other.add(YORK, 10)
        judge.enqueue(LEEDS, "supersedes")
        other.add(LEEDS, 1)
        for text in (LEEDS, YORK):
            assert [bench.status(text, n) for n in (5, 50)] == [other.status(text, n) for n in (5, 50)]


def test_what_was_true_before_and_is_said_again_is_believed_again(bench: Bench) -> None:
    """Leeds, then York, then back to Leeds."""
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, "supersedes")
    bench.add(YORK, 10)
    bench.judge.enqueue(YORK, "supersedes")
    assert bench.add(LEEDS, 20) == "superseding"
    believed = [h for h in bench.store.propositions.all().values() if h.valid_to is None]
    assert [h.text for h in believed] == [LEEDS]
    assert bench.status(YORK) == "superseded"


def test_more_evidence_for_a_time_that_is_over_does_not_bring_it_back(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, "supersedes")
    bench.add(YORK, 10)
    assert bench.add(LEEDS, 5, quote="still in Leeds") == "supported"
    assert (bench.status(LEEDS), bench.status(YORK)) == ("superseded", "believed")


def test_reading_the_same_messages_again_changes_nothing(bench: Bench) -> None:
    texts = [LEEDS, "The user has a dog.", "The user plays chess."]
    pairs = [(draft(t, t, str(n)), said(t, str(n), days=n)) for n, t in enumerate(texts)]
    assert bench.reconcile(pairs) == ["new", "new", "new"]
    before = dump(bench.store)
    assert bench.reconcile(pairs) == ["known", "known", "known"]
    assert dump(bench.store) == before


# the user's word

DECIDED = ({"verdict": "confirmed"}, {"verdict": "edited"}, {"verdict": "remembered"}, {"pinned": 1})


@pytest.mark.parametrize(
    "decided", [{"verdict": "confirmed"}, {"verdict": "edited"}, {"verdict": "remembered"}, {"pinned": 1}]
)
@pytest.mark.parametrize("days", [-5, 10])
def test_what_the_user_decided_is_never_ended_by_what_is_seen(
    bench: Bench, decided: dict[str, object], days: float
) -> None:
    bench.add(LEEDS)
    bench.change(LEEDS, **decided)
    for old in (LEEDS, YORK):
        bench.judge.enqueue(old, "contradicts", 0.999)
    assert bench.add(YORK, days) == "review"
    assert bench.held(LEEDS).valid_to is None
    assert (bench.status(LEEDS), bench.status(YORK)) == ("believed", "review")


@pytest.mark.parametrize(
    "decided", [{"verdict": "confirmed"}, {"verdict": "edited"}, {"verdict": "remembered"}, {"pinned": 1}]
)
def test_what_the_user_decided_is_never_reworded_by_what_is_seen(bench: Bench, decided: dict[str, object]) -> None:
    bench.add(LEEDS)
    bench.change(LEEDS, **decided)
    bench.judge.enqueue(LEEDS, "refines")
    assert bench.add("The user lives in Headingley, Leeds.", 1) == "supported"
    assert bench.texts() == [LEEDS]
    assert len(bench.held(LEEDS).supports) == 2


@pytest.mark.parametrize("label", ["same", "general", "refines"])
def test_what_the_user_rejected_does_not_come_back_in_other_words(bench: Bench, label: RelationLabel) -> None:
    bench.add(LEEDS)
    bench.change(LEEDS, verdict="rejected")
    bench.judge.enqueue(LEEDS, label)
    bench.add("The user's home is Leeds.", 1)
    assert bench.texts() == [LEEDS]
    assert bench.status(LEEDS) == "rejected"


def test_what_the_user_rejected_does_not_come_back_in_the_same_words_even_if_it_had_ended(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.judge.enqueue(LEEDS, "supersedes")
    bench.add(YORK, 10)
    bench.change(LEEDS, verdict="rejected")
    assert bench.add(LEEDS, 20) == "supported"
    assert bench.status(LEEDS) == "rejected"
    assert bench.status(YORK) == "believed"


def test_what_the_user_rejected_contradicts_nothing(bench: Bench) -> None:
    bench.add(LEEDS)
    bench.change(LEEDS, verdict="rejected")
    bench.judge.enqueue(LEEDS, "contradicts")
    assert bench.add(YORK, 1) == "new"
    assert bench.status(YORK) == "believed"


# what was forgotten


def forget(bench: Bench, text: str) -> None:
    bench.forgetting.propositions([bench.held(text)], START)


def test_what_was_forgotten_does_not_come_back_in_the_same_words_from_anywhere(bench: Bench) -> None:
    bench.add(LEEDS)
    forget(bench, LEEDS)
    assert bench.add(LEEDS, 50, quote="I still live in Leeds") == "forgotten"
    assert bench.add("the user LIVES in Leeds", 51) == "forgotten"
    assert bench.texts() == []


def test_what_was_forgotten_does_not_come_back_from_the_same_evidence_in_other_words(bench: Bench) -> None:
    bench.add(LEEDS, quote="I live in Leeds", key="k")
    forget(bench, LEEDS)
    assert bench.add("The user's home town is Leeds.", quote="I live in Leeds", key="k") == "forgotten"
    assert bench.texts() == []


def test_what_was_forgotten_never_counts_against_something_else(bench: Bench) -> None:
    bench.add(YORK)
    bench.add(LEEDS, 1)
    forget(bench, LEEDS)
    bench.judge.enqueue(YORK, "contradicts")
    bench.add(LEEDS, 2)
    assert bench.status(YORK) == "believed"


# accidents


def busy_day(bench: Bench) -> list[tuple[Draft, Observation]]:
    """Drafts that meet every branch: new, known, supported, refined, superseding, late, review, forgotten."""
    for day, text in enumerate((LEEDS, "The user has a dog.", "The user is a nurse.", "The user plays chess.")):
        bench.add(text, day)
    bench.add("The user smokes.", 5)
    forget(bench, "The user smokes.")
    bench.change("The user is a nurse.", verdict="confirmed")
    bench.judge.enqueue(LEEDS, "supersedes", new_text=YORK)
    bench.judge.enqueue("The user has a dog.", "refines", new_text="The user has a dog called Zap.")
    bench.judge.enqueue("The user is a nurse.", "contradicts", new_text="The user is a vet.")
    bench.judge.enqueue("The user plays checkers.", "contradicts", new_text="The user plays chess.")
    news = [
        (YORK, 20), ("The user has a dog called Zap.", 21), ("The user is a vet.", 22), ("The user smokes.", 24),
        ("The user plays chess.", 25), ("The user plays checkers.", -3), ("The user drives a Yaris.", 26),
    ]  # fmt: skip
    return [(draft(text, text, f"n{day}"), said(text, f"n{day}", days=day)) for text, day in news]


def test_the_busy_day_meets_every_outcome(bench: Bench) -> None:
    """Otherwise the test below would prove less than it says."""
    outcomes = bench.reconcile(busy_day(bench))
    assert set(outcomes) == {"superseding", "refined", "review", "forgotten", "supported", "new"}
    assert bench.judge.all_used()


def test_whichever_write_fails_nothing_is_changed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the same drafts go in without loss once there is room again."""
    with Store(tmp_path_factory.mktemp("s") / "s.db", KEY, create=True) as store:
        judge, forgetting = FakeJudge(), Forgetting(store, KEY)
        bench = Bench(store, judge, Reconciler(store, FakeEmbedder(), judge, forgetting), forgetting)
        pairs = busy_day(bench)
        replies = {pair: list(queue) for pair, queue in judge.replies.items()}
        connection = store.observations._c
        before, raw = dump(store), connection._raw
        for number in range(1000):
            failing = FailingConnection(raw, number)
            monkeypatch.setattr(connection, "_raw", failing)
            for pair, queue in replies.items():
                judge.replies[pair] = deque(queue)
            try:
                bench.reconcile(pairs)
            except StorageFullError:
                assert failing.failed
            monkeypatch.setattr(connection, "_raw", raw)
            if not failing.failed:
                break
            assert not raw.in_transaction
            assert dump(store) == before, f"write {number} failed and left something behind"
        assert number > 40
        assert bench.status(LEEDS) == "superseded"
        assert {"The user is a vet.", "The user has a dog called Zap."} <= set(bench.texts())


def test_a_judge_that_fails_halfway_changes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = busy_day(bench)
    before = dump(bench.store)

    def fail(*_: object) -> None:
        if len(bench.store.propositions.all()) > 5:
            raise MemoryError

    monkeypatch.setattr(bench.judge, "judge", lambda *a: fail() or FakeJudge().judge(*a))
    with pytest.raises(MemoryError):
        bench.reconcile(pairs)
    assert dump(bench.store) == before


def test_nothing_to_reconcile_is_nothing_to_do(bench: Bench) -> None:
    before = dump(bench.store)
    assert bench.reconcile([]) == []
    assert dump(bench.store) == before
