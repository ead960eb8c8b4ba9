"""National identity, tax and social-security numbers.

Few of them can be told from other numbers by shape, so a name for the number must stand near: right beside it any
number of about the right form is taken (screens misread digits, and invented numbers fail their check), further away
only one whose check digits are right for some country (python-stdnum).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from observers.redact.spans import Span, lowered

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_SHAPE = re.compile(
    r"(?<![\w-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"
    r"|(?<![A-Za-z0-9])(?:(?![DFIQUV])[A-Z](?![DFIOQUV])[A-Z]|QQ)[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D](?![A-Za-z0-9])"
    r"|(?<!\d)756\.\d{4}\.\d{4}\.\d{2}(?!\d)"
)
_NAMES = re.compile(
    r"""(?x)(?<![a-z0-9À-ɏ])(?:
      ssn|social(?:[ ]security)?(?:[ ](?:number|no\.?|insurance[ ](?:number|no\.?)))?|itin
        |national[ ]insurance(?:[ ](?:number|no\.?))?|nino|ni[ ](?:number|no\.?|nr)|the[ ]ni|nhs[ ](?:number|no\.?)
    | bsn|burger[ ]?service[ ]?nummer|sofinummer|citizen[ ]service[ ]number
    | steuer-?id\w*|steuer-?identifikationsnummer|idnr|steuernummer|sozialversicherungs(?:nummer|nr)
      |rentenversicherungsnummer|sv-?nummer|ahv(?:-?nr\.?|-?nummer)?
    | (?:num[ée]ro|n°|no)[ ](?:de[ ])?(?:s[ée]cu(?:rit[ée][ ]sociale)?|fiscal)|n(?:um[ée]ro)?[ ]?insee|nir|n°[ ]?ss
      |niss|rijksregisternummer|num[ée]ro[ ]national
    | dni|nie|nif|cif|n[úu]mero[ ]de[ ](?:la[ ])?seguridad[ ]social|contribuinte|niss|cart[ãa]o[ ]de[ ]cidad[ãa]o
      |cpf|rg|curp|rfc|rut|cuil|cuit|c[ée]dula
    | codice[ ]fiscale|cod\.?[ ]?fisc\.?|aadh?aa?r|आधार|pan(?:[ ]card)?(?:[ ](?:number|no\.?))?
    | pesel|nr[ ]pesel|rodn[ée][ ][čc][íi]slo|rodn[ée]ho[ ][čc][íi]sla|personnummer|personnr\.?|f[øo]dselsnummer
      |cpr(?:-?(?:nummer|nr\.?))?|hetu|henkil[öo]tunnus\w*|kennitala
    | t\.?c\.?[ ]?(?:kimlik)?[ ]?(?:no|numaras[ıi])|kimlik[ ](?:no|numara\w+)|egn|егн|cnp|jmbg|oib|amka|αμκα|αφμ
      |снилс|инн|sin[ ]number|social[ ]insurance[ ]number|tfn|tax[ ]file[ ]number|tin|tax(?:payer)?[ ](?:id
      |identification[ ]number|number)
    | nric|fin[ ]number|mykad|national[ ]id(?:entity)?(?:[ ](?:number|no\.?|card))?|identity[ ](?:number
      |card[ ](?:number|no\.?))|id[ ]number|personal[ ](?:code|number|id[ ]number)
    | pps(?:n)?(?:[ ](?:number|no\.?))?|passport[ ]?(?:no\.?|number|nr\.?|\#)?|(?:reise)?passnummer
      |num[ée]ro[ ]de[ ]passeport|n[úu]mero[ ]de[ ]pasaporte|driv(?:ing|er'?s?)[ ]licen[cs]e[ ](?:no\.?|number)
    )(?![A-Za-z0-9À-ɏ]) | マイナンバー | 個人番号 | 身份证号?码? | 身分證 | 주민등록번호 | паспорт(?:[ ]номер)?"""
)
_PAYROLL = re.compile(
    r"(?i)\bpayroll\b|\bpayslip\b|\btax (?:office|return|form)\b|\bw-?[249]\b|\bi-9\b|\bhmrc\b|\bnumber for\b"
    r"|\bsocial\b|\bmy ?number(?: card)?\b"
)
_NUMBER = re.compile(
    r"(?<![\w/+])(?<!\+\d )(?:(?:[A-Za-z]{1,6}[ ]?)?\d(?:[ .\-/]?[A-Za-z]{0,1}[ .\-/]?\d){4,17}(?:[ -]?[A-Za-z])?"
    r"|(?=(?:[A-Za-z]*\d){4})[A-Za-z0-9]{8,20}|[A-Z]{5}\d{4}[A-Z]"
    r"|[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z])(?![\w])"
)
_BESIDE = re.compile(r"[^\d\n.;!?]{0,22}\n?\s*\Z")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}")
_CHECKS = (
    "nl.bsn", "de.idnr", "fr.nir", "es.dni", "es.nie", "es.nif", "pt.nif", "it.codicefiscale", "pl.pesel", "cz.rc",
    "se.personnummer", "no.fodselsnummer", "dk.cpr", "fi.hetu", "tr.tckimlik", "br.cpf", "in_.aadhaar", "in_.pan",
    "ca.sin", "au.tfn", "gb.nhs", "gb.utr", "ch.ssn", "be.nn", "at.vnr", "ie.pps", "jp.in_", "cn.ric", "kr.rrn",
    "ro.cnp", "bg.egn", "gr.amka", "ru.inn", "mx.curp", "cl.rut", "us.ssn", "za.idnr", "hr.oib", "il.idnr",
)  # fmt: skip


def by_shape(text: str) -> Iterator[Span]:
    """Yield every identity number whose punctuation or letters no other number has."""
    for match in _BY_SHAPE.finditer(text):
        yield Span(match.start(), match.end(), "identity number")


def announced(text: str) -> Iterator[Span]:
    """Yield every identity number that the words near it give away."""
    names = list(_NAMES.finditer(lowered(text)))
    if not names:
        return
    for match in _NUMBER.finditer(text):
        start, end = _without_lead(match)
        near = [n for n in names if n.end() <= start and start - n.end() <= 60]
        after = [n for n in names if 0 <= n.start() - end <= 25]
        if not near and not after:
            continue
        value = text[start:end]
        beside = any(_BESIDE.fullmatch(text, n.end(), start) for n in near)
        if not _DATE.fullmatch(value) and ((beside and _plausible(value)) or passes_a_check(value)):
            yield Span(start, end, "identity number")


def is_name(text: str) -> bool:
    """Whether the text is a name for such a number and nothing else, as on a form."""
    return _NAMES.fullmatch(lowered(text)) is not None


def asked(text: str) -> bool:
    """Whether the text asks for such a number."""
    return _NAMES.search(lowered(text)) is not None or _PAYROLL.search(text) is not None


def answers(text: str) -> Iterator[Span]:
    """Yield the identity numbers of a text that follows a question for one."""
    for match in _NUMBER.finditer(text):
        start, end = _without_lead(match)
        value = text[start:end]
        digits = re.sub(r"\D", "", value)
        alone = len(text.strip()) <= len(value) + 12 and len(digits) == 9 and digits == re.sub(r"[\s-]", "", value)
        if not _DATE.fullmatch(value) and (alone or passes_a_check(value)):
            yield Span(start, end, "identity number")


def passes_a_check(value: str) -> bool:
    """Whether the check digits are right for some country's number."""
    compact = re.sub(r"[\s.]", "", value)
    if len(compact) < 8 or len(set(compact)) < 2:
        return False
    return any(_module(name).is_valid(compact) for name in _CHECKS)


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")


def _without_lead(match: re.Match[str]) -> tuple[int, int]:
    """Drop a word that only stands before the number ("is 111222333")."""
    lead = re.match(r"[A-Za-z]{1,6} ", match.group())
    return match.start() + (lead.end() if lead else 0), match.end()


def _plausible(value: str) -> bool:
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    return 7 <= digits + letters <= 18 and digits >= 4
