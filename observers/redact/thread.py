"""Redaction of one text in its thread, and of several in a row.

A secret is often asked for in one message and given in the next, which alone is a harmless word; so every text is
read with the few before it. Those may be redacted already: their marks say as much as the secrets did.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observers.redact import accounts, codes, identity, keys, passwords, phrases
from observers.redact.hints import may_announce, may_hold
from observers.redact.spans import Redacted, Span, blank_marks, mark, repeated, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOOK_BACK = 4  # texts of the thread before this one that can ask for or announce what it holds
ANSWERED_WITHIN = 2  # a reply of one plain word is only believed this close to the question
_PASSES = 6  # each pass replaces something or is the last; texts settle after two


@dataclass(frozen=True, slots=True)
class _Said:
    """What one earlier text of the thread lets us expect of the next ones."""

    password: bool = False
    question: bool = False
    login: bool = False
    code: bool = False
    digits: bool = False
    identity: bool = False
    phrase: bool = False
    inside_key: bool = False


_NOTHING = _Said()


def redact(text: str, before: Sequence[str] = ()) -> Redacted:
    """Return ``text`` without its secrets.

    ``before`` holds the texts of the same thread that came before it, oldest first, redacted or not; only the last
    ``LOOK_BACK`` are read. Pure, total over ``str``, and idempotent: redacting the result changes nothing.
    """
    return _redact(text, [_said(earlier) for earlier in before[-LOOK_BACK:]])


def redact_turns(texts: Sequence[str], before: Sequence[str] = ()) -> list[Redacted]:
    """Return consecutive texts of one thread without their secrets, one result a text.

    Sees more than text by text: a secret named only afterwards ("that's the wifi password") and card numbers and
    recovery phrases spread over several texts are found as well.
    """
    results = [Redacted(text) for text in texts]
    for _ in range(_PASSES):
        changed = _forward(results, before) | _across(results)
        if not changed:
            break
    return results


def _forward(results: list[Redacted], before: Sequence[str]) -> bool:
    said = [_said(earlier) for earlier in before[-LOOK_BACK:]]
    changed = False
    for i, result in enumerate(results):
        found = _redact(result.text, said)
        if found.counts:
            results[i], changed = _added(result, found), True
        said = [*said, _said(found.text)][-LOOK_BACK:]
    return changed


def _across(results: list[Redacted]) -> bool:
    """Find what only several texts together show."""
    spans: list[tuple[int, Span]] = []
    texts = [blank_marks(r.text) for r in results]
    for i, text in enumerate(texts[1:], 1):
        if passwords.was_it(text) and not passwords.CUE.search(texts[i - 1]):
            spans += [(i - 1, span) for span in passwords.answers(texts[i - 1], direct=True)]
        if codes.asked(text) and len(text) <= 80 and re.match(r"(?i)\W*(?:that|this|it)", text):
            spans += [(i - 1, span) for span in codes.answers(texts[i - 1])]
    for first in range(len(texts) - 1):
        if re.search(r"\d{4}", texts[first]):
            spans += [(first + i, span) for i, span in accounts.halves(texts[first : first + LOOK_BACK])]
    spans += _spread_phrases(texts)
    return _apply(results, spans)


def _spread_phrases(texts: list[str]) -> Iterator[tuple[int, Span]]:
    if len(texts) < 2 or sum(len(t) for t in texts) < 40:
        return
    joined = "\n".join(texts)
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    for span in phrases.find(joined):
        for i, text in enumerate(texts):
            start, end = max(span.start - starts[i], 0), min(span.end - starts[i], len(text))
            if start < end:
                yield i, Span(start, end, span.kind)


def _apply(results: list[Redacted], spans: list[tuple[int, Span]]) -> bool:
    for i in {i for i, _ in spans}:
        results[i] = _added(results[i], replace(results[i].text, [s for k, s in spans if k == i]))
    return bool(spans)


def _added(first: Redacted, then: Redacted) -> Redacted:
    return Redacted(then.text, dict(Counter(first.counts) + Counter(then.counts)))


def _redact(text: str, said: Sequence[_Said]) -> Redacted:
    result = Redacted(text)
    expecting = any(s is not _NOTHING for s in said)
    for _ in range(_PASSES):
        shown = blank_marks(result.text)
        spans = list(_find(shown)) if may_hold(shown) else []
        if expecting:
            spans += _find_answers(shown, said)
        if not spans:
            break
        result = _added(result, replace(result.text, repeated(result.text, spans)))
    return result


def _find(text: str) -> Iterator[Span]:
    yield from keys.find(text)
    yield from accounts.find(text)
    yield from identity.find(text)
    yield from passwords.find(text)
    yield from codes.find(text)
    yield from phrases.find(text)


def _find_answers(text: str, said: Sequence[_Said]) -> Iterator[Span]:
    near = said[-ANSWERED_WITHIN:]
    if said and said[-1].inside_key:
        yield from keys.continuation(text)
    if any(s.password or s.login for s in said):
        yield from passwords.answers(text, direct=any(s.password and s.question for s in near))
    if any(s.code for s in said):
        yield from codes.answers(text)
    if any(s.digits for s in near):
        yield from codes.answers_digits(text)
    if any(s.identity for s in said):
        yield from identity.answers(text)
    if any(s.phrase for s in said):
        yield from phrases.find(text, announced=True)


def _said(text: str) -> _Said:
    if not may_announce(text):
        return _NOTHING
    shown = blank_marks(text)
    password, login = passwords.asked(shown)
    told = mark("password") in text
    question = not told and (passwords.ASKS.search(shown) is not None or len(shown) <= 40)
    said = _Said(
        password=password,
        question=password and question,
        login=login and question,
        code=codes.asked(shown) and mark("code") not in text,
        digits=codes.asked_for_digits(shown) and mark("card security code") not in text,
        identity=identity.asked(shown),
        phrase=phrases.announces(shown) or mark("recovery phrase") in text,
        inside_key=text.rstrip().endswith(mark("private key")) or "PRIVATE KEY" in text,
    )
    return _NOTHING if said == _NOTHING else said
