"""Which parts of a window change all the time and say nothing: video, animations, spinners, progress bars.

Reading them at every look would cost more than everything else together. A tile that changed in most of the last looks
and was read several times in vain is left alone for a while, at first seconds, then longer, up to a minute. It is let
go as soon as it stands still, so a page that took the place of a video is not missed.
"""

from __future__ import annotations

import numpy as np

from observers.screen.change import TILE_HEIGHT, TILE_WIDTH, Tiles, no_tiles, prints_of
from observers.screen.ocr.line import Image

_BUSY_LOOKS = 6  # of the last eight
_QUIET_LOOKS = 2  # of the last eight: what was read in vain before is forgotten
_STILL = np.uint8(0b11)  # the looks for which what is left alone must have stood still to be let go
_IN_VAIN = 3  # reads
_FIRST_WAIT_SECONDS = 4.0
_LONGEST_WAIT_SECONDS = 60.0


class Restless:
    """What is known of the restlessness of one window's tiles. Times are seconds on any steady clock."""

    def __init__(self, image: Image) -> None:
        shape = no_tiles(image).shape
        self._history = np.zeros(shape, np.uint8)  # one bit a look, the last one lowest
        self._vain = np.zeros(shape, np.uint8)
        self._due = np.full(shape, -np.inf)
        self._prints = np.zeros(shape, np.uint64)
        self._group = np.zeros(shape, np.int64)  # tiles with one number are left alone, and let go, together
        self._groups = 0

    def held(self, now: float) -> Tiles:
        """The tiles to leave alone."""
        held: Tiles = self._due > now
        return held

    def look(self, changed: Tiles, image: Image, now: float) -> None:
        """Take note of a look at the window, in which ``changed`` tiles are not as they were read."""
        held = self.held(now)
        moving = changed & ~held
        if (changed & held).any():
            moving |= self._moved(changed & held, image)
        self._history = (self._history << np.uint8(1)) | moving.astype(np.uint8)
        restless = np.unique(self._group[held & (self._history & _STILL != 0)])
        self._due[held & ~np.isin(self._group, restless)] = -np.inf
        self._vain[np.bitwise_count(self._history) <= _QUIET_LOOKS] = 0

    def judge(self, tiles: Tiles, *, fruitful: bool, now: float) -> None:
        """Take note of whether reading something that touches ``tiles`` brought what was worth it.

        What is read as one is left alone as one, if any part of it changes all the time.
        """
        if fruitful:
            self._vain[tiles] = 0
            return
        vain = min(int(self._vain[tiles].max(initial=0)) + 1, 255)
        self._vain[tiles] = vain
        if vain >= _IN_VAIN and np.bitwise_count(self._history[tiles]).max() >= _BUSY_LOOKS:
            wait = _FIRST_WAIT_SECONDS * 2 ** min(vain - _IN_VAIN, 8)
            self._groups += 1
            self._group[tiles] = self._groups
            self._due[tiles] = now + min(_LONGEST_WAIT_SECONDS, wait)

    def calm(self, tiles: Tiles) -> None:
        """Forget what is known of ``tiles``: something else is there now."""
        self._history[tiles] = 0
        self._vain[tiles] = 0
        self._due[tiles] = -np.inf

    def _moved(self, tiles: Tiles, image: Image) -> Tiles:
        """Those of ``tiles`` that are not as they were at the last look."""
        rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
        part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
        shown = image[
            part[0].start * TILE_HEIGHT : part[0].stop * TILE_HEIGHT,
            part[1].start * TILE_WIDTH : part[1].stop * TILE_WIDTH,
        ]
        prints = prints_of(shown)
        moved = np.zeros_like(tiles)
        moved[part] = prints != self._prints[part]
        self._prints[part] = prints
        return moved & tiles
