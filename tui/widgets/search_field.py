"""The search field: what is typed filters at once, Enter recalls by meaning, Down goes on to the list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SearchField(Input):
    """One line of search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "leave", "To the list", show=False),
        Binding("enter", "submit", "Search by meaning", show=True),
    ]

    class Left(Message):
        """The user wants to go on to the list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(placeholder="/ to filter, Enter to search by meaning", id=id, compact=True)

    def action_leave(self) -> None:
        """Go on to the list."""
        self.post_message(self.Left())
