"""A model file, pinned at its first use and compared ever after; and how much memory it takes.

The surprising decision: the whole file is hashed before every load, a second for each gigabyte or so. Loading reads all
of it anyway, and a file that was altered a little is the one that a size or a date would not show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from assistant.llm.admission import MOST_CONTEXT
from assistant.llm.chosen import ChosenModel
from assistant.llm.gguf_file import GgufHeader, expect_projector, expect_writer, read_header
from assistant.llm.state_cache import MOST_BYTES
from memory.errors import InvalidInputError, ModelMissingError

Progress = Callable[[int], None]  # hears how many bytes were read since it last heard

_PIECE = 4 << 20
_CACHE_BYTES = 2  # of one number in the key-value cache: f16, as assistant.llm.llama asks for
_ROWS = 128  # tokens that are evaluated at once, each with a number for every word of the vocabulary
_REST = MOST_BYTES + (250 << 20)  # saved states; Python, llama.cpp's libraries and other buffers
_LONGEST_NAME = 64


def pin(path: Path | str, projector: Path | str | None = None, progress: Progress | None = None) -> ChosenModel:
    """The model in this file, with its SHA-256 of now.

    Raises ModelMissingError if a file cannot be read, InvalidInputError if it is no model that writes text, or the
    projector none.
    """
    file = _absolute(path)
    header = read_header(file)
    expect_writer(header, file.name)
    eye = _absolute(projector) if projector else None
    if eye is not None:
        expect_projector(read_header(eye), eye.name)
    return ChosenModel(
        name=name_of(header, file),
        path=str(file),
        sha256=file_sha256(file, progress),
        bytes=_length(file),
        projector=str(eye) if eye else None,
        projector_sha256=file_sha256(eye, progress) if eye else None,
    )


def check(chosen: ChosenModel, progress: Progress | None = None) -> None:
    """Raise ModelMissingError unless the files of a model are there and what they were when it was chosen."""
    if _length(chosen.file) != chosen.bytes or file_sha256(chosen.file, progress) != chosen.sha256:
        raise _altered(chosen.path, chosen)
    if chosen.projector and file_sha256(Path(chosen.projector), progress) != chosen.projector_sha256:
        raise _altered(chosen.projector, chosen)


def file_sha256(path: Path, progress: Progress | None = None) -> str:
    """The SHA-256 of a file, as hex. Raises ModelMissingError if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                if progress:
                    progress(len(piece))
    except OSError as error:
        raise _unreadable(path, error) from None
    return digest.hexdigest()


def needed_bytes(model: ChosenModel | Path | str, context: int = MOST_CONTEXT) -> int:
    """How much memory a model takes with so many tokens in view, at most: its files, its cache and its buffers.

    The cache is reckoned as if every layer kept all of it, which some models do not. What a process is seen to hold can
    be more: llama.cpp rearranges weights into memory of its own, and the file's pages stay until others need the room.
    Qwen3 1.7B in Q4_K_M: 1.9 GB by this, 1.4 GB needed, 2.1 GB seen. Raises as ``pin``.
    """
    path = model.file if isinstance(model, ChosenModel) else _absolute(model)
    header = read_header(path)
    eye = Path(model.projector) if isinstance(model, ChosenModel) and model.projector else None
    files = _length(path) + (2 * _length(eye) if eye else 0)  # a projector's buffers are about as large as itself
    return files + working_bytes(header.cached_numbers, header.vocabulary, context)


def working_bytes(cached_numbers: int, vocabulary: int, context: int = MOST_CONTEXT) -> int:
    """What a model takes besides its file: the cache of so many numbers for each token, and buffers."""
    return int(context * cached_numbers * _CACHE_BYTES) + 4 * _ROWS * vocabulary + _REST


def machine_bytes() -> int:
    """How much memory this machine has."""
    import psutil  # noqa: PLC0415 - not for those who only pin

    return int(psutil.virtual_memory().total)


def expect_to_fit(needed: int, machine: int, name: str) -> None:
    """Raise InvalidInputError if a model takes more memory than there is, for everything."""
    if needed > machine:
        wants, has = needed / 1e9, machine / 1e9
        raise InvalidInputError(
            f"{name} takes about {wants:.1f} GB of memory and this machine has {has:.1f} GB; "
            "for a smaller one see: inkling model list"
        )


def name_of(header: GgufHeader, path: Path) -> str:
    """What provenance calls a model: its own name and quantization, or else its file's; a-z, 0-9, dots and dashes."""
    own = _safe(header.name)
    if own and header.quantization and header.quantization not in own:
        own = f"{own}-{header.quantization}"
    return (own or _safe(path.stem) or "model")[:_LONGEST_NAME]


def _safe(text: str) -> str:
    return re.sub(r"[^a-z0-9._]+", "-", text.lower()).strip("-._")


def _absolute(path: Path | str) -> Path:
    return Path(path).expanduser().absolute()


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> ModelMissingError:
    if isinstance(error, FileNotFoundError):
        return ModelMissingError(f"the model {path} is not there; put it back, or choose one: inkling model use")
    return ModelMissingError(f"cannot read the model {path}: {(error.strerror or 'it failed').lower()}")


def _altered(path: str, chosen: ChosenModel) -> ModelMissingError:
    again = ["inkling", "model", "use", chosen.path, *(("--projector", chosen.projector) if chosen.projector else ())]
    said = " ".join(f'"{word}"' if " " in word else word for word in again)
    return ModelMissingError(f"{path} is not what it was when it was chosen; if you replaced it, say so with: {said}")
