"""Writes docs/demo.txt, what ``inkling demo --plain`` prints, and README's piece of it: ``python docs/capture.py``.

A test compares the two, so what README shows was really printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "demo.txt"
README = Path(__file__).parents[1] / "README.md"
SECTIONS = ("Who they are", "People", "Plans")  # of the profile that README shows
QUESTIONS = slice(1, None)  # of those that the demo asks


def main() -> None:
    """Run the demo, keep what it printed, and put a piece of it into README."""
    printed = "$ inkling demo --plain\n" + captured()
    PAGE.write_text(printed, encoding="utf-8")
    piece = "```text\n" + excerpt(printed) + "```\n"
    page = README.read_text(encoding="utf-8")
    README.write_text(re.sub(r"```text\n.*?```\n", lambda _: piece, page, count=1, flags=re.DOTALL), encoding="utf-8")


def captured() -> str:
    """What the demo prints without a terminal, progress first."""
    run = subprocess.run(
        [sys.executable, "-m", "tui", "demo", "--plain"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return run.stdout


def excerpt(printed: str) -> str:
    """Some sections of the profile and some of the questions; ``...`` stands for what is left out."""
    profile, *questions = re.split(r"^(?=\? )", printed[printed.index("What Inkling believes") :], flags=re.MULTILINE)
    title, *sections = profile.strip().split("\n\n")
    shown: list[str] = [title]
    for section in sections:
        if section.partition("\n")[0] in SECTIONS:
            shown.append(section)
        elif shown[-1] != "...":
            shown.append("...")
    return "\n\n".join([*shown, *(question.strip() for question in questions[QUESTIONS])]) + "\n"


if __name__ == "__main__":
    main()
