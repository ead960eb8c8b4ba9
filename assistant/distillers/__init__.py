"""Distillers: what an engine must do to turn observations into drafts about the user, and how to get one by name.

An engine sees text and returns drafts; it never sees the store, so a trained model or an external runtime replaces
the shipped one without anything else noticing. Whatever it returns still passes ``assistant.verify``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from assistant.distillers.small import SmallDistiller
from memory.errors import InvalidInputError, ModelMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from memory.records import Draft, Observation


@runtime_checkable
class Distiller(Protocol):
    """An engine that drafts propositions. ``name`` and ``version`` go into the receipt of every draft it makes."""

    @property
    def name(self) -> str:
        """The name it is loaded by."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same input may give different drafts."""
        ...

    def distil(self, observations: Sequence[Observation], known: Sequence[str] = ()) -> list[Draft]:
        """Drafts from one episode, in order of their evidence.

        ``observations`` are in time order, normally of one thread; several threads are kept apart. ``known`` are the
        texts of propositions already believed, for engines that can use them. Any text is accepted, the empty one
        included; nothing is raised for what an observation says.
        """
        ...


_LOADERS: dict[str, Callable[[], Distiller]] = {"small": SmallDistiller}
_LLAMA = "llama:"


def load_distiller(name: str = "small") -> Distiller:
    """The distiller called ``name``: "small", or "llama:" and the path of a GGUF file.

    Raises InvalidInputError for a name nobody knows, ModelMissingError where the file cannot be used.
    """
    if name.startswith(_LLAMA) and (path := name.removeprefix(_LLAMA)):
        return _llama(Path(path).expanduser())
    loader = _LOADERS.get(name)
    if loader is None:
        known = ", ".join((*sorted(_LOADERS), f"{_LLAMA}/path/to/model.gguf"))
        raise InvalidInputError(f"no distiller is called {name!r}; known: {known}")
    return loader()


def _llama(path: Path) -> Distiller:
    """Reads with that file, which is pinned as it is now; it is loaded by the first ``distil``."""
    from assistant.distillers.llama import LlamaDistiller  # noqa: PLC0415 - nothing of it is needed to read a vault
    from assistant.llm.host import ModelHost  # noqa: PLC0415
    from assistant.llm.pinning import pin  # noqa: PLC0415

    chosen = pin(path)
    host = ModelHost(lambda: chosen)
    model = host.model()
    if model is None:
        reason = host.status().get("reason") or "it cannot be run here"
        raise ModelMissingError(f"the model {path} cannot be used: {reason}")
    return LlamaDistiller(model)


__all__ = ["Distiller", "load_distiller"]
