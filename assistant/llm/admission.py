"""What must hold before a model is loaded: the extra is installed, its files are what was chosen, there is memory.

The surprising decision: memory is looked at before the process starts. A model that does not fit would be loaded all
the same, by swapping out everything else, until the system ended something, and not necessarily the model.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assistant.llm.chosen import ChosenModel
from memory.errors import InklingError, InvalidInputError, ModelFailedError, ModelMissingError

MOST_CONTEXT = 4096  # tokens; what is asked here is short, and every token of context takes memory
LEAST_CONTEXT = 2048
WITHOUT_EXTRA = (
    "larger models need llama.cpp, which is not installed; install it with: pip install 'inkling-memory[llm]'"
)

Heard = Callable[[int], None]
Signature = tuple[tuple[int, int] | None, ...]  # length and time of change of each file


def _check(chosen: ChosenModel, heard: Heard) -> None:
    from assistant.llm import pinning  # noqa: PLC0415 - only where a model is loaded

    pinning.check(chosen, heard)


def _needed_bytes(chosen: ChosenModel, context: int) -> int:
    from assistant.llm import pinning  # noqa: PLC0415 - only where a model is loaded

    return pinning.needed_bytes(chosen, context)


def _trained_context(chosen: ChosenModel) -> int:
    from assistant.llm.gguf_file import read_header  # noqa: PLC0415 - only where a model is used

    return read_header(chosen.file).trained_context


def _available_bytes() -> int:
    import psutil  # noqa: PLC0415 - only where a model is loaded

    return int(psutil.virtual_memory().available)


def _is_installed() -> bool:
    return importlib.util.find_spec("llama_cpp") is not None


def spare_cores() -> int:
    """Threads for the model: the physical cores this process may use, less one for the user."""
    import psutil  # noqa: PLC0415 - only where a model is loaded

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or usable, usable) - 1)


class Admission:
    """Says whether a model may be loaded, and with how much context. Tests give it a machine of their own."""

    def __init__(
        self,
        *,
        check: Callable[[ChosenModel, Heard], None] = _check,
        needed_bytes: Callable[[ChosenModel, int], int] = _needed_bytes,
        trained_context: Callable[[ChosenModel], int] = _trained_context,
        available_bytes: Callable[[], int] = _available_bytes,
        is_installed: Callable[[], bool] = _is_installed,
    ) -> None:
        self._check = check
        self._needed_bytes = needed_bytes
        self._trained_context = trained_context
        self._available_bytes = available_bytes
        self._is_installed = is_installed
        self._refused: tuple[ChosenModel, Signature, str] | None = None
        self._contexts: dict[ChosenModel, int] = {}

    def obstacle(self, chosen: ChosenModel) -> ModelMissingError | None:
        """Why it cannot be loaded, as far as can be seen at a glance: two files' lengths, and what was refused."""
        if not self._is_installed():
            return ModelMissingError(WITHOUT_EXTRA)
        if not chosen.file.is_file():
            return ModelMissingError(
                f"the model {chosen.path} is not there; put it back, or choose another with: inkling model use"
            )
        if self._refused and self._refused[:2] == (chosen, _signature(chosen)):
            return ModelMissingError(self._refused[2])
        return None

    def refuse(self, chosen: ChosenModel, error: ModelMissingError) -> None:
        """Do not try again until its files change."""
        self._refused = (chosen, _signature(chosen), str(error))

    def forgive(self) -> None:
        """Try what was refused again."""
        self._refused = None
        self._contexts.clear()

    def admit(self, chosen: ChosenModel, heard: Heard) -> int:
        """How many tokens of context to load it with. Hashes its files, telling ``heard``, which may raise.

        Raises ModelMissingError or ModelFailedError (there is not the memory for it now).
        """
        try:
            self._check(chosen, heard)
            return self._fitting(chosen)
        except InvalidInputError as error:
            missing = ModelMissingError(str(error))
            self.refuse(chosen, missing)
            raise missing from None
        except ModelMissingError as error:
            self.refuse(chosen, error)
            raise

    def context(self, chosen: ChosenModel) -> int:
        """How many tokens of context it will have where memory is not short."""
        if chosen not in self._contexts:
            trained = 0
            with suppress(InklingError):  # who loads it hears why
                trained = self._trained_context(chosen)
            self._contexts[chosen] = min(trained or MOST_CONTEXT, MOST_CONTEXT)
        return self._contexts[chosen]

    def _fitting(self, chosen: ChosenModel) -> int:
        most, available = self.context(chosen), self._available_bytes()
        for context in (most, min(most, LEAST_CONTEXT)):
            needed = self._needed_bytes(chosen, context)
            if needed <= available:
                return context
        needs, has = f"{needed / 1e9:.1f} GB", f"{available / 1e9:.1f} GB"
        raise ModelFailedError(
            f"the model {chosen.name} needs about {needs} of memory and {has} are free; "
            "close other programs, or choose a smaller model: inkling model list"
        )


def _signature(chosen: ChosenModel) -> Signature:
    return tuple(map(_stamp, filter(None, (chosen.path, chosen.projector))))


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
