"""Confidence as a function: what more evidence, time and the user's word may do to it, and what they may not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import START

from memory.belief import HALF_LIFE_DAYS, NOT_KNOWN, believe, confidence, fade
from memory.records import LIFESPANS, Evidence, Lifespan, Stance
from memory.store import Held, Support, Verdict


def support(
    quote: str = "I drive a Yaris", *, certainty: float = 0.8, days: float = 0, thread: str = "Ana",
    source: str = "chat", stance: Stance = "supports",
) -> Support:  # fmt: skip
    evidence = Evidence(
        observation_id="o1", observation_key="k", quote=quote, start=0, end=len(quote), stance=stance, basis="stated",
        at=START + timedelta(days=days),
    )  # fmt: skip
    return Support(evidence, "The user drives a Yaris.", certainty, source, thread)


def sure(supports: Sequence[Support], at: float = 400, lifespan: Lifespan = "years") -> float:
    """Confidence by inference alone, ``at`` days after START."""
    return confidence(supports, lifespan, None, None, START + timedelta(days=at))


certainties = st.floats(0.01, 0.99)
lifespans = st.sampled_from(LIFESPANS)
pieces = st.builds(
    support, st.sampled_from("abcde"), certainty=certainties, days=st.integers(0, 300).map(float),
    thread=st.sampled_from(["Ana", "Bea"]), source=st.sampled_from(["chat", "screen"]),
)  # fmt: skip
contradictions = st.builds(
    support, st.sampled_from("vwxyz"), certainty=certainties, days=st.integers(0, 300).map(float),
    thread=st.sampled_from(["Ana", "Bea"]), stance=st.just("contradicts"),
)  # fmt: skip
bodies = st.lists(pieces | contradictions, max_size=8)
supported = st.lists(pieces, min_size=1, max_size=8)

EPSILON = 1e-9


@given(bodies, pieces, lifespans)
def test_more_support_never_lowers_confidence(body: list[Support], more: Support, lifespan: Lifespan) -> None:
    assert sure([*body, more], lifespan=lifespan) >= sure(body, lifespan=lifespan) - EPSILON


@given(bodies, certainties, lifespans, st.data())
def test_a_piece_that_is_surer_never_lowers_confidence(
    body: list[Support], certainty: float, lifespan: Lifespan, data: st.DataObject
) -> None:
    assume(any(s.evidence.stance == "supports" for s in body))
    index = data.draw(st.sampled_from([i for i, s in enumerate(body) if s.evidence.stance == "supports"]))
    old = body[index]
    assume(certainty >= old.certainty)
    surer = Support(old.evidence, old.claim, certainty, old.source, old.thread)
    assert sure([*body[:index], surer, *body[index + 1 :]]) >= sure(body) - EPSILON


@given(bodies, contradictions, lifespans)
def test_contradiction_never_raises_confidence(body: list[Support], against: Support, lifespan: Lifespan) -> None:
    assert sure([*body, against], lifespan=lifespan) <= sure(body, lifespan=lifespan) + EPSILON


@given(st.floats(0.4, 0.97), st.floats(0.4, 0.97))
def test_a_credible_contradiction_lowers_confidence(certainty: float, against: float) -> None:
    body = [support(certainty=certainty)]
    assert sure([*body, support("no", certainty=against, stance="contradicts")], at=1) < sure(body, at=1)


@given(bodies, st.randoms(), lifespans)
def test_the_order_of_arrival_does_not_matter(body: list[Support], random: object, lifespan: Lifespan) -> None:
    shuffled = list(body)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sure(shuffled, lifespan=lifespan) == pytest.approx(sure(body, lifespan=lifespan), abs=EPSILON)


@given(bodies, lifespans, st.floats(0, 1e5), st.sampled_from([None, "confirmed", "edited", "remembered", "rejected"]))
def test_nothing_is_ever_certain_or_impossible(
    body: list[Support], lifespan: Lifespan, days: float, verdict: Verdict | None
) -> None:
    at = START + timedelta(days=days)
    assert 0 < confidence(body, lifespan, verdict, START, at) < 1


@given(st.integers(1, 30), certainties, st.lists(st.sampled_from(["Ana", "Bea", "Cai"]), min_size=1))
def test_copies_of_one_statement_count_once(copies: int, certainty: float, threads: list[str]) -> None:
    """Forwarded to others, quoted back, imported from two exports: it is still one statement."""
    said = [
        support(
            "I drive a Yaris" if n % 2 else "i DRIVE a yaris!",
            certainty=certainty, thread=threads[n % len(threads)], source="chat" if n % 3 else "screen",
        )
        for n in range(copies)
    ]  # fmt: skip
    assert sure(said) == pytest.approx(sure([support(certainty=certainty)]), abs=EPSILON)


@given(st.integers(2, 6), st.floats(0.35, 0.6))
def test_another_day_thread_and_source_each_add_something_and_less_each_time(count: int, certainty: float) -> None:
    for vary in ({"days": 1.0}, {"thread": "t"}, {"source": "s"}):
        [(name, unit)] = vary.items()
        bodies_ = [
            [support(f"said {n}", certainty=certainty, **{name: unit * n}) for n in range(size)]  # type: ignore[arg-type]
            for size in range(1, count + 2)
        ]
        levels = [confidence(b, "permanent", None, None, START + timedelta(days=count)) for b in bodies_]
        gains = [math.log(b / (1 - b)) - math.log(a / (1 - a)) for a, b in pairwise(levels)]
        assert all(gain > 0 for gain in gains), name
        assert all(later < earlier for earlier, later in pairwise(gains)), name


def test_saying_more_in_the_same_breath_adds_nothing() -> None:
    assert sure([support("a"), support("b")]) == pytest.approx(sure([support("a")]))


@given(supported, st.floats(0, 3000), st.floats(0, 3000), lifespans)
def test_without_new_support_confidence_never_rises(
    body: list[Support], first: float, more: float, lifespan: Lifespan
) -> None:
    early, late = sure(body, 300 + first, lifespan), sure(body, 300 + first + more, lifespan)
    assert late <= early + EPSILON


@given(supported, st.floats(0, 3000))
def test_what_lasts_fades_more_slowly_than_what_passes(body: list[Support], days: float) -> None:
    by_lifespan = [sure(body, 300 + days, lifespan) for lifespan in LIFESPANS]
    assert all(longer >= shorter - EPSILON for shorter, longer in pairwise(by_lifespan))
    assert list(HALF_LIFE_DAYS) == list(LIFESPANS)
    assert all(longer > shorter for shorter, longer in pairwise(HALF_LIFE_DAYS.values()))


@given(st.floats(0.31, 0.99), lifespans)
def test_half_of_what_is_known_is_left_after_a_half_life(probability: float, lifespan: Lifespan) -> None:
    after = fade(probability, lifespan, HALF_LIFE_DAYS[lifespan])
    assert after - NOT_KNOWN == pytest.approx((probability - NOT_KNOWN) / 2)


@given(supported, lifespans)
def test_in_the_end_nothing_is_known_any_more_but_never_less_than_nothing(
    body: list[Support], lifespan: Lifespan
) -> None:
    level = sure(body, 1e6, lifespan)
    assert level <= NOT_KNOWN + EPSILON
    assert level == pytest.approx(min(sure(body, 300, lifespan), NOT_KNOWN), abs=1e-6)


@given(bodies, lifespans, st.floats(0, 1e4))
def test_the_users_verdict_is_never_outvoted(body: list[Support], lifespan: Lifespan, days: float) -> None:
    at = START + timedelta(days=days)
    best = [support(f"said {n}", certainty=0.99, days=min(n, days), thread=str(n), source=str(n)) for n in range(40)]
    worst = [support(f"no {n}", certainty=0.99, days=min(n, days), stance="contradicts") for n in range(40)]
    for verdict in ("confirmed", "edited", "remembered"):
        level = confidence([*body, *worst], lifespan, verdict, START, at)  # type: ignore[arg-type]
        assert level > confidence(best, lifespan, None, None, at)
        assert level == confidence([], lifespan, verdict, START, at)  # type: ignore[arg-type]
    rejected = confidence([*body, *best], lifespan, "rejected", START, at)
    assert rejected == confidence([], lifespan, "rejected", START, at) <= 0.01 + EPSILON


@given(bodies, st.integers(0, 300), st.sampled_from([None, "confirmed", "rejected"]))
def test_asked_about_the_past_only_what_was_known_then_counts(
    body: list[Support], day: int, verdict: Verdict | None
) -> None:
    at = START + timedelta(days=day)
    known = [s for s in body if s.evidence.at <= at]
    later = at + timedelta(seconds=1)
    assert confidence(body, "years", verdict, later, at) == confidence(known, "years", None, None, at)


def test_without_any_support_it_is_not_known() -> None:
    assert sure([]) == pytest.approx(NOT_KNOWN)
    assert sure([support("no", stance="contradicts")]) < NOT_KNOWN


# what a held proposition amounts to


def held(*supports: Support, **more: object) -> Held:
    fields: dict[str, object] = {
        "row": 7, "text": "The user drives a Yaris.", "kind": "possession", "lifespan": "years", "sensitivity": None,
        "verdict": None, "verdict_at": None, "pinned": False, "review": None, "valid_from": None, "valid_to": None,
        "superseded_by": None, "created_at": START, "supports": supports,
    }  # fmt: skip
    return Held(**(fields | more))  # type: ignore[arg-type]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


NOBODY = frozenset[str]()


def status(one: Held, at: datetime = START, allowed: frozenset[str] = NOBODY) -> str | None:
    proposition = believe(one, at, allowed)  # type: ignore[arg-type]
    return proposition.status if proposition else None


def test_before_anything_spoke_of_it_there_is_no_proposition() -> None:
    assert status(held(support(days=2)), day(1)) is None
    assert status(held(support(days=2)), day(2)) == "believed"
    assert status(held(verdict="remembered", verdict_at=day(2)), day(1)) is None


def test_evidence_shown_is_what_was_known_at_the_time() -> None:
    proposition = believe(held(support("a", days=1), support("b", days=3)), day(2), frozenset())
    assert proposition is not None
    assert [e.quote for e in proposition.evidence] == ["a"]


def test_a_sensitive_class_is_quarantined_until_it_is_allowed() -> None:
    one = held(support(), sensitivity="health")
    assert status(one) == "quarantined"
    assert status(one, allowed=frozenset({"religion"})) == "quarantined"
    assert status(one, allowed=frozenset({"health"})) == "believed"


def test_what_the_user_wrote_or_confirmed_is_not_quarantined_but_what_they_reject_stays_rejected() -> None:
    assert status(held(support(), sensitivity="health", verdict="confirmed", verdict_at=START)) == "believed"
    assert status(held(support(), sensitivity="health", verdict="rejected", verdict_at=START)) == "rejected"


def test_a_quarantined_class_stays_out_even_when_it_is_superseded_or_under_review() -> None:
    assert status(held(support(), sensitivity="health", valid_to=day(-1))) == "quarantined"
    assert status(held(support(), sensitivity="health", review="look")) == "quarantined"


def test_it_is_superseded_only_from_the_day_it_ended() -> None:
    one = held(support(days=-9), valid_to=day(0))
    assert [status(one, day(n)) for n in (-1, 0, 1)] == ["believed", "superseded", "superseded"]


def test_a_review_ends_with_the_users_verdict() -> None:
    assert status(held(support(), review="look")) == "review"
    assert status(held(support(), review="look", verdict="confirmed", verdict_at=START)) == "believed"


def test_a_verdict_counts_from_when_it_was_given() -> None:
    one = held(support(days=-9), verdict="rejected", verdict_at=day(0))
    assert [status(one, day(n)) for n in (-1, 0)] == ["believed", "rejected"]


def test_the_basis_is_the_users_word_or_that_of_the_surest_support() -> None:
    proposition = believe(held(support(), verdict="edited", verdict_at=START), START, frozenset())
    assert proposition is not None
    assert proposition.basis == "user"
    weak, strong = support("a", certainty=0.4), support("b", certainty=0.9)
    strong = Support(
        Evidence(**{n: getattr(strong.evidence, n) for n in strong.evidence.__slots__} | {"basis": "observed"}),
        strong.claim, 0.9, "screen", "",
    )  # fmt: skip
    proposition = believe(held(weak, strong), START, frozenset())
    assert proposition is not None
    assert proposition.basis == "observed"
