"""The list of models is complete, honest about licences, and knows what suits a machine."""

from __future__ import annotations

import pytest

from assistant.llm.catalogue import CATALOGUE, listed, split_place, suggested, suits
from assistant.llm.pulling import expect_name
from memory.errors import InvalidInputError

GB = 10**9


def test_names_are_plain_and_unique() -> None:
    names = [model.name for model in CATALOGUE]
    assert len(set(names)) == len(names)
    assert all(name == name.lower().strip() and "/" not in name for name in names)
    assert len({model.file for model in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_every_entry_can_be_fetched_and_says_what_it_takes(model) -> None:
    expect_name(model.repo, model.file)
    assert split_place(model.place) == (model.repo, model.file)
    assert model.licence
    assert model.good_for
    assert model.download_bytes < model.memory_bytes < model.download_bytes + 3 * GB
    assert listed(model.name.upper() + " ") is model


@pytest.mark.parametrize("model", [m for m in CATALOGUE if m.name.startswith(("llama", "gemma"))], ids=lambda m: m.name)
def test_licences_with_conditions_say_so(model) -> None:
    assert "conditions" in model.licence


def test_a_small_machine_is_told_what_does_not_suit_it() -> None:
    assert suits(2 * GB, 8 * GB) == "well"
    assert suits(6 * GB, 8 * GB) == "barely"
    assert suits(8 * GB, 8 * GB) == "no"


@pytest.mark.parametrize("machine", [4 * GB, 8 * GB, 16 * GB, 64 * GB])
def test_what_is_suggested_suits_the_machine_and_is_free(machine: int) -> None:
    first = suggested(machine)
    assert first is not None
    assert suits(first.memory_bytes, machine) == "well"
    assert first.licence == "Apache 2.0"
    assert first.memory_bytes < 5 * GB


def test_nothing_is_suggested_to_a_machine_with_too_little_memory() -> None:
    assert suggested(2 * GB) is None


def test_nothing_is_suggested_where_nothing_fits() -> None:
    assert suggested(GB) is None


@pytest.mark.parametrize("place", ["", "qwen3", "a/b", "a/b/c.bin", "a//c.gguf", "a/b/../../c.gguf", "/b/c.gguf"])
def test_what_is_no_place_is_none(place: str) -> None:
    assert split_place(place) is None


def test_an_address_of_the_hub_is_a_place_too() -> None:
    assert split_place("https://huggingface.co/a/b/c.gguf") == ("a/b", "c.gguf")
    assert split_place("a/b/quants/c.gguf") == ("a/b", "quants/c.gguf")


@pytest.mark.parametrize(
    "names", [("a", "b.gguf"), ("a/b", "../b.gguf"), ("a/b", ".gguf"), ("a/b", "b.bin"), ("-/b", "b.gguf")]
)
def test_names_that_are_no_names_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        expect_name(*names)
