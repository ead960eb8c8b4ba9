"""The process that a model is loaded in: what must hold before it starts, which one it is, and how it is got rid of.

The surprising decision: it is of one model at a time and never handed on. Once another is chosen, or this one breaks,
the process is killed and joined before the next begins, so two models are never in memory at once.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Callable, Sequence

from assistant.llm.admission import Admission, spare_cores
from assistant.llm.breaker import Breaker
from assistant.llm.chosen import ChosenModel
from assistant.llm.exchange import Beat, Halt, answer
from assistant.llm.process import WorkerProcess, nonsense
from assistant.llm.queue import ANOTHER, CLOSING, UNWANTED, stopped
from memory.errors import InklingError, ModelFailedError, ModelMissingError, ModelStoppedError

JOIN_SECONDS = 5.0  # a process that was killed is gone at once, unless the system itself hangs


class Loader:
    """Keeps one process for the model that is wanted. What takes long is for whoever has the turn."""

    def __init__(
        self,
        command: Sequence[str],
        clock: Callable[[], float],
        admission: Admission,
        threads: int | None,
        load_seconds: float,
    ) -> None:
        """``clock`` measures the pauses after crashes; ``threads`` are those spare where None."""
        self._command = command
        self._clock = clock
        self._admission = admission
        self._threads = threads
        self._load_seconds = load_seconds
        self._lock = threading.Lock()
        self._breaker = Breaker()
        self._current: ChosenModel | None = None
        self._process: WorkerProcess | None = None
        self._forgotten: weakref.finalize[..., Loader] | None = None  # leaves no process of a host nobody closed
        self.failure: str | None = None
        self.is_hashing = False
        self.is_closed = False

    # which

    def adopt(self, chosen: ChosenModel | None) -> None:
        """Have that model wanted, if it is not so already: nothing is forgiven then."""
        if chosen != self._current:
            self.switch(chosen)

    def switch(self, chosen: ChosenModel | None) -> None:
        """Have another model wanted, or none: what runs is ended, and what failed before is forgiven."""
        with self._lock:
            self._current = chosen
            self.failure = None
            self._breaker = Breaker()
            self._admission.forgive()
            process = self._killed(ANOTHER)
        if process is not None:
            self.drop(process)

    def close(self) -> None:
        """End what runs, at once, and let nothing start any more."""
        self.is_closed = True
        with self._lock:
            process = self._killed(CLOSING)
        if process is not None:
            self.drop(process)

    def expect_wanted(self, chosen: ChosenModel, stop: threading.Event | None = None) -> None:
        """Raise ModelStoppedError if nobody wants an answer of that model any more."""
        if self.is_closed:
            raise stopped(CLOSING)
        if chosen != self._current:
            raise stopped(ANOTHER)
        if stop is not None and stop.is_set():
            raise stopped(UNWANTED)

    def obstacle(self, chosen: ChosenModel) -> ModelMissingError | ModelFailedError | None:
        """Why it is not worth trying to load it now."""
        if missing := self._admission.obstacle(chosen):
            return missing
        pause = self._breaker.pause(self._clock())
        if not pause:
            return None
        return ModelFailedError(
            f"the model {chosen.name} broke {self._breaker.failures} times in a row and is left alone for "
            f"{math.ceil(pause / 60)} minutes; to try at once, or another one: inkling model use"
        )

    def context(self, chosen: ChosenModel) -> int:
        """How many tokens of context it was loaded with, or will be."""
        process = self.live()
        loaded = process.context if process is not None and chosen == self._current else None
        return loaded or self._admission.context(chosen)

    def note(self, error: InklingError, process: WorkerProcess | None) -> None:
        """What went wrong, and whether its process broke over it."""
        if isinstance(error, ModelStoppedError):
            return
        with self._lock:
            self.failure = str(error)
            if process is not None and process.is_over:
                self._breaker.failed(self._clock())

    def succeed(self) -> None:
        """It works: what failed before no longer counts."""
        with self._lock:
            self.failure = None
            self._breaker.succeeded()

    # the process

    def live(self) -> WorkerProcess | None:
        """The process, if it runs."""
        process = self._process
        return None if process is None or process.is_over else process

    def admitted(self, chosen: ChosenModel, stop: threading.Event | None, beat: Beat) -> int:
        """How much context to load it with, once everything was looked at."""
        if obstacle := self.obstacle(chosen):
            raise obstacle
        if self._process is not None:
            self.drop(self._process)  # it is over, and what memory it had is to be free

        def heard(_length: int) -> None:
            self.expect_wanted(chosen, stop)
            beat()

        self.is_hashing = True
        try:
            return self._admission.admit(chosen, heard)
        finally:
            self.is_hashing = False

    def spawned(self, chosen: ChosenModel) -> WorkerProcess:
        """A process for it, with nothing loaded yet."""
        with self._lock:
            self.expect_wanted(chosen)
            self._process = process = WorkerProcess(self._command, chosen.name)
            if self._forgotten is not None:
                self._forgotten.detach()
            self._forgotten = weakref.finalize(self, process.kill, stopped(CLOSING))
            return process

    def load(self, process: WorkerProcess, chosen: ChosenModel, context: int, halt: Halt, beat: Beat) -> None:
        """Have it loaded; the process is ended if that does not succeed."""
        threads = self._threads or spare_cores()
        files = {"path": chosen.path, "projector": chosen.projector}
        process.send({"do": "load", **files, "context": context, "threads": threads})
        try:
            loaded = answer(process, self._load_seconds, halt, "loaded", beat)["loaded"]
        except BaseException:  # half loaded it is of no use to anybody
            process.kill(stopped(UNWANTED))
            raise
        found = loaded.get("context") if isinstance(loaded, dict) else None
        if type(found) is not int or found <= 0:
            raise process.kill(nonsense(process.name))
        process.context = min(found, context)

    def drop(self, process: WorkerProcess) -> None:
        """Wait until a process that has ended has left nothing behind, be it answers that nobody asked for."""
        process.kill(nonsense(process.name))
        process.join(JOIN_SECONDS)
        with self._lock:
            if self._process is process:
                self._process = None

    def _killed(self, why: str) -> WorkerProcess | None:
        if self._process is not None:
            self._process.kill(stopped(why))
        return self._process
