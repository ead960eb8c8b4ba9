"""Asking: questions and answers in one scroll, each statement with a citation that can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from tui.calls import AssistantScreen, Failed
from tui.screens.evidence import EvidenceScreen
from tui.widgets.exchange import Exchange
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from memory.records import Answer, Proposition

_INVITATION = """\
Ask in your own words: "Where do I work?", "What did Ana say about the weekend?", "Suggest a place for dinner."

Answers are made of what is believed and what was read, and of nothing else. Every statement has a number;
press it to see the evidence. Questions and answers are not kept."""


class AskScreen(AssistantScreen[None]):
    """Asks the assistant; ``known`` are the propositions at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back"),
        Binding("a,i,slash", "ask_again", "Ask again"),
    ]

    class Answered(Message):
        """An answer came."""

        def __init__(self, exchange: Exchange, answer: Answer) -> None:
            super().__init__()
            self.exchange = exchange
            self.answer = answer

    def __init__(self, known: Sequence[Proposition]) -> None:
        super().__init__()
        self._known = list(known)
        self._waiting: Exchange | None = None

    def compose(self) -> ComposeResult:
        """The conversation, and the field under it."""
        with VerticalScroll(id="conversation", can_focus=False):
            yield Static(_INVITATION, id="invitation", markup=False)
        yield Input(placeholder="Ask your memory", id="asking")
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Start in the field."""
        self.query_one("#conversation").border_title = "Ask"
        self.query_one("#asking").focus()

    @on(Input.Submitted, "#asking")
    def _ask(self, event: Input.Submitted) -> None:
        event.stop()
        question = event.value.strip()
        if not question or self._waiting is not None:
            return
        event.input.value = ""
        self.query_one("#invitation").display = False
        exchange = self._waiting = Exchange(question)
        conversation = self.query_one("#conversation", VerticalScroll)
        conversation.mount(exchange)
        conversation.scroll_end(animate=False)
        assistant = self.assistant
        self.call("ask", lambda: assistant.ask(question), lambda answer: self.Answered(exchange, answer))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        self._waiting = None
        citations = event.exchange.show(event.answer)
        if citations is not None and not self.query_one("#asking", Input).value:
            citations.focus()
        self.query_one("#conversation", VerticalScroll).scroll_end(animate=False)

    def on_failed(self, event: Failed) -> None:
        """Give the question back; the app says why it failed."""
        if event.doing == "ask" and self._waiting is not None and not self.inkling.will_be_done(event):
            self._waiting.show_failure()
            self.query_one("#asking", Input).value = self._waiting.question
            self._waiting = None

    @on(Exchange.Opened)
    def _open(self, event: Exchange.Opened) -> None:
        event.stop()
        self.app.push_screen(EvidenceScreen(event.id, self._known))

    def action_ask_again(self) -> None:
        """Back to the field."""
        self.query_one("#asking").focus()

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()
