"""What a measurement of a model says follows from two calls, and measuring leaves no process behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes import FakeModel
from gguf_headers import written

from assistant.llm import bench, pinning
from assistant.llm.bench import Measured, measure
from assistant.llm.chosen import ChosenModel
from assistant.llm.model import Generated
from memory.errors import ModelFailedError, ModelMissingError

CHOSEN = ChosenModel(name="tiny", path="/models/tiny.gguf", sha256="0" * 64, bytes=1)


class FakeHost:
    """A host of one fake model; ``hosts`` are all that were made."""

    hosts: list[FakeHost] = []  # noqa: RUF012 - emptied by the fixture
    served: FakeModel | None = None

    def __init__(self, chosen: Any) -> None:
        assert chosen() == CHOSEN
        self.closed = False
        FakeHost.hosts.append(self)

    def model(self) -> FakeModel | None:
        return FakeHost.served

    def status(self) -> dict[str, Any]:
        return {"reason": "it is not there", "memory_bytes": 500}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    monkeypatch.setattr(bench, "ModelHost", FakeHost)
    FakeHost.hosts, FakeHost.served = [], FakeModel()
    return FakeHost.served


def generated(prompt: int, cached: int, first: float, tokens: int, seconds: float) -> Generated:
    took: dict[str, Any] = {"tokens": tokens, "first_seconds": first, "seconds": seconds}
    return Generated(text="", end="length", prompt_tokens=prompt, cached_tokens=cached, **took)


def test_speeds_follow_from_two_calls() -> None:
    found = Measured(
        name="m",
        load_seconds=1.0,
        first=generated(600, 0, 6.0, 65, 9.2),
        second=generated(620, 500, 1.2, 65, 4.4),
        window_tokens=600,
    )
    assert found.read_per_second == pytest.approx(100)
    assert found.written_per_second == pytest.approx(20)
    assert found.prompt_work_ratio == pytest.approx(5)
    assert found.messages_per_minute == pytest.approx(60 * 24 / (6 + 12))


def test_a_model_that_wrote_nothing_does_not_divide_by_zero() -> None:
    nothing = generated(600, 600, 0.0, 0, 0.0)
    found = Measured(name="m", load_seconds=1.0, first=nothing, second=nothing, window_tokens=600)
    assert (found.read_per_second, found.written_per_second, found.messages_per_minute) == (0, 0, 0)


def test_both_calls_share_their_constant_part_and_nothing_else(model: FakeModel) -> None:
    model.enqueue("abc")
    model.enqueue("def")
    found = measure(CHOSEN)
    first, second = model.prompts
    assert first.system == second.system
    assert first.user.splitlines()[0] == second.user.splitlines()[0]
    assert not set(first.user.splitlines()[1:]) & set(second.user.splitlines())
    assert found.window_tokens > 3 * max(map(len, (first.user, second.user))) // 4
    assert found.memory_bytes == 500
    assert [host.closed for host in FakeHost.hosts] == [True]


def test_a_model_that_breaks_leaves_no_process(model: FakeModel) -> None:
    model.enqueue(ModelFailedError("it broke"))
    with pytest.raises(ModelFailedError):
        measure(CHOSEN)
    assert [host.closed for host in FakeHost.hosts] == [True]


def test_a_model_that_cannot_be_run_says_why(model: FakeModel) -> None:
    FakeHost.served = None
    with pytest.raises(ModelMissingError, match="it is not there"):
        measure(CHOSEN)


def test_a_real_model_is_measured() -> None:
    """A tiny one, with llama.cpp: the second call finds the constant part in the cache."""
    pytest.importorskip("llama_cpp")
    import ggufs  # noqa: PLC0415 - it needs a package that the extra brings

    found = measure(pinning.pin(ggufs.tiny(endless=True)))
    assert found.first.cached_tokens == 0
    assert found.second.cached_tokens > 0.5 * found.second.prompt_tokens
    assert found.first.tokens == bench.WRITTEN_TOKENS
    assert found.messages_per_minute > 0
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    assert not [child for child in alive if "assistant.llm.worker" in " ".join(child.cmdline())]


def test_without_llama_cpp_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(ModelMissingError, match=r"pip install 'inkling-memory\[llm\]'"):
        measure(pinning.pin(written(tmp_path)))
