"""Summaries one below the other, line by line; each line opens what it rests on."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.text import one_line
from tui.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memory.records import Summary, SummaryLine

_COMPOSED_BY = "inkling"


class SummaryList(OptionList, inherit_bindings=False):
    """Shows summaries. Titles and sections are passed over by the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Next", show=False),
        Binding("up,k", "cursor_up", "Previous", show=False),
        Binding("pagedown,ctrl+d,space", "page_down", "Page down", show=False),
        Binding("pageup,ctrl+u", "page_up", "Page up", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "select", "Open", tooltip="What the line rests on, or the first of it"),
        *(Binding(str(n), f"open({n})", "Open by number", show=False) for n in range(1, 10)),
    ]

    class Opened(Message):
        """The user wants to see what a line rests on."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the API's word
            super().__init__()
            self.id = id

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._sources: dict[str, tuple[str, ...]] = {}  # of each line, by its option's id

    def show(self, summaries: Sequence[Summary]) -> None:
        """Show these; the cursor stays where it was, as far as that is possible."""
        place, above = self.highlighted, self.scroll_offset.y
        self.clear_options()
        self._sources = {}
        for number, summary in enumerate(summaries):
            if number:
                self.add_option(Option("", disabled=True))
            self.add_options(self._drawn(summary))
        if place is not None and self.option_count:
            self.highlighted = min(place, self.option_count - 1)
            self.scroll_to(y=above, animate=False)
        elif self.option_count:
            self.action_first()

    def _drawn(self, summary: Summary) -> Iterator[Option]:
        yield Option(_title(summary), disabled=True)
        for section, lines in groupby(summary.lines, lambda line: line.section):
            if section:
                yield Option(Content.styled(one_line(section), "$accent not dim"), disabled=True)
            for line in lines:
                name = f"line-{len(self._sources)}"
                self._sources[name] = line.sources
                yield Option(_row(line), id=name)

    def action_open(self, number: int) -> None:
        """Open the numbered one of what the line rests on."""
        option = None if self.highlighted is None else self.get_option_at_index(self.highlighted)
        sources = self._sources.get((option.id or "") if option else "", ())
        if number <= len(sources):
            self.post_message(self.Opened(sources[number - 1]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the first."""
        event.stop()
        self.action_open(1)


def _title(summary: Summary) -> Content:
    by = "" if summary.made_by == _COMPOSED_BY else f"  worded by {one_line(summary.made_by)}"
    return Content.assemble((one_line(summary.title), "bold $foreground not dim"), (by, "$muted not dim"))


def _row(line: SummaryLine) -> Content:
    many = f"  {count(len(line.sources), 'source')}" if len(line.sources) > 1 else ""
    return Content.assemble(one_line(line.text), (many, "$muted"))
