"""Everything about one item: how sure, on what basis, the quotes in their context, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.profile import confidence_words
from tui import wording
from tui.text import plain
from tui.widgets.confidence import STYLES, drawn, level
from tui.widgets.passage_card import PassageCard

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from memory.records import Proposition
    from tui.dossier import Dossier


class EvidencePane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Shows one item at a time. The head is there at once; passages and history follow when they are read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Scroll down", show=False),
        Binding("up,k", "scroll_up", "Scroll up", show=False),
        Binding("pagedown,ctrl+d,space", "page_down", "Page down", show=False),
        Binding("pageup,ctrl+u", "page_up", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The head, and the history; passages are mounted between them as they are needed."""
        yield Static(id="evidence-head", markup=False)
        yield Static(id="evidence-more", markup=False)
        yield Static(id="evidence-history", markup=False)

    def clear(self) -> None:
        """Show nothing."""
        self._say("evidence-head", None)
        self._show_rest(None)

    def show_head(self, proposition: Proposition) -> None:
        """Show what is known of a proposition before its passages are read."""
        self._say("evidence-head", head(proposition))
        self._show_rest(None)
        self.scroll_home(animate=False)

    def show(self, dossier: Dossier) -> None:
        """Show all of an item."""
        title = head(dossier.proposition) if dossier.proposition else Content.styled("As it was read", "bold")
        self._say("evidence-head", title)
        self._show_rest(dossier)

    def _show_rest(self, dossier: Dossier | None) -> None:
        passages = dossier.passages if dossier else ()
        cards = list(self.query(PassageCard))
        if missing := len(passages) - len(cards):
            new = [PassageCard(markup=False) for _ in range(missing)]
            if new:
                self.mount_all(new, before="#evidence-more")
                cards += new
        for card in cards[len(passages) :]:
            card.display = False
        for number, (card, passage) in enumerate(zip(cards, passages, strict=False), start=1):
            card.show(passage, number if len(passages) > 1 else None)
            card.display = True
        left_out = dossier.left_out if dossier else 0
        self._say("evidence-more", Content(f"and {left_out:,} more, older") if left_out else None)
        self._say("evidence-history", history(dossier) if dossier and dossier.history else None)

    def _say(self, id: str, content: Content | None) -> None:  # noqa: A002 - Textual's word
        line = self.query_one(f"#{id}", Static)
        line.display = content is not None
        line.update(content or "")


def head(proposition: Proposition) -> Content:
    """The proposition in full, how sure, and the facts about it."""
    style = STYLES[level(proposition.confidence)]
    words = f" {confidence_words(proposition.confidence)}, {proposition.confidence:.0%}"
    facts = [proposition.kind, wording.BASES[proposition.basis], wording.LIFESPANS[proposition.lifespan]]
    facts += [wording.validity(proposition), "pinned" if proposition.pinned else ""]
    about = "".join(f" · {fact}" for fact in facts if fact)
    lines = [
        plain(proposition.text, "bold"),
        Content.assemble(drawn(proposition.confidence), (words, style), (about, "$muted")),
    ]
    if note := _note(proposition):
        lines.append(Content.styled(note, "$warning"))
    return Content("\n").join(lines)


def _note(proposition: Proposition) -> str:
    notes = [wording.STATUSES[proposition.status]]
    notes += [f"sensitive: {proposition.sensitivity}" if proposition.sensitivity else ""]
    return " · ".join(note for note in notes if note)


def history(dossier: Dossier) -> Content:
    """What was changed, newest first."""
    lines = [Content.styled("History", "bold $muted")]
    for change in reversed(dossier.history):
        line, words = wording.revision(change)
        lines.append(Content.styled(line, "$muted"))
        if words:
            lines.append(Content(f"  {words}"))
    return Content("\n").join(lines)
