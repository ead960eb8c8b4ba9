"""What a model wrote, as far as it can be read: complete facts up to the first thing that is none.

An answer is held to a grammar, and is read as if it were not: a runtime may ignore the grammar, and a deadline cuts
anywhere. Nothing that a model can write raises here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from assistant.distillers.llama.grammar import CERTAINTY, MOST_FACTS

_START = re.compile(r'\s*\{\s*"facts"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_END = re.compile(r"\]\s*\}\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact as it was written: shapes are right, whether it is true or even makes sense is not known."""

    line: int
    quote: str
    about: str
    text: str
    kind: str
    basis: str
    certainty: float
    lifespan: str
    until: date | None = None
    sensitivity: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The facts about the user, how many were ``others``' or ``malformed``, and whether the answer was ``whole``."""

    facts: list[Fact]
    others: int
    malformed: int
    whole: bool


def read(text: str) -> Read:
    """Every fact of an answer that can be read; what comes after the first broken one is left."""
    found, whole = _objects(text)
    mine = [one for one in found if not _is_anothers(one)]
    facts = [_fact(one) for one in mine]
    good = [fact for fact in facts if fact is not None]
    return Read(good, len(found) - len(mine), len(facts) - len(good), whole)


def _objects(text: str) -> tuple[list[dict[str, Any]], bool]:
    """The complete objects of the list, at most as many as the grammar allows, and whether the list ended there."""
    found: list[dict[str, Any]] = []
    start = _START.match(text)
    if start is None:
        return found, False
    at = start.end()
    while len(found) < MOST_FACTS and text.startswith("{", at := _after(_BETWEEN, text, at)):
        try:
            one, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, False
        found.append(one)
    return found, _END.match(text, _after(_BETWEEN, text, at)) is not None


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _is_anothers(one: dict[str, Any]) -> bool:
    return isinstance(one.get("about"), str) and one["about"] != "user"


def _fact(one: dict[str, Any]) -> Fact | None:
    """The fact if every field is there and of its type."""
    try:
        certainty = CERTAINTY[one.pop("sure")]
        until = one.pop("until", None)
        day = None if until is None else date.fromisoformat(until)
        fact = Fact(**one, certainty=certainty, until=day)
    except (KeyError, TypeError, ValueError):
        return None
    texts = (fact.quote, fact.about, fact.text, fact.kind, fact.basis, fact.lifespan, fact.sensitivity or "")
    return fact if type(fact.line) is int and all(isinstance(text, str) for text in texts) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys each occur once: of two answers to one question neither is taken."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


_DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_once)
