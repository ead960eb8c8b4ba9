"""What happens when something fails that nobody foresaw: no traceback, and nobody's words in the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from assistant import Assistant

if TYPE_CHECKING:
    from conftest import Inkling

SAID = "the letter under the floorboards"


@pytest.fixture
def failing(filled: Inkling, monkeypatch: pytest.MonkeyPatch) -> Inkling:
    """A command line whose every recall fails with an error that quotes what somebody wrote."""

    def fail(self: Assistant, text: str, **options: object) -> NoReturn:
        letter = SAID
        raise KeyError(letter) from UnicodeError(letter)

    monkeypatch.setattr(Assistant, "recall", fail)
    return filled


def test_a_defect_is_one_line_and_status_70(failing: Inkling) -> None:
    run = failing("recall", SAID)
    assert run.status == 70
    assert run.err == "inkling: internal error (KeyError); run with INKLING_DEBUG=1 for details\n"


def test_debugging_shows_places_and_kinds_but_neither_values_nor_foreign_messages(
    failing: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_DEBUG", "1")
    run = failing("recall", SAID)
    assert run.status == 70
    assert Path(__file__).name in run.err
    assert "UnicodeError" in run.err
    assert "KeyError" in run.err
    assert SAID not in run.err


def test_ctrl_c_says_that_what_was_stored_is_kept(filled: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Assistant, text: str, **options: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(Assistant, "recall", interrupt)
    run = filled("recall", "anything")
    assert run.status == 130
    assert run.err.strip() == "stopped; what was stored is kept"
