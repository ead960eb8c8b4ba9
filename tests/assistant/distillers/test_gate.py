"""The fitted weights: shipped, small, and checked before use."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from assistant.distillers.small import SmallDistiller, gate, kinds
from memory.errors import ModelMissingError
from memory.records import KINDS, LIFESPANS, SENSITIVITIES


@pytest.fixture(autouse=True)
def forget_weights() -> Iterator[None]:
    gate.weights.cache_clear()
    yield
    gate.weights.cache_clear()


def test_the_shipped_weights_are_small_and_speak_the_vocabulary() -> None:
    assert resources.files("assistant.distillers.small").joinpath(gate.WEIGHTS).stat().st_size < 500_000
    weights = gate.weights()
    assert (weights.kinds, weights.lifespans, weights.sensitivities) == (KINDS, LIFESPANS, SENSITIVITIES)


def test_certainty_rises_with_likelihood_and_is_never_certain() -> None:
    curve = gate.weights().certainty_out
    assert (curve[1:] >= curve[:-1]).all()
    assert 0 < curve[0] < curve[-1] < 1


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_absent_or_altered_weights_are_named_as_such(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / gate.WEIGHTS).write_bytes(content)
    monkeypatch.setattr(gate.resources, "files", lambda _: tmp_path)
    with pytest.raises(ModelMissingError, match=r"gate\.npz"):
        gate.weights()


def test_a_distiller_can_be_made_without_any_model() -> None:
    assert SmallDistiller().name == "small"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The user has diabetes.", "health"),
        ("The user prays at the mosque.", "religion"),
        ("The user earns £30k.", "finance"),
        ("The user carries a BRCA2 mutation.", "genetic"),
        ("The user is a shop steward.", "union"),
        ("The user was arrested in 2019.", "criminal"),
        ("The user voted Green.", "politics"),
        ("The user is gay.", "sexuality"),
        ("The user unlocks the door by fingerprint.", "biometric"),
        ("The user likes tea.", None),
    ],
)
def test_sensitive_words_name_their_class(text: str, expected: str | None) -> None:
    assert kinds.sensitivity_of(text) == expected
