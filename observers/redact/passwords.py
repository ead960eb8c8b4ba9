"""Passwords: given away by the words around them, since by themselves they can look like anything.

Three distances. Right after a colon or "is" almost any word is a password unless it is what people say instead
("wrong", "forgotten", "on the fridge"). Within the same line a strong shape is enough. In the texts that follow a
question, a strong shape is again enough, or a reply that is one word and nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from observers.redact import vocabulary as words
from observers.redact.shapes import PLACEHOLDER, TOKEN, TOKENS, is_ordinary, is_strong, looks_like_name, trimmed
from observers.redact.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

CUE = re.compile(rf"(?i){words.START}(?:{words.PASSWORD})(?![A-Za-z0-9_])")
_SHORT = re.compile(
    r"(?i)(?<![^\W])(?:the |wifi |guest |user |admin |my |ur |your )?pass(?=\s*(?:[:=]|is\b|for\b))(?![A-Za-z0-9_])"
)
LOGIN = re.compile(rf"(?i){words.START}(?:{words.LOGIN})(?![A-Za-z0-9_])")
_QUOTED = r"[\"“„«'‘`][^\"”“»'’`\n\ue000]{3,64}[\"”“»'’`]"
_DIRECT = re.compile(
    rf"(?i)(?P<filler>(?:['’]s?)?(?:[ \t]+[^\s:=：.?!;\ue000]+){{0,6}}?)[ \t]*"
    rf"(?:(?P<sign>[:=：＝]|→|-+>|=>)|(?<![^\s'’])(?P<verb>{words.IS})(?=\s)|(?P<cjk>{words.CJK_IS}))[ \t]*\n?[ \t]*(?P<value>{_QUOTED}|{TOKEN})"
)
_BESIDE = re.compile(rf"[ \t]*(?:[-–—|]|\n)?[ \t]*(?P<value>{_QUOTED}|{TOKEN})")
_ENDS = re.compile(
    r"[.!?]?\s*(?:$|[\n,.;!)\]\"”'’。、]|\s{2}|\s(?:btw|lol|but|and|so|ok|okay|thanks|thx|ty|pls|please|dont|don't|do not|with|all|x+|haha|if|und|et|y|e|i|en|och|og|ja|ve|aber|mais|pero|ma|mas|ale|maar|men|mutta|ama)\b)|です|だよ|でした|哦|呢"
)
_REMARK = re.compile(rf"(?i)({TOKEN})[\s,;(\-–]{{1,3}}(?:{words.CASE_REMARK})")
_IT_IS = re.compile(r"(?i)(?:^|\b)(?:it['’]?s|its|is|try|use|est|ist|es|è|é|jest|je|on)\s+\Z")
_COMMAND = re.compile(
    rf"(?i)--?(?:password|passwd|pass|passphrase|pwd)[= ]({_QUOTED}|{TOKEN})|(?<!\S)-p({_QUOTED})|\bsshpass -p ?({_QUOTED}|{TOKEN})"
    rf"|(?<!\S)(?:-u|--user)[ =]?[\"']?[^\s:\"']+:({TOKEN})|\b(?:echo|printf)\s+({_QUOTED}|{TOKEN})\s*\|\s*(?:sudo|passwd|docker login)"
)
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9])[\w.\-]*_?(?:password|passwd|passphrase|pwd|_pass|_pw|credentials?)['\"]?\s*(?:=>|:=|[:=])\s*({_QUOTED}|{TOKEN})"
)
_PAIR = re.compile(
    rf"(?i)(?:[ \t]+(?:is|are|guest|name|details|for [^\s:]+|network))?[ \t]*[:=：]?[ \t]*\n?[ \t]*(?P<name>[^\s/|]{{2,40}})\s*(?:\s[/|]\s|/|\s\|\s)\s*(?P<value>{TOKEN})"
)
_NETWORK = re.compile(
    rf"(?i)(?<![^\W_])(?:wi-?fi|w-?lan|ssid|hotspot|вай-?фай)(?![A-Za-z0-9_])(?=((?:[ \t:=：]*\n?[ \t]*{TOKEN}){{1,5}}))"
)
_CHANGED = re.compile(
    rf"(?i)\b(?:reset|chang(?:ed?|ing)|set|updated?|switched|(?:um)?geändert|chang[ée]|cambi(?:ato|ado|é|ata)|zmieni\w+)\b[ \t]+"
    rf"(?:[^\s.!?;\ue000]+[ \t]+){{0,5}}?(?:to|auf|in|en|por|a|na|into)[ \t]+({TOKEN})"
)
_PHRASE = re.compile(
    r"(?i)(?<![^\W_])pass ?phrase(?: \w+)?\s*(?::|=|is)\s*((?:[a-z]+[ \-]){2,9}[a-z]+)\s*(?:$|[\n.,;])"
)
_ANNOUNCED_AFTER = re.compile(
    rf"(?i)({TOKEN})[\s,;:\-–—(]{{1,4}}(?:that['’]?s|this is|thats|is|was|as|= ?)\s+(?:the|my|your|our|ur|new|wifi|admin)?\s*(?:\w+ ){{0,3}}(?:{words.PASSWORD})(?![A-Za-z0-9_])"
)
_THAT_WAS_IT = re.compile(
    rf"(?i)^\W*(?:that|this|↑|\^|das|ça|c['’]|eso|questa|to|dat|det)\W{{0,2}}\w*\s+(?:\w+\s+){{0,3}}?(?:{words.PASSWORD})(?![A-Za-z0-9_])"
)
ASKS = re.compile(rf"(?i){words.QUESTION}")
# What stands after "the password is" when nobody tells it.
_INSTEAD = frozenset(
    """
    a an the this that these those my your his her our their its it in on at under inside behind above below with without for from to of by as like not no never
    always still already just only also too very so really quite almost now then here there where when what which who why how if because since
    wrong incorrect invalid correct right fine good bad weak strong secure safe insecure short long longer shorter simple easy hard complex complicated different same
    required needed mandatory optional expired expiring changing changed forgotten lost missing gone stored saved hidden shown visible unknown known unique new old default empty blank
    reset resetting case-sensitive sensitive encrypted hashed being going getting set written stuck posted printed taped wired working broken locked blocked disabled enabled
    compromised leaked breached reused updated accepted rejected protected valid available attached below above enclosed secret private confidential public important necessary
    show hide forgot forgotten? reset? change edit copy paste save cancel submit next back continue login log sign enter confirm repeat retype remember generate generator manager health
    please ask see check call text message contact tell somewhere something anything nothing everything whatever yes yeah yep no nope none ok okay thanks cheers dunno sorry idk
    must should can could will would may might needs need has have had does do did min minimum max maximum least between characters chars letters digits length
    string str bytes text varchar char bool boolean int object null none undefined true false error failed failure mismatch policy field fields input type prompt
    updated! reset! mail email link page form box screen hint strength meter vault app tips advice protection recovery authentication entry wifi network
    ein eine der die das dem den falsch richtig nicht noch immer gleich dasselbe geheim abgelaufen vergessen unbekannt leer zu auf im am in bei beim ungültig erforderlich geändert wieder anzeigen vergessen? ändern neu speichern gespeichert weg schwach sicher
    un une le la les incorrect faux oublié oublié? toujours pas sur dans expiré invalide requis obligatoire trop affichée afficher correct changé changer écrit collé bon mauvais
    un una el la los las incorrecta incorrecto errónea equivocada olvidada olvidé siempre no en expirada caducada obligatoria demasiado correcta muy la misma mostrar cambiar
    il lo gli errata sbagliata scaduta dimenticata dimenticata? sempre non troppo corretta uguale obbligatoria nel nella sul sulla scritta mostra cambiata stessa
    o os as um uma errada errado esquecida sempre não nao na no numa muito correta igual obrigatória expirada mostrar alterar mesma
    błędne nieprawidłowe niepoprawne złe zapomniane zawsze nie na w za takie samo wymagane wygasło pokaż zmień
    verkeerd onjuist vergeten altijd niet op in te verlopen verplicht hetzelfde tonen wijzigen het de een ongeldig
    špatně špatné chybné nesprávné vždy na v ve příliš stejné neplatné fel felaktigt glömt glömd alltid inte på i för samma ogiltigt ugyldig feil glemt alltid ikke forkert glemt altid for den det en et
    väärä väärin unohtunut unohtui aina ei liian sama vaaditaan näytä yanlış hatalı unuttum unutulmuş her aynı geçersiz gerekli göster değiştir bir
    неверный неправильный забыл забыт всегда не на в тот такой истек показать изменить какой galat bhool kya wahi nahi
    忘れた 違います 間違い 错误 不对 忘记 忘了
    """.split()
)
_REPLIES = frozenset(
    """
    thanks thank thankyou cheers great perfect brilliant lovely awesome nice cool sorry dunno maybe nothing never hello hallo hiya morning sure right exactly really tomorrow tonight today later
    working worked hmmm ahhh haha hahaha lmao please wait which where whose what danke merci gracias grazie obrigada obrigado dzięki dzieki bedankt děkuji díky tack takk kiitos teşekkürler sağol спасибо
    ありがとう 谢谢 bitte prego wrong again still incorrect nope yeah yepp okay thx welcome gotcha received copied noted seconds minute never mind check checking coming found ignored absolutely definitely certainly
    always sometimes already anyway because honestly actually unlucky good night goodnight weird strange connected connecting success typical same
    """.split()
)
_CODE_LINE = re.compile(r"\bdef |\bfunction\b|\bclass \w+[:({]|\blambda\b|=>|\bconst\b|\bimport\b|\breturn\b")


def find(text: str) -> Iterator[Span]:
    """Yield every password the text itself gives away."""
    yield from _commands(text)
    cues = [m.end() for m in CUE.finditer(text)] + [m.end() for m in _SHORT.finditer(text)]
    for end in cues:
        yield from _after_cue(text, end)
    for match in _PHRASE.finditer(text):
        yield Span(match.start(1), match.end(1), "password")
    for match in _ANNOUNCED_AFTER.finditer(text):
        if is_strong(trimmed(match.group(1))):
            yield _span(text, match.start(1), match.end(1))
    yield from _remarked(text, named=bool(cues))
    for match in LOGIN.finditer(text):
        if "://" not in text[max(0, match.start() - 200) : match.start()].rpartition(" ")[2]:
            yield from _after_login(text, match.end())
    for match in _NETWORK.finditer(text):
        for token in TOKENS.finditer(text, *match.span(1)):
            if is_strong(trimmed(token.group())) and not looks_like_name(trimmed(token.group())):
                yield _span(text, token.start(), token.end())
    for match in _CHANGED.finditer(text):
        if is_strong(trimmed(match.group(1))) and not looks_like_name(trimmed(match.group(1))):
            yield _span(text, match.start(1), match.end(1))


def asked(text: str) -> tuple[bool, bool]:
    """Whether the text speaks of a password, or of logging in, such that the next text may give it."""
    return CUE.search(text) is not None, LOGIN.search(text) is not None


def was_it(text: str) -> bool:
    """Whether the text says that the one before it was a password ("that's the wifi password")."""
    return _THAT_WAS_IT.match(text) is not None


def answers(text: str, *, direct: bool) -> Iterator[Span]:
    """Yield the passwords of a text that follows talk of one; ``direct`` if it answers a question for one."""
    if len(text) > 400:
        return
    for match in TOKENS.finditer(text):
        token = trimmed(match.group())
        if is_strong(token) and not looks_like_name(token) and not _is_named(text, match.start()):
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
        or plain in _INSTEAD
        or plain in _REPLIES
        or is_ordinary(word)
        or re.fullmatch(r"(\w)\1*|[\W_]+", word)
    ):
        return
    if word.isascii() and (word.isdigit() or re.fullmatch(r"[A-Za-z][\w!@#$%&*.\-]*", word)):
        yield _span(text, match.start(1), match.end(1))


def _after_cue(text: str, end: int) -> Iterator[Span]:
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


def _told(text: str, match: re.Match[str]) -> bool:
    """Whether what follows a colon or "is" is a password rather than something said about it."""
    raw = match.group("value")
    if re.fullmatch(_QUOTED, raw):
        return not PLACEHOLDER.fullmatch(raw[1:-1]) and raw[1:-1].lower() not in _INSTEAD
    value = trimmed(raw)
    if is_strong(value):
        return True
    if (
        len(value) < 4
        or PLACEHOLDER.fullmatch(value)
        or PLACEHOLDER.fullmatch(raw)
        or value.lower() in _INSTEAD
        or raw.lower() in _INSTEAD
    ):
        return False
    if re.search(r"[(){}<>]|://", raw) or _CODE_LINE.search(text):
        return False
    ends = _ENDS.match(text, match.start("value") + raw.index(value) + len(value)) is not None
    if value.isdigit():
        return ends
    plain = value.replace("-", "").replace("'", "").replace("’", "").isalpha()
    words_between = len(match.group("filler").split())
    if plain:
        return (
            ends
            and (words_between <= 3 or match.group("sign") is not None)
            and value.isascii()
            or (ends and match.group("sign") is not None)
        )
    return ends or match.group("sign") is not None


def _told_beside(raw: str) -> bool:
    if re.fullmatch(_QUOTED, raw):
        return not PLACEHOLDER.fullmatch(raw[1:-1]) and raw[1:-1].lower() not in _INSTEAD
    return is_strong(trimmed(raw))


def _commands(text: str) -> Iterator[Span]:
    for pattern in (_COMMAND, _ASSIGNED):
        for match in pattern.finditer(text):
            k = match.lastindex or 1
            value = match.group(k).strip("\"'`")
            code = re.search(r"[(){}]|\w\[", value) is not None and value == match.group(k)
            if (
                len(value) >= 4
                and not PLACEHOLDER.fullmatch(value)
                and not code
                and value.lower().strip(".,;!?") not in _INSTEAD
            ):
                yield _span(text, match.start(k), match.end(k))


def _remarked(text: str, *, named: bool) -> Iterator[Span]:
    """``it's Marmalade7, capital M``: nobody spells out the case of anything else."""
    for match in _REMARK.finditer(text):
        token = trimmed(match.group(1))
        told = _IT_IS.search(text, 0, match.start(1)) is not None
        if is_strong(token) or (
            (told or named) and len(token) >= 5 and token.isalnum() and token.lower() not in _INSTEAD
        ):
            yield _span(text, match.start(1), match.end(1))


def _after_login(text: str, end: int) -> Iterator[Span]:
    pair = _PAIR.match(text, end, end + 120)
    if pair and not PLACEHOLDER.fullmatch(trimmed(pair.group("value"))):
        value = trimmed(pair.group("value"))
        spaced = re.search(r"\s[/|]\s", pair.group()) is not None
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
            r"(?i)(?:\bas|\buser(?:name)?|\bhandle|\bname|\bid|\border|\bref|\bbranch|\bversion|\bfile|\bhost|\bserver|@)\s*[:#]?\s*\Z",
            before,
        )
        is not None
    )


def _span(text: str, start: int, end: int) -> Span:
    """Cut away the punctuation of the sentence; a final exclamation mark stays part of the password."""
    value = trimmed(text[start:end])
    at = text.index(value, start) if value else start
    return Span(at, at + len(value), "password")
