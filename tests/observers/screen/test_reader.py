"""Reading a window as it changes: the text is always that of a fresh reading, and little of it is read again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import INK, PaintedOcr, blank, page, write

from memory.errors import OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.line import Image, Line
from observers.screen.reader import Page, Reader
from observers.screen.shelf import Shelf

WIDE, HIGH = 900, 600
LINES = [f"line {n} says {n * n * 7919:x} and {n * 31}" for n in range(120)]


@pytest.fixture
def ocr() -> PaintedOcr:
    return PaintedOcr()


@pytest.fixture
def reader(ocr: PaintedOcr) -> Reader:
    return Reader(ocr)


def texts(got: Page) -> list[str]:
    return [line.text for line in got.lines]


def placed(lines: tuple[Line, ...]) -> set[tuple[str, Rect]]:
    """Whole lines with their place; of torn ones the engine only says that there are some."""
    return {(line.text, line.rect) for line in lines if line.text != "?"}


def fresh(frame: Image) -> Page:
    return Reader(PaintedOcr()).read(1, frame, 0.0)


def scrolled(at: int) -> Image:
    """A page under a fixed header and beside a fixed side bar, scrolled to a pixel."""
    frame = page(WIDE, HIGH, LINES, top=60 - at, left=200)
    frame[:50] = 0xF0
    write(frame, "the header", 40, 20)
    for row in range(6):
        write(frame, f"entry {row}", 20, 90 + row * 33)
    return frame


def test_a_new_window_is_read_whole(reader: Reader) -> None:
    got = reader.read(7, page(WIDE, HIGH, LINES[:5]), 0.0)
    assert texts(got) == LINES[:5]
    assert got.window_id == 7
    assert got.changed
    assert got.lines[1].rect == Rect(40, 30, len(LINES[1]) * 8, 12)


def test_an_unchanged_window_costs_nothing(reader: Reader, ocr: PaintedOcr) -> None:
    frame = page(WIDE, HIGH, LINES[:5])
    reader.read(1, frame, 0.0)
    calls = ocr.calls
    got = reader.read(1, frame.copy(), 1.0)
    assert texts(got) == LINES[:5]
    assert (got.read_pixels, got.changed, ocr.calls) == (0, False, calls)


def test_a_frame_written_over_by_the_grabber_is_still_a_change(reader: Reader) -> None:
    """Grabbers reuse their memory; the reader must not compare a frame with itself."""
    frame = page(WIDE, HIGH, LINES[:5])
    reader.read(1, frame, 0.0)
    write(frame, "added", 40, 300)
    assert "added" in texts(reader.read(1, frame, 1.0))


def test_typing_reads_the_line_typed_and_nothing_else(reader: Reader, ocr: PaintedOcr) -> None:
    frame = page(WIDE, HIGH, LINES[:25])
    reader.read(1, frame, 0.0)
    for now, end in enumerate(range(1, 30), 1):
        frame = page(WIDE, HIGH, LINES[:25])
        write(frame, "I keep bees and two old goats"[:end], 40, 10 + 25 * 20)
        got = reader.read(1, frame, float(now))
        assert placed(got.lines) == placed(fresh(frame).lines)
        assert got.read_pixels <= (end * 8 + 20) * 32


def test_a_line_changed_in_the_middle_is_read_whole(reader: Reader) -> None:
    frame = page(WIDE, HIGH, ["one two three four", "five six seven"])
    reader.read(1, frame, 0.0)
    frame = page(WIDE, HIGH, ["one two thr3e four", "five six seven"])
    got = reader.read(1, frame, 1.0)
    assert texts(got) == ["one two thr3e four", "five six seven"]
    assert 0 < got.read_pixels < 200 * 40


def test_a_line_that_goes_away_is_gone(reader: Reader) -> None:
    reader.read(1, page(WIDE, HIGH, LINES[:5]), 0.0)
    got = reader.read(1, page(WIDE, HIGH, LINES[:4]), 1.0)
    assert texts(got) == LINES[:4]
    assert (got.read_pixels, got.changed) == (0, True)


def test_a_blinking_caret_costs_two_reads_and_then_none(reader: Reader, ocr: PaintedOcr) -> None:
    dark = page(WIDE, HIGH, LINES[:5])
    light = dark.copy()
    light[30:42, 40 + len(LINES[1]) * 8 + 1] = 0x60
    for now in range(2):
        reader.read(1, (dark, light)[now % 2], float(now))
    pixels = ocr.pixels
    for now in range(2, 30):
        got = reader.read(1, (dark, light)[now % 2], float(now))
        assert LINES[1] in texts(got)
    assert ocr.pixels == pixels


def test_typing_after_a_long_pause_with_a_blinking_caret_is_read_at_once(reader: Reader) -> None:
    """The caret changes at every look and says nothing, but it costs nothing, so nothing is put off."""
    dark = page(WIDE, HIGH, LINES[:5])
    light = dark.copy()
    light[30:42, 40 + len(LINES[1]) * 8 + 1] = 0x60
    for now in range(40):
        reader.read(1, (dark, light)[now % 2], float(now))
    write(dark, " more", 40 + len(LINES[1]) * 8, 30)
    assert f"{LINES[1]} more" in texts(reader.read(1, dark, 41.0))


@pytest.mark.parametrize("step", [-60, -13, 7, 20, 90])
def test_scrolling_reads_only_what_comes_into_view(reader: Reader, step: int) -> None:
    at = 900
    reader.read(1, scrolled(at), 0.0)
    for now in range(1, 9):
        at += step
        got = reader.read(1, scrolled(at), float(now))
        assert placed(got.lines) == placed(fresh(scrolled(at)).lines)
        assert got.read_pixels <= (abs(step) // 20 + 3) * 400 * 40


def test_scrolling_back_costs_only_the_cut_lines(reader: Reader) -> None:
    for now, at in enumerate((900, 940, 980, 1020)):
        reader.read(1, scrolled(at), float(now))
    for now, at in enumerate((980, 940, 900), 4):
        got = reader.read(1, scrolled(at), float(now))
        assert got.read_pixels == 0
        assert placed(got.lines) == placed(fresh(scrolled(at)).lines)


def test_peek_sees_a_scroll_and_changes_nothing(reader: Reader, ocr: PaintedOcr) -> None:
    reader.read(1, scrolled(900), 0.0)
    pixels = ocr.pixels
    change = reader.peek(1, scrolled(940), 1.0)
    assert change
    assert change.scroll is not None
    assert change.scroll.down == -40
    assert ocr.pixels == pixels
    assert not reader.peek(1, scrolled(900), 2.0)


def test_two_peeks_are_equal_only_when_the_window_stands_still(reader: Reader) -> None:
    reader.read(1, page(WIDE, HIGH, LINES[:5]), 0.0)
    one, other = page(WIDE, HIGH, [*LINES[:5], "ab"]), page(WIDE, HIGH, [*LINES[:5], "ac"])
    assert reader.peek(1, one, 1.0) == reader.peek(1, one.copy(), 2.0)
    assert reader.peek(1, one, 1.0) != reader.peek(1, other, 2.0)


def test_peek_knows_a_new_window(reader: Reader) -> None:
    frame = page(WIDE, HIGH, LINES[:5])
    assert reader.peek(1, frame, 0.0).whole
    reader.read(1, frame, 0.0)
    assert not reader.peek(1, frame, 1.0)
    assert reader.peek(1, page(WIDE - 2, HIGH, LINES[:5]), 1.0).whole


def test_a_resized_window_reads_only_the_lines_that_it_cut_otherwise(reader: Reader) -> None:
    reader.read(1, page(WIDE, HIGH, LINES[:20]), 0.0)
    got = reader.read(1, page(WIDE - 100, HIGH - 50, LINES[:20]), 1.0)
    assert texts(got) == LINES[:20]
    assert got.read_pixels == 0


def test_the_same_text_in_another_window_costs_nothing(reader: Reader) -> None:
    reader.read(1, page(WIDE, HIGH, LINES[:20]), 0.0)
    got = reader.read(2, page(WIDE, HIGH, LINES[3:9], top=77, left=133), 1.0)
    assert texts(got) == LINES[3:9]
    assert got.read_pixels == 0


@pytest.mark.parametrize("frame_bytes", [0, 1 << 30])
def test_going_back_to_a_window_costs_only_what_changed_there(ocr: PaintedOcr, frame_bytes: int) -> None:
    """Whether its frame was kept or only hashes of it."""
    reader = Reader(ocr, most_frame_bytes=frame_bytes)
    reader.read(1, page(WIDE, HIGH, LINES[:20]), 0.0)
    reader.read(2, page(WIDE, HIGH, LINES[40:60]), 1.0)
    assert not reader.peek(1, page(WIDE, HIGH, LINES[:20]), 2.0)
    got = reader.read(1, page(WIDE, HIGH, [*LINES[:20], "one more"]), 2.0)
    assert texts(got) == [*LINES[:20], "one more"]
    assert 0 < got.read_pixels < 100 * 40


def test_windows_beyond_the_bound_are_forgotten_but_not_their_strips(ocr: PaintedOcr) -> None:
    reader = Reader(ocr, most_windows=2)
    for window_id in range(3):
        reader.read(window_id, page(WIDE, HIGH, LINES[:20]), 0.0)
    assert reader.peek(0, page(WIDE, HIGH, LINES[:20]), 1.0).whole
    assert reader.read(0, page(WIDE, HIGH, LINES[:20]), 1.0).read_pixels == 0


def test_forgetting_leaves_nothing(reader: Reader) -> None:
    frame = page(WIDE, HIGH, LINES[:5])
    reader.read(1, frame, 0.0)
    reader.forget()
    assert reader.peek(1, frame, 1.0).whole
    assert reader.read(1, frame, 1.0).read_pixels > 0


def test_a_failed_reading_is_tried_again(reader: Reader, ocr: PaintedOcr) -> None:
    before, after = page(WIDE, HIGH, LINES[:5]), page(WIDE, HIGH, [*LINES[:5], "added"])
    reader.read(1, before, 0.0)
    ocr.failures.append(OcrFailedError("broke"))
    with pytest.raises(OcrFailedError):
        reader.read(1, after, 1.0)
    assert not reader.peek(1, before, 2.0)
    assert texts(reader.read(1, after, 3.0)) == [*LINES[:5], "added"]


def test_a_failed_first_reading_leaves_the_window_new(reader: Reader, ocr: PaintedOcr) -> None:
    frame = page(WIDE, HIGH, LINES[:5])
    ocr.failures.append(OcrFailedError("broke"))
    with pytest.raises(OcrFailedError):
        reader.read(1, frame, 0.0)
    assert texts(reader.read(1, frame, 1.0)) == LINES[:5]


def test_a_failure_while_scrolling_keeps_the_lines_where_they_were(reader: Reader, ocr: PaintedOcr) -> None:
    before = reader.read(1, scrolled(900), 0.0)
    ocr.failures.append(OcrFailedError("broke"))
    with pytest.raises(OcrFailedError):
        reader.read(1, scrolled(960), 1.0)
    got = reader.read(1, scrolled(900), 2.0)
    assert got.lines == before.lines
    assert not got.changed


def film(now: int, text: str = "beside it") -> Image:
    """A picture that changes at every look, with text that does not."""
    frame = page(WIDE, HIGH, LINES[:5])
    frame[200:400, 100:500] = np.random.default_rng(now).integers(0, 256, (200, 400, 4), dtype=np.uint8)
    write(frame, text, 600, 300)
    return frame


def test_a_film_is_read_rarely_and_text_beside_it_at_once(reader: Reader, ocr: PaintedOcr) -> None:
    for now in range(20):
        reader.read(1, film(now), float(now))
    pixels = ocr.pixels
    for now in range(20, 80):
        text = "beside it" if now < 50 else "other words"
        got = reader.read(1, film(now, text), float(now))
        assert text in texts(got)
    assert ocr.pixels - pixels < 6 * 220 * 420
    assert ocr.pixels > pixels


def test_a_film_that_stops_is_read_soon(reader: Reader) -> None:
    for now in range(60):
        reader.read(1, film(now), float(now))
    still = page(WIDE, HIGH, [*LINES[:5], "", "", "", "", "", "the film is over"])
    for now in range(60, 64):
        got = reader.read(1, still, float(now))
    assert texts(got) == [*LINES[:5], "the film is over"]


def test_peek_keeps_quiet_about_a_film_that_is_left_alone(reader: Reader) -> None:
    for now in range(20):
        reader.read(1, film(now), float(now))
    assert not reader.peek(1, film(99), 19.5)


def test_a_clock_is_read_rarely(reader: Reader, ocr: PaintedOcr) -> None:
    def at(second: int) -> Image:
        frame = page(WIDE, HIGH, LINES[:5])
        write(frame, f"12:{second // 60:02}:{second % 60:02}", 700, 500)
        return frame

    for now in range(300):
        got = reader.read(1, at(now), float(now))
    assert texts(got)[:5] == LINES[:5]
    assert ocr.calls < 25


def test_typing_for_long_is_never_put_off(reader: Reader) -> None:
    """It changes at every look too, but goes on from what stood there."""
    text = "the quick brown fox jumps over a lazy dog and then it sleeps for a very long time indeed"
    for end in range(1, len(text) + 1):
        frame = page(WIDE, HIGH, [*LINES[:5], text[:end]])
        assert texts(reader.read(1, frame, float(end)))[-1] == text[:end].rstrip()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["write", "erase", "scroll", "switch"]), st.integers(0, 24), st.text("abc xyz", max_size=20)
        ),
        max_size=12,
    )
)
def test_whatever_happens_the_text_is_that_of_a_fresh_reading(steps: list[tuple[str, int, str]]) -> None:
    reader = Reader(PaintedOcr(), most_frame_bytes=0)
    windows, window = [list(LINES[:25]), list(LINES[50:75])], 0
    for now, (what, row, text) in enumerate(steps):
        lines = windows[window]
        if what == "switch":
            window = 1 - window
        elif what == "scroll":
            lines[:] = lines[row % 7 :] + LINES[now * 7 : now * 7 + row % 7]
        else:
            lines[row] = text if what == "write" else ""
        frame = page(WIDE, HIGH, windows[window])
        got = reader.read(window, frame, now * 100.0)
        assert placed(got.lines) == placed(fresh(frame).lines)


def test_the_shelf_lets_go_of_what_was_used_longest_ago() -> None:
    shelf = Shelf(most_lines=4)
    frame = page(WIDE, HIGH, LINES[:4])
    strips = [Rect(40, 10 + 20 * row, 300, 12) for row in range(3)]
    for strip in strips[:2]:
        shelf.put(frame, strip, [Line("text", strip)])
    assert shelf.get(frame, strips[0]) is not None
    shelf.put(frame, strips[2], [Line("text", strips[2])])
    assert shelf.get(frame, strips[1]) is None
    assert shelf.get(frame, strips[0]) == (Line("text", strips[0]),)


def test_a_blank_or_tiny_frame_has_no_lines(reader: Reader, ocr: PaintedOcr) -> None:
    for window_id, frame in enumerate((blank(WIDE, HIGH), blank(1, 1), np.zeros((0, 0, 4), np.uint8))):
        assert reader.read(window_id, frame, 0.0).lines == ()
    assert ocr.calls == 0


def test_forgetting_one_window_leaves_no_text_of_it_on_the_shelf(reader: Reader, ocr: PaintedOcr) -> None:
    frame = page(WIDE, HIGH, LINES[:5])
    reader.read(1, frame, 0.0)
    reader.forget(1)
    calls = ocr.calls
    assert texts(reader.read(2, frame, 1.0)) == LINES[:5]
    assert ocr.calls > calls


def test_a_window_left_alone_keeps_its_lines_and_no_pixels(reader: Reader, ocr: PaintedOcr) -> None:
    frames = [page(WIDE, HIGH, LINES[:5]), page(WIDE, HIGH, LINES[5:9])]
    for window_id, frame in enumerate(frames):
        reader.read(window_id, frame, 0.0)
    reader.peek(0, frames[1], 0.5)
    reader.fade()
    assert pixels_held(reader) == 0
    calls = ocr.calls
    assert [texts(reader.read(window_id, frame, 1.0)) for window_id, frame in enumerate(frames)] == [
        LINES[:5],
        LINES[5:9],
    ]
    assert ocr.calls == calls


def pixels_held(reader: Reader) -> int:
    """How many bytes of frames can be reached from it."""
    return sum(known.frame_bytes for known in reader._windows.values())


def test_text_inside_a_frame_is_read_line_by_line(reader: Reader) -> None:
    """The edges of a panel do not make one piece of all that is in it."""

    def panel(last: str) -> Image:
        frame = page(WIDE, HIGH, [*LINES[:12], last])
        frame[5:400, 30] = frame[5:400, 600] = INK
        return frame

    reader.read(1, panel("abc"), 0.0)
    got = reader.read(1, panel("abd"), 1.0)
    assert "abd" in texts(got)
    assert got.read_pixels < 100 * 40
