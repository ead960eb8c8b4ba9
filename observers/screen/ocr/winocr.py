"""The text recognition of Windows (Windows.Media.Ocr), through the winrt packages. Usable on Windows only.

It says nothing about how sure it is, so every line has a confidence of 1.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import Any

import numpy as np

from memory.errors import MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.bands import bands
from observers.screen.ocr.line import Image, Line


class WindowsOcr:
    """``Ocr`` over OcrEngine, in the languages of the user's profile."""

    name = "Windows OCR"

    def __init__(self) -> None:
        self._engine: Any = None

    def read(self, image: Image) -> list[Line]:
        """The lines on an image, top to bottom."""
        ocr, imaging, streams = _modules()
        if self._engine is None:
            self._engine = ocr.OcrEngine.try_create_from_user_profile_languages()
        if self._engine is None:
            raise MissingPartError(
                "Windows has no OCR language installed; add one in Settings, Language, or use 'rapid'"
            )
        lines = []
        longest = int(ocr.OcrEngine.max_image_dimension)
        for band in bands(image, longest * 64):  # parts no wider and, being 64 rows or more, no higher than it takes
            part = np.ascontiguousarray(image[band.top : band.bottom, band.left : band.right])
            try:
                result = asyncio.run(_recognised(self._engine, imaging, streams, part))
            except OSError as error:
                raise OcrFailedError("Windows OCR could not read an image; it will be tried again") from error
            for line in result.lines:
                rect = placed([word.bounding_rect for word in line.words])
                lines.append(Line(str(line.text), rect.moved(band.left, band.top)))
        return sorted(lines, key=lambda line: (line.rect.top, line.rect.left))

    def close(self) -> None:
        """Let the engine go."""
        self._engine = None


def _modules() -> tuple[Any, Any, Any]:
    if sys.platform != "win32":
        raise MissingPartError("the OCR engine 'windows' is part of Windows; use 'rapid'")
    names = ("winrt.windows.media.ocr", "winrt.windows.graphics.imaging", "winrt.windows.storage.streams")
    try:
        return tuple(importlib.import_module(name) for name in names)
    except ImportError as error:
        raise MissingPartError("install winrt-Windows.Media.Ocr, or use the OCR engine 'rapid'") from error


async def _recognised(engine: Any, imaging: Any, streams: Any, image: Image) -> Any:
    writer = streams.DataWriter()
    writer.write_bytes(image.tobytes())
    height, width = image.shape[:2]
    bitmap = imaging.SoftwareBitmap.create_copy_from_buffer(
        writer.detach_buffer(), imaging.BitmapPixelFormat.BGRA8, width, height
    )
    return await engine.recognize_async(bitmap)


def placed(words: list[Any]) -> Rect:
    """The box around words."""
    left, top = min(int(word.x) for word in words), min(int(word.y) for word in words)
    right, bottom = (
        max(round(word.x + word.width) for word in words),
        max(round(word.y + word.height) for word in words),
    )
    return Rect(left, top, right - left, bottom - top)
