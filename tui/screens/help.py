"""Every key that works here, read from the bindings themselves, so that the page cannot be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

_INHERITED = {"app.focus_next", "app.focus_previous", "screen.copy_text"}  # from Textual, for every screen
_KEY_CELLS = 14
_LEGEND = Content.assemble(
    ("Marks in the list", "bold $accent"),
    "\n  ★  pinned: on top, and out of reach of inference",
    "\n  ✓  your own word: it outranks any inference",
    "\n  ?  to review: the evidence does not agree",
    "\n  “  something that was read, not a belief",
)


class HelpScreen(ModalScreen[None]):
    """Lists the keys of the screen it was called from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "leave", "Close help"),
        Binding("j,down", "scroll(1)", "Scroll down", show=False),
        Binding("k,up", "scroll(-1)", "Scroll up", show=False),
    ]

    def __init__(self, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._active = list(bindings)

    def compose(self) -> ComposeResult:
        """The keys by where they work, and what the marks mean."""
        with Vertical(classes="dialog -tall"):
            yield Static("Keys", classes="title")
            with VerticalScroll(id="keys"):
                yield Static(self._table())
            yield Static("Escape closes. ctrl+p finds any action by name.", classes="hint")

    def _table(self) -> Content:
        sections: dict[str, dict[str, list[str]]] = {"On this screen": {}, "In this pane": {}, "Everywhere": {}}
        for active in self._active:
            if active.binding.description and not active.binding.system:
                names = sections[_where(active)].setdefault(_meaning(active.binding), [])
                names.append(self.app.get_key_display(active.binding))
        parts = [_section(title, keys) for title, keys in sections.items() if keys]
        return Content("\n\n").join([*parts, _LEGEND])

    def action_scroll(self, lines: int) -> None:
        """Scroll the list of keys."""
        self.query_one("#keys").scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)


def _meaning(binding: Binding) -> str:
    more = binding.tooltip[:1].lower() + binding.tooltip[1:]
    return f"{binding.description}: {more}" if more else binding.description


def _where(active: ActiveBinding) -> str:
    if isinstance(active.node, App) or active.binding.action in _INHERITED:
        return "Everywhere"
    return "On this screen" if isinstance(active.node, Screen) else "In this pane"


def _section(title: str, keys: dict[str, list[str]]) -> Content:
    lines = [Content.styled(title, "bold $accent")]
    for description, names in keys.items():
        shown = Content(" ".join(dict.fromkeys(names)))
        gap = " " * max(1, _KEY_CELLS - shown.cell_length)
        lines.append(Content.assemble("  ", (shown.plain, "bold"), gap, description))
    return Content("\n").join(lines)
