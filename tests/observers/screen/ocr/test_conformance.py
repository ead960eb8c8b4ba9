"""What holds for every OCR engine that can be used on this computer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from lettering import Canvas, blank

from observers.desktop.rect import Rect
from observers.screen.ocr import Ocr, available
from observers.screen.ocr.choice import make

SENTENCES = ["The meeting moved to Thursday at 14:30.", "Please bring the blue folder.", "Nobody ordered seven lamps."]
THEMES = {"light": ("#ffffff", "#202020"), "dark": ("#1e1e1e", "#d4d4d4"), "blue": ("#0b57d0", "#ffffff")}


@pytest.fixture(scope="module", params=available())
def ocr(request: pytest.FixtureRequest) -> Iterator[Ocr]:
    engine = make(request.param)
    yield engine
    engine.close()


@pytest.mark.parametrize("theme", THEMES)
def test_reads_lines_top_to_bottom_in_every_theme(ocr: Ocr, theme: str) -> None:
    paper, ink = THEMES[theme]
    canvas = Canvas(480, 160, paper)
    for row, sentence in enumerate(SENTENCES):
        canvas.write(sentence, 20, 20 + 40 * row, ink=ink)
    assert [line.text for line in ocr.read(canvas.pixels())] == SENTENCES


def test_says_where_a_line_is(ocr: Ocr) -> None:
    canvas = Canvas(700, 300)
    place = canvas.write(SENTENCES[0], 210, 130)
    (line,) = ocr.read(canvas.pixels())
    assert line.rect.meet(place).area > 0.7 * place.area
    assert abs(line.rect.left - place.left) <= 6
    assert abs(line.rect.right - place.right) <= 6
    assert abs(line.rect.top - place.top) <= 6
    assert abs(line.rect.bottom - place.bottom) <= 6


def test_is_sure_of_clear_text_within_bounds(ocr: Ocr) -> None:
    canvas = Canvas(480, 60)
    canvas.write(SENTENCES[1], 20, 20)
    (line,) = ocr.read(canvas.pixels())
    assert 0.5 < line.confidence <= 1


@pytest.mark.parametrize("shade", [0, 30, 128, 255])
def test_nothing_is_read_where_nothing_is_written(ocr: Ocr, shade: int) -> None:
    assert ocr.read(blank(640, 200, shade)) == []


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (500, 3), (3, 500), (1, 900), (900, 1), (33, 31)])
def test_tiny_images_are_no_trouble(ocr: Ocr, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4), np.uint8)
    for image in (blank(*size), noise):
        _assert_within(ocr, image)


def test_noise_crashes_nothing(ocr: Ocr) -> None:
    _assert_within(ocr, np.random.default_rng(2).integers(0, 256, (120, 200, 4), np.uint8))


def test_a_huge_image_is_read_from_end_to_end(ocr: Ocr) -> None:
    canvas = Canvas(1200, 5200)
    places = [canvas.write(SENTENCES[row % 3], 40, top) for row, top in enumerate((10, 1900, 3333, 5150))]
    lines = ocr.read(canvas.pixels())
    assert [line.text for line in lines] == [SENTENCES[row % 3] for row in range(4)]
    assert all(line.rect.meet(place).area for line, place in zip(lines, places, strict=True))


def test_an_image_that_is_a_view_of_another_is_read_alike(ocr: Ocr) -> None:
    canvas = Canvas(600, 120)
    canvas.write(SENTENCES[2], 120, 60)
    whole = canvas.pixels()
    part = whole[40:, 100:]
    (line,) = ocr.read(part)
    (same,) = ocr.read(np.ascontiguousarray(part))
    assert line == same


def test_it_can_be_used_after_closing(ocr: Ocr) -> None:
    canvas = Canvas(480, 60)
    canvas.write(SENTENCES[1], 20, 20)
    ocr.close()
    assert [line.text for line in ocr.read(canvas.pixels())] == [SENTENCES[1]]


def test_it_has_a_name(ocr: Ocr) -> None:
    assert ocr.name


def _assert_within(ocr: Ocr, image: np.ndarray) -> None:
    height, width = image.shape[:2]
    for line in ocr.read(image):
        assert line.rect.meet(Rect(0, 0, width, height)) == line.rect
