"""What a language model helps with: the verbs of an assistant about its model, its answers and its summaries.

They are a base class of :class:`~assistant.core.Assistant`, which is where clients find them. Each works without a
model too, as far as it can.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import config
from assistant.answering.composing import compose
from assistant.llm import pinning
from assistant.llm.host import ModelHost
from memory.records import Answer, Hit, ItemType, Summary, SummaryKind, Turn

if TYPE_CHECKING:
    from assistant.llm.task import Task
    from assistant.verbs import Progress
    from memory.store import Store

ANSWERED_FROM = 8  # hits an answer is made of


class Thinking:
    """Part of one open vault. Every verb is safe to call from several threads."""

    _store: Store
    _clock: Callable[[], datetime]
    _host: ModelHost
    _tasks: Sequence[Task]
    recall: Callable[..., list[Hit]]

    # the model

    def model(self) -> dict[str, Any]:
        """The chosen language model and how it is: ``name``, ``path``, ``state``, ``reason`` and what waits for it."""
        return self._host.status() | {"waiting": {task.name: task.waiting() for task in self._tasks}}

    def use_model(
        self, path: Path | str, projector: Path | str | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Think with this GGUF file from now on; as :meth:`model`. ``progress`` hears of the bytes that were read.

        Raises ModelMissingError if it cannot be read, InvalidInputError if it is no model that writes text, or takes
        more memory than this machine has.
        """
        chosen = pinning.pin(path, projector, progress)
        pinning.expect_to_fit(pinning.needed_bytes(chosen), pinning.machine_bytes(), chosen.name)
        config.change(self._store, {"model": chosen})
        self._host.changed()
        return self.model()

    def drop_model(self) -> bool:
        """Think with the small distiller alone again; False if no model was chosen. The file stays."""
        had = config.read(self._store).model is not None
        config.change(self._store, {"model": None})
        self._host.changed()
        return had

    def think(self, stop: threading.Event | None = None) -> dict[str, int]:
        """One step of what waits for the model, if one is chosen; counts by what happened, empty if nothing waits.

        Raises ModelStoppedError once ``stop`` is set, ModelFailedError or ModelMissingError, having changed nothing.
        """
        model = self._host.model()
        if model is None:
            return {}
        for task in self._tasks:
            if task.waiting() and (done := task.step(model, self._clock(), stop or threading.Event())):
                return dict(done)
        return {}

    # questions

    def ask(
        self,
        question: str,
        at: datetime | None = None,
        turns: Sequence[Turn] = (),
        told: Callable[[str], None] | None = None,
    ) -> Answer:
        """An answer made of what is believed and was said, each statement cited; abstains where memory lacks it.

        ``turns`` are the conversation so far; ``told`` hears the answer as it is written, if a model writes it.
        """
        return compose(question, self.recall(question, k=ANSWERED_FROM, at=at))

    # summaries

    def summaries(
        self, kind: SummaryKind | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> list[Summary]:
        """What threads and days were about, the latest first."""
        return []

    def document(self) -> Summary:
        """The profile: what is believed about the user, by section, every line with the propositions it rests on."""
        raise NotImplementedError


__all__ = ["Counter", "ItemType", "Thinking"]
