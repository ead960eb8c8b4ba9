"""Tiny GGUF files, made in a moment: a real byte-level BPE tokenizer, a chat template, seeded random weights.

What they write makes no sense, which is the point: whatever holds for them holds because code makes it so. A file is
made once per process and kept for the rest of it.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
THOUGHTS = ("<think>", "</think>")  # "user defined" in the vocabulary: found in any text unless somebody takes care
END = CONTROLS.index("<|im_end|>")
LAYERS, WIDTH, HEADS, HIDDEN, CONTEXT = 2, 64, 2, 128, 2048
SEED = 20260304

TEMPLATE = """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""

NO_SYSTEM_TEMPLATE = """{%- if messages[0].role == 'system' %}
    {{- raise_exception('System role not supported') }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content | trim + '<|im_end|>\\n' }}
{%- endfor %}{{- '<|im_start|>model\\n' }}"""

BROKEN_TEMPLATE = "{% for message in messages %}{{ message.content }}"

_WORDS = """
The user lives in Lisbon and works as a nurse on the night shift. She likes strong coffee, long walks by the river and
quiet evenings at home. On Thursday she plays chess with Ana, who moved from Porto in March. Her brother has two small
children; they visit every summer. She said: "I have been learning the cello since last year." Das Konzert beginnt um
acht Uhr abends, und danach gehen wir essen. Elle a acheté un vélo rouge pour aller au travail. Il treno per Milano è
in ritardo di venti minuti. [{"text": "The user has a dog.", "kind": "possession", "quote": "a dog", "basis": "stated"}]
{"answer": "yes", "sources": [1, 2, 3]} system user assistant Instruction Response 2026-03-04 19:22 the and of to in is
"""


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ggufs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def tokenizer() -> Tokenizer:
    """Byte-level BPE of about 600 tokens, the same every time."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=[*CONTROLS, *THOUGHTS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(_WORDS.splitlines(), trainer)
    return made


@cache
def tiny(
    template: str | None = TEMPLATE,
    *,
    endless: bool = False,
    context: int = CONTEXT,
    name: str = "Tiny Test",
    seed: int = SEED,
) -> Path:
    """A model with this chat template; an ``endless`` one never ends by itself."""
    path = _folder() / f"tiny-{len(list(_folder().iterdir()))}.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    tokens = _add_vocabulary(writer)
    if template is not None:
        writer.add_chat_template(template)
    _add_weights(writer, tokens, endless=endless, seed=seed)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@cache
def projector() -> Path:
    """What lets a model see, in LLaVA's way: pictures of 28 by 28 pixels in four patches, two layers."""
    path = _folder() / "projector.gguf"
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_name("Tiny Eyes")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("mlp")
    writer.add_vision_image_size(28)
    writer.add_vision_patch_size(14)
    writer.add_vision_embedding_length(WIDTH)
    writer.add_vision_feed_forward_length(HIDDEN)
    writer.add_vision_projection_dim(WIDTH)
    writer.add_vision_block_count(LAYERS)
    writer.add_vision_head_count(HEADS)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
    writer.add_vision_use_gelu(True)
    _add_eyes(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def truncated() -> Path:
    """A model file of which the last third is missing."""
    whole = tiny().read_bytes()
    return _kept("truncated.gguf", whole[: len(whole) * 2 // 3])


def cut_in_the_head() -> Path:
    """A model file that ends within its metadata."""
    return _kept("cut.gguf", tiny().read_bytes()[:2000])


def garbage() -> Path:
    """A file that begins as a GGUF does and goes on with noise."""
    noise = np.random.default_rng(SEED).bytes(50_000)
    return _kept("garbage.gguf", b"GGUF\x03\x00\x00\x00" + noise)


def not_a_gguf() -> Path:
    """A file of another kind."""
    return _kept("letter.gguf", b"Dear Ana, this is no model at all.")


def _kept(name: str, content: bytes) -> Path:
    path = _folder() / name
    if not path.exists():
        path.write_bytes(content)
    return path


def _add_vocabulary(writer: gguf.GGUFWriter) -> int:
    bpe = tokenizer()
    known = bpe.get_vocab()
    tokens = sorted(known, key=known.__getitem__)
    kinds = {**dict.fromkeys(CONTROLS, gguf.TokenType.CONTROL), **dict.fromkeys(THOUGHTS, gguf.TokenType.USER_DEFINED)}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.get(token, gguf.TokenType.NORMAL) for token in tokens])
    writer.add_token_merges(_merges(bpe))
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    return len(tokens)


def _merges(bpe: Tokenizer) -> list[str]:
    found = json.loads(bpe.to_str())["model"]["merges"]
    return [pair if isinstance(pair, str) else " ".join(pair) for pair in found]


def _add_weights(writer: gguf.GGUFWriter, tokens: int, *, endless: bool, seed: int) -> None:
    random = np.random.default_rng(seed)

    def weights(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    writer.add_tensor("token_embd.weight", weights(tokens, WIDTH))
    for layer in range(LAYERS):
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", ones)
        for part in ("q", "k", "v", "output"):
            writer.add_tensor(f"blk.{layer}.attn_{part}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", ones)
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", weights(HIDDEN, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", weights(HIDDEN, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", weights(WIDTH, HIDDEN))
    writer.add_tensor("output_norm.weight", ones)
    output = weights(tokens, WIDTH)
    if endless:
        output[: len(CONTROLS)] = 0.0  # the best of 600 random logits is above zero
    writer.add_tensor("output.weight", output)


def _add_eyes(writer: gguf.GGUFWriter) -> None:
    random = np.random.default_rng(SEED)

    def add(name: str, *shape: int) -> None:
        weights = (random.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)
        writer.add_tensor(f"{name}.weight", weights)
        if len(shape) == 2:
            writer.add_tensor(f"{name}.bias", np.zeros(shape[0], dtype=np.float32))

    def add_norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, dtype=np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(WIDTH, dtype=np.float32))

    add("v.patch_embd", WIDTH, 3, 14, 14)
    writer.add_tensor("v.position_embd.weight", random.standard_normal((4, WIDTH)).astype(np.float32))
    for layer in range(LAYERS):
        add_norm(f"v.blk.{layer}.ln1")
        add_norm(f"v.blk.{layer}.ln2")
        for part in ("q", "k", "v", "out"):
            add(f"v.blk.{layer}.attn_{part}", WIDTH, WIDTH)
        add(f"v.blk.{layer}.ffn_up", HIDDEN, WIDTH)
        add(f"v.blk.{layer}.ffn_down", WIDTH, HIDDEN)
    add("mm.0", WIDTH, WIDTH)
    add("mm.2", WIDTH, WIDTH)
