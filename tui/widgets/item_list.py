"""The list of items, drawn a line at a time, so that ten thousand are as quick as ten.

It is tall enough for two lines a row or it is not: in a short pane each row has one line, and its text is cut sooner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text import wrapped
from tui.widgets.confidence import BAR_CELLS, bar, level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from tui.rows import Row

_ROOMY_HEIGHT = 16  # lines of pane from which a row gets two
_MARK_CELLS = 3  # a blank, the mark, a blank
_SIDE_CELLS, _SHORT_SIDE_CELLS = 24, 18  # how sure, at the right
_SHORT_BAR_CELLS = 5
_COMFORTABLE_TEXT = 44  # cells; with less, the bar is drawn shorter


class ItemList(ScrollView, can_focus=True, inherit_bindings=False):
    """A list of rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", show=False),
        Binding("up,k", "move(-1)", "Previous", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "open", "Open", show=True),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "item-list--text",
        "item-list--quiet",
        "item-list--mark",
        "item-list--sure",
        "item-list--likely",
        "item-list--unsure",
        "item-list--cursor",
        "item-list--hover",
    }

    cursor: reactive[int] = reactive(0)
    hovered: reactive[int | None] = reactive(None)

    class Highlighted(Message):
        """The cursor is on another row, or on none."""

        def __init__(self, row: Row | None) -> None:
            super().__init__()
            self.row = row

    class Opened(Message):
        """The user wants to see all of a row."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._if_empty = ""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows shown, in order."""
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[Row], keep: str | None = None, if_empty: str = "") -> None:
        """Show other rows, or where there are none, why.

        The cursor stays on the item ``keep`` if it is among them, else near where it was.
        """
        self._rows = rows
        self._if_empty = if_empty
        place = next((i for i, row in enumerate(rows) if row.id == keep), None) if keep else 0
        wanted = min(self.cursor, max(0, len(rows) - 1)) if place is None else place
        self._measure()
        if wanted == self.cursor:
            self._moved()
        self.cursor = wanted
        self.refresh()

    # drawing

    @property
    def _row_lines(self) -> int:
        return 2 if self.size.height >= _ROOMY_HEIGHT else 1

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows) * self._row_lines)

    def on_resize(self) -> None:
        """Rows may change their height; the cursor stays in view."""
        self._measure()
        self._scroll_to_cursor()

    def render_line(self, y: int) -> Strip:
        """One line of one row."""
        width = self.scrollable_content_region.width
        index, line = divmod(y + self.scroll_offset.y, self._row_lines)
        base = self.rich_style
        if not self._rows:
            return self._note(y, width, base)
        if index >= len(self._rows):
            return Strip.blank(width, base)
        if index == self.cursor:
            base += self.get_component_rich_style("item-list--cursor", partial=True)
        elif index == self.hovered:
            base += self.get_component_rich_style("item-list--hover", partial=True)
        return Strip(self._segments(self._rows[index], line, width, base)).adjust_cell_length(width, base)

    def _note(self, y: int, width: int, base: Style) -> Strip:
        lines = wrapped(self._if_empty, width - 2, 8)
        text = f" {lines[y]}" if y < len(lines) else ""
        return Strip([Segment(set_cell_size(text, width), base + self._style("quiet"))])

    def _segments(self, row: Row, line: int, width: int, base: Style) -> list[Segment]:
        roomy = width - _MARK_CELLS - _SIDE_CELLS >= _COMFORTABLE_TEXT
        side = _SIDE_CELLS if roomy else _SHORT_SIDE_CELLS
        text_width = max(1, width - _MARK_CELLS - side - 1)
        lines = wrapped(row.text, text_width, self._row_lines)
        text = lines[line] if line < len(lines) else ""
        mark = f" {row.mark or ' '} " if line == 0 else "   "
        return [
            Segment(mark, base + self._style("mark")),
            Segment(set_cell_size(text, text_width + 1), base + self._style("text")),
            *self._side(row, line, side, base),
        ]

    def _side(self, row: Row, line: int, width: int, base: Style) -> list[Segment]:
        """How sure: the bar with its words, and below them, if there is a second line, the basis."""
        quiet = base + self._style("quiet")
        if line == 1:
            return [Segment(set_cell_size(row.detail, width), quiet)]
        words = row.certainty
        if row.confidence is None:
            return [Segment(set_cell_size(f"{words} · {row.detail}" if self._row_lines == 1 else words, width), quiet)]
        cells = BAR_CELLS if width == _SIDE_CELLS else _SHORT_BAR_CELLS
        strength = level(row.confidence)
        heavy, light = bar(row.confidence, cells)
        return [
            Segment(heavy, base + self._style(strength)),
            Segment(light, quiet),
            Segment(set_cell_size(f" {words}", width - cells), base + self._style(strength)),
        ]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"item-list--{name}", partial=True)

    # moving

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor among the rows."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self) -> None:
        """Say where the cursor is now."""
        self._scroll_to_cursor()
        self._moved()

    def _moved(self) -> None:
        self.refresh()
        self.post_message(self.Highlighted(self.current))

    def _scroll_to_cursor(self) -> None:
        lines = self._row_lines
        row = Region(0, self.cursor * lines, max(1, self.scrollable_content_region.width), lines)
        self.scroll_to_region(row, animate=False, force=True)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what fits into the pane."""
        self.cursor += pages * max(1, self.size.height // self._row_lines - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.cursor = len(self._rows) - 1

    def action_open(self) -> None:
        """Ask for all of the current row."""
        if self.current is not None:
            self.post_message(self.Opened(self.current))

    # mouse

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; a second one opens."""
        index = self._index_at(event)
        if index is not None:
            self.cursor = index
            if event.chain == 2:
                self.action_open()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show which row a click would hit."""
        self.hovered = self._index_at(event)

    def on_leave(self) -> None:
        """The mouse is elsewhere."""
        self.hovered = None

    def _index_at(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        index = (offset.y + self.scroll_offset.y) // self._row_lines
        return index if index < len(self._rows) else None
