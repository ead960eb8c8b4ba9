"""The screen observer: one look at the screen, from what may be read to passages handed to whoever keeps them.

Nothing moves on before the other side has what it was given: a passage is offered again, under the same key, until
``take`` has returned once. And nothing is decided on stale knowledge: the desktop is looked at before the pixels are
taken and again before they are read, and if windows have moved in between, they are thrown away unread.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from memory.errors import OcrFailedError
from memory.records import Observation
from observers.desktop import Desktop, Rect, View, Window
from observers.screen import apps, titles
from observers.screen.address_bar import page_rule
from observers.screen.caught import Caught
from observers.screen.decisions import Decisions
from observers.screen.described import Described
from observers.screen.difference import Difference
from observers.screen.exclusions import Decision, Rules
from observers.screen.layout import Block, arrange, as_text
from observers.screen.look import Change
from observers.screen.masked import without_masked
from observers.screen.noise import Noise
from observers.screen.ocr.line import Image, Line, Ocr
from observers.screen.own_output import own_output
from observers.screen.passages import Passages, Place
from observers.screen.pauses import Pauses
from observers.screen.reader import Page
from observers.screen.settling import Settling
from observers.screen.steady import Steady

Scope = Literal["focused", "visible"]
Outcome = Literal["paused", "locked", "idle", "full", "moved", "nothing", "changing", "unchanged", "read"]
Take = Callable[[list[Observation], dict[str, bytes]], None]

QUICK_SECONDS = 0.75  # until the next look while something changes
SLOW_SECONDS = 2.0
RESTING_SECONDS = 10.0  # while nobody is there, or nothing may be captured
QUIET_AFTER_SECONDS = 60.0  # without a key or the pointer: somebody reads, or has gone
IDLE_AFTER_SECONDS = 180.0  # nobody is there
LEAST_DWELL_SECONDS = 1.5  # in view before a page is read: what is flicked past is noise
MOST_WINDOWS = 256  # of which the page last taken in is known
MOST_WAITING = 64  # passages that could not be kept, before no more are gathered

PAUSED = "paused by you"


class Grabs(Protocol):
    """Where a window's pixels come from."""

    def grab(self, window: Window, above: Sequence[Rect], monitors: Sequence[Rect]) -> Image:
        """The window as far as it shows. Raises DisplayGoneError if there is no display any more."""
        ...


class Reads(Protocol):
    """What reads a window's frames as they change; see :class:`observers.screen.reader.Reader`."""

    def peek(self, window_id: int, frame: Image, now: float) -> Change:
        """How a frame differs from what was last read of its window."""
        ...

    def read(self, window_id: int, frame: Image, now: float) -> Page:
        """The text of a frame. Raises OcrFailedError."""
        ...

    def forget(self, window_id: int | None = None) -> None:
        """Drop everything known of a window, or of all of them."""
        ...

    def fade(self) -> None:
        """Let go of all frames."""
        ...


@dataclass(slots=True)
class Tick:
    """What one look came to, and after how many seconds to look again.

    ``dwell`` is by key the seconds that kept passages were in view in the end, for those whose page was left.
    """

    outcome: Outcome
    next_seconds: float
    decisions: list[Decision] = field(default_factory=list)
    new_lines: int = 0
    read_pixels: int = 0
    ocr_failures: int = 0
    kept: int = 0
    dwell: dict[str, float] = field(default_factory=dict)


class ScreenObserver:
    """Looks at one desktop when told to. Not safe to use from several threads, ``pauses`` aside.

    ``thumbnail`` makes of a frame the picture to keep with a passage; without it there are none. ``seer`` describes
    whole windows in place of their text; without it, or where it fails, the text is taken.
    """

    def __init__(
        self,
        desktop: Desktop,
        grabber: Grabs,
        reader: Reads,
        rules: Rules,
        noise: Noise,
        *,
        scope: Scope = "focused",
        thumbnail: Callable[[Image], bytes] | None = None,
        seer: Ocr | None = None,
    ) -> None:
        self._desktop, self._grabber, self._reader = desktop, grabber, reader
        self._rules, self._noise = rules, noise
        self._thumbnail = thumbnail
        self._described = Described(seer)
        self.scope: Scope = scope
        self.pauses = Pauses()
        self.decisions = Decisions()
        self._clock = Steady()
        self._caught = Caught()
        self._settling = Settling()
        self._difference = Difference()
        self._passages = Passages()
        self._thumbnails: dict[str, bytes] = {}
        self._done: dict[int, tuple[int, str, str]] = {}  # the page that was last taken in of each window

    @property
    def rules(self) -> Rules:
        """What may not be captured; may be set to other rules at any time between two looks."""
        return self._rules

    @rules.setter
    def rules(self, rules: Rules) -> None:
        self._rules = rules
        self._caught.clear()
        self._passages.drop_where(lambda place: rules.explain(place.app, place.title).outcome != "captured")

    def tick(self, now: datetime, take: Take) -> Tick:
        """Look once. ``take`` stores passages and their thumbnails by key; returning means that they are safe.

        Raises DisplayGoneError if there is no desktop any more, and whatever ``take`` and the noise counts raise. The
        next tick then goes on where this one stopped.
        """
        self._clock.advance(now)
        tick = self._look(now)
        self._keep(now, take, tick)
        tick.dwell = self._passages.extensions()
        return tick

    def flush(self, now: datetime, take: Take) -> Tick:
        """Hand over what has gathered, without looking: before the vault is locked or the engine stops."""
        self._clock.advance(now)
        tick = self._rest("nothing", now)
        self._keep(now, take, tick)
        tick.dwell = self._passages.extensions()
        return tick

    def clear(self) -> None:
        """Forget everything seen that has not been kept, and all text held for comparing."""
        self._passages.clear()
        self._thumbnails.clear()
        self._difference = Difference()
        self._reader.forget()
        self._done.clear()
        self.decisions.clear()

    def drop(self, app: str | None = None) -> None:
        """Forget what has gathered and is not kept, of one app or of all, as the user forgets a stretch of time."""
        self._passages.drop_where(lambda place: app is None or not apps.names(app).isdisjoint(apps.names(place.app)))
        self.decisions.clear()

    def _look(self, now: datetime) -> Tick:
        if self.pauses.hold(now):
            return self._rest("paused", now)
        view = self._desktop.look()
        if view.locked:
            return self._rest("locked", now)
        if view.idle_seconds > IDLE_AFTER_SECONDS:
            return self._rest("idle", now)
        if self._passages.waiting >= MOST_WAITING:
            return self._rest("full", now)
        decisions = self._decide(view, now)
        windows = _wanted(view, decisions, self.scope)
        self._note(decisions, windows, now)
        self._passages.show([_place(window) for window in windows], now)
        tick = Tick("nothing", _pace(view), decisions)
        due = [each for each in self._grab(view, windows, decisions) if self._is_time(*each, tick)]
        if due and not self._stands(view, due, now):
            tick.outcome, tick.next_seconds = "moved", QUICK_SECONDS
            return tick
        for window, frame in due:
            self._read(window, frame, now, tick)
        return tick

    def _rest(self, outcome: Outcome, now: datetime) -> Tick:
        self._passages.show((), now)
        self._reader.fade()  # no picture of a screen stays while nobody is there
        return Tick(outcome, RESTING_SECONDS)

    def _decide(self, view: View, now: datetime) -> list[Decision]:
        """What the rules say, what windows have given away since, and what is paused."""
        by_id = {window.id: window for window in view.windows}
        return [self._amended(decision, by_id[decision.window], now) for decision in self._rules.decide(view)]

    def _amended(self, decision: Decision, window: Window, now: datetime) -> Decision:
        rule = self._caught.rule_of(window)
        if rule is None and window.app is not None and self.pauses.hold(now, window.app):
            rule = PAUSED
        if decision.outcome != "captured" or rule is None:
            return decision
        return replace(decision, outcome="skipped" if window.focused else "masked", rule=rule)

    def _note(self, decisions: Iterable[Decision], windows: Sequence[Window], now: datetime) -> None:
        wanted = {window.id for window in windows}
        for decision in decisions:
            if decision.outcome != "captured" or decision.window in wanted:
                self.decisions.note(decision, now)

    def _grab(self, view: View, windows: Sequence[Window], decisions: Sequence[Decision]) -> list[tuple[Window, Image]]:
        out = [decision.window for decision in decisions if decision.outcome != "captured"]
        return [
            (window, self._grabber.grab(window, self._rules.hiding(view, window, out), view.monitors))
            for window in windows
        ]

    def _stands(self, before: View, frames: list[tuple[Window, Image]], now: datetime) -> bool:
        """Whether all is where it was; takes out the frames of windows that show something else by now."""
        after = self._desktop.look()
        if after.locked or after.monitors != before.monitors or _places(after) != _places(before):
            return False
        wanted = {window.id: window for window in _wanted(after, self._decide(after, now), self.scope)}
        frames[:] = [
            (window, frame) for window, frame in frames if window.id in wanted and _same(window, wanted[window.id])
        ]
        return bool(frames)

    def _is_time(self, window: Window, frame: Image, tick: Tick) -> bool:
        """Whether to read a window now: not what is flicked past, still changes, or has long been as it was read."""
        place, seconds = _place(window), self._clock.seconds
        if self._passages.stayed(place) < LEAST_DWELL_SECONDS:
            _note_outcome(tick, "changing")
            return False
        change = self._reader.peek(window.id, frame, seconds)
        if change and self._done.get(window.id) == place.page and self._described.waits(window.id, seconds):
            _note_outcome(tick, "changing")
            return False
        digest = (change.digest or b"?") if change else b""
        advice = self._settling.advice(window.id, digest, seconds)
        if advice == "wait":
            self._passages.stir(place)
            _note_outcome(tick, "changing")
            return False
        if advice == "skip" and self._done.get(window.id) == place.page:
            _note_outcome(tick, "unchanged")
            return False
        return True

    def _read(self, window: Window, frame: Image, now: datetime, tick: Tick) -> None:
        """Read a window, and take in what is new on it."""
        place, seconds = _place(window), self._clock.seconds
        try:
            page = self._reader.read(window.id, frame, seconds)
        except OcrFailedError:
            self._settling.failed(window.id, seconds)
            tick.ocr_failures += 1
            return
        self._settling.was_read(window.id)
        tick.read_pixels += page.read_pixels
        _note_outcome(tick, "read" if page.read_pixels else "unchanged")
        if page.changed or self._done.get(window.id) != place.page:
            self._done.pop(window.id, None)
            self._take_in(window, frame, page, now, tick)
            self._done[window.id] = place.page
            while len(self._done) > MOST_WINDOWS:
                self._done.pop(next(iter(self._done)))

    def _take_in(self, window: Window, frame: Image, page: Page, now: datetime, tick: Tick) -> None:
        place = _place(window)
        height, width = frame.shape[:2]
        rule = page_rule(page.lines, height, self._rules) if apps.is_browser(window.app) else None
        if rule is not None:
            self._catch(window, rule, now)
            return
        lines = without_masked(page.lines)
        if apps.is_terminal(window.app):  # what Inkling printed there is no news
            own = own_output(lines)
            lines = [line for number, line in enumerate(lines) if number not in own]
        is_whole = len(lines) == len(page.lines)
        self._noise.learn(place.app, place.title, lines, width, height, now)
        kept = frozenset(self._noise.without(place.app, lines, width, height))
        blocks = arrange(lines, width, height, app=place.app, title=place.title)
        told = self._described.lines(window.id, frame, as_text(blocks), self._clock.seconds) if is_whole else []
        texts = told or as_text(_only(blocks, kept))
        fresh = self._difference.fresh(window.id, place.app, place.title, texts)
        key = self._passages.add(place, fresh, now)
        if key is None:
            return
        new_lines = sum(not line.context for line in fresh)
        tick.new_lines += new_lines
        captured = Decision(window=window.id, app=window.app, outcome="captured")
        self.decisions.note(captured, now, new_lines)
        if self._thumbnail is not None:
            self._thumbnails[key] = self._thumbnail(frame)

    def _catch(self, window: Window, rule: str, now: datetime) -> None:
        """A window has shown that it is excluded: nothing of it is kept, and it is not looked at again."""
        self._caught.add(window, rule)
        self._passages.drop(window.id)
        self._reader.forget(window.id)
        outcome: Literal["skipped", "masked"] = "skipped" if window.focused else "masked"
        self.decisions.note(Decision(window=window.id, app=window.app, outcome=outcome, rule=rule), now)

    def _keep(self, now: datetime, take: Take, tick: Tick) -> None:
        """Offer what is due; it is done with once ``take`` has returned."""
        offered = self._passages.due()
        if not offered:
            return
        keys = [observation.stable_key for observation in offered]
        take(offered, {key: self._thumbnails[key] for key in keys if key in self._thumbnails})
        self._passages.kept(keys)
        tick.kept = len(keys)
        waiting = self._passages.keys
        self._thumbnails = {key: image for key, image in self._thumbnails.items() if key in waiting}
        self._noise.keep(now)


def _place(window: Window) -> Place:
    return Place(window.id, window.app or "", window.title or "")


def _only(blocks: Iterable[Block], kept: Container[Line]) -> Iterator[Block]:
    """Blocks without the lines that are noise; those still serve to tell how the page is laid out."""
    for block in blocks:
        rows = (tuple(line for line in row if line in kept) for row in block.rows)
        left = tuple(row for row in rows if row)
        if left:
            yield replace(block, rows=left)


def _wanted(view: View, decisions: Iterable[Decision], scope: Scope) -> list[Window]:
    """The windows to capture: those that may be, and are meant to be."""
    allowed = {decision.window for decision in decisions if decision.outcome == "captured"}
    return [w for w in view.windows if w.id in allowed and (scope == "visible" or w.focused)]


def _places(view: View) -> list[tuple[int, Rect, Rect, bool]]:
    return [(window.id, window.rect, window.cover, window.translucent) for window in view.windows]


def _same(before: Window, after: Window) -> bool:
    """Whether a window shows the same page as before, whatever its title counts."""
    told = (before.app, before.url, before.private) == (after.app, after.url, after.private)
    return told and titles.page_of(before.title or "") == titles.page_of(after.title or "")


def _pace(view: View) -> float:
    return RESTING_SECONDS if view.idle_seconds > QUIET_AFTER_SECONDS else SLOW_SECONDS


_WEIGHT: Mapping[Outcome, int] = {"nothing": 0, "unchanged": 1, "read": 2, "changing": 3}


def _note_outcome(tick: Tick, outcome: Outcome) -> None:
    """What most windows hide: a change still going on counts more than a page that was read."""
    if _WEIGHT[outcome] > _WEIGHT[tick.outcome]:
        tick.outcome = outcome
    if outcome in {"changing", "read"}:
        tick.next_seconds = min(tick.next_seconds, QUICK_SECONDS)
