"""Candidates from a screen: what the user wrote there, has to do, has in the calendar, ordered, booked, is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.distillers.small import facts, nouns, page, screen_people, verbs
from assistant.distillers.small.candidate import Candidate
from assistant.distillers.small.language import is_english
from assistant.distillers.small.person import third_person
from assistant.distillers.small.sentences import Span, clauses, sentences
from observers.screen.described import CAPTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.distillers.small.page import Line, Page
    from assistant.distillers.small.screen_people import Found
    from memory.records import Observation

_OWN_LINE = re.compile(
    r"^(?:(?:you|me|yo|ich|moi|vous|du)(?:\s*\(\w+\))?\s*(?:[:,—–-]|\s{2,}|\s(?=\d)|\s?·)\s*(?:(?:today|"
    r"yesterday|gestern|\w{3,9})?\s*(?:at\s*)?\d{1,2}[:.h]\d\d\s*(?:am|pm)?)?\s*[:,·-]?\s*"
    r"|[^:]{2,30}\((?:me|you)\)\s*:\s*|your (?:comment|reply|answer|review|note|message|post)[^:]{0,24}:\s*[\"“]"
    r"?)(?P<said>\S.{2,300})",
    re.IGNORECASE,
)
_MY = re.compile(r"\bmy\b", re.IGNORECASE)
_TASK = re.compile(r"^(?:[-*•]\s*)?(?:\[\s?\]|☐|□|◯|○|o(?=\s{2})|O(?=\s{2})|\(\s\))\s*(?P<what>\S.{3,140})$")
_DONE = re.compile(r"^(?:[-*•]\s*)?(?:\[[xX✓]\]|☑|✓|✔|v(?=\s))\s*")
_BULLET = re.compile(r"^[-*•]\s+(?P<what>\S.{3,160})$")
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_WHEN = re.compile(
    rf"(?P<date>(?:{_DAY},?\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTHS}(?:\s+20\d\d)?|(?:{_DAY},?\s+)?{_MONTHS}\s"
    rf"+\d{{1,2}}(?:,?\s+20\d\d)?|{_DAY}\s+\d{{1,2}}(?![:.\d]))",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\d:])(?P<time>[012]?\d[:.][0-5]\d)(?:\s*(?:am|pm))?(?:\s*[–-]\s*[012]?\d[:.][0-5]\d(?:\s*(?:am|"
    r"pm))?)?(?![\d:])",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:[£$€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|kr|zł|EUR|USD|GBP|CHF)|qty:?\s*\d+|x\s?\d+$|\b\d+\s?x\b|"
    r"×\s?\d+)",
    re.IGNORECASE,
)
_MENU = re.compile(
    r"\b(?:buy (?:it )?again|track|return|review|view|cancel|help|home|search|menu|settings|"
    r"share|edit|delete|reply|save|inbox|invoice|basket|orders?|account|sign|log|cookies|privacy|"
    r"terms|total|subtotal|delivery|deliver|shipping|payment|confirm|print|download|message|"
    r"subscribe|sponsored|inspired|customers also|recommended|order placed|arriv\w+|dispatched|"
    r"ordered|add|rate|leave|sort|filter)\b",
    re.IGNORECASE,
)
_LEARNING = re.compile(
    r"\b(?P<language>english|french|german|spanish|italian|portuguese|dutch|swedish|norwegian|"
    r"danish|finnish|icelandic|polish|czech|russian|ukrainian|greek|turkish|arabic|hebrew|hindi|"
    r"japanese|korean|chinese|mandarin|hungarian|romanian|welsh|irish|gaelic|latin|swahili|vietnamese|"
    r"thai)\b",
    re.IGNORECASE,
)
_LEARNING_APPS = re.compile(
    r"duolingo|memrise|anki|babbel|busuu|rosetta|lingq|preply|italki|wanikani|drops|pimsleur", re.IGNORECASE
)
_MAKING_APPS = re.compile(
    r"scrivener|blender|fusion|xcode|android studio|visual studio|vs code|pycharm|intellij|cubase|"
    r"ableton|logic pro|garageband|reaper|musescore|sibelius|lightroom|photoshop|illustrator|"
    r"indesign|affinity|figma|qgis|arcgis|autocad|solidworks|sketchup|davinci|premiere|final "
    r"cut|overleaf|rstudio|jupyter|unity|unreal|godot|kicad|inkscape|krita|procreate|capture "
    r"one|darktable|freecad|rhino|revit|vectorworks",
    re.IGNORECASE,
)
_SUBSCRIBED = re.compile(
    r"\b(?:your (?:plan|subscription|membership)|current plan|membership|plan)\s*[:—–-]?\s{0,3}(?P<what>[A-Z][\w+ ]"
    r"{2,40})",
    re.IGNORECASE,
)


def candidates(thread: Sequence[Observation]) -> Iterator[Candidate]:
    """Everything on one window that might be a fact about the user."""
    screen = page.read(thread)
    if not screen.lines:
        return
    flags = frozenset(screen.marks)
    for line in screen.lines:
        for text, quote, writer, form in _of_line(line, screen):
            yield Candidate(
                text=text, quote=quote, observation=line.observation, writer=writer, basis="observed", form=form,
                context=f"{screen.app} {screen.title}: {line.text}"[:300], flags=flags,
            )  # fmt: skip


def _of_line(line: Line, screen: Page) -> Iterator[Found]:
    if page.is_injected(line) or line.text.startswith(CAPTION.strip()):  # a model's words are in nobody's hand
        return
    yield from screen_people.names(line)
    yield from screen_people.born(line)
    yield from _written(line, screen)
    yield from _tasks(line, screen)
    yield from _dated(line, screen)
    yield from _ordered(line, screen)
    yield from _using(line, screen)


def _written(line: Line, screen: Page) -> Iterator[Found]:
    """Sentences in the user's own hand: their side of a chat, their notes and drafts, their comments."""
    own = _OWN_LINE.match(line.text)
    written = screen.marks & {"notes", "writing", "profile"} and not screen.marks & {"feed", "search"}
    if own:
        yield from _sentences(Span(own["said"], line.span.start + own.start("said")), "chat")
    elif written:
        form = next((m for m in ("notes", "profile") if m in screen.marks), "draft")
        yield from _sentences(line.span, form)
        if form == "profile" and 2 <= len(line.text.split()) <= 14:
            yield from _bio(line)


def _sentences(body: Span, form: str) -> Iterator[Found]:
    """What the user's own sentences say, as in a chat; where the hand is uncertain, only with an "I" or "my"."""
    if not is_english(body.text):
        return
    for sentence in sentences(body.text):
        for part in clauses(sentence):
            start = body.start + part.start
            written = None if part.text.endswith("?") else third_person(part.text)
            if written and (written.form != "elided" or form in {"chat", "notes"}):
                yield written.text, Span(part.text, start), "screen-own", f"{form}:{written.form}"
            for having in nouns.havings(part.text) if form == "chat" or _MY.search(part.text) else ():
                yield (
                    having.text,
                    Span(part.text[having.start : having.end], start + having.start),
                    "screen-own",
                    "having",
                )
            for found in facts.roles(part.text):
                yield found.text, Span(part.text[found.start : found.end], start + found.start), "screen-own", "role"


def _bio(line: Line) -> Iterator[Found]:
    """What a line of the user's own profile says they are."""
    for part in sentences(line.text):
        if facts.is_role(part.text):
            text = f"The user is {facts.with_article(part.text)}."
            yield text, Span(part.text, line.span.start + part.start), "screen-field", "bio"


def _tasks(line: Line, screen: Page) -> Iterator[Found]:
    if _DONE.match(line.text):
        return
    match = _TASK.match(line.text) or (_BULLET.match(line.text) if screen.marks & {"tasks", "notes"} else None)
    if match is None:
        return
    what = re.split(r"\s{2,}", match["what"])[0].strip(" .")
    first = re.sub(r"\W", "", what.split()[0].lower())
    quote = Span(what, line.span.start + match.start("what"))
    if not verbs.is_base(first) and first not in {
        "ring",
        "email",
        "text",
        "renew",
        "descale",
        "chase",
        "submit",
        "rehearse",
        "sublet",
        "swap",
        "scan",
        "sign",
        "return",
        "mow",
        "bleed",
        "rebook",
        "reply",
        "top",
        "post",
        "upload",
        "file",
        "redo",
        "pop",
    }:
        return
    written = third_person(f"I need to {what[0].lower()}{what[1:]}")
    if written:
        yield written.text, quote, "screen-task", "box" if _TASK.match(line.text) else "bullet"


def _dated(line: Line, screen: Page) -> Iterator[Found]:
    """Entries of a calendar and lines of a booking that carry a date or a time."""
    if not screen.marks & {"calendar", "bookings"}:
        return
    booked = "bookings" in screen.marks
    when, time = _WHEN.search(line.text), _TIME.search(line.text)
    if not when and not (time and "calendar" in screen.marks):
        return
    rest = line.text
    for match in (when, time):
        if match:
            rest = rest.replace(match[0], "   ")
    names = [cell for cell in re.split(r"\s{2,}|[|·•]", rest) if len(cell.strip(" -–—:,.()")) > 3]
    if not names:
        return
    what = re.sub(r"^[\s\-–—:,.]+|[\s\-–—:,.(]+$", "", names[0])
    if len(what.split()) > 14 or not re.search(r"[A-Za-z]{3}", what) or _MENU.match(what):
        return
    day = f" on {_ordinal(when['date'])}" if when else ""
    hour = f" at {time['time'].replace('.', ':')}" if time else ""
    text = (
        f"The user has booked {what}{day}{hour}."
        if booked and "calendar" not in screen.marks
        else f"The user has {what}{day}{hour}."
    )
    yield text, line.span, "screen-booking" if booked else "screen-event", "day" if when else "time"


def _ordinal(day: str) -> str:
    """A calendar's day as texts write it: "TUE 7" as "TUE 7th"."""
    return re.sub(r"^([a-z]+) (\d{1,2})$", r"\1 \2th", day, flags=re.IGNORECASE)


def _ordered(line: Line, screen: Page) -> Iterator[Found]:
    if "orders" not in screen.marks:
        return
    cells = line.cells()
    what = re.sub(r"\s+", " ", _PRICE.sub("", cells[0].text)).strip(" ,-–—") if cells else ""
    if not 2 <= len(what.split()) <= 12 or _MENU.search(what) or not re.search(r"[A-Za-z]{3}", what):
        return
    priced = "priced" if _PRICE.search(line.text) else "plain"
    yield f"The user ordered {what}.", Span(cells[0].text, cells[0].start), "screen-order", priced


def _using(line: Line, screen: Page) -> Iterator[Found]:
    if _LEARNING_APPS.search(screen.app + " " + screen.title):
        match = _LEARNING.search(line.text)
        if match:
            quote = Span(match[0], line.span.start + match.start())
            yield (
                f"The user is learning {match['language'].capitalize()} with {screen.app}.",
                quote,
                "screen-field",
                "learning",
            )
    if line is screen.lines[0] and _MAKING_APPS.search(screen.app):
        project = re.split(r"\s+[-–—|]\s+", screen.title)[0].strip()
        if 2 < len(project) < 60:
            yield f"The user is working on {project} in {screen.app}.", line.span, "screen-field", "making"
