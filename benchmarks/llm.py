"""How fast language models of real shapes read and write here, with random weights, which take as long as trained ones.

    python benchmarks/llm.py [--shapes 0.6b,1.7b,4b] [--rounds 3] [--folder FOLDER]

Each round is what ``inkling model bench`` does: a worker process, the prompt that facts are drawn with, a few
messages, twice. Figures are medians over the rounds, the models turn and turn about. Files are written to FOLDER and
kept there, or to a temporary folder. It takes the extra llm and the package gguf.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from machine import machine
from random_gguf import SHAPES, write

from assistant.llm import pinning
from assistant.llm.admission import spare_cores
from assistant.llm.bench import Measured, measure

LEAST_RATIO = 5.0  # of prompt tokens, first call to second

ROWS: dict[str, Callable[[Measured], float | str]] = {
    "load, checksum included": lambda m: m.load_seconds,
    "prompt, tokens/s": lambda m: m.read_per_second,
    "writing, tokens/s": lambda m: m.written_per_second,
    "time to first token, nothing cached": lambda m: m.first.first_seconds,
    "time to first token, prefix cached": lambda m: m.second.first_seconds,
    "prompt tokens, first call": lambda m: m.first.prompt_tokens - m.first.cached_tokens,
    "prompt tokens, second call": lambda m: m.second.prompt_tokens - m.second.cached_tokens,
    "prompt work, first to second": lambda m: m.prompt_work_ratio,
    "resident memory, MB": lambda m: (m.memory_bytes or 0) / 2**20,
    "messages an hour": lambda m: 60 * m.messages_per_minute,
}


def files(names: list[str], folder: Path) -> dict[str, Path]:
    """The model of each shape, made where it is not there yet."""
    found = {name: folder / f"random-{name}-q4_k_m.gguf" for name in names}
    for name, path in found.items():
        if not path.exists():
            began = time.perf_counter()
            part = path.with_suffix(".part")
            write(SHAPES[name], part)
            part.replace(path)
            print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - began:.0f} s", flush=True)
    return found


def table(measured: dict[str, list[Measured]], models: dict[str, Path]) -> str:
    """A column for each model, a row for each figure."""
    lines = [f"| | {' | '.join(f'Qwen3 {name.upper()} shape' for name in measured)} |"]
    lines += ["|---|" + "---|" * len(measured)]
    lines += [f"| file | {' | '.join(f'{models[name].stat().st_size / 1e9:.2f} GB' for name in measured)} |"]
    reckoned = (f"{pinning.needed_bytes(models[name]) / 2**20:,.0f} MB" for name in measured)
    lines += [f"| memory asked for before loading | {' | '.join(reckoned)} |"]
    for row, figure in ROWS.items():
        values = (statistics.median(float(figure(m)) for m in rounds) for rounds in measured.values())
        lines.append(f"| {row} | {' | '.join(map(_shown, values))} |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.2g}" if value < 1 else f"{value:.1f}"


def main() -> int:
    """Measure and print; 1 if the second call had more than a fifth of the first one's prompt to read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", default="0.6b,1.7b,4b", type=lambda text: text.split(","))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        models = files(chosen.shapes, chosen.folder or Path(temporary))
        measured: dict[str, list[Measured]] = {name: [] for name in models}
        for _ in range(chosen.rounds):
            for name, path in models.items():
                measured[name].append(measure(pinning.pin(path)))
        print(f"{machine()}; {spare_cores()} threads\n")
        print(table(measured, models))
    ratios = [m.prompt_work_ratio for rounds in measured.values() for m in rounds]
    if min(ratios) < LEAST_RATIO:
        print(f"\nthe cached prefix saves less than it should: {min(ratios):.1f} of {LEAST_RATIO:.0f}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
