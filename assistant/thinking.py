"""What a language model helps with: the verbs of an assistant about its model, its answers and its summaries.

They are a base class of :class:`~assistant.core.Assistant`, which is where clients find them. Each works without a
model too, as far as it can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import config
from assistant.answering.asking import Asking
from assistant.llm import pinning
from assistant.llm.host import ModelHost
from assistant.summaries import held
from memory.errors import InvalidInputError
from memory.records import Answer, Hit, Proposition, Sensitivity, Summary, SummaryKind, Turn, sound

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from assistant.llm.captions import Captions
    from assistant.llm.second_reading import SecondReading
    from assistant.llm.task import Task
    from assistant.verbs import Progress
    from assistant.word import UserWord
    from memory.store import Store


class Thinking:
    """Part of one open vault. Every verb is safe to call from several threads."""

    _store: Store
    _clock: Callable[[], datetime]
    _host: ModelHost
    _tasks: Sequence[Task]
    _turn: int = 0  # which of them goes first the next time
    _second_reading: SecondReading
    _lock: AbstractContextManager[object]
    _word: UserWord
    recall: Callable[..., list[Hit]]
    propositions: Callable[..., list[Proposition]]
    allowed: Callable[[], frozenset[Sensitivity]]

    # the model

    def model(self) -> dict[str, Any]:
        """The chosen language model and how it is: ``name``, ``path``, ``state``, ``reason`` and more of the kind.

        ``waiting`` is how much each task has to do; ``drafts`` what became of those of each engine, the small distiller
        included: how many were "kept" of how many "episodes", and "dropped: REASON".
        """
        waiting = {task.name: task.waiting() for task in self._tasks}
        return self._host.status() | {"waiting": waiting, "drafts": self._store.tallies.all()}

    def use_model(
        self, path: Path | str, projector: Path | str | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Think with this GGUF file from now on; as :meth:`model`. ``progress`` hears of the bytes that were read.

        Raises ModelMissingError if it cannot be read, InvalidInputError if it is no model that writes text, or takes
        more memory than this machine has.
        """
        chosen = pinning.pin(path, projector, progress)
        pinning.expect_to_fit(pinning.needed_bytes(chosen), pinning.machine_bytes(), chosen.name)
        with self._store.write():
            is_first = config.read(self._store).model is None
            config.change(self._store, {"model": chosen})
            if is_first:
                self._second_reading.begin()
        self._host.changed()
        return self.model()

    def drop_model(self) -> bool:
        """Think with the small distiller alone again; False if no model was chosen. The file stays."""
        with self._store.write():
            had = config.read(self._store).model is not None
            config.change(self._store, {"model": None})
            self._second_reading.clear()
        self._host.changed()
        return had

    def think(self, stop: threading.Event | None = None) -> dict[str, int]:
        """One step of what waits for the model, if one is chosen; counts by what happened, empty if nothing waits.

        Raises ModelStoppedError once ``stop`` is set, ModelFailedError or ModelMissingError, having changed nothing.
        """
        model = self._host.model()
        if model is None:
            return {}
        first, self._turn = self._turn, self._turn + 1  # in turn, so that one that fails holds up no other
        for n in range(len(self._tasks)):
            task = self._tasks[(first + n) % len(self._tasks)]
            if task.waiting() and (done := task.step(model, self._clock(), stop or threading.Event())):
                return dict(done)
        return {}

    def captions(self) -> Captions:
        """What describes pictures by the chosen model, whichever that is by then, if it is one that sees."""
        from assistant.llm.captions import Captions  # noqa: PLC0415 - only for those who have chosen captions

        return Captions(self._host.model, lambda: self._host.status()["reason"])

    def rest_model(self) -> bool:
        """Unload the model if nobody has used it for a while; whether it was. To be called every now and then."""
        return self._host.rest()

    # questions

    def ask(
        self,
        question: str,
        at: datetime | None = None,
        turns: Sequence[Turn] = (),
        told: Callable[[str], None] | None = None,
    ) -> Answer:
        """An answer made of what is believed and was said, each statement cited; abstains where memory lacks it.

        ``turns`` are the conversation so far, the oldest first. In one, the question may lean on what came before,
        and a reply about the user themselves ("no, I moved to Lisbon", "that is wrong") is no question: it is taken
        as their own word and ``learned`` says what came of it. Without turns nothing is ever changed.

        ``told`` hears the answer sentence by sentence, if a model writes it: put together, what it heard is ``text``.
        An empty text only says that the work goes on. Whatever ``told`` raises ends it. Raises InvalidInputError.
        """
        if not isinstance(question, str) or not all(isinstance(turn, Turn) for turn in turns):
            raise InvalidInputError("a question is a string and what came before it are turns")
        asking = Asking(
            store=self._store, word=self._word, lock=self._lock, allowed=self.allowed(),
            recall=lambda text, k, then: self.recall(text, k=k, at=then), model=self._host.model(), now=self._clock(),
        )  # fmt: skip
        return asking.answer(sound(question), at, turns, told)

    # summaries

    def summaries(
        self, kind: SummaryKind | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> list[Summary]:
        """What threads and days were about, the latest first; days that no model has summarised are composed.

        Threads there are only with a model. Without ``since`` days are composed for the last two weeks.
        """
        return held.summaries(self._store, self.propositions(), self.allowed(), self._clock(), kind, since, until)

    def document(self) -> Summary:
        """The profile: what is believed about the user, by section, every line with the propositions it rests on.

        At most 2,000 tokens: the surest and longest-lived first, pinned ones always. Its ``subject`` is "profile".
        """
        return held.profile(self._store, self.propositions(), self._clock())
