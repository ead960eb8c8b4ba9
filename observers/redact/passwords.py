"""Passwords: given away by the words around them, since by themselves they can look like anything.

Three distances. Right after a colon or "is" almost any word is a password if the sentence ends with it, unless it is
what people say instead ("wrong", "forgotten", "on the fridge"); what has digits or signs in it is one whatever follows
("hunter2 by the way"). Within the same line a strong shape is enough. In the texts that follow a question, a strong
shape is again enough, or a reply that is one word and nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact import vocabulary as words
from observers.redact.amid import is_of_what, is_told_amid
from observers.redact.chatter import INSTEAD, REPLIES
from observers.redact.shapes import (
    PLACEHOLDER,
    TOKEN,
    TOKENS,
    is_ordinary,
    is_strong,
    is_unmistakable,
    looks_like_name,
    trimmed,
)
from observers.redact.spans import Span, lowered

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUE = re.compile(rf"{words.START}(?:{words.PASSWORD})(?![a-z0-9_])")
_SHORT = re.compile(
    r"(?<![^\W])(?:the |wifi |guest |user |admin |my |ur |your )?pass(?=\s*(?:[:=]|is\b|for\b))(?![A-Za-z0-9_])"
)
_LOGIN = re.compile(rf"{words.START}(?:{words.LOGIN})(?![A-Za-z0-9_])")
_QUOTED = r"[\"“„«'‘`][^\"”“»'’`\n\ue000]{3,64}[\"”“»'’`]"
_DIRECT = re.compile(
    rf"(?i)(?P<filler>(?:['’]s?)?(?:[ \t]+[^\s:=：.?!;\ue000]+){{0,6}}?)[ \t]*"
    rf"(?:(?P<sign>[:=：＝]|→|-+>|=>)|(?<![^\s'’])(?P<verb>{words.IS})(?=\s)"
    rf"|(?P<cjk>{words.CJK_IS}))[ \t]*\n?[ \t]*(?P<value>{_QUOTED}|{TOKEN})"
)
_BESIDE = re.compile(rf"[ \t]*(?:[-–—|]|\n)?[ \t]*(?P<value>{_QUOTED}|{TOKEN})")
_ENDS = re.compile(
    r"[.!?]?\s*(?:$|[\n,.;!)\]\"”'’。、]|\s{2}|\s(?:btw|lol|but|and|so|ok|okay|thanks|thx|ty|pls|please|dont|don't"
    r"|do not|with|all|x+|haha|if|und|et|y|e|i|en|och|og|ja|ve|aber|mais|pero|ma|mas|ale|maar|men|mutta|ama)\b)|です"
    r"|だよ|でした|哦|呢"
)
_REMARK = re.compile(words.CASE_REMARK)
_LAST_TOKEN = re.compile(rf"(?<!\S)({TOKEN})[\s,;(\-–]{{1,3}}\Z")
_IT_IS = re.compile(r"(?i)(?:^|\b)(?:it['’]?s|its|is|try|use|est|ist|es|è|é|jest|je|on)\s+\Z")
_COMMAND = re.compile(
    rf"(?i)--?(?:password|passwd|pass|passphrase|pwd)[= ]({_QUOTED}|{TOKEN})|(?<!\S)-p({_QUOTED})"
    rf"|\bsshpass -p ?({_QUOTED}|{TOKEN})"
    rf"|(?<!\S)(?:-u|--user)[ =]?[\"']?[^\s:\"']+:({TOKEN})|\b(?:echo|printf)\s+({_QUOTED}|{TOKEN})\s*\|\s*(?:sudo"
    rf"|passwd|docker login)"
)
_ACCOUNT_FILE = re.compile(
    rf"(?i)(?<![\w/])(?:[\w.*-]+:(?:\d{{4,5}}|\*):[\w*-]+:[\w.*-]+|root|admin|administrator|postgres|ubuntu"
    rf"|guest):(?!//)({TOKEN})"
)
_GROUPS = re.compile(r"[ \t]*(?:[:=]|is)?[ \t]*([a-z]{4}(?: [a-z]{4}){3})(?![a-z]|[ \t]+[a-z])")
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9])[\w.\-]*_?(?:password|passwd|passphrase|pwd|_pass|_pw|credentials?)['\"]?\s*(?:=>|:="
    rf"|[:=])\s*({_QUOTED}|{TOKEN})"
)
_PAIR = re.compile(
    rf"(?i)(?:[ \t]+(?:is|are|guest|name|details|for(?: [^\s:]+){{1,4}}?|network)){{0,2}}[ \t]*[:=：]?[ \t]*\n?[ \t]*"
    rf"(?P<name>[^\s/|]{{2,40}})\s*(?:\s[/|]\s|/|\s\|\s|,\s)\s*(?P<value>{TOKEN})"
)
_NETWORK = re.compile(
    rf"(?i)(?<![^\W_])(?:wi-?fi|w-?lan|ssid|hotspot|вай-?фай)(?![A-Za-z0-9_])"
    rf"(?=((?:[ \t:=：]*\n?[ \t]*{TOKEN}){{1,5}}))"
)
_CHANGED = re.compile(
    rf"(?i)\b(?:reset|chang(?:ed?|ing)|set|updated?|switched|(?:um)?geändert|chang[ée]|cambi(?:ato|ado|é|ata)"
    rf"|zmieni\w+|made)\b[ \t]+"
    rf"(?:[^\s.!?;\ue000]+[ \t]+){{0,5}}?(?:to|auf|in|en|por|a|na|into|it|mine)[ \t]+({TOKEN})"
)
_NETWORK_KEY = re.compile(
    rf"(?i)(?<![^\W_])(?:key|pass|clave|cl[ée]|schlüssel|klucz|chave|chiave|sleutel|nyckel)\s*[:=]\s*({TOKEN})"
)
_PHRASE = re.compile(
    r"(?i)(?<![^\W_])pass ?phrase(?: \w+)?\s*(?::|=|is)\s*((?:[a-z]+[ \-]){2,9}[a-z]+)\s*(?:$|[\n.,;])"
)
_NAMED_AFTER = re.compile(
    rf"(?i)(?<!\S)({TOKEN})[\s,;:\-–—(]{{1,4}}(?:that['’]?s|this is|thats|is|was|as|=)\s+(?:the|my|your|our|ur"
    rf"|new)?\s*(?:\w+ ){{0,3}}\Z"
)
_THAT_WAS_IT = re.compile(
    rf"(?i)^\W*(?:that|this|↑|\^|das|ça|c['’]|eso|questa|to|dat|det)\W{{0,2}}\w*\s+"
    rf"(?:\w+\s+){{0,3}}?(?:{words.PASSWORD})(?![A-Za-z0-9_])"
)
_ONLY_NAMED = re.compile(
    rf"(?i)\W*(?:(?!no|new|same|forgot|lost|wrong|change)\w+\W{{1,2}}){{0,3}}(?:{words.PASSWORD})\W*"
)
_ASKS = re.compile(rf"(?i){words.QUESTION}")
_MIDST = re.compile(r"(?<!\S)[^\s\ue000]{2,40}[!#$%^&*][^\s\ue000]{1,40}")
_CODE_LINE = re.compile(r"\bdef |\bfunction\b|\bclass \w+[:({]|\blambda\b|=>|\bconst\b|\bimport\b|\breturn\b")


def find(text: str) -> Iterator[Span]:
    """Yield every password the text itself gives away."""
    yield from _commands(text)
    yield from _from_cues(text)
    yield from _from_logins(text)
    for match in _CHANGED.finditer(text):
        if _is_believable(text, match, 1):
            yield _span(text, match.start(1), match.end(1))


def _from_cues(text: str) -> Iterator[Span]:
    low = lowered(text)
    cues = [*_CUE.finditer(low), *_SHORT.finditer(low)]
    for cue in cues:
        yield from _after_cue(text, cue.end())
        yield from _before_cue(text, cue.start())
    for match in _PHRASE.finditer(text):
        yield Span(match.start(1), match.end(1), "password")
    yield from _remarked(text, named=bool(cues))


def _from_logins(text: str) -> Iterator[Span]:
    low = lowered(text)
    for match in _LOGIN.finditer(low):
        if "://" not in text[max(0, match.start() - 200) : match.start()].rpartition(" ")[2]:
            yield from _after_login(text, match.end())
    for match in _NETWORK.finditer(text):
        for token in TOKENS.finditer(text, *match.span(1)):
            if _is_believable(text, token):
                yield _span(text, token.start(), token.end())
        key = _NETWORK_KEY.search(text, match.end(), match.end() + 100)
        if key and not is_ordinary(trimmed(key.group(1))) and len(trimmed(key.group(1))) >= 8:
            yield _span(text, key.start(1), key.end(1))


def _is_believable(text: str, match: re.Match[str], group: int = 0) -> bool:
    """Whether the token is strong and neither called a name nor written like one."""
    token = trimmed(match.group(group))
    return is_strong(token) and not looks_like_name(token) and not _is_named(text, match.start(group))


def by_shape(text: str) -> Iterator[Span]:
    """Yield what nothing but a password looks like, whatever is being talked about."""
    for match in _MIDST.finditer(text):
        token = trimmed(match.group())
        if is_unmistakable(token):
            yield _span(text, match.start(), match.end())


def asked(text: str) -> tuple[bool, bool]:
    """Whether the text speaks of a password, or of logging in, such that the next text may give it."""
    low = lowered(text)
    return _CUE.search(low) is not None, _LOGIN.search(low) is not None


def asks(text: str) -> bool:
    """Whether a text that speaks of a password asks for it, or says nothing else ("wifi password")."""
    return _ASKS.search(text) is not None or _ONLY_NAMED.fullmatch(text) is not None


def was_it(text: str) -> bool:
    """Whether the text says that the one before it was a password ("that's the wifi password")."""
    return len(text) <= 80 and "?" not in text and _THAT_WAS_IT.match(text) is not None


def answers(text: str, *, direct: bool) -> Iterator[Span]:
    """Yield the passwords of a text that follows talk of one; ``direct`` if it answers a question for one."""
    if len(text) > 400:
        return
    for match in TOKENS.finditer(text):
        if _is_believable(text, match):
            yield _span(text, match.start(), match.end())
    if direct:
        yield from _only_word(text)


def _only_word(text: str) -> Iterator[Span]:
    """A reply of one word, or "it's X": a password unless it is what people reply."""
    match = re.fullmatch(
        rf"\W*(?:(?:it['’]?s|its|c['’]est|es ist|es|è|é|to|je|det är|det er|se on|try|use)\s+)?({TOKEN})\s*",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return
    word = trimmed(match.group(1))
    plain = word.lower().strip("!?.")
    if (
        len(word) < 5
        or plain in INSTEAD
        or plain in REPLIES
        or is_ordinary(word)
        or re.fullmatch(r"(\w)\1*|[\W_]+", word)
    ):
        return
    if word.isascii() and (word.isdigit() or re.fullmatch(r"[A-Za-z][\w!@#$%&*.\-]*", word)):
        yield _span(text, match.start(1), match.end(1))


def _after_cue(text: str, end: int) -> Iterator[Span]:
    groups = _GROUPS.match(text, end)
    if groups:
        yield Span(groups.start(1), groups.end(1), "password")
        return
    direct = _DIRECT.match(text, end, end + 160)
    if direct and "?" not in text[end : direct.start("value")] and _told(text, direct):
        yield _span(text, direct.start("value"), direct.end("value"))
        end = direct.end("value")
    else:
        beside = _BESIDE.match(text, end, end + 120)
        if beside and _told_beside(beside.group("value")):
            yield _span(text, beside.start("value"), beside.end("value"))
    stop = text.find("\n", end)
    stop = min(end + 80, len(text) if stop < 0 else stop)
    for match in TOKENS.finditer(text, end, stop):
        token = trimmed(match.group())
        whole = match.end() < stop or stop == len(text) or text[stop].isspace()
        if whole and is_strong(token) and not _is_named(text, match.start()):
            yield _span(text, match.start(), match.end())


def _before_cue(text: str, start: int) -> Iterator[Span]:
    """``Kestrel!2019 is the new password``."""
    match = _NAMED_AFTER.search(text, max(0, start - 80), start)
    if match and is_strong(trimmed(match.group(1))):
        yield _span(text, match.start(1), match.end(1))


def _told(text: str, match: re.Match[str]) -> bool:
    """Whether what follows a colon or "is" is a password rather than something said about it."""
    raw = match.group("value")
    value = trimmed(raw)
    if _told_beside(raw):
        return True
    if re.fullmatch(_QUOTED, raw) or len(value) < 4 or _is_said_instead(value) or _is_said_instead(raw):
        return False
    if re.search(r"[(){}<>]|://", raw) or _CODE_LINE.search(text):
        return False
    end = match.start("value") + raw.index(value) + len(value)
    if is_of_what(match.group("filler")) and is_told_amid(text, value, end):
        return True
    return _is_told_last(text, match, value, end)


def _is_told_last(text: str, match: re.Match[str], value: str, end: int) -> bool:
    """Whether a value is one because its sentence ends with it, or a sign says so."""
    signed = match.group("sign") is not None
    ends = _ENDS.match(text, end) is not None
    if value.isdigit():
        return ends
    plain = value.replace("-", "").replace("'", "").replace("’", "").isalpha()
    if plain:
        near = len(match.group("filler").split()) <= 3 and value.isascii()
        return ends and (signed or near)
    return ends or signed


def _told_beside(raw: str) -> bool:
    if re.fullmatch(_QUOTED, raw):
        return not _is_said_instead(raw[1:-1])
    return is_strong(trimmed(raw))


def _is_said_instead(value: str) -> bool:
    return PLACEHOLDER.fullmatch(value) is not None or value.lower() in INSTEAD


def _commands(text: str) -> Iterator[Span]:
    for match in _ACCOUNT_FILE.finditer(text):
        if re.search(r"[^\W\d_]", match.group(1)) and not _is_said_instead(trimmed(match.group(1))):
            yield _span(text, match.start(1), match.end(1))
    for pattern in (_COMMAND, _ASSIGNED):
        for match in pattern.finditer(text):
            k = match.lastindex or 1
            value = match.group(k).strip("\"'`")
            code = re.search(r"[(){}]|\w\[", value) is not None and value == match.group(k)
            if (
                len(value) >= 4
                and not PLACEHOLDER.fullmatch(value)
                and not code
                and value.lower().strip(".,;!?") not in INSTEAD
            ):
                yield _span(text, match.start(k), match.end(k))


def _remarked(text: str, *, named: bool) -> Iterator[Span]:
    """``it's Marmalade7, capital M``: nobody spells out the case of anything else."""
    for match in _REMARK.finditer(lowered(text)):
        before = _LAST_TOKEN.search(text, max(0, match.start() - 70), match.start())
        if before is None:
            continue
        token = trimmed(before.group(1))
        told = _IT_IS.search(text[max(0, before.start(1) - 12) : before.start(1)]) is not None
        if is_strong(token) or (
            (told or named) and len(token) >= 5 and token.isalnum() and token.lower() not in INSTEAD
        ):
            yield _span(text, before.start(1), before.end(1))


def _after_login(text: str, end: int) -> Iterator[Span]:
    pair = _PAIR.match(text, end, end + 120)
    if pair and not PLACEHOLDER.fullmatch(trimmed(pair.group("value"))):
        value = trimmed(pair.group("value"))
        spaced = re.search(r"\s[/|]\s", pair.group()) is not None
        if ", " in pair.group() and not re.search(r"(?i)\bis\b|[:：]", pair.group()):
            return
        if is_strong(value) or (
            spaced and len(value) >= 6 and any(c.isdigit() for c in value) and not looks_like_name(value)
        ):
            yield _span(text, pair.start("value"), pair.end("value"))
    stop = text.find("\n", end)
    for match in TOKENS.finditer(text, end, min(end + 60, len(text) if stop < 0 else stop)):
        token = trimmed(match.group())
        certain = is_strong(token) and re.search(r"[_!#$%&*]|[a-z][A-Z].*\d", token) and not looks_like_name(token)
        if certain and not _is_named(text, match.start()):
            yield _span(text, match.start(), match.end())


def _is_named(text: str, start: int) -> bool:
    """Whether the word before says that this is a name, an account or a reference."""
    before = text[max(0, start - 24) : start]
    return (
        re.search(
            r"(?i)(?:\bas|\buser(?:name)?|\bhandle|\bname|\bid|\border|\bref|\bbranch|\bversion|\bfile|\bhost"
            r"|\bserver|@|\bnetwork|\bssid|name|\brede|\bréseau|\bred)\s*[:#]?\s*\Z",
            before,
        )
        is not None
    )


def _span(text: str, start: int, end: int) -> Span:
    """Cut away the punctuation of the sentence; a final exclamation mark stays part of the password."""
    value = trimmed(text[start:end])
    at = text.index(value, start) if value else start
    return Span(at, at + len(value), "password")
