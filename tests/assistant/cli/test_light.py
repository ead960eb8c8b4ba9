"""Starting the command line costs what Python and click cost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from assistant.cli.main import TOPICS, root

if TYPE_CHECKING:
    from conftest import Inkling

HEAVY = {
    "numpy", "onnxruntime", "tokenizers", "textual", "rich", "sqlcipher3", "sqlite_vec", "sqlite_utils", "keyring",
    "cryptography", "ijson", "stdnum", "platformdirs",
}  # fmt: skip


@pytest.mark.parametrize("arguments", ["--help", "--version", "import --help"])
def test_help_and_version_load_nothing_heavy(arguments: str) -> None:
    code = f"""
import sys
from tui.__main__ import open_ui
from assistant.cli import main
status = main(open_ui, {arguments.split()!r})
print(*sorted(set(sys.modules) & {HEAVY!r}), file=sys.stderr)
sys.exit(status)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert run.returncode == 0
    assert run.stderr.strip() == ""


def test_every_listed_command_is_there_and_says_what_it_does() -> None:
    context = click.Context(root)
    for names in TOPICS.values():
        for name in names:
            command = root.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert command.help


def test_without_a_terminal_inkling_alone_prints_its_help(inkling: Inkling) -> None:
    run = inkling()
    assert run.status == 0
    assert run.out.startswith("Usage: inkling")
