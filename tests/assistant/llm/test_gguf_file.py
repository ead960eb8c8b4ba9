"""What a GGUF file says of itself is read soundly, and one that lies about itself is refused, at once."""

from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from gguf_headers import ARRAY, PROJECTOR, QWEN, TEXT, Raw, array, header, tensor, text, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.llm.gguf_file import expect_projector, expect_writer, read_header
from memory.errors import InvalidInputError, ModelMissingError


def test_a_header_says_what_the_model_is(tmp_path: Path) -> None:
    found = read_header(written(tmp_path))
    assert (found.architecture, found.name, found.quantization) == ("qwen3", "Qwen3 0.6B Instruct", "q4_k_m")
    assert (found.trained_context, found.layers, found.vocabulary) == (40_960, 28, 3)
    assert found.cached_numbers == 28 * 8 * (128 + 128)
    assert found.has_chat_template
    expect_writer(found, "model.gguf")


def test_an_older_version_of_the_format_is_read_too(tmp_path: Path) -> None:
    assert read_header(written(tmp_path, version=2)).layers == 28


def test_a_file_made_by_the_gguf_package_is_read() -> None:
    pytest.importorskip("gguf")
    import ggufs  # noqa: PLC0415 - it needs that package

    found = read_header(ggufs.tiny())
    expect_writer(found, "tiny.gguf")
    assert (found.architecture, found.layers, found.trained_context) == ("llama", ggufs.LAYERS, ggufs.CONTEXT)
    assert found.vocabulary == ggufs.tokenizer().get_vocab_size()
    assert found.cached_numbers == ggufs.LAYERS * 2 * ggufs.WIDTH
    assert read_header(ggufs.projector()).architecture == "clip"


def test_a_file_of_which_the_last_third_is_missing_is_cut_short() -> None:
    pytest.importorskip("gguf")
    import ggufs  # noqa: PLC0415 - it needs that package

    with pytest.raises(InvalidInputError, match="cut short"):
        read_header(ggufs.truncated())


def test_heads_are_as_wide_as_the_model_allows_where_it_does_not_say(tmp_path: Path) -> None:
    values = {key: value for key, value in QWEN.items() if "_length" not in key or "context" in key or "embed" in key}
    assert read_header(written(tmp_path, values=values)).cached_numbers == 28 * 8 * (64 + 64)


def test_of_heads_that_differ_by_layer_the_most_count(tmp_path: Path) -> None:
    values = QWEN | {"qwen3.attention.head_count_kv": [2, 8, 4]}
    assert read_header(written(tmp_path, values=values)).cached_numbers == 28 * 8 * 256


def test_the_vocabulary_is_counted_and_not_kept(tmp_path: Path) -> None:
    many = 60_000
    path = written(tmp_path, values=QWEN | {"tokenizer.ggml.tokens": array(TEXT, many, text("a token") * many)})
    tracemalloc.start()
    try:
        found = read_header(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.vocabulary == many
    assert peak < 300_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no GGUF file"),
        (b"GG", "is no GGUF file"),
        (b"Dear Ana, this is a letter", "is no GGUF file"),
        (b"GGUF", "cut short"),
        (header()[:-1], "cut short"),
        (header()[: len(header()) // 2], "cut short"),
        (header(version=1), "version 1, older"),
        (header(version=4), "version 4, newer"),
        (header(version=3, order=">"), "big-endian"),
        (header(entries=2**63), "damaged"),
        (header(tensors=2**63), "damaged"),
        (header(entries=len(QWEN) + 1), "cut short"),
        (header({"general.architecture": Raw(99, b"")}), "damaged"),
        (header({"k": Raw(TEXT, struct.pack("<Q", 2**64 - 1))}), "damaged"),
        (header({"k": Raw(TEXT, struct.pack("<Q", 1 << 20))}), "damaged"),
        (header({"k": array(TEXT, 2**61)}), "damaged"),
        (header({"k": array(4, 2**62)}), "damaged"),
        (header({"k": array(TEXT, 1, struct.pack("<Q", 2**60))}), "damaged"),
        (header({"k": array(ARRAY, 1)}), "damaged"),
        (header({"k": array(77, 1)}), "damaged"),
    ],
)
def test_what_is_no_sound_gguf_is_refused_with_a_reason(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=said) as refused:
        read_header(path)
    assert "model.gguf" in str(refused.value)


@pytest.mark.parametrize(
    ("weights", "after"),
    [
        ([tensor("a", (32, 2), 0, 0)], 256),
        ([tensor("a", (32, 2), 0, 256), tensor("b", (256,), 12, 0)], 512),
        ([tensor("a", (7,), 0, 0), tensor("b", (1,), 24, 32)], 33),
        ([tensor("a", (3, 5, 2), 1, 0)], 60),
        ([tensor("a", (256, 2), 999, 64)], 64),
        ([tensor("a", (), 0, 64)], 68),
    ],
    ids=["floats", "blocks", "padded", "three dimensions", "a type that is not known", "one number"],
)
@pytest.mark.parametrize("alignment", [None, 64])
def test_a_file_must_hold_the_weights_it_lists(
    tmp_path: Path, weights: list[bytes], after: int, alignment: int | None
) -> None:
    values = QWEN | ({"general.alignment": alignment} if alignment else {})
    head = header(values, tensors=len(weights)) + b"".join(weights)
    path = tmp_path / "model.gguf"
    whole = head.ljust(-(-len(head) // (alignment or 32)) * (alignment or 32), b"\0") + b"w" * after
    path.write_bytes(whole)
    assert read_header(path).layers == 28
    path.write_bytes(whole[:-1])
    with pytest.raises(InvalidInputError, match=rf"cut short: it has {len(whole) - 1:,} of {len(whole):,} bytes"):
        read_header(path)


@pytest.mark.parametrize(
    "weights",
    [b"", tensor("a", (1,), 0, 0)[:-1], tensor("a", (1,) * 9, 0, 0), tensor("a", (2**40, 2**40), 0, 0),
     tensor("a", (1,), 0, 2**63), struct.pack("<Q", 2**62)],
    ids=["none", "half a one", "dimensions", "numbers", "an offset", "a name"],
)  # fmt: skip
def test_a_list_of_weights_that_makes_no_sense_is_refused(tmp_path: Path, weights: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(header(tensors=1) + weights)
    with pytest.raises(InvalidInputError, match="cut short or damaged"):
        read_header(path)


def test_a_header_longer_than_any_header_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A sparse file may be as long as it likes; what it claims for its header is not read."""
    path = tmp_path / "model.gguf"
    path.write_bytes(header({"k": array(0, 2**38)}))
    with path.open("r+b") as file:
        file.truncate(2**39)
    with pytest.raises(InvalidInputError, match="makes no sense"):
        read_header(path)


@given(changes=st.lists(st.tuples(st.integers(4, len(header()) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    whole = bytearray(header())
    for at, byte in changes:
        whole[at] = byte
    path = tmp_path / "model.gguf"
    path.write_bytes(whole)
    with suppress(InvalidInputError):
        expect_writer(read_header(path), path.name)


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="there is no file"):
        read_header(tmp_path / "model.gguf")
    with pytest.raises(ModelMissingError, match="cannot read"):
        read_header(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"general.architecture": "nomic-bert"}, "writes none"),
        ({"general.architecture": "clip"}, "--projector"),
        ({"general.type": "mmproj"}, "--projector"),
        ({"general.type": "adapter"}, "no model of its own"),
        ({"split.count": 3}, "one of 3 parts"),
        ({"tokenizer.ggml.model": ""}, "no tokenizer"),
        ({"tokenizer.ggml.tokens": []}, "no tokenizer"),
        ({"qwen3.block_count": 0}, "shape"),
        ({"general.architecture": "other"}, "shape"),
        (
            {"qwen3.attention.head_count": "many", "qwen3.attention.head_count_kv": "more", "qwen3.block_count": -1.5},
            "shape",
        ),
    ],
)
def test_a_model_that_does_not_write_text_is_told_apart(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    found = read_header(written(tmp_path, values=QWEN | change))
    with pytest.raises(InvalidInputError, match=said):
        expect_writer(found, "model.gguf")


def test_a_hostile_kind_is_not_repeated(tmp_path: Path) -> None:
    found = read_header(written(tmp_path, values=QWEN | {"general.type": "\x1b[2Jowned" + "x" * 500}))
    with pytest.raises(InvalidInputError) as refused:
        expect_writer(found, "model.gguf")
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 150


def test_a_projector_is_told_from_a_model(tmp_path: Path) -> None:
    expect_projector(read_header(written(tmp_path, values=PROJECTOR)), "mmproj.gguf")
    with pytest.raises(InvalidInputError, match="no projector"):
        expect_projector(read_header(written(tmp_path)), "model.gguf")
