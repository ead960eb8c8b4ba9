"""Lines that are the app's and not the page's: menus, toolbars, cookie notices. Dropped before anything is stored.

Which lines those are is learned per app: a short line that stood in the same part of the window on many pages, or on
many days, belongs to the app. It is counted under a keyed mark, so that what is learned says nothing of what was read.
What tells whose page it is ("Your orders", "Sign out", "Hi Ana") is never dropped, however often it recurs.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from observers.screen import apps, titles
from observers.screen.difference import folded
from observers.screen.ocr.line import Line

Zone = Literal["top", "bottom", "left", "right", "middle"]

ENOUGH: dict[Zone, int] = {"top": 8, "bottom": 8, "left": 10, "right": 10, "middle": 30}  # pages or days
MOST_LETTERS, MOST_WORDS = 40, 6  # of a line that may be learned to be the app's
_MOST_COUNTED = 50_000
_MOST_KNOWN = 20_000

_MENU_WORDS = frozenset(
    "file edit view history bookmarks tools help window go insert format profiles tab tabs terminal selection run "
    "messages message mailbox events tasks layout review references mailings draw design home table slide project "
    "build debug test refactor code navigate vcs "
    "datei bearbeiten ansicht chronik lesezeichen extras hilfe fenster einfügen "
    "fichier édition affichage historique marque-pages outils aide "
    "archivo editar ver historial marcadores herramientas ayuda ventana insertar formato "
    "modifica visualizza cronologia segnalibri strumenti aiuto ficheiro arquivo exibir histórico favoritos ferramentas "
    "ajuda plik edycja widok historia zakładki narzędzia pomoc bestand bewerken beeld help "
    "файл правка вид справка ファイル 編集 表示 ヘルプ".split()
)
_ALWAYS = re.compile(
    r"^\W*(?:search|search(?: or enter address| google or type a url| the web| mail| files| messages| in page)"
    r"|type here to search|search or type (?:a )?(?:url|web address|command)|suchen?|rechercher|buscar|cerca|szukaj"
    r"|(?:accept|reject|allow|decline) all(?: cookies)?|accept cookies|only necessary cookies|necessary cookies only"
    r"|(?:manage|cookie) (?:preferences|settings|choices)|cookie (?:policy|notice)|we value your privacy"
    r"|(?:we|this (?:web)?site|our partners and we) uses? cookies.*|alle (?:cookies )?(?:akzeptieren|ablehnen)"
    r"|(?:tout|tous) (?:accepter|refuser)|aceptar todo|aceitar (?:tudo|todos)|accetta tutto|zaakceptuj wszystko"
    r"|skip to (?:main )?content|(?:ln|line) \d+, (?:col|column) \d+|utf-8|crlf|\d{2,3} ?%"
    r"|this site can['’]t be reached|loading(?:\.{3}|…)?)\W*$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"^\W*\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?\W*$", re.IGNORECASE)
# What a page is told by to be the user's own, somebody else's, or an advert. The distiller reads the same marks.
_TELLING = re.compile(
    r"\b(?:your|my|past|previous) \w+|\border(?:s|ed)?\b|\bbuy (?:it )?again|\bre-?order|purchase|dispatched|\btrack\b"
    r"|\bbookings?\b|\breservation|itinerary|\btrips?\b|upcoming|boarding|ticket|appointment|calendar|agenda"
    r"|\bto[- ]?do\b|reminders?|checklist|profile|account|sign(?:ed)?[- ](?:in|out|up)|log(?:ged)? (?:in|out)"
    r"|login|logout"
    r"|register|\bcart\b|basket|checkout|sponsored|promoted|advert|\bads?\b|recommended|who['’]s watching|read[- ]only"
    r"|view only|shared|viewer|sample|template|demo|placeholder|lorem|drafts?\b|\bsent\b|new message|compose"
    r"|subreddit|\br/\w"
    r"|for you|following|who to follow|people you may know|chapter|notes?\b|journal|diary|\((?:you|me)\)"
    r"|^\W*(?:hi|hello|hey|welcome|dear|good (?:morning|afternoon|evening)|hallo|guten|bonjour|hola|ol[áa]|ciao|cześć"
    r"|hej|thank(?:s| you))\b|deliver(?:ing|y)? to|ship(?:ping)? to|\bname\b|date of birth|\bdob\b|[☐☑□◯✓✔]|\[.?\]",
    re.IGNORECASE,
)


class LineCounts(Protocol):
    """Where sightings of lines are kept, by app and mark."""

    def get(self, app: str, marks: Sequence[bytes]) -> dict[bytes, int]:
        """How often each mark was added; absent ones are left out."""
        ...

    def add(self, app: str, marks: Sequence[bytes], at: datetime) -> None:
        """Count each mark once more."""
        ...


class Noise:
    """Tells an app's lines from a page's, and learns to. Not safe to use from several threads."""

    def __init__(self, counts: LineCounts, key: bytes) -> None:
        """``key`` is the vault's 32-byte subkey for such marks."""
        self._counts, self._key = counts, key
        self._known: OrderedDict[tuple[str, bytes], int] = OrderedDict()
        self._counted: OrderedDict[int, None] = OrderedDict()
        self._waiting: dict[str, dict[bytes, int]] = {}

    def without(self, app: str, lines: Sequence[Line], width: int, height: int) -> list[Line]:
        """The lines of a window of that size that are not the app's own."""
        placed = [(line, zone_of(app, line, width, height)) for line in lines]
        marks = {id(line): self._mark(app, line.text, zone) for line, zone in placed if may_be_learned(line.text)}
        counts = self._sightings(app, marks.values())
        return [
            line
            for line, zone in placed
            if not always_noise(line.text, zone) and counts.get(marks.get(id(line), b""), 0) < ENOUGH[zone]
        ]

    def learn(self, app: str, title: str, lines: Sequence[Line], width: int, height: int, at: datetime) -> None:
        """Note the lines of a page, once for every page and day; ``keep`` stores what was noted."""
        page, day = titles.page_of(title), at.date().toordinal()
        waiting = self._waiting.setdefault(app, {})
        for line in lines:
            if not may_be_learned(line.text):
                continue
            mark = self._mark(app, line.text, zone_of(app, line, width, height))
            seen = hash((mark, page, day))
            if seen not in self._counted:
                self._counted[seen] = None
                waiting[mark] = waiting.get(mark, 0) + 1
        while len(self._counted) > _MOST_COUNTED:
            self._counted.popitem(last=False)

    def keep(self, at: datetime) -> None:
        """Store what was noted. What the store refuses is kept for the next time."""
        for app in list(self._waiting):
            while marks := self._waiting[app]:
                self._counts.add(app, list(marks), at)
                for mark in marks:
                    self._known.pop((app, mark), None)
                self._waiting[app] = {mark: left - 1 for mark, left in marks.items() if left > 1}
            del self._waiting[app]

    def _sightings(self, app: str, marks: Iterable[bytes]) -> dict[bytes, int]:
        wanted = list(dict.fromkeys(marks))
        asked = [mark for mark in wanted if (app, mark) not in self._known]
        if asked:
            found = self._counts.get(app, asked)
            self._known.update({(app, mark): found.get(mark, 0) for mark in asked})
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return {mark: self._known.get((app, mark), 0) for mark in wanted}

    def _mark(self, app: str, text: str, zone: Zone) -> bytes:
        same = re.sub(r"\d+", "0", text)
        said = "\0".join((app, zone, folded(same))).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(said, key=self._key[:64], digest_size=16).digest()


def always_noise(text: str, zone: Zone) -> bool:
    """Whether a line is nobody's words at first sight: an icon's letter, a row of menus, a cookie notice, a clock."""
    letters = [letter for letter in text if letter.isalnum()]
    if not letters or (len(letters) == 1 and letters[0].isascii()):
        return True
    if zone in {"top", "bottom"} and _CLOCK.match(text):
        return True
    words = [word.strip(".,:|") for word in text.casefold().split()]
    menus = sum(word in _MENU_WORDS for word in words)
    is_menu = menus == len(words) >= 3 or (zone == "top" and menus == len(words))
    return is_menu or _ALWAYS.match(text) is not None


def may_be_learned(text: str) -> bool:
    """Whether a line is short enough to be an app's, and does not tell whose page it is."""
    return len(text) <= MOST_LETTERS and len(text.split()) <= MOST_WORDS and not _TELLING.search(text)


def zone_of(app: str, line: Line, width: int, height: int) -> Zone:
    """The part of its window a line stands in. In a terminal, whose text begins at the edge, all is the middle."""
    rect = line.rect
    if apps.is_terminal(app):
        return "middle"
    if rect.bottom <= max(100, height // 10):
        return "top"
    if rect.top >= height - max(40, height // 20):
        return "bottom"
    if width >= 700 and rect.right <= width * 0.22:
        return "left"
    if width >= 700 and rect.left >= width * 0.78:
        return "right"
    return "middle"
