"""Tesseract, where its command is installed: for scripts whose language data the user has put there.

The image goes through stdin as a grey BMP, which its image library should decode in memory, where for other formats it
may use a temporary file on some platforms. The image is doubled, and inverted if dark: it was made for print. None of
these settings was compared with others.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import numpy as np

from memory.errors import MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.bands import bands
from observers.screen.ocr.line import Image, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALE = 2
BAND_PIXELS = 2_000_000
LEAST_CONFIDENCE = 0.4
TIMEOUT_SECONDS = 60.0  # for each band
DARK = 110  # of 255: paper darker than this is inverted


class Tesseract:
    """``Ocr`` over the ``tesseract`` command. ``languages``: as it names them ("eng+deu"); None for all."""

    def __init__(self, languages: str | None = None, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._languages = languages
        self._timeout_seconds = timeout_seconds
        self._command = shutil.which("tesseract")
        self._version = ""

    @property
    def name(self) -> str:
        """With the version of the command."""
        if not self._version:
            self._version = self._run(["--version"]).decode(errors="replace").partition("\n")[0].strip()
        return self._version

    def read(self, image: Image) -> list[Line]:
        """The lines on an image, top to bottom."""
        languages = self._languages or self._installed()
        lines = []
        for band in bands(image, BAND_PIXELS):
            part = image[band.top : band.bottom, band.left : band.right]
            if min(part.shape[:2]) < 3:
                continue
            arguments = ["stdin", "stdout", "-l", languages, "--psm", "11", "--dpi", "192", "tsv"]
            for line in _parsed(self._run(arguments, _bmp(_readable(part))).decode(errors="replace")):
                rect = line.rect.meet(Rect(0, 0, band.width, band.height))
                lines.append(Line(line.text, rect.moved(band.left, band.top), line.confidence))
        return sorted((line for line in lines if line.rect.area), key=lambda line: (line.rect.top, line.rect.left))

    def close(self) -> None:
        """Nothing: each read is a process of its own."""

    def _installed(self) -> str:
        listed = self._run(["--list-langs"]).decode(errors="replace").split("\n")[1:]
        self._languages = "+".join(name for name in map(str.strip, listed) if name and name not in {"osd", "snum"})
        if not self._languages:
            raise MissingPartError("tesseract has no language data; install a tesseract-ocr language package")
        return self._languages

    def _run(self, arguments: list[str], image: bytes = b"") -> bytes:
        if self._command is None:
            raise MissingPartError("the command tesseract is not installed; install it, or use the OCR engine 'rapid'")
        try:
            done = subprocess.run(  # noqa: S603 - the command itself, with arguments of ours
                [self._command, *arguments],
                input=image, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                timeout=self._timeout_seconds, env=os.environ | {"OMP_THREAD_LIMIT": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise OcrFailedError(f"tesseract did not answer within {self._timeout_seconds:.0f} s") from None
        except OSError as error:
            raise OcrFailedError(f"tesseract could not be run: {error.strerror}") from error
        if done.returncode:
            raise OcrFailedError(f"tesseract ended with status {done.returncode}; is its language data installed?")
        return done.stdout


def _readable(image: Image) -> Image:
    """Grey, dark on light, and larger."""
    grey = (image[:, :, 0] * 0.114 + image[:, :, 1] * 0.587 + image[:, :, 2] * 0.299).astype(np.uint8)
    if np.median(grey) < DARK:
        grey = 255 - grey
    from PIL import Image as Pillow  # noqa: PLC0415

    height, width = grey.shape
    return np.asarray(Pillow.fromarray(grey).resize((width * SCALE, height * SCALE), Pillow.Resampling.BICUBIC))


def _bmp(grey: Image) -> bytes:
    """An 8-bit BMP: rows from the bottom up, each filled to four bytes."""
    height, width = grey.shape
    rows = np.pad(grey[::-1], ((0, 0), (0, -width % 4)))
    palette = np.repeat(np.arange(256, dtype=np.uint8), 4).tobytes()
    start = 54 + len(palette)
    header = struct.pack("<2sIHHI", b"BM", start + rows.size, 0, 0, start)
    return (
        header
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, rows.size, 7559, 7559, 256, 0)
        + palette
        + rows.tobytes()
    )


def _parsed(table: str) -> Iterator[Line]:
    """Lines of the words in Tesseract's table, at the scale of the image that was given."""
    words: dict[tuple[str, ...], list[tuple[Rect, float, str]]] = {}
    for row in table.split("\n")[1:]:
        cells = row.rstrip("\r").split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        left, top, width, height = (int(cell) // SCALE for cell in cells[6:10])
        words.setdefault(tuple(cells[1:5]), []).append(
            (Rect(left, top, width, height), float(cells[10]) / 100, cells[11])
        )
    for line in words.values():
        confidence = sum(sure for _, sure, _ in line) / len(line)
        if confidence >= LEAST_CONFIDENCE:
            left, top = min(rect.left for rect, _, _ in line), min(rect.top for rect, _, _ in line)
            right, bottom = max(rect.right for rect, _, _ in line), max(rect.bottom for rect, _, _ in line)
            yield Line(
                " ".join(text for _, _, text in line), Rect(left, top, right - left, bottom - top), min(1.0, confidence)
            )
