"""What of a window's picture differs from the last one: a comparison cheap enough for every tick.

Every pixel is compared, none sampled, because a full stop that becomes a comma is two pixels of two million. Comparing
eight bytes at a time, an unchanged frame of 1920 by 1080 costs about 1 ms. The fourth byte of a pixel is ignored, as
grabbers fill it as they like.

A grid of tiles says roughly what changed; ``rects_of`` makes few rectangles of it, exact to the pixel. ``prints_of``
is what is kept of a frame that is no longer kept itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from observers.desktop.rect import Rect
from observers.screen.ocr.line import Image

TILE_WIDTH = 64
TILE_HEIGHT = 32  # a band of 1920 pixels by this and its twin fit into a core's second level cache
MOST_RECTS = 16
COLOUR = np.uint32(0x00FFFFFF)

Pixels = npt.NDArray[np.uint32]  # (height, width): a pixel as one number, its lowest byte blue
Tiles = npt.NDArray[np.bool_]  # (rows, columns) of tiles, from the top left corner on; the last ones may be smaller
Prints = npt.NDArray[np.uint64]  # (rows, columns) of tiles: a hash of each

_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_AGAIN = np.uint64(0xD6E8FEB86659FD93)


def pixels_of(image: Image) -> Pixels:
    """The image as one number a pixel, the fourth byte included; no copy where the image is contiguous."""
    return np.ascontiguousarray(image).view(np.uint32)[..., 0]


def cropped(image: Image, rect: Rect) -> Image:
    """The part of an image in ``rect``; a view."""
    return image[rect.top : rect.bottom, rect.left : rect.right]


def bounds(image: Image) -> Rect:
    """All of an image."""
    return Rect(0, 0, image.shape[1], image.shape[0])


def digest_of(image: Image, rects: Iterable[Rect]) -> bytes:
    """Sixteen bytes that stand for the colours in ``rects`` of an image."""
    hashing = hashlib.blake2b(digest_size=16)
    for rect in rects:
        hashing.update(np.ascontiguousarray(pixels_of(cropped(image, rect)) & COLOUR).data)
    return hashing.digest()


def no_tiles(image: Image) -> Tiles:
    """The grid of an image, with nothing in it."""
    height, width = image.shape[:2]
    return np.zeros((-(-height // TILE_HEIGHT), -(-width // TILE_WIDTH)), np.bool_)


def kept(image: Image) -> Image:
    """A copy in memory that Python compares as a whole, at the speed of memory: the cheapest way to say "unchanged"."""
    return np.frombuffer(bytearray(np.ascontiguousarray(image).data), np.uint8).reshape(image.shape)


def _memory_of(image: Image) -> bytearray | None:
    """Where a ``kept`` image lies; None for others."""
    base: object = image
    while isinstance(base, np.ndarray):
        base = base.base
    memory = base.obj if isinstance(base, memoryview) else base
    return memory if isinstance(memory, bytearray) and len(memory) == image.nbytes else None


def changed_tiles(before: Image, after: Image) -> Tiles:
    """The tiles in which any pixel differs in colour between two images of one size; quickest if ``before`` is kept."""
    tiles = no_tiles(after)
    memory = _memory_of(before)
    if memory is not None and after.flags.c_contiguous and memory == after.data:
        return tiles
    old, new = pixels_of(before), pixels_of(after)
    wide = np.uint64 if old.shape[1] % 2 == 0 else np.uint32
    old_words, new_words = old.view(wide), new.view(wide)
    unequal = np.empty((TILE_HEIGHT, old_words.shape[1]), np.bool_)
    starts = np.arange(0, old.shape[1], TILE_WIDTH)
    for row in range(len(tiles)):
        band = slice(row * TILE_HEIGHT, (row + 1) * TILE_HEIGHT)
        words = new_words[band]
        if np.not_equal(words, old_words[band], out=unequal[: len(words)]).any():
            columns = ((old[band] ^ new[band]) & COLOUR).any(axis=0)
            tiles[row] = np.logical_or.reduceat(columns, starts)
    return tiles


def prints_of(image: Image) -> Prints:
    """A hash of every tile's colours. About 10 ms for 1920 by 1080, so not for every tick."""
    prints = np.zeros(no_tiles(image).shape, np.uint64)
    pixels = pixels_of(image)
    starts = np.arange(0, pixels.shape[1], TILE_WIDTH)
    across = (np.arange(pixels.shape[1], dtype=np.uint64) % np.uint64(TILE_WIDTH) + np.uint64(1)) * _MIX
    down = (np.arange(TILE_HEIGHT, dtype=np.uint64)[:, np.newaxis] + np.uint64(1)) * _MIX_AGAIN | np.uint64(1)
    for row in range(len(prints)):
        band = (pixels[row * TILE_HEIGHT : (row + 1) * TILE_HEIGHT] & COLOUR).astype(np.uint64)
        band = (band + across) * _MIX
        band ^= band >> np.uint64(29)  # else swapping two pixels could go unseen
        band *= down[: len(band)]
        prints[row] = np.add.reduceat(band.sum(axis=0), starts)
    return prints


def rects_of(tiles: Tiles, before: Image | None, after: Image) -> tuple[Rect, ...]:
    """The marked tiles as at most 16 rectangles that do not touch, each as small as what changed in it allows.

    Without the image before, which is needed for the latter, they end at tiles.
    """
    reach, found = 0, _merged(_runs(tiles), 0)
    while len(found) > MOST_RECTS:
        reach = 2 * reach + 1
        found = _merged(found, reach)
    whole = bounds(after)
    rects = [
        Rect(r.left * TILE_WIDTH, r.top * TILE_HEIGHT, r.width * TILE_WIDTH, r.height * TILE_HEIGHT).meet(whole)
        for r in found
    ]
    if before is not None:
        rects = [_shrunk(before, after, rect) for rect in rects]
    return tuple(rect for rect in rects if rect.area)


def tiles_of(rects: Iterable[Rect], image: Image) -> Tiles:
    """The tiles that ``rects`` touch."""
    tiles = no_tiles(image)
    for rect in rects:
        tiles[
            rect.top // TILE_HEIGHT : -(-rect.bottom // TILE_HEIGHT),
            rect.left // TILE_WIDTH : -(-rect.right // TILE_WIDTH),
        ] = True
    return tiles


def union(one: Rect, other: Rect) -> Rect:
    """The smallest rectangle that holds both."""
    left, top = min(one.left, other.left), min(one.top, other.top)
    return Rect(left, top, max(one.right, other.right) - left, max(one.bottom, other.bottom) - top)


def near(one: Rect, other: Rect, distance: int) -> bool:
    """Whether at most ``distance`` pixels lie between two rectangles, across and down; 0 if they touch."""
    return (
        one.left <= other.right + distance
        and other.left <= one.right + distance
        and one.top <= other.bottom + distance
        and other.top <= one.bottom + distance
    )


def _runs(tiles: Tiles) -> Iterator[Rect]:
    """Marked tiles side by side, in units of tiles."""
    for row in np.flatnonzero(tiles.any(axis=1)):
        edges = np.flatnonzero(np.diff(tiles[row].astype(np.int8), prepend=0, append=0))
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            yield Rect(int(left), int(row), int(right - left), 1)


def _merged(rects: Iterable[Rect], reach: int) -> list[Rect]:
    """Rectangles within ``reach`` of each other made one, until none are."""
    out: list[Rect] = []
    for rect in rects:
        grown = rect
        while touching := [other for other in out if near(grown, other, reach)]:
            for other in touching:
                out.remove(other)
                grown = union(grown, other)
        out.append(grown)
    return out


def _shrunk(before: Image, after: Image, rect: Rect) -> Rect:
    """``rect`` without the edges where nothing changed."""
    unequal = (pixels_of(cropped(before, rect)) ^ pixels_of(cropped(after, rect))) & COLOUR
    rows, columns = np.flatnonzero(unequal.any(axis=1)), np.flatnonzero(unequal.any(axis=0))
    if not len(rows):
        return Rect(rect.left, rect.top, 0, 0)
    return Rect(
        rect.left + int(columns[0]),
        rect.top + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
