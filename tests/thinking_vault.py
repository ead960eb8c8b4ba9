"""A vault in which each task of a language model has one thing to do, and a model that does it well."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from fakes import FakeDistiller, FakeEmbedder, FakeModel, draft
from support import PASSPHRASE, START, Clock, said

from assistant import Assistant
from assistant.llm.chosen import ChosenModel
from memory.store import Doubt

CHOSEN = ChosenModel(name="fake-1b", path="/models/fake.gguf", sha256="0" * 64, bytes=1)
NOW = START + timedelta(days=2)
TASKS = ("second reading", "doubts", "summaries")
DOGS = (
    ("d1", "The user has a dog.", "I have a dog"),
    ("d2", "The user has a greyhound called Pip.", "I have a greyhound called Pip"),
)
BOATS = "we sold both red boats to the harbour museum"
SOLD = "The user sold both red boats to the harbour museum."
TALK = (
    ("Ana", "shall we go to the lake on Saturday?"),
    ("me", "yes, I will bring the tent to the lake"),
    ("Ana", "great, I have to work until noon"),
    ("me", "the flat in Lisbon is small"),
    ("Ana", "how much is the flat in Lisbon?"),
    ("me", "the rent of the flat is 900 euros"),
    ("Ana", "my brother Tom lives in Lisbon too"),
    ("me", "then we should meet Tom for dinner"),
    ("Ana", "sounds good"),
)
FACTS = {
    "facts": [
        {
            "line": 1, "quote": BOATS[3:], "about": "user", "text": SOLD, "kind": "possession",
            "basis": "stated", "sure": "sure", "lifespan": "months",
        }
    ]
}  # fmt: skip
ANSWERS = {
    "second reading": json.dumps(FACTS),
    "doubts": "refines",
    "summaries": "- The user will bring the tent to the lake. [2]",
}


def opened(folder: Path, *, create: bool = False) -> Assistant:
    """The vault, at a moment when everything in it rests."""
    found = Assistant.open(folder, PASSPHRASE, create=create, clock=Clock(NOW), embedder=FakeEmbedder(alike=0.0))
    small = FakeDistiller()
    for key, text, quote in DOGS:
        small.says(key, draft(text, quote, key))
    found._pipeline._distiller = small
    return found


def fill(vault: Assistant) -> None:
    """A thread that rests, two facts that may be one, and a line that the small distiller drew nothing from."""
    vault.configure(model=CHOSEN)
    talk = [said(text, f"t{n}", who=who, days=n / 1440) for n, (who, text) in enumerate(TALK)]
    dogs = [said(quote, key, thread="Tom", days=0.1) for key, _, quote in DOGS]
    vault.observe([*talk, *dogs, said(BOATS, "b1", thread="Bea", days=0.2)])
    vault.distil()
    dog, pip = sorted(vault._store.propositions.all())
    with vault._store.write():
        vault._store.doubts.add(Doubt(dog, pip, "independent"), 0.5, NOW)


def step(vault: Assistant, name: str, stop: Event) -> dict[str, int]:
    """One step of a task, with a model that answers as it should."""
    model = FakeModel()
    for _ in range(3):
        model.enqueue(ANSWERS[name])
    task = next(task for task in vault._tasks if task.name == name)
    assert task.waiting()
    return dict(task.step(model, NOW, stop))


def watch(vault: Assistant, before: Callable[[str], None]) -> None:
    """Hear of every statement that changes the store, and of its COMMIT, before it is carried out."""
    connection = vault._store.observations._c
    connection._raw = _Watched(connection._raw, before)


class _Watched:
    def __init__(self, raw: Any, before: Callable[[str], None]) -> None:
        self._raw, self._before = raw, before

    def _tell(self, sql: str) -> None:
        if sql.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE", "COMMIT", "RELEASE"):
            self._before(sql)

    def execute(self, sql: str, *parameters: Any) -> Any:
        self._tell(sql)
        return self._raw.execute(sql, *parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        self._tell(sql)
        return self._raw.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
