"""Numbers and keys whose characters OCR confused: O for 0, l and I for 1, S for 5, B for 8.

A confusion is undone only where check digits then agree, or where the beginning of a key's format remains; a number
with letters in it is otherwise left as it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban

from observers.redact import accounts
from observers.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFUSED = "OoQDlIi|!SsBZzGgq"
_DIGITS = str.maketrans(CONFUSED, "00001111155822699"[: len(CONFUSED)])
DIGIT = rf"[0-9{re.escape(CONFUSED)}]"
_GAP = r"[ \t\u00a0\n–.·-]{0,6}"
_CARD = re.compile(rf"(?<![A-Za-z0-9.,+#]){DIGIT}(?:{_GAP}{DIGIT}){{12,18}}(?![A-Za-z0-9])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ ]?[0-9OoIl]{2}(?:[ \t]{0,3}\n?[ \t]{0,3}[A-Za-z0-9|]){11,34}")
_COUNTRY = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2} ?[0-9OIl]")
_BODY = r"(?:[A-Za-z0-9_\-+/=.][ \n]?){16,}"
_KEY = re.compile(
    rf"(?<![A-Za-z0-9])(?:[s5S][kK][_\- ]{{0,2}}(?:[l1I|][il1I]ve|te[s5]t|pr[o0O][ ]?j|ant|[s5]vcacct)[_\- ]{{0,2}}"
    rf"|gh[pousr][_\- ]{{1,2}}|gith[uv]b[_ ]pat[_ ]|A[Kk][I1l|]A|A[I1l|][zZ2]a|[xX][o0O][xX][abeoprs]-"
    rf"|g[l1I]pat[-_ ]|npm[_ ]|hf[_ ]|e[yv]J(?=[\w ]*[.,]))(?P<body>{_BODY})"
)


def digits_of(text: str) -> str:
    """The digits of a number, confused ones undone; empty if it holds anything else but spaces and hyphens."""
    compact = re.sub(r"[\s\-–.·]", "", text)
    plain = compact.translate(_DIGITS)
    return plain if plain.isascii() and plain.isdigit() else ""


def find(text: str) -> Iterator[Span]:
    """Yield every card number, IBAN and key that is one once its confused characters are undone."""
    for match in _CARD.finditer(text):
        yield from _card(match)
    for start in _COUNTRY.finditer(text):  # one may begin inside what looks like another
        whole = _IBAN.match(text, start.start())
        if whole:
            yield from _iban(whole)
    for match in _KEY.finditer(text):
        yield from _key(text, match)


def _card(match: re.Match[str]) -> Iterator[Span]:
    raw = match.group()
    digits = digits_of(raw)
    confused = sum(c in CONFUSED for c in raw)
    if confused and confused * 2 <= len(digits) and accounts.is_card(digits):
        yield Span(match.start(), match.end(), "card number")


def _iban(match: re.Match[str]) -> Iterator[Span]:
    places = [i for i, c in enumerate(match.group()) if not c.isspace()]
    compact = "".join(match.group()[i] for i in places)
    head = compact[:2] + compact[2:4].translate(_DIGITS)
    for letters in (4, 8):  # some countries' banks have four letters
        known = head + compact[4:letters]
        plain = known.upper() + compact[letters:].translate(_DIGITS).upper()
        for length in range(min(len(plain), 34), 14, -1):
            if plain[letters:length].isdigit() and iban.is_valid(plain[:length], check_country=False):
                yield Span(match.start(), match.start() + places[length - 1] + 1, "bank account")
                return


def _key(text: str, match: re.Match[str]) -> Iterator[Span]:
    """The key up to its last piece that is no word."""
    end = match.start("body")
    for piece in re.finditer(r"[^\s]+", match.group("body")):
        word = piece.group()
        random = any(c.isdigit() for c in word) or re.search(r"[a-z][A-Z]|[A-Z]{2}[a-z]", word)
        if not random and piece.start() > 0:
            break
        end = match.start("body") + piece.end()
    body = text[match.start("body") : end]
    mixed = any(c.isupper() for c in body) and any(c.islower() for c in body)
    if len(body) >= 16 and sum(c.isdigit() for c in body) >= (1 if mixed else 2) and any(c.isalpha() for c in body):
        yield Span(match.start(), end, "api key")
