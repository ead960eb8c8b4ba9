"""What was captured in the last half hour, what was not, and by which rule. It shows no title and no text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.calls import AssistantScreen, Failed
from tui.text import one_line
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine
from tui.wording import count

MINUTES = 30
_NOTHING = f"Nothing was looked at in the last {MINUTES} minutes."
_APP_CELLS, _OUTCOME_CELLS, _LINES_CELLS = 24, 10, 15
_STYLES = {"captured": "$success", "skipped": "$warning", "masked": "$muted"}


class WhyScreen(AssistantScreen[None]):
    """Lists the engine's decisions, the newest first; ``why`` asks for those of so many minutes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back"),
        Binding("f5,r", "read", "Look again"),
    ]

    class Told(Message):
        """The decisions, oldest first."""

        def __init__(self, decisions: list[dict[str, Any]]) -> None:
            super().__init__()
            self.decisions = decisions

    def __init__(self, why: Callable[[float], list[dict[str, Any]]]) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        """The list."""
        with VerticalScroll(id="why"):
            yield Static("", id="decisions", markup=False)
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read them."""
        self.query_one("#why").border_title = f"What was looked at in the last {MINUTES} minutes, and why"
        self.query_one("#why").focus()
        self.action_read()

    def action_read(self) -> None:
        """Ask for them."""
        self.call("ask why", lambda: self._why(MINUTES), self.Told, latest_only=True)

    @on(Told)
    def _show(self, event: Told) -> None:
        event.stop()
        lines = [decision_line(decision) for decision in reversed(event.decisions)]
        self.query_one("#decisions", Static).update(Content("\n").join(lines) if lines else _NOTHING)

    def on_failed(self, event: Failed) -> None:
        """Leave the list as it was; the app says why."""
        if event.doing == "ask why" and not self.inkling.will_be_done(event):
            self.query_one("#decisions", Static).update("That could not be read. r looks again.")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()


def decision_line(decision: dict[str, Any]) -> Content:
    """One decision: when, which app, what happened, how many new lines, and the rule that excluded it."""
    at, outcome = decision.get("at"), one_line(str(decision.get("outcome") or ""))
    when = f"{at.astimezone():%H:%M:%S}" if isinstance(at, datetime) else " " * 8
    app = one_line(str(decision.get("app") or "unknown app"))
    new = int(decision.get("new_lines") or 0)
    lines = count(new, "new line") if new else "nothing new" if outcome == "captured" else ""
    return Content.assemble(
        (f"{when}  ", "$muted"),
        _column(app, _APP_CELLS),
        (_column(outcome, _OUTCOME_CELLS).plain, _STYLES.get(outcome, "")),
        _column(lines, _LINES_CELLS),
        one_line(str(decision.get("rule") or "")),
    )


def _column(text: str, cells: int) -> Content:
    content = Content(text).truncate(cells - 2, ellipsis=True)
    return Content.assemble(content, " " * (cells - content.cell_length))
