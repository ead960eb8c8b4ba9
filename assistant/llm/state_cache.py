"""Saved states of a model's attention memory, the most recently used ones, up to so many bytes.

Nothing in it depends on llama.cpp: a state is an array of bytes under the tokens that led to it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

MOST_BYTES = 256_000_000  # a prefix of 500 tokens takes 15 to 40 MB in models of 1 to 4 billion weights


class Sized(Protocol):
    """What knows its size, such as a numpy array."""

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        ...


State = TypeVar("State", bound=Sized)


class StateCache(Generic[State]):
    """States by what led to them. The one that was not used for the longest time goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._states: OrderedDict[Hashable, State] = OrderedDict()

    def __len__(self) -> int:
        return len(self._states)

    @property
    def nbytes(self) -> int:
        """How much is kept."""
        return sum(state.nbytes for state in self._states.values())

    def get(self, key: Hashable) -> State | None:
        """The state kept under that key, which counts as used."""
        if key in self._states:
            self._states.move_to_end(key)
        return self._states.get(key)

    def put(self, key: Hashable, state: State) -> None:
        """Keep a state, and drop others for it; one that is larger than the whole cache is not kept."""
        self._states.pop(key, None)
        if state.nbytes > self._most:
            return
        while self._states and self.nbytes + state.nbytes > self._most:
            self._states.popitem(last=False)
        self._states[key] = state

    def clear(self) -> None:
        """Drop them all."""
        self._states.clear()
