"""One-time codes, PINs, door and alarm codes, lists of recovery codes.

"Code" is the least certain word there is, so its kind decides: after "verification code" or "gate code" any number
of the right length counts; after a bare "code" there must be "is" or a colon, and none of the many harmless codes
(error, promo, postal, class ...) may be meant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact import vocabulary as words
from observers.redact.spans import Span, lowered

if TYPE_CHECKING:
    from collections.abc import Iterator

_EDGE = (
    r"(?![A-Za-z0-9_€£$%円元年人分点时月]|[.,:/]\d|[ -]\d|\s?(?:€|£|\$|%|zł|kg|km|kcal|mins?\b|minutes\b|hours\b|hrs?\b"
    r"|people\b|lines\b|pages\b|am\b|pm\b))"
)
# 4 to 8 digits in at most one split, the same spelled out singly, or a short prefix and digits; a door adds # or *.
DIGITS = (
    rf"(?:(?:[A-Z]{{1,3}}-)?(?:\d{{3}}[ \u00a0-]\d{{3}}|\d{{4}}[ -]\d{{4}}|\d{{2}} \d{{2}} \d{{2}}(?: \d{{2}})?"
    rf"|\d(?:[ -]\d){{3,7}}|\d{{2}}-\d{{2}}-\d{{2}}|\d{{4,8}})(?:[#*]?[A-Z]?[#*]?))(?:(?<=[#*])|{_EDGE})"
)
_VALUE = rf"(?<![A-Za-z0-9_.,:/+#$€£-])(?<!\d[ -])(?P<value>{DIGITS})"
# Capitals and at least three digits, a door's # or * among them.
_MIXED = (
    r"(?<![A-Za-z0-9_.,:/+-])(?P<mixed>(?=[0-9]*[A-Z#*])(?=(?:[A-Z#*-]*\d){3})"
    r"[A-Z0-9#*]{2,5}-?[A-Z0-9#*]{1,5})(?![\w.:/-])"
)
_LINK = r"(?:[:=：＝→]|-+>|(?<![^\s])" + words.IS + r"(?=\s)|" + words.CJK_IS + r")"
_STRONG = re.compile(rf"{words.START}(?:{words.SECRET_CODE})(?![a-z0-9_])")
_DOOR = re.compile(rf"{words.START}(?:{words.DOOR})(?![a-z0-9_])")
_LOCK = re.compile(rf"{words.START}(?:{words.LOCK})(?![a-z0-9_])")
_CODE = re.compile(rf"{words.START}(?:{words.CODE})(?![a-z0-9_])")
_AFTER_STRONG = re.compile(rf"(?P<filler>[^\d\n.!?;\ue000]{{0,40}}[.:]?\n?[ \t]*){_VALUE}")
_AFTER_STRONG_MIXED = re.compile(rf"[^\d\n.!?;\ue000]{{0,20}}?(?i:{_LINK})?\s*{_MIXED}")
_AFTER_DOOR = re.compile(rf"(?P<filler>[^\d\n.!?;:\ue000]{{0,20}}?(?i:{_LINK})\s*)(?:{_VALUE}|{_MIXED})")
_AFTER_LOCK = re.compile(rf"(?P<filler>[^\d\n.!?;:\ue000]{{0,36}}[ ,–-]){_VALUE}(?=\s*(?:$|[\n.,;!)]|and\b|then\b))")
_AFTER_CODE = re.compile(
    rf"(?P<filler>[^\d\n.!?;:\ue000]{{0,30}}?(?i:{_LINK})\s*\n?\s*)(?:{_VALUE}|(?=\S*[A-Z#*]){_MIXED})"
)
_BARE_CODE = re.compile(rf"(?P<filler>(?: (?i:sms|odbioru|is|ist))?\s+){_VALUE}")
_BEFORE = re.compile(
    rf"{_VALUE}\s*(?i:(?:is|ist|est|c['’]est|es|è|é|to|je|är|er|on|as|—|-|=|hai|是|は)\s+(?:[^\s.!?\d]+\s+){{0,4}}?"
    rf"|(?:is )?(?:your|ihr|votre|tu|su|il tuo|o seu|twój|je|din|the)\s+(?:[^\s.!?\d]+\s+){{0,3}}?)"
    rf"(?i:(?P<cue>{words.SECRET_CODE}|{words.CODE})(?![A-Za-z0-9_]))"
)
_USE = re.compile(
    rf"(?i:\b(?:use|enter|type|utilisez|saisissez|introduce|ingresa|usa|inserisci|wpisz|podaj|voer|geben sie"
    rf"|eingeben)\s){_VALUE}(?=[^\n\d]{{0,40}}(?i:{words.SECRET_CODE}|{words.CODE}))"
)
_AT = re.compile(
    r"(?i)(?:^|\s)(?:at|in|of|on|since|for|um|seit|von|à|en|de|a las|alle|às|o|w|z|v|om|kl\.?|в|с|expires|until|by"
    r"|from|after|before|ending|endet|line|page|step|version|room|by|about|around|#)\s*\Z"
)
_DETERMINER = re.compile(
    r"(?i)(?:^|[\n.!?:;,(\"“>✔✓]|\b(?:your|the|this|ur|votre|ihr|dein|tu|su|tuo|seu|twój|je|din|use|enter|type|new"
    r"|neuer|nouveau|nuevo|nowy))\s*\Z"
)
_HARMLESS_BEFORE = re.compile(rf"(?i){words.START}(?:{words.HARMLESS_CODE})[ -]*\Z")
_HARMLESS_AFTER = re.compile(
    rf"(?i)\s*(?:de |del |do |for |pour |für )?(?:the )?(?:{words.HARMLESS_CODE}|review|freeze|base|of conduct|style"
    rf"|snippet|golf|name|s\b)(?![A-Za-z])"
)
_INDIAN_PIN = re.compile(r"(?i)pin ?codes?")
_LIST = re.compile(rf"(?i){words.START}(?:{words.RECOVERY_CODES})(?![A-Za-z0-9_])[^\n:：\d]{{0,40}}[:：]?\s*")
_ITEM = re.compile(
    r"[\s,;•·*\-]*(?:\d{1,2}[.)]\s+)?((?=[A-Za-z0-9 -]*\d)[A-Za-z0-9]{4,10}(?:[ -][A-Za-z0-9]{4,10}){0,5}?"
    r"|\d{3} \d{3})(?=[\s,;.]|$)"
)
_REPLY = re.compile(
    rf"\W*(?i:(?:yes|yeah|yep|ja|oui|sí|si|sim|tak|it['’]?s|its|it is|is|try|code|the code is|use|c['’]est|es ist|es"
    rf"|è|é|to|je|sure|ok|here|got it|think|i)[\s,:.!-]+){{0,4}}(?:{_VALUE}|{_MIXED})(?=\s*(?:$|[\n.,!?;(#*]|then"
    rf"|and|but|like|as in|i think|dont|don't|don’t|pls|please|press|push|hit|hash|star|thx|thanks"
    rf"|puis|dann|luego|poi|ale|x+\b|😀|🙏|👍"
    rf"|btw|\W+$))"
)
_FRAME = re.compile(
    rf"(?i)(?:^|\b(?:the|a|your|my|that|this|ur|la|le|el|il|o|den|der|die|het|de|którego|jaki|welche[rn]?|quel"
    rf"|cu[áa]l|qual|wat|new)\s+(?:\w+\s+){{0,2}})(?:{words.CODE})\s*(?:is|are|for \w+(?: \w+)?|please|pls"
    rf"|again)?\s*[?.:…]*\s*$"
)
_ASKS = re.compile(rf"(?i){words.QUESTION}|\bsms\b|\btext(?:ed)?\b|\bcode\s*$")
_DIGIT_WISH = re.compile(rf"(?i)(?:{words.SECURITY_CODE})")


def find(text: str) -> Iterator[Span]:
    """Yield every code the text itself gives away."""
    low = lowered(text)
    for match in _STRONG.finditer(low):
        yield from _after_strong(text, match)
    for names, value in ((_DOOR, _AFTER_DOOR), (_LOCK, _AFTER_LOCK)):
        for match in names.finditer(low):
            yield from _checked(value.match(text, match.end()))
    for match in _CODE.finditer(low):
        if not _is_harmless(text, match):
            yield from _after_code(text, match)
    for match in _BEFORE.finditer(text):
        if not _HARMLESS_BEFORE.search(text[max(0, match.start("cue") - 40) : match.start("cue")]):
            yield _span(match)
    for match in _USE.finditer(text):
        if not re.search(r"(?i)% off|discount|promo|rabat|off at|checkout", text):
            yield _span(match)
    yield from _lists(text)


def by_shape(text: str) -> Iterator[Span]:
    """Yield Google's codes, which carry their sender's letter."""
    for match in re.finditer(r"(?<![\w-])G-\d{6}(?![\w-])", text):
        yield Span(match.start(), match.end(), "code")


def asked(text: str) -> bool:
    """Whether the text asks for a code or announces one that it does not hold."""
    low = lowered(text)
    if _STRONG.search(low):
        return True
    if len(text) <= 80 and _DOOR.search(low) and re.search(r"\?|:\s*$", text):
        return True
    if any(not _is_harmless(text, m) for m in _CODE.finditer(low)):
        return _FRAME.search(text) is not None or (len(text) <= 60 and _ASKS.search(text) is not None)
    return False


def asked_for_digits(text: str) -> bool:
    """Whether the text asks for a card's security code."""
    return _DIGIT_WISH.search(text) is not None


def answers(text: str) -> Iterator[Span]:
    """Yield the code of a text that follows a question for one."""
    match = _REPLY.match(text)
    if match:
        yield _span(match)


def answers_digits(text: str) -> Iterator[Span]:
    """Yield the three or four digits of a text that follows a question for a card's security code."""
    match = re.fullmatch(r"\D{0,12}(\d{3,4})\D{0,6}", text)
    if match:
        yield Span(match.start(1), match.end(1), "card security code")


def _after_strong(text: str, cue: re.Match[str]) -> Iterator[Span]:
    match = _AFTER_STRONG.match(text, cue.end())
    if match and not _is_time(cue, match) and not _is_indian_postcode(text, cue, match.group("value")):
        year = re.fullmatch(r"(?:19|20)\d\d", match.group("value"))
        if not (year and not re.search(rf"(?i){_LINK}", match.group("filler"))) and not _arrow(text, cue):
            yield _span(match)
    mixed = _AFTER_STRONG_MIXED.match(text, cue.end())
    if mixed and not _arrow(text, cue) and not re.search(r"(?i)confirmation|collection|pickup", cue.group()):
        yield _span(mixed)


def _is_time(cue: re.Match[str], match: re.Match[str]) -> bool:
    """``login code sent at 1830``; longer numbers are no times, and "on" is Finnish for "is"."""
    if re.search(r"koodi|tunnus", cue.group()):
        return False
    return len(match.group("value")) == 4 and _AT.search(match.group("filler")) is not None


def _arrow(text: str, cue: re.Match[str]) -> bool:
    """A route between airports: OTP is Bucharest."""
    return re.match(r"\s*(?:->|→|–|to\b)\s*[A-Z][a-z]", text[cue.end() :]) is not None


def _is_indian_postcode(text: str, cue: re.Match[str], value: str) -> bool:
    if not _INDIAN_PIN.fullmatch(cue.group()) or not re.fullmatch(r"[1-8]\d{5}", value):
        return False
    return re.search(r"(?i)\b(?:my|your|card|atm|bank|sim|phone|is)\b", text) is None


def _is_harmless(text: str, cue: re.Match[str]) -> bool:
    return (
        _HARMLESS_BEFORE.search(text[max(0, cue.start() - 40) : cue.start()]) is not None
        or _HARMLESS_AFTER.match(text, cue.end()) is not None
    )


def _long_enough(match: re.Match[str] | None) -> re.Match[str] | None:
    return match if match and sum(c.isdigit() for c in match.group("value")) >= 5 else None


def _after_code(text: str, cue: re.Match[str]) -> Iterator[Span]:
    yield from _checked(_AFTER_CODE.match(text, cue.end()))
    bare = _long_enough(_BARE_CODE.match(text, cue.end()))
    split = bare is not None and re.fullmatch(r"\d{3}[ -]\d{3}", bare.group("value")) is not None
    if split or _DETERMINER.search(text[max(0, cue.start() - 20) : cue.start()]):
        yield from _checked(bare)


def _checked(match: re.Match[str] | None) -> Iterator[Span]:
    if (
        match is None
        or (_AT.search(match.group("filler")) and not re.search(r"(?i)\b(?:on|e)\s*\Z", match.group("filler")))
        or _HARMLESS_BEFORE.search(match.group("filler").rstrip(" :="))
    ):
        return
    yield _span(match)


def _lists(text: str) -> Iterator[Span]:
    for cue in _LIST.finditer(text):
        at = cue.end()
        while item := _ITEM.match(text, at):
            yield Span(item.start(1), item.end(1), "recovery code")
            at = item.end()


def _span(match: re.Match[str]) -> Span:
    name = "value" if match.groupdict().get("value") else "mixed"
    return Span(match.start(name), match.end(name), "code")
