"""What is forgotten is gone from every table and every page, and does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from bench import Bench, holds
from fakes import FakeEmbedder
from stores import KEY, dump
from support import START, said

from memory.belief import believe
from memory.forgetting import Forgetting
from memory.records import Observation, Revision
from memory.store import Store

LATER = START + timedelta(days=400)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.db"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    with Store(path, KEY, create=True) as store:
        yield Bench(store)


# nothing is left


def test_the_search_finds_what_is_there(bench: Bench) -> None:
    """Rows, index shadow tables, pages and the log; otherwise the tests below would prove nothing."""
    [one] = bench.observe(said("I collect zinnober stamps", "k"))
    bench.believe(one, "The user collects zinnober stamps.", "collect zinnober stamps")
    places = holds(bench, "zinnob")
    assert {"observations", "propositions", "evidence", "revisions"} <= set(places)
    assert any(place.startswith("page") for place in places)
    assert any("fts_data" in place for place in places)


def test_a_forgotten_proposition_is_nowhere_but_in_what_was_said(bench: Bench) -> None:
    [one] = bench.observe(said("I collect z-stamps", "k"))
    bench.believe(one, "The user collects zinnober stamps.", "collect z-stamps")
    bench.judge.enqueue("The user collects zinnober stamps.", "refines")
    [two] = bench.observe(said("rare z-stamps", "l", days=1))
    bench.believe(two, "The user collects rare zinnober stamps.", "rare z-stamps")
    bench.forget("The user collects rare zinnober stamps.")
    bench.store.shrink()
    assert holds(bench, "zinnob") == []
    assert bench.store.observations.count() == 2
    assert bench.store.vectors["proposition"].search(FakeEmbedder().embed(["x"])[0], 5) == []


def test_a_forgotten_observation_is_nowhere_at_all(bench: Bench) -> None:
    """Text, title, speaker, thread, quote, claim, index, history of others."""
    fields = {"who": "Zinnober Zoe", "thread": "zinnober thread", "title": "zinnober title"}
    one, other = bench.observe(said("I collect zinnober stamps", "k", **fields), said("I collect stamps", "l", days=-1))
    bench.believe(other, "The user collects stamps.", "collect stamps")
    bench.judge.enqueue("The user collects stamps.", "refines")
    assert bench.believe(one, "The user collects zinnober stamps.", "collect zinnober stamps") == "refined"
    bench.believe(one, "The user likes zinnober.", "zinnober")
    bench.forget_observation(one)
    bench.store.shrink()
    assert holds(bench, "zinnob") == []
    assert bench.texts() == ["The user collects stamps."]


def test_forgetting_among_much_else_leaves_no_trace_on_any_page(bench: Bench) -> None:
    """Index segments are merged and pages split: copies of copies."""
    stored = bench.observe(*(said(f"message {n} zinnober{n % 7} " + "word " * 30, f"k{n}") for n in range(400)))
    chosen = [s for s in stored if "zinnober3" in s.observation.text]
    bench.observe(*(said(f"later {n}", f"l{n}") for n in range(200)))
    bench.forget_observation(*chosen)
    bench.store.shrink()
    assert holds(bench, "zinnober3") == []
    assert "observations" in holds(bench, "zinnober4")
    with bench.store.write():
        bench.store.observations._c.run(
            "INSERT INTO observations_fts (observations_fts, rank) VALUES ('integrity-check', 1)"
        )


def test_a_tombstone_says_nothing_about_what_it_stands_for(bench: Bench) -> None:
    [one] = bench.observe(said("zinnober", "zinnober-key"))
    bench.believe(one, "The user likes zinnober.", "zinnober")
    bench.forget_observation(one)
    rows = dump(bench.store)["tombstones"]
    assert len(rows) > 2
    assert all(len(mark) == 32 for mark, _ in rows)
    again = Forgetting(bench.store, bytes(32))
    assert again.forgotten(["zinnober-key"]) == set(), "without the key a guess cannot be checked"


def test_another_propositions_history_does_not_keep_the_wording_either(bench: Bench) -> None:
    old, new = bench.observe(said("I live in Leeds", "k"), said("moved to Zinnober", "l", days=9))
    bench.believe(old, "The user lives in Leeds.", "live in Leeds")
    bench.judge.enqueue("The user lives in Leeds.", "supersedes")
    assert bench.believe(new, "The user lives in Zinnoberville.", "moved to Zinnober") == "superseding"
    bench.forget("The user lives in Zinnoberville.")
    bench.store.shrink()
    assert holds(bench, "zinnoberville") == []
    assert [action for action, _, _ in bench.history("The user lives in Leeds.")] == ["add", "supersede", "reopen"]


def test_all_that_is_worded_the_same_is_forgotten_together(bench: Bench) -> None:
    """Leeds, York, then Leeds again: two propositions, one claim."""
    first, second, third = bench.observe(
        said("in Leeds", "1"), said("in York", "2", days=5), said("in Leeds again", "3", days=9)
    )
    bench.believe(first, "The user lives in Leeds.", "in Leeds")
    bench.judge.enqueue("The user lives in Leeds.", "supersedes")
    bench.believe(second, "The user lives in York.", "in York")
    bench.judge.enqueue("The user lives in York.", "supersedes")
    bench.believe(third, "The user lives in Leeds.", "in Leeds")
    rows = bench.store.propositions.with_text("The user lives in Leeds.")
    assert len(rows) == 2
    bench.forgetting.propositions([bench.store.propositions.get(rows)[rows[1]]], START)
    assert bench.texts() == ["The user lives in York."]


# what remains, and how


def test_what_a_forgotten_claim_had_ended_holds_again(bench: Bench) -> None:
    old, new = bench.observe(said("I live in Leeds", "k"), said("moved to York", "l", days=9))
    bench.believe(old, "The user lives in Leeds.", "live in Leeds")
    bench.judge.enqueue("The user lives in Leeds.", "supersedes")
    bench.believe(new, "The user lives in York.", "moved to York")
    for forget in (lambda: bench.forget("The user lives in York."), lambda: bench.forget_observation(new)):
        forget()
        held = bench.held("The user lives in Leeds.")
        assert (held.valid_to, held.superseded_by) == (None, None)
        proposition = believe(held, LATER, frozenset())
        assert proposition is not None
        assert proposition.status == "believed"


def test_a_proposition_with_other_evidence_stays_and_rests_on_that(bench: Bench) -> None:
    one, two = bench.observe(said("I have a dog", "k"), said("my dog is ill", "l", days=1))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.judge.enqueue("The user has a dog.", "same")
    bench.believe(two, "The user owns a dog.", "my dog")
    bench.forget_observation(one)
    assert bench.texts() == ["The user owns a dog."], "the wording that is left"
    assert [s.evidence.quote for s in bench.held("The user owns a dog.").supports] == ["my dog"]
    assert bench.store.vectors["proposition"].unembedded_count() == 1, "to be embedded anew"


def test_a_wording_from_a_forgotten_observation_goes_even_if_the_user_confirmed_it(bench: Bench) -> None:
    one, two = bench.observe(said("I have a dog", "k"), said("Zinnober the dog", "l", days=1))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.judge.enqueue("The user has a dog.", "refines")
    bench.believe(two, "The user has a dog called Zinnober.", "Zinnober the dog")
    with bench.store.write():
        bench.store.propositions.change(
            bench.held("The user has a dog called Zinnober.").row, verdict="confirmed", verdict_at=START
        )
    bench.forget_observation(two)
    bench.store.shrink()
    assert holds(bench, "zinnob") == []
    assert bench.held("The user has a dog.").verdict == "confirmed"


@pytest.mark.parametrize("verdict", ["edited", "remembered"])
def test_what_the_user_wrote_outlives_the_evidence_but_shows_no_older_wording(bench: Bench, verdict: str) -> None:
    [one] = bench.observe(said("I collect zinnober stamps", "k"))
    bench.believe(one, "The user collects zinnober stamps.", "zinnober stamps")
    row = bench.held("The user collects zinnober stamps.").row
    with bench.store.write():
        bench.store.propositions.change(row, text="The user collects stamps.", verdict=verdict, verdict_at=START)
        bench.store.propositions.record(row, Revision(
            at=START, actor="user", action="edit", before="The user collects zinnober stamps.",
            after="The user collects stamps.", reason="the user reworded it",
        ))  # fmt: skip
    bench.forget_observation(one)
    bench.store.shrink()
    assert bench.texts() == ["The user collects stamps."]
    assert bench.held("The user collects stamps.").supports == ()
    assert holds(bench, "zinnob") == []


@pytest.mark.parametrize("verdict", [None, "confirmed", "rejected"])
def test_what_rests_on_a_forgotten_observation_alone_goes_with_it(bench: Bench, verdict: str | None) -> None:
    one, two = bench.observe(said("I have a dog", "k"), said("I have a cat", "l"))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.believe(two, "The user has a cat.", "have a cat")
    with bench.store.write():
        row = bench.held("The user has a dog.").row
        bench.store.propositions.change(row, verdict=verdict, verdict_at=START)
    bench.forget_observation(one)
    assert bench.texts() == ["The user has a cat."]


# it does not come back


def test_a_forgotten_observation_is_known_when_it_comes_again(bench: Bench) -> None:
    one, two = bench.observe(said("a", "k"), said("b", "l"))
    assert bench.forgetting.forgotten(["k", "l"]) == set()
    bench.forget_observation(one)
    assert bench.forgetting.forgotten(["k", "l", "m"]) == {"k"}
    assert two.observation.stable_key == "l"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The user drives a Yaris.", "I drive a Yaris"),
        ("the user DRIVES a yaris", "drive a Yaris"),
        ("The user's car is a Toyota Yaris.", "I drive a Yaris"),
        ("The user's car is a Toyota Yaris.", "a Yaris"),
        ("The user's car is a Toyota Yaris.", "Well, I drive a Yaris to work"),
    ],
)
def test_the_same_evidence_does_not_bring_a_forgotten_claim_back(bench: Bench, text: str, quote: str) -> None:
    """Whatever engine reads it next, and however it words and quotes it."""
    [one] = bench.observe(said("Well, I drive a Yaris to work. I have a cat.", "k"))
    bench.believe(one, "The user drives a Yaris.", "I drive a Yaris")
    bench.forget("The user drives a Yaris.")
    assert bench.believe(one, text, quote) == "forgotten"
    assert bench.texts() == []


def test_the_rest_of_the_same_message_is_still_believed(bench: Bench) -> None:
    [one] = bench.observe(said("I drive a Yaris to work. I have a cat.", "k"))
    bench.believe(one, "The user drives a Yaris.", "I drive a Yaris")
    bench.forget("The user drives a Yaris.")
    assert bench.believe(one, "The user has a cat.", "I have a cat") == "new"


def test_the_words_of_a_supporting_draft_do_not_come_back_either(bench: Bench) -> None:
    one, two, three = bench.observe(said("I have a dog", "1"), said("my dog", "2", days=1), said("dog!", "3", days=2))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.judge.enqueue("The user has a dog.", "same")
    bench.believe(two, "The user owns a dog.", "my dog")
    bench.forget("The user has a dog.")
    assert bench.believe(three, "The user owns a dog.", "dog") == "forgotten"


def test_the_users_own_word_brings_a_forgotten_claim_back(bench: Bench) -> None:
    one, two = bench.observe(said("I have a dog", "1"), said("a dog, yes", "2", days=1))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.forget("The user has a dog.")
    with bench.store.write():
        bench.forgetting.welcome("The user has a dog.")
    assert bench.believe(two, "The user has a dog.", "a dog") == "new"


def test_what_is_taken_back_for_mending_may_be_drawn_again(bench: Bench) -> None:
    """Nobody asked for it to be forgotten."""
    one, two = bench.observe(said("I have a dog", "1"), said("and a cat", "2"))
    bench.believe(one, "The user has a dog.", "have a dog")
    bench.believe(two, "The user has a cat.", "a cat")
    with bench.store.write():
        bench.forgetting.take_back(one.row, START)
    assert bench.texts() == ["The user has a cat."]
    assert bench.believe(one, "The user has a dog.", "have a dog") == "new"


def test_a_key_made_for_a_keyless_observation_says_nothing_about_its_text(bench: Bench) -> None:
    """A digest of a short secret is as good as the secret; only with the vault's key can this one be made."""
    plain = Observation(text="1234", at=START, source="chat")
    keyed = bench.forgetting.keyed(plain)
    assert keyed.key == bench.forgetting.keyed(plain).key
    assert keyed.key != Forgetting(bench.store, bytes(32)).keyed(plain).key
    assert bench.forgetting.keyed(keyed) is keyed
