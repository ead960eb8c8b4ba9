"""Which observations are worth a larger model's time: for that nearly all that tell something must pass.

The surprising decision: no probability is looked at. Seven facts in ten stand where this engine's own rules find
something to write, and those it gives a small chance are hardly fewer (a bound of 0.1 loses 1% of them and saves 1%);
the other three stand where it is blind, in other languages and in answers that only their question explains. So what
the user wrote passes if it says more than a few words of its own, or answers a question. Fitting the rest on the
development data (logistic regression, with and without the embedding) gained nothing at this recall.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.distillers.small import chat, page, screens
from assistant.distillers.small.distiller import threads
from memory.records import ASSISTANT, ME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memory.records import Observation

OWN_WORDS = 3  # at the least, unless it answers a question
_OWN_PAGES = frozenset(("notes", "writing", "profile", "tasks", "calendar", "bookings", "orders"))
_WORD = re.compile(r"[^\W\d_][\w'’]*|\d[\d.,:]*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces, two letters a word
_EMPTY = frozenset(
    "ok okay k kk yes yeah yep yup no nope nah lol haha hahaha thanks thank you thx ty ta cheers sure cool nice great "
    "good fine right true same hi hey hello bye morning night omg wow oh ah hmm hm mm please pls sorry np well so and "
    "but the a it that this is was what why how when who really deal done perfect lovely".split()
)


def worth_reading(observations: Sequence[Observation]) -> list[bool]:
    """Whether each is worth it, given those before it in its thread; see ``SmallDistiller.worth_reading``."""
    passed: set[str] = set()
    for thread in threads(observations):
        passed.update(candidate.observation.stable_key for candidate in chat.candidates(thread))
        passed.update(_telling(thread))
    return [o.stable_key in passed for o in observations]


def _telling(thread: Sequence[Observation]) -> Iterator[str]:
    """Keys of what may tell something that no rule of this engine sees."""
    before: Observation | None = None
    for observation in thread:
        if observation.speaker == ME and _tells(observation.text, before):
            yield observation.stable_key
        if observation.speaker is None and _is_own_page(observation):
            yield observation.stable_key
        before = observation


def _tells(text: str, before: Observation | None) -> bool:
    if before is not None and before.speaker not in (ME, ASSISTANT) and "?" in before.text:
        return bool(_WORD.search(text))
    return not text.rstrip().endswith("?") and own_words(text) >= OWN_WORDS


def own_words(text: str) -> int:
    """How many words of a message are more than assent, greeting or laughter."""
    words = sum(word.lower() not in _EMPTY for word in _WORD.findall(text[:2000]))
    return max(words, len(_UNSPACED.findall(text[:2000])) // 2)


def _is_own_page(observation: Observation) -> bool:
    """Whether a screen is of a sort that is the user's own, or shows something this engine would write down."""
    return bool(page.read([observation]).marks & _OWN_PAGES) or any(True for _ in screens.candidates([observation]))
