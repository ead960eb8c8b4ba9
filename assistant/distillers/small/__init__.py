"""The ``small`` distiller: rules write propositions, a fitted gate decides which of them are worth believing."""

from assistant.distillers.small.distiller import SmallDistiller

__all__ = ["SmallDistiller"]
