"""Redaction of screen text: the pieces of one window, read as one page.

A screen is no conversation. Its pieces are joined before anybody looks, so that a key cut by a scrolled terminal is
whole again, and read in three ways: with the gaps between cells closed, with broken tokens joined, and as labels with
their values. What is found in any reading is taken out of the text as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from observers.redact import blocks, cells, codes, fields, keys, misread, passwords
from observers.redact import vocabulary as words
from observers.redact.hints import may_hold
from observers.redact.reading import joined, squeezed
from observers.redact.shapes import PLACEHOLDER
from observers.redact.spans import (
    BLANK,
    MARK,
    Redacted,
    SecretKind,
    Span,
    blank_marks,
    merged,
    occurrences,
    replace,
    telling,
)
from observers.redact.thread import given_away

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCREEN_LOOK_BACK = 2  # pieces of the window before the new ones that a secret may have begun in
_TAIL = 400  # characters of them that are read again
_PASSES = 6
_BROKEN_LINK = re.compile(
    r"(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|https?|s?ftp|smtps?|ssh|jdbc:\w+)\s?:\s?/\s?/\s?"
    r"[^\s:@/]*(?:\s[^\s:@/]{1,20})?\s?:\s?(?!//)([^\s@/]{3,40}(?:\s[^\s@/]{2,40})?)\s?@"
)
_ATTACHED = re.compile(
    r"(?i)\b(?:mysql(?:dump|admin)?|mariadb|mongo(?:sh)?)\b[^\n]{0,80}?\s-p(\S{4,})"
    r"|\bsshpass ?-p ?(\S{4,})|\bredis-cli\b[^\n]{0,60}?\s-a ?(\S{4,})"
)
_MEMBER = re.compile(r"(?i)[\"'](?:\w*_)?(?:pass|pwd|passwd|password|secret)[\"']\s?:\s?[\"']([^\"'\n]{4,64})[\"']")
_PROMPT = re.compile(
    r"(?i)(?:'s password|password for [^\n:]{1,40}|passphrase for (?:key )?[^\n:]{1,80}):[ \t]*\n[ \t]*\Z"
)
_MARKUP = re.compile(r"\s[\w\-]+=\Z|[\w\-]+=[\"']")  # an attribute, or what stands between two attributes' quotes
_MODE_LINE = re.compile(r"(?:^|\n)[ \t]*-[\w\-]{1,4}:\Z")  # of Emacs
_OPEN_KEY = re.compile(r"BEGIN [A-Z0-9 ]*PRIVATE KEY")
_CLOSED_KEY = re.compile(r"END [A-Z0-9 ]*PRIVATE KEY")
_ASSIGNED = re.compile(
    r"(?m)^(?:[^\S\n]*\d{1,4}[^\S\n]{2,})?[^\S\n]*(?:export )?"
    r"([A-Z][A-Z0-9_ ]{0,30}?(?:PA[S5]{2}W[O0]?R?D|PASSWD|_PASS|PWD|[S5]ECRET|T[O0]KEN|API_?KEY|_KEY)(?:_[A-Z0-9_]+)?)"
    r" ?[=:] ?[\"']?(\S{1,80}(?: \S{1,40}){0,3})$"
)
_REST = re.compile(
    r"[ \t]*\n?[ \t]*(?:\S{1,6} )?(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[\w\-+/=.]{16,}(?![^\s\"',;)])", re.ASCII
)
_DIGITS_AFTER = re.compile(r"(?<=[!#$%&*_]) ?\d{1,5}(?![^\s])")
_KINDS: dict[str, SecretKind] = {k: k for k in ("api key", "private key", "recovery phrase")}
_KEY_REST = re.compile(r"[ \t]*([\w\-+/=.]{8,})(?![^\s\"',;)])", re.ASCII)
_TURNS = 4  # in eight characters or more: no name of a program or person has as many
_ASKS = re.compile(
    r"(?i)[?？]|\bpl[sz]\b|\bplease\b|\bwhat|\bcan (?:yo)?u\b|porfa|教えて|\bagain\b|\bbitte\b|logged .*out"
)
_NO_QUESTION = re.compile(
    r"(?i)forgot|vergessen|oubli|olvid|dimenticat|esquec|zapomni|didn['’]t|lost|can['’]t|need help"
)
_NO_PASSWORD = re.compile(r"\W{0,3}[\d.,]+\W{0,3}[A-Z€£$]{1,3}|97[89]-[\dOlIB]+-[\d\-OlIB]+")  # a price, a book
_CUE_BEFORE = re.compile(rf"(?i){words.CODE}|{words.SECRET_CODE}|{words.LOCK}|{words.DOOR}|'s\b|\bis\b|\byou: ")
_CUE_BELOW = re.compile(r"[ \t]*\n")
_ASKED_LINES = 3  # after a question for a code, a name and the answer among them


def redact_screen(texts: Sequence[str], stored: int = 0) -> list[Redacted]:
    """Return consecutive pieces of one window without their secrets, one result a piece.

    The first ``stored`` pieces were redacted when they came; only the last of their lines are read again, for what
    goes on in the new ones. Total over ``str``, and redacting the results changes nothing.
    """
    results = [Redacted(text) for text in texts]
    first = _first_place([len(t) for t in texts], stored)
    values: dict[str, SecretKind] = {}
    for _ in range(_PASSES):
        page = "\n".join(r.text for r in results)
        start = page.rfind("\n", 0, first) + 1 if first else 0
        shown = blank_marks(page[start:])
        spans = [*find(shown), *_continued(page[start:])]
        values |= telling(shown, spans)
        spans += occurrences(shown, values)
        if not spans or not _apply(results, [Span(s.start + start, s.end + start, s.kind) for s in merged(spans)]):
            break
    return results


def find(page: str) -> list[Span]:
    """Return every secret of a page; marks of earlier redactions must be blanked."""
    plain = squeezed(page)
    spans = [plain.span(s) for s in given_away(plain.text)]
    spans = [s for s in spans if _holds(page, s)]
    closed = joined(page)
    if closed and may_hold(closed.text):
        spans += [
            closed.span(s)
            for s in (*keys.by_format(closed.text), *keys.announced(closed.text))
            if _closed(s, closed.text)
        ]
        spans += [closed.span(s) for s in misread.find(closed.text)]
    lines = blocks.lines_of(page)
    rows = cells.rows_of(page)
    spans += [
        *misread.find(page),
        *blocks.find(page, lines),
        *fields.find(rows),
        *_linked(page),
        *_assigned(page),
        *_answered(page, rows),
    ]
    spans = [_trimmed(page, s) if s.kind == "recovery phrase" else s for s in spans]
    spans = [_ended(page, s) if s.kind == "private key" else s for s in spans]
    spans = [_followed(page, s) if s.kind in ("api key", "password") else s for s in spans]
    return [s for s in spans if page[s.start : s.end].strip(BLANK + " \n\t")]


def _continued(page: str) -> Iterator[Span]:
    """What goes on in the line below a mark: the rest of a key that wrapped, of a key's block, of a phrase's grid."""
    for mark in MARK.finditer(page):
        kind = _KINDS.get(mark.group(1))
        if kind is None or not page.startswith("\n", mark.end()):
            continue
        at = mark.end() + 1
        line = blocks.Line(at, page[at : (page + "\n").index("\n", at)])
        if kind == "recovery phrase":
            span = blocks.more_words(line)
        elif kind == "private key":
            span = blocks.more_of_a_key(line)
        else:
            token = _KEY_REST.match(line.text)
            turns = _turns(token.group(1)) if token else 0
            span = Span(at + token.start(1), at + token.end(1), kind) if token and turns >= _TURNS else None
        if span:
            yield span


def _turns(token: str) -> int:
    """How often upper case, lower case and digits take turns."""
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in token if c.isalnum()]
    return sum(a != b for a, b in pairwise(kinds))


def _first_place(lengths: Sequence[int], stored: int) -> int:
    """Where reading begins: in the last lines of what is stored."""
    return max(0, sum(lengths[:stored]) + stored - _TAIL) if stored else 0


def _apply(results: list[Redacted], spans: list[Span]) -> bool:
    """Take spans of the joined page out of the pieces they lie in; whether anything changed."""
    at = 0
    changed = False
    for i, result in enumerate(results):
        end = at + len(result.text)
        here = [
            Span(max(s.start, at) - at, min(s.end, end) - at, s.kind) for s in spans if s.start < end and s.end > at
        ]
        if here:
            found = replace(result.text, here)
            results[i] = Redacted(found.text, dict(Counter(result.counts) + Counter(found.counts)))
            changed = changed or found.text != result.text
        at = end + 1
    return changed


def _holds(page: str, span: Span) -> bool:
    """Whether a span found as in a chat holds on a screen: prompts do not echo, and a key's end may be out of view."""
    value = page[span.start : span.end]
    if span.kind == "private key":
        return _closed(span, page)
    if span.kind == "password":
        lead = page[max(0, span.start - 120) : span.start]
        return not (
            _PROMPT.search(lead) or _MARKUP.search(value) or _MODE_LINE.search(lead) or _NO_PASSWORD.fullmatch(value)
        )
    if span.kind == "code" and _CUE_BELOW.match(page, span.end):
        line = page[page.rfind("\n", 0, span.start) + 1 : span.start]
        return not line or line.endswith("  ") or _CUE_BEFORE.search(line) is not None
    return True


def _closed(span: Span, page: str) -> bool:
    value = page[span.start : span.end]
    return span.kind != "private key" or not _OPEN_KEY.search(value) or _CLOSED_KEY.search(value) is not None


def _linked(page: str) -> Iterator[Span]:
    """Passwords in addresses that OCR put spaces into, and those attached to an option."""
    patterns = [
        p for sign, p in (("@", _BROKEN_LINK), ("-p", _ATTACHED), ("-a", _ATTACHED), ('"', _MEMBER)) if sign in page
    ]
    for pattern in patterns:
        for match in pattern.finditer(page):
            n = match.lastindex or 1
            if BLANK not in match.group(n) and not PLACEHOLDER.fullmatch(match.group(n)):
                yield Span(match.start(n), match.end(n), "password")


def _assigned(page: str) -> Iterator[Span]:
    """Settings whose names say what they are, up to the end of the line: OCR puts spaces into values."""
    for match in _ASSIGNED.finditer(page):
        value = match.group(2)
        tokens = value.split()
        told = any(c.isdigit() for c in value) and not PLACEHOLDER.fullmatch(tokens[0]) and BLANK not in value
        if told and not re.search(r"[(){}]|://|\w\[", value) and len("".join(tokens)) >= 6:
            password = re.search(r"(?i)pas|pwd", match.group(1)) is not None
            yield Span(match.start(2), match.end(2), "password" if password else "api key")


def _answered(page: str, rows: Sequence[cells.Row]) -> Iterator[Span]:
    """What answers a question in a conversation on the screen, whose lines are names and words of others too."""
    starts = [row[0].start for row in rows]
    for i in sorted({bisect_right(starts, m.start()) - 1 for m in _ASKS.finditer(page)}):
        asked = [_apart(c.text) for c in rows[i] if len(c.text) <= 120 and _ASKS.search(c.text)]
        asked = [text for text in asked if not _NO_QUESTION.search(text)]
        code = any(codes.asked(text) and "?" in text for text in asked)
        word = any(True in passwords.asked(text) and passwords.asks(text) for text in asked)
        if not code and not word:
            continue
        for cell in (c for below in rows[i + 1 : i + 1 + _ASKED_LINES] for c in below):
            found = [*(codes.answers(cell.text) if code else ())]
            found += passwords.answers(cell.text, direct=False) if word else ()
            yield from (Span(s.start + cell.start, s.end + cell.start, s.kind) for s in found)


def _apart(text: str) -> str:
    """``gatecode?`` with the space that OCR lost."""
    return re.sub(r"(?i)(?<=\w)(?=(?:code|password|passwort)(?:\b|again))|(?<=password)(?=again)", " ", text)


def _followed(page: str, span: Span) -> Span:
    """A key with those of the next pieces that are as random and as long, a password with the digits OCR cut off."""
    end = span.end
    rest = _REST if span.kind == "api key" else _DIGITS_AFTER
    while match := rest.match(page, end):
        end = match.end()
    return Span(span.start, end, span.kind)


def _ended(page: str, span: Span) -> Span:
    """A private key up to the line that ends it, even if OCR misread the dashes there."""
    ending = _CLOSED_KEY.search(page, span.start, span.end)
    stop = page.find("\n", ending.end()) if ending else -1
    return span if stop < 0 else Span(span.start, min(span.end, stop), span.kind)


def _trimmed(page: str, span: Span) -> Span:
    """A recovery phrase without its caption, and without those after it, which are capitalised."""
    text = page[span.start : span.end]
    words = list(re.finditer(r"[^\W\d_]+", text))
    if not words[:1] or not (words[0].group().islower() or sum(w.group().islower() for w in words) * 2 >= len(words)):
        return span
    caption = re.search(r"\n[ \t]*[A-Z]", text)
    words = [w for w in words if not caption or w.start() < caption.start()]
    head = re.match(r"[^\n]*(?:phrase|words|seed|mnemonic)[^\n]{0,3}\n", text)
    words = [w for w in words if not head or w.start() >= head.end()]
    while words and not words[-1].group().islower():
        words.pop()
    if not words:
        return span
    first = words[0].start() if head else 0
    return Span(span.start + first, span.start + words[-1].end(), span.kind)
