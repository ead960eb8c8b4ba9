"""The text index follows every change of the text it indexes."""

from __future__ import annotations

from fakes import draft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import rolled_back
from support import START, said

from memory.store import Store
from memory.store.lexical import terms


def found(store: Store, question: str) -> list[int]:
    return [row for row, _ in store.words["observation"].search(question, 10)]


def consistent(store: Store) -> None:
    """FTS5's own check of index against content; raises if they differ."""
    for table in ("observations_fts", "propositions_fts"):
        with store.write():
            store.observations._c.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


def test_a_word_is_found_once_its_text_is_stored_and_not_after_it_is_deleted(store: Store) -> None:
    [row, other], _ = store.observations.add([said("the marmalade is gone", "a"), said("tea", "b")], START)
    assert found(store, "marmalade") == [row]
    store.observations.delete([row])
    assert found(store, "marmalade") == []
    assert found(store, "tea") == [other]
    consistent(store)


def test_a_reworded_text_is_found_by_its_new_words_only(store: Store) -> None:
    [row], _ = store.observations.add([said("the marmalade is gone", "a")], START)
    store.observations.reword(row, "the honey is gone")
    assert (found(store, "marmalade"), found(store, "honey")) == ([], [row])
    consistent(store)


def test_a_reworded_proposition_is_found_by_its_new_words_only(store: Store) -> None:
    with store.write():
        row = store.propositions.add(draft("The user keeps bees.", "", ""), None, None, START)
        store.propositions.change(row, text="The user keeps goats.")
    words = store.words["proposition"]
    assert (words.search("bees", 5), [r for r, _ in words.search("goats", 5)]) == ([], [row])
    consistent(store)


def test_a_change_rolled_back_leaves_the_index_as_it_was(store: Store) -> None:
    [row], _ = store.observations.add([said("the marmalade is gone", "a")], START)
    with rolled_back(store):
        store.observations.delete([row])
    assert found(store, "marmalade") == [row]
    consistent(store)


def test_whoever_speaks_is_found_by_name(store: Store) -> None:
    [row, _], _ = store.observations.add([said("lunch?", "a", who="Beatriz"), said("ok", "b")], START)
    assert found(store, "beatriz") == [row]


def test_another_form_of_a_word_and_another_accent_are_found(store: Store) -> None:
    [row], _ = store.observations.add([said("we walked to the café", "a")], START)
    assert found(store, "walking") == found(store, "cafe") == [row]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.text(max_size=40) | st.sampled_from(['"', "* OR", "a AND NOT b", "NEAR(x y)", "text: x", "^x", "\0"])
)
def test_no_question_is_syntax(store: Store, question: str) -> None:
    store.words["observation"].search(question, 5)


def test_a_question_of_common_words_alone_still_looks_for_them() -> None:
    assert terms("Who am I?") == ["who", "am", "i"]
    assert terms("Who is Beatriz?") == ["beatriz"]
