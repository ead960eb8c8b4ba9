"""Recovery codes: strong enough, and forgiving to a person copying one from paper."""

from __future__ import annotations

import re
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import InvalidInputError
from memory.vault import recovery
from memory.vault.recovery import ALPHABET, GROUP_LENGTH, GROUPS, LENGTH

FREE = GROUP_LENGTH - 1
CODES = st.lists(st.text(ALPHABET, min_size=FREE, max_size=FREE), min_size=GROUPS, max_size=GROUPS).map(recovery.spell)


def test_a_code_holds_at_least_125_random_bits() -> None:
    assert GROUPS * (GROUP_LENGTH - 1) * log2(len(ALPHABET)) >= 125


def test_a_code_is_seven_groups_of_five_without_letters_that_look_like_digits() -> None:
    for _ in range(200):
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){6}[0-9A-HJKMNP-TV-Z]{5}", recovery.generate())


def test_no_two_codes_are_alike_and_every_character_occurs() -> None:
    codes = [recovery.generate() for _ in range(500)]
    assert len(set(codes)) == 500
    assert set("".join(codes)) == {*ALPHABET, "-"}


@given(CODES, st.randoms(use_true_random=False), st.sampled_from(["", "-", " ", "  ", "\n", "–", ".", " - ", "_"]))
def test_a_code_is_read_however_it_was_typed(code: str, random, separator: str) -> None:  # type: ignore[no-untyped-def]
    lookalikes = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(random.choice(lookalikes.get(c, c + c.lower())) for c in code).replace("-", separator)
    assert recovery.normalise(f" {typed}\n") == code.replace("-", "").encode()


def test_full_width_characters_are_read() -> None:
    code = recovery.generate()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert recovery.normalise(wide) == recovery.normalise(code)


def test_every_single_wrong_character_is_caught_and_its_group_named() -> None:
    code = recovery.generate()
    for position, right in enumerate(code):
        for wrong in set(ALPHABET + "U") - {right}:
            if right == "-":
                continue
            with pytest.raises(InvalidInputError, match=rf"look at group {position // 6 + 1}$"):
                recovery.normalise(code[:position] + wrong + code[position + 1 :])


def test_nearly_every_exchange_of_neighbours_within_a_group_is_caught() -> None:
    caught = tried = 0
    for code in (recovery.generate() for _ in range(100)):
        for i in range(len(code) - 1):
            if "-" in code[i : i + 2] or code[i] == code[i + 1]:
                continue
            tried += 1
            try:
                recovery.normalise(code[:i] + code[i + 1] + code[i] + code[i + 2 :])
            except InvalidInputError:
                caught += 1
    assert caught / tried > 0.95


def test_groups_in_another_order_are_caught() -> None:
    groups = recovery.generate().split("-")
    for i in range(GROUPS):
        for j in range(i):
            swapped = groups.copy()
            swapped[i], swapped[j] = swapped[j], swapped[i]
            if groups[i] != groups[j]:
                with pytest.raises(InvalidInputError, match="group"):
                    recovery.normalise("-".join(swapped))


def test_a_left_out_character_names_its_group_where_groups_were_typed() -> None:
    code = recovery.generate()
    with pytest.raises(InvalidInputError, match=rf"{LENGTH} in all; this one has {LENGTH - 1}: look at group 2$"):
        recovery.normalise(code[:7] + code[8:])
    with pytest.raises(InvalidInputError, match=rf"this one has {LENGTH - 1}$"):
        recovery.normalise((code[:7] + code[8:]).replace("-", ""))


@given(st.text())
def test_any_other_text_is_refused_in_an_orderly_way(text: str) -> None:
    with pytest.raises(InvalidInputError):
        recovery.normalise(text)
