"""The demo: weeks of an invented person's screen and chats, taken in by the real path into a vault that is thrown away.

The surprising decision: nothing is prepared. The bundled file is read as any export is, redacted, distilled and
believed by the same code, and what Inkling makes of it, mistakes included, is what is shown. The clock stands at the
person's last day, so that every run shows the same.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core import Assistant
from observers.chat import open_export

if TYPE_CHECKING:
    from memory.records import Observation, Proposition


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person: the bundled file, who they are in a line, and what to ask about them.

    The last question is one that nothing in the file answers.
    """

    file: str
    name: str
    summary: str
    questions: tuple[str, ...]


HATSUE = Persona(
    file="hatsue.jsonl",
    name="Hatsue Kanemoto",
    summary="cook and owner of a nine-seat counter in Osaka, in the summer of 2026",
    questions=(
        "Where does my daughter live?",
        "How long did I live in Wellington?",
        "Am I moving to Tenma?",
        "What is my blood type?",
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One week of the replay: what came in, how many secrets were removed from it, and what was learnt from it."""

    monday: datetime
    observations: tuple[Observation, ...]
    redacted: int
    learnt: tuple[Proposition, ...]


@contextmanager
def throwaway(persona: Persona = HATSUE) -> Iterator[tuple[Assistant, Iterator[Step]]]:
    """An open assistant on an encrypted vault in a temporary folder, and the replay that fills it week by week.

    The folder is deleted at the end, however it comes; its random passphrase is kept nowhere, so even what a kill
    leaves behind cannot be read.
    """
    folder = Path(tempfile.mkdtemp(prefix="inkling-demo-"))  # mode 0700
    try:
        observations = load(persona)
        present = observations[-1].at + timedelta(hours=1)
        with Assistant.open(folder / "vault", secrets.token_urlsafe(32), create=True, clock=lambda: present) as opened:
            yield opened, _replay(opened, observations)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def load(persona: Persona = HATSUE) -> list[Observation]:
    """Everything the person's screen and chats showed, in time order."""
    with as_file(files("assistant") / "demo_data" / persona.file) as path:
        return list(open_export(path).observations())


def _replay(assistant: Assistant, observations: list[Observation]) -> Iterator[Step]:
    known: set[str] = set()
    for monday, week in groupby(observations, _monday):
        taken = tuple(week)
        redacted = sum(batch.redacted.total() for batch in assistant.take(taken))
        assistant.distil()
        believed = assistant.propositions()
        yield Step(monday, taken, redacted, tuple(p for p in believed if p.id not in known))
        known.update(p.id for p in believed)


def _monday(observation: Observation) -> datetime:
    day = observation.at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
