"""Which OCR engines there are, and which is the best here.

The platform's own engine needs no model of ours and comes first, though neither has been measured yet. RapidOCR comes
with Inkling. Tesseract is used only if asked for: it reads articles well, but neither chat windows nor text on pictures
nor bitmap fonts (benchmarks/RESULTS.md).
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from typing import TYPE_CHECKING

from memory.errors import InvalidInputError, MissingPartError

if TYPE_CHECKING:
    from observers.screen.ocr.line import Ocr
    from observers.screen.ocr.worker import Worker

NAMES = ("vision", "windows", "rapid", "tesseract")


def available() -> list[str]:
    """The engines that can be used here, best first."""
    here = {
        "vision": sys.platform == "darwin" and _installed("Vision"),
        "windows": sys.platform == "win32" and _installed("winrt.windows.media.ocr"),
        "rapid": _installed("rapidocr") and _installed("onnxruntime"),
        "tesseract": shutil.which("tesseract") is not None,
    }
    return [name for name in NAMES if here[name]]


def load_ocr(name: str = "auto", *, idle_seconds: float = 120) -> Worker:
    """An engine in a process of its own, which starts with the first read.

    Raises InvalidInputError for a name that is none, MissingPartError if it cannot be used here.
    """
    from observers.screen.ocr.worker import Worker  # noqa: PLC0415 - numpy, which naming the engines does not need

    return Worker(chosen(name), idle_seconds)


def chosen(name: str) -> str:
    """The engine that a name stands for. Raises InvalidInputError or MissingPartError, as :func:`load_ocr`."""
    if name != "auto" and name not in NAMES:
        raise InvalidInputError(f"there is no OCR engine {name!r}; there are auto, {', '.join(NAMES)}")
    usable = available()
    if name == "auto" and usable:
        return usable[0]
    if name not in usable:
        which = "no OCR engine" if name == "auto" else f"the OCR engine {name!r}"
        can = f"use one of: {', '.join(usable)}" if usable else "reinstall inkling-memory"
        raise MissingPartError(f"{which} can be used on this computer; {can}")
    return name


def make(name: str) -> Ocr:
    """The engine itself, in this process."""
    if name == "rapid":
        from observers.screen.ocr.rapid import Rapid  # noqa: PLC0415

        return Rapid()
    if name == "tesseract":
        from observers.screen.ocr.tesseract import Tesseract  # noqa: PLC0415

        return Tesseract()
    if name == "vision":
        from observers.screen.ocr.vision import Vision  # noqa: PLC0415

        return Vision()
    if name == "windows":
        from observers.screen.ocr.winocr import WindowsOcr  # noqa: PLC0415

        return WindowsOcr()
    raise InvalidInputError(f"there is no OCR engine {name!r}; there are {', '.join(NAMES)}")


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent of it is not there
        return False
