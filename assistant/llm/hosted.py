"""What a host hands out: one chosen model, which may be kept, and costs nothing until it is used."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.llm.chosen import ChosenModel
from assistant.llm.model import Generated, Prompt, Told
from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.llm.host import ModelHost


@dataclass(frozen=True, slots=True)
class HostedModel:
    """A :class:`~assistant.llm.model.LanguageModel`, for as long as it is the chosen one."""

    host: ModelHost
    chosen: ChosenModel

    @property
    def name(self) -> str:
        """What provenance calls it."""
        return self.chosen.name

    @property
    def context_tokens(self) -> int:
        """How many tokens a prompt and its answer may have together; fewer once loaded, if memory is short."""
        return self.host.context_tokens(self.chosen)

    @property
    def sees(self) -> bool:
        """Whether it can be given pictures."""
        return self.chosen.projector is not None

    def count_tokens(self, texts: list[str], *, urgent: bool = False, stop: threading.Event | None = None) -> list[int]:
        """How many tokens each text has; see :class:`~assistant.llm.model.LanguageModel`."""
        return self.host.count_tokens(self.chosen, texts, urgent, stop)

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
        """Write an answer; see :class:`~assistant.llm.model.LanguageModel`. ``told`` is called in this thread."""
        request = {"do": "generate", "system": prompt.system, "user": prompt.user, "grammar": grammar}
        limits = {"most_tokens": most_tokens, "seconds": seconds}
        return self.host.generate(self.chosen, request | limits, told, urgent, stop)

    def caption(
        self,
        png: bytes,
        prompt: Prompt,
        *,
        most_tokens: int = 256,
        seconds: float = 120.0,
        urgent: bool = False,
        stop: threading.Event | None = None,
    ) -> Generated:
        """Say what is on a picture; as :meth:`generate`. Raises InvalidInputError for a model that sees none."""
        if not self.sees:
            raise InvalidInputError(f"the model {self.name} sees no pictures; choose it with its projector")
        picture = base64.b64encode(png).decode()
        request = {"do": "caption", "png": picture, "system": prompt.system, "user": prompt.user}
        limits = {"most_tokens": most_tokens, "seconds": seconds}
        return self.host.generate(self.chosen, request | limits, None, urgent, stop)
