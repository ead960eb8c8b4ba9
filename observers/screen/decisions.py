"""What was decided lately and by which rule, for ``inkling why``: never a title, never a text.

Kept in memory only, and little of it: the list is for asking "why was this not captured just now", not for a history
of what the user did.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from observers.screen.exclusions import Decision, Outcome

MOST = 200
_LOOKED_BACK = 8  # entries in which the same decision is looked for before it becomes another


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The same decision about windows of one app, ``times`` in a row from ``first`` to ``last``.

    ``app`` is None where the platform did not tell; ``rule`` the rule that excluded, None if captured. ``new_lines``
    counts the lines that were new to Inkling.
    """

    app: str | None
    outcome: Outcome
    rule: str | None
    first: datetime
    last: datetime
    times: int = 1
    new_lines: int = 0


class Decisions:
    """The last decisions, newest last."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: deque[Noted] = deque(maxlen=most)

    def note(self, decision: Decision, at: datetime, new_lines: int = 0) -> None:
        """Add one decision, and how many new lines it brought."""
        new = Noted(
            app=decision.app, outcome=decision.outcome, rule=decision.rule, first=at, last=at, new_lines=new_lines
        )
        self._add(new)

    def latest(self, since: datetime | None = None) -> list[Noted]:
        """What was noted, by the time it was last so, oldest first; with ``since``, what was still so then.

        May be asked from any thread.
        """
        return [noted for noted in tuple(self._kept) if since is None or noted.last >= since]

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()

    def _add(self, new: Noted) -> None:
        for back in range(1, min(_LOOKED_BACK, len(self._kept)) + 1):
            old = self._kept[-back]
            if (old.app, old.outcome, old.rule) == (new.app, new.outcome, new.rule):
                del self._kept[-back]
                merged = replace(old, last=new.last, times=old.times + 1, new_lines=old.new_lines + new.new_lines)
                self._kept.append(merged)
                return
        self._kept.append(new)
