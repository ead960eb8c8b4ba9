"""Properties of redaction: total, idempotent, counted, and sure about what check digits decide."""

from __future__ import annotations

import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from observers.redact import SECRET_KINDS, redact, redact_turns
from observers.redact.spans import mark

# Text without digits or capitals on either side, so that what is planted stays what it is.
SURROUNDINGS = st.text(alphabet=string.ascii_lowercase + " ,.!?äéłö猫\n", max_size=60)
SPEECH = st.lists(
    st.sampled_from(
        [
            *"abc XYZ019-_.:=/#'\"\n[]",
            "ä",
            "密码",
            "password ",
            "code is ",
            "pin ",
            "key: ",
            "login ",
            " removed]",
            "1234",
        ]
    ),
    max_size=60,
).map("".join)


@given(st.text())
@settings(max_examples=300)
def test_any_string_is_redacted_without_an_error_and_twice_is_once(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text


@given(st.lists(SPEECH, max_size=5))
@settings(max_examples=300, deadline=None)
def test_turns_full_of_secret_words_settle_after_one_redaction(turns: list[str]) -> None:
    once = [r.text for r in redact_turns(turns)]
    assert [r.text for r in redact_turns(once)] == once


@given(st.text(alphabet=st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), max_size=5))
def test_lone_surrogates_are_no_problem(text: str) -> None:
    assert redact("password: " + text + "Hunter2!").counts == {"password": 1}


def card(chance: random.Random) -> str:
    body = chance.choice(["4", "51", "55", "6011", "3530"])
    body += "".join(chance.choice(string.digits) for _ in range(15 - len(body)))
    return body + str(luhn.calc_check_digit(body))


@given(SURROUNDINGS, SURROUNDINGS, st.randoms(use_true_random=False), st.sampled_from(["", " ", "-", "\n", "  "]))
def test_planted_card_is_always_removed(before: str, after: str, chance: random.Random, gap: str) -> None:
    number = card(chance)
    shown = gap.join(number[i : i + 4] for i in range(0, 16, 4))
    result = redact(f"{before} {shown} {after}")
    assert shown not in result.text
    assert result.counts["card number"] == 1


@given(st.randoms(use_true_random=False), st.integers(1, 9))
def test_digits_that_fail_luhn_stay(chance: random.Random, off: int) -> None:
    number = card(chance)
    number = number[:-1] + str((int(number[-1]) + off) % 10)
    assert redact(f"it says {number} here").text == f"it says {number} here"


@given(SURROUNDINGS, SURROUNDINGS, st.text(alphabet=string.digits, min_size=18, max_size=18), st.booleans())
def test_planted_iban_is_always_removed(before: str, after: str, account: str, spaced: bool) -> None:
    number = "DE" + iban.calc_check_digits("DE00" + account) + account
    shown = " ".join(number[i : i + 4] for i in range(0, 22, 4)) if spaced else number
    assert shown not in redact(f"{before} {shown} {after}").text


@given(SURROUNDINGS, SURROUNDINGS, st.text(alphabet=string.ascii_letters + string.digits, min_size=36, max_size=36))
def test_planted_key_is_always_removed(before: str, after: str, body: str) -> None:
    assert body not in redact(f"{before} ghp_{body} {after}").text


def test_counts_are_by_kind_and_empty_when_nothing_was_removed() -> None:
    result = redact("password: Hunter2! and card 4111 1111 1111 1111, IBAN GB82 WEST 1234 5698 7654 32")
    assert result.counts == {"password": 1, "card number": 1, "bank account": 1}
    assert redact("see you at eight").counts == {}


def test_mark_names_one_of_the_kinds() -> None:
    assert redact("my pin is 4821").text == f"my pin is {mark('code')}"
    assert set(redact("my pin is 4821").counts) <= set(SECRET_KINDS)


def test_same_secret_said_again_is_removed_there_too() -> None:
    turns = ["Your Monzo code is 538201.", "tap to copy", 'Copy "538201"']
    assert "538201" not in " ".join(r.text for r in redact_turns(turns))


def test_secret_named_only_afterwards_is_removed_from_the_batch() -> None:
    turns = ["gracht-otter-17", "that's the wifi password"]
    assert [r.text for r in redact_turns(turns)] == ["[password removed]", "that's the wifi password"]


def test_private_key_continues_over_texts_that_were_stored_redacted() -> None:
    line = "QyNTUxOQAAACBHkZ8mWq3vX1rT5uYpLsNcDfGhJkQwErTyUiOpAsDfGh"
    before = redact("-----BEGIN OPENSSH PRIVATE KEY-----\n" + line).text
    assert before == "[private key removed]"
    assert redact(line + "\n-----END OPENSSH PRIVATE KEY-----\nthat was it", before=[before]).text == (
        "[private key removed]\nthat was it"
    )


def test_question_long_ago_no_longer_makes_words_secret() -> None:
    chat = ["what's the wifi password?", "no idea", "ask Tom", "ok", "pizza tonight?", "yes"]
    assert redact("margherita", before=chat).text == "margherita"


@pytest.mark.parametrize("hidden", ["••••••••", "********", "<password>", "${DB_PASSWORD}"])
def test_masked_and_placeholder_values_stay(hidden: str) -> None:
    assert redact(f"password: {hidden}").counts == {}


@pytest.mark.parametrize("unit", ["1  ", "a1 ", " \t-", "0 0-", "aB3", "-----BEGIN ", "key ", "4111 "])
def test_repetition_does_not_make_it_slow(unit: str) -> None:
    """No pattern backtracks without bound: 8,000 hostile characters stay far below ten seconds."""
    started = time.process_time()
    redact(unit * (8000 // len(unit)))
    assert time.process_time() - started < 10
