"""What the gate sees of a candidate beside its meaning: who wrote it how, in what surroundings, with what traps near.

The order of the features is the order of the fitted weights; `training/distiller_gate.py` refits both together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from assistant.distillers.small import kinds

if TYPE_CHECKING:
    import numpy.typing as npt

    from assistant.distillers.small.candidate import Candidate
    from assistant.distillers.small.times import Resolved

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for name, words in (
        ("negated", r"not|no|never|cannot|nothing|no longer"),
        ("modal", r"would|could|should|might|may|must"),
        ("future", r"will|is going to|plans?|is planning"),
        ("wants", r"wants?|needs?|has to|hopes?|is looking|is thinking|is considering"),
        ("having", r"has|owns?|keeps?"),
        ("being", r"^The user (?:is|was)"),
        ("working", r"works?|job|shifts?|clients?|boss|manager|team|school|uni|university|teach\w*|stud\w+"),
        ("family", r"wife|husband|partner|mother|father|mum|mom|dad|sister|brother|son|daughter|kids?|child|baby"),
        ("habit", r"every|always|usually|most|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|daily"),
        ("liking", r"loves?|likes?|hates?|prefers?|favou?rite|enjoys?|allergic|vegan|vegetarian"),
        ("thinking", r"thinks?|knows?|means?|guess\w*|hopes?|bets?|feels?|reckons?|says?|said|thought|sees?|agrees?"),
        ("dangling", r"it|that|this|them|there|those|these|one|he|she|him|her|they"),
        ("ends dangling", r"(?:it|that|this|them|there|those|these|one|him|her|so|too|now)\.$"),
        ("moment", r"right now|just|now|on (?:the|their) way|minutes?|here|coming|sending|back in|brb|running late"),
        ("health", r"pain|doctor|hospital|meds|allerg\w+|diabet\w+|pregnant|sick|ill|therapy|clinic|surgery"),
        ("money", r"[£$€]\d[\d.,]*|\d+k|rent|mortgage|salary|paid|debt"),
        ("tells", r"tell|ask|send|let you know|call|text|bring|get|give|take|come"),
        ("since", r"since|for \w+ years|years|months"),
        ("named", r"(?<=. )[A-Z][a-z]+"),
        ("digits", r"\d+"),
    )
)  # fmt: skip
_MEASURES = (
    "words", "quote words", "share of context", "dated", "past", "talks to an assistant", "mail", "group", "screen",
    "question mark near", "exclaims", "capitals", "first message", "long message", "lower case",
)  # fmt: skip
_MAIL = re.compile(r"mail|outlook|thunderbird|proton", re.IGNORECASE)
_GROUP = re.compile(r"discord|slack|teams|zoom|reddit|forum|facebook|meet", re.IGNORECASE)


def of_text(text: str) -> npt.NDArray[np.float32]:
    """What the words of a proposition alone say, for the kind and lifespan heads; 0 or 1 each."""
    return np.array([*(p.search(text) is not None for _, p in _WORDS), *kinds.hints(text)], np.float32)


def vector(
    candidate: Candidate, resolved: Resolved, writers: dict[str, int], flags: dict[str, int], *, assistant: bool
) -> npt.NDArray[np.float32]:
    """Features of one candidate, shape (len(writers) + len(flags) + words and measures,)."""
    out = np.zeros(len(writers) + len(flags) + len(_WORDS) + len(_MEASURES), np.float32)
    kind = writers.get(f"{candidate.writer}:{candidate.form}", writers.get(candidate.writer, -1))
    if kind >= 0:
        out[kind] = 1
    for flag in candidate.flags:
        if flag in flags:
            out[len(writers) + flags[flag]] = 1
    base = len(writers) + len(flags)
    for at, (_, pattern) in enumerate(_WORDS):
        out[base + at] = pattern.search(resolved.text) is not None
    out[base + len(_WORDS) :] = _measured(candidate, resolved, assistant=assistant)
    return out


def _measured(candidate: Candidate, resolved: Resolved, *, assistant: bool) -> list[float]:
    text, quote, message = resolved.text, candidate.quote.text, candidate.observation.text
    app = f"{candidate.observation.app or ''}"
    return [
        min(len(text.split()), 30) / 10,
        min(len(quote.split()), 30) / 10,
        min(1.0, len(quote) / max(1, len(candidate.context))),
        float(resolved.day is not None),
        float(candidate.past),
        float(assistant),
        float(bool(_MAIL.search(app))),
        float(bool(_GROUP.search(app))),
        float(candidate.observation.speaker is None),
        float("?" in candidate.context),
        float("!" in candidate.context),
        min(5, sum(word[0].isupper() for word in text.split()[2:])) / 5,
        float(candidate.quote.start == 0),
        min(len(message), 600) / 300,
        float(message == message.lower()),
    ]
