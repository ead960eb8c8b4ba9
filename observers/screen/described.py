"""Windows told in words by a model that sees, in place of their text, where the user has chosen that.

The surprising decision: text is recognised all the same, first. What excludes a page, an address bar or a page of
passwords, stands in it, and so do secrets and what Inkling itself printed; only a window whose text gives no such cause
is shown to the model. And where that says nothing, the text is at hand.

Every sentence is one line that begins with ``CAPTION``. So it is known for what it is wherever it turns up, mixed with
text, cited or forgotten: not somebody's words, but what a model made of a picture.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from memory.errors import OcrFailedError
from observers.redact import redact_screen

if TYPE_CHECKING:
    from observers.screen.ocr.line import Image, Ocr

CAPTION = "[caption] "
APART_SECONDS = 10.0  # from the end of one caption of a window to the next
_MOST = 64  # windows of which it is known when they were described


class Described:
    """Has windows described by ``seer``, each so often at most; by nobody if there is none."""

    def __init__(self, seer: Ocr | None = None, ticking: Callable[[], float] = time.monotonic) -> None:
        self._seer = seer
        self._ticking = ticking
        self._ended: OrderedDict[int, float] = OrderedDict()

    def waits(self, window_id: int, now: float) -> bool:
        """Whether a window was described only just; ``now`` is in seconds on the observer's clock."""
        return now < self._ended.get(window_id, -APART_SECONDS) + APART_SECONDS

    def lines(self, window_id: int, frame: Image, texts: Sequence[str], now: float) -> list[str]:
        """What a window shows, a sentence a line; none where its ``texts`` are to be taken instead."""
        if self._seer is None or self.waits(window_id, now) or _holds_secret(texts):
            return []
        began = self._ticking()
        try:
            told = [CAPTION + line.text for line in self._seer.read(frame)]
        except OcrFailedError:
            return []
        if told:
            self._ended[window_id] = now + self._ticking() - began
            self._ended.move_to_end(window_id)
            while len(self._ended) > _MOST:
                self._ended.popitem(last=False)
        return told


def _holds_secret(texts: Sequence[str]) -> bool:
    """Whether redaction would take anything out: a model might tell it in words that redaction does not know."""
    return any(piece.counts for piece in redact_screen(["\n".join(texts)]))
