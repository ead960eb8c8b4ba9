"""The verb after "you", and leaving alone what cannot be turned with certainty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.address import to_you

VERBS = {
    "drives": "drive", "is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "isn't": "aren't",
    "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't", "studies": "study", "flies": "fly",
    "plays": "play", "enjoys": "enjoy", "watches": "watch", "wishes": "wish", "passes": "pass", "misses": "miss",
    "relaxes": "relax", "buzzes": "buzz", "uses": "use", "loses": "lose", "chooses": "choose", "closes": "close",
    "caches": "cache", "aches": "ache", "lies": "lie", "dies": "die", "ties": "tie", "sees": "see", "agrees": "agree",
    "lives": "live", "moves": "move", "hates": "hate", "manages": "manage", "teaches": "teach", "fixes": "fix",
    "carries": "carry", "undergoes": "undergo", "can": "can", "will": "will", "wants": "want", "went": "went",
    "lost": "lost", "used": "used", "discusses": "discuss", "focuses": "focus", "needs": "need", "analyses": "analyse",
}  # fmt: skip


@pytest.mark.parametrize(("third", "second"), VERBS.items())
def test_the_verb_takes_the_form_that_goes_with_you(third: str, second: str) -> None:
    assert to_you(f"The user {third} things.") == f"You {second} things."


@pytest.mark.parametrize("adverb", ["often", "no longer", "also never", "usually", "currently", "really"])
def test_an_adverb_before_the_verb_stays_where_it_is(adverb: str) -> None:
    assert to_you(f"The user {adverb} drinks coffee.") == f"You {adverb} drink coffee."


@pytest.mark.parametrize(
    ("text", "addressed"),
    [
        ("The user's sister lives in Leeds.", "Your sister lives in Leeds."),
        ("The user lives with the user's sister.", "You live with your sister."),
        ("The user's dog likes the user's sister.", "Your dog likes your sister."),
        ("The user is a nurse in Leeds.", "You are a nurse in Leeds."),
        ("The user has to be at work at 9.", "You have to be at work at 9."),
    ],
)
def test_what_is_the_users_becomes_yours(text: str, addressed: str) -> None:
    assert to_you(text) == addressed


@pytest.mark.parametrize(
    "text",
    [
        "The user says he likes his car.",
        "The user's sister says she is ill.",
        "The user lives in Leeds and works in York.",
        "The user drinks tea but hates coffee.",
        "The user has a brother who plays chess.",
        "The user told the user about the user.",
        "The user likes it when the user is left alone.",
        "The user's name is what the user says it is.",
        "Beatriz drives a Yaris.",
        "The users drive.",
        "",
    ],
)
def test_what_cannot_be_turned_with_certainty_is_left_as_it_is(text: str) -> None:
    assert to_you(text) == text


@given(st.text(max_size=60), st.sampled_from(["keeps", "is", "doesn't", "studies"]))
def test_nothing_of_the_text_is_lost_or_left_half_turned(rest: str, verb: str) -> None:
    text = f"The user {verb} {rest}."
    said = to_you(text)
    assert said == text or (said.startswith("You ") and said.endswith(f" {rest}.") and "the user" not in said.lower())
    assert to_you(rest) == rest
