"""Inkling's public API: ``Assistant`` and the two judgements that need no vault.

    from assistant import Assistant, Observation, load_distiller, relate

Names are loaded on first use, so that a command that needs no model does not pay for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.core import Assistant
    from assistant.distillers import Distiller, load_distiller
    from memory.reconcile import relate
    from memory.records import Answer, Draft, Evidence, Hit, Observation, Proposition, Relation, Revision

_HOMES = {
    "Assistant": "assistant.core",
    "Distiller": "assistant.distillers",
    "load_distiller": "assistant.distillers",
    "relate": "memory.reconcile",
    "Answer": "memory.records",
    "Draft": "memory.records",
    "Evidence": "memory.records",
    "Hit": "memory.records",
    "Observation": "memory.records",
    "Proposition": "memory.records",
    "Relation": "memory.records",
    "Revision": "memory.records",
}

__all__ = [
    "Answer", "Assistant", "Distiller", "Draft", "Evidence", "Hit", "Observation", "Proposition", "Relation",
    "Revision", "load_distiller", "relate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - that is the point

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
