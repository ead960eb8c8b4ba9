"""The reference page says what the commands say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.cli import reference

if TYPE_CHECKING:
    from conftest import Inkling

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"


def test_the_page_is_what_the_commands_make_of_it() -> None:
    fresh = reference.reference()
    assert PAGE.read_text(encoding="utf-8") == fresh, "run: python -m assistant.cli.reference > docs/cli.md"


@pytest.mark.parametrize(
    ("arguments", "record"),
    [
        (["profile"], "proposition"), (["recall", "Lisbon"], "hit"), (["ask", "where is Lisbon?"], "answer"),
        (["show", "p1"], "proposition"), (["show", "o2"], "observation"),
    ],
)  # fmt: skip
def test_json_has_the_fields_that_the_page_lists(filled: Inkling, arguments: list[str], record: str) -> None:
    printed = filled(*arguments, "--json").json
    first = printed[0] if isinstance(printed, list) else printed
    line = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"- **{record}**"))
    listed = set(line.partition(";")[0].split("`")[1::2])
    assert listed <= first.keys()


def test_every_read_command_prints_json(filled: Inkling) -> None:
    for arguments in (
        ["profile"], ["profile", "--at", "2026-03-20"], ["recall", "x"], ["ask", "x?"], ["show", "p1"], ["show", "o1"],
        ["status"], ["doctor"], ["distil"],
    ):  # fmt: skip
        run = filled(*arguments, "--json")
        assert run.out.isascii()
        assert run.json is not None
