"""Answers without a language model: composed from propositions and quotes, every statement cited, or an honest no.

The surprising decision: nothing is ever paraphrased beyond turning "The user" into "You". A sentence of the answer is
a proposition as it is believed or a passage as it was written, so an answer can be incomplete but not invented.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.address import to_you
from memory.records import ASSISTANT, ME, Answer, Hit
from memory.store.lexical import terms

STATEMENTS = 5  # at most, in one answer
NEAREST = 2  # shown when memory has no answer, so that the user can judge
CONFIDENT = 0.5  # cosine at which meaning alone is enough
RELEVANT = 0.25  # cosine that is enough for a hit which shares the question's words
SHARED = 0.4  # share of the question's telling words that is
RELATED = 0.15  # cosine below which a hit is not even worth showing as the nearest
NEAR_BEST = 0.6  # share of the best hit's score a further statement must reach
PASSAGE = 240  # characters of an observation quoted

NOT_HELD = "I do not have anything about that."
NEAREST_HELD = "I do not have an answer to that. The nearest I have:"

_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*|\n")


def compose(question: str, hits: Sequence[Hit]) -> Answer:
    """The answer to ``question`` from recalled ``hits`` (best first).

    Abstains where none bears on it; what comes nearest is then shown as just that.
    """
    bearing = [hit for hit in hits if bears_on(question, hit)]
    chosen = _chosen(bearing, STATEMENTS) or _chosen([h for h in hits if h.relevance >= RELATED], NEAREST)
    lines = [f"{_statement(question, hit)} [{number}]" for number, hit in enumerate(chosen, start=1)]
    if not bearing:
        lines.insert(0, NEAREST_HELD if chosen else NOT_HELD)
    return Answer(text="\n".join(lines), citations=chosen, abstained=not bearing)


def _chosen(hits: Sequence[Hit], most: int) -> list[Hit]:
    """The hits worth saying, best first: a proposition rather than the lines it came from, nothing far behind."""
    best = max((hit.score for hit in hits), default=0.0)
    said = {e.observation_key for hit in hits for e in hit.evidence if hit.score >= NEAR_BEST * best}
    kept = [
        h for h in hits if h.score >= NEAR_BEST * best and (h.observation_key is None or h.observation_key not in said)
    ]
    return sorted(kept, key=lambda h: -h.score)[:most]


def bears_on(question: str, hit: Hit) -> bool:
    """Whether a hit says anything about the question: close in meaning, or less close but sharing its telling words."""
    if hit.relevance >= CONFIDENT:
        return True
    words = terms(question)
    shared = sum(_stem(word) in hit.text.lower() for word in words)
    return hit.relevance >= RELEVANT and shared >= max(1.0, SHARED * len(words))


def _stem(word: str) -> str:
    """A word without the endings that questions and answers differ in."""
    return word[: max(4, len(word) - 2)]


def _statement(question: str, hit: Hit) -> str:
    if hit.type == "proposition":
        return to_you(hit.text)
    day = f"{hit.at.day} {hit.at:%B %Y}"
    passage = _passage(question, hit.text)
    if hit.speaker == ME:
        return f"You wrote on {day}: “{passage}”"
    if hit.speaker is None:
        return f"On your screen on {day}: “{passage}”"
    who = "An assistant" if hit.speaker == ASSISTANT else hit.speaker
    return f"{who} wrote on {day}: “{passage}”"


def _passage(question: str, text: str) -> str:
    """The stretch of whole sentences, at most PASSAGE characters, that shares most words with the question."""
    flat = " ".join(text.split())
    if len(flat) <= PASSAGE:
        return flat
    words = set(terms(question))
    sentences: list[str] = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    best = max(range(len(sentences)), key=lambda i: (sum(w in sentences[i].lower() for w in words), -i))
    passage = sentences[best]
    for following in sentences[best + 1 :]:
        if len(passage) + len(following) >= PASSAGE:
            break
        passage += " " + following
    return passage if len(passage) <= PASSAGE else passage[: PASSAGE - 1].rstrip() + "…"
