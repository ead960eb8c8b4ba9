"""Promise: nothing that was observed, and nobody's home, is ever in the log."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assistant.engine.log as module
from assistant.engine.log import Log, redacted
from assistant.engine.supervised import Supervised
from memory.errors import StorageFullError

CANARY = "the letter under the floorboards"


def failing(text: str) -> None:
    """As a library fails: its message quotes what it choked on, and so does the one of its cause."""
    letter = text
    try:
        letter.encode("utf-8").decode("ascii") and int(letter)
    except ValueError as error:
        raise KeyError(letter) from error


def caught(text: str) -> BaseException:
    with pytest.raises(KeyError) as found:
        failing(text)
    return found.value


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    found = Log(tmp_path / "logs" / "engine.log")
    yield found
    found.close()


def written(log: Log) -> str:
    assert log.path is not None
    return log.path.read_text(encoding="utf-8")


def test_an_event_is_a_phrase_with_figures(log: Log) -> None:
    log.event("batch stored", rows=12, seconds=0.25, late=None, whole=True)
    assert written(log).endswith(" info    batch stored rows=12 seconds=0.25 late=none whole=true\n")


def test_what_is_no_figure_is_left_out_whatever_the_types_say(log: Log) -> None:
    text: Any = CANARY
    log.event("batch stored", rows=text)
    assert CANARY not in written(log)
    assert "[no number]" in written(log)


def test_a_failure_is_its_types_and_places_and_not_its_message(log: Log) -> None:
    log.failure("a verb failed", caught(CANARY))
    said = written(log)
    assert CANARY not in said
    assert "builtins.ValueError at " in said
    assert "builtins.KeyError" in said
    assert "in failing" in said
    assert said.count("\n") == 1


def test_an_error_of_ours_keeps_its_message(log: Log) -> None:
    log.failure("background work failed", StorageFullError("the disk is full"))
    assert "StorageFullError (the disk is full)" in written(log)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_strays_are_taken_in_without_their_message(
    log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for owner, name in ((module.sys, "excepthook"), (module.sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    log.catch_strays()
    thread = threading.Thread(target=failing, args=(CANARY,))
    thread.start()
    thread.join()
    error = caught(CANARY)
    module.sys.excepthook(type(error), error, error.__traceback__)

    class Leaving:
        def __del__(self) -> None:
            raise ValueError(CANARY)

    Leaving()
    said = written(log)
    assert "a thread broke" in said
    assert "the engine broke" in said
    assert "put away" in said
    assert CANARY not in said + "".join(capsys.readouterr())


def test_a_thread_that_breaks_is_started_again_and_its_words_are_not_logged(log: Log) -> None:
    done = threading.Event()
    rounds: list[int] = []

    def work(stop: threading.Event) -> None:
        rounds.append(1)
        if len(rounds) < 3:
            failing(CANARY)
        done.set()
        stop.wait()

    supervised = Supervised("test", work, log, first_pause=0.001)
    supervised.start()
    assert done.wait(30)
    assert supervised.is_alive
    assert supervised.failures == 2
    assert supervised.stop()
    assert not supervised.is_alive
    assert written(log).count("started again") == 2
    assert CANARY not in written(log)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"at {Path.home()}/vault", "at ~/vault"),
        ("at /home/ana/vault", "at [home]/vault"),
        ("at /Users/ana/vault and C:\\Users\\ana\\x", "at [home]/vault and [home]\\x"),
        ("mail ana.prata@example.org now", "mail [address] now"),
        ("see https://example.org/a?b=c now", "see [link] now"),
        ("card 4111111111111111 now", "card [number] now"),
        ("token ghp_abcdefghijklmnopqrstuvwxyz0123456789 now", "token [key] now"),
        ("one\ntwo\x1b[0m", "one two [0m"),
        ("stored bytes=123456789012 seconds=0.25", "stored bytes=123456789012 seconds=0.25"),
        ("at assistant/engine/process.py:123 in run", "at assistant/engine/process.py:123 in run"),
    ],
)
def test_what_looks_like_a_persons_is_taken_out_last(line: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert redacted(line) == expected


def test_it_is_for_its_owner_alone_and_does_not_grow_without_end(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 2000)
    assert log.path is not None
    small = Log(log.path.with_name("small.log"))
    for n in range(500):
        small.event("again", number=n)
    small.close()
    files = sorted(log.path.parent.glob("small.log*"))
    assert len(files) == 1 + module.KEPT
    assert all(file.stat().st_size <= 2000 for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_an_engine_that_cannot_log_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    Log(tmp_path / "file" / "engine.log").event("started")
    Log(None).event("started")
    full = Log(tmp_path / "engine.log")
    handler: Any = full._logger.handlers[0]
    handler.stream.close()  # as a disk that takes nothing more: writing raises
    full.event("started")
    full.close()
    assert capsys.readouterr().err == ""
