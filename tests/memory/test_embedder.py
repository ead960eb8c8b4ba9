"""The shipped embedder: any text, always the same vector, nothing loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from memory.embedder import default_embedder, load_embedder
from memory.embedder.onnx import FOLDER, MODEL, TOKENIZER, MiniLM
from memory.embedder.text import MOST_CHARACTERS, tokenizable
from memory.errors import InvalidInputError, MissingPartError, ModelMissingError

if TYPE_CHECKING:
    from pathlib import Path

    from memory.embedder import Embedder

any_text = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return default_embedder()


def test_vectors_have_unit_length_and_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["a cat on a mat", "interest rates", "a cat on a mat", "a kitten on a rug"]
    vectors = embedder.embed(texts)
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[2])
    assert vectors[0] @ vectors[3] > vectors[0] @ vectors[1] + 0.3


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_meaning_outweighs_shared_words(embedder: Embedder) -> None:
    question, answer, decoy = embedder.embed(
        ["Where does she work?", "Her job is at the hospital in Leeds.", "Where does this path lead?"]
    )
    assert question @ answer > question @ decoy


def test_vectors_are_those_of_the_original_model(embedder: Embedder) -> None:
    # Cosines of these pairs under all-MiniLM-L6-v2 in float32, with sentence-transformers 6.2.
    pairs = {
        ("The user is a vegetarian.", "I stopped eating meat years ago"): 0.398,
        ("The user lives in Porto.", "my flat in Porto is freezing"): 0.382,
        ("see you at six", "The invoice is overdue."): 0.069,
    }
    for (one, other), expected in pairs.items():
        first, second = embedder.embed([one, other])
        # int8 products saturate a little on processors without VNNI: 0.359 instead of 0.382 for the second pair
        assert float(first @ second) == pytest.approx(expected, abs=0.03)


@settings(max_examples=60, deadline=None)
@given(st.lists(any_text, min_size=1, max_size=12))
@example(["", "\x00", "\ud800", "\ud83d\ude00", "\ufffe", "𓀀", "a" * 5000, " \n\t"])
def test_any_text_has_a_vector_that_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    embedder = default_embedder()
    together = embedder.embed(texts)
    assert np.isfinite(together).all()
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(embedder.embed([text])[0], vector)


def test_a_megabyte_counts_by_its_beginning(embedder: Embedder) -> None:
    text = "the harbour was full of boats that morning " * 25_000
    one, other, indented = embedder.embed([text, text[:5000] + "unrelated " * 100_000, " " * 5000 + text])
    assert np.array_equal(one, other)
    assert np.array_equal(one, indented)


@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_a_tokenizable_text_is_valid_unicode_and_otherwise_unchanged(text: str) -> None:
    clean = tokenizable(text)
    clean.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert clean == text


def test_halves_of_one_character_are_joined() -> None:
    assert tokenizable("\ud83d\ude00 and \ud83d") == "😀 and \ufffd"


def test_the_cut_leaves_the_beginning_of_the_text_itself() -> None:
    assert tokenizable("b" * 100_000) == "b" * MOST_CHARACTERS
    assert tokenizable(" " * 20_000 + "b" * 100_000) == "b" * MOST_CHARACTERS


def test_threads_share_one_embedder(embedder: Embedder) -> None:
    texts = [f"message number {number} about the garden" for number in range(40)]
    expected = embedder.embed(texts)
    fresh = MiniLM(threads=2)
    with ThreadPoolExecutor(6) as pool:
        for vectors in pool.map(lambda _: fresh.embed(texts), range(6)):
            assert np.array_equal(vectors, expected)


def test_how_many_threads_work_does_not_change_a_vector(embedder: Embedder) -> None:
    texts = [f"{'very ' * (number % 7)}long message {number}" for number in range(30)]
    assert np.array_equal(MiniLM(threads=1).embed(texts), MiniLM(threads=4).embed(texts))


def test_the_default_embedder_is_one_object() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len({id(embedder) for embedder in pool.map(lambda _: default_embedder(), range(8))}) == 1


def _copy_of_the_model(folder: Path) -> Path:
    for name in (MODEL, TOKENIZER):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    return folder


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_an_altered_model_file_is_refused(tmp_path: Path, name: str) -> None:
    path = _copy_of_the_model(tmp_path) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelMissingError, match="not the file this version"):
        MiniLM(tmp_path).embed(["hello"])


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_a_missing_model_file_is_named(tmp_path: Path, name: str) -> None:
    (_copy_of_the_model(tmp_path) / name).unlink()
    with pytest.raises(ModelMissingError, match=name):
        MiniLM(tmp_path).embed(["hello"])


def test_a_model_that_was_missing_works_once_it_is_there(tmp_path: Path) -> None:
    embedder = MiniLM(tmp_path)
    with pytest.raises(ModelMissingError):
        embedder.embed(["hello"])
    _copy_of_the_model(tmp_path)
    assert embedder.embed(["hello"]).shape == (1, 384)


def test_unknown_embedders_are_refused_with_the_known_ones() -> None:
    for spec in ("", "mini", "sentence-transformers:", "openai:ada"):
        with pytest.raises(InvalidInputError, match="minilm"):
            load_embedder(spec)


def test_different_models_have_different_spaces() -> None:
    assert load_embedder("minilm").name == default_embedder().name
    assert load_embedder("sentence-transformers:some/model").name != default_embedder().name


def test_another_model_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingPartError, match=r"inkling-memory\[sentence-transformers\]"):
        load_embedder("sentence-transformers:some/model").embed(["hello"])


def test_a_missing_runtime_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingPartError, match="reinstall"):
        MiniLM().embed(["hello"])


_DEFERRED = """
import sys
from memory.embedder import default_embedder
heavy = {"numpy", "onnxruntime", "tokenizers"}
embedder = default_embedder()
assert embedder.name and embedder.dimensions
print(sorted(heavy & set(sys.modules)))
embedder.embed(["hello"])
print(sorted(heavy & set(sys.modules)))
"""


def test_nothing_heavy_is_imported_before_the_first_text_and_nothing_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _DEFERRED], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["[]", "['numpy', 'onnxruntime', 'tokenizers']"]
    assert done.stderr == ""


class TestSentenceTransformers:
    """The backend for other models, over a model small enough to be made here."""

    @pytest.fixture(scope="class")
    def model(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return _small_model(tmp_path_factory.mktemp("model"))

    @pytest.mark.filterwarnings("ignore")  # other people's deprecations
    def test_it_embeds_any_text_with_the_same_promises(self, model: Path) -> None:
        embedder = load_embedder(f"sentence-transformers:{model}")
        vectors = embedder.embed(["one two", "", "\ud800", "three\x00", "one two"])
        assert vectors.shape == (5, embedder.dimensions)
        assert vectors.dtype == np.float32
        assert np.array_equal(vectors[0], vectors[4])
        assert embedder.embed([]).shape == (0, embedder.dimensions)

    @pytest.mark.filterwarnings("ignore")
    def test_a_model_that_is_not_on_disk_is_not_fetched(self) -> None:
        pytest.importorskip("sentence_transformers")
        with pytest.raises(ModelMissingError, match="downloads nothing"):
            load_embedder("sentence-transformers:nobody/no-such-model").embed(["hello"])


def _small_model(folder: Path) -> Path:
    """A bag of 16-dimensional word vectors under the shipped vocabulary."""
    library = pytest.importorskip("sentence_transformers")
    modules = pytest.importorskip("sentence_transformers.sentence_transformer.modules")
    weights = np.random.default_rng(1).standard_normal((30_522, 16), dtype=np.float32)
    words = modules.StaticEmbedding(Tokenizer.from_file(str(FOLDER / TOKENIZER)), embedding_weights=weights)
    library.SentenceTransformer(modules=[words], device="cpu").save_pretrained(str(folder), create_model_card=False)
    return folder
