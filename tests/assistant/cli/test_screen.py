"""The screen from the command line: what reads it, and what it takes to have it described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gguf_headers import PROJECTOR, written

from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from conftest import Inkling


@pytest.fixture
def ready(inkling: Inkling) -> Inkling:
    """The command line of an empty vault."""
    assert inkling("init").status == 0
    return inkling


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A model and its projector."""
    return str(written(tmp_path)), str(written(tmp_path, "mmproj.gguf", PROJECTOR))


def test_text_is_read_unless_the_user_says_otherwise(ready: Inkling) -> None:
    assert ready("screen", "--json").json["ocr"] == "auto"


def test_without_a_model_it_is_refused_with_what_to_do(ready: Inkling) -> None:
    run = ready("screen", "--ocr", "caption")
    assert run.status == InvalidInputError.exit_code
    assert "no model is chosen" in run.err
    assert "inkling model use FILE --projector FILE" in run.err
    assert ready("screen", "--json").json["ocr"] == "auto"


def test_a_model_without_a_projector_is_refused_by_name(ready: Inkling, files: tuple[str, str]) -> None:
    assert ready("model", "use", files[0]).status == 0
    run = ready("screen", "--ocr", "caption")
    assert run.status == InvalidInputError.exit_code
    assert "has no projector, so it sees no pictures" in run.err


def test_with_a_projector_it_is_taken_and_can_be_taken_back(ready: Inkling, files: tuple[str, str]) -> None:
    model, eye = files
    assert ready("model", "use", model, "--projector", eye).status == 0
    assert ready("screen", "--ocr", "caption").status == 0
    assert ready("screen", "--json").json["ocr"] == "caption"
    assert ready("screen", "--ocr", "auto").status == 0
    assert ready("screen", "--json").json["ocr"] == "auto"
