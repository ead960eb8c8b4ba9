"""Fetching a model file: the one thing in Inkling that opens a network connection, for ``inkling model pull`` alone.

What comes is written beside the models, resumed from there after an interruption, compared with the SHA-256 that the
hub states for the file (it keeps one for every large file), and moved into place only then. The surprising decision:
huggingface_hub does the requests but not the downloading as a whole. Its own download keeps nothing of what was
interrupted, and a model is some gigabytes.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from assistant.llm.gguf_file import read_header
from assistant.llm.pinning import file_sha256
from memory.errors import InvalidInputError, MissingPartError, ModelMissingError, StorageFullError, StorageReadOnlyError

Advance = Callable[[int], None]  # hears how many bytes were done since it last heard
Watch = Callable[[str], AbstractContextManager[Advance]]  # shows how far a stage of that name is

_SPARE_BYTES = 500_000_000  # left free on the disk, for the vault and everything else
_IN_VAIN = 2  # times that nothing came before it is given up
_PAUSE_SECONDS = 1.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,200}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
}  # read by huggingface_hub when it is imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file at a hub, as the hub describes it: where its bytes are, how many, and their SHA-256 as hex."""

    repo: str
    file: str
    url: str
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """What the file is called, without folders."""
        return PurePosixPath(self.file).name


class Hub(Protocol):
    """Where model files are fetched from. Both raise ModelMissingError with one sentence that says what is wrong."""

    host: str

    def find(self, repo: str, file: str) -> Remote:
        """What the hub says of a file."""
        ...

    def send(self, remote: Remote, into: BinaryIO, start: int) -> None:
        """Write the file's bytes from ``start`` on, where ``into`` stands. Passes on OSErrors of ``into``."""
        ...


def pull(hub: Hub, remote: Remote, folder: Path, watch: Watch) -> Path:
    """Have a file of a hub in ``folder``: fetch what is missing of it, check all of it, put it there.

    Raises InvalidInputError where another file of that name is there or it is no GGUF, StorageFullError or
    StorageReadOnlyError where it cannot be kept, and ModelMissingError where it does not come or is not what the hub
    said; then what came is removed, otherwise it is kept and the next call goes on from there.
    """
    with _kept_in(folder), _alone(folder):
        place = folder / remote.name
        if place.exists():
            _expect_same(place, remote, watch)
            return place
        part = folder / f"{remote.name}.{remote.sha256[:16]}.part"
        _fetch(hub, remote, part, watch)
        _expect_whole(part, remote, watch)
        part.replace(place)
        return place


def expect_name(repo: str, file: str) -> None:
    """Raise InvalidInputError unless these can be a repository and a GGUF file in it."""
    names = [*repo.split("/"), *file.split("/")]
    if len(repo.split("/")) != 2 or not all(map(_NAME.fullmatch, names)) or not file.lower().endswith(".gguf"):
        raise InvalidInputError("give a name that inkling model list shows, or OWNER/REPOSITORY/FILE.gguf")


def _fetch(hub: Hub, remote: Remote, part: Path, watch: Watch) -> None:
    """Write what is missing of a file to ``part``."""
    part.touch()
    have = part.stat().st_size
    if have > remote.bytes:
        have = 0
    free = shutil.disk_usage(part.parent).free
    if free < remote.bytes - have + _SPARE_BYTES:
        wants, has = (remote.bytes - have + _SPARE_BYTES) / 1e9, free / 1e9
        raise StorageFullError(f"{part.parent} has {has:.1f} GB free and this takes {wants:.1f} GB; free some space")
    with watch("Fetching") as heard, _Heard(part, have, heard) as into:
        _send(hub, remote, into)
        os.fsync(into.fileno())


def _send(hub: Hub, remote: Remote, into: BinaryIO) -> None:
    """Have the rest of a file sent; where the connection breaks, again, as long as more of it comes."""
    in_vain = 0
    while (start := into.tell()) < remote.bytes:
        try:
            return hub.send(remote, into, start)
        except ModelMissingError:
            in_vain = 0 if into.tell() > start else in_vain + 1
            if in_vain == _IN_VAIN:
                raise
            time.sleep(_PAUSE_SECONDS)
    return None


def _expect_whole(part: Path, remote: Remote, watch: Watch) -> None:
    """Raise, and remove what came, unless it is what the hub said."""
    length = part.stat().st_size
    if length < remote.bytes:
        raise ModelMissingError(f"only {length:,} of {remote.bytes:,} bytes came; run it again to go on from there")
    with watch("Checking") as heard:
        same = length == remote.bytes and file_sha256(part, heard) == remote.sha256
    if not same:
        part.unlink()
        raise ModelMissingError(f"what came is not the {remote.name} that the hub describes; it was removed, try again")
    try:
        read_header(part)
    except InvalidInputError:
        part.unlink()
        raise InvalidInputError(f"{remote.name} is no GGUF file, whatever it is called; it was removed") from None


def _expect_same(place: Path, remote: Remote, watch: Watch) -> None:
    if place.stat().st_size == remote.bytes:
        with watch("Checking") as heard:
            if file_sha256(place, heard) == remote.sha256:
                return
    raise InvalidInputError(
        f"another {remote.name} is there already, or the hub has a newer one; first: inkling model remove {remote.name}"
    )


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """Make the folder, and say what is wrong with the disk in a sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFullError(
                f"the disk of {folder} is full; free some space and run it again, it goes on from there"
            ) from None
        reason = (error.strerror or "it failed").lower()
        raise StorageReadOnlyError(f"cannot keep models in {folder}: {reason}") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else fetches into the folder meanwhile."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - one command needs it

    try:
        with FileLock(folder / ".pulling.lock", timeout=0):
            yield
    except Timeout:
        raise InvalidInputError("another inkling model pull is running; wait for it") from None


class _Heard(io.FileIO):
    """A file that tells of every piece that is written to it or dropped from it."""

    def __init__(self, path: Path, start: int, heard: Advance) -> None:
        super().__init__(path, "r+b")
        super().truncate(start)
        self.seek(start)
        self._heard = heard
        heard(start)

    def write(self, data: Any) -> int:
        """Write all of it."""
        left = memoryview(data)
        while left:
            left = left[super().write(left) :]
        self._heard(len(data))
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """Drop what comes after ``size`` or the position."""
        before = os.fstat(self.fileno()).st_size
        now = super().truncate(size)
        self._heard(now - before)
        return now


class HuggingFace:
    """The hub at huggingface.co, or the one ``HF_ENDPOINT`` names.

    Nothing that identifies the user is sent, unless they set ``HF_TOKEN``, which models behind a form need.
    """

    def __init__(self) -> None:
        os.environ.update(_QUIET)
        try:
            import huggingface_hub as hub  # noqa: PLC0415 - this command alone needs it
            from huggingface_hub import errors, file_download  # noqa: PLC0415
        except ImportError:
            raise MissingPartError(
                "fetching models takes a part that is not installed; pip install 'inkling-memory[llm]'"
            ) from None
        self._hub, self._errors, self._transfer = hub, errors, file_download
        self._token: str | bool = os.environ.get("HF_TOKEN") or False
        self.host = urlsplit(hub.constants.ENDPOINT).hostname or hub.constants.ENDPOINT

    def find(self, repo: str, file: str) -> Remote:
        """What the hub says of a file. Raises ModelMissingError."""
        url = self._hub.hf_hub_url(repo, file)
        with self._explained(f"{repo}/{file}"):
            found = self._hub.get_hf_file_metadata(url, token=self._token)
        if not found.size or not found.etag or not _SHA256.fullmatch(found.etag):
            raise ModelMissingError(f"{self.host} states no checksum for {file}, so it is not fetched")
        return Remote(repo=repo, file=file, url=found.location, sha256=found.etag, bytes=found.size)

    def send(self, remote: Remote, into: BinaryIO, start: int) -> None:
        """Write the file's bytes from ``start`` on. Raises ModelMissingError."""
        elsewhere = urlsplit(remote.url).hostname != self.host  # large files lie at others, who get no token
        headers = {"authorization": f"Bearer {self._token}"} if self._token and not elsewhere else {}
        with self._explained(f"{remote.repo}/{remote.file}"):
            self._transfer.http_get(remote.url, into, resume_size=start, headers=headers, expected_size=remote.bytes)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors.GatedRepoError:
            raise ModelMissingError(
                f"{what} is behind a form; fill it in at {self.host} and set HF_TOKEN, or take another model"
            ) from None
        except (self._errors.RepositoryNotFoundError, self._errors.EntryNotFoundError):
            raise ModelMissingError(
                f"{self.host} has no {what}; look it up there, or see: inkling model list"
            ) from None
        except self._errors.OfflineModeIsEnabled:
            raise ModelMissingError("HF_HUB_OFFLINE is set, so nothing is fetched; unset it for this command") from None
        except self._errors.HfHubHTTPError as error:
            status = getattr(error.response, "status_code", None)
            raise ModelMissingError(f"{self.host} refuses {what} (HTTP {status}); try again later") from None
        except self._broken():
            raise ModelMissingError(f"{self.host} cannot be reached, or the connection broke; {_AGAIN}") from None
        except OSError as error:
            if error.errno is not None:
                raise  # the disk's
            raise ModelMissingError(f"the connection to {self.host} broke; {_AGAIN}") from None

    def _broken(self) -> tuple[type[Exception], ...]:
        """What the HTTP library raises, which is another one with every other version of huggingface_hub."""
        found = (
            getattr(sys.modules.get(module), name, None)
            for module, name in (("httpx2", "HTTPError"), ("httpx", "HTTPError"), ("requests", "RequestException"))
        )
        return tuple(kind for kind in found if kind is not None)


_AGAIN = "run it again, it goes on from where it was"
