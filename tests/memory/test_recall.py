"""What a question finds, in what order, and what it must never find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEmbedder, draft
from stores import KEY
from support import START, said

from memory.forgetting import Forgetting
from memory.recall import POOL, Asked, Recall
from memory.records import Hit, Observation
from memory.store import Store

NOW = START + timedelta(days=100)


class Bench:
    """A store whose texts are as near to a question as the test says; 0.2 unless it says otherwise."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.nearness: dict[str, float] = {}
        self._recall = Recall(store, self)

    name, dimensions = "bench", 64

    def embed(self, texts: list[str]) -> Any:
        """Cosine with the direction of questions (the first axis) as given, the rest in a direction of its own."""
        own = FakeEmbedder(64, alike=0.0).embed(texts)
        own[:, 0] = 0
        own /= np.linalg.norm(own, axis=1, keepdims=True)
        near = np.array([1.0 if t.endswith("?") else self.nearness.get(t, 0.2) for t in texts], np.float32)
        vectors = own * np.sqrt(1 - near**2)[:, None]
        vectors[:, 0] = near
        return vectors

    def observe(self, *observations: Observation) -> list[int]:
        rows, _ = self.store.observations.add(observations, START)
        self.store.vectors["observation"].add(rows, self.embed([o.text for o in observations]))
        return rows

    def believe(self, text: str, observation: int, *, certainty: float = 0.8, days: float = 0, **changes: Any) -> int:
        stored = self.store.observations.get([observation])[observation]
        one = draft(text, stored.observation.text, "", certainty=certainty, lifespan="permanent")
        with self.store.write():
            row = self.store.propositions.add(one, None, None, START)
            self.store.propositions.add_evidence(row, one, stored, "supports", START, "fake 1")
            if changes:
                self.store.propositions.change(row, **changes)
            self.store.vectors["proposition"].add([row], self.embed([text]))
        return row

    def hits(self, text: str = "what?", k: int = 10, **asked: Any) -> list[Hit]:
        fields = {"at": None, "now": NOW, "allowed": frozenset()} | asked
        return self._recall.hits(Asked(text, k, **fields))

    def ids(self, text: str = "what?", k: int = 10, **asked: Any) -> list[str]:
        return [hit.id for hit in self.hits(text, k, **asked)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Store(tmp_path / "s.db", KEY, create=True) as store:
        yield Bench(store)


def apart(*texts: str, **more: Any) -> list[Observation]:
    """Messages of threads of their own, so that none has a neighbour."""
    return [said(text, text, thread=text, **more) for text in texts]


PROPOSITIONS = frozenset({"proposition"})
OBSERVATIONS = frozenset({"observation"})


def test_the_nearest_in_meaning_come_first(bench: Bench) -> None:
    bench.nearness = {"near": 0.9, "nearer": 0.95, "far": 0.1}
    far, nearer, near = bench.observe(*apart("far", "nearer", "near"))
    assert bench.ids() == [f"o{nearer}", f"o{near}", f"o{far}"]
    scores = [hit.score for hit in bench.hits()]
    assert scores == sorted(scores, reverse=True)


def test_shared_words_lift_what_means_as_much(bench: Bench) -> None:
    _, shared, _ = bench.observe(*apart("a dull day", "the marmalade is gone", "another day"))
    assert bench.ids("where is the marmalade?")[0] == f"o{shared}"


def test_words_alone_do_not_outweigh_meaning(bench: Bench) -> None:
    bench.nearness = {"she was born in May": 0.8}
    born, _ = bench.observe(*apart("she was born in May", "birthday, birthday and birthday"))
    assert bench.ids("when is the birthday?")[0] == f"o{born}"


def test_in_a_request_words_count_for_little(bench: Bench) -> None:
    """What is asked for seldom names what matters."""
    bench.nearness = {"I am allergic to nuts": 0.5, "the dinner place was dinner": 0.35}
    nuts, dinner = bench.observe(*apart("I am allergic to nuts", "the dinner place was dinner"))
    bench.observe(*apart(*(f"filler {n}" for n in range(200))))  # or every word would be a common one
    assert bench.ids("suggest a place for dinner?")[0] == f"o{nuts}"
    assert bench.ids("when was the dinner place?")[0] == f"o{dinner}"


def test_a_turn_shares_in_the_score_of_its_neighbours(bench: Bench) -> None:
    """An answer rarely repeats the words of its question."""
    bench.nearness = {"where did you study": 0.95, "Coimbra": 0.3, "alone": 0.31}
    question, answer = bench.observe(said("where did you study", "1"), said("Coimbra", "2", days=0.1))
    [alone] = bench.observe(*apart("alone"))
    assert bench.ids() == [f"o{question}", f"o{answer}", f"o{alone}"]


def test_a_turn_next_to_a_good_one_is_found_even_if_nothing_proposed_it(bench: Bench) -> None:
    bench.nearness = {f"close {n}": 0.9 for n in range(3 * POOL)} | {"where did you study": 0.95, "Coimbra": 0.0}
    bench.observe(*apart(*(f"close {n}" for n in range(3 * POOL))))
    _, answer = bench.observe(said("where did you study", "1"), said("Coimbra", "2", days=0.1))
    assert f"o{answer}" in bench.ids(k=4 * POOL)


def test_the_speaker_and_key_of_an_observation_are_shown(bench: Bench) -> None:
    bench.observe(said("hello", "k1", who="Ana"), said("page", "k2", who=None, thread="w", source="screen"))
    found = {hit.observation_key: hit for hit in bench.hits()}
    assert (found["k1"].speaker, found["k2"].speaker) == ("Ana", None)
    assert all(hit.type == "observation" and hit.evidence == () for hit in found.values())
    assert found["k1"].relevance == pytest.approx(0.2, abs=0.02)


def test_a_proposition_comes_with_its_evidence_and_before_the_line_it_came_from(bench: Bench) -> None:
    [row] = bench.observe(*apart("I have a dog"))
    proposition = bench.believe("The user has a dog.", row)
    first, second = bench.hits()
    assert (first.id, second.id) == (f"p{proposition}", f"o{row}")
    assert [e.observation_id for e in first.evidence] == [f"o{row}"]
    assert (first.observation_key, first.at) == (None, START)


def test_the_surer_of_two_equally_near_comes_first(bench: Bench) -> None:
    rows = bench.observe(*apart("a", "b"))
    doubtful = bench.believe("The user has a cat.", rows[0], certainty=0.35)
    sure = bench.believe("The user has a dog.", rows[1], certainty=0.95)
    assert bench.ids(types=PROPOSITIONS) == [f"p{sure}", f"p{doubtful}"]


def test_what_is_no_longer_true_comes_later_but_does_not_vanish(bench: Bench) -> None:
    rows = bench.observe(*apart("a", "b"))
    ended = bench.believe("The user lives in Leeds.", rows[0], valid_to=NOW - timedelta(days=1))
    holds = bench.believe("The user lives in York.", rows[1])
    assert bench.ids(types=PROPOSITIONS) == [f"p{holds}", f"p{ended}"]
    earlier = bench.hits(types=PROPOSITIONS, at=NOW - timedelta(days=2))
    assert earlier[0].score == pytest.approx(earlier[1].score, abs=0.02)


def test_no_more_than_k_come_and_none_for_nothing(bench: Bench) -> None:
    bench.observe(*apart(*(f"message {n}" for n in range(30))))
    assert len(bench.hits(k=7)) == 7
    assert len(bench.hits(k=50)) == 30
    for empty in (bench.hits(k=0), bench.hits(k=-1), bench.hits("  \n"), bench.hits("")):
        assert empty == []


def test_types_narrow_what_is_found(bench: Bench) -> None:
    [row] = bench.observe(*apart("a"))
    bench.believe("The user has a dog.", row)
    assert {h.type for h in bench.hits()} == {"proposition", "observation"}
    assert {h.type for h in bench.hits(types=PROPOSITIONS)} == {"proposition"}
    assert {h.type for h in bench.hits(types=OBSERVATIONS)} == {"observation"}


def test_asked_about_the_past_only_what_was_known_then_is_found(bench: Bench) -> None:
    early, late = bench.observe(said("early", "1", thread="a"), said("late", "2", thread="b", days=10))
    believed_early, believed_late = bench.believe("The user is early.", early), bench.believe("The user is late.", late)
    assert set(bench.ids(at=START + timedelta(days=5))) == {f"o{early}", f"p{believed_early}"}
    assert set(bench.ids(at=START + timedelta(days=10))) == {
        f"o{early}", f"p{believed_early}", f"o{late}", f"p{believed_late}",
    }  # fmt: skip


def test_what_lies_beyond_the_first_page_fills_up_for_what_may_not_be_shown(bench: Bench) -> None:
    bench.nearness = {f"new {n}": 0.9 for n in range(40)}
    bench.observe(*(said(f"new {n}", f"n{n}", thread=str(n), days=50) for n in range(40)))
    old = bench.observe(*(said(f"old {n}", f"o{n}", thread=f"o{n}") for n in range(5)))
    assert set(bench.ids(k=5, at=START + timedelta(days=1))) == {f"o{row}" for row in old}


def test_what_the_user_rejected_is_never_found(bench: Bench) -> None:
    rows = bench.observe(*apart("a", "b"))
    bench.believe("The user has a cat.", rows[0], verdict="rejected", verdict_at=START)
    kept = bench.believe("The user has a dog.", rows[1])
    assert bench.ids(types=PROPOSITIONS) == [f"p{kept}"]


def test_a_class_not_allowed_is_found_neither_as_proposition_nor_as_the_line_it_rests_on(bench: Bench) -> None:
    ill, well = bench.observe(*apart("I am ill", "I am well"))
    hidden = bench.believe("The user is ill.", ill, sensitivity="health")
    assert set(bench.ids()) == {f"o{well}"}
    assert set(bench.ids(allowed=frozenset({"religion"}))) == {f"o{well}"}
    assert set(bench.ids(allowed=frozenset({"health"}))) == {f"o{well}", f"o{ill}", f"p{hidden}"}


def test_a_line_is_hidden_whatever_else_it_also_supports(bench: Bench) -> None:
    [row] = bench.observe(*apart("I am ill and have a dog"))
    bench.believe("The user is ill.", row, sensitivity="health")
    dog = bench.believe("The user has a dog.", row)
    assert bench.ids() == [f"p{dog}"]


def test_what_was_forgotten_is_not_found_by_words_or_meaning(bench: Bench) -> None:
    bench.nearness = {"the marmalade is gone": 0.99, "The user lost marmalade.": 0.99}
    row, other = bench.observe(*apart("the marmalade is gone", "tea"))
    bench.believe("The user lost marmalade.", row)
    bench.hits("where is the marmalade?")
    Forgetting(bench.store, KEY).observations(list(bench.store.observations.get([row]).values()), START)
    assert bench.ids("where is the marmalade?") == [f"o{other}"]


def test_what_has_no_vector_yet_is_found_by_its_words(bench: Bench) -> None:
    rows, _ = bench.store.observations.add(apart("the marmalade is gone"), START)
    assert bench.ids("where is the marmalade?") == [f"o{rows[0]}"]


def test_asking_twice_gives_the_same_answer(bench: Bench) -> None:
    bench.observe(*apart(*(f"message {n}" for n in range(200))))
    assert bench.hits("message?", k=150) == bench.hits("message?", k=150)
