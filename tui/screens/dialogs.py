"""The small modal questions: words to edit, a yes or no, and what forgetting would take with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Static, TextArea

from tui import wording
from tui.text import clean, one_line, plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from memory.records import Proposition
    from tui.consequences import Consequences

ForgetChoice = Literal["keep", "alone", "with evidence"]
_LISTED = 4  # items of a preview named one by one


class SentenceField(TextArea):
    """A field for one sentence: it wraps, and Enter means done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "done", "Done", priority=True),
    ]

    class Done(Message):
        """The sentence is as the user wants it."""

    def action_done(self) -> None:
        """Say so."""
        self.post_message(self.Done())


class SentenceDialog(ModalScreen[str | None]):
    """Asks for a sentence; None if the user thought better of it, or changed nothing. ``draft`` was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]

    def __init__(self, title: str, text: str, draft: str | None = None) -> None:
        super().__init__()
        self._title = title
        self._text = clean(text)
        self._draft = self._text if draft is None else clean(draft)

    def compose(self) -> ComposeResult:
        """A title, the field, and what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield SentenceField(self._draft, soft_wrap=True, tab_behavior="focus")
            yield Static("Your word outranks any inference. Enter saves, Escape leaves it.", classes="hint")

    def on_mount(self) -> None:
        """Start at the end of what is there."""
        field = self.query_one(SentenceField)
        field.move_cursor(field.document.end)

    @on(SentenceField.Done)
    def _done(self) -> None:
        text = one_line(self.query_one(SentenceField).text)
        self.dismiss(text if text and text != one_line(self._text) else None)

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)


class YesNoDialog(ModalScreen[bool]):
    """A yes or no; no is the default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
        Binding("left,right,h,l", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, title: str, text: str, yes: str, no: str = "No") -> None:
        super().__init__()
        self._title, self._text, self._yes, self._no = title, text, yes, no

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(self._no), id="no")
                yield Button(Content(self._yes), id="yes", variant="primary")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is an answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """So is a key."""
        self.dismiss(yes)


class ForgetDialog(ModalScreen[ForgetChoice]):
    """Says what would go before it goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "forget", "Forget"),
        Binding("w", "widen", "With its evidence"),
        Binding("k,escape", "keep", "Keep"),
        Binding("left,right,h,l", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, proposition: Proposition, consequences: Consequences) -> None:
        super().__init__()
        self._proposition = proposition
        self._consequences = consequences

    def compose(self) -> ComposeResult:
        """The proposition, the preview, and two buttons; keeping has the focus."""
        messages = self._consequences.messages
        with Vertical(classes="dialog"):
            yield Static("Forget this for good?", classes="title")
            yield Static(plain(self._proposition.text, "bold"))
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(id="goes")
            if messages:
                what = "the message it rests on" if messages == 1 else f"the {messages} messages it rests on"
                yield Checkbox(Content(f"Also forget {what} (w)"), id="wide", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="keep")
                yield Button("Forget", id="forget", variant="error")

    def on_mount(self) -> None:
        """Show the narrow preview first."""
        self.query_one("#keep").focus()
        self._preview()

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Show what the wider or narrower choice takes."""
        event.stop()
        self._preview()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button is a choice."""
        event.stop()
        self.action_forget() if event.button.id == "forget" else self.action_keep()

    def action_forget(self) -> None:
        """Forget, as wide as chosen."""
        self.dismiss("with evidence" if self._wide else "alone")

    def action_keep(self) -> None:
        """Forget nothing."""
        self.dismiss("keep")

    def action_widen(self) -> None:
        """Change whether the evidence goes too."""
        for box in self.query(Checkbox):
            box.toggle()

    @property
    def _wide(self) -> bool:
        return any(box.value for box in self.query(Checkbox))

    def _preview(self) -> None:
        self.query_one("#goes", Static).update(preview(self._consequences, wide=self._wide))


def preview(consequences: Consequences, *, wide: bool) -> Content:
    """What would be deleted, and that it stays deleted."""
    parts = [Content("These words go, with their history and their links to evidence.")]
    if wide:
        messages = wording.count(consequences.messages, "message")
        parts.append(_listed(f"With {messages}, in which you find:", list(consequences.quotes)))
        parts.append(_listed("Goes with them, resting on nothing else:", [p.text for p in consequences.also_gone]))
        parts.append(_listed("Loses support, and stays:", [p.text for p in consequences.weakened]))
    parts.append(Content("What is forgotten does not come back when the same is read again."))
    return Content("\n").join(part for part in parts if part)


def _listed(title: str, items: list[str]) -> Content:
    if not items:
        return Content("")
    lines = [Content.styled(title, "bold $muted")]
    lines += [Content.assemble("  ", plain(one_line(item))) for item in items[:_LISTED]]
    if len(items) > _LISTED:
        lines.append(Content(f"  and {len(items) - _LISTED:,} more"))
    return Content("\n").join(lines)
