"""What the rest of Inkling knows of a language model: a prompt goes in, text comes out, within a time, or an error.

The surprising decision: a prompt has exactly two parts, and only the first is trusted. ``system`` is ours, the same in
every call of its kind, so its key-value cache is kept from call to call; ``user`` is data, and whatever control tokens
it spells are read as plain letters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

End = Literal["stop", "length", "deadline"]
Told = Callable[[str], None]  # hears each piece of text as it comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One request. ``name`` and ``version`` say which prompt file it was made from."""

    name: str
    version: int
    system: str
    user: str

    @property
    def made_by(self) -> str:
        """Which prompt it is, for provenance: "distil 3"."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a model wrote and what that took.

    ``end`` is "stop" where the model had finished, "length" where ``most_tokens`` or the context was used up, and
    "deadline" where time was. ``prompt_tokens`` counts the whole prompt, ``cached_tokens`` what of it needed no work.
    """

    text: str
    end: End
    prompt_tokens: int = 0
    cached_tokens: int = 0
    tokens: int = 0
    first_seconds: float = 0.0
    seconds: float = 0.0


class LanguageModel(Protocol):
    """A model that is loaded when it is first needed. Safe to use from several threads; calls are served in order."""

    @property
    def name(self) -> str:
        """What provenance calls it, such as ``qwen3-1.7b-q4_k_m``."""
        ...

    @property
    def context_tokens(self) -> int:
        """How many tokens a prompt and its answer may have together."""
        ...

    def count_tokens(self, texts: list[str], *, urgent: bool = False, stop: threading.Event | None = None) -> list[int]:
        """How many tokens each text has; the model is loaded for it if it is not. Waits and ends as :meth:`generate`.

        Raises ModelStoppedError, ModelFailedError or ModelMissingError.
        """
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        most_tokens: int = 512,
        seconds: float = 60.0,
        told: Told | None = None,
        urgent: bool = False,
        stop: threading.Event | None = None,
    ) -> Generated:
        """Write an answer, the same for the same prompt, of at most so many tokens and seconds.

        ``grammar`` is GBNF that the answer is held to; ``told`` hears it piece by piece, and until the first
        one an empty piece about every second; what it raises ends the call. What is ``urgent`` (somebody
        waits for it) goes before what is not, which then raises ModelStoppedError and may be asked again; so does a
        call whose ``stop`` is set.

        Raises ModelStoppedError, ModelFailedError (it broke, ran out of memory, or the prompt is too long) or
        ModelMissingError. The vault is never held while it runs.
        """
        ...
