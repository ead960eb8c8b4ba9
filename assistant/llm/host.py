"""The language model of one open vault: loaded when it is first needed, unloaded when it is not, started again.

It runs in a process of its own (``assistant.llm.worker``), so a crash in native code or a machine out of memory ends
one call and not the engine. The surprising decision: there is no thread that serves. Whoever calls waits for its turn
and talks to the process itself, and anybody may kill that process, at any time, with the error that the one who talks
to it is to raise; so whatever hangs, closing does not.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.engine.uptime import seconds as uptime
from assistant.llm.admission import Admission
from assistant.llm.chosen import ChosenModel
from assistant.llm.exchange import Halt, Speech, counts, generated, late
from assistant.llm.hosted import HostedModel
from assistant.llm.loading import Loader
from assistant.llm.model import Generated, Told
from assistant.llm.process import WorkerProcess
from assistant.llm.pulse import Pulse
from assistant.llm.queue import DEAF, MORE_URGENT, UNWANTED, Queue, Turn, stopped
from memory.errors import InklingError, ModelFailedError, ModelMissingError, ModelStoppedError

COMMAND = (sys.executable, "-P", "-m", "assistant.llm.worker")


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
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._patience = patience or Patience()
        self._queue = Queue(self._patience.grace)
        self._loader = Loader(command, clock, admission or Admission(), threads, self._patience.load)
        self._ids = itertools.count(1)
        self._used = clock()

    def model(self) -> HostedModel | None:
        """The chosen model, not yet loaded; None where none is chosen or it cannot be run now (``status`` says why)."""
        if self._loader.is_closed:
            return None
        chosen = self._chosen()
        self._loader.adopt(chosen)
        return None if chosen is None or self._loader.obstacle(chosen) else HostedModel(self, chosen)

    def status(self) -> dict[str, Any]:
        """How the model is, in plain values.

        ``name`` and ``path`` are None if none is chosen. ``state`` is "off" (none chosen, or closed), "failed" (it
        cannot be run), "ready" (to be loaded), "loading", "working" or "resting" (loaded, nobody asks); ``reason`` says
        what went wrong last, if anything. ``loaded``, ``memory_bytes`` (None: not known), ``context_tokens`` and
        ``queued`` are of this moment.
        """
        chosen = None if self._loader.is_closed else self._chosen()
        process = self._loader.live()
        obstacle = self._loader.obstacle(chosen) if chosen and process is None else None
        return {
            "name": chosen.name if chosen else None,
            "path": chosen.path if chosen else None,
            "state": self._state(chosen, process, obstacle),
            "reason": str(obstacle) if obstacle else self._loader.failure,
            "loaded": process is not None and process.context is not None,
            "memory_bytes": process.resident_bytes() if process else None,
            "context_tokens": process.context if process else None,
            "queued": len(self._queue),
        }

    def changed(self) -> None:
        """Another model may have been chosen; what runs is ended, and what failed before is forgiven."""
        self._loader.switch(None if self._loader.is_closed else self._chosen())

    def rest(self) -> bool:
        """Unload a model that nobody has used for a while; whether it was. To be called every now and then."""
        turn = self._queue.take_idle()
        if turn is None:
            return False
        try:
            process = self._loader.live()
            if process is None or self._clock() - self._used < self._idle_seconds:
                return False
            process.kill(stopped("nobody used it"))
            self._loader.drop(process)
            return True
        finally:
            turn.release()

    def close(self) -> None:
        """End the process, at once: a call under way raises ModelStoppedError, and so does every later one."""
        self._queue.close()
        self._loader.close()

    def context_tokens(self, chosen: ChosenModel) -> int:
        """What it was loaded with, or will be."""
        return self._loader.context(chosen)

    def count_tokens(
        self, chosen: ChosenModel, texts: list[str], urgent: bool = False, stop: threading.Event | None = None
    ) -> list[int]:
        """See :class:`~assistant.llm.model.LanguageModel`."""
        if not texts:
            return []
        seconds = self._patience.count
        with self._served(chosen, urgent=urgent, stop=stop) as (process, turn), self._watched(process, turn, seconds):
            found = counts(process, texts, seconds, _halt(stop))
            self._loader.expect_wanted(chosen, stop)
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
            self._loader.succeed()
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
            self._loader.expect_wanted(chosen, stop)
            process = self._loader.live()
            if process is None:
                context = self._loader.admitted(chosen, stop, partial(beat, turn.release))
                process = self._loader.spawned(chosen)
                self._loader.load(process, chosen, context, _halt(stop), partial(beat, _deaf(turn, process)))
            turn.begin(partial(process.kill, stopped(MORE_URGENT)))
            yield process, turn
        except (ModelFailedError, ModelMissingError) as error:
            self._loader.note(error, process)
            raise
        finally:
            if process is not None and process.is_over:
                self._loader.drop(process)
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

    # what is known of it

    def _state(self, chosen: ChosenModel | None, process: WorkerProcess | None, obstacle: InklingError | None) -> str:
        if chosen is None:
            return "off"
        if self._loader.is_hashing or (process is not None and process.context is None):
            return "loading"
        if process is not None:
            return "working" if self._queue.is_taken else "resting"
        return "failed" if obstacle else "ready"


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
