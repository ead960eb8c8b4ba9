"""Images of text for the OCR tests, drawn with whatever fonts the computer has."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from observers.desktop.rect import Rect
from observers.screen.ocr import Image

NAMES = (
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "NotoSans-Regular.ttf",
    "arial.ttf",
    "Arial.ttf",
    "Helvetica.ttc",
)


def font(size: int) -> ImageFont.FreeTypeFont:
    """A plain font. Skips the test where there is none."""
    for name in NAMES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    pytest.skip(f"none of the fonts {', '.join(NAMES)} is installed")


class Canvas:
    """An image to write on."""

    def __init__(self, width: int, height: int, paper: str = "white") -> None:
        self._image = Pillow.new("RGB", (width, height), paper)
        self.draw = ImageDraw.Draw(self._image)

    def write(self, text: str, left: int, top: int, size: int = 16, ink: str = "black") -> Rect:
        """Draw a line of text; says where its ink is."""
        face = font(size)
        self.draw.text((left, top), text, font=face, fill=ink)
        x, y, right, bottom = self.draw.textbbox((left, top), text, font=face)
        return Rect(int(x), int(y), int(right - x), int(bottom - y))

    def pixels(self) -> Image:
        """As a screen is grabbed."""
        colours = np.asarray(self._image)
        return np.ascontiguousarray(np.dstack([colours[:, :, ::-1], np.zeros(colours.shape[:2], np.uint8)]))


def blank(width: int, height: int, shade: int = 255) -> Image:
    """Nothing on it."""
    return np.full((height, width, 4), shade, np.uint8)
