"""GGUF headers of any shape, written byte by byte: what a file says of itself, true or not, without any weights."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QWEN = {
    "general.architecture": "qwen3",
    "general.name": "Qwen3 0.6B Instruct",
    "general.file_type": 15,
    "qwen3.context_length": 40_960,
    "qwen3.embedding_length": 1024,
    "qwen3.block_count": 28,
    "qwen3.attention.head_count": 16,
    "qwen3.attention.head_count_kv": 8,
    "qwen3.attention.key_length": 128,
    "qwen3.attention.value_length": 128,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "<|im_end|>"],
    "tokenizer.chat_template": "{{ messages }}",
}
PROJECTOR = {"general.architecture": "clip", "general.type": "mmproj"}
TEXT, ARRAY, UINT32, FLOAT32 = 8, 9, 4, 6


@dataclass(frozen=True)
class Raw:
    """A value as it is to be written, with its kind."""

    kind: int
    data: bytes


def tensor(name: str, shape: Sequence[int], kind: int, offset: int) -> bytes:
    """An entry in the list of weights, which follows the header."""
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def header(
    values: Mapping[str, Any] = QWEN, *, version: int = 3, tensors: int = 0, order: str = "<", **more: Any
) -> bytes:
    """A file of these values; ``entries`` says that there are more of them than there are, or fewer."""
    entries = more.get("entries", len(values))
    head = b"GGUF" + struct.pack(f"{order}IQQ", version, tensors, entries)
    return head + b"".join(text(key, order) + _value(value, order) for key, value in values.items())


def text(value: str, order: str = "<") -> bytes:
    data = value.encode()
    return struct.pack(f"{order}Q", len(data)) + data


def array(kind: int, count: int, data: bytes = b"") -> Raw:
    """An array that says how long it is, whatever follows."""
    return Raw(ARRAY, struct.pack("<IQ", kind, count) + data)


def written(folder: Path, name: str = "model.gguf", values: Mapping[str, Any] = QWEN, **more: Any) -> Path:
    """A file with this header, and nothing after it."""
    path = folder / name
    path.write_bytes(header(values, **more))
    return path


def _value(value: Any, order: str) -> bytes:
    kind, data = _written(value, order)
    return struct.pack(f"{order}I", kind) + data


def _written(value: Any, order: str) -> tuple[int, bytes]:
    if isinstance(value, Raw):
        return value.kind, value.data
    if isinstance(value, str):
        return TEXT, text(value, order)
    if isinstance(value, float):
        return FLOAT32, struct.pack(f"{order}f", value)
    if isinstance(value, Sequence):
        items = [_written(item, order) for item in value]
        kind = items[0][0] if items else TEXT
        return ARRAY, struct.pack(f"{order}IQ", kind, len(items)) + b"".join(data for _, data in items)
    return UINT32, struct.pack(f"{order}I", value)
