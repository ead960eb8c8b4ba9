"""From new lines to passages: what was read in one go on one page, how long it was in view, and in which session.

Looks at the same page follow each other and extend one visit, as ActivityWatch's heartbeats do. The lines that come up
during a visit gather in a passage, until they have stood still for a while, the page is left, or they have been
changing for long.
A passage that was handed out keeps its text and its key for good, so that offering it again after a failed
write can neither lose nor double anything; what comes later begins another one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from memory.records import Observation
from observers.screen import titles
from observers.screen.difference import Fresh
from observers.screen.steady import Steady

SOURCE = "screen"

_Page = tuple[int, str, str]

SETTLE_SECONDS = 4.0
LONGEST_SECONDS = 30.0  # of steady change before a passage is handed out as it is
SESSION_GAP = timedelta(minutes=10)
MOST_LINES = 400  # of a passage; the distiller reads no more of one window
_MOST_SESSIONS = 64
_MOST_VISITS = 64  # left, that may be come back to
_MOST_EXTENDED = 256  # passages of one visit whose dwell goes on


@dataclass(frozen=True, slots=True)
class Place:
    """What a visit is to: a page of an app in a window."""

    window_id: int
    app: str
    title: str

    @property
    def page(self) -> _Page:
        """The same for all titles that name one page."""
        return self.window_id, self.app, titles.page_of(self.title)


@dataclass(slots=True)
class _Passage:
    """Lines gathering. ``since`` and ``changed`` are on the steady clock, ``seen`` on the visit's."""

    key: str
    at: datetime
    since: float
    changed: float
    seen: float
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Visit:
    """One page in one session. ``shown`` is how many seconds it was in view, ``came`` what that was on coming back."""

    place: Place
    thread: str
    shown: float = 0.0
    came: float = 0.0
    passage: _Passage | None = None
    kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)


@dataclass(slots=True)
class _Kept:
    """A passage that was kept: the visit's ``shown`` when it began, and the dwell that is known of it outside."""

    seen: float
    dwell: float


@dataclass(slots=True)
class _Session:
    thread: str
    last: datetime


class Passages:
    """The visits going on, and the passages that wait to be kept. Not safe to use from several threads."""

    def __init__(self, new_key: Callable[[], str] | None = None) -> None:
        """``new_key`` makes a key that says nothing about the text: a random one by default."""
        self._new_key = new_key or _random_key
        self._clock = Steady()
        self._visits: dict[_Page, _Visit] = {}
        self._left: OrderedDict[_Page, _Visit] = OrderedDict()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._offered: dict[str, tuple[Observation, _Visit, float]] = {}
        self._extended: dict[str, float] = {}

    def show(self, places: Iterable[Place], now: datetime) -> None:
        """These pages are in view now; the visits to all others are over."""
        passed = self._clock.advance(now)
        shown = {place.page: place for place in places}
        for page in [page for page in self._visits if page not in shown]:
            self._leave(page)
        for page, place in shown.items():
            thread = self._thread(place.app, now)
            visit = self._visits.get(page)
            if visit is not None and visit.thread != thread:  # the clock was set, or the computer slept
                self._leave(page)
                visit = None
            if visit is None:
                self._visits[page] = self._arrive(place, thread)
            else:
                visit.shown += passed

    def stayed(self, place: Place) -> float:
        """For how many seconds a page has been in view without a break."""
        visit = self._visits.get(place.page)
        return visit.shown - visit.came if visit else 0.0

    def add(self, place: Place, fresh: Sequence[Fresh], now: datetime) -> str | None:
        """New lines of a page in view; the key of the passage they are in, None if nothing was new."""
        visit = self._visits.get(place.page)
        if visit is None or not any(not line.context for line in fresh):
            return None
        held = visit.passage.lines if visit.passage else []
        wanted = [line for line in fresh if not line.shorter or line.replaces in held]
        if not any(not line.context for line in wanted):
            return None
        at = self._clock.seconds
        if visit.passage is None:
            visit.passage = _Passage(self._new_key(), now, at, at, visit.shown)
        visit.passage.changed = at
        _merge(visit.passage.lines, wanted)
        return visit.passage.key

    def stir(self, place: Place) -> None:
        """A page in view is changing, and has not been read again yet: what gathers there has not settled."""
        visit = self._visits.get(place.page)
        if visit and visit.passage:
            visit.passage.changed = self._clock.seconds

    def due(self) -> list[Observation]:
        """The passages to keep now, with those offered before and not kept since, oldest first."""
        for visit in self._visits.values():
            if visit.passage and self._is_due(visit.passage):
                self._offer(visit)
        return [observation for observation, _, _ in self._offered.values()]

    def kept(self, keys: Iterable[str]) -> None:
        """These have been kept: they are not offered again, and their dwell goes on."""
        for key in keys:
            observation, visit, seen = self._offered.pop(key)
            visit.kept[key] = _Kept(seen, observation.dwell_seconds or 0.0)
            while len(visit.kept) > _MOST_EXTENDED:
                visit.kept.popitem(last=False)
            if self._visits.get(visit.place.page) is not visit:
                self._extend(visit)

    def extensions(self) -> dict[str, float]:
        """The dwell of kept passages whose page has been left since the last call, where it has grown."""
        extended, self._extended = self._extended, {}
        return extended

    def drop(self, window_id: int) -> None:
        """Forget what gathers on a window, because nothing of it may be kept."""
        self.drop_where(lambda place: place.window_id == window_id, offered=False)

    def drop_where(self, gone: Callable[[Place], bool], *, offered: bool = True) -> None:
        """Forget what has gathered at such places, and what was ``offered`` of them and is not kept."""
        for visit in (*self._visits.values(), *self._left.values()):
            if gone(visit.place):
                visit.passage = None
        if offered:
            self._offered = {key: found for key, found in self._offered.items() if not gone(found[1].place)}

    def clear(self) -> None:
        """Forget everything that has not been kept."""
        self._visits.clear()
        self._left.clear()
        self._offered.clear()
        self._extended.clear()

    @property
    def waiting(self) -> int:
        """How many passages were offered and not kept."""
        return len(self._offered)

    @property
    def keys(self) -> set[str]:
        """The keys of all passages that are not kept yet."""
        gathering = {visit.passage.key for visit in self._visits.values() if visit.passage}
        return gathering | set(self._offered)

    def _is_due(self, passage: _Passage) -> bool:
        now = self._clock.seconds
        settled = now - passage.changed >= SETTLE_SECONDS
        return settled or now - passage.since >= LONGEST_SECONDS or len(passage.lines) >= MOST_LINES

    def _arrive(self, place: Place, thread: str) -> _Visit:
        """A new visit, or the one to the same page in the same session, come back to."""
        visit = self._left.pop(place.page, None)
        if visit is None or visit.thread != thread:
            return _Visit(place, thread)
        visit.came = visit.shown
        return visit

    def _leave(self, page: _Page) -> None:
        visit = self._visits.pop(page)
        self._offer(visit)
        self._extend(visit)
        self._left[page] = visit
        while len(self._left) > _MOST_VISITS:
            self._left.popitem(last=False)

    def _extend(self, visit: _Visit) -> None:
        for key, kept in visit.kept.items():
            dwell = round(visit.shown - kept.seen, 1)
            if dwell > kept.dwell:
                self._extended[key] = kept.dwell = dwell

    def _offer(self, visit: _Visit) -> None:
        passage, visit.passage = visit.passage, None
        if passage is None or not passage.lines:
            return
        observation = Observation(
            text="\n".join(passage.lines),
            at=passage.at,
            source=SOURCE,
            app=visit.place.app or None,
            title=visit.place.title or None,
            thread=visit.thread,
            key=passage.key,
            dwell_seconds=round(visit.shown - passage.seen, 1),
        )
        self._offered[passage.key] = (observation, visit, passage.seen)

    def _thread(self, app: str, now: datetime) -> str:
        """The session of an app that ``now`` belongs to: the last one, unless that was long ago or is yet to come."""
        session = self._sessions.get(app)
        if session is None or abs(now - session.last) > SESSION_GAP:
            start = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
            session = self._sessions[app] = _Session(f"{SOURCE}:{app}:{start}", now)
        session.last = now
        self._sessions.move_to_end(app)
        while len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return session.thread


def _merge(lines: list[str], fresh: Sequence[Fresh]) -> None:
    """Take new lines into a passage: what has grown or shrunk in place of what it was."""
    for line in fresh:
        if line.replaces is not None and line.replaces in lines:
            lines[lines.index(line.replaces)] = line.text
        elif not (line.context and line.text in lines):
            lines.append(line.text)


def _random_key() -> str:
    return f"{SOURCE}:{uuid4().hex}"
