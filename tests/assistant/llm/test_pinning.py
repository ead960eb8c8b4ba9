"""A model file is what it was when it was chosen, or it is not used; and its memory is reckoned before it is loaded."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from gguf_headers import PROJECTOR, QWEN, written

from assistant.llm import pinning
from assistant.llm.gguf_file import read_header
from memory.errors import InvalidInputError, ModelMissingError

GB = 10**9


def test_pinning_keeps_the_checksum_and_the_length_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    chosen = pinning.pin(path)
    assert chosen.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (chosen.path, chosen.bytes, chosen.projector) == (str(path), path.stat().st_size, None)
    pinning.check(chosen)


def test_a_relative_path_is_kept_as_an_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert pinning.pin("model.gguf").path == str(tmp_path / "model.gguf")


def test_progress_hears_of_every_byte_of_both_files(tmp_path: Path) -> None:
    heard: list[int] = []
    path, eye = written(tmp_path), written(tmp_path, "mmproj.gguf", PROJECTOR)
    chosen = pinning.pin(path, eye, heard.append)
    assert sum(heard) == path.stat().st_size + eye.stat().st_size
    assert chosen.projector == str(eye)
    assert chosen.projector_sha256 == hashlib.sha256(eye.read_bytes()).hexdigest()


def test_a_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    chosen = pinning.pin(written(tmp_path))
    chosen.file.unlink()
    with pytest.raises(ModelMissingError, match="is not there"):
        pinning.check(chosen)


def test_a_file_of_another_length_is_refused_without_reading_it(tmp_path: Path) -> None:
    chosen = pinning.pin(written(tmp_path))
    with chosen.file.open("ab") as file:
        file.write(b"x")
    heard: list[int] = []
    with pytest.raises(ModelMissingError, match="not what it was") as refused:
        pinning.check(chosen, heard.append)
    assert heard == []
    assert str(refused.value).endswith(f"inkling model use {chosen.path}")


def test_one_altered_byte_is_noticed_whatever_the_date_says(tmp_path: Path) -> None:
    chosen = pinning.pin(written(tmp_path))
    before, whole = chosen.file.stat(), bytearray(chosen.file.read_bytes())
    whole[-3] ^= 1
    chosen.file.write_bytes(whole)
    os.utime(chosen.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelMissingError, match="inkling model use"):
        pinning.check(chosen)


def test_an_altered_projector_is_noticed_too(tmp_path: Path) -> None:
    chosen = pinning.pin(written(tmp_path), written(tmp_path, "mmproj.gguf", PROJECTOR))
    written(tmp_path, "mmproj.gguf", PROJECTOR | {"general.name": "another"})
    with pytest.raises(ModelMissingError, match=r"mmproj\.gguf is not what it was") as refused:
        pinning.check(chosen)
    assert str(refused.value).endswith(f"inkling model use {chosen.path} --projector {chosen.projector}")


def test_a_path_with_spaces_is_quoted_in_what_to_try(tmp_path: Path) -> None:
    chosen = pinning.pin(written(tmp_path, "my model.gguf"))
    chosen.file.write_bytes(b"GGUF")
    with pytest.raises(ModelMissingError, match=r'use ".*my model\.gguf"$'):
        pinning.check(chosen)


def test_a_model_in_the_place_of_a_projector_is_refused_and_the_other_way_round(tmp_path: Path) -> None:
    path, eye = written(tmp_path), written(tmp_path, "mmproj.gguf", PROJECTOR)
    with pytest.raises(InvalidInputError, match="no projector"):
        pinning.pin(path, path)
    with pytest.raises(InvalidInputError, match="--projector"):
        pinning.pin(eye)


def test_memory_is_the_file_the_cache_and_the_buffers(tmp_path: Path) -> None:
    """Qwen3 1.7B: 28 layers of 8 heads with 2 times 128 numbers for each token."""
    path = written(tmp_path)
    short, long = (pinning.needed_bytes(path, context) for context in (2048, 4096))
    assert long - short == 2048 * 28 * 8 * 256 * 2
    assert short > path.stat().st_size + 2048 * 28 * 8 * 256
    assert pinning.needed_bytes(pinning.pin(path), 4096) == long


def test_a_projector_takes_memory_too(tmp_path: Path) -> None:
    path, eye = written(tmp_path), written(tmp_path, "mmproj.gguf", PROJECTOR)
    more = pinning.needed_bytes(pinning.pin(path, eye)) - pinning.needed_bytes(pinning.pin(path))
    assert more >= eye.stat().st_size


def test_what_exceeds_the_machine_is_refused_with_both_figures() -> None:
    pinning.expect_to_fit(8 * GB, 8 * GB, "qwen3-8b")
    with pytest.raises(InvalidInputError, match=r"qwen3-8b takes about 8\.1 GB of memory and this machine has 8\.0 GB"):
        pinning.expect_to_fit(8 * GB + 10**8, 8 * GB, "qwen3-8b")


def test_this_machine_has_some_memory() -> None:
    assert pinning.machine_bytes() > 100_000_000


@pytest.mark.parametrize(
    ("own", "kind", "file", "name"),
    [
        ("Qwen3 1.7B", 15, "x.gguf", "qwen3-1.7b-q4_k_m"),
        ("Qwen3-1.7B-Q4_K_M", 15, "x.gguf", "qwen3-1.7b-q4_k_m"),
        ("Qwen3", 999, "x.gguf", "qwen3"),
        ("", 7, "My Model-Q8_0.gguf", "my-model-q8_0"),
        ("", 999, "Модель.gguf", "model"),
        ("Модель 7", 2, "x.gguf", "7-q4_0"),
        ("a\x1b[31m\n+b", 999, "x.gguf", "a-31m-b"),
        ("x" * 500, 999, "x.gguf", "x" * 64),
    ],
)
def test_provenance_names_a_model_in_plain_characters(
    tmp_path: Path, own: str, kind: int, file: str, name: str
) -> None:
    path = written(tmp_path, file, QWEN | {"general.name": own, "general.file_type": kind})
    assert pinning.name_of(read_header(path), path) == name
    assert pinning.pin(path).name == name
