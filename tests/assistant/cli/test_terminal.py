"""On a real terminal: what is typed unseen, what is drawn, and what opens."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import PASSPHRASE

from assistant import Assistant

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")

CODE = """
import sys
from assistant.cli import main

def ui(vault, assistant=None):
    print("UI", vault.name, "locked" if assistant is None else len(assistant.propositions()) > 0)
    return 5

sys.exit(main(ui, sys.argv[1:]))
"""


def on_terminal(*arguments: str, typed: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
    """Run a command on a pseudo-terminal, typing a line at each prompt; its status and what the screen showed."""
    screen, line = pty.openpty()
    command = [sys.executable, "-X", "faulthandler", "-c", CODE, *arguments]
    variables = {**os.environ, **environment, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        command, env=variables, stdin=line, stdout=line, stderr=line, start_new_session=True
    ) as process:
        os.close(line)
        shown = ""
        answers = list(typed)
        while chunk := read(screen, process):
            shown += chunk
            if answers and shown.endswith(": "):  # by then nothing typed is discarded any more
                os.write(screen, answers.pop(0).encode() + b"\n")
                shown += "\n"
    os.close(screen)
    return process.returncode, shown


def read(screen: int, process: subprocess.Popen[bytes]) -> str:
    """What appears next; nothing once the other side has closed. Ends a process that is silent for a minute."""
    if not select.select([screen], [], [], 60)[0]:
        process.send_signal(signal.SIGABRT)  # faulthandler writes where it hangs
    try:
        return os.read(screen, 4096).decode(errors="replace")
    except OSError:  # how Linux says it
        return ""


def test_a_passphrase_is_typed_twice_and_never_shown(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INKLING_PASSPHRASE")
    status, shown = on_terminal("init", typed=("correct horse", "correct horse"))
    assert status == 0
    assert "correct horse" not in shown
    with Assistant.open(vault, "correct horse"):
        pass


def test_inkling_alone_opens_the_ui_on_the_locked_vault(vault: Path) -> None:
    assert on_terminal() == (5, f"UI {vault.name} locked\r\n")


def test_an_import_draws_its_progress(vault: Path, chat: Path) -> None:
    with Assistant.open(vault, PASSPHRASE, create=True):
        pass
    status, shown = on_terminal("import", str(chat), "--me", "Sam Reed")
    assert status == 0
    assert "100%" in shown
    assert "7 messages, 7 new" in shown


@pytest.mark.parametrize(("variable", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_those_who_want_them(vault: Path, variable: dict[str, str], coloured: bool) -> None:
    with Assistant.open(vault, PASSPHRASE, create=True):
        pass
    _, shown = on_terminal("status", **variable)
    assert "observations" in shown
    assert bool(re.search(r"\x1b\[\d*m", shown)) is coloured


def test_the_demo_opens_the_ui_on_the_filled_vault_and_leaves_nothing(tmp_path: Path) -> None:
    status, shown = on_terminal("demo", TMPDIR=str(tmp_path))
    assert "UI vault True" in shown
    assert list(tmp_path.iterdir()) == []
    assert status == 5
