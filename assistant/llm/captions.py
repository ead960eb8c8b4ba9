"""The screen as the chosen model sees it: an OCR engine of a kind, whose lines are sentences about the whole picture.

Nobody waits for a caption, and the screen's loop does while it is made: so a model that fails is left alone for a
while, and one that takes too long, be it to load or because others come first, is not waited for.
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from assistant.llm.prompting import fenced, prompt_file
from memory.errors import ModelFailedError, ModelMissingError, ModelStoppedError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr.line import Line

if TYPE_CHECKING:
    from assistant.llm.model import Generated, Prompt
    from observers.screen.ocr.line import Image

NAME = "caption"
MOST_PIXELS = 1024 * 28 * 28  # what models see: 28 by 28 pixels a token, of which the worker allows 1,024 a picture
LEAST_EDGE = 56  # pixels; some models take nothing that is smaller
MOST_TOKENS = 200
MOST_SENTENCES = 8
MOST_LETTERS = 300  # of a sentence
WRITE_SECONDS = 60.0
WAIT_SECONDS = 150.0  # for all of it: others' turns, reading the file, loading it, writing
REST_SECONDS = 300.0  # in which a model that failed is not asked again
SURE = 0.5  # a model does not say how sure it is of what it sees

NO_MODEL = "no model is chosen that sees pictures"
_SENTENCES = re.compile(r"(?<=[.!?…])[\"')\]]?\s+(?=[\"'(\[]?[^\W_a-z])|\s*\n\s*")
_BULLET = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")
_ENDED = re.compile(r"[.!?…][\"')\]]?$")


class Seeing(Protocol):
    """As much of a chosen model as there is to need; see :class:`~assistant.llm.hosted.HostedModel`."""

    @property
    def name(self) -> str:
        """What provenance calls it."""
        ...

    @property
    def sees(self) -> bool:
        """Whether it can be given pictures."""
        ...

    def caption(
        self, png: bytes, prompt: Prompt, *, most_tokens: int, seconds: float, stop: threading.Event | None
    ) -> Generated:
        """Say what is on a picture."""
        ...


class Captions:
    """An :class:`~observers.screen.ocr.Ocr` by a model that sees, whichever that is at each look.

    ``model`` is asked for it, and if none can be used, ``why`` for the reason.
    """

    name = NAME

    def __init__(
        self,
        model: Callable[[], Seeing | None],
        why: Callable[[], str | None] = lambda: None,
        *,
        wait_seconds: float = WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model, self._why = model, why
        self._wait_seconds, self._clock = wait_seconds, clock
        self._ended = False
        self._under_way: threading.Event | None = None
        self._failed: tuple[Seeing, str, float] | None = None  # who, why, and from when it may be asked again

    @property
    def fault(self) -> str | None:
        """Why nothing is described at present; None if nothing is known to be in the way. Any thread may ask."""
        found = self._found()
        return found if isinstance(found, str) else None

    def read(self, image: Image) -> list[Line]:
        """What the model says of an image, a sentence a line, each as large as the image. Raises OcrFailedError."""
        model = self._found()
        if isinstance(model, str):
            raise OcrFailedError(model)
        height, width = image.shape[:2]
        if min(height, width) < LEAST_EDGE:
            return []
        told = sentences(self._told(model, picture(image)))
        return [Line(sentence, Rect(0, 0, width, height), SURE) for sentence in told]

    def interrupt(self) -> None:
        """End a read under way in another thread, for good."""
        self._ended = True
        if under_way := self._under_way:
            under_way.set()

    def close(self) -> None:
        """Nothing: the model is its host's."""

    def _found(self) -> Seeing | str:
        """The model to ask, or why there is none."""
        model = self._model()
        if model is None:
            return self._why() or NO_MODEL
        if not model.sees:
            return f"the model {model.name} sees no pictures"
        if self._failed and self._failed[0] == model and self._clock() < self._failed[2]:
            return self._failed[1]
        return model

    def _told(self, model: Seeing, png: bytes) -> Generated:
        self._under_way = stop = threading.Event()
        if self._ended:
            raise OcrFailedError("nothing is to be described any more")
        timer = threading.Timer(self._wait_seconds, stop.set)
        timer.daemon = True
        timer.start()
        try:
            prompt = prompt_file(NAME).about(fenced({"asked": "what is the person doing?"}))
            done = model.caption(png, prompt, most_tokens=MOST_TOKENS, seconds=WRITE_SECONDS, stop=stop)
        except ModelStoppedError as error:
            if stop.is_set() and not self._ended:
                self._rest(model, f"the model {model.name} took too long to describe a window")
            raise OcrFailedError(str(error)) from None
        except (ModelFailedError, ModelMissingError) as error:
            self._rest(model, str(error))
            raise OcrFailedError(str(error)) from None
        finally:
            timer.cancel()
            self._under_way = None
        self._failed = None
        return done

    def _rest(self, model: Seeing, why: str) -> None:
        self._failed = (model, why, self._clock() + REST_SECONDS)


def picture(image: Image) -> bytes:
    """An image as PNG, made smaller if it has more pixels than a model sees."""
    from PIL import Image as Pillow  # noqa: PLC0415 - only for those who have chosen captions

    height, width = image.shape[:2]
    made = Pillow.frombuffer("RGB", (width, height), image.tobytes(), "raw", "BGRX", 0, 1)
    scale = (MOST_PIXELS / (width * height)) ** 0.5
    if scale < 1:
        made = made.resize((max(1, int(width * scale)), max(1, int(height * scale))), Pillow.Resampling.LANCZOS)
    out = io.BytesIO()
    made.save(out, "PNG", compress_level=1)
    return out.getvalue()


def sentences(said: Generated) -> list[str]:
    """The sentences of a caption in order, each once and on one line; what was broken off at the end is left out."""
    plain = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in said.text)
    found = [_line(part) for part in _SENTENCES.split(plain)]
    found = [part for part in found if any(map(str.isalnum, part))]
    if said.end != "stop" and found and not _ENDED.search(found[-1]):
        found.pop()
    return list(dict.fromkeys(found))[:MOST_SENTENCES]


def _line(part: str) -> str:
    return _BULLET.sub("", " ".join(part.split()))[:MOST_LETTERS].rstrip()
