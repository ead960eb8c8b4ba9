"""What a GGUF file says of itself in its header: enough to know whether a model can think with text, and its needs.

The surprising decision: the header is read here and not by llama.cpp, because a file somebody was sent is judged before
any native code sees it. Every length in it is taken for a lie until the file is long enough for it, arrays (the
vocabulary, a hundred thousand strings) are passed over without being kept, and a header may not be longer than a
header can be. It lists the weights too, so a file of which the end is missing is noticed here, and not when it is
loaded.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from memory.errors import InvalidInputError, ModelMissingError

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MOST_ENTRIES = 10_000  # real files have fewer than a hundred
_MOST_TENSORS = 1_000_000
_LONGEST_TEXT = 1 << 20  # chat templates have tens of thousands of characters
_LONGEST_HEADER = 256 << 20  # the largest vocabularies in use take 12 MB
_LONGEST_KEPT = 1024  # items of an array that is kept: a number for each layer
_SIMPLE = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MOST_DIMENSIONS = 8  # llama.cpp knows four
_ALIGNMENT = 32  # of the weights, where the file does not say
_LARGEST_FILE = 1 << 50

# numbers in a block of each type, and the bytes it takes: https://github.com/ggml-org/ggml/blob/master/src/ggml.c
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip

# what reads text and writes none, or is no text model at all
_NO_WRITERS = frozenset(
    "bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 modern-bert eurobert gemma-embedding t5encoder "
    "clip wavtokenizer-dec whisper".split()
)
# https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h, enum llama_ftype
_FILE_TYPES = {
    0: "f32", 1: "f16", 2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 11: "q3_k_s", 12: "q3_k_m",
    13: "q3_k_l", 14: "q4_k_s", 15: "q4_k_m", 16: "q5_k_s", 17: "q5_k_m", 18: "q6_k", 25: "iq4_nl", 30: "iq4_xs",
    32: "bf16",
}  # fmt: skip

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Items:
    """An array of which no more is known than how long it is; ``kept`` are the numbers of a short one."""

    count: int
    kept: tuple[Scalar, ...] = ()


Value = Scalar | Items


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The metadata of one file. What is not said there, or makes no sense, is None or 0."""

    version: int
    values: Mapping[str, Value]

    @property
    def architecture(self) -> str:
        """Which family of models it is: ``qwen3``, ``llama``."""
        return self.text("general.architecture")

    @property
    def name(self) -> str:
        """What its makers call it."""
        return self.text("general.name")

    @property
    def quantization(self) -> str:
        """How its weights are kept, ``q4_k_m``; empty if that is not one of the usual ways."""
        return _FILE_TYPES.get(self.number("general.file_type", -1), "")

    @property
    def trained_context(self) -> int:
        """How many tokens it was trained to have in view."""
        return self._own("context_length")

    @property
    def layers(self) -> int:
        """How many transformer blocks it has."""
        return self._own("block_count")

    @property
    def vocabulary(self) -> int:
        """How many tokens it knows."""
        tokens = self.values.get("tokenizer.ggml.tokens")
        return tokens.count if isinstance(tokens, Items) else 0

    @property
    def cached_numbers(self) -> int:
        """How many numbers it keeps for each token in view: keys and values of every layer."""
        heads = max(1, self._own("attention.head_count"))
        size = self._own("embedding_length") // heads
        keys, values = (self._own(f"attention.{part}_length") or size for part in ("key", "value"))
        return self.layers * (self._own("attention.head_count_kv") or heads) * (keys + values)

    @property
    def has_chat_template(self) -> bool:
        """Whether it says how a conversation is written down for it."""
        return bool(self.text("tokenizer.chat_template"))

    def text(self, key: str) -> str:
        """A text, or an empty one."""
        found = self.values.get(key)
        return found if isinstance(found, str) else ""

    def number(self, key: str, default: int = 0) -> int:
        """A number that is not negative, the largest where there is one for each layer."""
        found = self.values.get(key)
        several = found.kept if isinstance(found, Items) else (found,)
        return max((n for n in several if type(n) is int and n >= 0), default=default)

    def _own(self, key: str) -> int:
        return self.number(f"{self.architecture}.{key}")


def read_header(path: Path) -> GgufHeader:
    """The header of a file. Raises ModelMissingError if it cannot be read.

    Raises InvalidInputError if it is no sound GGUF, or shorter than it says.
    """
    try:
        with path.open("rb") as file:
            length = path.stat().st_size
            return _Reader(file, path.name, length).header()
    except FileNotFoundError:
        raise ModelMissingError(f"there is no file {path}; give the path of a GGUF file") from None
    except OSError as error:
        raise ModelMissingError(f"cannot read {path}: {(error.strerror or 'it failed').lower()}") from None


def expect_writer(header: GgufHeader, name: str) -> None:
    """Raise InvalidInputError unless the model of this header, in a file of that name, writes text."""
    kind = header.text("general.type")
    if header.architecture == "clip" or kind == "mmproj":
        raise InvalidInputError(f"{name} lets a model see pictures and writes no text; give it with --projector")
    if kind not in ("", "model"):
        raise InvalidInputError(f"{name} is part of a model ({_plain(kind)}), no model of its own")
    if header.architecture in _NO_WRITERS:
        raise InvalidInputError(f"{name} is a model that reads text and writes none; take an instruct model")
    if header.number("split.count") > 1:
        parts = header.number("split.count")
        raise InvalidInputError(f"{name} is one of {parts} parts; merge them, or take a model in one file")
    if not header.text("tokenizer.ggml.model") or not header.vocabulary:
        raise InvalidInputError(f"{name} has no tokenizer; take a file that was made for llama.cpp")
    if not (header.architecture and header.layers and header.trained_context and header.cached_numbers):
        raise InvalidInputError(f"{name} does not say what shape its model has; take a file made for llama.cpp")


def expect_projector(header: GgufHeader, name: str) -> None:
    """Raise InvalidInputError unless this is what lets a model see pictures."""
    if header.architecture != "clip":
        raise InvalidInputError(f"{name} is no projector; those are called mmproj-... and belong to one model each")


class _Reader:
    """Reads one header from its beginning; never beyond what the file can hold."""

    def __init__(self, file: BinaryIO, name: str, length: int) -> None:
        self._file = file
        self._name = name
        self._length = length
        self._end = min(length, _LONGEST_HEADER)
        self._cut = length <= _LONGEST_HEADER
        self._at = 0

    def header(self) -> GgufHeader:
        if self._end < len(MAGIC) or self._bytes(4) != MAGIC:
            raise InvalidInputError(f"{self._name} is no GGUF file; llama.cpp's models are, safetensors and others not")
        version = self._version()
        tensors, entries = self._number("Q"), self._number("Q")
        if entries > _MOST_ENTRIES or tensors > _MOST_TENSORS:
            raise self._damaged()
        values: dict[str, Value] = {}
        for _ in range(entries):
            key = self._text()
            values[key] = self._value(self._number("I"))
        found = GgufHeader(version, values)
        self._expect_weights(tensors, found.number("general.alignment") or _ALIGNMENT)
        return found

    def _expect_weights(self, tensors: int, alignment: int) -> None:
        """Raise unless the file is long enough for the weights it lists."""
        if not tensors:
            return
        after = max(self._tensor_end() for _ in range(tensors))
        needed = -(-self._at // alignment) * alignment + after
        if needed > _LARGEST_FILE:
            raise self._damaged()
        if needed > self._length:
            raise InvalidInputError(
                f"{self._name} is cut short: it has {self._length:,} of {needed:,} bytes; fetch it again"
            )

    def _tensor_end(self) -> int:
        """Where the next tensor of the list ends, from where the weights begin; its own start if its type is new."""
        self._pass(self._number("Q"))  # its name
        dimensions = self._number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise self._damaged()
        numbers = math.prod(self._number("Q") for _ in range(dimensions))
        block, size = _BLOCKS.get(self._number("I"), (1, 0))
        return self._number("Q") + -(-numbers // block) * size

    def _version(self) -> int:
        version = self._number("I")
        if version in _VERSIONS:
            return version
        if int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS:
            raise InvalidInputError(f"{self._name} is for big-endian machines; take the usual, little-endian file")
        older = "older than" if version < min(_VERSIONS) else "newer than"
        raise InvalidInputError(f"{self._name} is a GGUF file of version {version}, {older} what Inkling reads")

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array()
        return self._scalar(kind)

    def _scalar(self, kind: int) -> Scalar:
        if kind not in _SIMPLE:
            raise self._damaged()
        code = _SIMPLE[kind]
        value: Scalar = struct.unpack("<" + code, self._bytes(struct.calcsize(code)))[0]
        return value

    def _array(self) -> Items:
        kind, count = self._number("I"), self._number("Q")
        if kind == _STRING:
            self._expect(8 * count)
            for _ in range(count):
                self._pass(self._number("Q"))
            return Items(count)
        if kind not in _SIMPLE:  # nor arrays in arrays, which no model has
            raise self._damaged()
        if count <= _LONGEST_KEPT:
            return Items(count, tuple(self._scalar(kind) for _ in range(count)))
        self._pass(count * struct.calcsize(_SIMPLE[kind]))
        return Items(count)

    def _text(self) -> str:
        length = self._number("Q")
        if length > _LONGEST_TEXT:
            raise self._damaged()
        return self._bytes(length).decode("utf-8", "replace")

    def _number(self, code: str) -> int:
        number: int = struct.unpack("<" + code, self._bytes(struct.calcsize(code)))[0]
        return number

    def _bytes(self, count: int) -> bytes:
        self._expect(count)
        found = self._file.read(count)
        if len(found) != count:
            raise self._damaged()
        self._at += count
        return found

    def _pass(self, count: int) -> None:
        self._expect(count)
        self._file.seek(count, 1)
        self._at += count

    def _expect(self, count: int) -> None:
        """Raise unless so many bytes may still come."""
        if self._at + count > self._end:
            raise self._damaged()

    def _damaged(self) -> InvalidInputError:
        why = "is cut short or damaged" if self._cut else "has a header that makes no sense"
        return InvalidInputError(f"{self._name} {why}; fetch it again")


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in "-_ "))[:40]
