"""The engine as a program of its own, with an embedder that costs nothing and small batches, for tests that kill it.

python -m engine_program FOLDER [offline]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import whole_path

HERE = Path(__file__).parent


def start(folder: Path, *options: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """That program at work; its clients find it by the environment of the test."""
    path = os.pathsep.join((str(HERE), str(HERE.parent)))
    return subprocess.Popen(
        [*prefix, sys.executable, "-W", "error", "-m", "engine_program", str(folder), *options],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def main() -> int:
    from engines import opened  # noqa: PLC0415

    from assistant.engine.process import run  # noqa: PLC0415

    whole_path.make_cheap()
    if "offline" in sys.argv:
        whole_path.refuse_network()
    return run(Path(sys.argv[1]), opening=opened, tick_seconds=0.2)


if __name__ == "__main__":
    sys.exit(main())
