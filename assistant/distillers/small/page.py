"""A screen as lines and cells, and what sort of page it is.

Screen text is somebody's words until shown otherwise, so a page counts as the user's own only by what stands on it
("Your orders", "Edit profile", "Sign out"), and never by what a sentence on it claims.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.distillers.small.sentences import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memory.records import Observation

MAX_LINES = 400  # of one window; what lies beyond is a document somebody else wrote


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


_MARKS = {
    "orders": _any(
        r"order (?:placed|confirmed|history|details|summary|number|confirmation)|(?:your|my|past|"
        r"previous) orders?|orders|buy again|buy it again|re-?order|thank(?:s| you) for your (?:order|"
        r"purchase)|purchase history|dispatched|track (?:package|parcel|order)|order #\w+|delivered|"
        r"qty"
    ),
    "bookings": _any(
        r"(?:your|my|manage (?:my )?)(?: \w+)? ?(?:booking|trip|reservation|ticket|itinerary|journey|"
        r"appointment)s?|my bookings|trips|upcoming|booking (?:confirmed|reference|number|ref)|reservation "
        r"(?:confirmed|number)|confirmed|boarding pass|e-?tickets?|itinerary|check-?in opens|check "
        r"in|appointment (?:confirmed|booked)|your appointments?|order for|seat \w+"
    ),
    "calendar": _any(r"calendar|kalender|agenda|week of|all-day|event details"),
    "tasks": _any(
        r"to[- ]?do|tasks?|my day|reminders|checklist|todoist|things|add (?:a )?task|inbox zero|"
        r"ticktick|any\.do"
    ),
    "profile": _any(
        r"edit (?:your )?profile|your profile|my profile|account settings|personal (?:info|details|"
        r"information)|my account|your account|your details"
    ),
    "notes": _any(
        r"notes?|obsidian|notion|evernote|onenote|bear|day one|journal|diary|daily notes|keep|standard "
        r"notes|joplin|logseq|simplenote|craft|textedit|notepad"
    ),
    "writing": _any(
        r"word|docs|pages|libreoffice writer|drafts?|compose|new message|sent|outlook|gmail|thunderbird|"
        r"proton mail|mail"
    ),
    "search": _any(
        r"google search|search results|about [\d,.]+ results|results \(|duckduckgo|bing|people also "
        r"ask|sponsored results"
    ),
    "feed": _any(
        r"home / x|for you|following|who to follow|people you may know|subreddit|r/\w+|up next|comments? "
        r"[\d,.]+|subscribers?|reactions|promoted|suggested for you|retweet|reposts"
    ),
    "shared": _any(
        r"read[- ]only|shared (?:calendar|with me)|rota|viewer|view only|who['’]s watching|manage "
        r"profiles|you do not have permission|declined|not a guest|add profile|family member"
    ),
    "fake": _any(
        r"sample|template|demo|placeholder|lorem ipsum|example|john doe|jane doe|your name here|"
        r"test user|acme"
    ),
    "signed-out": _any(r"sign in|log in|login|create (?:an )?account|sign up|join now|register"),
    "signed-in": _any(r"sign out|log out|logout|signed in as|logged in as|my account"),
    "cart": _any(
        r"your cart|basket|add to (?:cart|basket|bag)|checkout|wish ?list|compare|keep shopping|"
        r"results sorted|filters?"
    ),
    "injection": _any(
        r"ai (?:agents?|assistants?|models?|reader|screening tool)|ignore (?:all |any )?(?:previous|"
        r"prior)|memory_write|assistant:|system:|hidden instructions?|llm"
    ),
    "advert": _any(
        r"ad|sponsored|promoted|advertisement|werbung|publicité|anzeige|you may also like|inspired "
        r"by|recommended for you|customers also"
    ),
    "fiction": _any(
        r"chapter|scrivener|inspector|scene|act \w+|game over|hp|quest|level \d+|exercise \d+|dialogue|"
        r"character|final draft|fanfiction|ao3"
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a screen and where it lies in its observation."""

    observation: Observation
    span: Span

    @property
    def text(self) -> str:
        """The line as read."""
        return self.span.text

    def cells(self) -> list[Span]:
        """Its parts between wide gaps, bars and tabs."""
        out = []
        for match in re.finditer(r"\S+(?: \S+)*", self.span.text):
            for piece in re.finditer(r"[^|•·\t]+", match[0]):
                text = piece[0].strip()
                if text:
                    begin = match.start() + piece.start() + (len(piece[0]) - len(piece[0].lstrip()))
                    out.append(Span(text, self.span.start + begin))
        return out


@dataclass(frozen=True, slots=True)
class Page:
    """One window: its lines and the marks seen anywhere on it, in its title or in its app's name."""

    lines: tuple[Line, ...]
    app: str
    title: str
    marks: frozenset[str]


def is_injected(line: Line) -> bool:
    """Whether a line is addressed to an AI that reads the screen."""
    return _MARKS["injection"].search(line.text) is not None


def read(thread: Sequence[Observation]) -> Page:
    """The screen observations of one thread as a page."""
    lines: list[Line] = []
    for observation in thread:
        if observation.speaker is not None:
            continue
        offset = 0
        for raw in observation.text.splitlines(keepends=True):
            body = raw.strip()
            if body and len(lines) < MAX_LINES:
                lines.append(Line(observation, Span(body[:600], offset + len(raw) - len(raw.lstrip()))))
            offset += len(raw)
    app, title = thread[0].app or "", thread[0].title or ""
    whole = "\n".join([app, title, *(line.text for line in lines)])
    return Page(tuple(lines), app, title, frozenset(n for n, p in _MARKS.items() if p.search(whole)))
