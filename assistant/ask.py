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
RELEVANT = 0.33  # cosine below which a hit says nothing about the question, whatever words it shares
CONFIDENT = 0.45  # cosine at which meaning alone is enough
NEAR_BEST = 0.72  # share of the best hit's score a further statement must reach
PASSAGE = 240  # characters of an observation quoted

NOT_HELD = "I do not have anything about that."

_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*|\n")


def compose(question: str, hits: Sequence[Hit]) -> Answer:
    """The answer to ``question`` from recalled ``hits`` (best first); abstains where none bears on it."""
    chosen = _chosen(question, hits)
    if not chosen:
        return Answer(text=NOT_HELD, citations=[], abstained=True)
    lines = [f"{_statement(question, hit)} [{number}]" for number, hit in enumerate(chosen, start=1)]
    return Answer(text="\n".join(lines), citations=chosen, abstained=False)


def _chosen(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits an answer is made of: those that bear on the question, propositions before the lines they came from."""
    bearing = [hit for hit in hits if bears_on(question, hit)]
    if not bearing:
        return []
    best = max(hit.score for hit in bearing)
    kept: list[Hit] = []
    said: set[str | None] = set()
    for hit in sorted(bearing, key=lambda h: (h.type != "proposition", -h.score)):
        if hit.score >= NEAR_BEST * best and not (hit.type == "observation" and hit.observation_key in said):
            kept.append(hit)
            said |= {e.observation_key for e in hit.evidence}
    return sorted(kept[:STATEMENTS], key=lambda h: -h.score)


def bears_on(question: str, hit: Hit) -> bool:
    """Whether a hit says anything about the question: close in meaning, or less close but sharing its telling words."""
    if hit.relevance >= CONFIDENT:
        return True
    words = terms(question)
    shared = sum(word in hit.text.lower() for word in words)
    return hit.relevance >= RELEVANT and shared >= max(1, len(words) // 2)


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
    sentences = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    best: int = max(range(len(sentences)), key=lambda i: (sum(w in sentences[i].lower() for w in words), -i))
    passage = sentences[best]
    for following in sentences[best + 1 :]:
        if len(passage) + len(following) >= PASSAGE:
            break
        passage += " " + following
    return passage if len(passage) <= PASSAGE else passage[: PASSAGE - 1].rstrip() + "…"
