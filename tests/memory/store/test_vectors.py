"""Nearest vectors: what a scan of all of them finds, in every process, after every change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fakes import FakeEmbedder, draft
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import KEY, rolled_back
from support import START, said

from memory.forgetting import Forgetting
from memory.store import Store

Floats = npt.NDArray[np.float32]


def unit(seed: int, count: int, dimensions: int) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def fill(store: Store, vectors: Floats, prefix: str = "k") -> list[int]:
    rows, _ = store.observations.add([said("x", f"{prefix}{n}") for n in range(len(vectors))], START)
    store.vectors["observation"].add(rows, vectors)
    return rows


def nearest(store: Store, query: Floats, limit: int = 10) -> list[int]:
    return [row for row, _ in store.vectors["observation"].search(query, limit)]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32), count=st.integers(1, 100), dimensions=st.sampled_from([8, 64, 100, 300, 384]),
    limit=st.integers(1, 20),
)  # fmt: skip
def test_up_to_a_hundred_vectors_are_ranked_as_a_full_scan_ranks_them(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, dimensions: int, limit: int
) -> None:
    """Within what 8 bits a component can tell apart; any number of dimensions will do."""
    vectors, query = unit(seed, count, dimensions), unit(seed + 1, 1, dimensions)[0]
    with Store(tmp_path_factory.mktemp("v") / "s.db", KEY, create=True) as store:
        rows = fill(store, vectors)
        found = store.vectors["observation"].search(query, limit)
    exact = dict(zip(rows, (vectors @ query).tolist(), strict=True))
    assert len(found) == min(limit, count)
    for row, cosine in found:
        assert cosine == pytest.approx(exact[row], abs=0.02)
    assert [c for _, c in found] == sorted((c for _, c in found), reverse=True)
    worst = min(exact[row] for row, _ in found)
    assert sum(cosine > worst + 0.04 for cosine in exact.values()) <= len(found)


def test_among_many_the_nearest_are_found(store: Store) -> None:
    """Only sign bits are scanned then; what is truly near must still come out on top."""
    vectors = unit(1, 3000, 384)
    rows = fill(store, vectors)
    for seed in range(20):
        query = vectors[seed * 7] + 0.5 * unit(seed + 50, 1, 384)[0]
        assert nearest(store, query.astype(np.float32), 3)[0] == rows[seed * 7]


def test_nothing_is_nearest_in_an_empty_store(store: Store) -> None:
    assert nearest(store, unit(0, 1, 384)[0]) == []


def test_a_vector_of_zeros_is_like_nothing_and_breaks_nothing(store: Store) -> None:
    vectors = unit(0, 3, 64)
    vectors[1] = 0
    rows = fill(store, vectors)
    found = dict(store.vectors["observation"].search(vectors[0], 3))
    assert found[rows[1]] == 0.0
    assert store.vectors["observation"].search(np.zeros(64, np.float32), 3)


def test_another_connection_sees_what_was_added(store: Store, reopen: Callable[[], Store]) -> None:
    other, vectors = reopen(), unit(0, 4, 64)
    first = fill(store, vectors[:2])
    assert nearest(other, vectors[0]) == nearest(store, vectors[0])
    second = fill(store, vectors[2:], "later")
    assert set(nearest(other, vectors[0])) == {*first, *second}


def test_another_connection_sees_what_was_embedded_out_of_order(store: Store, reopen: Callable[[], Store]) -> None:
    other, vectors = reopen(), unit(0, 2, 64)
    rows, _ = store.observations.add([said("x", "1"), said("y", "2")], START)
    store.vectors["observation"].add(rows[1:], vectors[1:])
    assert nearest(other, vectors[0]) == rows[1:]
    store.vectors["observation"].add(rows[:1], vectors[:1])
    assert set(nearest(other, vectors[0])) == set(rows)


@pytest.mark.parametrize("seen_by_writer", [True, False])
def test_deleted_vectors_never_stand_in_the_way_of_others(
    store: Store, reopen: Callable[[], Store], seen_by_writer: bool
) -> None:
    """Were they still scanned, many near ones would fill the pool and nothing would be found."""
    other, query = reopen(), unit(3, 1, 384)[0]
    near = (query + 0.01 * unit(4, 300, 384)).astype(np.float32)
    rows = fill(store, near)
    [far] = fill(store, -query[None, :], "far")
    assert far not in nearest(other, query)
    if seen_by_writer:
        assert far not in nearest(store, query)
    Forgetting(store, KEY).observations(list(store.observations.get(rows).values()), START)
    assert nearest(store, query) == [far]
    assert nearest(other, query) == [far]


def test_a_proposition_worded_anew_is_near_its_new_words_everywhere(store: Store, reopen: Callable[[], Store]) -> None:
    other, embedder = reopen(), FakeEmbedder(alike=0.0)
    with store.write():
        rows = [store.propositions.add(draft(f"The user has {n} cats.", "", ""), None, None, START) for n in range(3)]
        store.vectors["proposition"].add(rows, embedder.embed([f"The user has {n} cats." for n in range(3)]))
    [query] = embedder.embed(["The user keeps bees."])
    assert max(c for _, c in other.vectors["proposition"].search(query, 3)) < 0.7
    with store.write():
        store.propositions.change(rows[0], text="The user keeps bees.")
    assert rows[0] not in dict(other.vectors["proposition"].search(query, 3))
    store.vectors["proposition"].add(rows[:1], query[None, :])
    for one in (store, other):
        assert dict(one.vectors["proposition"].search(query, 3))[rows[0]] == pytest.approx(1.0, abs=0.01)


def test_vectors_rolled_back_are_not_found_and_do_not_pass_for_later_ones(store: Store) -> None:
    """A row number that was rolled back is given out again, to something else."""
    vectors = unit(0, 3, 384)
    fill(store, vectors[:1])
    with rolled_back(store):
        undone = fill(store, np.repeat(vectors[1:2], 150, axis=0), "undone")
        assert nearest(store, vectors[1])[0] in undone
    again = fill(store, np.repeat(vectors[2:3], 150, axis=0), "again")
    assert again == undone
    assert set(nearest(store, vectors[2], 150)) == set(again)


def test_a_deletion_rolled_back_leaves_its_vectors_to_be_found(store: Store) -> None:
    vectors = unit(0, 2, 64)
    rows = fill(store, vectors)
    nearest(store, vectors[0])
    with rolled_back(store):
        Forgetting(store, KEY).observations(list(store.observations.get(rows).values()), START)
        assert nearest(store, vectors[0]) == []
    assert set(nearest(store, vectors[0])) == set(rows)


def test_a_change_of_model_queues_everything_to_be_embedded_again(store: Store, reopen: Callable[[], Store]) -> None:
    other = reopen()
    assert store.use_vector_space("a")
    rows = fill(store, unit(0, 5, 64))
    assert store.vectors["observation"].unembedded_count() == 0
    assert len(nearest(other, unit(0, 1, 64)[0])) == 5
    assert not store.use_vector_space("a")
    assert store.vectors["observation"].unembedded_count() == 0
    assert store.use_vector_space("b")
    assert [row for row, _ in store.vectors["observation"].unembedded(10)] == rows
    wider = unit(1, 5, 384)
    assert nearest(store, wider[0]) == nearest(other, wider[0]) == []
    store.vectors["observation"].add(rows, wider)
    assert nearest(store, wider[0])[0] == nearest(other, wider[0])[0] == rows[0]


def test_what_was_deleted_while_it_was_being_embedded_is_passed_over(store: Store) -> None:
    rows, _ = store.observations.add([said("x", "1"), said("y", "2")], START)
    vectors = unit(0, 2, 64)
    store.observations.delete(rows[:1])
    store.vectors["observation"].add(rows, vectors)
    assert nearest(store, vectors[0]) == rows[1:]
    assert store.vectors["observation"].unembedded_count() == 0


def test_a_turn_is_embedded_with_its_speaker_unless_that_is_the_user(store: Store) -> None:
    store.observations.add([said("hi", "1"), said("hello", "2", who="Ana"), said("page", "3", who=None)], START)
    assert [text for _, text in store.vectors["observation"].unembedded(5)] == ["hi", "Ana: hello", "page"]


def test_the_store_keeps_its_vectors_when_it_is_opened_again(path: Path) -> None:
    vectors = unit(0, 3, 64)
    with Store(path, KEY, create=True) as store:
        rows = fill(store, vectors)
    with Store(path, KEY) as store:
        assert nearest(store, vectors[1])[0] == rows[1]
