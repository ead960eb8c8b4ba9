"""What an engine that leaves things out itself says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from memory.records import Draft, Observation


@dataclass(slots=True)
class Drawn:
    """Drafts in order of their evidence, and how much of what the engine found is not among them, by reason."""

    drafts: list[Draft] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@runtime_checkable
class Draws(Protocol):
    """An engine that can be told what is new, be stopped, and says what it left out."""

    def draw(
        self,
        observations: Sequence[Observation],
        known: Sequence[str] = (),
        new: Collection[str] | None = None,
        stop: threading.Event | None = None,
    ) -> Drawn:
        """As ``Distiller.distil``, from the observations whose stable keys are ``new`` (None: all of them)."""
        ...
