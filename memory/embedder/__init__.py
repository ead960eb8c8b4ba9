"""Turns text into vectors whose cosine says how alike two texts are.

The surprising decision: nothing heavy is imported and no model is read until the first ``embed``, so that a process
which never embeds (the command line, the terminal UI) pays neither time nor memory for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

__all__ = ["Embedder", "default_embedder", "drop_default_embedder", "load_embedder"]

_PREFIX = "sentence-transformers:"
_lock = threading.Lock()
_default: Embedder | None = None


class Embedder(Protocol):
    """An embedding model. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """Names the vector space: vectors may be compared if and only if their embedders' names are equal."""

    @property
    def dimensions(self) -> int:
        """Length of every vector."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of unit length, shape (len(texts), dimensions), in the order of ``texts``.

        Any string works: empty, very long (all but the beginning is left out), NUL bytes, lone surrogates.
        Raises ModelMissingError or MissingPartError if the model cannot be loaded, which the first call tries.
        """


def default_embedder() -> Embedder:
    """The embedder shipped with Inkling; one for the whole process, as its model takes memory."""
    global _default  # noqa: PLW0603 - one model per process is the point
    with _lock:
        if _default is None:
            _default = load_embedder("minilm")
        return _default


def drop_default_embedder() -> None:
    """Let go of the shipped embedder, so that its memory is free once nobody uses it; the next use loads it anew."""
    global _default  # noqa: PLW0603
    with _lock:
        _default = None


def load_embedder(spec: str) -> Embedder:
    """An embedder by name: ``minilm``, or ``sentence-transformers:NAME`` with a model's name or folder.

    Models are read from disk and never fetched. Raises InvalidInputError for an unknown ``spec``.
    """
    if spec == "minilm":
        from memory.embedder.onnx import MiniLM  # noqa: PLC0415 - keeps numpy out of processes that never embed

        return MiniLM()
    if spec.startswith(_PREFIX) and len(spec) > len(_PREFIX):
        from memory.embedder.sentence import SentenceTransformerEmbedder  # noqa: PLC0415 - an optional extra

        return SentenceTransformerEmbedder(spec.removeprefix(_PREFIX))
    raise InvalidInputError(f"no embedder is called {spec!r}; use 'minilm' or '{_PREFIX}NAME'")
