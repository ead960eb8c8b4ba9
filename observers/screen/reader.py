"""Reads a window's pictures as they change, asking text recognition about nothing that was read before.

Per look: the changed rectangles are found (``change``), a scroll moves the known lines along (``scroll``), what is left
is grown to whole lines and cut into strips (``strips``), strips met before come from a shelf (``shelf``), and only the
others go to the engine. A blinking caret, a window switched back to or a page scrolled back therefore cost nothing.
What changes all the time without saying anything is read rarely (``restless``).

Kept are the lines of the 32 windows used last, 20,000 lines of strips, and up to 48 MB of frames (five of 1920 by 1080,
and always the last); for windows whose frame is gone, 8 KB of hashes. Nothing of it is ever written anywhere.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from weakref import ref

from observers.desktop.rect import Rect
from observers.screen.change import Tiles, digest_of, tiles_of, union
from observers.screen.look import Change, Known, Look, changed_since, compare
from observers.screen.ocr.line import Image, Line, Ocr
from observers.screen.shelf import Shelf
from observers.screen.strips import grouped, picture, strips_in, whole_lines

__all__ = ["Change", "Page", "Reader"]

MOST_WINDOWS = 32
MOST_FRAME_BYTES = 48 * 2**20
_OF_A_LINE = 0.15  # of a line's area in a strip make it a line of that strip too


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a window: ``lines`` from top to bottom with their place in its frame.

    ``read_pixels`` is how many pixels the engine was given for it, ``changed`` whether any line or the place of any is
    another than on the last page of the window.
    """

    window_id: int
    lines: tuple[Line, ...]
    read_pixels: int
    changed: bool


@dataclass(slots=True)
class _Region:
    """A rectangle to read, its strips, the lines in those that are known, and the strips that were never read."""

    rect: Rect
    strips: list[Rect]
    lines: dict[Rect, tuple[Line, ...]] = field(default_factory=dict)
    missing: list[Rect] = field(default_factory=list)


class Reader:
    """Reads windows with one engine. Not safe to use from several threads.

    The contract with whoever looks at the screen: ``read`` is to be called at every look at a window, and returns what
    it shows; it costs next to nothing if that is known. While a window changes at every look, as it does when somebody
    types or scrolls, ``peek`` tells so without reading or changing anything: ``read`` may be put off until two changes
    in a row are equal, or the caller has waited long enough. Frames must be contiguous; they are copied as needed, and
    one that was peeked at must not change until it is read.
    """

    def __init__(self, ocr: Ocr, *, most_windows: int = MOST_WINDOWS, most_frame_bytes: int = MOST_FRAME_BYTES) -> None:
        self._ocr = ocr
        self._most_windows = most_windows
        self._most_frame_bytes = most_frame_bytes
        self._windows: OrderedDict[int, Known] = OrderedDict()
        self._shelf = Shelf()
        self._compared: tuple[int, ref[Image], Tiles] | None = None  # of the last peek: reading its frame takes it

    def peek(self, window_id: int, frame: Image, now: float) -> Change:
        """How a frame differs from what was last read of its window. ``now`` is in seconds on a steady clock."""
        window = self._window(window_id, frame)
        changed = changed_since(window, frame)
        self._compared = (window_id, ref(frame), changed)
        change = compare(window, frame, changed, window.restless.held(now)).change
        return replace(change, digest=digest_of(frame, change.rects)) if change else change

    def read(self, window_id: int, frame: Image, now: float) -> Page:
        """The text of a frame of a window, with as little recognition as possible.

        Raises OcrFailedError if the engine broke; then the window is as it was before, and the next read tries again.
        """
        window = self._window(window_id, frame)
        changed = self._taken(window_id, frame)
        if changed is None:
            changed = changed_since(window, frame)
        window.restless.look(changed, frame, now)
        look = compare(window, frame, changed, window.restless.held(now))
        regions = self._regions(frame, look)
        read_pixels, before = self._recognise(frame, regions), window.lines
        if look.change:
            self._judge(window, frame, look, regions, now)
            window.lines = _replaced(look.lines, regions)
        if look.change or window.frame is None:
            window.keep(frame, look, [region.rect for region in regions])
        self._store(window_id, window)
        return Page(window_id, window.lines, read_pixels, changed=window.lines != before)

    def forget(self, window_id: int | None = None) -> None:
        """Drop everything known of a window, or of all of them, with the texts of strips.

        Those of one window alone cannot be told from others', so all of them go; what shows is read anew when it
        changes.
        """
        self._compared = None
        self._shelf.clear()
        if window_id is not None:
            self._windows.pop(window_id, None)
            return
        self._windows.clear()

    def fade(self) -> None:
        """Let go of every frame while nobody looks: of their pixels hashes stay, and the lines that were read."""
        self._compared = None
        for window in self._windows.values():
            window.fade()

    def _taken(self, window_id: int, frame: Image) -> Tiles | None:
        """What ``peek`` has just found about this very frame."""
        compared, self._compared = self._compared, None
        if compared is None or compared[0] != window_id or compared[1]() is not frame:
            return None
        return compared[2]

    def _window(self, window_id: int, frame: Image) -> Known:
        window = self._windows.get(window_id)
        return window if window is not None and window.fits(frame) else Known(frame)

    def _regions(self, frame: Image, look: Look) -> list[_Region]:
        """What to read: the changed rectangles grown to whole lines, and what is known of their strips."""
        known = [line.rect for line in look.lines]
        rects: list[Rect] = []
        for rect in look.change.rects:
            grown = whole_lines(frame, rect, known)
            while touching := [other for other in rects if other.meet(grown).area]:
                rects = [other for other in rects if other not in touching]
                for other in touching:
                    grown = union(grown, other)
                grown = whole_lines(frame, grown, known)
            rects.append(grown)
        return [self._region(frame, rect) for rect in rects]

    def _region(self, frame: Image, rect: Rect) -> _Region:
        region = _Region(rect, strips_in(frame, rect))
        for strip in region.strips:
            lines = self._shelf.get(frame, strip)
            if lines is not None:
                region.lines[strip] = lines
        region.missing = [strip for strip in region.strips if strip not in region.lines]
        return region

    def _recognise(self, frame: Image, regions: Sequence[_Region]) -> int:
        """Let the engine read the strips nobody read before. Returns how many pixels it was given."""
        pixels = 0
        for group in grouped(strip for region in regions for strip in region.missing):
            image, left, top = picture(frame, group)
            pixels += image.shape[0] * image.shape[1]
            found = [replace(line, rect=line.rect.moved(left, top)) for line in self._ocr.read(image)]
            for region in regions:
                self._assign(frame, region, group, found)
        return pixels

    def _assign(self, frame: Image, region: _Region, group: Rect, found: Iterable[Line]) -> None:
        """Give the lines the engine found to the missing strips of a region that were read in ``group``."""
        strips = [strip for strip in region.missing if strip.meet(group) == strip]
        lines: dict[Rect, list[Line]] = {strip: [] for strip in strips}
        joined: set[Rect] = set()
        for line in found:
            owners = _owners(line, region.strips)
            if not owners or owners[0] not in lines:
                continue  # nothing is there, or a strip that was read before
            lines[owners[0]].append(replace(line, rect=_clipped(line.rect, owners)))
            if len(owners) > 1:
                joined.update(owners)
        for strip in strips:
            region.lines[strip] = tuple(lines[strip])
            if strip not in joined:  # the text of one is not all its own
                self._shelf.put(frame, strip, lines[strip])

    def _judge(self, window: Known, frame: Image, look: Look, regions: Sequence[_Region], now: float) -> None:
        """Tell restlessness from progress, in every strip that changed and had to be read."""
        scroll = look.change.scroll
        if scroll:
            window.restless.calm(tiles_of((scroll.rect, scroll.rect.moved(0, -scroll.down)), frame))
            return
        for region in regions:
            for strip in region.missing:
                if not any(strip.meet(rect).area for rect in look.change.rects):
                    continue
                old = [line.text for line in look.lines if line.rect.meet(strip).area]
                new = [line.text for line in region.lines[strip]]
                window.restless.judge(tiles_of((strip,), frame), fruitful=window.fruitful(old, new), now=now)

    def _store(self, window_id: int, window: Known) -> None:
        """Put a window on top of those in use, and let go of what is too much."""
        self._windows[window_id] = window
        self._windows.move_to_end(window_id)
        while len(self._windows) > self._most_windows:
            self._windows.popitem(last=False)
        held = 0
        for other in reversed(self._windows.values()):
            held += other.frame_bytes
            if other is not window and held > self._most_frame_bytes:
                other.fade()


def _owners(line: Line, strips: Iterable[Rect]) -> list[Rect]:
    """The strips a line lies in, first the one that has most of it."""
    shares = [(line.rect.meet(strip).area, strip) for strip in strips]
    least = max(1.0, _OF_A_LINE * line.rect.area)
    inside = sorted((share for share in shares if share[0] >= least), key=lambda share: -share[0])
    return [strip for _, strip in inside]


def _clipped(rect: Rect, strips: Sequence[Rect]) -> Rect:
    """``rect`` as far as it lies in ``strips``: engines draw a little wide, into the line above."""
    whole = strips[0]
    for strip in strips[1:]:
        whole = union(whole, strip)
    return rect.meet(whole)


def _replaced(lines: Iterable[Line], regions: Sequence[_Region]) -> tuple[Line, ...]:
    """The lines outside the regions and those read in them, from top to bottom."""
    kept = [line for line in lines if not any(line.rect.meet(region.rect).area for region in regions)]
    read = [line for region in regions for lines in region.lines.values() for line in lines]
    return tuple(sorted([*kept, *read], key=lambda line: (line.rect.top, line.rect.left, line.text)))
