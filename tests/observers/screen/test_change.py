"""What differs between two frames: nothing is missed, and what did not change is not named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import INK, blank, page, write

from observers.desktop.rect import Rect
from observers.screen.change import (
    MOST_RECTS,
    bounds,
    changed_tiles,
    digest_of,
    prints_of,
    rects_of,
    tiles_of,
)
from observers.screen.ocr.line import Image
from observers.screen.scroll import scroll_in

WIDE, HIGH = 1920, 1080


def noise(width: int, height: int, seed: int = 1) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def rects(before: Image, after: Image) -> tuple[Rect, ...]:
    return rects_of(changed_tiles(before, after), before, after)


def test_equal_frames_differ_nowhere() -> None:
    frame = noise(WIDE, HIGH)
    assert not changed_tiles(frame, frame.copy()).any()


@settings(max_examples=60, deadline=None)
@given(x=st.integers(0, 200), y=st.integers(0, 132), channel=st.integers(0, 2), width=st.integers(201, 204))
def test_one_pixel_is_never_missed(x: int, y: int, channel: int, width: int) -> None:
    """By one level of one colour, in frames of odd widths and heights too."""
    before = noise(width, 133)
    after = before.copy()
    after[y, x, channel] ^= 1
    assert rects(before, after) == (Rect(x, y, 1, 1),)
    assert (prints_of(before) != prints_of(after)).sum() == 1


def test_a_small_letter_anywhere_is_never_missed() -> None:
    """A letter of 12 pixels, on a grid of places that do not fit the tiles."""
    before = blank(WIDE, HIGH)
    for top in range(0, HIGH - 12, 97):
        for left in range(0, WIDE - 8, 131):
            after = before.copy()
            where = write(after, "i", left, top)
            (found,) = rects(before, after)
            assert found.meet(where) == found


def test_the_fourth_byte_is_no_change() -> None:
    before = noise(200, 100)
    after = before.copy()
    after[..., 3] = 7
    assert rects(before, after) == ()
    assert (prints_of(before) == prints_of(after)).all()
    assert digest_of(before, [bounds(before)]) == digest_of(after, [bounds(after)])


def test_changes_far_apart_stay_apart() -> None:
    before = blank(WIDE, HIGH)
    after = before.copy()
    one, other = write(after, "clock", 1800, 5), write(after, "typed words", 300, 700)
    found = rects(before, after)
    assert len(found) == 2
    assert all(rect.meet(one) == rect or rect.meet(other) == rect for rect in found)


def test_changes_next_to_each_other_are_one_rectangle() -> None:
    before = blank(WIDE, HIGH)
    after = before.copy()
    after[100:400, 200:900, :3] = INK
    assert rects(before, after) == (Rect(200, 100, 700, 300),)


def test_however_much_changes_the_rectangles_stay_few_and_hold_it_all() -> None:
    before = blank(WIDE, HIGH)
    after = before.copy()
    after[::90, ::170, 0] = INK
    found = rects(before, after)
    assert 1 <= len(found) <= MOST_RECTS
    for y, x in np.argwhere(before[..., 0] != after[..., 0]):
        assert any(rect.left <= x < rect.right and rect.top <= y < rect.bottom for rect in found)


def test_swapped_rows_and_columns_have_other_prints() -> None:
    """What is kept of a frame tells its pixels' places, not only which there are."""
    frame = noise(64, 32)
    for other in (frame[::-1], frame[:, ::-1], np.roll(frame, 1, axis=0), np.roll(frame, 1, axis=1)):
        assert (prints_of(np.ascontiguousarray(other)) != prints_of(frame)).all()


def test_tiles_of_a_rectangle_are_those_it_touches() -> None:
    frame = blank(200, 100)
    assert np.argwhere(tiles_of([Rect(63, 31, 2, 2)], frame)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


LINES = [f"line number {n} of a text {n * n}" for n in range(80)]


def long_page(at: int) -> Image:
    return page(900, 600, LINES, top=10 - at)


@pytest.mark.parametrize("down", [-40, -7, 13, 120])
def test_a_scroll_is_seen_with_its_distance(down: int) -> None:
    before, after = long_page(400), long_page(400 - down)
    (rect,) = rects(before, after)
    scroll = scroll_in(before, after, rect)
    assert scroll is not None
    assert scroll.down == down
    assert scroll.rect.height > 400 - abs(down)


def test_a_scroll_is_seen_beside_what_stands_still_and_under_a_moving_scroll_bar() -> None:
    """The side bar and the header stay; the scroll bar's thumb moves the other way."""
    before, after = long_page(400), long_page(430)
    for frame, thumb in ((before, 100), (after, 120)):
        frame[:50] = 0xC0
        write(frame, "header", 40, 20)
        write(frame, "side bar", 700, 300)
        frame[thumb : thumb + 80, 880:892, :3] = INK
    whole = rects(before, after)
    scroll = scroll_in(before, after, max(whole, key=lambda rect: rect.area))
    assert scroll is not None
    assert scroll.down == -30


def test_another_page_is_no_scroll() -> None:
    before = page(900, 600, LINES)
    after = page(900, 600, [f"something else {n * 7}" for n in range(40)])
    assert scroll_in(before, after, bounds(before)) is None


def test_a_small_change_is_no_scroll() -> None:
    before = page(900, 600, LINES)
    assert scroll_in(before, before, Rect(10, 10, 60, 20)) is None
