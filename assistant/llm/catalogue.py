"""Models that are known to be of use here, small to large, and which of them suit a machine.

All of them are files of instruct models on huggingface.co that anybody may fetch without an account. The surprising
decision: no checksum is written down here. Makers replace files, and a list that is older than the file would refuse
it; what is fetched is compared with the checksum that the hub states for it at that moment, and pinned when it is first
used. Sizes are those of the files in the summer of 2025, rounded, and only said as "about".

Shapes are from each model's config.json at its makers'.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from assistant.llm.pinning import working_bytes

Suits = Literal["well", "barely", "no"]

_WELL = 0.5  # of a machine's memory, at most: the rest is the user's
_BARELY = 0.85
_FREE = ("Apache 2.0",)  # licences without conditions on what it is used for
_SUGGESTED_BYTES = 5_000_000_000  # larger ones fit many machines but are slow without a graphics card


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One model of the list. ``cached_numbers`` is how many numbers it keeps for each token in view."""

    name: str
    repo: str
    file: str
    parameters: str
    download_bytes: int
    cached_numbers: int
    vocabulary: int
    licence: str
    good_for: str
    projector: str | None = None

    @property
    def memory_bytes(self) -> int:
        """About how much memory it takes while it runs."""
        return self.download_bytes + working_bytes(self.cached_numbers, self.vocabulary)

    @property
    def place(self) -> str:
        """Where it is fetched from, as ``inkling model pull`` takes it."""
        return f"{self.repo}/{self.file}"


CATALOGUE = (
    Listed(
        name="qwen3-0.6b",
        repo="Qwen/Qwen3-0.6B-GGUF",
        file="Qwen3-0.6B-Q8_0.gguf",
        parameters="0.6 billion",
        download_bytes=640_000_000,
        cached_numbers=28 * 8 * 256,
        vocabulary=151_936,
        licence="Apache 2.0",
        good_for="machines with little memory; quick, but overlooks much",
    ),
    Listed(
        name="smollm2-1.7b",
        repo="HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
        file="smollm2-1.7b-instruct-q4_k_m.gguf",
        parameters="1.7 billion",
        download_bytes=1_060_000_000,
        cached_numbers=24 * 32 * 128,
        vocabulary=49_152,
        licence="Apache 2.0",
        good_for="English alone",
    ),
    Listed(
        name="qwen3-1.7b",
        repo="unsloth/Qwen3-1.7B-GGUF",
        file="Qwen3-1.7B-Q4_K_M.gguf",
        parameters="1.7 billion",
        download_bytes=1_110_000_000,
        cached_numbers=28 * 8 * 256,
        vocabulary=151_936,
        licence="Apache 2.0",
        good_for="a laptop without a graphics card; many languages",
    ),
    Listed(
        name="llama3.2-3b",
        repo="bartowski/Llama-3.2-3B-Instruct-GGUF",
        file="Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        parameters="3.2 billion",
        download_bytes=2_020_000_000,
        cached_numbers=28 * 8 * 256,
        vocabulary=128_256,
        licence="Llama 3.2 Community License: has conditions, read it",
        good_for="answers in plain words; eight languages",
    ),
    Listed(
        name="qwen3-4b",
        repo="Qwen/Qwen3-4B-GGUF",
        file="Qwen3-4B-Q4_K_M.gguf",
        parameters="4 billion",
        download_bytes=2_500_000_000,
        cached_numbers=36 * 8 * 256,
        vocabulary=151_936,
        licence="Apache 2.0",
        good_for="careful reading and answering; many languages",
    ),
    Listed(
        name="gemma3-4b",
        repo="ggml-org/gemma-3-4b-it-GGUF",
        file="gemma-3-4b-it-Q4_K_M.gguf",
        parameters="4 billion",
        download_bytes=2_490_000_000,
        cached_numbers=34 * 4 * 512,
        vocabulary=262_144,
        licence="Gemma Terms of Use: has conditions, read it",
        good_for="many languages; sees pictures with its projector",
        projector="mmproj-model-f16.gguf",
    ),
    Listed(
        name="qwen3-8b",
        repo="Qwen/Qwen3-8B-GGUF",
        file="Qwen3-8B-Q4_K_M.gguf",
        parameters="8 billion",
        download_bytes=5_030_000_000,
        cached_numbers=36 * 8 * 256,
        vocabulary=151_936,
        licence="Apache 2.0",
        good_for="the best of these, with a graphics card or patience",
    ),
)


def listed(name: str) -> Listed | None:
    """The model of the list with that name, or None."""
    return next((model for model in CATALOGUE if model.name == name.strip().lower()), None)


def suits(memory_bytes: int, machine_bytes: int) -> Suits:
    """Whether a model that takes so much memory suits a machine that has so much."""
    if memory_bytes <= _WELL * machine_bytes:
        return "well"
    return "barely" if memory_bytes <= _BARELY * machine_bytes else "no"


def suggested(machine_bytes: int) -> Listed | None:
    """The model to begin with on a machine: the largest free one that suits it well and is not slow everywhere."""
    good = [m for m in CATALOGUE if suits(m.memory_bytes, machine_bytes) == "well" and m.licence in _FREE]
    quick = [m for m in good if m.memory_bytes <= _SUGGESTED_BYTES]
    return max(quick, key=lambda m: m.memory_bytes, default=None)


def split_place(place: str) -> tuple[str, str] | None:
    """``OWNER/REPO/FILE`` as the repository and the file in it, or None if it is no such thing."""
    parts = place.removeprefix("https://huggingface.co/").split("/")
    if len(parts) < 3 or not all(parts) or ".." in parts or not parts[-1].endswith(".gguf"):
        return None
    return "/".join(parts[:2]), str(PurePosixPath(*parts[2:]))
