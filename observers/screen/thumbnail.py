"""The small picture that may be kept with a passage, if the user wants pictures at all.

So small that text of ordinary size cannot be read on it: redaction takes secrets out of text and not out of pixels. So
the scale is limited and not the size alone, or the picture of a small dialog would be the dialog.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from observers.screen.ocr.line import Image

WIDTH = 320  # pixels: a letter of 12 on a screen of 1920 is 2 high
SHRINK = 6  # times at least, whatever the size: as a screen of 1920 is
QUALITY = 60


def thumbnail(image: Image) -> bytes:
    """An image as a WebP of at most ``WIDTH`` by ``WIDTH`` pixels and a sixth of its own size, 5 kB or less."""
    from PIL import Image as Pillow  # noqa: PLC0415 - only for those who keep pictures

    height, width = image.shape[:2]
    picture = Pillow.frombuffer("RGB", (width, height), image.tobytes(), "raw", "BGRX", 0, 1)
    edge = max(1, min(WIDTH, max(width, height) // SHRINK))
    picture.thumbnail((edge, edge))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
