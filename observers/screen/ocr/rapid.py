"""RapidOCR: the PP-OCR models that come in the wheel of ``rapidocr``, run on the CPU with onnxruntime.

A 1080p frame of 132 lines costs 8 to 9 s of CPU so and 20 s with the detector everywhere: lines on flat backgrounds are
found without it (see segments.py), it sees only what is left, at the scale of the screen, and a line seen before, as
after scrolling, is not recognised again (1 s). The surprising decision is one line at a time: a batch is no faster on
a CPU, and its output for 18,710 characters takes 150 MB.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections import OrderedDict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memory.errors import MissingPartError, ModelMissingError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.bands import bands, clusters
from observers.screen.ocr.line import Image, Line
from observers.screen.ocr.segments import INK, overlap, segments

if TYPE_CHECKING:
    from collections.abc import Iterable

BAND_PIXELS = 1_500_000  # looked for lines at once
DETECTED_PIXELS = 500_000  # given to the detector at once: a whole 1080p frame through it in such parts peaks at 0.5 GB
PADDING = 0.1  # heights around the ink: 0.05 and 0.15 read alike, 0.4 misreads 3 % of accented Latin at 12 px
LONGEST = 60  # heights: a longer line is read in pieces, for memory
LEAST_CONFIDENCE = {1: 0.97, 2: 0.85}  # by characters, else 0.6: an icon looks like an O, seldom like a word
SYMBOLS = frozenset(map(chr, range(0x2295, 0x22A2))) | frozenset(map(chr, range(0x2500, 0x27C0)))  # circles, boxes
REMEMBERED = 3000  # lines


class Rapid:
    """``Ocr`` over RapidOCR in this process. ``detector``: "unsure" (where needed), "always" or "never"."""

    def __init__(self, threads: int | None = None, detector: str = "unsure") -> None:
        self._threads = threads or (2 if (os.cpu_count() or 1) >= 4 else 1)
        self._detector = detector
        self._engine: Any = None
        self._seen: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    @property
    def name(self) -> str:
        """As the package calls itself."""
        return f"rapidocr {metadata.version('rapidocr')}"

    def read(self, image: Image) -> list[Line]:
        """The lines on an image, top to bottom."""
        engine = self._loaded()
        try:
            lines = []
            for band in bands(image, BAND_PIXELS):
                part = image[band.top : band.bottom, band.left : band.right]
                for rect in self._rects(engine, part):
                    line = self._line(engine, part, rect)
                    if line:
                        lines.append(Line(line.text, line.rect.moved(band.left, band.top), line.confidence))
        except Exception as error:  # noqa: BLE001 - whatever native code and its wrappers throw; never with what was read
            raise OcrFailedError(f"RapidOCR broke with {type(error).__name__}; it will be tried again") from None
        return sorted(lines, key=lambda line: (line.rect.top, line.rect.left))

    def close(self) -> None:
        """Drop the models and the lines remembered."""
        self._engine = None
        self._seen.clear()

    def _loaded(self) -> Any:
        if self._engine is None:
            self._engine = _load(self._threads)
        return self._engine

    def _rects(self, engine: Any, image: Image) -> list[Rect]:
        """Where lines are."""
        height, width = image.shape[:2]
        if self._detector == "always":
            return _detected(engine, image, Rect(0, 0, width, height))
        found = segments(image)
        unsure = clusters((segment.rect for segment in found if not segment.sure), width, height)
        if self._detector == "never":
            return [segment.rect for segment in found if segment.sure]
        sure = [segment.rect for segment in found if segment.sure and overlap(segment.rect, unsure) < 0.6]
        detected = [rect for region in unsure for rect in _detected(engine, image, region)]
        return sure + [rect for rect in detected if overlap(rect, sure) < 0.5]

    def _line(self, engine: Any, image: Image, rect: Rect) -> Line | None:
        """What stands in a box; None if it is hardly text."""
        crops = [_crop(image, piece) for piece in _pieces(image, rect)]
        read = [self._recognised(engine, crop) for crop in crops if crop.size]
        text = _without_icons(" ".join(text.strip() for text, _ in read if text.strip()))
        confidence = min((sure for text, sure in read if text.strip()), default=0.0)
        return Line(text, rect, confidence) if text and confidence >= LEAST_CONFIDENCE.get(len(text), 0.6) else None

    def _recognised(self, engine: Any, crop: Image) -> tuple[str, float]:
        key = hashlib.blake2b(repr(crop.shape).encode() + crop.tobytes(), digest_size=16).digest()
        if key in self._seen:
            self._seen.move_to_end(key)
            return self._seen[key]
        result = engine(crop, use_det=False, use_cls=False, use_rec=True)
        self._seen[key] = (str(result.txts[0]), float(result.scores[0])) if result.txts else ("", 0.0)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return self._seen[key]


def _without_icons(text: str) -> str:
    """Without a symbol standing alone before or after a line: the icon of a button read as one."""
    words = text.split(" ")
    while len(words) > 1 and len(words[0]) == 1 and words[0] in SYMBOLS:
        del words[0]
    while len(words) > 1 and len(words[-1]) == 1 and words[-1] in SYMBOLS:
        del words[-1]
    return "" if words[0] in SYMBOLS else " ".join(words)


def _detected(engine: Any, image: Image, region: Rect) -> list[Rect]:
    """Lines in a region, as the detector finds them at the image's own scale."""
    import cv2  # noqa: PLC0415

    rects = []
    inside = image[region.top : region.bottom, region.left : region.right]
    for band in bands(inside, DETECTED_PIXELS):
        part = np.ascontiguousarray(inside[band.top : band.bottom, band.left : band.right, :3])
        down, right = -part.shape[0] % 32, -part.shape[1] % 32  # the network's step; else it would be stretched
        padded = cv2.copyMakeBorder(part, 0, down, 0, right, cv2.BORDER_REPLICATE)
        boxes = engine(padded, use_det=True, use_cls=False, use_rec=False).boxes
        found = [_level_box(box).meet(Rect(0, 0, band.width, band.height)) for box in ([] if boxes is None else boxes)]
        rects += [rect.moved(region.left + band.left, region.top + band.top) for rect in found if _lies(rect)]
    return rects


def _level_box(corners: Any) -> Rect:
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Rect(int(left), int(top), int(right - left), int(bottom - top))


def _lies(rect: Rect) -> bool:
    return rect.width >= 3 and rect.height >= 5 and rect.height <= 2 * rect.width


def _crop(image: Image, rect: Rect) -> Image:
    edge = max(1, round(rect.height * PADDING))
    top, left = max(0, rect.top - edge), max(0, rect.left - edge)
    return np.ascontiguousarray(image[top : rect.bottom + edge, left : rect.right + edge, :3])


def _pieces(image: Image, rect: Rect) -> Iterable[Rect]:
    """A box of any length as boxes that are not too long, cut in the widest gap near their end."""
    longest = LONGEST * max(rect.height, 1)
    left = rect.left
    while rect.right - left > longest:
        start = left + longest - longest // 3
        cut = start + _widest_gap(image[rect.top : rect.bottom, start : left + longest, 1])
        yield Rect(left, rect.top, cut - left, rect.height)
        left = cut
    yield Rect(left, rect.top, rect.right - left, rect.height)


def _widest_gap(part: Image) -> int:
    """The middle column of the widest run of columns without ink; the last column if there is none."""
    blank = np.ptp(part.astype(np.int16), axis=0) < 2 * INK
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blank, [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return len(blank) - 1
    widest = int(np.argmax(ends - starts))
    middle: int = (starts[widest] + ends[widest]) // 2
    return max(1, middle)


def _load(threads: int) -> Any:
    """The engine with the models of its wheel: nothing is looked for elsewhere, nothing is logged."""
    try:
        import cv2  # noqa: PLC0415
        import rapidocr  # noqa: PLC0415
    except ImportError as error:
        raise MissingPartError(f"the package {error.name} cannot be loaded; reinstall inkling-memory") from error
    cv2.setNumThreads(1)
    models = Path(str(rapidocr.__file__)).parent / "models"
    engine = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.use_preprocess_img": False,
            "Global.text_score": 0.0,
            "Det.model_path": _model(models, "det"),
            "Det.limit_type": "max",
            "Det.limit_side_len": 1 << 20,
            "Rec.model_path": _model(models, "rec"),
            "Rec.rec_img_shape": [3, 48, 16],  # the width is the least: lines are not padded to a longer one
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
        }
    )
    importlib.import_module("rapidocr.utils.log").logger.disabled = True
    return engine


def _model(folder: Path, task: str) -> str:
    """The path of a model; given one, RapidOCR never downloads."""
    for path in sorted(folder.glob(f"*_{task}_*.onnx"), reverse=True):
        return str(path)
    raise ModelMissingError(f"RapidOCR's {task} model is not in {folder}; reinstall the package rapidocr")
