"""Importers against bytes nobody meant to write: valid exports bent in every way, and noise.

Nothing but Inkling's own errors may come out, every observation that does is sound, and none takes long. The quick
tests run always. The soak runs INKLING_FUZZ_SECONDS a format (60 unless told) and prints the seed of what it finds.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.errors import InklingError
from memory.records import Observation
from observers.chat import Problem, open_export

SLOWEST_SECONDS = 20
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
SPLICES = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\\", b'"', b"[", b"]",
    b"{", b"}", b",", b"[" * 300, b'{"a":' * 300, b"9" * 400, b"-", b"1e999", b"NaN", b"null", b"\n", b"\r\n",
    b"\r", b"\n\n", b"x" * 5000, "\u200e".encode(), "\u202f".encode(), "\u2028".encode(), "\ufeff".encode(),
    "٣".encode(), b": ", b" - ", b"99/99/99", b"12/03/24, 10:15 - Ana: ", b"[3/13/24, 9:00:00 AM] Bob: ",
    b"\nFrom x Mon Jan  1 00:00:00 2024\n", b"From: ", b">",
    b"\nContent-Type: multipart/mixed; boundary=\"x\"\n", b"\n--x\n", b"\n--x--\n", b"charset=utf-7",
    b"=?utf-8?q?=ff?=", b"=?punycode?b?AAAA?=", b"\nContent-Type: text/html; charset=unknown\n\n",
    b"<blockquote>", b"<!--", b"<![", b"</p>", b"&#xD800;", b"Content-Transfer-Encoding: base64\n",
    b"\nOn Monday Ana wrote:\n", b"PK\x03\x04", b"PK\x05\x06", b"<@U1|",
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 2**40, 2**70, 1.5, 1e300, float("nan"), float("inf"), "", " ", "x", "\x00", "\ud800",
    "\u200e", "2024-03-13", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "1e400", "-1", "n0", [], [[]], {},
    {"": ""}, ["a", 1, None], [{"type": "text", "text": 5}], {"text": "x", "type": "text"},
]  # fmt: skip


def bend(rng: random.Random, data: bytes, depth: int = 0) -> bytes:
    """A variation of ``data``: inside its zip, on its JSON values, or on its bare bytes."""
    kind = rng.random()
    if data.startswith(b"PK") and depth == 0 and kind < 0.75:
        try:
            return _bend_zip(rng, data)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
            return _bend_bytes(rng, data)  # bent already
    if kind < 0.5:
        for attempt in (_bend_json, _bend_json_lines):
            try:
                return attempt(rng, data)
            except (ValueError, RecursionError):
                continue
    return _bend_bytes(rng, data)


def _bend_zip(rng: random.Random, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", rng.choice([0, 8])) as new:
        for info in old.infolist():
            member = old.read(info)
            if rng.random() < 0.1:
                continue
            name = (
                info.filename
                if rng.random() < 0.9
                else rng.choice(["../x.json", "users.json", "a/2024-01-01.json", "_chat.txt"])
            )
            if name not in new.namelist():
                new.writestr(name, bend(rng, member, 1) if rng.random() < 0.5 else member)
    return buffer.getvalue()


def _bend_json(rng: random.Random, data: bytes) -> bytes:
    value = json.loads(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        value = _bend_value(rng, value)
    return json.dumps(value).encode()


def _bend_json_lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = _bend_json(rng, lines[at])
    return b"\n".join(lines)


def _bend_value(rng: random.Random, value: object) -> object:
    """``value`` with one value somewhere inside exchanged, dropped or repeated."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.15:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _bend_value(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        inner = [_bend_value(rng, value[at])] * rng.choice([1, 1, 1, 0, 2, 50])
        return value[:at] + inner + value[at + 1 :]
    return rng.choice(VALUES)


def _bend_bytes(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.choice([1, 1, 2, 5])):
        a, b = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
        b = b if rng.random() < 0.3 else min(b, a + 40)
        data = rng.choice(BENDS)(rng, data, a, b)
    return data


BENDS: list[Callable[[random.Random, bytes, int, int], bytes]] = [
    lambda rng, data, a, b: data[:a],
    lambda rng, data, a, b: data[:a] + data[b:],
    lambda rng, data, a, b: data[:b] + data[a:b] * rng.choice([1, 2, 30]) + data[b:],
    lambda rng, data, a, b: data[:a] + rng.choice(SPLICES) * rng.choice([1, 1, 3, 200]) + data[a:],
    lambda rng, data, a, b: data[:a] + rng.randbytes(b - a) + data[b:],
    lambda rng, data, a, b: (
        data[:a] + bytes(byte ^ (1 << rng.randrange(8)) for byte in data[a : a + 3]) + data[a + 3 :]
    ),
]


def check_sound(data: bytes, path: Path, me: frozenset[str]) -> int:
    """Read ``data`` as an export in every way there is; how many observations came out."""
    path.write_bytes(data)
    problems: list[Problem] = []
    count = 0
    began = time.process_time()
    try:
        export = open_export(path, zone=UTC)
        names = [*export.speakers(), *export.owner()]
        assert all(isinstance(name, str) and name for name in names)
        for observation in export.observations(me=me, on_problem=problems.append):
            check_observation(observation)
            count += 1
        assert 0 <= export.bytes_read <= export.bytes_total
    except InklingError:
        pass  # what a user is told
    assert all(p.position and p.reason and len(p.reason) < 120 for p in problems)
    assert time.process_time() - began < SLOWEST_SECONDS
    return count


def check_observation(o: Observation) -> None:
    assert o.text.strip()
    assert "\x00" not in o.text
    assert EARLIEST <= o.at < LATEST
    assert o.key
    assert o.source
    assert o.speaker != ""
    for value in (o.text, o.key, o.thread, o.title, o.speaker, o.app, o.source):
        assert value is None or value.encode("utf-8") is not None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_a_bent_export_gives_sound_observations_or_a_problem(sample, tmp_path, turns, rng):
    check_sound(bend(rng, sample.write(turns)), tmp_path / "export", sample.me)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(head=st.sampled_from([b"", *SPLICES]), data=st.binary(max_size=300))
def test_noise_is_no_export_and_no_crash(tmp_path, head, data):
    check_sound(head + data, tmp_path / "export", frozenset({"Ana"}))


@pytest.mark.slow
def test_a_long_soak_finds_nothing(sample, tmp_path, turns):
    seconds = float(os.environ.get("INKLING_FUZZ_SECONDS", "60"))
    first = int(os.environ.get("INKLING_FUZZ_SEED", str(zlib.crc32(sample.file_name.encode()))))
    whole = sample.write([*turns, None, *turns])
    ends = time.process_time() + seconds
    seed = first
    observations = 0
    while time.process_time() < ends:
        seed += 1
        rng = random.Random(seed)
        data = whole
        for _ in range(rng.choice([1, 1, 2, 4])):
            data = bend(rng, data)
        try:
            observations += check_sound(data, tmp_path / "export", sample.me)
        except BaseException:
            sys.stderr.write(f"INKLING_FUZZ_SEED={seed - 1} breaks {sample}\n")
            raise
    sys.stdout.write(f"{sample}: {seed - first} exports, {observations} observations, {seconds:.0f} s\n")
    assert observations
