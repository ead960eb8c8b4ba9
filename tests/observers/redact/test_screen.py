"""Secrets on screens are removed however OCR and layout broke them, and what only looks like one stays (promise 3).

screens_secret.txt and screens_harmless.txt were written before the detectors. The keys are invented when the test
runs, so that no file holds anything a scanner would take for real.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from planted import invented, remains

from observers.redact import redact_screen

HERE = Path(__file__).parent
SECRET = re.compile("⟦(.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Case:
    pieces: list[str]
    secrets: list[str]


def cases(name: str) -> list[Case]:
    out = []
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            continue
        rng = random.Random(number)

        def filled(m: re.Match[str], rng: random.Random = rng) -> str:
            key = invented(m[1], rng)
            at = int(m[3] or 0)
            return key[:at] + {"|": " ", "^": "\n", None: ""}[m[2]] + key[at:]

        text = re.sub(r"\{(\w+)(?:([|^])(\d+))?\}(?=⟧)", filled, line).replace("\\n", "\n")
        out.append(Case(SECRET.sub(r"\1", text).split(" ⏎ "), SECRET.findall(text)))
    return out


SECRETS = cases("screens_secret.txt")
HARMLESS = cases("screens_harmless.txt")


def named(case: Case) -> str:
    return " / ".join(case.pieces)[:60].replace("\n", "|")


def left(case: Case, texts: list[str]) -> list[str]:
    """The secrets of a case of which something still stands in the texts."""
    shown = "\n".join(texts)
    return [s for s in case.secrets if s in shown or (len(s) >= 6 and remains(s, shown))]


@pytest.mark.parametrize("case", SECRETS, ids=named)
def test_secret_is_removed_from_the_pieces_of_a_window(case: Case) -> None:
    assert left(case, [r.text for r in redact_screen(case.pieces)]) == []


@pytest.mark.parametrize("case", HARMLESS, ids=named)
def test_harmless_look_alike_stays(case: Case) -> None:
    assert [r.text for r in redact_screen(case.pieces)] == case.pieces


@pytest.mark.parametrize("case", SECRETS, ids=named)
def test_redacting_the_redacted_changes_nothing(case: Case) -> None:
    once = [r.text for r in redact_screen(case.pieces)]
    assert [r.text for r in redact_screen(once)] == once
