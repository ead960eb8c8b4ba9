"""What the main screen's list shows, apart from how it is drawn: a kind, as far as it matches, or what was recalled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui import groups, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from memory.records import Hit, Proposition
    from tui.rows import Row

_NO_MATCH = "No proposition here has these words. Enter searches by meaning, and in what was read. Escape clears."
_NOTHING_RECALLED = "Nothing in memory bears on that. Escape goes back to what is believed."


class View(NamedTuple):
    """Rows with their title, and what to say if there are none."""

    rows: list[Row]
    title: str
    if_empty: str


class Listing:
    """What is held, and which part of it the user looks at."""

    def __init__(self) -> None:
        self.held: dict[str, Proposition] = {}
        self.groups: list[groups.Group] = []
        self.chosen = groups.ALL
        self._rows: dict[str, Row] = {}
        self._recalled: list[Row] | None = None

    def hold(self, propositions: Sequence[Proposition], now: datetime) -> None:
        """Take what the vault holds now."""
        self.held = {p.id: p for p in propositions}
        self.groups = groups.grouped(propositions)
        self._rows = {p.id: rows.of_proposition(p, now) for p in propositions}
        if self._recalled is not None:
            self._recalled = [self._rows.get(row.id, row) for row in self._recalled]

    def choose(self, key: str) -> None:
        """Look at a group; what was recalled is put away."""
        self.chosen = key
        self._recalled = None

    def recalled(self, hits: Sequence[Hit], now: datetime) -> None:
        """Look at what was recalled."""
        self._recalled = [rows.of_hit(hit, self._rows, now) for hit in hits]

    def put_away(self) -> None:
        """Look at the chosen group again."""
        self._recalled = None

    def drop(self, item: str) -> None:
        """Take an item that is gone out of what was recalled."""
        if self._recalled is not None:
            self._recalled = [row for row in self._recalled if row.id != item]

    def view(self, search: str) -> View:
        """What to show, given the words in the search field."""
        if self._recalled is not None:
            return View(self._recalled, f"Recalled · {len(self._recalled)}", _NOTHING_RECALLED)
        if not self.groups:
            return View([], "", "")
        group = next((g for g in self.groups if g.key == self.chosen), self.groups[0])
        matching = rows.matching([self._rows[p.id] for p in group.propositions], search)
        counted = f"{len(matching):,} of {len(group.propositions):,}" if search else f"{len(matching):,}"
        return View(matching, f"{group.title} · {counted} · The user …", _NO_MATCH)
