"""What every OCR engine reads: lines of text with their place. Engines differ behind one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from observers.desktop.rect import Rect

Image = npt.NDArray[np.uint8]  # (height, width, 4): blue, green, red and a byte to ignore, as screens are grabbed


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: where it is on its image, in pixels, and how sure the engine is, in [0, 1]."""

    text: str
    rect: Rect
    confidence: float = 1.0


class Ocr(Protocol):
    """An OCR engine. Not safe to use from several threads."""

    @property
    def name(self) -> str:
        """The engine and its version, in a word or two."""
        ...

    def read(self, image: Image) -> list[Line]:
        """The lines on an image, top to bottom. Raises OcrFailedError if the engine broke; it may be asked again."""
        ...

    def close(self) -> None:
        """Give its memory back; the next read loads it again."""
        ...
