"""Writes docs/demo.txt, what ``inkling demo --plain`` prints: ``python docs/capture.py``.

README shows a piece of it; a test compares the two, so what README shows was really printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "demo.txt"


def captured() -> str:
    """What the demo prints without a terminal, progress first."""
    run = subprocess.run(
        [sys.executable, "-m", "tui", "demo", "--plain"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return run.stdout


if __name__ == "__main__":
    PAGE.write_text("$ inkling demo --plain\n" + captured(), encoding="utf-8")
