"""Key derivation: the published parameters, and the bounds on what a file may ask for."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import InklingError, InvalidInputError, MissingPartError
from memory.vault import Cost, kdf

SHIPPED_COST = kdf.DEFAULT_COST  # read before the fixture makes it cheap


def test_the_shipped_cost_is_rfc_9106s_second_recommended_option() -> None:
    assert Cost(memory_kib=65536, iterations=3, lanes=4) == SHIPPED_COST


def test_the_passphrase_key_is_argon2id() -> None:
    """The expected key is what the reference implementation gives (argon2-cffi, ``hash_secret_raw``)."""
    key = kdf.derive(b"correct horse", b"somesaltsomesalt", Cost(memory_kib=64, iterations=2, lanes=1))
    assert key.hex() == "b8bda1433266c5acf44df9b628aeae363034f94bdbac7044070566258acd5c21"


def test_the_expanded_key_is_hkdf_sha256() -> None:
    """RFC 5869, test case 1, whose first 32 bytes these are."""
    key = kdf.expand(bytes([0x0B] * 22), bytes(range(13)), bytes(range(0xF0, 0xFA)))
    assert key.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"


@pytest.mark.parametrize(
    ("memory_kib", "iterations", "lanes"),
    [(7, 1, 1), (31, 1, 4), (64, 0, 1), (64, 1, 0), (1 << 21, 1, 1), (64, 65, 1), (1024, 1, 17), (1 << 20, 9, 1)],
)
def test_a_cost_out_of_bounds_cannot_be_made(memory_kib: int, iterations: int, lanes: int) -> None:
    with pytest.raises(InvalidInputError):
        Cost(memory_kib, iterations, lanes)


@pytest.mark.parametrize("cost", [(8, 1, 1), (1 << 20, 8, 4), (1 << 17, 64, 16)])
def test_the_extremes_of_a_cost_can_be_made(cost: tuple[int, int, int]) -> None:
    assert not Cost(*cost).is_below(Cost(*cost))


@given(st.integers(16, 1000), st.integers(1, 8))
def test_a_cost_is_below_any_that_needs_more_memory_or_more_work(memory_kib: int, iterations: int) -> None:
    cost = Cost(memory_kib, iterations, 2)
    assert cost.is_below(Cost(memory_kib + 1, iterations, 2))
    assert cost.is_below(Cost(memory_kib, iterations + 1, 2))
    assert not Cost(memory_kib + 1, iterations, 2).is_below(cost)


def test_passphrases_that_look_alike_are_alike() -> None:
    assert kdf.normalise("ﬁancée") == kdf.normalise("fiance\u0301e") == "fiancée".encode()


def test_blanks_at_the_ends_belong_to_a_passphrase() -> None:
    assert kdf.normalise(" x ") == b" x "


@pytest.mark.parametrize("unusable", ["", "a\udcffb", None, b"bytes"])
def test_what_is_no_text_is_refused(unusable: str) -> None:
    with pytest.raises(InvalidInputError):
        kdf.normalise(unusable)


@pytest.mark.parametrize(
    ("raised", "told"), [(UnsupportedAlgorithm("no"), MissingPartError), (MemoryError(), InklingError)]
)
def test_a_machine_that_cannot_derive_says_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, told: type[InklingError]
) -> None:
    def fail(**_: object) -> None:
        raise raised

    monkeypatch.setattr("memory.vault.kdf.Argon2id", fail)
    with pytest.raises(told) as caught:
        kdf.derive(b"x", bytes(16), SHIPPED_COST)
    assert type(caught.value) is told
