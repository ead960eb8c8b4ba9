"""OCR on real windows: how many characters and words come out wrong, and what it costs.

    python benchmarks/ocr.py [--engines rapid rapid-detector tesseract] [--pages WORD ...]

Chromium and xterm show invented text on a virtual screen (Xvfb needed); frames are grabbed as the observer grabs them
and read in the engine's own process. ``rapid-detector`` is RapidOCR with the neural detector everywhere.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from machine import machine
from ocr_pages import HEIGHT, TEXTS, WIDTH, Page, Placed, full_frame, pages
from ocr_windows import browser_shots, xterm_shot

from observers.screen.ocr.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from observers.screen.ocr import Image, Line

# The detector everywhere, in the same kind of process.
DETECTOR = """
import os, sys
from observers.screen.ocr import choice, rapid, worker
choice.make = lambda name: rapid.Rapid(detector="always")
sys.argv = ["worker", "rapid"]
worker.main()
"""
ENGINES = {
    "rapid": lambda: Worker("rapid", deadline_seconds=900),
    "rapid-detector": lambda: Worker("rapid", deadline_seconds=900, command=[sys.executable, "-P", "-c", DETECTOR]),
    "tesseract": lambda: Worker("tesseract", deadline_seconds=900),
}
XTERM_FONTS = {"misc-fixed 7x13": ["-fn", "7x13"], "DejaVu Sans Mono 11": ["-fa", "DejaVu Sans Mono", "-fs", "11"]}


class Tally:
    """Errors over what should have been read."""

    def __init__(self) -> None:
        self.wrong = self.characters = self.wrong_words = self.words = self.stray = 0

    def add(self, truth: str, read: str) -> None:
        """Count one line."""
        self.wrong += distance(truth, read)
        self.characters += len(truth)
        self.wrong_words += distance(truth.split(), read.split())
        self.words += len(truth.split())

    def row(self) -> str:
        """Character and word error rate, and lines read where nothing stands."""
        cer, wer = 100 * self.wrong / self.characters, 100 * self.wrong_words / self.words
        return f"{cer:.2f} / {wer:.1f}" + (f" (+{self.stray})" if self.stray else "")


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's, over characters or words."""
    codes: dict[str, int] = {}
    left, right = (np.array([codes.setdefault(part, len(codes)) for part in side], np.int64) for side in (one, other))
    steps = np.arange(len(right) + 1)
    row = steps.copy()
    for number, code in enumerate(left, 1):
        best = np.concatenate(([number], np.minimum(row[:-1] + (right != code), row[1:] + 1)))
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def judge(page: Page, lines: Sequence[Line], tally: Tally) -> None:
    """Compare by place: what was read in the box of a line against that line."""
    left_over = set(range(len(lines)))
    for placed in page.lines:
        inside = sorted(
            (number for number in left_over if _stands_in(lines[number], placed)), key=lambda n: lines[n].rect.left
        )
        left_over -= set(inside)
        tally.add(" ".join(placed.text.split()), " ".join(" ".join(lines[number].text for number in inside).split()))
    tally.stray += len(left_over)


def _stands_in(line: Line, placed: Placed) -> bool:
    across, down = line.rect.left + line.rect.width / 2, line.rect.top + line.rect.height / 2
    return (
        placed.left - 8 <= across < placed.left + placed.width + 8 and placed.top <= down < placed.top + placed.height
    )


def accuracy(shots: Sequence[tuple[Page, Image]], engines: Sequence[str]) -> None:
    """The table of error rates, per script, size, theme and family."""
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    costs = {}
    for name in engines:
        worker = ENGINES[name]()
        seconds = lines = 0.0
        worker.read(shots[0][1][:60])
        _usual_priority(worker)
        for page, image in shots:
            start = _cpu_seconds(worker)
            read = worker.read(image)
            seconds += _cpu_seconds(worker) - start
            lines += len(read)
            for group in _groups(page):
                judge(page, read, tallies[group][name])
        costs[name] = f"{1000 * seconds / max(lines, 1):.0f} ms"
        worker.close()
    print("\nCharacter / word error rate in per cent (+ lines read where nothing stands)\n")
    print("| | " + " | ".join(engines) + " |\n|---|" + "---|" * len(engines))
    for group, by_engine in tallies.items():
        print(f"| {group} | " + " | ".join(by_engine[name].row() for name in engines) + " |")
    print("| CPU per line, with finding it | " + " | ".join(costs[name] for name in engines) + " |")


def _groups(page: Page) -> Iterable[str]:
    if page.group[0] != "English":
        return [page.group[0]]
    _, size, theme, family = page.group
    return [f"English, {size}", f"English, {theme}", f"English, {family}"]


def cost(engines: Sequence[str]) -> None:
    """A full 1080p frame of 132 lines: time, processor time, memory."""
    made = [full_frame("light"), full_frame("dark")]
    frames = list(browser_shots(made, 1920, 1080))
    print("\n| 1080p frame of 132 lines | " + " | ".join(engines) + " |\n|---|" + "---|" * len(engines))
    rows: dict[str, list[str]] = defaultdict(list)
    for name in engines:
        worker, tally = ENGINES[name](), Tally()
        worker.read(frames[0][:60, :400])
        _usual_priority(worker)
        rows["memory, one line read"].append(f"{_resident(worker):.0f} MB")
        walls, processor = [], []
        for page, frame in zip(made, frames, strict=True):
            start, used = time.perf_counter(), _cpu_seconds(worker)
            lines = worker.read(frame)
            walls.append(time.perf_counter() - start)
            processor.append(_cpu_seconds(worker) - used)
            judge(page, lines, tally)
        rows["seconds"].append(f"{statistics.mean(walls):.1f}")
        rows["CPU seconds"].append(f"{statistics.mean(processor):.1f}")
        again = _cpu_seconds(worker)
        worker.read(np.roll(frames[1], 60, axis=0))
        rows["CPU seconds, same lines elsewhere"].append(f"{_cpu_seconds(worker) - again:.2f}")
        rows["character / word errors, %"].append(tally.row())
        rows["memory, peak"].append(f"{_peak(worker):.0f} MB")
        worker.close()
    for what, values in rows.items():
        print(f"| {what} | " + " | ".join(values) + " |")


def terminals() -> list[tuple[Page, Image]]:
    """Terminals with a bitmap and an outline font; a line stands in the row of a cell."""
    shown = TEXTS["English"] + [""] + TEXTS["Latin, diacritics"]
    found = []
    for font, options in XTERM_FONTS.items():
        image = xterm_shot("\n".join(shown) + "\n", options, 900, 700)
        cell = 13 if font.startswith("misc") else 19
        placed = tuple(Placed(text, 0, 2 + row * cell, 900, cell) for row, text in enumerate(shown) if text)
        found.append((Page((f"xterm, {font}",), "", placed), image))
    return found


def _usual_priority(worker: Worker) -> None:
    """Its low priority makes it wait for whatever else the machine does; root can lift that."""
    with contextlib.suppress(psutil.AccessDenied):
        psutil.Process(worker.pid).nice(0)


def _cpu_seconds(worker: Worker) -> float:
    if worker.pid is None:
        return 0.0
    times = psutil.Process(worker.pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def _resident(worker: Worker) -> float:
    return psutil.Process(worker.pid).memory_info().rss / 2**20


def _peak(worker: Worker) -> float:
    lines = Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Run and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", nargs="+", default=["rapid", "rapid-detector", "tesseract"], choices=list(ENGINES))
    parser.add_argument("--pages", nargs="+", help="only pages whose group has one of these words")
    arguments = parser.parse_args()
    print(machine(), f"load {os.getloadavg()[0]:.1f} at the start", sep="\n")
    chosen = [
        page for page in pages() if not arguments.pages or set(arguments.pages) & set(" ".join(page.group).split())
    ]
    shots = list(zip(chosen, browser_shots(chosen, WIDTH, HEIGHT), strict=True)) + terminals()
    cost(arguments.engines)
    accuracy(shots, arguments.engines)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
