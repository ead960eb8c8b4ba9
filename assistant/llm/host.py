"""The language model of one open vault: loaded when it is first needed, unloaded when it is not, started again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.llm.chosen import ChosenModel
from assistant.llm.model import LanguageModel


class ModelHost:
    """Serves one chosen model to whoever asks, in order."""

    def __init__(self, chosen: Callable[[], ChosenModel | None]) -> None:
        self._chosen = chosen

    def model(self) -> LanguageModel | None:
        """The chosen model, not yet loaded; None where none is chosen or it cannot be run now (``status`` says why)."""
        return None

    def status(self) -> dict[str, Any]:
        """``name`` and ``path`` of the chosen model or None, ``state`` and ``reason``, in plain values."""
        chosen = self._chosen()
        return {"name": chosen.name if chosen else None, "path": chosen.path if chosen else None, "state": "off"}

    def changed(self) -> None:
        """Another model may have been chosen; what runs is ended."""

    def rest(self) -> bool:
        """Unload a model that nobody has used for a while; whether it was. To be called every now and then."""
        return False

    def close(self) -> None:
        """End the process, at once: a call under way raises ModelStoppedError, and so does every later one."""
