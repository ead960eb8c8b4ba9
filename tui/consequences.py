"""What forgetting a proposition would take with it, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.records import Proposition


@dataclass(frozen=True, slots=True)
class Consequences:
    """What goes: messages, the quotes from them, and the propositions that go or lose support with them."""

    messages: int
    quotes: tuple[str, ...]
    also_gone: tuple[Proposition, ...]
    weakened: tuple[Proposition, ...]


def of_forgetting(target: Proposition, everything: Sequence[Proposition]) -> Consequences:
    """What forgetting ``target`` with its evidence reaches among ``everything`` held."""
    cited = [e for e in target.evidence if e.observation_id is not None]
    sources = {e.observation_id for e in cited}
    gone: list[Proposition] = []
    weakened: list[Proposition] = []
    for other in everything:
        resting_on = {e.observation_id for e in other.evidence}
        if other.id == target.id or resting_on.isdisjoint(sources):
            continue
        (gone if resting_on <= sources else weakened).append(other)
    quotes = tuple(dict.fromkeys(e.quote for e in cited))
    return Consequences(len(sources), quotes, tuple(gone), tuple(weakened))
