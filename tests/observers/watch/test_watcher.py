"""Watched folders: what changed is found, when it is whole and at rest, and read once."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stores import KEY

from memory.errors import OwnerUnknownError, UnreadableExportError
from memory.records import Observation
from memory.store import Store, WatchedFile, WatchedFiles
from observers.watch import Bounds, Pace, Ready, Watcher, suggested

AT = datetime(2026, 3, 4, 19, 22, tzinfo=UTC)
PACE = Pace()


class Memory(dict[str, WatchedFile]):
    """What a vault remembers of files."""

    set = dict.__setitem__

    def remove(self, path: str) -> None:
        self.pop(path, None)


@pytest.fixture
def vault_files(tmp_path: Path) -> Iterator[WatchedFiles]:
    """What a real vault remembers of files."""
    with Store(tmp_path / "inkling.db", KEY, create=True) as store:
        yield store.watched


class Folder:
    """A watched folder, and a watcher of it whose clock is the test's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known = Memory()
        self.time = 1000.0
        self.restart()

    def restart(self, **options: object) -> None:
        self.watcher = Watcher([self.path], self.known, now=lambda: self.time, **options)

    def ready(self, after: float = 0.0) -> list[Ready]:
        """What may be read that many seconds later."""
        self.watcher.look()
        self.time += after
        return list(self.watcher.ready(threading.Event()))

    def read(self, me: str = "Ana") -> list[str]:
        """The texts that come of everything that may be read once it has rested."""
        texts = []
        for ready in self.ready(PACE.rest):
            texts += [o.text for o in self.watcher.read(ready, {me})]
            self.watcher.settle(ready, AT)
        return texts


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "watched"
    path.mkdir()
    return Folder(path)


def line(text: str, number: int = 0) -> str:
    return json.dumps({"text": text, "at": (AT + timedelta(seconds=number)).isoformat(), "speaker": "me"}) + "\n"


def claude_code(text: str, number: int, **more: object) -> str:
    record = {
        "type": "user",
        "message": {"content": text},
        "uuid": f"u{number}",
        "sessionId": "s",
        "cwd": "/home/ana/p",
    }
    return json.dumps({**record, "timestamp": (AT + timedelta(seconds=number)).isoformat(), **more}) + "\n"


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_an_export_is_read_once_it_has_rested(folder: Folder) -> None:
    (folder.path / "chat.jsonl").write_text(line("hello"))
    assert folder.ready(1.0) == []
    assert [r.path.name for r in folder.ready(1.5)] == ["chat.jsonl"]


def test_what_is_settled_does_not_come_again_until_it_changes(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello"))
    assert folder.read() == ["hello"]
    assert folder.read() == []
    path.write_text(line("something else"))
    assert folder.read() == ["something else"]


def test_what_was_not_settled_comes_again(folder: Folder) -> None:
    """As after a kill between storing and remembering."""
    (folder.path / "chat.jsonl").write_text(line("hello"))
    assert folder.ready(3) != []
    assert folder.ready(1) == [], "not at once"
    assert folder.ready(60) != []
    folder.restart()
    assert folder.read() == ["hello"]


def test_what_changed_while_nothing_ran_is_found_at_the_start(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("one"))
    assert folder.read() == ["one"]
    append(path, line("two", 1))
    folder.restart()
    assert folder.read() == ["one", "two"], "whole, as its end is not remembered: keys sort out the rest"


def test_a_file_that_never_rests_is_read_all_the_same_if_it_is_a_log(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("one"))
    seen = []
    for number in range(20):
        append(path, line("more", number))
        seen += folder.ready(1.0)
    assert len(seen) == 1


def test_a_file_that_never_rests_is_left_alone_if_it_is_rewritten(folder: Folder) -> None:
    for number in range(30):
        conversation = {"chat_messages": [], "uuid": "c", "name": "x" * number}
        (folder.path / "conversations.json").write_text(json.dumps([conversation]))
        assert folder.ready(1.0) == []
    assert folder.ready(PACE.longest_retry) != [], "and read when it rests"


@pytest.mark.parametrize(
    "name", ["export.zip.part", "export.zip.crdownload", "conversations.tmp", ".hidden.jsonl", "a~"]
)
def test_names_of_downloads_under_way_are_left_alone(folder: Folder, name: str) -> None:
    path = folder.path / name
    path.write_text(line("hello"))
    assert folder.ready(3) == []
    path.rename(folder.path / "done.jsonl")
    assert folder.read() == ["hello"]


def test_a_zip_without_its_end_is_left_until_it_has_one(folder: Folder, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("export.jsonl", line("hello") * 100)
    data = whole.read_bytes()
    path = folder.path / "export.zip"
    path.write_bytes(data[: len(data) // 2])
    assert folder.ready(3) == []
    assert folder.ready(60) == []
    path.write_bytes(data)
    assert set(folder.read()) == {"hello"}


def test_json_that_ends_in_the_middle_is_left_until_it_does_not(folder: Folder) -> None:
    message = {"uuid": "m", "sender": "human", "created_at": AT.isoformat(), "text": "hello"}
    data = json.dumps([{"uuid": "c", "name": "Talk", "chat_messages": [message]}])
    path = folder.path / "conversations.json"
    path.write_text(data[:-20])
    assert folder.ready(3) == []
    path.write_text(data)
    assert folder.read() == ["hello"]


def test_half_a_line_waits_for_its_other_half(folder: Folder) -> None:
    path = folder.path / "s.jsonl"
    whole = claude_code("second", 2)
    path.write_text(claude_code("first", 1) + whole[:40])
    assert folder.read() == ["first"]
    append(path, whole[40:])
    assert folder.read() == ["second"]


def test_a_last_line_without_its_newline_is_taken_if_it_is_whole(folder: Folder) -> None:
    path = folder.path / "s.jsonl"
    path.write_text(claude_code("first", 1).rstrip("\n"))
    assert folder.read() == ["first"]
    append(path, "\n" + claude_code("second", 2))
    assert folder.read() == ["second"]


def test_a_growing_log_keeps_its_title_and_thread(folder: Folder) -> None:
    path = folder.path / "s.jsonl"
    path.write_text(json.dumps({"type": "summary", "summary": "Boats", "leafUuid": "x"}) + "\n" + claude_code("one", 1))
    folder.read()
    append(path, claude_code("two", 2))
    (ready,) = folder.ready(3)
    (observation,) = folder.watcher.read(ready)
    assert (observation.text, observation.title, observation.thread) == ("two", "Boats", "claude-code:s")


def test_equal_lines_appended_later_are_not_taken_for_the_first(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    keys = []
    for _ in range(3):
        append(path, line("again"))
        (ready,) = folder.ready(3)
        keys += [o.key for o in folder.watcher.read(ready)]
        folder.watcher.settle(ready, AT)
    assert len(set(keys)) == 3


def test_a_log_written_anew_is_read_whole(folder: Folder) -> None:
    path = folder.path / "s.jsonl"
    path.write_text(claude_code("old one", 1) + claude_code("old two", 2))
    folder.read()
    path.write_text(claude_code("new one", 3) + claude_code("new two", 4) + claude_code("new three", 5))
    assert folder.read() == ["new one", "new two", "new three"]


def test_reading_that_broke_off_starts_over(folder: Folder) -> None:
    path = folder.path / "s.jsonl"
    path.write_text(claude_code("one", 1) + claude_code("two", 2))
    (ready,) = folder.ready(3)
    assert next(folder.watcher.read(ready)).text == "one"  # and then the vault was full
    append(path, claude_code("three", 3))
    assert folder.read() == ["one", "two", "three"]


def test_a_database_is_read_on_from_its_last_rows(folder: Folder) -> None:
    path = folder.path / "logs.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(
            """CREATE TABLE conversations (id, name);
               CREATE TABLE responses (id, prompt, response, conversation_id, datetime_utc, duration_ms)"""
        )
        insert = "INSERT INTO responses VALUES (?, ?, '', 'c', '2026-03-04T19:22:00', 0)"
        for number in range(500):
            database.execute(insert, (f"r{number}", f"prompt {number}"))
        database.commit()
        assert len(folder.read()) == 500
        before = path.stat().st_mtime_ns
        database.execute(insert, ("new", "the new one"))
        database.commit()
        assert path.stat().st_mtime_ns == before, "the log beside it alone has changed"
        texts = folder.read()
    assert texts[-1] == "the new one"
    assert len(texts) < 100
    assert sorted(p.name for p in folder.path.iterdir()) == ["logs.db"], "no trace of the reader is left"


def test_only_exports_are_read_and_others_not_looked_into_twice(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "notes.txt").write_text("just some text")
    (folder.path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\0")
    assert folder.read() == []
    assert len(folder.known) == 2
    monkeypatch.setattr("observers.watch.watcher.may_be_export", lambda path: pytest.fail(f"looked into {path}"))
    folder.restart()
    assert folder.read() == []


def test_who_the_user_is_must_be_answered_first(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello").replace('"me"', '"Ana"') + line("hi").replace('"me"', '"Bob"'))
    (ready,) = folder.ready(3)
    with pytest.raises(OwnerUnknownError):
        folder.watcher.read(ready)
    assert folder.watcher.unanswered == {path: "jsonl"}
    assert folder.ready(1000) == [], "asking once is enough"
    folder.watcher.answered()
    assert folder.read("Ana") == ["hello", "hi"]
    assert folder.watcher.unanswered == {}


def test_once_the_user_was_found_in_a_log_what_is_appended_need_not_name_them(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello").replace('"me"', '"Ana"'))
    assert folder.read("Ana") == ["hello"]
    append(path, line("hi", 1).replace('"me"', '"Bob"'))
    assert folder.read("Ana") == ["hi"]


def test_links_are_not_followed(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private.jsonl").write_text(line("private"))
    try:
        (folder.path / "folder").symlink_to(outside)
        (folder.path / "file.jsonl").symlink_to(outside / "private.jsonl")
    except OSError:
        pytest.skip("this user may make no links")
    assert folder.ready(3) == []


def test_hidden_folders_are_left_out_unless_given(folder: Folder) -> None:
    hidden = folder.path / ".claude" / "projects"
    hidden.mkdir(parents=True)
    (hidden / "s.jsonl").write_text(claude_code("hello", 1))
    assert folder.ready(3) == []
    folder.path = hidden
    folder.restart()
    assert folder.read() == ["hello"]


def test_a_single_file_can_be_watched_and_nothing_beside_it(folder: Folder) -> None:
    for name in ("one", "two"):
        (folder.path / f"{name}.jsonl").write_text(line(name))
    folder.path /= "one.jsonl"
    folder.restart()
    assert folder.read() == ["one"]


def test_depth_files_and_sizes_have_limits(folder: Folder) -> None:
    deep = folder.path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "deep.jsonl").write_text(line("deep"))
    folder.restart(bounds=Bounds(depth=2))
    assert folder.ready(3) == []
    assert folder.watcher.is_cut
    for number in range(5):
        (folder.path / f"{number}.jsonl").write_text(line(str(number)))
    folder.restart(bounds=Bounds(files=3))
    assert len(folder.ready(3)) == 3
    folder.restart(bounds=Bounds(file_bytes=10))
    assert folder.ready(3) == []


def test_a_folder_that_vanishes_and_comes_back_is_no_news(folder: Folder) -> None:
    (folder.path / "chat.jsonl").write_text(line("hello"))
    assert folder.read() == ["hello"]
    away = folder.path.with_name("unplugged")
    folder.path.rename(away)
    assert folder.ready(3) == []
    assert folder.watcher.missing == (folder.path,)
    away.rename(folder.path)
    assert folder.ready(3) == []


def test_a_file_that_was_deleted_is_forgotten(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello"))
    folder.read()
    path.unlink()
    folder.ready()
    assert folder.known == {}


def test_a_file_that_vanishes_before_it_is_read_says_so(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello"))
    (ready,) = folder.ready(3)
    path.unlink()
    with pytest.raises(UnreadableExportError):
        list(folder.watcher.read(ready))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a file one may not read")
def test_a_file_that_may_not_be_read_is_tried_again(folder: Folder) -> None:
    path = folder.path / "chat.jsonl"
    path.write_text(line("hello"))
    path.chmod(0)
    assert folder.ready(3) == []
    path.chmod(0o600)
    assert folder.ready(60) != []


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be any bytes")
def test_a_file_whose_name_is_no_text_is_read_as_any_other(folder: Folder, vault_files: WatchedFiles) -> None:
    folder.known = vault_files  # type: ignore[assignment]
    folder.restart()
    odd = Path(os.fsdecode(os.fsencode(folder.path) + b"/caf\xe9.jsonl"))
    odd.write_text(line("odd"))
    (folder.path / "plain.jsonl").write_text(line("plain"))
    assert sorted(folder.read()) == ["odd", "plain"]
    folder.restart()
    assert folder.read() == [], "both are remembered"
    append(odd, line("odder", 1))
    assert folder.read() == ["odd", "odder"]
    odd.unlink()
    folder.ready()
    assert set(vault_files.all()) == {str(folder.path / "plain.jsonl")}


def test_a_file_that_cannot_be_put_into_words_keeps_no_other_waiting(folder: Folder) -> None:
    class Strict(Memory):
        def get(self, path: str) -> WatchedFile | None:  # type: ignore[override]
            if "odd" in path:
                "\udce9".encode()
            return super().get(path)

    folder.known = Strict()
    folder.restart()
    for name in ("a-odd", "b-plain"):
        (folder.path / f"{name}.jsonl").write_text(line(name))
    assert folder.read() == ["b-plain"]


def test_suggestions_are_places_that_exist(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LLM_USER_PATH", str(own_home / "llm"))
    assert own_home / ".claude" / "projects" not in suggested()
    (own_home / ".claude" / "projects").mkdir(parents=True)
    (own_home / "llm").mkdir()
    (own_home / "llm" / "logs.db").touch()
    assert suggested()[:2] == [own_home / ".claude" / "projects", own_home / "llm" / "logs.db"]


# with the real thing that gives notice


QUICK = Pace(rest=0.05, longest=0.5, tick=0.05, look=3600, look_without_notices=0.1)


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[..., Callable[[], str]]]:
    """Follows a folder in a thread; gives a function that waits for the next text read."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def begin(path: Path) -> Callable[[], str]:
        found: list[Observation] = []
        watcher = Watcher([path], Memory(), pace=QUICK)

        def run() -> None:
            for ready in watcher.changes(stop):
                found.extend(watcher.read(ready))
                watcher.settle(ready, AT)

        def following() -> str:
            until = time.monotonic() + 30
            while not found and time.monotonic() < until:
                time.sleep(0.01)
            return found.pop(0).text

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return following

    yield begin
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_what_is_written_is_noticed(tmp_path: Path, follow: Callable[..., Callable[[], str]]) -> None:
    (tmp_path / "there.jsonl").write_text(line("was there"))
    following = follow(tmp_path)
    assert following() == "was there"
    append(tmp_path / "there.jsonl", line("appended", 1))
    assert following() == "appended"
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "s.jsonl").write_text(claude_code("in a new folder", 2))
    assert following() == "in a new folder"
    append(tmp_path / "new" / "s.jsonl", claude_code("and again", 3))
    assert following() == "and again"


def test_without_notices_it_looks(
    tmp_path: Path, follow: Callable[..., Callable[[], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As at the system's limit of watches."""

    def refuse(*_folders: Path, **_options: object) -> Iterator[set[tuple[int, str]]]:
        raise OSError(28, "inotify limit")

    monkeypatch.setattr("watchfiles.watch", refuse)
    following = follow(tmp_path)
    (tmp_path / "new.jsonl").write_text(line("found"))
    assert following() == "found"


def test_a_folder_that_comes_later_is_watched_then(tmp_path: Path, follow: Callable[..., Callable[[], str]]) -> None:
    path = tmp_path / "later"
    above = follow(tmp_path)
    path.mkdir()
    (path / "s.jsonl").write_text(line("here"))
    assert above() == "here"
