"""``python -m assistant.engine --vault FOLDER``: the engine as a process. Clients and service files start it so."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path


def main() -> int:
    """Be the engine; the exit status is that of the error which kept it from being one."""
    from assistant.engine.background import Observing  # noqa: PLC0415
    from assistant.engine.pause_notice import PauseNotice  # noqa: PLC0415
    from assistant.engine.process import run  # noqa: PLC0415
    from memory.errors import InklingError  # noqa: PLC0415

    parser = ArgumentParser(prog="inkling-engine", description="The process that owns a vault. Started by clients.")
    parser.add_argument("--vault", metavar="FOLDER", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        return run(arguments.vault, partial(Observing, notice=PauseNotice(arguments.vault)))
    except InklingError as error:
        sys.stderr.write(f"inkling: {error}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
