"""Windows that gave themselves away when they were read: an excluded site's address, a private window's mark.

From then on they count as excluded before any pixel is read: a page by its window and title, a private window whatever
it shows, for it stays private.
"""

from __future__ import annotations

from collections import OrderedDict

from observers.desktop import Window
from observers.screen.address_bar import PRIVATE

_MOST = 512


class Caught:
    """Such windows, as many as were caught lately."""

    def __init__(self) -> None:
        self._rules: OrderedDict[tuple[int, str | None], str] = OrderedDict()

    def add(self, window: Window, rule: str) -> None:
        """This window shows that it falls under ``rule``."""
        self._rules[window.id, None if rule == PRIVATE else window.title or ""] = rule
        while len(self._rules) > _MOST:
            self._rules.popitem(last=False)

    def rule_of(self, window: Window) -> str | None:
        """The rule that a window was caught under, if any."""
        return self._rules.get((window.id, None)) or self._rules.get((window.id, window.title or ""))

    def clear(self) -> None:
        """Forget them: the rules have changed."""
        self._rules.clear()
