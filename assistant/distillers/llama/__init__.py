"""The ``llama`` distiller: a language model reads an episode and writes facts, held to a grammar.

The surprising decision: it is asked little. Which lines may be quoted, what shape an answer has and that it ends are
settled before it is asked; whether its quote is there and the claim is supported, after. In between it only chooses.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, cast

from assistant.distillers.drawn import Drawn
from assistant.distillers.llama.episode import LONGEST, lines
from assistant.distillers.llama.grammar import grammar
from assistant.distillers.llama.quotes import verbatim
from assistant.distillers.llama.reading import Fact, read
from assistant.distillers.llama.windows import Window, windows
from assistant.llm.prompting import fenced, prompt_file
from assistant.verify import MAX_TEXT
from memory.errors import ModelFailedError, ModelStoppedError
from memory.records import Draft, sound

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from assistant.llm.model import Generated, LanguageModel
    from memory.embedder import Embedder
    from memory.records import Basis, Kind, Lifespan, Observation, Sensitivity

MOST_KNOWN = 10  # known propositions in one prompt
_KNOWN = 160  # characters of each
_ROOM = 320  # tokens at most for the chat template, the header and the ends of lines
_LEAST = 128  # tokens of lines without which it is no use asking


class LlamaDistiller:
    """Draws drafts with ``model``, each answer of at most so many tokens and seconds."""

    name = "llama"

    def __init__(
        self,
        model: LanguageModel,
        *,
        seconds: float = 60.0,
        most_tokens: int = 640,
        embedder: Embedder | None = None,
    ) -> None:
        self._model = model
        self._seconds = seconds
        self._most_tokens = most_tokens
        self._embedder = embedder
        self._prompt = prompt_file("distil")

    @property
    def version(self) -> str:
        """The prompt and the model: the same text may give other drafts with either changed."""
        return f"{self._prompt.version}+{self._model.name}"

    def distil(
        self,
        observations: Sequence[Observation],
        known: Sequence[str] = (),
        new: Collection[str] | None = None,
        stop: threading.Event | None = None,
    ) -> list[Draft]:
        """Drafts from one episode; see ``assistant.distillers.Distiller`` and :meth:`draw`."""
        return self.draw(observations, known, new, stop).drafts

    def draw(
        self,
        observations: Sequence[Observation],
        known: Sequence[str] = (),
        new: Collection[str] | None = None,
        stop: threading.Event | None = None,
    ) -> Drawn:
        """Drafts from one episode, and how many facts were left out for which reason.

        ``new`` are the stable keys of what may be drawn from, None is everything; the rest explains it. What comes of
        one thread does not depend on the others. Raises ModelStoppedError once ``stop`` is set, ModelFailedError or
        ModelMissingError; never for what a model wrote.
        """
        drawn = Drawn()
        every = [lines(thread, new) for thread in _threads(observations)]
        threads = [found for found in every if any(line.quotable for line in found)]
        budget = self._budget(known, stop) if threads else 0
        for thread in threads:
            for window in windows(thread, budget, partial(self._model.count_tokens, stop=stop)):
                self._ask(window, known, stop, drawn)
        order = {one.stable_key: at for at, one in enumerate(observations)}
        drawn.drafts.sort(key=lambda draft: (order[draft.observation_key], draft.start or 0))
        return drawn

    def _budget(self, known: Sequence[str], stop: threading.Event | None) -> int:
        """Tokens there are for lines. Raises ModelFailedError if that is too little to ask at all."""
        fixed = sum(self._model.count_tokens([self._prompt.system, fenced(_shown(known))], stop=stop))
        left = self._model.context_tokens - fixed - self._most_tokens - _ROOM
        if left < _LEAST:
            raise ModelFailedError(
                f"a context of {self._model.context_tokens} tokens is too small to read with; use a model that has 2048"
            )
        return left

    def _ask(self, window: Window, known: Sequence[str], stop: threading.Event | None, drawn: Drawn) -> None:
        """Ask about one window and add what comes of it."""
        if stop is not None and stop.is_set():
            raise ModelStoppedError("the model was stopped; nothing was changed")
        answer = self._model.generate(
            self._prompt.about(window.text(_shown(known))),
            grammar=grammar(window),
            most_tokens=self._most_tokens,
            seconds=self._seconds,
            stop=stop,
        )
        facts = _facts(answer, drawn.dropped)
        classes = self._classes([sound(fact.text[:MAX_TEXT]) for fact in facts])
        for fact, sensitivity in zip(facts, classes, strict=True):
            line = window.numbered.get(fact.line)
            if line is None:
                drawn.dropped["line"] += 1
            else:
                drawn.drafts.append(_draft(fact, line.observation, sensitivity))

    def _classes(self, texts: list[str]) -> list[Sensitivity | None]:
        """The sensitive class of each by the shipped weights: what a model does not mark is set aside all the same."""
        if not texts:
            return []
        from assistant.distillers.small import gate  # noqa: PLC0415 - weights, which nothing needs before there are facts
        from memory.embedder import default_embedder  # noqa: PLC0415

        embedder = self._embedder or default_embedder()
        return [sensitivity for _, _, sensitivity in gate.labels(texts, embedder.embed(texts))]


def _threads(observations: Sequence[Observation]) -> list[list[Observation]]:
    out: dict[tuple[str | None, ...], list[Observation]] = {}
    for one in observations:
        out.setdefault((one.source, one.app or None, one.thread or None), []).append(one)
    return list(out.values())


def _shown(known: Sequence[str]) -> list[str]:
    return [text[:_KNOWN] for text in known[:MOST_KNOWN]]


def _facts(answer: Generated, dropped: Counter[str]) -> list[Fact]:
    """The facts of an answer about the user; what else is in it is counted."""
    found = read(answer.text)
    cut = "malformed" if answer.end == "stop" else "cut-short"
    dropped.update({"malformed": found.malformed, "about-others": found.others})
    dropped[cut] += not found.whole
    return found.facts


def _draft(fact: Fact, observation: Observation, sensitivity: Sensitivity | None) -> Draft:
    """A fact as a draft. A quote that is not there is left as it is, for verification to drop and count."""
    quote, start = verbatim(fact.quote, observation.text[:LONGEST]) or (fact.quote, None)
    day = fact.until
    return Draft(
        text=fact.text,
        kind=cast("Kind", fact.kind),
        quote=quote,
        observation_key=observation.stable_key,
        basis=cast("Basis", fact.basis),
        certainty=fact.certainty,
        lifespan=cast("Lifespan", fact.lifespan),
        until=day if day and day >= observation.at.date() else None,
        sensitivity=cast("Sensitivity | None", fact.sensitivity or sensitivity),
        about=fact.about,
        start=start,
    )


__all__ = ["LlamaDistiller"]
