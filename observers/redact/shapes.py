"""What a password looks like, and what only stands where one would.

A *strong* shape (``gracht-otter-17``, ``Hunter2!``) is believed wherever secrets are being talked about; a *plain* word
only where the sentence says outright that it is one. Versions, units, file names, handles and code are neither.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

# Everything but spaces, blanked marks, brackets of a placeholder and CJK, which runs on without a space.
TOKEN = r"[^\s\ue000<>「」『』\u2022\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef\uac00-\ud7af]+"  # noqa: S105 -- a pattern
TOKENS = re.compile(TOKEN)

_NOT_SECRET = re.compile(
    r"""(?ix)
    \w+://.* | www\..* | [^@]+@[\w-]+[.:'’].* | @.* | \#\w{3,}
    | [~.]?/.* | [a-z]:\\.* | \w[\w-]*(/[\w.-]+)+
    | [^\s]+\.(?:png|jpe?g|gif|pdf|docx?|xlsx?|txt|md|py|rs|js|tsx?|json|ya?ml|toml|zip|mp[34]|mov|csv|html?|com
      |org|net|io|dev|co|uk|de|fr|es|nl)
    | v?\d+(\.\d+)+[\w.-]* | [a-z]+[@-]v?\d+(\.\d+)+
    | \d+(?:[.,]\d+)?\s?(?:[a-z]{1,4}|°c|%) | \d+(?:st|nd|rd|th|er|ème|º|ª)
    | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:t[\d:.+z-]*)? | \d{1,2}[:h.]\d{2}(?:[ap]m)?
    | \d+-(?:\p{}|[^\W\d_])+ | [^\W\d_]{1,12}-\d{1,3} | (?:mid|pre|post|early|late)-\d{4}s?
    | s\d{1,2}e\d{1,2} | \d?passwords?\d{0,2} | [a-z]{2}-[a-z]{2} | (?:wpa|ieee|iso|rfc|cve|utf|wep|covid|h)[-\d].*
    | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12} | [0-9a-f]{7,64}
    """.replace(r"\p{}|", "")
)  # fmt: skip
_MISREAD = re.compile(r"[^\W\d_]*(?:-[^\W\d_]+)?[01](?:-?[^\W\d_]+)|[^\W\d_]+-?[^\W\d_]*[01][^\W\d_]*")
_SYMBOL = re.compile(r"[!#$%&*@^+=~?]")
_CODE = re.compile(r"[(){}\[\];]|\.\w+\(|::|->|^\$|^%\w+%$")
PLACEHOLDER = re.compile(
    r"""(?ix)
    [*•·●.\-_x×∙○◦…#?|]+ | <.*>? | \$?\{.* | \$\w+ | %\w+%
    | (?:your|my|the|some|insert|enter|new|old)[-_ ]?(?:own)?[-_ ]?\w*(?:key|token|password|secret|pass
      |here)\w*(?:-here)?
    | change[-_]?me\W* | pass(?:word|wd|phrase)?s? | pwd? | secret | token | user(?:name)? | key | example
    | placeholder | redacted | removed | hidden
    | none | null | nil | true | false | undefined | str(?:ing)? | bytes | text | required | optional | \W+
    | (?:os|process|self|this|settings|config|env|getenv|getpass|request|req|props|state|await|new|params?|options?
      |args?)\b[.\[(].* | await | new | return
    """
)  # fmt: skip
_HEX = re.compile(r"[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?::\w{2})?")


def trimmed(token: str) -> str:
    """Return the token without the quotes and the punctuation a sentence puts around it."""
    return token.strip("\"'“”‘’«»„`,;:()[]…").rstrip(".?")


def is_strong(token: str) -> bool:
    """Whether the token could hardly be anything but a password, given that passwords are the subject."""
    if not 6 <= len(token) <= 64 or _is_something_else(token):
        return False
    body = token.rstrip("!")
    symbol = _SYMBOL.search(body[1:]) is not None
    if not any(c.isdigit() for c in token):
        return symbol and token != token.lower() and not re.fullmatch(r"[A-Z]+&[A-Z]+", token)
    if symbol or token.endswith("!") or "_" in body:
        return True
    segments = re.split(r"[-.]", body)
    if len(segments) >= 3:
        return sum(len(s) >= 2 and s.isalpha() for s in segments) >= 2 or any(_mixed(s) for s in segments)
    shortest = 6 if len(segments) > 1 or _inner_capital(token) else 8
    return any(_mixed(s) for s in segments) and len(token) >= shortest


def is_unmistakable(token: str) -> bool:
    """Whether the token could hardly be anything but a password, whatever the subject: all four classes mixed."""
    body = re.sub(r"^\W+|\W+$", "", token)
    symbols = re.findall(r"[!#$%^&*]", body)
    mixed = any(c.isupper() for c in body) and any(c.islower() for c in body) and any(c.isdigit() for c in body)
    return mixed and len(symbols) == 1 and body.count("&") + len(body) >= 8 and is_strong(body) and body.isascii()


def _is_something_else(token: str) -> bool:
    if PLACEHOLDER.fullmatch(token) or is_ordinary(token) or _CODE.search(token):
        return True
    misread = _MISREAD.fullmatch(token) and token[1:] == token[1:].lower()
    return bool(misread) or not any(c.isalpha() for c in token)


def _mixed(segment: str) -> bool:
    return any(c.isdigit() for c in segment) and any(c.isalpha() for c in segment)


def _inner_capital(token: str) -> bool:
    return token != token.lower() and token != token.upper() and any(c.islower() for c in token)


def is_ordinary(token: str) -> bool:
    """Whether the token is an address, a path, a version, a date, a measure: something with a use of its own."""
    return _NOT_SECRET.fullmatch(token) is not None


def looks_like_name(token: str) -> bool:
    """Whether the token is how networks, models and bookings are called: capitals and digits (``VM4471902``)."""
    return re.fullmatch(r"[A-Z0-9]+(?:-[A-Z0-9]+)*", token) is not None


def is_key_like(token: str, shortest: int = 16) -> bool:
    """Whether the token is random enough for a key, given that keys are the subject: UUIDs and hex included."""
    if len(token) < shortest or PLACEHOLDER.fullmatch(token):
        return False
    if _UUID.fullmatch(token):
        return True
    if not re.fullmatch(r"[A-Za-z0-9+/_\-=.:~]+", token) or re.match(r"\w+://", token):
        return False
    if not any(c.isdigit() for c in token) or not any(c.isalpha() for c in token):
        return False
    return entropy(token) >= (2.8 if _HEX.fullmatch(token) else 3.2)


def is_random(token: str) -> bool:
    """Whether the token is random by itself: upper, lower and digits well mixed, as in nothing people write."""
    digits = sum(c.isdigit() for c in token)
    upper = sum(c.isupper() for c in token)
    lower = sum(c.islower() for c in token)
    if min(digits, upper, lower) < 4:
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in token if c.isalnum()]
    turns = sum(a != b for a, b in pairwise(kinds))
    return turns >= len(token) / 3 and entropy(token) >= 4.0


def entropy(token: str) -> float:
    """Return the Shannon entropy of the token's characters, in bits a character."""
    counts = Counter(token)
    return -sum(n / len(token) * log2(n / len(token)) for n in counts.values()) if token else 0.0
