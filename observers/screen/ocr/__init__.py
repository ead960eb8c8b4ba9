"""OCR engines behind one protocol."""

from observers.screen.ocr.choice import available, load_ocr
from observers.screen.ocr.line import Image, Line, Ocr

__all__ = ["Image", "Line", "Ocr", "available", "load_ocr"]
