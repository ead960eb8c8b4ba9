"""What expires is gone or down to its quotes, nothing of the user's word goes with it, and limits are kept."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, holds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import KEY, FailingConnection, dump
from support import START, said

from memory import retention
from memory.errors import InvalidInputError, StorageFullError
from memory.records import Evidence, Limit
from memory.retention import GAP, Retention, cut_down, too_old
from memory.store import Store
from memory.store.propositions import Link

NOW = START + timedelta(days=100)
MONTH = {"chat": Limit(days=30)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.db"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    with Store(path, KEY, create=True) as store:
        yield Bench(store)


def expire(bench: Bench, limits: dict[str, Limit] = MONTH, *, keep_facts: bool = True) -> dict[str, int]:
    counts = Retention(bench.store, bench.forgetting).expire(limits, NOW, keep_facts=keep_facts)
    bench.store.shrink(rebuild=True)
    return {name: count for name, count in counts.items() if count}


def evidence(bench: Bench) -> list[Evidence]:
    return [s.evidence for h in bench.store.propositions.all().values() for s in h.supports]


def quotes_are_verbatim(bench: Bench) -> None:
    held = {f"o{s.row}": s.observation for s in bench.store.observations.all()}
    for one in evidence(bench):
        if one.observation_id is not None:
            observation = held[one.observation_id]
            assert observation.text[one.start : one.end] == one.quote
            assert observation.key == one.observation_key


def keys(bench: Bench) -> list[str | None]:
    return [s.observation.key for s in bench.store.observations.all()]


def dog(bench: Bench, **more: Any) -> None:
    """An old message that says two things between much else, and a proposition from each."""
    text = "zinnober one. I have a dog. zinnober two. And I have a cat! zinnober three"
    [one] = bench.observe(said(text, "old", title="zinnober title", **more))
    bench.believe(one, "The user has a dog.", "I have a dog")
    bench.believe(one, "The user has a cat.", "have a cat")


# with facts kept


def test_what_supports_nothing_goes_and_what_does_is_cut_down_to_its_quotes(bench: Bench) -> None:
    dog(bench)
    bench.observe(said("zinnober, nothing said", "idle"), said("young", "young", days=80))
    assert expire(bench) == {"deleted": 1, "trimmed": 1}
    assert [s.observation.text for s in bench.store.observations.all()] == [f"I have a dog{GAP}have a cat", "young"]
    assert bench.texts() == ["The user has a dog.", "The user has a cat."]
    quotes_are_verbatim(bench)
    assert holds(bench, "zinnober") == []


def test_what_is_left_is_found_by_its_words_and_waits_for_its_new_vector(bench: Bench) -> None:
    dog(bench)
    expire(bench)
    words = bench.store.words["observation"]
    assert [len(words.search(word, 5)) for word in ("dog", "cat", "zinnober")] == [1, 1, 0]
    [(row, text)] = bench.store.vectors["observation"].unembedded(5)
    assert text == f"I have a dog{GAP}have a cat"
    assert bench.store.vectors["observation"].cosines(bench._embedder.embed([text])[0], [row]) == []
    with bench.store.write():
        bench.store.observations._c.run(
            "INSERT INTO observations_fts (observations_fts, rank) VALUES ('integrity-check', 1)"
        )


def test_who_spoke_where_and_when_stays_and_the_title_goes(bench: Bench) -> None:
    dog(bench, who="Ana")
    before = bench.store.observations.get([1])[1].observation
    expire(bench)
    after = bench.store.observations.get([1])[1].observation
    assert (after.speaker, after.at, after.app, after.thread) == ("Ana", before.at, before.app, before.thread)
    assert (before.title, after.title) == ("zinnober title", None)
    assert bench.store.observations._c.read("SELECT count(*) FROM contexts") == [(1,)]


def test_what_was_cut_down_is_not_cut_down_again(bench: Bench) -> None:
    dog(bench)
    expire(bench)
    before = dump(bench.store)
    assert expire(bench) == {}
    assert dump(bench.store) == before


def test_what_was_cut_down_goes_once_it_supports_nothing_any_more(bench: Bench) -> None:
    dog(bench)
    expire(bench)
    bench.forget("The user has a dog.")
    assert expire(bench) == {}
    bench.forget("The user has a cat.")
    assert expire(bench) == {"deleted": 1}


def test_the_picture_of_what_is_cut_down_goes(bench: Bench) -> None:
    dog(bench)
    bench.store.images.add({1: b"zinnober picture"}, START)
    expire(bench)
    assert (bench.store.images.get(1), holds(bench, "zinnober picture")) == (None, [])


def test_what_is_not_distilled_yet_expires_all_the_same(bench: Bench) -> None:
    """The limit is a promise about age."""
    bench.observe(said("waiting", "k"))
    assert bench.store.observations.pending_count() == 1
    assert expire(bench) == {"deleted": 1}


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=8, unique=True)


@given(text=st.text(min_size=80, max_size=120), spans=SPANS)
def test_however_quotes_lie_each_is_still_there_and_never_further_back(text: str, spans: list[tuple[int, int]]) -> None:
    links = [Link(row, start, start + length) for row, (start, length) in enumerate(spans)]
    short, moved = cut_down(text, links)
    assert len(short) <= len(text)
    assert {link.row for link in moved} == {link.row for link in links}
    for link in moved:
        before = links[link.row]
        assert short[link.start : link.end] == text[before.start : before.end]
        assert link.start <= before.start
    assert [link.start for link in moved] == sorted(link.start for link in moved)
    assert len({(link.start, link.end) for link in moved}) == len(links)
    assert set(short.replace(GAP, "")) <= {c for start, n in spans for c in text[start : start + n + len(GAP)]}


def test_cutting_down_twice_changes_nothing() -> None:
    links = [Link(0, 10, 20), Link(1, 15, 25), Link(2, 60, 70)]
    text, moved = cut_down("x" * 100, links)
    assert cut_down(text, moved) == (text, moved)


def test_two_quotes_of_one_proposition_in_one_place_do_not_collide_while_they_move(bench: Bench) -> None:
    """(10, 14) moves to where (0, 4) was, which itself stays."""
    [one] = bench.observe(said("aaaa......aaaa......aaaa", "k"))
    with bench.store.write():
        row = bench.store.propositions.add(_draft("The user says a."), None, None, START)
        for start in (20, 0, 10):
            bench.store.propositions.add_evidence(row, _draft("The user says a.", start), one, "supports", START, "f")
    expire(bench)
    assert sorted((e.start, e.end) for e in evidence(bench)) == [(0, 4), (7, 11), (14, 18)]
    quotes_are_verbatim(bench)


def _draft(text: str, start: int = 0) -> Any:
    from fakes import draft  # noqa: PLC0415

    return draft(text, "aaaa", "k", start=start)


# with facts dropped


def test_what_rests_on_it_alone_goes_with_it(bench: Bench) -> None:
    dog(bench)
    assert expire(bench, keep_facts=False) == {"deleted": 1, "propositions": 2}
    assert (bench.texts(), keys(bench)) == ([], [])
    assert holds(bench, "zinnober") == holds(bench, "has a dog") == []


def test_what_has_other_evidence_stays_and_rests_on_that_with_its_wording(bench: Bench) -> None:
    old, young = bench.observe(said("my dog zinnober", "1"), said("I have a dog", "2", days=80))
    bench.believe(young, "The user has a dog.", "have a dog")
    bench.judge.enqueue("The user has a dog called Zinnober.", "general")
    bench.judge.enqueue("The user has a dog.", "refines")
    bench.believe(old, "The user has a dog called Zinnober.", "dog zinnober")
    assert expire(bench, keep_facts=False) == {"deleted": 1}
    assert bench.texts() == ["The user has a dog."]
    assert [e.observation_key for e in evidence(bench)] == ["2"]
    assert holds(bench, "zinnober") == []


def test_what_it_had_ended_stays_ended(bench: Bench) -> None:
    """The user did move; that it is no longer known where to changes nothing about it."""
    leeds, york = bench.observe(said("I live in Leeds", "1", days=90), said("moved to York", "2", days=10))
    bench.believe(leeds, "The user lives in Leeds.", "live in Leeds")
    row = bench.held("The user lives in Leeds.").row
    bench.believe(york, "The user lives in York.", "moved to York")
    with bench.store.write():
        by = bench.held("The user lives in York.").row
        bench.store.propositions.change(row, valid_to=START + timedelta(days=95), superseded_by=by)
    expire(bench, keep_facts=False)
    held = bench.held("The user lives in Leeds.")
    assert (held.valid_to is not None, held.superseded_by) == (True, None)


@pytest.mark.parametrize(
    "word", [{"verdict": v} for v in ("confirmed", "edited", "remembered", "rejected")] + [{"pinned": 1}]
)
@pytest.mark.parametrize("keep_facts", [True, False])
def test_the_users_own_word_never_goes_nor_what_it_quotes(bench: Bench, word: dict[str, Any], keep_facts: bool) -> None:
    dog(bench)
    with bench.store.write():
        bench.store.propositions.change(bench.held("The user has a dog.").row, **word)
    counts = expire(bench, keep_facts=keep_facts)
    assert "The user has a dog." in bench.texts()
    assert next(e.quote for e in evidence(bench)) == "I have a dog"
    quotes_are_verbatim(bench)
    assert holds(bench, "zinnober") == []
    if not keep_facts:
        assert counts == {"trimmed": 1, "propositions": 1}
        assert [s.observation.text for s in bench.store.observations.all()] == ["I have a dog"]
        assert expire(bench, keep_facts=False) == {}


def test_a_change_of_mind_about_facts_reaches_what_was_cut_down(bench: Bench) -> None:
    dog(bench)
    expire(bench)
    assert expire(bench, keep_facts=False) == {"deleted": 1, "propositions": 2}


def test_expiry_is_not_forgetting(bench: Bench) -> None:
    """No mark is left: the same may be observed and believed again."""
    dog(bench)
    expire(bench, keep_facts=False)
    assert not bench.store.tombstones.any()
    dog(bench)
    assert bench.texts() == ["The user has a dog.", "The user has a cat."]


# limits


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "30", 10**9])
def test_a_limit_that_makes_no_sense_is_refused(value: Any) -> None:
    for name in ("days", "megabytes"):
        with pytest.raises(InvalidInputError):
            Limit(**{name: value})


def test_a_limit_concerns_its_source_alone(bench: Bench) -> None:
    bench.observe(said("a", "a"), said("b", "b", source="screen"))
    assert expire(bench, {"screen": Limit(days=1)}) == {"deleted": 1}
    assert keys(bench) == ["a"]


def test_the_age_is_of_what_happened_to_the_second(bench: Bench) -> None:
    edge = (NOW - START).total_seconds() / 86400 - 30
    bench.observe(said("a", "before", days=edge - 0.001), said("b", "after", days=edge + 0.001))
    assert expire(bench) == {"deleted": 1}
    assert keys(bench) == ["after"]


def test_what_would_expire_at_once_is_known_before_it_is_stored() -> None:
    batch = [said("a", "old"), said("b", "young", days=90), said("c", "other", source="screen")]
    assert too_old(batch, MONTH, NOW) == {"old"}
    assert too_old(batch, {}, NOW) == set()
    assert too_old(batch, {"chat": Limit(days=1_000_000)}, NOW) == set()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 60_000), min_size=1, max_size=60), seed=st.integers(0, 999),
    keep_facts=st.booleans(), quoted=st.integers(0, 100),
)  # fmt: skip
def test_the_oldest_go_until_the_rest_is_within_the_limit_and_no_more_than_that(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, sizes: list[int], seed: int,
    keep_facts: bool, quoted: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(retention, "BATCH", 7)
    monkeypatch.setattr(retention, "PAGE", 20)
    rng = random.Random(seed)
    with Store(tmp_path_factory.mktemp("s") / "s.db", KEY, create=True) as store:
        bench = Bench(store)
        order = rng.sample(range(len(sizes)), len(sizes))
        stored = bench.observe(*(said("x" * sizes[n], f"k{n}", days=n / 100) for n in order))
        bench.observe(said("y" * 3_000_000, "other", source="screen"))
        for one in stored:
            if rng.randrange(100) < quoted:
                bench.believe(one, f"The user has {one.row} things.", one.observation.text[:5])
        facts = set(bench.texts())
        before = {k: len(store.observations.with_keys([k])[k].observation.text) for k in map(str, keys(bench))}
        limit = Limit(megabytes=1)
        due = Retention(store, bench.forgetting).due("chat", limit, NOW, keep_facts=keep_facts)
        counts = expire(bench, {"chat": limit}, keep_facts=keep_facts)
        reached = counts.get("deleted", 0) + counts.get("trimmed", 0)
        total = store.usage.of_source("chat")
        assert total <= 1_000_000 or all(
            len(s.observation.text) <= 5 for s in store.observations.all() if s.observation.source == "chat"
        )
        held = {str(s.observation.key): len(s.observation.text) for s in store.observations.all()}
        whole = [n for n in range(len(sizes)) if held.get(f"k{n}") == before[f"k{n}"] and before[f"k{n}"] > 5]
        gone = [n for n in range(len(sizes)) if n not in whole and before[f"k{n}"] > 5]
        assert not gone or not whole or max(gone) < min(whole), "the oldest first"
        if gone:
            assert total + before[f"k{max(gone)}"] + 500 > 1_000_000, "the last of them had to go as well"
        assert due <= reached <= len(sizes) if keep_facts else due == reached
        assert "other" in held
        if keep_facts:
            assert set(bench.texts()) == facts
        quotes_are_verbatim(bench)


def test_a_vector_that_is_still_to_be_made_counts_as_if_it_were(bench: Bench) -> None:
    """Otherwise what was cut down would be over the limit again once it is embedded."""
    bench.observe(said("a", "a"))
    one = bench.store.usage.of_source("chat")
    bench.store.observations.add([said("b", "b")], START)
    assert bench.store.usage.of_source("chat") == 2 * one > 2


def test_what_a_limit_would_reach_can_be_asked_without_doing_it(bench: Bench) -> None:
    dog(bench)
    bench.observe(*(said("x" * 1000, f"k{n}", days=50 + n) for n in range(45)))
    before = dump(bench.store)
    due = Retention(bench.store, bench.forgetting).due
    assert due("chat", Limit(days=30), NOW, keep_facts=True) == 1 + 20
    assert due("screen", Limit(days=1), NOW, keep_facts=True) == 0
    assert due("chat", Limit(megabytes=1), NOW, keep_facts=True) == 0
    assert due("chat", Limit(), NOW, keep_facts=True) == 0
    assert dump(bench.store) == before
    assert expire(bench) == {"deleted": 20, "trimmed": 1}


# trouble


def fill(bench: Bench) -> None:
    dog(bench)
    old, other = bench.observe(said("zinnober, I have a bird", "2"), said("my bird sings", "3", days=90))
    bench.believe(old, "The user has a bird.", "have a bird")
    bench.judge.enqueue("The user has a bird.", "refines")
    bench.believe(other, "The user has a bird that sings.", "bird sings")
    bench.store.images.add({1: b"picture"}, START)
    bench.observe(said("nothing", "4", title="zinnober"))


@pytest.mark.parametrize("keep_facts", [True, False])
def test_whichever_write_fails_nothing_is_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch, keep_facts: bool
) -> None:
    with Store(path, KEY, create=True) as store:
        bench = Bench(store)
        fill(bench)
        connection = store.observations._c
        before, raw = dump(store), connection._raw
        subject = Retention(store, bench.forgetting)
        monkeypatch.setattr(retention, "BATCH", 100)
        for number in range(1000):
            failing = FailingConnection(raw, number)
            monkeypatch.setattr(connection, "_raw", failing)
            with monkeypatch.context() as once:
                once.setattr(subject, "_expire_all", subject._expire)
                try:
                    subject.expire(MONTH, NOW, keep_facts=keep_facts)
                except StorageFullError:
                    assert failing.failed
            monkeypatch.setattr(connection, "_raw", raw)
            if not failing.failed:
                break
            assert not raw.in_transaction
            assert dump(store) == before, f"write {number} failed and left something behind"
        assert number > 10
        assert len(keys(bench)) == (3 if keep_facts else 1)
        quotes_are_verbatim(bench)


def test_a_kill_between_two_batches_loses_nothing_and_the_rest_expires_the_next_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    bench.observe(*(said("x", f"k{n}", days=n) for n in range(10)))
    subject = Retention(bench.store, bench.forgetting)
    done = subject._expire
    rounds = iter(range(10))

    def killed(rows: Any, now: Any, keep: bool) -> Any:
        if next(rounds) == 2:
            raise KeyboardInterrupt
        return done(rows, now, keep)

    monkeypatch.setattr(subject, "_expire", killed)
    with pytest.raises(KeyboardInterrupt):
        subject.expire(MONTH, NOW, keep_facts=True)
    assert keys(bench) == [f"k{n}" for n in range(4, 10)]
    subject.expire(MONTH, NOW, keep_facts=True)
    assert keys(bench) == []


def test_where_the_disk_has_no_room_for_a_batch_smaller_ones_are_tried(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.observe(*(said("x", f"k{n}") for n in range(50)))
    subject = Retention(bench.store, bench.forgetting)
    done = subject._expire

    def narrow(rows: Any, now: Any, keep: bool) -> Any:
        if len(rows) > 3:
            raise StorageFullError("the disk is full")
        return done(rows, now, keep)

    monkeypatch.setattr(subject, "_expire", narrow)
    assert subject.expire(MONTH, NOW, keep_facts=True)["deleted"] == 50
    monkeypatch.setattr(subject, "_expire", lambda *_: narrow(range(9), NOW, True))
    bench.observe(said("y", "more"))
    with pytest.raises(StorageFullError):
        subject.expire(MONTH, NOW, keep_facts=True)
    assert keys(bench) == ["more"]


def test_expiry_among_much_else_leaves_no_trace_on_any_page(bench: Bench) -> None:
    stored = bench.observe(*(said(f"zinnober{n % 7} {n} I have {n} dogs " + "word " * 30, f"k{n}") for n in range(300)))
    for one in stored[::5]:
        bench.believe(one, f"The user has {one.row} dogs.", f"have {one.row - 1} dogs")
    bench.observe(*(said(f"later {n}", f"l{n}", days=90) for n in range(200)))
    assert expire(bench) == {"deleted": 240, "trimmed": 60}
    assert [holds(bench, f"zinnober{n}") for n in range(7)] == [[]] * 7
    assert bench.store.damage() == []
    assert bench.store.usage.file()[1] == 0, "the room is given back"
    quotes_are_verbatim(bench)
