"""The command line as a client: which commands start an engine, which only look, and what a person sees of it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from engines import Running, until
from support import PASSPHRASE

from assistant import paths
from assistant.cli import main
from assistant.client import Client, connect
from assistant.engine import rendezvous, wire


@dataclass
class Run:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Inkling = Callable[..., Run]


@pytest.fixture
def inkling(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inkling:
    """Runs a command as a client, with the passphrase in the environment."""
    monkeypatch.delenv("INKLING_IN_PROCESS")
    monkeypatch.setenv("INKLING_VAULT", str(folder))
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)

    def run(*arguments: str) -> Run:
        capsys.readouterr()
        status = main(arguments=arguments)
        printed = capsys.readouterr()
        return Run(status, printed.out, printed.err)

    return run


@pytest.fixture
def nobody(folder: Path, inkling: Inkling) -> Iterator[Path]:
    """A vault that no engine serves yet; one that a command starts is ended after the test."""
    yield folder
    if rendezvous.is_live(folder):
        connect(folder, start=False).stop()


def test_looking_and_ending_start_no_engine(inkling: Inkling, nobody: Path) -> None:
    assert inkling("status").out.splitlines()[0].split() == ["engine", "does", "not", "run"]
    found = inkling("status", "--json").json
    assert (found["engine"], found["recording"]) == (None, {"state": "off"})
    assert "observations" not in found
    assert inkling("stop").status == 0
    assert inkling("lock").out == "The vault is locked.\n"
    assert inkling("why", "--json").json == []
    assert not rendezvous.is_live(nobody)


def test_a_days_commands_share_an_engine_and_need_the_passphrase_once(
    inkling: Inkling, nobody: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = inkling("remember", "The user plays the cello.").out.strip()
    monkeypatch.setenv("INKLING_PASSPHRASE", "not the one")
    assert "cello" in inkling("recall", "cello").out
    assert inkling("show", mine, "--json").json["basis"] == "user"
    held = inkling("status", "--json").json
    assert (held["propositions"], held["engine"]["locked"], held["keyring"]) == (1, False, False)
    assert "unlocked" in inkling("status").out
    assert inkling("export", str(tmp_path / "all.json")).status == 12  # it demands the passphrase itself
    assert inkling("passphrase").status == 12
    assert inkling("lock").status == 0
    assert inkling("recall", "cello").status == 12
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)
    assert "cello" in inkling("recall", "cello").out
    assert inkling("export", str(tmp_path / "all.json")).status == 0
    assert inkling("stop").out == "The engine has stopped.\n"
    assert not rendezvous.is_live(nobody)


def test_it_can_be_started_locked_and_unlocked_later(inkling: Inkling, nobody: Path) -> None:
    assert inkling("start", "--locked").out.strip().endswith("locked")
    assert inkling("status", "--json").json["engine"]["locked"] is True
    assert "observations" not in inkling("status").out
    assert inkling("unlock").out == "The vault is unlocked.\n"
    assert inkling("start").out.strip().endswith("unlocked")
    assert inkling("--in-process", "status", "--json").json["engine"] is None


def test_a_vault_that_is_not_there_is_said_alike(
    inkling: Inkling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_VAULT", str(tmp_path / "none"))
    for command in (["recall", "x"], ["status"], ["start"], ["unlock"], ["pause"]):
        run = inkling(*command)
        assert run.status == 10, command
        assert "inkling init" in run.err


def test_locking_by_itself_is_chosen_and_ended(inkling: Inkling, nobody: Path) -> None:
    assert inkling("lock", "--after", "60").out == "The vault locks itself after 60 minutes without use.\n"
    with connect(nobody, start=False) as client:
        assert client.config().auto_lock_minutes == 60
        assert inkling("lock", "--after", "soon").status == 2
        assert inkling("lock", "--after", "0").status == 2
        assert inkling("lock", "--after", "never").out == "The vault never locks itself.\n"
        assert client.config().auto_lock_minutes is None


@pytest.fixture
def served(running: Running, inkling: Inkling) -> Running:
    until(lambda: rendezvous.is_live(running.folder), "an engine that answers")
    return running


def test_a_pause_reaches_what_records_and_ends(served: Running, inkling: Inkling) -> None:
    assert inkling("pause").out == "Nothing is recorded until you say: inkling resume.\n"
    assert inkling("pause", "30m", "--app", "Signal").out.startswith("Nothing of Signal is recorded until ")
    assert inkling("pause", "until", "18:30").status == 0
    assert [app for _, app in served.background.paused] == [None, "Signal", None]
    assert [end is None for end, _ in served.background.paused] == [True, False, False]
    assert "paused until" in inkling("status").out
    assert inkling("resume").out == "No pause is in effect. Recording: off.\n"
    assert served.background.paused == []
    assert inkling("pause", "soon").status == 2


def test_why_shows_decisions(served: Running, inkling: Inkling) -> None:
    assert inkling("why", "--minutes", "5").out.split()[1:] == ["within", "5.0", "Editor", "nothing", "new"]
    assert inkling("why", "--json").json[0]["app"] == "Editor"


def test_ctrl_c_in_a_long_call_leaves_the_engine_in_order(
    served: Running, inkling: Inkling, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.remember("The user has two cats.")

    decode = wire.decode

    def interrupted(data: bytes) -> Any:
        if threading.current_thread() is threading.main_thread():  # not the engine's
            raise KeyboardInterrupt
        return decode(data)

    with monkeypatch.context() as patched:
        patched.setattr(wire, "decode", interrupted)
        assert inkling("recall", "cats").status == 130
    assert "cats" in inkling("recall", "cats").out


def test_recalling_loads_nothing_heavy(served: Running, inkling: Inkling, client: Client) -> None:
    client.remember("The user plays the cello.")
    heavy = {
        "numpy", "onnxruntime", "tokenizers", "textual", "rich", "sqlcipher3", "sqlite_vec", "sqlite_utils", "keyring",
        "cryptography", "ijson", "stdnum", "platformdirs", "asyncio", "filelock",
    }  # fmt: skip
    program = f"""
import sys
from tui.__main__ import open_ui
from assistant.cli import main
status = main(open_ui, ["recall", "cello"])
print(*sorted(set(sys.modules) & {heavy!r}), file=sys.stderr)
sys.exit(status)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert "cello" in run.stdout
    assert run.stderr.strip() == ""
    assert run.returncode == 0


def test_the_log_holds_nothing_of_what_was_said(inkling: Inkling, nobody: Path) -> None:
    inkling("remember", "The user owns a qvzkxjwqgh.")
    inkling("recall", "qvzkxjwqgh")
    inkling("show", "p99")
    inkling("stop")
    [log] = paths.logs().iterdir()
    assert "unlocked" in log.read_text()
    assert "qvzkxjwqgh" not in log.read_text()
