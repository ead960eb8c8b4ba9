"""The text recognition of macOS (Vision), through pyobjc. Importable anywhere; usable on a Mac only."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from memory.errors import MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.bands import bands
from observers.screen.ocr.line import Image, Line

BAND_PIXELS = 8_000_000
LEAST_CONFIDENCE = 0.3  # Vision says 0.3, 0.5 or 1


class Vision:
    """``Ocr`` over VNRecognizeTextRequest."""

    name = "macOS Vision"

    def read(self, image: Image) -> list[Line]:
        """The lines on an image, top to bottom."""
        vision, quartz, objc = _frameworks()
        lines: list[Line] = []
        for band in bands(image, BAND_PIXELS):
            part = np.ascontiguousarray(image[band.top : band.bottom, band.left : band.right])
            with objc.autorelease_pool():
                lines += [
                    Line(line.text, line.rect.moved(band.left, band.top), line.confidence)
                    for line in _recognised(vision, quartz, part)
                ]
        return sorted(lines, key=lambda line: (line.rect.top, line.rect.left))

    def close(self) -> None:
        """Nothing to give back: the models are the system's."""


def _frameworks() -> tuple[Any, Any, Any]:
    if sys.platform != "darwin":
        raise MissingPartError("the OCR engine 'vision' is part of macOS; use 'rapid'")
    try:
        return tuple(importlib.import_module(name) for name in ("Vision", "Quartz", "objc"))
    except ImportError as error:
        raise MissingPartError("install pyobjc-framework-Vision, or use the OCR engine 'rapid'") from error


def _recognised(vision: Any, quartz: Any, image: Image) -> list[Line]:
    request = vision.VNRecognizeTextRequest.alloc().init()
    request.setRecognitionLevel_(vision.VNRequestTextRecognitionLevelAccurate)
    request.setUsesLanguageCorrection_(False)  # what stands there, not what might have been meant
    if request.respondsToSelector_("setAutomaticallyDetectsLanguage:"):
        request.setAutomaticallyDetectsLanguage_(True)
    handler = vision.VNImageRequestHandler.alloc().initWithCGImage_options_(_picture(quartz, image), None)
    done, _ = handler.performRequests_error_([request], None)
    if not done:
        raise OcrFailedError("macOS Vision could not read an image; it will be tried again")
    height, width = image.shape[:2]
    lines = []
    for seen in request.results() or ():
        best = seen.topCandidates_(1)
        if best and float(best[0].confidence()) >= LEAST_CONFIDENCE:
            rect = placed(seen.boundingBox(), width, height)
            lines.append(Line(str(best[0].string()), rect, float(best[0].confidence())))
    return lines


def placed(box: Any, width: int, height: int) -> Rect:
    """A box in shares of the image, whose origin is the bottom left corner, in pixels."""
    left, top = round(box.origin.x * width), round((1 - box.origin.y - box.size.height) * height)
    rect = Rect(left, top, round(box.size.width * width), round(box.size.height * height))
    return rect.meet(Rect(0, 0, width, height))


def _picture(quartz: Any, image: Image) -> Any:
    height, width = image.shape[:2]
    content = quartz.CFDataCreate(None, image.tobytes(), image.nbytes)
    return quartz.CGImageCreate(
        width, height, 8, 32, 4 * width, quartz.CGColorSpaceCreateDeviceRGB(),
        quartz.kCGBitmapByteOrder32Little | quartz.kCGImageAlphaNoneSkipFirst,
        quartz.CGDataProviderCreateWithCFData(content), None, False, quartz.kCGRenderingIntentDefault,
    )  # fmt: skip
