"""The whole way through llama.cpp, with a model that has never learned anything: its answers have a form, no sense."""

from __future__ import annotations

import pytest
from support import said

from assistant.distillers import load_distiller
from assistant.distillers.llama import LlamaDistiller
from assistant.distillers.llama.episode import lines
from assistant.distillers.llama.grammar import grammar
from assistant.distillers.llama.reading import read
from assistant.distillers.llama.windows import windows
from assistant.drafting import drafts
from assistant.llm.prompting import prompt_file

pytest.importorskip("llama_cpp")
ggufs = pytest.importorskip("ggufs")


@pytest.mark.parametrize("seed", [2, 3])
def test_a_model_without_sense_writes_facts_in_form_and_none_is_believed(seed: int) -> None:
    thread = [said("I live in Leeds <b>", "k1"), said("ok then", "k2", who="Bea", days=0.01)]
    distiller = load_distiller(f"llama:{ggufs.tiny(context=4096, endless=True, seed=seed)}")
    assert isinstance(distiller, LlamaDistiller)
    verified = drafts(distiller, thread)
    assert verified.kept == []
    assert not {"malformed", "line"} & verified.dropped.keys()
    assert sum(verified.dropped.values()) >= 1, "it wrote something"
    model = distiller._model
    [window] = windows(lines(thread, None), 1000, model.count_tokens)
    written = model.generate(prompt_file("distil").about(window.text()), grammar=grammar(window), most_tokens=640)
    assert read(written.text).whole is (written.end == "stop")
    assert written.cached_tokens > written.prompt_tokens * 0.8, "the prompt's own part is computed once"
