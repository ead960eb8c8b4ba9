"""The entry point of ``inkling``: the command line, with the terminal UI to open when it is wanted.

Imports go from the UI to the assistant and never back, so the command line is handed the UI from here.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from assistant.cli import main as run_command_line

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.verbs import Verbs


def open_ui(vault: Path, assistant: Verbs | None = None) -> int:
    """Run the terminal UI on a vault, already open if ``assistant`` is given; its exit status."""
    from tui.app import run  # noqa: PLC0415 - Textual takes longer to load than most commands to run

    return run(vault, assistant)


def main() -> int:
    """Run ``inkling``; its exit status."""
    return run_command_line(open_ui)


if __name__ == "__main__":
    sys.exit(main())
