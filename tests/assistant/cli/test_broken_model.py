"""Whatever becomes of a model's process: a person at the command line reads an answer or one sentence, never a
traceback, and neither an error nor the log tells what the model was asked or wrote.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import broken_worker
import pytest
from broken_worker import BEHAVIOURS
from support import PASSPHRASE, said

from assistant import Assistant, core
from assistant.engine.log import Log
from assistant.llm import bench, pinning
from assistant.llm.admission import Admission
from assistant.llm.chosen import ChosenModel
from assistant.llm.host import ModelHost, Patience
from memory.errors import ModelFailedError

if TYPE_CHECKING:
    from conftest import Inkling

CANARY = "qvzkxjwqgh"
WORDS = "Answer from the notes"  # of what a model is told to do
PATIENCE = Patience(load=10.0, grace=0.2)
Calls = list[str]
Broken = Callable[[str], Calls]


@pytest.fixture
def broken(filled: Inkling, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broken]:
    """Chooses a model whose process breaks in this way, in a vault that holds a word of ours; what it is asked."""
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF")
    with Assistant.open(vault, passphrase=PASSPHRASE) as opened:
        opened.configure(model=ChosenModel(name="broken", path=str(file), sha256="0" * 64, bytes=4))
        opened.observe(said(f"my {CANARY} is in the lake with both red boats", f"k{n}", thread="Bea") for n in range(9))
        opened.distil()

    calls: Calls = []
    generate = ModelHost.generate

    def counted(self: ModelHost, chosen: ChosenModel, request: dict[str, Any], *rest: Any) -> Any:
        calls.append(request["user"])
        return generate(self, chosen, request, *rest)

    def breaks(behaviour: str) -> Calls:
        command = (sys.executable, "-I", broken_worker.__file__, behaviour)
        host = partial(ModelHost, command=command, admission=admission(), patience=PATIENCE, threads=1)
        for module in (core, bench):
            monkeypatch.setattr(module, "ModelHost", host)
        monkeypatch.setattr(ModelHost, "generate", counted)
        return calls

    before = set(threading.enumerate())
    yield breaks
    assert {t for t in threading.enumerate() if t.name == "inkling-model"} <= before


def admission() -> Admission:
    return Admission(
        check=lambda _chosen, _heard: None,
        needed_bytes=lambda _chosen, _context: 4,
        trained_context=lambda _chosen: 4096,
        available_bytes=lambda: 1 << 40,
        is_installed=lambda: True,
    )


def is_silent(text: str) -> bool:
    """Whether there is nothing of a prompt, and no traceback, in something a program said of itself."""
    return not [word for word in (CANARY, CANARY.upper(), WORDS, "Traceback", 'File "') if word in text]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_model_that_breaks_costs_a_better_wording_and_nothing_else(
    behaviour: str, broken: Broken, inkling: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = broken(behaviour)
    monkeypatch.setenv("INKLING_DEBUG", "1")
    asked = inkling("ask", f"Where is my {CANARY}?")
    assert (asked.status, "lake" in asked.out) == (0, True)
    assert [CANARY in shown for shown in calls] == [True], "it was asked, and with the word"
    lines = f"Where is my {CANARY}?\nand the boats?\nno, {CANARY} that one of it\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    talked = inkling("chat")
    assert talked.status == 0
    runs = [asked, talked, inkling("summary"), inkling("summary", "Bea"), inkling("model", "list")]
    assert [run.err for run in runs if not is_silent(run.err)] == []
    assert [run.out for run in runs if "Traceback" in run.out] == []


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_measuring_it_ends_with_one_sentence(
    behaviour: str, broken: Broken, inkling: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(behaviour)
    monkeypatch.setattr(pinning, "check", lambda *_: None)
    run = inkling("model", "bench")
    assert run.status == (0 if behaviour == "repeat" else ModelFailedError.exit_code), run
    assert is_silent(run.out + run.err)
    failed = [line for line in run.err.splitlines() if line.startswith("inkling: ")]
    assert len(failed) == (behaviour != "repeat")


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_thinking_with_it_fails_in_words_of_our_own(
    behaviour: str, broken: Broken, vault: Path, tmp_path: Path
) -> None:
    broken(behaviour)
    log = Log(tmp_path / "engine.log")
    said_: list[Any] = []
    with Assistant.open(vault, passphrase=PASSPHRASE) as opened:
        waiting = opened.model()["waiting"]
        assert waiting["second reading"] > 0
        before = [p.text for p in opened.propositions(include_quarantined=True)]
        for _ in range(4):
            try:
                said_.append(opened.think())
            except ModelFailedError as error:
                log.failure("thinking failed", error)
                said_.append(str(error))
        said_.append(opened.model())
        assert [p.text for p in opened.propositions(include_quarantined=True)] == before
        assert opened.check() == []
    log.close()
    written = (tmp_path / "engine.log").read_text()
    assert written or behaviour == "repeat", "it failed, and that is told of"
    assert is_silent(repr(said_) + written), (said_, written)
