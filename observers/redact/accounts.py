"""Card numbers, IBANs and bank accounts: what check digits can decide, they decide.

A card number needs an issuer's prefix and length as well as Luhn, else one order number in ten would be taken for
one. Country account numbers without check digits are believed only beside the words that announce them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, luhn

from observers.redact import vocabulary as words
from observers.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# Between two digits of a number that is read off a card, a form or a screenshot.
GAP = r"[ \t\u00a0\u2007\u2009\u202f\u200b]{0,3}(?:[-–.·][ \t\u00a0]{0,2})?(?:\n[ \t]{0,4})?"
_DIGITS = re.compile(rf"(?<![\d+.,#])(?<!\d[.-])\d(?:{GAP}\d){{12,}}(?!\d)(?![.-]\d)")
_CARD = re.compile(
    r"(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]"
    r"|[68]\d)\d{11}"
    r"|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|220[0-4]\d{12}|(?:50[0-9]|5[6-8]\d"
    r"|6[037]\d)\d{13}|(?:81|82)\d{14})"
)
_REFERENCE = re.compile(
    r"(?i)(?:order|tracking|parcel|shipment|invoice|ticket|case|reference|ref|imei|serial|isbn|ean|upc|sku"
    r"|sendungs?\w*|bestell\w*|auftrags\w*|rechnungs\w*|commande|colis"
    r"|facture|pedido|encomenda|ordine|spedizione|zamówieni\w*|przesyłk\w*|objednávk\w*|bestelling|zending|お問い合わせ番号"
    r"|伝票番号|注文番号|订单号?|快递单号|заказ\w*)"
    r"[\s.]*(?:no|nr|number|num|nummer|numer|número|numéro|n[°º]|id|code|番号)?[\s.:：#°º]*\Z"
)
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}{GAP}?\d{GAP}?\d(?:{GAP}?[A-Za-z0-9]){{11,30}}")
_IBAN_LENGTHS = range(34, 14, -1)
_SORT = re.compile(
    r"(?i)\b(?:sort ?code|sort(?=\s*[:#])|s/c|bsb|blz|bankleitzahl|routing(?: number| no\.?| #)?|aba"
    r"|transit(?: number)?)\b[^\d\n]{0,12}\n?\s*(\d{2}[- ]?\d{2}[- ]?\d{2}|\d{3}-\d{3}|\d{8,9}"
    r"|\d{3} ?\d{3} ?\d{2,3})(?!\d)"
)
_ACCOUNT = re.compile(
    r"(?i)\b(?:(?:bank |checking |savings |giro)?(?:account|acct|a/c|acc)(?: ?(?:number|no\.?|num|nr\.?|#))?"
    r"|kontonummer|kontonr\.?|kto\.?-?(?:nr\.?)?|numéro de compte|número de (?:cuenta|conta)|numero di conto"
    r"|numer konta|číslo účtu|rekeningnummer|tilinumero|hesap no|口座番号|银行账号|账号|номер сч[её]та)"
    r"[^\d\n]{0,16}\n?\s*(\d(?:[ -]?\d){6,25})(?![\d])"
)
_NUMBERED = re.compile(
    r"(?i)number|no\.?|num|nr|#|konto|kto|compte|cuenta|conta|konta|účtu|rekening|tili|hesap|口座|账号|сч"
)
_AFTER_CARD = re.compile(
    r"\ue000[^\d\n£€$]{0,25}\d{1,2}\s?[/-]\s?\d{2,4}[^\d\n£€$]{0,14}?(?<!\d)(\d{3,4})(?![\d/.,:]|\s?[€£$%])"
    r"|(?<!\d)(\d{3})(?=\s+(?:on|at) the back)"
)
_CVV = re.compile(
    rf"(?i)(?<![A-Za-z0-9])(?:{words.SECURITY_CODE})(?![A-Za-z0-9])[^\d\n\ue000]{{0,15}}?\n?\s*(\d{{3,4}})(?![\d/.,])"
)


def by_digits(text: str) -> Iterator[Span]:
    """Yield every card number and IBAN."""
    yield from _cards(text)
    yield from _ibans(text)
    for match in _AFTER_CARD.finditer(text):
        yield Span(match.start(1), match.end(1), "card security code")


def announced(text: str) -> Iterator[Span]:
    """Yield every card security code and bank account that words give away."""
    for match in _CVV.finditer(text):
        yield Span(match.start(1), match.end(1), "card security code")
    sorts = list(_SORT.finditer(text))
    for match in sorts:
        yield Span(match.start(1), match.end(1), "bank account")
    for match in _ACCOUNT.finditer(text):
        if sorts or _NUMBERED.search(match.group()[: match.start(1) - match.start()]):
            yield Span(match.start(1), match.end(1), "bank account")


def is_card(digits: str) -> bool:
    """Whether the ASCII digits are an issuer's card number with a right check digit."""
    return _CARD.fullmatch(digits) is not None and bool(luhn.is_valid(digits)) and len(set(digits)) > 1


def _cards(text: str) -> Iterator[Span]:
    for match in _DIGITS.finditer(text):
        places = [i for i in range(match.start(), match.end()) if text[i].isdigit()]
        digits = "".join(str(int(text[i])) for i in places)
        yield from _cards_within(text, digits, places)


def _cards_within(text: str, digits: str, places: list[int]) -> Iterator[Span]:
    """A run of digits may hold a card and the amount, date or code beside it: try every group boundary."""
    starts = [k for k in range(len(places)) if k == 0 or places[k] > places[k - 1] + 1]
    taken = -1
    for first in starts:
        for length in (16, 15, 14, 19, 18, 17):
            end = first + length
            if first <= taken or end > len(digits) or (end < len(digits) and end not in starts):
                continue
            span = Span(places[first], places[end - 1] + 1, "card number")
            plain = span.end - span.start == length
            if not is_card(digits[first:end]) or (
                plain and (length > 16 or _REFERENCE.search(text[max(0, span.start - 48) : span.start]))
            ):
                continue
            yield span
            taken = end - 1
            break


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        places = [i for i in range(match.start(), match.end()) if text[i].isalnum()]
        compact = "".join(text[i] for i in places).upper()
        if not compact.isascii():
            continue
        length = _iban_length(compact)
        if length:
            yield Span(match.start(), places[length - 1] + 1, "bank account")


def _iban_length(compact: str) -> int:
    return next((n for n in _IBAN_LENGTHS if n <= len(compact) and iban.is_valid(compact[:n], check_country=False)), 0)


def halves(texts: list[str]) -> list[tuple[int, Span]]:
    """Return the pieces of a card number given over consecutive texts in groups of four, with each text's index."""
    groups = [(i, m) for i, text in enumerate(texts) for m in re.finditer(r"(?<![\d.,])\d{4}(?![\d.,]\d|\d)", text)]
    out: list[tuple[int, Span]] = []
    for k in range(len(groups) - 3):
        four = groups[k : k + 4]
        if four[0][0] != four[-1][0] and is_card("".join(m.group() for _, m in four)):
            out += [(i, Span(m.start(), m.end(), "card number")) for i, m in four]
    return out
