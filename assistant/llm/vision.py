"""What lets a model see: its projector, which makes tokens of pictures.

Only pictures go through it. The words of a prompt, which may spell the marker that stands for a picture, do not.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import mtmd_cpp
from PIL import Image

from assistant.llm.generation import FailedError

BATCH = 512  # tokens evaluated at once: some models look at a whole picture (256 tokens) at the same time
_MOST_TOKENS = 1024  # of a picture, where the model can be told; a screen in full would take 2,600 and minutes


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made ready for the model that is to see it."""

    handle: Any
    tokens: int


class Eyes:
    """A loaded projector. One thread uses it."""

    def __init__(self, projector: Path, model: Any, threads: int, quiet: Any) -> None:
        """Load it for this model. ``quiet`` is told what the library complains about. Raises FailedError."""
        if not projector.is_file():
            raise FailedError("missing", "the projector file cannot be read")
        mtmd_cpp.mtmd_log_set(quiet, None)
        mtmd_cpp.mtmd_helper_log_set(quiet, None)
        wanted = mtmd_cpp.mtmd_context_params_default()
        wanted.use_gpu = wanted.print_timings = wanted.warmup = False
        wanted.n_threads = threads
        wanted.image_max_tokens = _MOST_TOKENS
        self._handle = mtmd_cpp.mtmd_init_from_file(str(projector).encode(), model, wanted)
        if not self._handle:
            raise FailedError("broken", "llama.cpp cannot load the projector: it is damaged, or of another model")
        if not mtmd_cpp.mtmd_support_vision(self._handle):
            self.close()
            raise FailedError("broken", "the projector is not one for pictures")

    def close(self) -> None:
        """Unload it."""
        if self._handle:
            mtmd_cpp.mtmd_free(self._handle)
        self._handle = None

    @contextmanager
    def look(self, png: bytes) -> Iterator[Picture]:
        """A picture from a file's bytes. Raises FailedError if they are none."""
        chunks = mtmd_cpp.mtmd_input_chunks_init()
        try:
            if self._cut(png, chunks) != 0:
                raise FailedError("broken", "the model cannot take in the picture")
            yield Picture(chunks, mtmd_cpp.mtmd_helper_get_n_tokens(chunks))
        finally:
            mtmd_cpp.mtmd_input_chunks_free(chunks)

    def show(self, picture: Picture, context: Any, position: int) -> int | None:
        """Have the model see it after ``position`` tokens; the position after it, None if that did not succeed."""
        after = ctypes.c_int32(position)
        told = mtmd_cpp.mtmd_helper_eval_chunks(
            self._handle, context, picture.handle, position, 0, BATCH, False, ctypes.byref(after)
        )
        return after.value if told == 0 else None

    def _cut(self, png: bytes, chunks: Any) -> int:
        width, height, pixels = _pixels(png)
        held = (ctypes.c_uint8 * len(pixels)).from_buffer_copy(pixels)
        bitmap = mtmd_cpp.mtmd_bitmap_init(width, height, held)
        marker = mtmd_cpp.mtmd_default_marker()
        text = mtmd_cpp.mtmd_input_text(text=marker, text_len=len(marker), add_special=False, parse_special=True)
        bitmaps = (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(bitmap)
        try:
            return int(mtmd_cpp.mtmd_tokenize(self._handle, chunks, ctypes.byref(text), bitmaps, 1))
        finally:
            mtmd_cpp.mtmd_bitmap_free(bitmap)


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            return image.width, image.height, image.convert("RGB").tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise FailedError("broken", "the picture cannot be read") from None
