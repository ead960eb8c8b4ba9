"""How fast a model reads and writes on this machine, and what that means for somebody's messages.

It is measured the way the model is used: the prompt that facts are drawn with, two short episodes of an invented chat,
one after the other, so that the second finds the constant part in the cache. What is written is held to a grammar that
never ends, so that every model writes equally much.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm.chosen import ChosenModel
from assistant.llm.host import ModelHost
from assistant.llm.model import Generated, LanguageModel
from assistant.llm.prompting import fenced, prompt_file
from memory.errors import ModelMissingError

WRITTEN_TOKENS = 96  # about what two facts take with their quotes
_SECONDS = 600.0
_GRAMMAR = "root ::= [a-z ,.] root"
EPISODES: tuple[Sequence[tuple[str, str, str]], ...] = (
    (
        ("other: Ana", "19:20", "did you get the keys for the new flat?"),
        ("user", "19:22", "yes, we moved in on saturday, the kitchen is still full of boxes"),
        ("other: Ana", "19:23", "and the commute?"),
        ("user", "19:25", "twenty minutes by bike to the hospital, I start at seven this week"),
        ("other: Ana", "19:26", "lucky you"),
        ("user", "19:30", "come over on friday, Jonas makes his lentil soup"),
    ),
    (
        ("other: Mirko", "08:02", "are you still coming to the climbing hall tonight?"),
        ("user", "08:10", "not before eight, I have the dentist at half past six"),
        ("other: Mirko", "08:11", "ok, bring the long rope please"),
        ("user", "08:12", "it is at my sister's, I gave it to her in march"),
        ("other: Mirko", "08:15", "then we take mine"),
        ("user", "08:16", "great, and I finally signed up for the course in june"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What two calls took. ``first`` is the one that read all of its prompt, ``second`` found a part in the cache."""

    name: str
    load_seconds: float
    first: Generated
    second: Generated
    memory_bytes: int | None = None

    @property
    def read_per_second(self) -> float:
        """Tokens of a prompt it reads in a second."""
        return _rate(self.first.prompt_tokens - self.first.cached_tokens, self.first.first_seconds)

    @property
    def written_per_second(self) -> float:
        """Tokens it writes in a second, after the first."""
        calls = (self.first, self.second)
        return _rate(sum(c.tokens - 1 for c in calls), sum(c.seconds - c.first_seconds for c in calls))

    @property
    def prompt_work_ratio(self) -> float:
        """How many times fewer tokens of the prompt the second call had to read."""
        first, second = (call.prompt_tokens - call.cached_tokens for call in (self.first, self.second))
        return first / max(1, second)

    @property
    def messages_per_minute(self) -> float:
        """How many messages like these it draws facts from in a minute, when it goes from one episode to the next."""
        seconds = self.second.first_seconds + WRITTEN_TOKENS / max(self.written_per_second, 1e-6)
        return 60 * len(EPISODES[1]) / seconds


def measure(chosen: ChosenModel) -> Measured:
    """Load a model in a process of its own, have it read and write twice, and end it again.

    Raises ModelMissingError, also where llama.cpp is not installed, or ModelFailedError.
    """
    host = ModelHost(lambda: chosen)
    try:
        model = host.model()
        if model is None:
            raise ModelMissingError(str(host.status()["reason"]))
        loading = time.perf_counter()
        model.count_tokens(["Is it there?"])
        loaded = time.perf_counter() - loading
        first, second = (_asked(model, episode) for episode in EPISODES)
        held = host.status()["memory_bytes"]
    finally:
        host.close()
    return Measured(name=chosen.name, load_seconds=loaded, first=first, second=second, memory_bytes=held)


def _asked(model: LanguageModel, episode: Sequence[tuple[str, str, str]]) -> Generated:
    lines = [fenced([number, *line]) for number, line in enumerate(episode, start=1)]
    user = "\n".join([fenced({"app": "Signal", "day": "Wednesday 2026-03-04"}), *lines])
    prompt = prompt_file("distil").about(user)
    return model.generate(prompt, grammar=_GRAMMAR, most_tokens=WRITTEN_TOKENS, seconds=_SECONDS, urgent=True)


def _rate(number: int, seconds: float) -> float:
    return number / seconds if seconds > 0 else 0.0
