"""The main screen: kinds, propositions and evidence, side by side, or one above the other where it is narrow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from tui.calls import Failed
from tui.dossier import Dossier, collect
from tui.listing import Listing
from tui.screens.acting import ActingScreen, Changed
from tui.screens.ask import AskScreen
from tui.screens.evidence import EvidenceScreen
from tui.screens.summaries import SummariesScreen
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.item_list import ItemList
from tui.widgets.key_bar import KeyBar
from tui.widgets.kind_list import KindList
from tui.widgets.nothing_yet import NothingYet
from tui.widgets.search_field import SearchField
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from memory.records import Hit, Proposition
    from tui.groups import Group
    from tui.rows import Row

_RECALLED = 30  # results of one recall
_SETTLE_SECONDS = 0.08  # the cursor rests that long before evidence is read


@dataclass(frozen=True, slots=True)
class Held:
    """What the vault holds, as one read found it."""

    propositions: list[Proposition]
    counts: dict[str, Any]


class BrowseScreen(ActingScreen[None]):
    """Looks at what is believed, and corrects it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - declared so by Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("a", "ask", "Ask", tooltip="Ask a question of your memory"),
        Binding("s", "summaries", "Summaries", show=False, tooltip="Your profile, and your days"),
        Binding("r", "remember", "Remember", show=False, tooltip="Tell Inkling something about yourself"),
        Binding("D", "distil", "Distil what waits", show=False, tooltip="Learn from what was read"),
        Binding("h,left", "to_kinds", "To the kinds", show=False),
        Binding("l,right", "to_right", "To the right", show=False),
        Binding("escape", "clear", "Clear the search", show=False),
        Binding("f5", "reload", "Read the vault again", show=False),
    ]

    class Loaded(Message):
        """What the vault holds was read."""

        def __init__(self, held: Held) -> None:
            super().__init__()
            self.held = held

    class Recalled(Message):
        """Recall answered."""

        def __init__(self, query: str, hits: list[Hit]) -> None:
            super().__init__()
            self.query = query
            self.hits = hits

    class Gathered(Message):
        """All there is about the current row."""

        def __init__(self, dossier: Dossier) -> None:
            super().__init__()
            self.dossier = dossier

    def __init__(self) -> None:
        super().__init__()
        self._listing = Listing()
        self._seen_changes = -1

    # what is on the screen

    def compose(self) -> ComposeResult:
        """Three panes, and what to do where there is nothing to show."""
        with Horizontal(id="panes"):
            yield KindList(id="kinds")
            with Container(id="reading"):
                with Vertical(id="listing"):
                    yield SearchField(id="search")
                    yield ItemList(id="items")
                yield EvidencePane(id="evidence")
        yield NothingYet()
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Name the panes; start in the list."""
        self.query_one(KindList).border_title = "Kinds"
        self.query_one(EvidencePane).border_title = "Evidence"
        self.query_one(ItemList).focus()

    def on_screen_resume(self) -> None:
        """Read the vault if it was changed elsewhere meanwhile."""
        if self._seen_changes != self.inkling.changes:
            self.action_reload()

    @property
    def subject_id(self) -> str | None:
        """The item under the cursor."""
        row = self.query_one(ItemList).current if self.is_mounted else None
        return row.id if row else None

    @property
    def subject(self) -> Proposition | None:
        """The proposition under the cursor."""
        return self._listing.held.get(self.subject_id or "")

    def everything(self) -> list[Proposition]:
        """All that is held."""
        return list(self._listing.held.values())

    # reading the vault

    def action_reload(self) -> None:
        """Read all that is believed."""
        self._seen_changes = self.inkling.changes
        assistant = self.assistant
        read = lambda: Held(assistant.propositions(include_quarantined=True), assistant.status())  # noqa: E731
        self.call("load", read, self.Loaded, latest_only=True)

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        event.stop()
        held = event.held
        self._listing.hold(held.propositions, self.inkling.clock())
        self.inkling.held = {**held.counts, "believed": len(self._listing.groups[0].propositions)}
        self.query_one(NothingYet).show(read=held.counts["observations"], waiting=held.counts["pending"])
        if self.has_class("-empty") and held.propositions:
            self.call_after_refresh(self.query_one(ItemList).focus)
        self.set_class(not held.propositions, "-empty")
        self.query_one(KindList).show(self._listing.groups, self._listing.chosen)
        self._list(keep=self.subject_id)
        self.refresh_bindings()

    def on_changed(self, event: Changed) -> None:
        """What the user did is done: show the vault as it is now. The app tells them."""
        if event.gone is not None:
            self._listing.drop(event.gone)
        self.call_after_refresh(self.action_reload)

    # the list

    def _list(self, keep: str | None = None) -> None:
        """Show what the user looks at. The cursor stays on ``keep`` if that is in it."""
        view = self._listing.view(self.query_one(SearchField).value)
        items = self.query_one(ItemList)
        items.border_title = view.title
        items.show(view.rows, keep, view.if_empty)

    @on(KindList.Chosen)
    def _choose(self, event: KindList.Chosen) -> None:
        event.stop()
        self._listing.choose(event.key)
        self._list()

    @on(KindList.Entered)
    def _enter_list(self, event: KindList.Entered) -> None:
        event.stop()
        self.query_one(ItemList).focus()

    @on(Input.Changed, "#search")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self._listing.put_away()
        self._list(keep=self.subject_id)

    @on(Input.Submitted, "#search")
    def _recall(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(ItemList).focus()
        if (query := event.value.strip()) == "":
            return
        self.query_one(ItemList).border_title = "Recalling…"
        assistant = self.assistant
        recalled = partial(self.Recalled, query)
        self.call("recall", lambda: assistant.recall(query, k=_RECALLED), recalled, latest_only=True)

    @on(SearchField.Left)
    def _leave_search(self, event: SearchField.Left) -> None:
        event.stop()
        self.query_one(ItemList).focus()

    @on(Recalled)
    def _show_recalled(self, event: Recalled) -> None:
        event.stop()
        if event.query == self.query_one(SearchField).value.strip():
            self._listing.recalled(event.hits, self.inkling.clock())
            self._list()

    def on_failed(self, event: Failed) -> None:
        """Go back to what is believed if it cannot be searched; the app says why."""
        if event.doing == "recall":
            self._list(keep=self.subject_id)

    # the evidence

    @on(ItemList.Highlighted)
    def _highlighted(self, event: ItemList.Highlighted) -> None:
        event.stop()
        self.subject_changed()
        pane = self.query_one(EvidencePane)
        if (proposition := self.subject) is not None:
            pane.show_head(proposition)
        else:
            pane.clear()
        self.set_timer(_SETTLE_SECONDS, self._settled(event.row))

    def _settled(self, row: Row | None) -> Any:
        def read() -> None:
            if row is not None and row.id == self.subject_id:
                assistant, item = self.assistant, row.id
                self.call("evidence", lambda: collect(assistant, item), self.Gathered, latest_only=True)

        return read

    @on(Gathered)
    def _show_evidence(self, event: Gathered) -> None:
        event.stop()
        if event.dossier.id == self.subject_id:
            self.query_one(EvidencePane).show(event.dossier)

    @on(ItemList.Opened)
    def _open(self, event: ItemList.Opened) -> None:
        event.stop()
        self.app.push_screen(EvidenceScreen(event.row.id, self.everything()))

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Distilling needs something that waits."""
        if action == "distil":
            return bool((self.inkling.held or {}).get("pending"))
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Go to the search field."""
        self.query_one(SearchField).focus()

    def action_clear(self) -> None:
        """Clear the search."""
        self._listing.put_away()
        self.query_one(SearchField).value = ""
        self._list(keep=self.subject_id)
        self.query_one(ItemList).focus()

    def action_to_kinds(self) -> None:
        """One pane to the left."""
        in_evidence = self.focused is self.query_one(EvidencePane)
        self.query_one(ItemList if in_evidence else KindList).focus()

    def action_to_right(self) -> None:
        """One pane to the right."""
        in_kinds = self.focused is self.query_one(KindList)
        self.query_one(ItemList if in_kinds else EvidencePane).focus()

    def action_ask(self) -> None:
        """Go to the ask screen."""
        self.app.push_screen(AskScreen(self.everything()))

    def action_summaries(self) -> None:
        """Go to the summaries."""
        self.app.push_screen(SummariesScreen(self.everything()))

    def action_remember(self) -> None:
        """Let the user tell something."""
        asked = ("Tell Inkling something about yourself", "The user ")
        self.take_words("remember", self.assistant.remember, "Remembered on your word.", asked)

    def action_distil(self) -> None:
        """Draw propositions from what waits."""
        self.notify("Distilling what waits. You can go on meanwhile.", markup=False)
        self.change("distil", self.assistant.distil, "Distilled all that was waiting.")

    def groups_at_hand(self) -> Sequence[Group]:
        """The groups there are, for the palette."""
        return self._listing.groups

    def choose(self, key: str) -> None:
        """Show a group, as if it had been chosen at the side."""
        self.query_one(KindList).show(self._listing.groups, key)
        self._choose(KindList.Chosen(key))
        self.query_one(ItemList).focus()
