"""Every way to fail has a status of its own, one line on stderr, and no traceback: in real processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.cli import exits
from memory import errors

if TYPE_CHECKING:
    from conftest import Inkling, Run


def told_plainly(run: Run) -> bool:
    """One line that says what went wrong."""
    return "Traceback" not in run.err and run.err.strip().splitlines()[-1].startswith("inkling: ") and not run.out


def test_no_vault(process: Inkling) -> None:
    run = process("profile")
    assert run.status == 10
    assert told_plainly(run)
    assert "inkling init" in run.err


def test_wrong_passphrase(filled: Inkling, process: Inkling) -> None:
    run = process("profile", INKLING_PASSPHRASE="not the one")
    assert run.status == 12
    assert told_plainly(run)
    assert "not the one" not in run.err


def test_unknown_id(filled: Inkling, process: Inkling) -> None:
    assert process("show", "p999").status == 3
    assert process("forget", "o999", "--yes").status == 3
    assert process("show", "nonsense").status == 3


def test_a_vault_is_there_already(filled: Inkling) -> None:
    run = filled("init")
    assert run.status == 11
    assert told_plainly(run)


def test_no_export(filled: Inkling, process: Inkling, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("dear diary, nobody may read this\n", encoding="utf-8")
    run = process("import", str(odd))
    assert run.status == 20
    assert told_plainly(run)
    assert "dear diary" not in run.err
    assert process("import", str(tmp_path / "absent.zip")).status == 20


def test_nobody_to_ask_who_is_me(inkling: Inkling, process: Inkling, chat: Path) -> None:
    inkling("init")
    run = process("import", str(chat))
    assert run.status == 21
    assert told_plainly(run)
    assert "Ana Prata" in run.err  # so that a script's author sees what to pass
    assert process("status", "--json").json["observations"] == 0


def test_a_damaged_vault(filled: Inkling, vault: Path) -> None:
    (vault / "vault.json").write_text("{}", encoding="utf-8")
    run = filled("status")
    assert run.status == 13
    assert told_plainly(run)


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["show"], ["recall", "x", "--at", "soon"], ["profile", "--kind", "x"]]
)
def test_a_line_that_makes_no_sense(inkling: Inkling, arguments: list[str]) -> None:
    run = inkling(*arguments)
    assert run.status == 2
    assert "Traceback" not in run.err


def test_nobody_to_agree(filled: Inkling) -> None:
    run = filled("forget", "o1")
    assert run.status == 2
    assert "--yes" in run.err
    assert filled("show", "o1").status == 0


def test_a_closed_pipe_is_not_an_error_worth_words(filled: Inkling) -> None:
    command = f"'{sys.executable}' -m tui profile --json | true"
    run = subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert run.stderr == b""


def test_every_error_has_a_status_that_the_help_explains(process: Inkling) -> None:
    known = dict(exits.meanings())
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.InklingError)]
    assert {kind.exit_code for kind in kinds} <= known.keys()
    told = process("--help").out
    assert all(f"\n  {status} " in told for status in known)
