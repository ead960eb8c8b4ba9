"""Asking an engine for drafts, whatever it answers.

The surprising decision: one that fails is told apart from one that is merely wrong. A draft of the wrong shape is
dropped and counted like any other that does not hold; an engine that raises, or answers with something that is no list
of drafts, has read nothing, and what it was given can be read again by another.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import MAXYEAR, date
from typing import TYPE_CHECKING, Any

from assistant.distillers.drawn import Drawn, Draws
from assistant.verify import Verified, verify
from memory.errors import (
    MissingPartError,
    ModelStoppedError,
    StorageFullError,
    StorageReadOnlyError,
    VaultDamagedError,
    VaultLockedError,
)
from memory.records import Draft

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Sequence

    from assistant.distillers import Distiller
    from memory.records import Observation

# what no engine is to blame for, and no other engine would do better with
NOT_THE_ENGINE = (
    MissingPartError,
    ModelStoppedError,
    StorageFullError,
    StorageReadOnlyError,
    VaultDamagedError,
    VaultLockedError,
)

_TYPES: dict[str, type | tuple[type, ...]] = {
    "certainty": (float, int),
    "until": (date, type(None)),
    "sensitivity": (str, type(None)),
    "start": (int, type(None)),
}  # all others are strings


def engine_name(distiller: Distiller) -> str:
    """What is noted as having read an observation."""
    return f"{distiller.name} {distiller.version}"


def drafts(
    distiller: Distiller,
    observations: Sequence[Observation],
    known: Sequence[str] = (),
    new: Collection[str] | None = None,
    stop: threading.Event | None = None,
) -> Verified:
    """The verified drafts of one episode, and what was dropped by reason, whether the engine did it or verification.

    ``known``, ``new`` and ``stop`` are for engines that can use them; see ``assistant.distillers.drawn``. Raises what
    the engine raises, and TypeError if its answer is no list.
    """
    if isinstance(distiller, Draws):
        drawn = distiller.draw(observations, known, new, stop)
    else:
        drawn = Drawn(list(distiller.distil(observations, known)))
    found: list[Any] = drawn.drafts
    shaped = [draft for draft in found if is_shaped(draft)]
    verified = verify(shaped, observations)
    verified.dropped.update(drawn.dropped)
    verified.dropped["malformed"] += len(found) - len(shaped)
    verified.dropped = +verified.dropped
    return verified


def is_shaped(draft: Any) -> bool:
    """Whether every field of a draft is of its type, and its last day is one that can be stored."""
    return (
        isinstance(draft, Draft)
        and all(isinstance(getattr(draft, f.name), _TYPES.get(f.name, str)) for f in fields(Draft))
        and (draft.until is None or draft.until.year < MAXYEAR)
    )
