"""A mail's own words: what its sender typed, without what they quoted, forwarded or sign with.

When in doubt text is dropped: a lost line costs a memory, a quoted line kept puts another's words into a mouth.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_ATTRIBUTION = re.compile(
    r"""^[\s*_]*(?:
        (?:on|am|le|el|il|em|op|den|p[åa]|w\s+dniu|dne|ve|a|la|в|um|tor|lör|fre|tis|ons|mån|sön|\d)\b.{4,400}?
            (?:wrote|writes|a\s+écrit|escribió|ha\s+scritto|escreveu|(?:schrieb|schreef|skrev)(?:\s.{1,80})?|
               napisał\(?a?\)?|napsal\(?a?\)?|kirjoitti|írta|yazdı|scrisese?|a\s+scris|пишет|написала?|писал\(?а?\)?)
        | .{2,300}<[^<>\s]{1,200}@[^<>\s]{1,200}>.{0,40}
            (?:wrote|writes|schrieb|a\s+écrit|escribió|ha\s+scritto|escreveu|schreef|skrev|写道|寫道|のメール|작성|написала?)?
        | .{4,300}(?:写道|寫道|のメール|작성)
    )[\s*_]*[:：][\s*_]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_DIVIDER = re.compile(
    r"""^\s*(?:
        -{2,}\s?[^\W\d_][^-]{3,60}\s?-{2,}                  # -----Original Message-----, in any language
        | begin\s+forwarded\s+message\s*: | anfang\s+der\s+weitergeleiteten\s+(?:nachricht|e-mail)\s*:
        | début\s+du\s+message\s+(?:réexpédié|transféré)\s*: | inizio\s+messaggio\s+inoltrato\s*:
        | inicio\s+del\s+mensaje\s+reenviado\s*: | início\s+da\s+mensagem\s+(?:re)?encaminhada\s*:
        | begin\s+doorgestuurd\s+bericht\s*: | vidarebefordrat\s+brev\s*:
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED_HEADER = re.compile(
    r"""^[\s*>]*(?:
        from|sent|date|to|cc|subject|reply-to|von|gesendet|datum|an|betreff|de|envoyé|envoyée|date|à|objet|
        enviado(?:\s+el|\s+em)?|fecha|para|asunto|assunto|data|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|
        från|skickat|till|ämne|fra|sendt|til|emne|od|wysłano|do|temat|lähettäjä|lähetetty|vastaanottaja|aihe|
        kimden|gönderilen|kime|konu|от|отправлено|дата|кому|тема|发件人|发送时间|收件人|主题|寄件者|收件者|主旨|
        差出人|送信日時|宛先|件名|보낸\s?사람|보낸\s?날짜|받는\s?사람|제목
    )\s*\*?\s*[:：].*""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED_HEADERS = 3  # so many in a row are the head of a quoted message, not three lines that end up with a colon
_RULE = re.compile(r"^\s*[_=*-]{5,}\s*$")
_DEVICE = re.compile(
    r"""^\s*(?:sent\s+from\s+(?:my|mail|outlook|yahoo|proton|a\s)|get\s+outlook\s+for|von\s+mein\w+\s.{2,60}\sgesendet|
        gesendet\s+(?:von|mit)\s|envoyé\s+(?:de|depuis)\s+mon|enviado\s+(?:desde|do)\s+m|inviato\s+da(?:l\s+mio)?\s|
        verstuurd\s+vana[fn]|verzonden\s+vana[fn]|skickat\s+från\s+min|sendt\s+fra\s+min|wysłane\s+z\s|
        отправлено\s+(?:с|из)\s|iphone(?:'|’)?\w{0,3}\s+gönderildi|lähetetty\s).{0,80}$""",
    re.IGNORECASE | re.VERBOSE,
)
_BLANK_RUN = re.compile(r"\n{3,}")
_SIGNATURE_LINES = 15
_MAX_LINE = 1000  # an attribution or a quoted header is shorter


def own_words(text: str) -> str:
    """What of a mail's plain text its sender wrote there."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _ends_own_words(lines, at):
            break
        if line.lstrip().startswith(">"):
            at += 1
            continue
        wrapped = _attribution_lines(lines, at)
        if wrapped and not _quote_follows(lines, at + wrapped):
            break
        if not wrapped:
            kept.append(line.rstrip())
        at += wrapped or 1
    while kept and (not kept[-1].strip() or _DEVICE.match(kept[-1][:_MAX_LINE])):
        kept.pop()
    return _BLANK_RUN.sub("\n\n", "\n".join(kept)).strip()


def _ends_own_words(lines: list[str], at: int) -> bool:
    """Whether a signature, a forwarded or an unmarked quoted message begins at this line."""
    line = lines[at][:_MAX_LINE]
    if line in ("-- ", "--\u00a0"):
        return True
    if line.rstrip() == "--":
        return sum(1 for rest in lines[at + 1 : at + 200] if rest.strip()) <= _SIGNATURE_LINES
    if _DIVIDER.match(line):
        return True
    at += _RULE.match(line) is not None
    if at >= len(lines) or not _QUOTED_HEADER.match(lines[at][:_MAX_LINE]):
        return False
    headers = [rest for rest in lines[at : at + 8] if rest.strip()][:_QUOTED_HEADERS]
    return sum(1 for header in headers if _QUOTED_HEADER.match(header[:_MAX_LINE])) == _QUOTED_HEADERS


def _attribution_lines(lines: list[str], at: int) -> int:
    """How many lines from here are an "On Monday Ana wrote:", which mailers wrap; 0 if none."""
    joined = ""
    for count, line in enumerate(lines[at : at + 3], 1):
        if not line.strip() or len(joined) + len(line) > _MAX_LINE:
            return 0
        joined = f"{joined} {line.strip()}" if joined else line.strip()
        if joined.endswith((":", "：", ":*", ":_")) and _ATTRIBUTION.match(joined):
            return count
    return 0


def _quote_follows(lines: list[str], at: int) -> bool:
    """Whether the next line with anything on it is marked as quoted."""
    following = next((line for line in lines[at : at + 10] if line.strip()), "")
    return following.lstrip().startswith(">")


def unflowed(text: str) -> str:
    """Text of ``format=flowed`` (RFC 3676) with its soft line breaks undone."""
    flowed: list[str] = []
    open_line = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.removeprefix(" ")
        if open_line and line and not line.startswith(">"):
            flowed[-1] += line
        else:
            flowed.append(line)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(flowed)


MAX_HTML: Final = 1024 * 1024
_MAX_DEPTH: Final = 1000
_VOID_TAGS = "area base br col embed hr img input link meta source track wbr"
_BLOCKS_TAGS = "p div br tr li h1 h2 h3 h4 h5 h6 table ul ol pre section article header footer hr"
_UNSEEN_TAGS = "script style head title blockquote template noscript svg"
_VOID: Final = frozenset(_VOID_TAGS.split())
_BLOCKS: Final = frozenset(_BLOCKS_TAGS.split())
_UNSEEN: Final = frozenset(_UNSEEN_TAGS.split())
_QUOTING = re.compile(
    r"gmail_quote|gmail_attr|gmail_signature|yahoo_quoted|moz-cite-prefix|protonmail_quote|x_gmail_quote"
)
_QUOTE_BEGINS = re.compile(r"divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container")
_HIDDEN = re.compile(r"display\s*:\s*none")


def from_html(source: str) -> str:
    """The text a reader of the HTML sees, without what mailers mark as quoted."""
    reader = _Reader()
    reader.feed(_well_ended(source[:MAX_HTML]))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return _BLANK_RUN.sub("\n\n", "\n".join(lines)).strip()


def _well_ended(source: str) -> str:
    """``source`` without comments, conditional sections, and a tag that never ends.

    The standard library's parser refuses odd sections and takes quadratic time over what never ends.
    """
    for opening, closing in (("<!--", "-->"), ("<![", ">")):
        parts: list[str] = []
        at = 0
        while (start := source.find(opening, at)) >= 0:
            parts.append(source[at:start])
            end = source.find(closing, start + len(opening))
            at = end + len(closing) if end >= 0 else len(source)
        source = "".join(parts) + source[at:]
    last = source.rfind(">") + 1
    return source[:last] + source[last:].replace("<", " ")


class _Reader(HTMLParser):
    """Collects text outside of skipped elements, which it follows by depth."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipped: list[str] = []  # the open elements from the outermost skipped one on
        self._ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block; begin skipping at a quotation."""
        if self._ended:
            return
        if self._skipped:
            if tag not in _VOID:
                self._skipped.append(tag)
                self._ended = self._ended or len(self._skipped) > _MAX_DEPTH
            return
        values = {name: value or "" for name, value in attrs}
        if _QUOTE_BEGINS.search(values.get("id", "")):
            self._ended = True
        unseen = tag in _UNSEEN or _QUOTING.search(values.get("class", "")) or _HIDDEN.search(values.get("style", ""))
        if unseen and tag not in _VOID:
            self._skipped.append(tag)
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what was skipped once its own tag closes; unclosed elements inside do not hold it open."""
        if self._ended:
            return
        if tag in self._skipped:
            while self._skipped.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._skipped:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text that is seen; its own line breaks mean nothing in HTML."""
        if not self._skipped and not self._ended:
            self.pieces.append(" ".join(data.split("\n")))
