"""What a cell of a screen is a label for: "Card number", "Passwort:", and what OCR makes of them.

The spaces that OCR loses and the digits it takes for letters are undone here, so the words are looked for three times.
"""

from __future__ import annotations

import re

from observers.redact import identity
from observers.redact import vocabulary as words
from observers.redact.hints import may_announce

_WHOSE = (
    r"(?:(?:your|my|the|new|old|current|confirm|repeat|master|wi-?fi|wireless|network|wlan|admin|login|user|account"
    r"|temporary|initial|default|guest|router|root|database|db|e-?mail|app(?:-specific)?|s?ftp|vpn|server|enter|sudo"
    r"|neues|altes|aktuelles|nouveau|ancien|nueva|actual|nuova|attuale|nova|atual|nowe|nieuw)[ ]){0,3}"
)
_AFTER = r"(?:[ ](?:\([^)]{1,16}\)|again|key))?"
_SHARED = r"(?:pre-?)?shared[ -](?:key|secret)|(?:wpa[23]?[ -])?psk|passwort|pw"
_PASSWORD = re.compile(rf"{_WHOSE}(?:{words.PASSWORD}|{_SHARED}|pass){_AFTER}")
_NETWORK_KEY = re.compile(r"(?:key|pass|schlüssel|clave|clé|chiave|klucz)")
NETWORK = re.compile(r"(?i)\bssid\b|\bwi-?fi\b|\bwlan\b")
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
    r"kart|card|tarjeta|iban|verify|step|schlüssel|clave|clé|chiave|klucz|digit|numbe|\bpuk"
)  # labels no chat has
_ACCOUNT = re.compile(
    r"(?:bank )?account(?: ?(?:number|no\.?|nr\.?|#))|acct\.?(?: no\.?)?|sort[ -]?code|routing(?: number)?|bsb"
    r"|kontonummer|kto\.?-?nr\.?|bankleitzahl|blz|rekeningnummer|numer (?:konta|rachunku)|n[úu]mero de cuenta"
)
_IBAN = re.compile(r"(?:your |recipient'?s? |empfänger[- ])?iban(?: ?(?:number|no\.?|nr\.?))?(?: \([^)]*\))?")
_KEY = re.compile(rf"(?:[\w.\-]+ ){{0,3}}(?:{words.KEY}|setup key|security key)(?: id)?")
_ENTER_KEY = re.compile(r"enter (?:this|the) (?:setup )?key|setup key|manual entry|secret key|can['’]?t scan")
_CODE = re.compile(
    rf"(?:{words.START}(?:{words.SECRET_CODE}|puk\d?|(?:dis)?arm code|(?:entry|entrance|access) code for [\w ]+)"
    r"(?![a-z0-9_])|\b(?:your|this|the|enter|use|ihr|votre|tu|twój|din)\b[^.?!]{0,24}"
    r"(?:\bcode|kod|código|codice)\b|^code$|verify your|two-factor|2-step|two-step)"
)
_NO_CODE = re.compile(
    rf"(?:{words.HARMLESS_CODE}|{words.RECOVERY_CODES}) ?(?:code|pin)|resend|didn['’]t|change|forgot|code (?:review|of)"
)
_AUTHENTICATOR = re.compile(
    r"\b(?:auth(?!or)|oauth|otp|totp|2fa|mfa|authy|aegis)|authenticator|one-?timepass|verificationcode|two-factor"
    r"|2-step|two-step"
)
_SIGNS = ("auth", "otp", "2fa", "mfa", "aegis", "one-time", "onetime", "verification", "two-", "2-step")
IN_SENTENCE = 48  # characters; a longer cell is prose and no label


def signs_in(page: str) -> bool:
    """Whether the screen speaks of a second factor, in an authenticator or on the way in."""
    low = page.lower()
    return any(sign in low.replace(" ", "") for sign in _SIGNS) and (
        _AUTHENTICATOR.search(low) is not None or _AUTHENTICATOR.search(low.replace(" ", "")) is not None
    )


def may_label(text: str) -> bool:
    """Whether a line may hold a label for a secret: it has the beginning of a word for one."""
    low = _mended(text.lower())
    return may_announce(low) or _MORE.search(low) is not None or may_announce(low.replace(" ", ""))


def kinds(label: str, *, network: bool) -> list[str]:
    """What a cell is a label for."""
    if len(label) > IN_SENTENCE or not (label[0].isalnum() or label[0] in "*#"):
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
