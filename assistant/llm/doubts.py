"""Settling doubtful pairs: one question about two propositions, to be answered with one of six words.

The words are all the grammar lets a model write, and whatever else comes changes nothing: the pair stays in doubt, and
after a few tries it is left as it is. A pair of a sensitive class that is not allowed is shown to no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.llm.prompting import fenced, prompt_file
from memory.reconcile import SETTLED

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from assistant.llm.model import LanguageModel, Prompt
    from memory.reconcile import Settled, Settling
    from memory.records import Sensitivity
    from memory.store import Doubt, Held, Store

GRAMMAR = "root ::= " + " | ".join(f'"{word}"' for word in SETTLED)
SECONDS = 30.0
MOST_TOKENS = 8  # the longest of the words is three or four
TRIES = 3  # of a pair to which the answer is none of them
_TEXT = 300  # characters of each that are shown; no proposition an engine draws is longer


class Doubts:
    """The task. ``allowed`` says which sensitive classes the user opted in to."""

    name = "doubts"

    def __init__(self, store: Store, settling: Settling, allowed: Callable[[], frozenset[Sensitivity]]) -> None:
        self._store = store
        self._settling = settling
        self._allowed = allowed
        self._tried: Counter[tuple[int, int]] = Counter()

    def waiting(self) -> int:
        """How many pairs wait."""
        return self._store.doubts.count()

    def step(self, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """Settle the pair noted last; see ``assistant.llm.task.Task``."""
        doubt = self._store.doubts.newest()
        if doubt is None:
            return Counter()
        pair = self._settling.pair(doubt, now)
        if pair is None:
            return self._drop(doubt, "over")
        if not self._may_be_shown(pair):
            return self._drop(doubt, "not allowed")
        done = model.generate(question(*pair), grammar=GRAMMAR, most_tokens=MOST_TOKENS, seconds=SECONDS, stop=stop)
        said = answer(done.text)
        if said is None:
            return self._not_understood(doubt)
        return Counter({self._settling.settle(doubt, pair, said, now): 1})

    def _may_be_shown(self, pair: tuple[Held, Held]) -> bool:
        allowed = self._allowed()
        return all(held.sensitivity is None or held.sensitivity in allowed for held in pair)

    def _not_understood(self, doubt: Doubt) -> Counter[str]:
        """Ask again the next time, but not for ever."""
        pair = (doubt.older, doubt.newer)
        self._tried[pair] += 1
        if self._tried[pair] < TRIES:
            return Counter({"not understood": 1})
        del self._tried[pair]
        return self._drop(doubt, "given up")

    def _drop(self, doubt: Doubt, why: str) -> Counter[str]:
        with self._store.write():
            self._store.doubts.remove(doubt)
        return Counter({why: 1})


def question(older: Held, newer: Held) -> Prompt:
    """What is asked about two propositions."""
    shown = {"earlier": _shown(older), "later": _shown(newer)}
    return prompt_file("relate").about(fenced(shown))


def answer(text: str) -> Settled | None:
    """The word, or None if it is none of the six and nothing else."""
    return next((word for word in SETTLED if text.strip() == word), None)


def _shown(held: Held) -> list[str]:
    last = max((s.evidence.at for s in held.supports), default=held.created_at)
    return [last.date().isoformat(), held.text[:_TEXT]]
