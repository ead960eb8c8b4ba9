"""Any other embedding model, through sentence-transformers (the extra of the same name).

The surprising decision: it never downloads. A model that is not on disk is an error that says how to get it there,
because Inkling opens no network connection on its own.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from memory.embedder.text import tokenizable
from memory.errors import MissingPartError, ModelMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer


class SentenceTransformerEmbedder:
    """``Embedder`` over a sentence-transformers model: a name in the local Hugging Face cache, or a folder."""

    def __init__(self, model: str) -> None:
        self.name = f"sentence-transformers:{model}"
        self._path = model
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._dimensions: int | None = None

    @property
    def dimensions(self) -> int:
        """Length of every vector; loads the model to find out."""
        if self._dimensions is None:
            self._dimensions = int(self._encode([""]).shape[1])
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions).

        Raises MissingPartError without the extra, ModelMissingError if the model is not on this disk.
        """
        import numpy as np  # noqa: PLC0415 - kept out of processes that never embed

        return self._encode(texts) if texts else np.empty((0, self.dimensions), np.float32)

    def _encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        import numpy as np  # noqa: PLC0415

        with self._lock:  # its tokenizers are not all safe to share between threads
            if self._model is None:
                self._model = _load(self._path)
            clean = [tokenizable(text) for text in texts]
            vectors = self._model.encode(clean, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


def _load(path: str) -> SentenceTransformer:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    except ImportError as error:
        raise MissingPartError(
            "this vault uses a sentence-transformers model; run: pip install 'inkling-memory[sentence-transformers]'"
        ) from error
    try:
        return SentenceTransformer(path, device="cpu", local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelMissingError(
            f"the model {path!r} cannot be loaded from this disk and Inkling downloads nothing; "
            f"fetch it yourself (hf download {path}) or give a folder that holds it"
        ) from error
