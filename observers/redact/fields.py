"""Labels and their values where a screen puts them: to the right, underneath, or in the same column of a table.

A label is a whole cell ("Card number", "Passwort:"), not a word in a sentence. What it is a label for decides what a
value must look like; captions of buttons, hints and masks are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observers.redact import identity
from observers.redact import vocabulary as words
from observers.redact.chatter import INSTEAD, REPLIES
from observers.redact.hints import may_announce
from observers.redact.misread import digits_of
from observers.redact.shapes import PLACEHOLDER, is_key_like, is_ordinary, is_strong, looks_like_name, trimmed
from observers.redact.spans import BLANK, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from observers.redact.spans import SecretKind

_CELL = re.compile(r"[^\s│┃|]+(?:[ \u00a0][^\s│┃|]+)*")
_WHOSE = (
    r"(?:(?:your|my|the|new|old|current|confirm|repeat|master|wi-?fi|wireless|network|wlan|admin|login|user|account"
    r"|temporary|initial|default|guest|router|root|database|db|e-?mail|app(?:-specific)?|s?ftp|vpn|server|enter|sudo"
    r"|neues|altes|aktuelles|nouveau|ancien|nueva|actual|nuova|attuale|nova|atual|nowe|nieuw)[ ]){0,3}"
)
_AFTER = r"(?:[ ](?:\([^)]{1,16}\)|again|key))?"
_SHARED = r"(?:pre-?)?shared[ -](?:key|secret)|(?:wpa[23]?[ -])?psk|passwort|pw"
_PASSWORD = re.compile(rf"{_WHOSE}(?:{words.PASSWORD}|{_SHARED}|pass){_AFTER}")
_NETWORK_KEY = re.compile(r"(?:key|pass|schlüssel|clave|clé|chiave|klucz)")
_NETWORK = re.compile(r"(?i)\bssid\b|\bwi-?fi\b|\bwlan\b")
_SECURITY_CODE = re.compile(rf"(?:card )?(?:{words.SECURITY_CODE}|c[vwy]{{1,2}}|[ocg]vv)(?:[ ]?[/(][ ]?\w{{3,4}}\)?)?")
_CARD = re.compile(
    r"(?:credit |debit |bank )?card(?: ?(?:number|no\.?|nr\.?))|number on card|karten(?:nummer|nr\.?)"
    r"|num[ée]ro de (?:la )?carte"
    r"|n[úu]mero d[eo] (?:la )?(?:tarjeta|cart[ãa]o)|numero (?:della )?carta|numer karty|kaartnummer|číslo karty"
    r"|kortnummer|номер карты|カード番号|卡号"
)
_ANY_DIGIT = re.compile(r"[0158]")
_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[0158]+(?=[a-z])|\b[58](?=[a-z]{4})|(?<=[a-z]{4})[0158]\b")
_LETTERS = str.maketrans("0158", "olsb")
_MORE = re.compile(
    r"kart|card|tarjeta|iban|verify|step|schlüssel|clave|clé|chiave|klucz|digit|numbe"
)  # labels no chat has
_EXPIRES = re.compile(r"(?<![\d/])(?:0[1-9]|1[0-2]) ?/ ?(?:20)?[2-4]\d(?![\d/])")
_ACCOUNT = re.compile(
    r"(?:bank )?account(?: ?(?:number|no\.?|nr\.?|#))|acct\.?(?: no\.?)?|sort[ -]?code|routing(?: number)?|bsb"
    r"|kontonummer|kto\.?-?nr\.?|bankleitzahl|blz|rekeningnummer|numer (?:konta|rachunku)|n[úu]mero de cuenta"
)
_IBAN = re.compile(r"(?:your |recipient'?s? |empfänger[- ])?iban(?: ?(?:number|no\.?|nr\.?))?(?: \([^)]*\))?")
_KEY = re.compile(rf"(?:[\w.\-]+ ){{0,3}}(?:{words.KEY}|setup key|security key)(?: id)?")
_ENTER_KEY = re.compile(r"enter (?:this|the) (?:setup )?key|setup key|manual entry|secret key|can['’]?t scan")
_CODE = re.compile(
    rf"(?:{words.START}(?:{words.SECRET_CODE})(?![a-z0-9_])|\b(?:your|this|the|enter|use|ihr|votre|tu|twój|din)\b[^.?!]{{0,24}}"
    rf"(?:\bcode|kod|código|codice)\b|^code$|verify your|two-factor|2-step|two-step)"
)
_NO_CODE = re.compile(
    rf"(?:{words.HARMLESS_CODE}|{words.RECOVERY_CODES}) ?(?:code|pin)|resend|didn['’]t|change|forgot|code (?:review|of)"
)
_AUTHENTICATOR = re.compile(
    r"\b(?:auth(?!or)|oauth|otp|totp|2fa|mfa|authy|aegis)|authenticator|one-?timepass|verificationcode|two-factor"
    r"|2-step|two-step"
)
_SIGNS = ("auth", "otp", "2fa", "mfa", "aegis", "one-time", "onetime", "verification", "two-", "2-step")
_MASKED = re.compile(r"[•●*∙·○◦]*(?:[•●*∙○◦]{2}\w{1,2}|\w[•●*∙○◦]{2})[•●*∙·○◦]*")
_IN_SENTENCE = 48  # characters; a longer cell is prose and no label
_MISSES = 2  # rows without a value, before the table has ended
_ROWS_BELOW = 40  # of a table that are still under its header


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of a line between wide gaps."""

    text: str
    start: int
    column: int  # where it begins on its line

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


Row = list[Cell]


def rows_of(text: str) -> list[Row]:
    """The cells of each line that has any."""
    rows, at = [], 0
    for line in text.split("\n"):
        row = [Cell(m.group(), at + m.start(), m.start()) for m in _CELL.finditer(line)]
        if row:
            rows.append(_boxes(row, line, at))
        at += len(line) + 1
    return rows


def _boxes(row: Row, line: str, at: int) -> Row:
    """A code typed into boxes of one character each is one cell."""
    if len(row) == 1 or any(len(c.text) > 14 for c in row):
        return row
    whole = "".join(c.text for c in row)
    boxes = len(row) >= 4 and all(len(c.text) == 1 for c in row) and digits_of(whole)
    boxes = boxes or (len(row) > 1 and re.fullmatch(r"(?:[A-Z2-7]{4}[ ]?){4,}|(?:\d{4}[ ]?){3,5}", whole))
    first = row[0]
    return [Cell(line[first.column :].rstrip(), at + first.column, first.column)] if boxes else row


def find(rows: Sequence[Row]) -> Iterator[Span]:
    """Yield every value that a label on the screen gives away."""
    if not rows:
        return
    whole = [" ".join(c.text for c in row) for row in rows]
    page = "\n".join(whole)
    network = _NETWORK.search(page) is not None
    paying = _EXPIRES.search(page) is not None
    if _signs_in(page):
        yield from _six_digits(rows)
    for i, row in enumerate(rows):
        if paying:
            yield from _after_expiry(rows, i)
        if all(len(c.text) > _IN_SENTENCE for c in row) or not _may_label(whole[i]):
            continue
        for k, cell in enumerate(row):
            for kind in _kinds(cell.text, network=network):
                yield from _values(rows, i, k, kind)
        if 1 < len(row) <= 3 and "code" in _kinds(whole[i], network=False):
            yield from _values([[Cell(whole[i], row[0].start, row[0].column)], *rows[i + 1 : i + 3]], 0, 0, "code")


def _signs_in(page: str) -> bool:
    """Whether the screen speaks of a second factor, in an authenticator or on the way in."""
    low = page.lower()
    return any(sign in low.replace(" ", "") for sign in _SIGNS) and (
        _AUTHENTICATOR.search(low) is not None or _AUTHENTICATOR.search(low.replace(" ", "")) is not None
    )


def _may_label(text: str) -> bool:
    """Whether a line may hold a label for a secret: it has the beginning of a word for one."""
    low = _mended(text.lower())
    return may_announce(low) or _MORE.search(low) is not None or may_announce(low.replace(" ", ""))


def _kinds(label: str, *, network: bool) -> list[str]:
    """What a cell is a label for."""
    if len(label) > _IN_SENTENCE or not (label[0].isalnum() or label[0] in "*#"):
        return []
    low = _mended(label.lower().strip(" *:：#?"))
    tight = low.replace(" ", "")
    out = [n for n, pattern in _LABELS.items() if pattern.fullmatch(low) or _TIGHT[n].fullmatch(tight)]
    if network and _NETWORK_KEY.fullmatch(low):
        out.append("password")
    if (_CODE.search(low) or _TIGHT_CODE.search(tight)) and not _NO_CODE.search(low):
        out.append("code")
    if _ENTER_KEY.search(low):
        out.append("key")
    if identity.is_name(low) or tight in _TIGHT_IDENTITY:
        out.append("identity")
    return out


_LABELS = {
    "password": _PASSWORD,
    "digits": _SECURITY_CODE,
    "card": _CARD,
    "account": _ACCOUNT,
    "iban": _IBAN,
    "key": _KEY,
}


# The same with the spaces that OCR loses lost.
_TIGHT = {n: re.compile(re.sub(r"\[ \]\??| \??", "", p.pattern)) for n, p in _LABELS.items() if n != "key"}
_TIGHT["key"] = re.compile(r"(?:api|secret|access|client|signing|setup)(?:key|secret|token)|secretaccesskey")
_TIGHT_CODE = re.compile(
    r"(?:verification|security|sign-?in|log-?in|access|confirmation|digit|one-time|your|this)(?:pass)?code|enterthecode"
)
_TIGHT_IDENTITY = ("socialsecuritynumber", "socialsecurityno", "nationalinsurancenumber", "taxid", "passportnumber")


def _mended(label: str) -> str:
    """A label with the letters back that OCR took for digits."""
    if not _ANY_DIGIT.search(label):
        return label
    return _DIGIT_IN_WORD.sub(lambda m: m.group().translate(_LETTERS), label)


def _values(rows: Sequence[Row], i: int, k: int, kind: str) -> Iterator[Span]:
    """The values of one label: the next cell of its row, or else what is in its column below."""
    row = rows[i]
    if k + 1 < len(row) and (k == 0 or row[k].text.endswith(":") or k % 2 == 0):
        span = _checked(row[k + 1], kind, row[k].text, beside=True)
        if span:
            yield span
        if span or BLANK in row[k + 1].text:
            return
    found = missed = 0
    for below in rows[i + 1 : i + 1 + (_ROWS_BELOW if len(row) > 1 else 2)]:
        cell = _under(row, k, below)
        span = _checked(cell, kind, row[k].text, beside=len(row) > 1) if cell else None
        if span:
            yield span
        found += span is not None or (cell is not None and BLANK in cell.text)
        missed += len(below) > 1 and span is None and (cell is None or BLANK not in cell.text)
        if len(row) > 1 and missed > _MISSES:
            break
        if len(row) == 1 and (found or kind not in ("code", "key", "card")):
            break
        if len(row) > 1 and len(below) < 2 and found:
            break


def _under(header: Row, k: int, below: Row) -> Cell | None:
    """The cell of a row that is in the column of a header's cell."""
    if len(header) == len(below):
        return below[k]
    if len(header) == 1:
        return min(below, key=lambda c: abs(c.column - header[0].column))
    near = min(below, key=lambda c: abs(c.column - header[k].column))
    others = [c for n, c in enumerate(header) if n != k]
    mine = abs(near.column - header[k].column)
    if len(below) > 1 and all(abs(near.column - c.column) > mine for c in others):
        return near
    last = below[-1]
    return last if len(below) > 1 and k == len(header) - 1 and not looks_like_name(last.text) else None


def _checked(cell: Cell, kind: str, label: str, *, beside: bool) -> Span | None:
    if BLANK in cell.text:
        return None
    if kind == "identity":
        if 8 <= len(digits_of(cell.text)) <= 13 and sum(c.isdigit() for c in cell.text) >= 6:
            return Span(cell.start, cell.end, "identity number")
        lead = f"{label.rstrip(':')}: "
        found = next(iter(identity.announced(lead + cell.text)), None)
        shift = cell.start - len(lead)
        return Span(found.start + shift, found.end + shift, found.kind) if found and found.start >= len(lead) else None
    believed = _password(cell.text, beside=beside) if kind == "password" else _VALUES[kind](cell.text)
    return Span(cell.start, cell.end, believed) if believed else None


def _password(value: str, *, beside: bool) -> SecretKind | None:
    """A whole cell: one token, or several that OCR made of one."""
    tokens = value.split()
    compact = "".join(tokens)
    if _MASKED.fullmatch(compact) or re.fullmatch(r"\d{4}(?:[ -]\d{4}){2,5}", value):
        return "password"
    if any(t.lower().strip(".,:!?") in INSTEAD or PLACEHOLDER.fullmatch(t) for t in tokens) or is_ordinary(value):
        return None
    if len(tokens) > 1:
        odd = sum(any(not c.isalpha() for c in trimmed(t)) for t in tokens)
        needed = len(tokens) if len(tokens) == 2 or not beside else 2
        return "password" if len(tokens) <= 4 and odd >= needed and is_strong(compact) else None
    if is_strong(trimmed(value)):
        return "password"
    plain = value.isascii() and 5 <= len(value) <= 40 and re.fullmatch(r"[\w!@#$%&*.\-]+", value) is not None
    if not plain or value.lower() in REPLIES or "@" in value:
        return None
    digits = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return "password" if digits or (beside and value.islower()) else None


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
    return "bank account" if re.fullmatch(r"[A-Za-z0-9]{2}[0-9OolISB]{2}[A-Za-z0-9]{11,30}", compact) else None


def _key(value: str) -> SecretKind | None:
    compact = re.sub(r"[\s\-]", "", value)
    groups = re.fullmatch(r"(?:[A-Z0-9]{4}[\s\-]{0,3}){4,16}|(?:[a-z0-9]{4}[\s\-]{0,3}){4,16}", value)
    if groups and any(c.isdigit() for c in compact):
        return "api key"
    tokens = value.split()
    words = any(t.isalpha() and 1 < len(t) < 8 for t in tokens)
    return "api key" if len(tokens) <= 4 and not words and is_key_like(compact, 12) and not is_ordinary(value) else None


def _code(value: str) -> SecretKind | None:
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


def _six_digits(rows: Sequence[Row]) -> Iterator[Span]:
    """Six digits that stand alone, on a screen that speaks of signing in."""
    for row in rows:
        for cell in row:
            digits = digits_of(cell.text)
            split = re.fullmatch(r"\w{3} \w{3}|\w{6}", cell.text) and sum(c.isdigit() for c in cell.text) >= 5
            if len(digits) == 6 and split and not digits.endswith("000"):
                yield Span(cell.start, cell.end, "code")


def _after_expiry(rows: Sequence[Row], i: int) -> Iterator[Span]:
    """Three or four digits beside a month and year, where a card's number is on the same screen."""
    row = rows[i]
    above = " ".join(c.text for r in rows[max(0, i - 3) : i + 1] for c in r)
    if not re.search(rf"(?i)card|{BLANK}|\d{{4}} \d{{4}}", above):
        return
    for k, left in enumerate(row):
        for right in row[k + 1 : k + 3]:
            if _EXPIRES.fullmatch(left.text) and re.fullmatch(r"\d{3,4}", right.text):
                yield Span(right.start, right.end, "card security code")
