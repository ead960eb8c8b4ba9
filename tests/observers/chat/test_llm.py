"""What is peculiar to `llm`: a database that others write to, in three layouts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory.errors import UnreadableExportError
from observers.chat import Problem, open_export

TABLES = """
    CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
    CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
                            conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
    INSERT INTO conversations VALUES ('c', 'Boats', 'm');
"""
INSERT = "INSERT INTO responses VALUES (?, 'm', ?, 'be brief', ?, 'c', 1500, '2026-03-04T19:22:00.5')"


def written(path: Path, *, mode: str = "delete", rows: int = 3) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA journal_mode = {mode}")
    database.executescript(TABLES)
    database.executemany(INSERT, [(f"r{n}", f"prompt {n}", f"answer {n}") for n in range(rows)])
    database.commit()
    return database


def read(path: Path) -> list[str]:
    problems: list[Problem] = []
    texts = [o.text for o in open_export(path).observations(on_problem=problems.append)]
    assert problems == []
    return texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs.db"


def beside(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir())


def test_a_call_is_a_question_and_its_answer_after_it(path: Path) -> None:
    written(path, rows=1).close()
    asked, answered = open_export(path).observations()
    assert (asked.speaker, asked.text, asked.key) == ("me", "prompt 0", "llm:r0:prompt")
    assert asked.at == datetime(2026, 3, 4, 19, 22, 0, 500_000, tzinfo=UTC)
    assert (answered.speaker, answered.text, answered.key) == ("assistant", "answer 0", "llm:r0:response")
    assert (answered.at - asked.at).total_seconds() == 1.5
    assert asked.thread == answered.thread == "llm:c"
    assert asked.title == "Boats"


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_it_is_read_while_it_is_open_elsewhere_and_nothing_is_left_beside_it(path: Path, mode: str) -> None:
    with closing(written(path, mode=mode)):
        before = beside(path)
        assert read(path)[-1] == "answer 2"
        assert beside(path) == before
    before = beside(path)
    assert len(read(path)) == 6
    assert beside(path) == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_whoever_writes_need_not_wait_for_a_reader_in_the_middle(path: Path, mode: str) -> None:
    with closing(written(path, mode=mode, rows=1000)) as database:
        reading = open_export(path).observations()
        next(reading)
        database.execute("PRAGMA busy_timeout = 0")
        database.execute(INSERT, ("new", "written meanwhile", ""))
        database.commit()
        assert "written meanwhile" in [o.text for o in reading]


def test_in_the_middle_of_a_write_it_says_to_try_again(path: Path) -> None:
    with closing(written(path)) as database:
        export = open_export(path)
        database.execute("BEGIN EXCLUSIVE")
        problems: list[Problem] = []
        assert list(export.observations(on_problem=problems.append)) == []
        assert "another program is writing" in problems[0].reason


def test_the_oldest_layout_is_read_beside_the_newer(path: Path) -> None:
    with closing(written(path, rows=1)) as database:
        database.executescript(
            """CREATE TABLE logs (id INTEGER PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
                                  chat_id INTEGER, duration_ms INTEGER, datetime_utc TEXT);
               INSERT INTO logs VALUES (1, 'm', 'first', '', 'yes', NULL, 0, '2023-04-01 10:00:00');
               INSERT INTO logs VALUES (2, 'm', 'second', '', 'no', 1, 0, '2023-04-01 10:01:00');"""
        )
    found = list(open_export(path).observations())
    assert [o.text for o in found] == ["first", "yes", "second", "no", "prompt 0", "answer 0"]
    assert {o.thread for o in found[:4]} == {"llm:log-1"}


def test_another_programs_database_is_no_export(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE responses (id, prompt)")
    with pytest.raises(UnreadableExportError):
        open_export(path)


def test_a_view_that_looks_like_the_log_is_not_run(path: Path) -> None:
    """A crafted file must not have us compute for ever."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """CREATE TABLE conversations (id, name);
               CREATE VIEW responses AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                 SELECT x id, x prompt, x response, x conversation_id, x datetime_utc, x duration_ms FROM n"""
        )
    with pytest.raises(UnreadableExportError):
        open_export(path)
