"""Promise: nothing opens a network connection, on the whole path from an export to an answer."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import whole_path
from support import START

# afterwards the kernel's own counters go to stderr: they also know what compiled code asked for
EMPTY_NETWORK = ("unshare", "-rn", "sh", "-c", '"$@"; code=$?; cat /proc/net/snmp >&2; exit $code', "sh")


def can_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*EMPTY_NETWORK, "true"], capture_output=True, check=False).returncode == 0


def attempts(snmp: str) -> int:
    """How often anything tried to send something, by the counters of a network namespace."""
    lines = [line.split() for line in snmp.splitlines() if line.startswith(("Ip:", "Tcp:", "Udp:"))]
    counters = {
        (names[0], name): int(value)
        for names, values in pairwise(lines)
        if names[0] == values[0]
        for name, value in zip(names[1:], values[1:], strict=True)
    }
    wanted = (("Ip:", "OutNoRoutes"), ("Ip:", "OutRequests"), ("Tcp:", "ActiveOpens"), ("Udp:", "OutDatagrams"))
    return sum(counters[counter] for counter in wanted)


@pytest.fixture
def task(tmp_path: Path) -> dict[str, Any]:
    export = tmp_path / "export.jsonl"
    export.write_text(
        json.dumps({"text": "I drive a red Toyota Yaris", "at": START.isoformat(), "speaker": "me", "key": "e1"}) + "\n"
    )
    return {
        "export": str(export), "to": str(tmp_path / "out.json"), "round": 0, "tui": True,
        "messages": ["see https://inkling.example/page", "my sister lives in Leeds", "mail me at ana@example.org"],
        "sentences": ["The user plays the cello."], "edits": ["The user plays the viola."],
        "questions": ["What do I drive?", "Who is https://inkling.example ?"],
    }  # fmt: skip


def test_the_whole_path_asks_the_network_for_nothing(task: dict[str, Any], tmp_path: Path) -> None:
    said, _ = whole_path.finished(whole_path.start("offline", task, tmp_path / "home"))
    assert said[-1] == "done"
    assert "Yaris" in (tmp_path / "out.json").read_text()


@pytest.mark.skipif(not can_unshare(), reason="this machine lets nobody make a network namespace")
def test_the_whole_path_works_where_there_is_no_network_at_all(task: dict[str, Any], tmp_path: Path) -> None:
    said, counters = whole_path.finished(whole_path.start("everything", task, tmp_path / "home", prefix=EMPTY_NETWORK))
    assert said[-1] == "done"
    assert attempts(counters) == 0


@pytest.mark.parametrize("by", ["name", "address"])
def test_the_watch_would_have_seen_it(by: str, tmp_path: Path) -> None:
    """The control of the first test."""
    process = whole_path.start("dial", {"by": by, "watched": True}, tmp_path / "home")
    _, error = process.communicate(timeout=60)
    assert process.returncode == 42
    assert "was called" in error


@pytest.mark.skipif(not can_unshare(), reason="this machine lets nobody make a network namespace")
def test_without_a_network_reaching_out_fails_at_once(tmp_path: Path) -> None:
    """The control of the second."""
    process = whole_path.start("dial", {"by": "address", "watched": False}, tmp_path / "home", prefix=EMPTY_NETWORK)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Network is unreachable" in error
    assert attempts(error) >= 1
