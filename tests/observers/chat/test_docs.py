"""docs/formats.md says what is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from memory.records import Observation
from observers.chat import FORMATS, open_export

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")


def test_every_format_has_its_row_and_its_paragraph():
    rows = {row.split("|")[1].strip() for row in PAGE.splitlines() if row.startswith("|")}
    assert {fmt.label for fmt in FORMATS} <= rows
    assert all(f"- **{fmt.label}.**" in PAGE or f"## {fmt.label}" in PAGE for fmt in FORMATS)


def test_every_field_of_jsonl_is_described():
    described = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert described == {field.name for field in fields(Observation)}


def test_the_example_of_jsonl_reads_without_a_problem(tmp_path):
    example = PAGE.split("```jsonl\n")[1].split("```")[0]
    path = tmp_path / "example.jsonl"
    path.write_text(example, encoding="utf-8")
    problems: list[object] = []
    observations = list(open_export(path).observations(on_problem=problems.append))
    assert [o.speaker for o in observations] == ["me", "Bob", None]
    assert observations[2].dwell_seconds == 42.5
    assert problems == []
