"""One generation, from the request to its last reply: what is heard, what is believed of it, and how it is ended.

Whatever the worker says is checked here: a model's text is any text, but a reply that is not what was agreed on ends
the process. The surprising decision: a generation that is ended early is asked to, and waited for, before the process
is killed. What it has in its cache is worth seconds to the next call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assistant.llm.model import Generated, Told
from assistant.llm.process import Reply, WorkerProcess, nonsense
from assistant.llm.queue import POLL_SECONDS, stopped
from memory.errors import InklingError, ModelFailedError, ModelMissingError, ModelStoppedError

MOST_CHARACTERS = 64  # of a token; the longest of known vocabularies, bar runs of one character, have fewer
LONGEST_MESSAGE = 300
_MOST = 1e9  # tokens or seconds that are still meant seriously
_FATAL = ("memory", "broken")  # failures after which the process is not to be used again
_COUNTS = ("prompt_tokens", "cached_tokens", "tokens")
_SECONDS = ("first_seconds", "seconds")

COUNTING_SECONDS = 0.5  # that counting may go on when nobody wants it any more; it seldom takes a tenth of that

Halt = Callable[[], ModelStoppedError | None]  # why to end before the time, if anything
Beat = Callable[[], None]  # called all the time while nothing comes; what it raises ends the waiting


def _nothing() -> None:
    """Nobody waits who is to hear that the work goes on."""


@dataclass(kw_only=True)
class Speech:
    """What is heard of one generation."""

    process: WorkerProcess
    request: dict[str, Any]
    told: Told | None
    characters: int = 0
    is_over: bool = False
    is_telling: bool = False  # the listener has not returned yet

    def hear(self, reply: Reply | None) -> Reply | None:
        """Take in a reply; the last one's figures once it is there. Raises ModelFailedError if it failed."""
        if reply is None:
            return None
        if reply.get("id") != self.request["id"]:
            raise self.process.kill(nonsense(self.process.name))
        if "piece" in reply:
            self._hear_piece(reply["piece"])
            return None
        self.is_over = True
        if "failed" in reply:
            raise failure(self.process, reply["failed"])
        return self._figures(reply.get("done"))

    def _hear_piece(self, piece: Any) -> None:
        self.characters += len(self._text(piece))
        if self.characters > self._most:
            raise self.process.kill(nonsense(self.process.name))
        if self.told is not None:
            self.is_telling = True
            self.told(piece)
            self.is_telling = False

    def _figures(self, done: Any) -> Reply:
        good = isinstance(done, dict) and done.get("end") in ("stop", "length", "deadline", "stopped")
        if not good or len(self._text(done.get("text"))) > self._most or not _are_figures(done):
            raise self.process.kill(nonsense(self.process.name))
        return dict(done)

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            with suppress(UnicodeEncodeError):  # lone surrogates, which nothing can store
                value.encode()
                return value
        raise self.process.kill(nonsense(self.process.name))

    @property
    def _most(self) -> int:
        return int(self.request["most_tokens"]) * MOST_CHARACTERS


def generated(speech: Speech, halt: Halt, grace_seconds: float, beat: Beat = _nothing) -> Generated:
    """Have a request answered; what ``told`` or ``beat`` raises is passed on, after the generation was ended.

    ``beat`` is called all the time until the first piece comes. Raises ModelStoppedError if ``halt`` said so,
    ModelFailedError if it failed or its time was up and it did not end.
    """
    try:
        speech.process.send(speech.request)
        done = _last(speech, halt, grace_seconds, beat)
    except BaseException:
        _hush(speech, grace_seconds)
        raise
    return Generated(**{key: done[key] for key in ("text", "end", *_COUNTS, *_SECONDS)})


def _last(speech: Speech, halt: Halt, grace_seconds: float, beat: Beat) -> Reply:
    """The figures at the end, which was asked for if it did not come in time."""
    process, ends = speech.process, time.monotonic() + speech.request["seconds"]
    asked: float | None = None
    why: ModelStoppedError | None = None
    while (done := speech.hear(process.receive(POLL_SECONDS))) is None:
        if not speech.characters:
            beat()
        now = time.monotonic()
        if asked is None and ((why := halt()) or now >= ends):
            asked = now
            _ask_to_stop(speech)
        elif asked is not None and now > asked + grace_seconds:
            raise process.kill(why or late(process.name, speech.request["seconds"]))
    if done["end"] != "stopped":
        return done
    if asked is None:
        raise process.kill(nonsense(process.name))
    if why is not None:
        raise why
    return done | {"end": "deadline"}


def _hush(speech: Speech, grace_seconds: float) -> None:
    """Leave the process with nothing to say, or dead."""
    if speech.is_over or speech.process.is_over:
        return
    speech.told = None
    until = time.monotonic() + grace_seconds
    with suppress(InklingError):  # then it is over too
        _ask_to_stop(speech)
        while time.monotonic() < until:
            if speech.hear(speech.process.receive(POLL_SECONDS)):
                return
        speech.process.kill(stopped("it did not end when it was asked to"))


def _ask_to_stop(speech: Speech) -> None:
    speech.process.send({"do": "stop", "id": speech.request["id"]})


def late(name: str, seconds: float) -> ModelFailedError:
    """The error of a process that does not answer in time."""
    return ModelFailedError(
        f"the model {name} did not answer within {seconds:.0f} s and was ended; try again, or choose a smaller model"
    )


def failure(process: WorkerProcess, said: Any) -> InklingError:
    """The error that the worker reports; the process is ended if it is not to be used again."""
    if not isinstance(said, dict) or not isinstance(said.get("message"), str):
        return process.kill(nonsense(process.name))
    message = " ".join(said["message"].encode("utf-8", "replace").decode().split())[:LONGEST_MESSAGE]
    if said.get("kind") in ("missing", "extra"):
        return process.kill(ModelMissingError(message))
    error = ModelFailedError(f"the model {process.name} failed: {message}")
    return process.kill(error) if said.get("kind") in _FATAL else error


def counts(process: WorkerProcess, texts: list[str], seconds: float, halt: Halt) -> list[int]:
    """How many tokens each text has. Raises ModelFailedError, and ModelStoppedError if ``halt`` said so.

    What is ended early ends the process too, and with it a model that took long to load; so it may finish if it can.
    """
    process.send({"do": "count", "texts": texts})
    reply = answer(process, seconds, _lasting(halt, COUNTING_SECONDS), "counts")
    found = reply["counts"]
    if not isinstance(found, list) or len(found) != len(texts) or not all(map(_is_count, found)):
        raise process.kill(nonsense(process.name))
    return list(found)


def answer(process: WorkerProcess, seconds: float, halt: Halt, key: str, beat: Beat = _nothing) -> Reply:
    """The reply with this key to what was sent, or the error it reports; what takes too long is killed."""
    until = time.monotonic() + seconds
    while (reply := process.receive(POLL_SECONDS)) is None:
        if why := halt():
            raise process.kill(why)
        if time.monotonic() > until:
            raise process.kill(late(process.name, seconds))
        beat()
    if "failed" in reply:
        raise failure(process, reply["failed"])
    if key not in reply:
        raise process.kill(nonsense(process.name))
    return reply


def _lasting(halt: Halt, seconds: float) -> Halt:
    """The same reason, once there has been one for so long."""
    since: float | None = None

    def why() -> ModelStoppedError | None:
        nonlocal since
        found = halt()
        if found is not None and since is None:
            since = time.monotonic()
        return found if since is not None and time.monotonic() - since >= seconds else None

    return why


def _are_figures(done: Reply) -> bool:
    return all(_is_count(done.get(key)) for key in _COUNTS) and all(_is_duration(done.get(key)) for key in _SECONDS)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < _MOST
