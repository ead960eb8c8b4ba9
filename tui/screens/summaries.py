"""What is believed of the user as one document, and what each day was about; every line opens what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from tui.calls import AssistantScreen, Failed
from tui.screens.evidence import EvidenceScreen
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine
from tui.widgets.summary_list import SummaryList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from assistant.verbs import Verbs
    from memory.records import Proposition, Summary

_NOTHING = """\
Nothing yet: there is no profile while nothing is believed, and no day on which anything was read.

Escape goes back; r there tells Inkling something about yourself."""
_FAILED = "The summaries could not be read. r looks again."


class SummariesScreen(AssistantScreen[None]):
    """Lists the profile and the days, the latest first; ``known`` are the propositions at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,h,left", "leave", "Back"),
        Binding("f5,r", "read", "Look again"),
    ]

    class Read(Message):
        """The summaries came."""

        def __init__(self, summaries: list[Summary]) -> None:
            super().__init__()
            self.summaries = summaries

    def __init__(self, known: Sequence[Proposition]) -> None:
        super().__init__()
        self._known = list(known)
        self._seen_changes = -1

    def compose(self) -> ComposeResult:
        """The list, or what to do where there is nothing to list."""
        yield SummaryList()
        yield Static("", id="no-summaries", markup=False)
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Start in the list."""
        summaries = self.query_one(SummaryList)
        summaries.border_title = "Summaries"
        summaries.focus()

    def on_screen_resume(self) -> None:
        """Read them, and again if the vault was changed elsewhere meanwhile."""
        if self._seen_changes != self.inkling.changes:
            self.action_read()

    def action_read(self) -> None:
        """Ask for them."""
        self._seen_changes = self.inkling.changes
        assistant = self.assistant
        self.call("read the summaries", lambda: _read(assistant), self.Read, latest_only=True)

    @on(Read)
    def _show(self, event: Read) -> None:
        event.stop()
        self.query_one(SummaryList).show(event.summaries)
        self._say("" if event.summaries else _NOTHING)

    @on(SummaryList.Opened)
    def _open(self, event: SummaryList.Opened) -> None:
        event.stop()
        self.app.push_screen(EvidenceScreen(event.id, self._known))

    def on_failed(self, event: Failed) -> None:
        """Leave what is shown as it was; the app says why."""
        empty = not self.query_one(SummaryList).option_count
        if event.doing == "read the summaries" and empty and not self.inkling.will_be_done(event):
            self._say(_FAILED)

    def _say(self, instead: str) -> None:
        """Say something instead of the list."""
        self.set_class(bool(instead), "-nothing")
        self.query_one("#no-summaries", Static).update(instead)
        if not instead:
            self.query_one(SummaryList).focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()


def _read(assistant: Verbs) -> list[Summary]:
    """The profile document and the summaries of days, those that say anything."""
    return [summary for summary in (assistant.document(), *assistant.summaries("day")) if summary.lines]
