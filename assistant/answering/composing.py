"""Answers without a language model: composed from propositions and quotes, every statement cited, or an honest no.

The surprising decision: nothing is ever paraphrased beyond turning "The user" into "You". A sentence of the answer is
a proposition as it is believed or a passage as it was written, so an answer can be incomplete but not invented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from assistant.address import to_you
from assistant.dates import day
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


def compose(
    question: str, hits: Sequence[Hit], most: int = STATEMENTS, ended: Mapping[str, datetime] | None = None
) -> Answer:
    """The answer to ``question`` from recalled ``hits`` (best first), of at most so many statements.

    ``ended`` says of propositions, by id, that something replaced them and when. Abstains where no hit bears on it.
    """
    chosen = _chosen([hit for hit in hits if bears_on(question, hit)], most)
    if not chosen:
        return abstain(question, hits, ended)
    return Answer(text="\n".join(_lines(question, chosen, ended)), citations=chosen, abstained=False)


def abstain(question: str, hits: Sequence[Hit], ended: Mapping[str, datetime] | None = None) -> Answer:
    """That memory has no answer; what comes nearest is shown as just that."""
    nearest = _chosen([h for h in hits if h.relevance >= RELATED], NEAREST)
    lines = [NEAREST_HELD if nearest else NOT_HELD, *_lines(question, nearest, ended)]
    return Answer(text="\n".join(lines), citations=nearest, abstained=True)


def _lines(question: str, hits: Sequence[Hit], ended: Mapping[str, datetime] | None = None) -> list[str]:
    lines = [f"{statement(question, hit)} [{number}]" for number, hit in enumerate(hits, start=1)]
    until = [(ended or {}).get(hit.id) for hit in hits]
    return [f"Until {day(at)}: {line}" if at else line for at, line in zip(until, lines, strict=True)]


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


def statement(question: str, hit: Hit) -> str:
    """What one hit says, to the user: a proposition, or who wrote what when."""
    if hit.type == "proposition":
        return to_you(hit.text)
    on = day(hit.at)
    words = passage(question, hit.text)
    if hit.speaker == ME:
        return f"You wrote on {on}: “{words}”"
    if hit.speaker is None:
        return f"On your screen on {on}: “{words}”"
    who = "An assistant" if hit.speaker == ASSISTANT else hit.speaker
    return f"{who} wrote on {on}: “{words}”"


def passage(question: str, text: str) -> str:
    """The stretch of whole sentences, at most PASSAGE characters, that shares most words with the question."""
    flat = " ".join(text.split())
    if len(flat) <= PASSAGE:
        return flat
    words = set(terms(question))
    sentences: list[str] = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    best = max(range(len(sentences)), key=lambda i: (sum(w in sentences[i].lower() for w in words), -i))
    found = sentences[best]
    for following in sentences[best + 1 :]:
        if len(found) + len(following) >= PASSAGE:
            break
        found += " " + following
    return found if len(found) <= PASSAGE else found[: PASSAGE - 1].rstrip() + "…"
