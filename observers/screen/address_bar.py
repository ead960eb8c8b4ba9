"""What the top of a browser window says: which sites it shows, and whether it is a private one.

This is the second line of defence, after reading and before keeping: where the platform tells no address, the address
bar has been read like any other line. A bookmark named like an excluded domain counts as well; the page is lost rather
than an excluded one kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from observers.screen.exclusions import Rules
from observers.screen.ocr.line import Line
from observers.screen.rule import host_of

PRIVATE = "private"

_STRIP = 140  # pixels from the top that hold tabs, toolbar and bookmarks at scale 1; a sixth of a tall window
_HOST = re.compile(
    r"(?:(?P<scheme>https?\s?[:;]\s?/{1,2}\s?)|(?<![\w@.-]))(?P<host>(?:[\w-]+\.)+[a-z]{2,24})"
    r"(?![\w@-])(?=$|[\s/:?#.,)\]|…])",
    re.IGNORECASE,
)
_CHIP = re.compile(
    r"(?:^|\s)(?:incognito|inprivate|private browsing|inkognito|incógnito|privates surfen|privater modus"
    r"|navigation privée|navegación privada|navigazione anonima|anônima|navegação privada|privénavigatie"
    r"|tryb prywatny|инкогнито|приватный просмотр|シークレット|プライベートブラウジング|无痕模式|隐身模式|시크릿 모드)"
    r"(?:\s*\(\d+\))?$",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"^\W*(?:you['’]?ve gone incognito|you are now browsing privately|you['’]?re (?:in a|now in an?)"
    r" (?:private|inprivate) (?:window|tab)|browsing inprivate"
    r"|private browsing with (?:tor|brave|firefox)|inprivate browsing$"
    r"|du befindest dich im inkognitomodus|sie (?:haben den inkognitomodus gestartet|surfen jetzt privat)"
    r"|navigation (?:en mode )?(?:privée|incognito)$)",
    re.IGNORECASE,
)


def page_rule(lines: Sequence[Line], height: int, rules: Rules) -> str | None:
    """The rule that a browser window's own top line shows to hold for it, or None. ``height`` is the window's."""
    for host in hosts(lines, height):
        rule = rules.for_host(host)
        if rule is not None:
            return rule
    own = next((rule for line in _top(lines, height) if (rule := rules.for_page(line.text))), None)
    if own is not None:
        return own
    return PRIVATE if rules.excludes_private and says_private(lines, height) else None


def hosts(lines: Sequence[Line], height: int) -> Iterator[str]:
    """Hosts named near the top of a window, the first of each line, topmost first."""
    for line in _top(lines, height):
        joined = re.sub(r"\s*([./])\s*(?=\S)", r"\1", line.text)  # OCR puts spaces about dots and slashes
        for text in {line.text: None, joined: None}:
            found = _HOST.search(text)
            host = host_of(found["host"]) if found else None
            if host:
                yield host


def says_private(lines: Sequence[Line], height: int) -> bool:
    """Whether the toolbar has a mark of a private window on it, or the page is the one such a window opens with."""
    marked = any(_CHIP.search(line.text.strip(" \t·|×xX")) and _is_mark(line.text) for line in _top(lines, height))
    return marked or any(_OPENED.search(line.text) for line in lines)


def _is_mark(text: str) -> bool:
    """Whether a line is such a mark alone, or the end of an address bar."""
    return len(text.split()) <= 4 or _HOST.search(text) is not None


def _top(lines: Sequence[Line], height: int) -> list[Line]:
    strip = max(_STRIP, height // 6)
    return sorted((line for line in lines if line.rect.top < strip), key=lambda line: line.rect.top)
