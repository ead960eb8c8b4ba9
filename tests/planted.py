"""Invented secrets of every shape, and the search for what is left of one.

A screen's text is not the screen: letters are confused and spaces come and go. So a secret counts as found if it, or
eight characters of it in a row, stand in a text once both are folded to what OCR leaves of them.
"""

from __future__ import annotations

import base64
import random
import re
import string

from stdnum import iban, luhn

ALNUM = string.ascii_letters + string.digits
FRAGMENT = 8  # characters of a secret that must not stand together anywhere
FRAGMENT_OF_WORDS = 13  # of a recovery phrase, whose words by themselves are on every screen

# name -> (prefix, alphabet, length of the body)
KEYS = {
    "openai": ("sk-proj-", ALNUM, 40),
    "anthropic": ("sk-ant-api03-", ALNUM + "-_", 80),
    "github": ("ghp_", ALNUM, 36),
    "gitlab": ("glpat-", ALNUM, 20),
    "aws_id": ("AKIA", string.ascii_uppercase + "234567", 16),
    "aws_secret": ("", ALNUM + "/+", 40),
    "google": ("AIza", ALNUM + "_", 35),
    "slack": ("xoxb-", string.digits, 24),
    "stripe": ("sk_live_", ALNUM, 24),
    "hf": ("hf_", string.ascii_letters, 34),
    "npm": ("npm_", ALNUM, 36),
    "generic": ("", ALNUM, 32),
    "pem": ("", ALNUM + "+/", 64),
}
_FOLDED = str.maketrans("oqdilzsbgt|", "00011258971")


def invented(name: str, rng: random.Random) -> str:
    """A key of that format that nobody ever used."""
    if name == "jwt":
        parts = [b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","iat":1516239022}', rng.randbytes(32)]
        return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)
    prefix, alphabet, length = KEYS[name]
    return prefix + "".join(rng.choices(alphabet, k=length))


def card(rng: random.Random) -> str:
    """A card number with an issuer's prefix and the right check digit."""
    body = rng.choice(["4", "51", "55", "6011", "3530"])
    body += "".join(rng.choices(string.digits, k=15 - len(body)))
    return body + str(luhn.calc_check_digit(body))


def account(rng: random.Random, country: str = "DE", letters: str = "") -> str:
    """An IBAN with the right check digits; ``letters`` name the bank where the country's do."""
    length = {"DE": 22, "GB": 22, "NL": 18, "AT": 20, "ES": 24, "PT": 25}[country]
    rest = letters + "".join(rng.choices(string.digits, k=length - 4 - len(letters)))
    return country + str(iban.calc_check_digits(f"{country}00{rest}")) + rest


def grouped(text: str, size: int = 4, gap: str = " ") -> str:
    """``text`` in groups, as forms show it."""
    return gap.join(text[i : i + size] for i in range(0, len(text), size))


def folded(text: str) -> str:
    """``text`` without spaces and punctuation, in lower case, with the characters OCR confuses made one."""
    return (
        re.sub(r"[\W_]", "", re.sub(r"\[[a-z ]+ removed\]", "\x00", text).replace("\x00", "§"))
        .lower()
        .translate(_FOLDED)
    )


def remains(secret: str, text: str) -> list[str]:
    """The pieces of a secret that still stand in a text, folded."""
    sought = folded(secret)
    here = folded(text)
    size = FRAGMENT_OF_WORDS if secret.replace(" ", "").isalpha() else FRAGMENT
    pieces = [sought[i : i + size] for i in range(max(1, len(sought) - size + 1))]
    return [piece for piece in pieces if piece and piece in here]
