"""A window's pixels, and no other's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from xsession import HEIGHT, WIDTH, XSession, running, view_where, window_titled

from memory.errors import DisplayGoneError
from observers.desktop import Rect, View, Window
from observers.screen.grab import Grabber, MssScreen, fitted
from observers.screen.ocr import Image

linux = pytest.mark.skipif(sys.platform != "linux", reason="the sessions these look at are X11's")

RED, GREEN = (0, 0, 255), (0, 255, 0)  # blue, green, red
GLASS = (Rect(0, 0, WIDTH, HEIGHT),)


class FakeScreen:
    """A screen on which every pixel tells where it is, and which remembers what was read."""

    def __init__(self) -> None:
        self.read_rects: list[Rect] = []

    def read(self, rect: Rect) -> Image:
        self.read_rects.append(rect)
        rows, columns = np.mgrid[rect.top : rect.bottom, rect.left : rect.right]
        return np.stack([rows % 256, columns % 256, rows // 256 + 1, columns // 256], axis=-1).astype(np.uint8)

    def close(self) -> None:
        pass


def window_at(rect: Rect) -> Window:
    return Window(id=1, app="XTerm", title="it", rect=rect)


def grabbed(rect: Rect, above: tuple[Rect, ...] = (), monitors: tuple[Rect, ...] = GLASS) -> tuple[Image, list[Rect]]:
    screen = FakeScreen()
    return Grabber(screen).grab(window_at(rect), above, monitors), screen.read_rects


def holds(image: Image, colour: tuple[int, int, int]) -> bool:
    return bool((image[:, :, :3] == colour).all(axis=-1).any())


def test_an_uncovered_window_is_read_in_one_piece() -> None:
    image, read = grabbed(Rect(10, 20, 300, 200))
    assert read == [Rect(10, 20, 300, 200)]
    assert image.shape == (200, 300, 4)


def test_nothing_that_covers_a_window_is_read() -> None:
    rect, cover = Rect(100, 100, 400, 300), Rect(250, 50, 100, 200)
    image, read = grabbed(rect, (cover,))
    assert not any(part.meet(cover).area for part in read)
    assert sum(part.area for part in read) == rect.area - rect.meet(cover).area
    whole, _ = grabbed(rect)
    hidden = np.zeros((300, 400), dtype=bool)
    hidden[:150, 150:250] = True
    assert (image[hidden] == 0).all()
    assert (image[~hidden] == whole[~hidden]).all()


def test_a_window_that_is_covered_altogether_is_not_read_at_all() -> None:
    image, read = grabbed(Rect(100, 100, 400, 300), (Rect(0, 0, 900, 900),))
    assert read == []
    assert image.shape == (300, 400, 4)
    assert not image.any()


def test_nothing_off_the_glass_is_asked_for() -> None:
    rect = Rect(-50, HEIGHT - 100, 200, 300)
    image, read = grabbed(rect)
    assert read == [Rect(0, HEIGHT - 100, 150, 100)]
    assert image.shape == (300, 200, 4)
    assert not image[:, :50].any()
    assert not image[100:].any()
    assert image[:100, 50:].any()


def test_a_window_across_two_monitors_is_read_from_both_and_not_between() -> None:
    left, right = Rect(0, 0, 800, 600), Rect(900, 0, 800, 600)
    image, read = grabbed(Rect(700, 100, 300, 100), monitors=(left, right, left))
    assert read == [Rect(700, 100, 100, 100), Rect(900, 100, 100, 100)]
    assert not image[:, 100:200].any()


def test_a_window_of_no_size_is_an_empty_image() -> None:
    image, read = grabbed(Rect(0, 0, 0, 0))
    assert image.size == 0
    assert read == []


def test_a_screen_with_several_pixels_to_the_point_gives_as_many_as_were_asked_for() -> None:
    image = np.arange(6 * 8 * 4, dtype=np.uint8).reshape(6, 8, 4)
    assert (fitted(image, Rect(0, 0, 4, 3)) == image[::2, ::2]).all()
    assert fitted(image, Rect(5, 5, 8, 6)) is image


@linux
def test_a_covered_windows_pixels_never_appear(x_session: XSession) -> None:
    desktop, grabber = x_session.desktop(), Grabber(MssScreen(x_session.display))
    x_session.colour("#ff0000", "under", "60x20+100+100")
    window_titled(desktop, "under")
    x_session.colour("#00ff00", "over", "20x10+250+200")

    def in_order(view: View) -> bool:
        return [window.title for window in view.windows] == ["over", "under"]

    view = view_where(desktop, in_order, "both")
    over, under = view.windows
    view_where(desktop, lambda view: holds(grabber.grab(over, (), view.monitors), GREEN), "the green")
    image = grabber.grab(under, view.above(under), view.monitors)
    shown = image[:, :, :3]
    assert holds(image, RED)
    assert not holds(image, GREEN)
    assert {tuple(pixel) for pixel in np.unique(shown.reshape(-1, 3), axis=0)} == {(0, 0, 0), RED}
    assert holds(grabber.grab(under, (), view.monitors), GREEN), "or the test would pass without any masking"
    desktop.close()
    grabber.close()


@linux
@pytest.mark.parametrize("place", [(WIDTH - 100, 100), (100, HEIGHT - 80), (-150, 200)])
def test_a_window_partly_off_the_screen_has_its_whole_size(x_session: XSession, place: tuple[int, int]) -> None:
    desktop, grabber = x_session.desktop(), Grabber(MssScreen(x_session.display))
    glass = GLASS[0]
    x_session.colour("#ff0000", "half", "60x20+100+100")
    number = str(window_titled(desktop, "half").id)
    x_session.xdotool("windowmove", "--", number, *map(str, place))

    def red_and_half_off(view: View) -> bool:
        window = view.windows[0]
        return window.rect.meet(glass) != window.rect and holds(grabber.grab(window, (), view.monitors), RED)

    window = view_where(desktop, red_and_half_off, "half off").windows[0]
    image = grabber.grab(window, (), GLASS)
    assert image.shape == (window.rect.height, window.rect.width, 4)
    assert image[:, :, :3].any(axis=-1).sum() == window.rect.meet(glass).area
    desktop.close()
    grabber.close()


@linux
def test_a_thousand_grabs_leave_nothing_behind(x_session: XSession) -> None:
    grabber = Grabber(MssScreen(x_session.display))
    window = window_at(Rect(0, 0, 640, 480))
    own = psutil.Process(os.getpid())

    def used(times: int) -> tuple[int, int]:
        for _ in range(times):
            grabber.grab(window, (Rect(100, 100, 50, 50),), GLASS)
        return own.memory_info().rss, own.num_fds()

    memory, handles = used(200)
    later_memory, later_handles = used(1000)
    assert later_handles == handles
    assert later_memory - memory < 8_000_000
    grabber.close()


@linux
def test_a_display_that_dies_is_an_error_and_stays_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with running(tmp_path) as session:
        grabber = Grabber(MssScreen(session.display))
        window = window_at(Rect(0, 0, 640, 480))
        grabber.grab(window, (), GLASS)
        session.server.kill()
        session.server.wait()
        for _ in range(3):
            with pytest.raises(DisplayGoneError):
                grabber.grab(window, (), GLASS)
        grabber.close()
        grabber.close()
    assert capfd.readouterr() == ("", "")


@linux
def test_a_display_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DisplayGoneError):
        Grabber(MssScreen(":4711")).grab(window_at(Rect(0, 0, 10, 10)), (), GLASS)


@linux
def test_what_lies_beyond_a_screen_that_shrank_is_blank(x_session: XSession) -> None:
    grabber = Grabber(MssScreen(x_session.display))
    beyond = Rect(WIDTH - 50, 0, 100, 100)
    image = grabber.grab(window_at(beyond), (), (Rect(0, 0, WIDTH * 2, HEIGHT),))
    assert not image.any()
    assert grabber.grab(window_at(Rect(0, 0, 100, 100)), (), GLASS).shape == (100, 100, 4)
    grabber.close()
