"""The shipped embedder: all-MiniLM-L6-v2 in int8, run with onnxruntime.

The surprising decision: a batch holds texts of exactly one length in tokens, so there is no padding to pay for, and the
model's activation scales are fixed, so that the same text gives the same bytes alone or in company. Batches run side
by side on one thread each; a pool of onnxruntime's own would keep spinning in a daemon.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.embedder.text import tokenizable
from memory.errors import MissingPartError, ModelMissingError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FOLDER = Path(__file__).parent / "model"
MODEL, MODEL_SHA256 = "minilm-l6-v2-int8.onnx", "85cc3ed49598ebec0f5e1532f9c9cb5ed79b48956e805dabbda68368d5e308db"
TOKENIZER, TOKENIZER_SHA256 = "tokenizer.json", "101b3bb4163bdb333d96d022e43bc43b21db1f001a5a9ec2336afaf17bf3ca5d"
DIMENSIONS = 384
MOST_THREADS = 4  # a background process leaves the rest of a large machine alone
BATCH_TOKENS = 256  # enough to use the weights well while they are in the cache: 1.2 ms a text of 16 against 1.4 to 1.9
FEWEST_TOKENS = 64  # for a second thread to be worth starting
CHUNK = 2048  # texts tokenized at a time


class MiniLM:
    """``Embedder`` over the shipped model. ``threads`` bounds how many texts are run at the same time."""

    dimensions = DIMENSIONS

    def __init__(self, folder: Path = FOLDER, threads: int | None = None) -> None:
        self.name = f"minilm-l6-v2-int8:{MODEL_SHA256[:12]}"
        self._folder = folder
        self._threads = threads or min(MOST_THREADS, _usable_cores())
        self._lock = threading.Lock()
        self._model: _Model | None = None

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384). Raises ModelMissingError if the model's files are not right."""
        import numpy as np  # noqa: PLC0415 - kept out of processes that never embed

        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = np.empty((len(rows), DIMENSIONS), np.float32)
        distinct = list(rows)
        for start in range(0, len(distinct), CHUNK):
            self._fill(vectors[start : start + CHUNK], distinct[start : start + CHUNK])
        return vectors[[rows[text] for text in texts]] if len(rows) < len(texts) else vectors

    def _fill(self, vectors: npt.NDArray[np.float32], texts: list[str]) -> None:
        model = self._loaded()
        tokens = [model.tokens(text) for text in texts]
        batches = _batches([len(ids) for ids in tokens])
        threads = max(1, min(self._threads, len(batches), sum(map(len, tokens)) // FEWEST_TOKENS))

        def work(part: int) -> None:
            for batch in batches[part::threads]:
                vectors[batch] = model.run([tokens[row] for row in batch])

        if threads == 1:
            work(0)
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="embed") as pool:
            list(pool.map(work, range(threads)))

    def _loaded(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder)
            return self._model


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows in batches of one length each and of about ``BATCH_TOKENS``; short and long ones evenly along the list."""
    of_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        of_length.setdefault(length, []).append(row)
    batches = []
    for length in sorted(of_length):
        rows, size = of_length[length], max(1, BATCH_TOKENS // length)
        batches += [rows[start : start + size] for start in range(0, len(rows), size)]
    return batches


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class _Model:
    """A loaded model: a text's tokens, and the vectors (n, 384) of n texts of equally many tokens."""

    tokens: Callable[[str], list[int]]
    run: Callable[[list[list[int]]], npt.NDArray[np.float32]]


def _load(folder: Path) -> _Model:
    model = _verified(folder / MODEL, MODEL_SHA256)
    vocabulary = _verified(folder / TOKENIZER, TOKENIZER_SHA256)
    try:
        import numpy as np  # noqa: PLC0415
        import tokenizers  # noqa: PLC0415

        runtime: Any = importlib.import_module("onnxruntime")
    except ImportError as error:
        raise MissingPartError(f"the package {error.name} cannot be loaded; reinstall inkling-memory") from error

    runtime.disable_telemetry_events()  # Windows builds have some
    # Given the path, not the bytes: a session keeps the bytes it was given, 22 MB more.
    session = runtime.InferenceSession(model, _options(runtime), providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))

    def tokens(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(tokenizable(text)).ids
        return ids

    def run(batch: list[list[int]]) -> npt.NDArray[np.float32]:
        vectors: npt.NDArray[np.float32] = session.run(["embedding"], {"input_ids": np.array(batch, np.int64)})[0]
        return vectors

    return _Model(tokens, run)


def _options(runtime: Any) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is written as it should run; another onnxruntime's rewrites would change speed and vectors.
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return options


def _verified(path: Path, sha256: str) -> Path:
    """``path``. Raises ModelMissingError if the file is absent or not the one this version was made with."""
    advice = "reinstall inkling-memory, or in a checkout run 'git checkout' on that file"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissingError(f"the embedding model's {path.name} is not in {path.parent}; {advice}") from error
    if digest != sha256:
        raise ModelMissingError(f"{path} is not the file this version of Inkling was made with; {advice}")
    return path
