"""The shipped embedder: all-MiniLM-L6-v2 in int8, run with onnxruntime.

The surprising decision: texts are not batched. The model quantizes its activations with one scale for all it is given
at once, so in a batch a text's vector would depend on its neighbours, and padding would be paid for as well. Each text
is run alone on one thread, several texts side by side; that reaches the throughput of batches, the same text gives
the same bytes whenever it is embedded, and no pool of spinning threads stays behind in a daemon.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.embedder.text import tokenizable
from memory.errors import MissingPartError, ModelMissingError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FOLDER = Path(__file__).parent / "model"
MODEL, MODEL_SHA256 = "minilm-l6-v2-int8.onnx", "bc96b7e6f72dc6229cbfb7bdd1d0e712a2badce177b9586c5a8bfd102b14cb90"
TOKENIZER, TOKENIZER_SHA256 = "tokenizer.json", "101b3bb4163bdb333d96d022e43bc43b21db1f001a5a9ec2336afaf17bf3ca5d"
DIMENSIONS = 384
MOST_THREADS = 4  # a background process leaves the rest of a large machine alone
FEWEST_PER_THREAD = 4  # starting a thread costs about as much as a tenth of a text; below this it is not worth it

_Run = Callable[[str], "npt.NDArray[np.float32]"]


class MiniLM:
    """``Embedder`` over the shipped model. ``threads`` bounds how many texts are run at the same time."""

    dimensions = DIMENSIONS

    def __init__(self, folder: Path = FOLDER, threads: int | None = None) -> None:
        self.name = f"minilm-l6-v2-int8:{MODEL_SHA256[:12]}"
        self._folder = folder
        self._threads = threads or min(MOST_THREADS, _usable_cores())
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384). Raises ModelMissingError if the model's files are not right."""
        import numpy as np  # noqa: PLC0415 - kept out of processes that never embed

        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = np.empty((len(rows), DIMENSIONS), np.float32)
        if rows:
            self._fill(vectors, list(rows))
        return vectors[[rows[text] for text in texts]] if len(rows) < len(texts) else vectors

    def _fill(self, vectors: npt.NDArray[np.float32], texts: list[str]) -> None:
        run = self._loaded()
        # Every n-th of the texts by length: each thread gets as much work as the others.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        threads = max(1, min(self._threads, len(texts) // FEWEST_PER_THREAD))

        def work(part: int) -> None:
            for row in order[part::threads]:
                vectors[row] = run(texts[row])

        if threads == 1:
            work(0)
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="embed") as pool:
            list(pool.map(work, range(threads)))

    def _loaded(self) -> _Run:
        with self._lock:
            if self._run is None:
                self._run = _load(self._folder)
            return self._run


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load(folder: Path) -> _Run:
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

    def run(text: str) -> npt.NDArray[np.float32]:
        ids = np.array([tokenizer.encode(tokenizable(text)).ids], np.int64)
        vector: npt.NDArray[np.float32] = session.run(["embedding"], {"input_ids": ids})[0][0]
        return vector

    return run


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
