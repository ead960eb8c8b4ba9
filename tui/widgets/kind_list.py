"""The kinds of proposition at the side, each with its count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from tui.groups import Group


class KindList(OptionList, inherit_bindings=False):
    """Groups to choose from. Moving the highlight chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Next", show=False),
        Binding("up,k", "cursor_up", "Previous", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "select", "To the list", show=False),
    ]

    class Chosen(Message):
        """A group was chosen, by its key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Entered(Message):
        """The user wants to go on to the list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, markup=False)
        self._groups: Sequence[Group] = ()

    def show(self, groups: Sequence[Group], chosen: str) -> None:
        """Show groups, with the one of key ``chosen`` highlighted."""
        self._groups = groups
        with self.prevent(OptionList.OptionHighlighted):
            self._fill()
            keys = [group.key for group in groups]
            self.highlighted = keys.index(chosen) if chosen in keys else 0

    def on_resize(self) -> None:
        """Counts stand at the right edge, wherever that is."""
        with self.prevent(OptionList.OptionHighlighted):
            highlighted = self.highlighted
            self._fill()
            self.highlighted = highlighted

    def _fill(self) -> None:
        width = max(8, self.scrollable_content_region.width - 2)
        self.clear_options()
        self.add_options(Option(_line(group, width), id=group.key) for group in self._groups)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Moving is choosing."""
        event.stop()
        if event.option.id is not None:
            self.post_message(self.Chosen(event.option.id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on to the list."""
        event.stop()
        self.post_message(self.Entered())


def _line(group: Group, width: int) -> Content:
    number = f"{len(group.propositions):,}"
    title = Content(group.title).truncate(width - len(number) - 1, ellipsis=True)
    gap = " " * (width - title.cell_length - len(number))
    return Content.assemble(title, gap, (number, "$muted"))
