"""The language model of one open vault: loaded when it is first needed, unloaded when it is not, started again.

It runs in a process of its own (``assistant.llm.worker``), so a crash in native code or a machine out of memory ends
one call and not the engine. The surprising decision: there is no thread that serves. Whoever calls waits for its turn
and talks to the process itself, and anybody may kill that process, at any time, with the error that the one who talks
to it is to raise; so whatever hangs, closing does not.
"""

from __future__ import annotations

import itertools
import math
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.engine.uptime import seconds as uptime
from assistant.llm.admission import Admission, spare_cores
from assistant.llm.breaker import Breaker
from assistant.llm.chosen import ChosenModel
from assistant.llm.exchange import Beat, Halt, Speech, answer, counts, generated, late
from assistant.llm.hosted import HostedModel
from assistant.llm.model import Generated, Told
from assistant.llm.process import WorkerProcess, nonsense
from assistant.llm.pulse import Pulse
from assistant.llm.queue import ANOTHER, CLOSING, DEAF, MORE_URGENT, UNWANTED, Queue, Turn, stopped
from memory.errors import InklingError, ModelFailedError, ModelMissingError, ModelStoppedError

COMMAND = (sys.executable, "-P", "-m", "assistant.llm.worker")
JOIN_SECONDS = 5.0  # a process that was killed is gone at once, unless the system itself hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things may take, in seconds. ``grace`` is what a generation has to end when it is asked to.

    Whoever waits hears every ``beat`` that the work goes on, and is not waited for any more after ``deaf``.
    """

    load: float = 180.0
    count: float = 30.0
    grace: float = 3.0
    beat: float = 1.0
    deaf: float = 10.0


class ModelHost:
    """Serves one chosen model to whoever asks, in order. Safe to use from several threads."""

    def __init__(
        self,
        chosen: Callable[[], ChosenModel | None],
        *,
        command: Sequence[str] = COMMAND,
        idle_seconds: float = 300.0,
        clock: Callable[[], float] = uptime,
        admission: Admission | None = None,
        patience: Patience | None = None,
        threads: int | None = None,
    ) -> None:
        """``chosen`` is asked which model the user wants; ``clock`` measures idleness, and pauses after crashes."""
        self._chosen = chosen
        self._command = command
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._admission = admission or Admission()
        self._patience = patience or Patience()
        self._threads = threads
        self._lock = threading.Lock()
        self._queue = Queue(self._patience.grace)
        self._breaker = Breaker()
        self._ids = itertools.count(1)
        self._current: ChosenModel | None = None
        self._process: WorkerProcess | None = None
        self._forgotten: weakref.finalize[..., ModelHost] | None = None  # leaves no process of a host nobody closed
        self._failure: str | None = None
        self._is_hashing = False
        self._used = clock()
        self._closed = False

    def model(self) -> HostedModel | None:
        """The chosen model, not yet loaded; None where none is chosen or it cannot be run now (``status`` says why)."""
        if self._closed:
            return None
        chosen = self._chosen()
        self._adopt(chosen)
        return None if chosen is None or self._obstacle(chosen) else HostedModel(self, chosen)

    def status(self) -> dict[str, Any]:
        """How the model is, in plain values.

        ``name`` and ``path`` are None if none is chosen. ``state`` is "off" (none chosen, or closed), "failed" (it
        cannot be run), "ready" (to be loaded), "loading", "working" or "resting" (loaded, nobody asks); ``reason`` says
        what went wrong last, if anything. ``loaded``, ``memory_bytes`` (None: not known), ``context_tokens`` and
        ``queued`` are of this moment.
        """
        chosen = None if self._closed else self._chosen()
        process = self._live()
        obstacle = self._obstacle(chosen) if chosen and process is None else None
        return {
            "name": chosen.name if chosen else None,
            "path": chosen.path if chosen else None,
            "state": self._state(chosen, process, obstacle),
            "reason": str(obstacle) if obstacle else self._failure,
            "loaded": process is not None and process.context is not None,
            "memory_bytes": process.resident_bytes() if process else None,
            "context_tokens": process.context if process else None,
            "queued": len(self._queue),
        }

    def changed(self) -> None:
        """Another model may have been chosen; what runs is ended, and what failed before is forgiven."""
        self._switch(None if self._closed else self._chosen())

    def rest(self) -> bool:
        """Unload a model that nobody has used for a while; whether it was. To be called every now and then."""
        turn = self._queue.take_idle()
        if turn is None:
            return False
        try:
            process = self._live()
            if process is None or self._clock() - self._used < self._idle_seconds:
                return False
            process.kill(stopped("nobody used it"))
            self._drop(process)
            return True
        finally:
            turn.release()

    def close(self) -> None:
        """End the process, at once: a call under way raises ModelStoppedError, and so does every later one."""
        self._closed = True
        self._queue.close()
        with self._lock:
            process = self._killed(CLOSING)
        if process is not None:
            self._drop(process)

    def context_tokens(self, chosen: ChosenModel) -> int:
        """What it was loaded with, or will be."""
        process = self._live()
        loaded = process.context if process is not None and chosen == self._current else None
        return loaded or self._admission.context(chosen)

    def count_tokens(
        self, chosen: ChosenModel, texts: list[str], urgent: bool = False, stop: threading.Event | None = None
    ) -> list[int]:
        """See :class:`~assistant.llm.model.LanguageModel`."""
        if not texts:
            return []
        seconds = self._patience.count
        with self._served(chosen, urgent=urgent, stop=stop) as (process, turn), self._watched(process, turn, seconds):
            found = counts(process, texts, seconds, _halt(stop))
            self._expect_wanted(chosen, stop)
            return found

    def generate(
        self,
        chosen: ChosenModel,
        request: dict[str, Any],
        told: Told | None,
        urgent: bool,
        stop: threading.Event | None,
    ) -> Generated:
        """Have a request answered that has everything but its number."""
        pulse = Pulse(told, self._patience.beat, self._patience.deaf)
        with self._served(chosen, urgent=urgent, stop=stop, pulse=pulse) as (process, turn):
            speech = Speech(process=process, request=request | {"id": next(self._ids)}, told=told)
            with self._watched(process, turn, request["seconds"], lambda: speech.is_telling):
                beat = partial(pulse.beat, _deaf(turn, process))
                done = generated(speech, _halt(stop, turn), self._patience.grace, beat)
            if stop is not None and stop.is_set():
                raise stopped(UNWANTED)
            self._succeed()
            return done

    # a turn

    @contextmanager
    def _served(
        self, chosen: ChosenModel, *, urgent: bool, stop: threading.Event | None = None, pulse: Pulse | None = None
    ) -> Iterator[tuple[WorkerProcess, Turn]]:
        """A turn with a loaded model; what breaks in it is taken note of."""
        beat = (pulse or Pulse(None)).beat
        turn = self._queue.take(urgent=urgent, stop=stop, beat=lambda turn: beat(turn.release))
        process = None
        try:
            self._expect_wanted(chosen, stop)
            process = self._live()
            if process is None:
                context = self._admitted(chosen, stop, partial(beat, turn.release))
                process = self._spawned(chosen)
                self._load(process, chosen, context, _halt(stop), partial(beat, _deaf(turn, process)))
            turn.begin(partial(process.kill, stopped(MORE_URGENT)))
            yield process, turn
        except (ModelFailedError, ModelMissingError) as error:
            self._note(error, process)
            raise
        finally:
            if process is not None and process.is_over:
                self._drop(process)
            self._used = self._clock()
            turn.release()

    @contextmanager
    def _watched(
        self, process: WorkerProcess, turn: Turn, seconds: float, is_telling: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """End what takes far too long even where its own thread cannot: it writes, or its listener does not return."""

        def end() -> None:
            process.kill(stopped(DEAF) if is_telling() else late(process.name, seconds))
            turn.release()

        timer = threading.Timer(seconds + 2 * self._patience.grace, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _admitted(self, chosen: ChosenModel, stop: threading.Event | None, beat: Beat) -> int:
        """How much context to load it with, once everything was looked at."""
        if obstacle := self._obstacle(chosen):
            raise obstacle
        if self._process is not None:
            self._drop(self._process)  # it is over, and what memory it had is to be free

        def heard(_length: int) -> None:
            self._expect_wanted(chosen, stop)
            beat()

        self._is_hashing = True
        try:
            return self._admission.admit(chosen, heard)
        finally:
            self._is_hashing = False

    def _spawned(self, chosen: ChosenModel) -> WorkerProcess:
        with self._lock:
            self._expect_wanted(chosen)
            self._process = process = WorkerProcess(self._command, chosen.name)
            if self._forgotten is not None:
                self._forgotten.detach()
            self._forgotten = weakref.finalize(self, process.kill, stopped(CLOSING))
            return process

    def _load(self, process: WorkerProcess, chosen: ChosenModel, context: int, halt: Halt, beat: Beat) -> None:
        threads = self._threads or spare_cores()
        files = {"path": chosen.path, "projector": chosen.projector}
        process.send({"do": "load", **files, "context": context, "threads": threads})
        try:
            loaded = answer(process, self._patience.load, halt, "loaded", beat)["loaded"]
        except BaseException:  # half loaded it is of no use to anybody
            process.kill(stopped(UNWANTED))
            raise
        found = loaded.get("context") if isinstance(loaded, dict) else None
        if type(found) is not int or found <= 0:
            raise process.kill(nonsense(process.name))
        process.context = min(found, context)

    def _expect_wanted(self, chosen: ChosenModel, stop: threading.Event | None = None) -> None:
        if self._closed:
            raise stopped(CLOSING)
        if chosen != self._current:
            raise stopped(ANOTHER)
        if stop is not None and stop.is_set():
            raise stopped(UNWANTED)

    # what is known of it

    def _state(self, chosen: ChosenModel | None, process: WorkerProcess | None, obstacle: InklingError | None) -> str:
        if chosen is None:
            return "off"
        if self._is_hashing or (process is not None and process.context is None):
            return "loading"
        if process is not None:
            return "working" if self._queue.is_taken else "resting"
        return "failed" if obstacle else "ready"

    def _obstacle(self, chosen: ChosenModel) -> ModelMissingError | ModelFailedError | None:
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

    def _note(self, error: InklingError, process: WorkerProcess | None) -> None:
        if isinstance(error, ModelStoppedError):
            return
        with self._lock:
            self._failure = str(error)
            if process is not None and process.is_over:
                self._breaker.failed(self._clock())

    def _succeed(self) -> None:
        with self._lock:
            self._failure = None
            self._breaker.succeeded()

    # the process

    def _live(self) -> WorkerProcess | None:
        process = self._process
        return None if process is None or process.is_over else process

    def _drop(self, process: WorkerProcess) -> None:
        """Wait until a process that has ended has left nothing behind, be it answers that nobody asked for."""
        process.kill(nonsense(process.name))
        process.join(JOIN_SECONDS)
        with self._lock:
            if self._process is process:
                self._process = None

    def _adopt(self, chosen: ChosenModel | None) -> None:
        if chosen != self._current:
            self._switch(chosen)

    def _switch(self, chosen: ChosenModel | None) -> None:
        with self._lock:
            self._current = chosen
            self._failure = None
            self._breaker = Breaker()
            self._admission.forgive()
            process = self._killed(ANOTHER)
        if process is not None:
            self._drop(process)

    def _killed(self, why: str) -> WorkerProcess | None:
        if self._process is not None:
            self._process.kill(stopped(why))
        return self._process


def _deaf(turn: Turn, process: WorkerProcess) -> Callable[[], None]:
    """What becomes of a call whose listener does not return: the process is ended, and others have their turn."""

    def end() -> None:
        process.kill(stopped(DEAF))
        turn.release()

    return end


def _halt(stop: threading.Event | None, turn: Turn | None = None) -> Halt:
    """What ends a call early: its caller, or somebody in a hurry."""

    def why() -> ModelStoppedError | None:
        if stop is not None and stop.is_set():
            return stopped(UNWANTED)
        return stopped(MORE_URGENT) if turn is not None and turn.is_hurried else None

    return why
