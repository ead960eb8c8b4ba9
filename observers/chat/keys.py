"""Keys for messages whose format gives them no id.

A message is known by where and when it was said, by whom, and how many before it share all that. Its text is not part
of the key: an edited message stays the same message, and a key gives nothing away about what was said.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

_REMEMBERED = 20_000  # equals lie close together in any export; this bounds memory on a large one


def digest(*parts: str) -> str:
    """A short, stable name for ``parts``: 128 bits in hexadecimal."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


class Occurrences:
    """Counts how often something occurred among the recent ones."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()

    def numbered(self, name: str) -> str:
        """``name`` the first time, ``name:2`` the second."""
        count = self._counts.pop(name, 0) + 1
        self._counts[name] = count
        if len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)
        return name if count == 1 else f"{name}:{count}"
