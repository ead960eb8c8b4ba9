"""One item on a screen of its own: where citations open, and where a small terminal has room to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.calls import Failed
from tui.dossier import Dossier, collect
from tui.screens.acting import ActingScreen, Changed
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from memory.records import Proposition


class EvidenceScreen(ActingScreen[None]):
    """Shows one item, by its id; ``known`` are the propositions at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,h,left", "leave", "Back")]

    class Gathered(Message):
        """All there is about the item."""

        def __init__(self, dossier: Dossier) -> None:
            super().__init__()
            self.dossier = dossier

    def __init__(self, id: str, known: Sequence[Proposition]) -> None:  # noqa: A002 - the API's word
        super().__init__()
        self._item = id
        self._known = list(known)
        self._dossier: Dossier | None = None

    @property
    def subject(self) -> Proposition | None:
        """The proposition shown, once it is read."""
        return self._dossier.proposition if self._dossier else None

    @property
    def subject_id(self) -> str | None:
        """The item shown, once it is read."""
        return self._dossier.id if self._dossier else None

    def everything(self) -> list[Proposition]:
        """What the screen below had."""
        return self._known

    def compose(self) -> ComposeResult:
        """The pane, all of the screen."""
        yield EvidencePane(id="evidence")
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the item."""
        pane = self.query_one(EvidencePane)
        pane.border_title = "Evidence" if self._item.startswith("p") else "What was read"
        pane.focus()
        self._read()

    def _read(self) -> None:
        assistant, item = self.assistant, self._item
        self.call("read", lambda: collect(assistant, item), self.Gathered, latest_only=True)

    @on(Gathered)
    def _show(self, event: Gathered) -> None:
        event.stop()
        self._dossier = event.dossier
        self.query_one(EvidencePane).show(event.dossier)
        self.subject_changed()

    def on_changed(self, event: Changed) -> None:
        """Read it again, or leave if it is gone; the app hears of it too."""
        if event.gone is not None:
            self.dismiss()
        else:
            self._read()

    def on_failed(self, event: Failed) -> None:
        """An item that cannot be read has no screen; the app says why."""
        if event.doing == "read" and self._dossier is None and not self.inkling.will_be_done(event):
            self.dismiss()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()
