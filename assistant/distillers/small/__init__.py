"""The ``small`` distiller: rules write propositions, a fitted gate decides which of them are worth believing.

Naming it costs nothing: its rules, numpy and the weights are loaded by the first ``distil``, so that a command which
only reads the vault starts as fast as one without a distiller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memory.embedder import Embedder
    from memory.records import Draft, Observation


class SmallDistiller:
    """The engine that ships with Inkling: no download, no network, a few milliseconds a message."""

    name = "small"
    version = "1"

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    def distil(self, observations: Sequence[Observation], known: Sequence[str] = ()) -> list[Draft]:
        """Drafts from one episode; see ``assistant.distillers.Distiller``. ``known`` is not needed by this engine."""
        from assistant.distillers.small.distiller import drafts  # noqa: PLC0415  see the module's docstring
        from memory.embedder import default_embedder  # noqa: PLC0415

        del known
        return drafts(observations, self._embedder or default_embedder())


__all__ = ["SmallDistiller"]
