"""What the value of each kind of label looks like; captions of buttons, hints and masks are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact import identity
from observers.redact.chatter import INSTEAD, REPLIES
from observers.redact.misread import digits_of
from observers.redact.shapes import PLACEHOLDER, is_key_like, is_ordinary, is_strong, trimmed
from observers.redact.spans import Span

if TYPE_CHECKING:
    from observers.redact.spans import SecretKind

_MASKED = re.compile(r"[•●*∙·○◦]*(?:[•●*∙○◦]{2}\w{1,2}|\w[•●*∙○◦]{2})[•●*∙·○◦]*")
_DIGITS_ONLY = re.compile(r"\d{4}(?:[ -]\d{4}){2,5}")
_DIGITS_BESIDE = re.compile(r"\d{8,63}")


def believed(kind: str, value: str, label: str, *, beside: bool) -> Span | None:
    """Where in ``value`` the secret is that the label announces; ``beside`` if it is in the label's row or column."""
    if kind == "identity":
        return _identity(value, label)
    found = _password(value, beside=beside) if kind == "password" else _VALUES[kind](value)
    return Span(0, len(value), found) if found else None


def _identity(value: str, label: str) -> Span | None:
    if 8 <= len(digits_of(value)) <= 13 and sum(c.isdigit() for c in value) >= 6:
        return Span(0, len(value), "identity number")
    lead = f"{label.rstrip(':')}: "
    found = next((s for s in identity.announced(lead + value) if s.start >= len(lead)), None)
    return Span(found.start - len(lead), found.end - len(lead), found.kind) if found else None


def _password(value: str, *, beside: bool) -> SecretKind | None:
    """A whole cell: one token, or several that OCR made of one."""
    tokens = value.split()
    if _MASKED.fullmatch("".join(tokens)) or _DIGITS_ONLY.fullmatch(value):
        return "password"
    if _DIGITS_BESIDE.fullmatch(value):
        return "password" if beside else None
    if any(t.lower().strip(".,:!?") in INSTEAD or PLACEHOLDER.fullmatch(t) for t in tokens) or is_ordinary(value):
        return None
    whole = _one_made_several(tokens, beside=beside) if len(tokens) > 1 else _one_word(value, beside=beside)
    return "password" if whole else None


def _one_made_several(tokens: list[str], *, beside: bool) -> bool:
    """Whether pieces with digits or signs in them are strong together."""
    odd = sum(any(not c.isalpha() for c in trimmed(t)) for t in tokens)
    needed = len(tokens) if len(tokens) == 2 or not beside else 2
    return len(tokens) <= 4 and odd >= needed and is_strong("".join(tokens))


def _one_word(value: str, *, beside: bool) -> bool:
    if is_strong(trimmed(value)):
        return True
    plain = value.isascii() and 5 <= len(value) <= 40 and re.fullmatch(r"[\w!@#$%&*.\-]+", value) is not None
    if not plain or value.lower() in REPLIES or "@" in value:
        return False
    digits = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return digits or (beside and value.islower())


def _digits(value: str) -> SecretKind | None:
    digits = digits_of(value)
    return "card security code" if len(digits) in (3, 4) and any(c.isdigit() for c in value) else None


def _card(value: str) -> SecretKind | None:
    """Behind its label a number need not pass its check: OCR may have changed a digit."""
    digits = digits_of(value)
    return "card number" if 13 <= len(digits) <= 19 and sum(c.isdigit() for c in value) > 8 else None


def _account(value: str) -> SecretKind | None:
    digits = digits_of(value)
    return "bank account" if 6 <= len(digits) <= 26 and sum(c.isdigit() for c in value) > 4 else None


def _iban(value: str) -> SecretKind | None:
    compact = re.sub(r"\s", "", value)
    return (
        "bank account"
        if re.fullmatch(r"[A-Za-z0-9]{2}[0-9OolISB]{2}[A-Za-z0-9]{11,30}|[A-Z]{2}\d{2}[A-Z0-9]{4,10}", compact)
        else None
    )


def _key(value: str) -> SecretKind | None:
    compact = re.sub(r"[\s\-]", "", value)
    groups = re.fullmatch(r"(?:[A-Z0-9]{4}[\s\-]{0,3}){4,16}|(?:[a-z0-9]{4}[\s\-]{0,3}){4,16}", value)
    if groups and any(c.isdigit() for c in compact):
        return "api key"
    tokens = value.split()
    words = any(t.isalpha() and 1 < len(t) < 8 for t in tokens)
    return "api key" if len(tokens) <= 4 and not words and is_key_like(compact, 12) and not is_ordinary(value) else None


def _code(value: str) -> SecretKind | None:
    if re.fullmatch(r"[A-Z]?\d{4,6}#", value):
        return "code"
    digits = digits_of(value)
    if not 4 <= len(digits) <= 8 or sum(c.isdigit() for c in value) * 2 <= len(digits) or digits in "1234567890":
        return None
    shape = re.fullmatch(r"\w{4,8}|\w{3}[ \u00a0\-–]\w{3}|\w{4}[ \-]\w{4}|\w(?:\s+\w){3,7}|\w\w \w\w \w\w", value)
    return "code" if shape and not re.fullmatch(r"(?:19|20)\d\d", value) else None


_VALUES = {
    "digits": _digits,
    "card": _card,
    "account": _account,
    "iban": _iban,
    "key": _key,
    "code": _code,
}
