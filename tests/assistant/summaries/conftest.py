"""A vault with a conversation that rests, and the task that summarises it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from fakes import FakeDistiller, FakeModel, draft
from support import Clock, said

from assistant import Assistant
from assistant.summaries.task import Summaries
from memory.records import Sensitivity

TALK = (
    ("Ana", "shall we go to the lake on Saturday?"),
    ("me", "yes, I will bring the tent to the lake"),
    ("Ana", "great, I have to work until noon"),
    ("me", "I moved to Lisbon last month by the way"),
    ("Ana", "how is the new flat in Lisbon?"),
    ("me", "the flat is small, the rent is 900 euros"),
    ("Ana", "my brother Tom lives in Lisbon too"),
    ("me", "then we should meet Tom for dinner"),
    ("Ana", "sounds good"),
    ("me", "see you on Saturday"),
)


class Writer:
    """The summaries of a vault and a model that writes what it is told to."""

    def __init__(self, assistant: Assistant, clock: Clock) -> None:
        self.assistant = assistant
        self.clock = clock
        self.model = FakeModel()
        self.stop = threading.Event()
        self.sensitive: dict[str, Sensitivity] = {}
        self.task = self.opened()

    def opened(self) -> Summaries:
        """The task as it is when the vault has just been opened."""
        a = self.assistant
        return Summaries(a._store, a._forgetting, self.clock, a.allowed, self._labels)

    def _labels(self, texts: Sequence[str]) -> list[Sensitivity | None]:
        return [next((c for word, c in self.sensitive.items() if word in text), None) for text in texts]

    def step(self) -> Counter[str]:
        assert self.task.waiting()
        return self.task.step(self.model, self.clock(), self.stop)

    def look_again(self) -> int:
        """How much waits once enough time has passed to look."""
        self.clock.now += timedelta(minutes=30)
        return self.task.waiting()


@pytest.fixture
def distiller(assistant: Assistant) -> FakeDistiller:
    found = FakeDistiller()
    assistant._pipeline._distiller = found
    return found


@pytest.fixture
def talk(assistant: Assistant, distiller: FakeDistiller, clock: Clock) -> list[str]:
    """A conversation of the day before yesterday, distilled; the ids of its lines."""
    ids = assistant.observe(said(text, f"k{n}", who=who, days=-2 + n / 1440) for n, (who, text) in enumerate(TALK))
    distiller.says("k3", draft("The user moved to Lisbon.", "I moved to Lisbon", "k3"))
    assistant.distil()
    return ids


@pytest.fixture
def writer(assistant: Assistant, clock: Clock) -> Writer:
    return Writer(assistant, clock)


@pytest.fixture
def remembered(assistant: Assistant) -> Callable[..., str]:
    """Puts a proposition in the store without any model's help."""

    def put(text: str, **more: Any) -> str:
        fields: dict[str, Any] = {"kind": "preference", "lifespan": "years", "basis": "user", "certainty": 0.95}
        made = draft(text, text, "user", **(fields | more))
        store, now = assistant._store, assistant.now()
        with store.write():
            row = store.propositions.add(made, None, None, now)
            store.propositions.add_evidence(row, made, None, "supports", now, "test")
        return f"p{row}"

    return put
