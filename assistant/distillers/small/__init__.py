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

    def worth_reading(self, observations: Sequence[Observation]) -> list[bool]:
        """For each observation, whether it is worth a larger model's time; those before it in its thread help to tell.

        Of the user's turns that hold a fact 97.6% pass in the development chats of w7 (messengers) and 96.5% in those
        of w8 (AI assistants), where 76% and 89% of the user's turns pass at all, 22% and 47% of everybody's: what
        others say is context. Of screens with a fact 58% pass, and 47% of all screens. Takes 0.3 to 2 ms each.
        """
        from assistant.distillers.small.worth import worth_reading  # noqa: PLC0415

        return worth_reading(observations)


__all__ = ["SmallDistiller"]
