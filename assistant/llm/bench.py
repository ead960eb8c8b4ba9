"""How fast a model reads and writes on this machine, and what that means for somebody's messages.

It is measured the way the model is used: the prompt that facts are drawn with, about a few messages that just came,
and again about a few others, so that the second call finds the constant part in the cache. What is written is held to a
grammar that never ends, so that every model writes equally much. How many messages an hour that makes is reckoned from
both speeds for full windows of a longer chat, which is how a backlog is read.
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

WRITTEN_TOKENS = 64
WINDOW_TOKENS = 240  # written about a full window: three facts with their quotes
_SECONDS = 600.0
_GRAMMAR = "root ::= [a-z ,.] root"

Line = tuple[str, str, str]  # who, when, text
CHAT: tuple[Line, ...] = (
    ("other: Ana", "19:20", "did you get the keys?"),
    ("user", "19:22", "yes, we moved in on saturday"),
    ("other: Ana", "19:23", "and the commute?"),
    ("user", "19:25", "twenty minutes by bike, I start at seven this week"),
    ("other: Ana", "19:26", "lucky you"),
    ("user", "19:30", "come over on friday, Jonas makes his lentil soup"),
    ("other: Ana", "19:31", "with pleasure, what can I bring?"),
    ("user", "19:33", "bread, and the drill if you still have it"),
    ("other: Ana", "19:34", "it is at my brother's, I will ask him tonight"),
    ("user", "19:35", "no hurry, the shelves have waited since march"),
    ("other: Ana", "19:40", "how is the course going?"),
    ("user", "19:44", "hard, but I like it more than I thought, the exam is in june"),
    ("other: Ana", "19:45", "you always say that before you get the best mark"),
    ("user", "19:46", "ha, not this time"),
    ("other: Ana", "19:50", "and your father, is he home again?"),
    ("user", "19:52", "since tuesday, he walks around the house with a stick and complains about the food"),
    ("other: Ana", "19:53", "then he is well"),
    ("user", "19:54", "that is what the doctor says too"),
    ("other: Ana", "19:58", "I have two tickets for the concert on sunday, the one with the cello"),
    ("user", "20:01", "I would love to, but I am on call this weekend"),
    ("other: Ana", "20:02", "what a pity, I will take Mirko then"),
    ("user", "20:03", "tell him he still owes me a game of chess"),
    ("other: Ana", "20:04", "I will, see you on friday"),
    ("user", "20:05", "see you, eight o'clock"),
)
FIRST, SECOND = CHAT[:3], CHAT[3:6]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What two calls took. ``first`` is the one that read all of its prompt, ``second`` found a part in the cache.

    ``window_tokens`` is how many tokens a full window of a chat has, besides what is cached.
    """

    name: str
    load_seconds: float
    first: Generated
    second: Generated
    window_tokens: int
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
        """How many messages of a chat it draws facts from in a minute, when it reads one window after the other."""
        if not self.read_per_second or not self.written_per_second:
            return 0.0
        seconds = self.window_tokens / self.read_per_second + WINDOW_TOKENS / self.written_per_second
        return 60 * len(CHAT) / seconds


def measure(chosen: ChosenModel) -> Measured:
    """Load a model in a process of its own, have it read and write twice, and end it again.

    Raises ModelMissingError, also where llama.cpp is not installed, or ModelFailedError.
    """
    host = ModelHost(lambda: chosen)
    try:
        model = host.model()
        if model is None:
            raise ModelMissingError(str(host.status()["reason"]))
        began = time.perf_counter()
        [window_tokens] = model.count_tokens([_data(CHAT)])
        loaded = time.perf_counter() - began
        first, second = _asked(model, FIRST), _asked(model, SECOND)
        held = host.status()["memory_bytes"]
    finally:
        host.close()
    return Measured(
        name=chosen.name,
        load_seconds=loaded,
        first=first,
        second=second,
        window_tokens=window_tokens,
        memory_bytes=held,
    )


def _asked(model: LanguageModel, lines: Sequence[Line]) -> Generated:
    prompt = prompt_file("distil").about(_data(lines))
    return model.generate(prompt, grammar=_GRAMMAR, most_tokens=WRITTEN_TOKENS, seconds=_SECONDS, urgent=True)


def _data(lines: Sequence[Line]) -> str:
    numbered = (fenced([number, *line]) for number, line in enumerate(lines, start=1))
    return "\n".join([fenced({"app": "Signal", "day": "Wednesday 2026-03-04"}), *numbered])


def _rate(number: int, seconds: float) -> float:
    return number / seconds if seconds > 0 else 0.0
