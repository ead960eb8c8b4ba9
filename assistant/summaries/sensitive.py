"""Of which sensitive class a line is, by the small distiller's own judgement of a proposition nobody drafted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from memory.embedder import default_embedder

if TYPE_CHECKING:
    from memory.records import Sensitivity


def labels(texts: Sequence[str]) -> list[Sensitivity | None]:
    """The class of each text, or None."""
    from assistant.distillers.small import gate  # noqa: PLC0415 - weights that a vault which only reads does without

    return [sensitivity for _, _, sensitivity in gate.labels(texts, default_embedder().embed(texts))]
