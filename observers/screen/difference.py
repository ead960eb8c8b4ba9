"""What is new on a window: its lines against what the same window, and the same page, showed before.

Lines are compared folded (no case, accents, spaces or punctuation, and letters that OCR takes for each other made one),
so that a line read slightly differently is not new; nor is one that moved, scrolled back or was wrapped elsewhere. A
changed digit or a changed short word makes a line new: "can" and "can't" are not the same reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from observers.screen import titles
from observers.screen.bubbles import YOURS
from observers.screen.remembered import remembered

MOST_PAGES = 128
MOST_WINDOWS = 64
MOST_LINES = 30_000  # remembered in all, about 3 MB

_REWRAPPED = 12  # folded letters from which a line inside what was there before is that, wrapped elsewhere
_LONG_WORD = 5  # letters from which one changed letter is a misreading rather than another word
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "ı": "l", "|": "l", "!": "l"})
_LABEL = re.compile(r"^.{1,60}:$|^[^.!?]{1,40}\s\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new line. ``replaces`` is the line it has become longer, or ``shorter``, from.

    ``context`` marks a line that is not new and only says what the next one belongs to.
    """

    text: str
    replaces: str | None = None
    shorter: bool = False
    context: bool = False


@dataclass(slots=True)
class _Text:
    """What a page showed last, and how often it showed each folded line at once."""

    last: tuple[str, ...] = ()
    seen: dict[int, int] = field(default_factory=dict)


class Difference:
    """Remembers the last text of windows and pages, so much of it at most. Not safe to use from several threads."""

    def __init__(self, most_pages: int = MOST_PAGES, most_lines: int = MOST_LINES) -> None:
        self._most_pages, self._most_lines = most_pages, most_lines
        self._pages: OrderedDict[tuple[str, str], _Text] = OrderedDict()
        self._windows: OrderedDict[int, tuple[str, ...]] = OrderedDict()

    def fresh(self, window_id: int, app: str, title: str, lines: Sequence[str]) -> list[Fresh]:
        """What of ``lines`` is new, in order, with a line of context where that says whose they are; remembers them."""
        place = (app, titles.page_of(title))
        page = self._pages.setdefault(place, _Text())
        self._pages.move_to_end(place)
        before = self._windows.get(window_id, ())
        found = compare(lines, [*before, *(line for line in page.last if line not in before)], page.seen)
        self._remember(window_id, page, lines)
        return found

    @property
    def size(self) -> int:
        """How many lines are remembered."""
        return sum(len(page.seen) for page in self._pages.values())

    def _remember(self, window_id: int, page: _Text, lines: Sequence[str]) -> None:
        page.last = self._windows[window_id] = tuple(lines)
        self._windows.move_to_end(window_id)
        for line, count in Counter(hash(folded(line)) for line in lines).items():
            page.seen[line] = max(count, page.seen.get(line, 0))
        while len(self._windows) > MOST_WINDOWS:
            self._windows.popitem(last=False)
        while len(self._pages) > self._most_pages or (len(self._pages) > 1 and self.size > self._most_lines):
            self._pages.popitem(last=False)
        if len(page.seen) > self._most_lines:
            page.seen = {hash(folded(line)): 1 for line in lines}


def compare(lines: Sequence[str], before: Sequence[str], seen: dict[int, int] | None = None) -> list[Fresh]:
    """The lines that are new against the lines ``before``, and against the counts of folded lines ``seen`` earlier."""
    there = Counter(folded(line) for line in before)
    gone = _unmatched(before, lines)
    joined = "".join(folded(line) for line in before)
    met: Counter[str] = Counter()
    out: list[Fresh] = []
    known_before = ""
    for line, after in pairwise((*lines, "")):
        key = folded(line)
        met[key] += 1
        known = not key or met[key] <= max(there[key], (seen or {}).get(hash(key), 0))
        news = None if known else _judged(line, folded(after), gone, joined)
        if news is None:
            known_before = line
            continue
        if known_before and not news.shorter and _LABEL.match(known_before):
            out.append(Fresh(known_before, context=True))
        known_before = ""
        out.append(news)
    return out


@remembered(8192)
def folded(text: str) -> str:
    """What is left of a line when nothing counts that OCR reads now so, now otherwise, nor whose bubble it was in."""
    plain = unicodedata.normalize("NFKD", text.removeprefix(YOURS).casefold()).translate(_ALIKE)
    letters = "".join(letter for letter in plain if letter.isalnum())
    return letters.replace("rn", "m").replace("vv", "w")


def misread(one: str, other: str) -> bool:
    """Whether two lines are one, read twice: single letters differ in long words, one in 25 at most."""
    words, others = one.split(), other.split()
    if len(words) != len(others) or abs(len(one) - len(other)) > 1:
        return False
    wrong = 0
    for word, twin in zip(words, others, strict=True):
        a, b = folded(word), folded(twin)
        if a == b:
            continue
        differ = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
        if len(a) != len(b) or len(a) < _LONG_WORD or len(differ) > 1 or any(c.isdigit() for c in "".join(differ[0])):
            return False
        wrong += 1
    return wrong <= max(1, len(one) // 25)


def grown(old: str, new: str) -> bool:
    """Whether a line is an earlier one with something typed into it, or added to it."""
    a, b = folded(old), folded(new)
    if not a or len(b) <= len(a):
        return False
    if b.startswith(a) or (len(a) >= 6 and b.startswith(a[:-1])):  # the caret is read as a letter now and then
        return True
    head = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return head >= 4 and len(a) >= 8 and b.endswith(a[head:])


def _unmatched(before: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The lines ``before`` of which nothing is left as it was."""
    now = {folded(line) for line in lines}
    return [line for line in before if (key := folded(line)) and key not in now]


def _judged(line: str, after: str, gone: list[str], joined: str) -> Fresh | None:
    """What an unknown line is: None if it is an old one after all. ``after`` is the next line, folded."""
    key = folded(line)
    for old in gone:
        if misread(old, line):
            gone.remove(old)
            return None
    cut = any(folded(old).startswith(key) for old in gone)
    if not cut and len(key) >= _REWRAPPED and key in joined:
        return None
    for old in gone:
        if grown(old, line):
            gone.remove(old)
            return Fresh(line, replaces=old)
    for old in gone:
        if folded(old).startswith(key):
            rest = folded(old)[len(key) :]
            if after.startswith(rest) and after in joined:
                return None  # the old line goes on below, with nothing new in it
            return Fresh(line, replaces=old, shorter=True)
    return Fresh(line)
