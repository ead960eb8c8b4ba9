"""Writes GGUF files of the shapes of real models with random weights: speed does not depend on what the weights are.

    python benchmarks/random_gguf.py 0.6b model.gguf

Shapes are those of Qwen3 0.6B, 1.7B and 4B (config.json of each at huggingface.co/Qwen), tensors are in the formats of
a Q4_K_M file (llama.cpp's rules: Q4_K, and Q6_K for the vocabulary and for half of the values' and down projections).
The vocabulary has as many tokens as theirs and makes of an English text about as many, since every token costs time:
the words of the benchmarks' texts are tokens, as they are in a real one; the rest are fillers. Tensors are written one
block after the other, so a file of any size takes little memory to make.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import BinaryIO

import gguf
import numpy as np
from messages import chats

from assistant.llm.bench import CHAT
from assistant.llm.prompting import prompt_file

VOCABULARY = 151_936
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CONTEXT = 40_960
PIECE_BLOCKS = 1 << 16
TEMPLATE = """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

Kind = gguf.GGMLQuantizationType


@dataclass(frozen=True)
class Shape:
    """The size of a model: width, feed-forward width, layers, heads and heads of keys and values of 128 each."""

    name: str
    width: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int = 8
    head: int = 128


SHAPES = {
    "0.6b": Shape("Random 0.6B", 1024, 3072, 28, 16),
    "1.7b": Shape("Random 1.7B", 2048, 6144, 28, 16),
    "4b": Shape("Random 4B", 2560, 9728, 36, 32),
}


class Blocks:
    """A quantized tensor of random weights around zero, as ``GGUFWriter`` wants it: a size, and a way to a file."""

    def __init__(self, rows: int, columns: int, kind: Kind, seed: int) -> None:
        self.per_block, self.block_bytes = gguf.GGML_QUANT_SIZES[kind]
        self.blocks = rows * columns // self.per_block
        self.shape = (rows, columns // self.per_block * self.block_bytes)
        self.nbytes = self.blocks * self.block_bytes
        self.kind = kind
        self._random = np.random.default_rng(seed)

    def tofile(self, file: BinaryIO) -> None:
        """Write all of it, a piece at a time."""
        left = self.blocks
        while left:
            count = min(left, PIECE_BLOCKS)
            file.write(self._piece(count).tobytes())
            left -= count

    def _piece(self, count: int) -> np.ndarray:
        """So many blocks: random bytes with scales that make the weights about 0.02 large."""
        raw = np.frombuffer(self._random.bytes(count * self.block_bytes), np.uint8).reshape(count, -1).copy()
        if self.kind is Kind.Q4_K:  # weight = scale * 6 bits * 4 bits - minimum * 6 bits
            raw[:, 0:4] = np.array([1.4e-4, 1.0e-3], np.float16).view(np.uint8)
        else:  # Q6_K: scale * 8 bits * (6 bits - 32)
            raw[:, 208:210] = np.array([1.5e-5], np.float16).view(np.uint8)
        return raw


def write(shape: Shape, path: Path) -> None:
    """Write a model of this shape."""
    writer = gguf.GGUFWriter(path, "qwen3")
    writer.add_name(shape.name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    _add_vocabulary(writer)
    found = list(_tensors(shape))
    for name, tensor in found:
        if isinstance(tensor, Blocks):
            writer.add_tensor_info(name, tensor.shape, np.dtype(np.uint8), tensor.nbytes, tensor.kind)
        else:
            writer.add_tensor_info(name, tensor.shape, tensor.dtype, tensor.nbytes)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, tensor in found:
        writer.write_tensor_data(tensor)
    writer.close()


def _tensors(shape: Shape) -> Iterator[tuple[str, Blocks | np.ndarray]]:
    """Every tensor of a Qwen3 with tied embeddings, by its name in a GGUF."""
    width, queries, keys = shape.width, shape.heads * shape.head, shape.kv_heads * shape.head
    ones = np.ones(shape.width, np.float32)
    yield "token_embd.weight", Blocks(VOCABULARY, width, Kind.Q6_K, 0)
    yield "output_norm.weight", ones
    for layer in range(shape.layers):
        finer = Kind.Q6_K if _is_finer(layer, shape.layers) else Kind.Q4_K
        sizes = {
            "attn_q": (queries, width, Kind.Q4_K),
            "attn_k": (keys, width, Kind.Q4_K),
            "attn_v": (keys, width, finer),
            "attn_output": (width, queries, Kind.Q4_K),
            "ffn_gate": (shape.hidden, width, Kind.Q4_K),
            "ffn_up": (shape.hidden, width, Kind.Q4_K),
            "ffn_down": (width, shape.hidden, finer),
        }
        for number, (part, (rows, columns, kind)) in enumerate(sizes.items()):
            yield f"blk.{layer}.{part}.weight", Blocks(rows, columns, kind, 100 * layer + number + 1)
        for part in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{part}.weight", ones
        for part in ("attn_q_norm", "attn_k_norm"):
            yield f"blk.{layer}.{part}.weight", np.ones(shape.head, np.float32)


def _is_finer(layer: int, layers: int) -> bool:
    """The first and last eighth of the layers, and every third between them."""
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    letters = _letters()
    merges = list(_merges(letters))
    tokens = list(dict.fromkeys([*letters.values(), *(merge.replace(" ", "") for merge in merges)]))
    known = set(tokens)
    fillers = ("".join(f) for length in (5, 4) for f in product(ascii_lowercase, repeat=length))
    tokens += islice((f for f in fillers if f not in known), VOCABULARY - len(CONTROLS) - len(tokens))
    kinds = [gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.CONTROL] * len(CONTROLS)
    tokens += CONTROLS
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _merges(letters: dict[int, str]) -> Iterator[str]:
    """The merges that make tokens of the benchmarks' words, letter after letter, each once."""
    seen: set[str] = set()
    words = dict.fromkeys(_words())
    for word in sorted(words, key=lambda word: not word.startswith(" ")):  # words in a sentence first
        spelt = [letters[byte] for byte in word.encode()]
        for end in range(1, len(spelt)):
            merge = f"{''.join(spelt[:end])} {spelt[end]}"
            if merge not in seen:
                seen.add(merge)
                yield merge


def _words() -> Iterator[str]:
    texts = [prompt_file("distil").system]
    texts += [text for _, _, text in CHAT]
    texts += [message.text for message in chats(3000)]
    for text in texts:
        yield from re.findall(r" ?[^\W\d_]+| ?[^\s\w]+", text)


def _letters() -> dict[int, str]:
    """How byte-level vocabularies write each byte: itself where it is printable, else a letter from 256 on (GPT-2)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=list(SHAPES))
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    write(SHAPES[chosen.shape], chosen.file)
