"""The picture kept with a passage: what a window looked like, and nothing that can be read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from lettering import Canvas
from PIL import Image as Pillow

from observers.screen.ocr import Image
from observers.screen.ocr.rapid import Rapid
from observers.screen.thumbnail import WIDTH, thumbnail

TEXTS = ("Your one-time code is 483920", "Password: hunter2-Tango!", "Recovery key KX7P-99QD-MM21")
SIZES = [(240, 140), (320, 180), (400, 240), (640, 400), (960, 1040), (1920, 1080), (300, 1000)]


def window(width: int, height: int) -> Image:
    canvas = Canvas(width, height)
    for number, text in enumerate(TEXTS):
        canvas.write(text, 8, 10 + 36 * number, size=15)
    return canvas.pixels()


def picture(image: Image) -> Pillow.Image:
    return Pillow.open(io.BytesIO(thumbnail(image))).convert("RGB")


@pytest.fixture(scope="module")
def rapid() -> Rapid:
    return Rapid(threads=1)


@pytest.mark.parametrize("size", SIZES)
def test_no_text_can_be_read_on_the_picture_of_a_window_of_any_size(rapid: Rapid, size: tuple[int, int]) -> None:
    small = picture(window(*size))
    for enlarged in (small, small.resize((4 * small.width, 4 * small.height), Pillow.Resampling.LANCZOS)):
        pixels = np.asarray(enlarged)[:, :, ::-1]
        read = " ".join(
            line.text for line in rapid.read(np.dstack([pixels, np.zeros(pixels.shape[:2], np.uint8)]).copy())
        )
        for word in " ".join(TEXTS).split():
            assert len(word) < 4 or word.casefold() not in read.casefold()


def test_the_text_can_be_read_on_the_window_itself(rapid: Rapid) -> None:
    read = " ".join(line.text for line in rapid.read(window(400, 240)))
    assert "483920" in read


@pytest.mark.parametrize(
    ("size", "expected"), [((1920, 1080), (320, 180)), ((3840, 2160), (320, 180)), ((600, 300), (100, 50))]
)
def test_a_picture_is_a_sixth_of_the_window_and_no_wider_than_its_limit(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    small = picture(window(*size))
    assert small.size == expected
    assert max(small.size) <= WIDTH


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 2)])
def test_a_sliver_has_a_picture_too(size: tuple[int, int]) -> None:
    assert min(picture(np.zeros((size[1], size[0], 4), np.uint8)).size) >= 1
