"""How a profile is put into sections and confidence into words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.profile import TITLES, bar, confidence_words, sections
from memory.records import KINDS, Kind, Proposition


def proposition(name: str, kind: Kind) -> Proposition:
    return Proposition(
        id=name, text="The user sings.", kind=kind, confidence=0.8, basis="stated", lifespan="years", valid_from=None,
        valid_to=None, sensitivity=None, status="believed", pinned=False,
    )  # fmt: skip


def test_every_kind_has_a_title_of_its_own() -> None:
    assert set(TITLES) == set(KINDS)
    assert len(set(TITLES.values())) == len(KINDS)


def test_sections_keep_the_order_given_and_leave_empty_kinds_out() -> None:
    made = sections([proposition("p1", "state"), proposition("p2", "identity"), proposition("p3", "state")])
    assert [(s.kind, [p.id for p in s.propositions]) for s in made] == [("identity", ["p2"]), ("state", ["p1", "p3"])]


def test_nothing_makes_no_section() -> None:
    assert sections([]) == []


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.99, "almost sure"), (0.9, "almost sure"), (0.89, "likely"), (0.5, "maybe"), (0.1, "a guess")],
)
def test_confidence_in_words(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_confidence_never_shows_a_shorter_bar(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert bar(low).count("▮") <= bar(high).count("▮")
    assert len(bar(low)) == len(bar(high)) == 5
