"""The demo shows the real path on an invented person, the same every time, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.demo import HATSUE, load, throwaway


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that temporary folders are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def plain(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments=["demo", "--plain"]) == 0
    return capsys.readouterr().out


def test_it_prints_the_profile_and_cited_answers_and_one_honest_no(
    temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = plain(capsys)
    profile, *answers = re.split(r"\n\? .*\n", shown)
    assert profile.count("The user") >= 10
    assert len(answers) == len(HATSUE.questions)
    for expected, answer in zip(("Auckland", "fourteen years", "stay in Tsuruhashi"), answers, strict=False):
        said, sources = answer.split("\n\n")
        assert expected in said
        assert "[1]" in said
        assert re.match(r"\[1\] .*\b[op]\d+", sources)
    assert answers[-1].startswith("I do not have ")
    assert list(temporary.iterdir()) == []


def test_it_shows_the_same_every_time(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plain(capsys) == plain(capsys)


def test_the_wifi_password_of_the_person_is_nowhere(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "tako-to-tsuki"
    assert any(secret in o.text for o in load())
    assert main(arguments=["demo", "--plain"]) == 0
    printed = capsys.readouterr()
    assert secret not in printed.out + printed.err
    assert re.search(r"\d secrets? removed", printed.err)


def test_the_vault_is_private_encrypted_and_deleted_even_after_a_failure(temporary: Path) -> None:
    def fail_midway() -> None:
        with throwaway() as (assistant, replay):
            next(replay)
            folder = assistant.vault.folder
            assert folder.parent.stat().st_mode & 0o077 == 0
            kept = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
            assert b"Tsuruhashi" not in kept
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    assert list(temporary.iterdir()) == []


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Tests that a shell started in the background ignore SIGINT, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's here")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("interrupts")
def test_the_vault_is_deleted_when_the_demo_is_stopped(tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "tui", "demo", "--plain"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"Week of" not in (line := process.stderr.readline()):
            assert line, "it ended before anything came in"
        assert list(tmp_path.iterdir())
        process.send_signal(number)
        told = process.stderr.read()
    assert process.returncode == 128 + number
    assert b"Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_the_bundled_texts_hold_nothing_in_the_format_of_a_real_key_or_account() -> None:
    told = "\n".join(o.text for o in load())
    for shape in (
        r"sk[-_](live|test|proj)",
        r"AKIA[0-9A-Z]{16}",
        r"ghp_",
        r"\b[A-Z]{2}\d\d[ \d]{12,}",
        r"\b(?:\d[ -]?){13,19}\b",
    ):
        assert not re.search(shape, told), shape


def test_the_weeks_come_in_order_with_something_learnt(temporary: Path) -> None:
    with throwaway() as (assistant, replay):
        steps = list(replay)
        assert [s.monday for s in steps] == sorted(s.monday for s in steps)
        assert sum(len(s.observations) for s in steps) == assistant.status()["observations"]
        assert sum(bool(s.learnt) for s in steps) >= 5
