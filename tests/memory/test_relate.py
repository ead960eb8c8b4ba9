"""The relation judge: which labels it gives, and that it does not end memories lightly."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.embedder import default_embedder
from memory.reconcile.comparing import NAMES, features
from memory.reconcile.relate import DOUBTFUL, ENDING, FEATURES, RelationJudge, decide, doubt, relate
from memory.records import RELATIONS

AUTUMN, SPRING = datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def judge() -> RelationJudge:
    return RelationJudge(default_embedder())


@pytest.mark.parametrize(
    ("old", "new", "label"),
    [
        ("The user plays the cello.", "The user plays the cello", "same"),
        ("The user has a dog.", "The user has a three-year-old greyhound called Pip.", "refines"),
        (
            "The user has a three-year-old greyhound called Pip from a shelter in Cork.",
            "The user has a dog.",
            "general",
        ),
        ("The user smokes.", "The user no longer smokes and quit in January 2026.", "supersedes"),
        ("The user lives in Leeds.", "The user moved from Leeds to York in February 2026.", "supersedes"),
        ("The user is vegetarian.", "The user is not vegetarian and never has been.", "contradicts"),
        ("The user likes jazz.", "The user works as a nurse in Bristol.", "independent"),
    ],
)
def test_plain_pair_gets_its_label(judge: RelationJudge, old: str, new: str, label: str) -> None:
    assert judge.judge(old, new, AUTUMN, SPRING).label == label


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user lives in Hull.", "The user's brother moved to Hull in January 2026."),
        ("The user has never had a speeding ticket.", "The user's father has had three speeding tickets."),
        ("The user speaks Polish.", "The user speaks Czech."),
        ("The user hates marmite.", "The user hates ironing."),
        ("The user's office is in Oslo.", "The user's mother no longer drives."),
    ],
)
def test_fact_about_something_else_ends_nothing(judge: RelationJudge, old: str, new: str) -> None:
    assert judge.judge(old, new, AUTUMN, SPRING).label not in ENDING


def test_same_words_are_the_same_whatever_the_case_and_stops(judge: RelationJudge) -> None:
    assert judge.judge("The user is Danish.", "the user is danish", None, None).label == "same"


def test_times_may_be_unknown() -> None:
    assert relate("The user has a cat.", "The user has a grey cat called Sooty.").label == "refines"


def test_judging_twice_gives_the_same_answer(judge: RelationJudge) -> None:
    pair = ("The user rents a flat.", "The user bought the flat in January 2026.", AUTUMN, SPRING)
    assert judge.judge(*pair) == judge.judge(*pair) == RelationJudge(default_embedder()).judge(*pair)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_two_strings_have_a_relation_with_a_probability(old: str, new: str) -> None:
    relation = relate(old, new, SPRING, AUTUMN)
    assert relation.label in RELATIONS
    assert 0 < relation.probability < 1


def test_every_feature_has_a_name_and_is_finite() -> None:
    row = features("The user is 34.", "", 0.2, None, SPRING)
    assert len(row) == len(NAMES)
    assert np.isfinite(row).all()


def shares(**by_label: float) -> np.ndarray:
    return np.array([by_label.get(label, 0.0) for label in RELATIONS])


def test_ending_that_may_be_independent_leaves_both_standing() -> None:
    row = np.zeros(len(FEATURES))
    assert decide(shares(supersedes=0.6, contradicts=0.1, independent=0.3), row, 0.85).label == "independent"
    assert decide(shares(supersedes=0.6, contradicts=0.35, independent=0.05), row, 0.85).label == "supersedes"


def test_ending_that_may_be_compatible_instead_is_decided_by_the_larger() -> None:
    row = np.zeros(len(FEATURES))
    assert decide(shares(supersedes=0.4, contradicts=0.05, same=0.55), row, 0.85).label == "same"
    assert decide(shares(supersedes=0.4, contradicts=0.3, same=0.3), row, 0.85).label == "supersedes"


def test_ending_needs_more_when_the_subject_is_another() -> None:
    row = np.zeros(len(FEATURES))
    row[FEATURES.index("another subject")] = 1.0
    assert decide(shares(supersedes=0.9, independent=0.1), row, 0.85).label == "independent"


@pytest.mark.parametrize(
    ("old", "new", "is_doubtful"),
    [
        ("The user plays the cello.", "The user plays the cello", False),
        ("The user likes jazz.", "The user works as a nurse in Bristol.", False),
        ("The user has a dog.", "The user has a three-year-old greyhound called Pip.", False),
        ("The user runs three times a week.", "The user runs 5 times a week.", True),
    ],
)
def test_the_judge_knows_where_it_is_not_sure(judge: RelationJudge, old: str, new: str, is_doubtful: bool) -> None:
    said, doubt = judge.weigh(old, new, AUTUMN, SPRING)
    assert said == judge.judge(old, new, AUTUMN, SPRING)
    assert (doubt >= DOUBTFUL) == is_doubtful, doubt


@given(st.lists(st.floats(0.001, 1), min_size=len(RELATIONS), max_size=len(RELATIONS)), st.booleans())
def test_doubt_is_a_share_and_never_that_of_the_effect_itself(weights: list[float], other: bool) -> None:
    shares, row = np.array(weights) / sum(weights), np.zeros(len(FEATURES))
    row[FEATURES.index("another subject")] = float(other)
    found = {label: doubt(shares, row, label) for label in RELATIONS}
    assert all(0 <= value <= 1 for value in found.values())
    assert found["contradicts"] == found["supersedes"]
    assert found["same"] == found["refines"] == found["general"]
    assert doubt(np.eye(len(RELATIONS))[RELATIONS.index("independent")], np.zeros(len(FEATURES)), "independent") == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "The user has been divorced for seventeen years and still he sends hello by other people.",
            "The user has not spoken to their brother.",
        ),
        ("The user cooks fish on Fridays and likes it grilled.", "The user never cooks fish on Fridays."),
    ],
)
def test_what_denies_or_brings_up_a_person_is_not_less_of_what_does_neither(old: str, new: str) -> None:
    assert relate(old, new).label != "general"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user has a tabby called Miso that sleeps on the printer.", "The user has a cat."),
        ("The user has a three-year-old greyhound called Pip.", "The user has a dog."),
    ],
)
def test_what_an_animal_is_by_its_kind_is_no_news(old: str, new: str) -> None:
    assert relate(old, new).label in ("general", "same")
