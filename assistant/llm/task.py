"""What there is to do for a language model when nobody waits for it, one short step at a time."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from typing import Protocol

from assistant.llm.model import LanguageModel


class Task(Protocol):
    """One kind of background work over an open vault."""

    @property
    def name(self) -> str:
        """What a status line calls it."""
        ...

    def waiting(self) -> int:
        """How many steps wait, about; cheap."""
        ...

    def step(self, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """Do one step; counts by what happened, empty where there was nothing to do.

        Changes the store in one transaction at its end or not at all: whatever the model says or raises, nothing is
        lost and nothing half applied. Passes on ModelStoppedError, ModelFailedError and ModelMissingError.
        """
        ...
