"""Fetching a model resumes, checks what came and never leaves half a model where a whole one belongs."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from filelock import FileLock
from gguf_headers import header
from hub_server import HubServer

from assistant.llm import pulling
from assistant.llm.pulling import Advance, Remote, pull
from memory.errors import InklingError, InvalidInputError, ModelMissingError, StorageFullError, StorageReadOnlyError

CONTENT = header() + bytes(range(256)) * 400


class FakeHub:
    """Sends the bytes it has, in small pieces; ``breaks_after`` so many in all, or raises ``error`` then."""

    host = "hub.test"

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.starts: list[int] = []
        self.breaks_after: int | None = None
        self.error: Exception = ModelMissingError("the connection broke")

    def find(self, repo: str, file: str) -> Remote:
        sha256 = hashlib.sha256(self.content).hexdigest()
        return Remote(repo=repo, file=file, url="https://hub.test/x", sha256=sha256, bytes=len(self.content))

    def send(self, remote: Remote, into: BinaryIO, start: int) -> None:
        if start not in self.starts[-1:]:
            self.starts.append(start)
        for at in range(start, len(self.content), 1000):
            if self.breaks_after is not None and at >= self.breaks_after:
                raise self.error
            into.write(self.content[at : at + 1000])


class Watched:
    """What a terminal would show: how far each stage came."""

    def __init__(self) -> None:
        self.stages: dict[str, int] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[Advance]:
        self.stages[stage] = 0

        def advance(count: int) -> None:
            self.stages[stage] += count

        yield advance


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "_PAUSE_SECONDS", 0.0)


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def fetched(hub: FakeHub, models: Path, watch: Watched | None = None) -> Path:
    return pull(hub, hub.find("a/b", "sub/model.gguf"), models, watch or Watched())


def left_in(models: Path) -> set[str]:
    return {path.name for path in models.iterdir() if not path.name.startswith(".")}


def test_a_file_comes_whole_and_under_its_own_name(hub: FakeHub, models: Path) -> None:
    watch = Watched()
    path = fetched(hub, models, watch)
    assert path == models / "model.gguf"
    assert path.read_bytes() == CONTENT
    assert watch.stages == {"Fetching": len(CONTENT), "Checking": len(CONTENT)}
    assert left_in(models) == {"model.gguf"}


def test_what_was_interrupted_goes_on_from_where_it_was(hub: FakeHub, models: Path) -> None:
    hub.breaks_after = 50_000
    with pytest.raises(ModelMissingError):
        fetched(hub, models)
    assert "model.gguf" not in left_in(models)
    hub.breaks_after = None
    watch = Watched()
    assert fetched(hub, models, watch).read_bytes() == CONTENT
    assert hub.starts == [0, 50_000]
    assert watch.stages["Fetching"] == len(CONTENT)


def test_a_connection_that_breaks_again_and_again_is_gone_on_with_as_long_as_more_comes(
    hub: FakeHub, models: Path
) -> None:
    send = hub.send

    def weary(remote: Remote, into: BinaryIO, start: int) -> None:
        hub.breaks_after = start + 10_000
        send(remote, into, start)

    hub.send = weary  # type: ignore[method-assign]
    assert fetched(hub, models).read_bytes() == CONTENT
    assert hub.starts == list(range(0, len(CONTENT), 10_000))


def test_ctrl_c_leaves_what_came_to_go_on_from(hub: FakeHub, models: Path) -> None:
    hub.breaks_after, hub.error = 20_000, KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        fetched(hub, models)
    hub.breaks_after = None
    fetched(hub, models)
    assert hub.starts == [0, 20_000]


def test_another_version_of_the_file_is_not_put_behind_half_of_the_old_one(hub: FakeHub, models: Path) -> None:
    hub.breaks_after = 50_000
    with pytest.raises(ModelMissingError):
        fetched(hub, models)
    newer = FakeHub(CONTENT[::1] + b"newer")
    assert fetched(newer, models).read_bytes() == newer.content
    assert newer.starts == [0]


def test_what_is_here_already_is_not_fetched_again(hub: FakeHub, models: Path) -> None:
    fetched(hub, models)
    fetched(hub, models)
    assert hub.starts == [0]


def test_another_file_of_that_name_is_not_overwritten(hub: FakeHub, models: Path) -> None:
    models.mkdir()
    mine = models / "model.gguf"
    for content in (b"mine", bytes(len(CONTENT))):
        mine.write_bytes(content)
        with pytest.raises(InvalidInputError, match="inkling model remove"):
            fetched(hub, models)
        assert mine.read_bytes() == content


def test_what_is_not_what_the_hub_described_is_removed(hub: FakeHub, models: Path) -> None:
    remote = hub.find("a/b", "model.gguf")
    hub.content = CONTENT[:-1] + b"?"
    with pytest.raises(ModelMissingError, match="it was removed"):
        pull(hub, remote, models, Watched())
    assert left_in(models) == set()


def test_more_than_the_hub_described_is_removed_too(hub: FakeHub, models: Path) -> None:
    remote = hub.find("a/b", "model.gguf")
    hub.content = CONTENT + b"and more"
    with pytest.raises(ModelMissingError, match="it was removed"):
        pull(hub, remote, models, Watched())
    assert left_in(models) == set()


def test_a_transfer_that_ends_early_without_an_error_is_no_model(hub: FakeHub, models: Path) -> None:
    remote = hub.find("a/b", "model.gguf")
    hub.content = CONTENT[:30_000]
    with pytest.raises(ModelMissingError, match="only 30,000 of"):
        pull(hub, remote, models, Watched())
    hub.content = CONTENT
    pull(hub, remote, models, Watched())
    assert hub.starts == [0, 30_000]


def test_a_file_that_is_no_gguf_is_removed_though_it_is_what_the_hub_described(models: Path) -> None:
    with pytest.raises(InvalidInputError, match="no GGUF"):
        fetched(FakeHub(b"<html>" * 1000), models)
    assert left_in(models) == set()


def test_a_part_longer_than_the_whole_begins_anew(hub: FakeHub, models: Path) -> None:
    models.mkdir()
    (models / f"model.gguf.{hub.find('a/b', 'x').sha256[:16]}.part").write_bytes(bytes(len(CONTENT) + 1))
    assert fetched(hub, models).read_bytes() == CONTENT
    assert hub.starts == [0]


def test_a_disk_without_room_is_said_before_anything_is_fetched(
    hub: FakeHub, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 400_000_000))
    with pytest.raises(StorageFullError, match=r"0\.4 GB free and this takes 0\.5 GB"):
        fetched(hub, models)
    assert hub.starts == []


def test_a_disk_that_fills_up_meanwhile_is_said_and_what_came_is_kept(hub: FakeHub, models: Path) -> None:
    hub.breaks_after, hub.error = 10_000, OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageFullError, match="free some space"):
        fetched(hub, models)
    hub.breaks_after = None
    fetched(hub, models)
    assert hub.starts == [0, 10_000]


def test_a_folder_that_cannot_be_made_is_said(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageReadOnlyError, match="cannot keep models"):
        fetched(hub, tmp_path / "file" / "models")


def test_two_at_once_do_not_write_the_same_file(hub: FakeHub, models: Path) -> None:
    models.mkdir()
    with FileLock(models / ".pulling.lock"), pytest.raises(InvalidInputError, match="another inkling model pull"):
        fetched(hub, models)
    assert hub.starts == []


def test_without_the_extra_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InklingError, match=r"pip install 'inkling-memory\[llm\]'"):
        pulling.HuggingFace()


# the real thing: a process of its own, huggingface_hub, and a hub on this machine


@pytest.fixture
def server() -> Iterator[HubServer]:
    pytest.importorskip("huggingface_hub")
    with HubServer({"a/b/model.gguf": CONTENT}) as running:
        yield running


def inkling(address: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", "model", "pull", *arguments, "--yes"],
        env={**os.environ, "HF_ENDPOINT": address, "HF_HUB_ETAG_TIMEOUT": "5", **more},
        capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip


def test_a_model_is_fetched_from_a_real_server(server: HubServer, own_home: Path) -> None:
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 0, done.stderr
    assert (own_home / "inkling" / "models" / "model.gguf").read_bytes() == CONTENT
    assert hashlib.sha256(CONTENT).hexdigest() in done.stdout
    assert "opens a network connection: to 127.0.0.1" in done.stderr
    assert {path for _, path, _ in server.asked} == {"/a/b/resolve/main/model.gguf", "/store/a/b/model.gguf"}
    assert not (own_home / ".cache" / "huggingface").exists()


def test_nothing_is_sent_that_says_who_asks(server: HubServer, own_home: Path) -> None:
    (own_home / ".cache" / "huggingface").mkdir(parents=True)
    (own_home / ".cache" / "huggingface" / "token").write_text("hf_of_the_user")
    assert inkling(server.address, "a/b/model.gguf").returncode == 0
    sent = str([headers for _, _, headers in server.asked]).lower()
    assert "hf_of_the_user" not in sent
    assert "authorization" not in sent


def test_a_token_that_the_user_sets_goes_to_the_hub_alone(server: HubServer) -> None:
    assert inkling(server.address, "a/b/model.gguf", HF_TOKEN="hf_meant").returncode == 0
    by_path = {path: {name.lower(): value for name, value in headers.items()} for _, path, headers in server.asked}
    assert by_path["/a/b/resolve/main/model.gguf"]["authorization"] == "Bearer hf_meant"
    assert "authorization" not in by_path["/store/a/b/model.gguf"]


def test_a_connection_that_breaks_is_taken_up_again(server: HubServer, own_home: Path) -> None:
    server.break_after(40_000)
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 0, done.stderr
    assert (own_home / "inkling" / "models" / "model.gguf").read_bytes() == CONTENT
    assert [method for method, _, _ in server.asked].count("GET") == 2


def test_an_earlier_run_is_gone_on_from(server: HubServer, own_home: Path) -> None:
    folder = own_home / "inkling" / "models"
    folder.mkdir(parents=True)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    (folder / f"model.gguf.{sha256[:16]}.part").write_bytes(CONTENT[:60_000])
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 0, done.stderr
    assert (folder / "model.gguf").read_bytes() == CONTENT
    assert [headers.get("Range") for method, _, headers in server.asked if method == "GET"] == ["bytes=60000-"]


def test_a_file_with_another_checksum_is_removed(server: HubServer, own_home: Path) -> None:
    server.alter("a/b/model.gguf")
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 18
    assert "it was removed" in done.stderr
    assert list((own_home / "inkling" / "models").glob("model*")) == []


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("a/b/other.gguf", "has no a/b/other.gguf"),
        ("no/repo/x.gguf", "has no no/repo/x.gguf"),
        ("gated/b/x.gguf", "HF_TOKEN"),
    ],
)
def test_what_the_hub_does_not_give_is_one_sentence(server: HubServer, place: str, said: str) -> None:
    done = inkling(server.address, place)
    assert done.returncode == 18
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_file_without_a_stated_checksum_is_not_fetched(server: HubServer, own_home: Path) -> None:
    server.state_no_checksums()
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 18
    assert "states no checksum" in done.stderr
    assert [method for method, _, _ in server.asked] == ["HEAD"]


def test_no_network_is_one_sentence(server: HubServer) -> None:
    server.close()
    done = inkling(server.address, "a/b/model.gguf")
    assert done.returncode == 18
    assert "cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_who_is_offline_on_purpose_stays_it(server: HubServer) -> None:
    done = inkling(server.address, "a/b/model.gguf", HF_HUB_OFFLINE="1")
    assert done.returncode == 18
    assert "HF_HUB_OFFLINE is set" in done.stderr
    assert server.asked == []
