"""Answers kept because they are asked for at every look, and let go of when the vault is locked.

What they are kept by is what was on the screen: titles, also of windows that are never read, and lines of text. A plain
``lru_cache`` would hold those for as long as the process lives; one made here is emptied by ``clear``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")

_CLEARS: list[Callable[[], None]] = []


def remembered(most: int) -> Callable[[Callable[_Arguments, _Answer]], Callable[_Arguments, _Answer]]:
    """Keep the last ``most`` answers of a function of hashable arguments, until ``clear``."""

    def kept(function: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer]:
        cached = lru_cache(maxsize=most)(function)
        _CLEARS.append(cached.cache_clear)
        return cast("Callable[_Arguments, _Answer]", cached)

    return kept


def clear() -> None:
    """Let go of every title, name, pattern and line that answers are kept by. Safe from any thread."""
    for clear_one in _CLEARS:
        clear_one()
