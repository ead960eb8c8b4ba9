"""Redaction of one text in its thread, and of several in a row.

A secret is often asked for in one message and given in the next, which alone is a harmless word; so every text is
read with the few before it. Those may be redacted already: their marks say as much as the secrets did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observers.redact import accounts, codes, identity, keys, passwords, phrases
from observers.redact.hints import announcements, may_announce, may_hold, numbers
from observers.redact.spans import Redacted, SecretKind, Span, blank_marks, mark, occurrences, replace, telling

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
_Detectors = tuple[Callable[[str], Iterable[Span]], ...]
_BY_DIGITS: _Detectors = (accounts.by_digits, identity.by_shape, codes.by_shape)
_BY_WORDS: dict[str, _Detectors] = {
    "K": (keys.announced,),
    "A": (accounts.announced,),
    "I": (identity.announced,),
    "P": (passwords.find,),
    "C": (codes.find,),
}


def redact(text: str, before: Sequence[str] = ()) -> Redacted:
    """Return ``text`` without its secrets.

    ``before`` holds the texts of the same thread that came before it, oldest first, redacted or not; only the last
    ``LOOK_BACK`` are read. Pure, total over ``str``, and idempotent: redacting the result changes nothing.
    """
    return _redact(text, [_said(earlier) for earlier in before[-LOOK_BACK:]], {})


def redact_turns(texts: Sequence[str], before: Sequence[str] = ()) -> list[Redacted]:
    """Return consecutive texts of one thread without their secrets, one result a text.

    Sees more than text by text: a secret named only afterwards ("that's the wifi password") and card numbers and
    recovery phrases spread over several texts are found as well.
    """
    results = [Redacted(text) for text in texts]
    found: dict[str, SecretKind] = {}
    for _ in range(_PASSES):
        if not (_forward(results, before, found) | _across(results, found)):
            break
    return results


def _forward(results: list[Redacted], before: Sequence[str], values: dict[str, SecretKind]) -> bool:
    said = [_said(earlier) for earlier in before[-LOOK_BACK:]]
    changed = False
    for i, result in enumerate(results):
        found = _redact(result.text, said, values)
        if found.counts:
            results[i], changed = _added(result, found), True
        said = [*said, _said(found.text)][-LOOK_BACK:]
    return changed


def _across(results: list[Redacted], values: dict[str, SecretKind]) -> bool:
    """Find what only several texts together show."""
    spans: list[tuple[int, Span]] = []
    texts = [blank_marks(r.text) for r in results]
    for i, text in enumerate(texts[1:], 1):
        if passwords.was_it(text):
            spans += [(i - 1, span) for span in passwords.answers(texts[i - 1], direct=True)]
        if codes.asked(text) and len(text) <= 80 and re.match(r"(?i)\W*(?:that|this|it)", text):
            spans += [(i - 1, span) for span in codes.answers(texts[i - 1])]
    for first in range(len(texts) - 1):
        if re.search(r"\d{4}", texts[first]):
            spans += [(first + i, span) for i, span in accounts.halves(texts[first : first + LOOK_BACK])]
    spans += _spread_phrases(texts)
    if values:
        spans += [(i, span) for i, text in enumerate(texts) for span in occurrences(text, values)]
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


def _redact(text: str, said: Sequence[_Said], values: dict[str, SecretKind]) -> Redacted:
    """Redact until nothing more is found; ``values`` collects what must be the same secret wherever it recurs."""
    result = Redacted(text)
    expecting = any(s is not _NOTHING for s in said)
    clean: set[tuple[_Detectors, str]] = set()
    for _ in range(_PASSES):
        shown = blank_marks(result.text)
        spans = list(_find(shown, clean)) if may_hold(shown) else []
        if expecting:
            spans += _find_answers(shown, said)
        if not spans:
            break
        values |= telling(result.text, spans)
        spans += occurrences(result.text, values)
        result = _added(result, replace(result.text, spans))
    return result


def given_away(text: str) -> list[Span]:
    """Return what one text gives away by itself; marks of earlier redactions must be blanked."""
    return list(_find(text, set())) if may_hold(text) else []


def _find(text: str, clean: set[tuple[_Detectors, str]]) -> Iterator[Span]:
    """Yield what the detectors find; stretches already known to be ``clean`` are not searched again."""
    yield from keys.by_format(text)
    yield from passwords.by_shape(text)
    announced = announcements(text)
    yield from phrases.find(text, spoken="R" in announced)
    for start, end in numbers(text):
        yield from _searched(text, start, end, clean, _BY_DIGITS)
    for family, stretches in announced.items():
        for start, end in stretches:
            yield from _searched(text, start, end, clean, _BY_WORDS.get(family, ()))


def _searched(
    text: str, start: int, end: int, clean: set[tuple[_Detectors, str]], detectors: _Detectors
) -> Iterator[Span]:
    stretch = text[start:end]
    token = (detectors, stretch)
    if not detectors or token in clean:
        return
    spans = [span for detect in detectors for span in detect(stretch)]
    if not spans:
        clean.add(token)
    yield from (Span(s.start + start, s.end + start, s.kind) for s in spans)


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
    question = not told and passwords.asks(shown)
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
