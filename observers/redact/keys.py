"""Private keys, API keys and tokens: by their published formats, and by the words beside them.

Formats come first because they need no context. A key without a known format is believed when a word for it stands
before it, or when it is random over 32 characters; hashes, UUIDs and base64 pictures by themselves are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact import vocabulary as words
from observers.redact.shapes import PLACEHOLDER, TOKEN, is_key_like, is_random, trimmed
from observers.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = re.compile(
    r"""(?x)(?<![A-Za-z0-9])(?:
      sk-[ ]?(?:proj-|ant-|or-v1-|svcacct-|admin-|lf-|live-)?[ ]?[A-Za-z0-9_\-]{16,}
    | gh[pousr]_[A-Za-z0-9]{16,} | github_pat_[A-Za-z0-9_]{16,}
    | gl(?:pat|ptt|dt|rt|cbt|ft|soat|oas|agent|imt|ffct)-[\w\-]{16,}
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])
    | AIza[\w\-]{28,} | ya29\.[\w\-]{16,} | GOCSPX-[\w\-]{16,} | 1//0[\w\-]{24,}
    | xox[abeoprs]-[\w\-]{10,} | xapp-[\w\-]{16,}
    | (?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,} | whsec_[A-Za-z0-9+/=]{16,}
    | npm_[A-Za-z0-9]{24,} | pypi-[\w\-]{16,} | hf_[A-Za-z0-9]{16,} | r8_[A-Za-z0-9]{24,} | gsk_[A-Za-z0-9]{24,}
    | SG\.[\w\-]{16,}\.[\w\-]{16,} | key-[0-9a-f]{32} | SK[0-9a-f]{32}(?![0-9a-f])
    | \d{8,10}:[A-Za-z0-9_\-]{35}(?![\w\-])
    | (?:mfa\.[\w\-]{60,} | [MNO][A-Za-z0-9_\-]{22,27}\.[\w\-]{6}\.[\w\-]{25,})
    | live_\d{6,}_[A-Za-z0-9]{16,}
    | do[opr]_v1_[a-f0-9]{40,} | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{24,} | sq0[a-z]{3}-[\w\-]{20,} | dapi[a-f0-9]{32}
    | lin_api_[A-Za-z0-9]{24,} | ntn_[A-Za-z0-9]{24,} | secret_[A-Za-z0-9]{32,} | figd_[\w\-]{24,}
    | dckr_pat_[\w\-]{16,}
    | hv[sb]\.[\w\-]{20,} | tskey-[\w\-]{16,} | sbp_[a-f0-9]{32,} | pscale_\w{2,4}_[\w\-.]{24,} | NRAK-[A-Z0-9]{20,}
    | PMAK-[a-f0-9\-]{24,} | ATATT3[\w\-=]{24,} | gl(?:sa|c)_[\w\-=]{24,} | pplx-[A-Za-z0-9]{24,} | xai-[A-Za-z0-9]{24,}
    | sntry[su]_[\w\-=+/]{24,} | AGE-SECRET-KEY-1[A-Z0-9]{40,} | nsec1[a-z0-9]{40,} | [xyz]prv[A-Za-z0-9]{80,}
    | (?:[5KL][1-9A-HJ-NP-Za-km-z]{50,51})(?![A-Za-z0-9])
    | eyJ[\w\-]{8,}\.[\w\-]{8,}(?:\.[\w\-]*)?
    )"""
)
_CONTINUED = re.compile(r"[ \t]*\n?[ \t]*([A-Za-z0-9_\-+/=]{8,})")
_PEM = re.compile(
    r"-{3,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{3,5}.*?(?:-{3,5} ?END [A-Z0-9 ]*PRIVATE KEY"
    r"(?: BLOCK)? ?-{3,5}|\Z|(?=\n\s*\n(?![A-Za-z0-9+/=]{40})))",
    re.DOTALL,
)
_PEM_END = re.compile(r"(?:[^\n]*\n){0,200}?[^\n]*-{3,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{3,5}")
_KEY_BODY = re.compile(
    r"(?<![A-Za-z0-9+/])(?:b3BlbnNzaC1rZXktdj|MII[EJC][vwopqXdQ][A-Z]I?BA|MHcCAQEE|MC4CAQAwBQYDK2Vw|MIG[HTk]AgEA"
    r"|MHQCAQEE|MIICXAIBAA)"
    r"[A-Za-z0-9+/=]{8,}(?:\s*\n\s*[A-Za-z0-9+/=]{16,}(?=\s|$))*"
)
_PUTTY = re.compile(r"(?:Private-Lines: \d+\s*\n(?:[A-Za-z0-9+/=]+\s*(?:\n|$))+)(?:Private-(?:MAC|Hash): [0-9a-f]+)?")
_BASE64_LINES = re.compile(r"\s*(?:[A-Za-z0-9+/]{16,}={0,2}\s*(?:\n|$)\s*)+")
_HEADER = re.compile(
    r"(?i)\bauthorization['\"]?\s*[:=]\s*['\"]?(?:basic|bearer|token|apikey|digest)\s+([A-Za-z0-9._~+/=\-]{8,})"
)
_BEARER = re.compile(r"(?i)\bbearer\s+([A-Za-z0-9._~+/=\-]{16,})")
_USERINFO = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s/:@'\"\ue000]*:([^\s/@'\"\ue000]+)@")
_USERTOKEN = re.compile(r"://([A-Za-z0-9_\-]{16,})@")
_PARAMETER = re.compile(
    r"(?i)[?&#;](?:[\w\-]*(?:token|secret|passw(?:or)?d|pwd|api_?key|signature|otp)|sig|auth|sid|session(?:id)?|jwt"
    r"|magic|invite_?key|key|code|x-amz-[\w-]+)=([^\s&#'\"<>\ue000]{6,})"
)
_HOOK = re.compile(
    r"(?i)https?://(?:hooks\.slack\.com/(?:services|workflows)/|(?:\w+\.)?discord"
    r"(?:app)?\.com/api/webhooks/)([\w/\-]{8,})"
)
_ASSIGNED = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?:[\w.\-]*?(?:secret|token|api_?key|apikey|access_?key|private_?key|auth_?key"
    r"|account_?key|credential|key))['\"]?\s*(?:=>|:=|[:=])\s*"
    rf"(\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|{TOKEN})"
)
_ANNOUNCED = re.compile(
    rf"(?i)(?<![A-Za-z0-9_])(?:{words.KEY})(?![A-Za-z0-9_])([^\n:=：\ue000]{{0,30}}?)(?:\s*(?:[:=：]|{words.IS}"
    rf"|{words.CJK_IS}|\n)\s*|\s+)({TOKEN})"
)
_LONG = re.compile(r"(?<![A-Za-z0-9+/_=\-.~%])[A-Za-z0-9+/_=\-]{32,200}(?![A-Za-z0-9+/_=\-])")
_PUBLIC = re.compile(
    r"(?i)BEGIN (?:CERTIFICATE|PUBLIC|[A-Z ]*PUBLIC KEY|PGP (?:PUBLIC|SIGNATURE|MESSAGE))|sha\d{3}-|base64,|\bh1:"
)
_PUBLIC_BODY = re.compile(
    r"AAAA[A-Z]3|AAAAE2|MII[CDFG]|iVBORw0|/9j/|R0lGOD|UklGR|PHN2Zy|JVBERi|d09GR|sha\d|[0-9a-f\-]+$", re.ASCII
)
_HINT = re.compile(r"[A-Za-z0-9+/_=\-.]{16}|://|BEGIN |Private-|(?i:authorization|bearer)")


def by_format(text: str) -> Iterator[Span]:
    """Yield every private key and API key whose format or randomness gives it away."""
    if _HINT.search(text) is None:
        return
    yield from _private_keys(text)
    for match in KNOWN.finditer(text):
        yield Span(match.start(), _end_of_split(text, match.end()), "api key")
    yield from _carried(text)
    yield from _random(text)


def continuation(text: str) -> Iterator[Span]:
    """Yield the body of a private key at the text's beginning, given that the text before ended inside one."""
    ended = _PEM_END.match(text)
    lines = _BASE64_LINES.match(text)
    if ended or lines:
        end = max(m.end() for m in (ended, lines) if m)
        start = len(text) - len(text.lstrip())
        yield Span(start, len(text[:end].rstrip()), "private key")


def _private_keys(text: str) -> Iterator[Span]:
    for pattern in (_PEM, _KEY_BODY, _PUTTY):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.start() + len(match.group().rstrip()), "private key")


def _end_of_split(text: str, end: int) -> int:
    """Follow a key over the spaces and line breaks an OCR engine or a mail client put into it."""
    while match := _CONTINUED.match(text, end):
        chunk = match.group(1)
        mixed = any(c.isdigit() for c in chunk) and any(c.isupper() for c in chunk) and any(c.islower() for c in chunk)
        if match.start(1) == end or not mixed or KNOWN.match(chunk):
            break
        end = match.end()
    return end


def _carried(text: str) -> Iterator[Span]:
    """Credentials inside headers and URLs."""
    linked = (_USERINFO, _USERTOKEN, _PARAMETER, _HOOK) if "://" in text or "=" in text else ()
    for pattern in (_HEADER, _BEARER, *linked):
        for match in pattern.finditer(text):
            value = match.group(1)
            if PLACEHOLDER.fullmatch(value) or (pattern is _BEARER and not any(c.isdigit() for c in value)):
                continue
            yield Span(match.start(1), match.end(1), "password" if pattern is _USERINFO else "api key")


def announced(text: str) -> Iterator[Span]:
    """Yield every key that a word for one stands before."""
    for match in _ASSIGNED.finditer(text):
        value = trimmed(match.group(1))
        if is_key_like(value, 12) or (len(value) >= 20 and "insecure" in value):
            start = text.index(value, match.start(1))
            yield Span(start, _end_of_split(text, start + len(value)), "api key")
    for match in _ANNOUNCED.finditer(text):
        value = trimmed(match.group(2))
        if is_key_like(value, 16) and not _is_word_chain(value):
            start = text.index(value, match.start(2))
            yield Span(start, _end_of_split(text, start + len(value)), "api key")


def _is_word_chain(value: str) -> bool:
    """A file name or an identifier: mostly words joined by underscores, hyphens, dots or slashes."""
    pieces = re.split(r"[_\-./=:]", value)
    return len(pieces) > 2 and sum(p.isalpha() or p.isdigit() for p in pieces) >= len(pieces) - 1 and "--" not in value


def is_public(text: str, start: int) -> bool:
    """Whether what stands at ``start`` is said, or shows by how it begins, to be no secret: a picture, a hash."""
    before = text[max(0, start - 300) : start]
    return _PUBLIC.search(before) is not None or _PUBLIC_BODY.match(text, start) is not None


def _random(text: str) -> Iterator[Span]:
    for match in _LONG.finditer(text):
        before = text[max(0, match.start() - 300) : match.start()]
        around = before.rsplit(None, 1)[-1] if before and not before[-1].isspace() else ""
        if "://" in around or _PUBLIC.search(before) or _PUBLIC_BODY.match(match.group()):
            continue
        if is_random(re.sub(r"^[\w-]+=(?=.)", "", match.group())):
            yield Span(match.start(), _end_of_split(text, match.end()), "api key")
