"""Asking: a conversation in one scroll, each statement of it with a citation that can be opened.

The field keeps the focus, so that the next question is typed straight away, whatever letter it begins with; the
letters that do something do so among the citations.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from tui.calls import AssistantScreen, Failed
from tui.conversation import Asking, Conversation, Reply
from tui.screens.evidence import EvidenceScreen
from tui.telling import StoppedWaitingError
from tui.widgets.exchange import Citations, Exchange
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from memory.records import Proposition

_INVITATION = """\
Ask in your own words: "Where do I work?", "What did Ana say about the weekend?", "Suggest a place for dinner."
Ask on ("and since when?"), or say what is not so any more: "no, I moved to Lisbon" is noted as your word.

Answers are made of what is believed and what was read, and of nothing else. Every statement has a number:
go to the numbers with tab, and press one to see the evidence. Questions and answers are not kept."""
_FAILED, _STOPPED = "No answer: it failed.", "Stopped."


class AskScreen(AssistantScreen[None]):
    """Asks the assistant; ``known`` are the propositions at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", tooltip="First stops an answer being written"),
        Binding("tab", "change_over", "Citations/field", tooltip="To the last answer's, and back"),
        Binding("a,i,slash", "to_field", "Ask on", show=False, tooltip="Back to the field"),
        Binding("ctrl+n,n", "new", "New", tooltip="Begin a new conversation; this one is gone"),
        Binding("ctrl+r,r", "retry", "Retry", tooltip="Ask the last question again"),
        Binding("ctrl+y,y", "copy", "Copy", tooltip="Copy the answer to the clipboard"),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    class Heard(Message):
        """So much of an answer is written."""

        def __init__(self, exchange: Exchange, asking: Asking, text: str) -> None:
            super().__init__()
            self.exchange = exchange
            self.asking = asking
            self.text = text

    class Answered(Message):
        """An answer came."""

        def __init__(self, exchange: Exchange, asking: Asking, reply: Reply) -> None:
            super().__init__()
            self.exchange = exchange
            self.asking = asking
            self.reply = reply

    def __init__(self, known: Sequence[Proposition]) -> None:
        super().__init__()
        self._known = {p.id: p for p in known}
        self._conversation = Conversation()
        self._asking: Asking | None = None

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
        self._field.focus()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._stop()

    # asking

    @on(Input.Submitted, "#asking")
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        question = event.value.strip()
        if not question or self._asking is not None:
            return
        event.input.value = ""
        self.query_one("#invitation").display = False
        exchange = Exchange(question)
        self._scroll.mount(exchange)
        self._ask(exchange)

    def _ask(self, exchange: Exchange) -> None:
        def tell(text: str) -> None:
            self.post_message(self.Heard(exchange, asking, text))

        asking = self._asking = Asking(exchange.question, self._conversation.turns(), tell)
        assistant = self.assistant
        self.call("ask", lambda: asking.ask(assistant), partial(self.Answered, exchange, asking))
        self._scroll.scroll_end(animate=False)
        self.refresh_bindings()

    @on(Heard)
    def _hear(self, event: Heard) -> None:
        event.stop()
        if event.asking is self._asking:
            below = self._scroll.is_vertical_scroll_end
            event.exchange.hear(event.text)
            if below:
                self._scroll.scroll_end(animate=False)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        self._take_up(event.reply)
        if event.asking is self._asking:
            self._asking = None
        elif not event.reply.learned or not event.exchange.is_attached:
            return  # stopped, but what was learned all the same is said
        event.exchange.show(event.reply)
        self._conversation.add(event.exchange.question, event.reply.answer)
        self._scroll.scroll_end(animate=False)
        self.refresh_bindings()

    def _take_up(self, reply: Reply) -> None:
        """What was learned is known here, and read by other screens when they are shown again."""
        self._known |= {one.proposition.id: one.proposition for one in reply.learned}
        if reply.answer.learned:
            self.inkling.changes += 1

    def on_failed(self, event: Failed) -> None:
        """Give the question back; the app says why, unless nobody waited any more."""
        if isinstance(event.error, StoppedWaitingError):
            event.stop()
        elif event.doing == "ask" and self._asking is not None and not self.inkling.will_be_done(event):
            self._give_back(_FAILED)

    def _give_back(self, said: str) -> None:
        self._asking = None
        exchange = self.query(Exchange).last()
        exchange.show_none(said)
        if not self._field.value:
            self._field.value = exchange.question
            self._field.cursor_position = len(exchange.question)
        self.refresh_bindings()

    def _stop(self) -> None:
        if self._asking is not None:
            self._asking.stop()

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is something for."""
        last = self._last
        if action == "change_over":
            return True if self.query(Citations) else None
        if action == "copy":
            return True if last is not None and last.answer is not None else None
        if action == "retry":  # what the user said is noted once
            again = last is not None and self._asking is None and not (last.answer and last.answer.learned)
            return True if again else None
        if action == "new":
            return True if last is not None else None
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        """Stop an answer that is being written and give its question back; go back if there is none."""
        if self._asking is None:
            self.dismiss()
            return
        self._stop()
        self._give_back(_STOPPED)

    def action_change_over(self) -> None:
        """From the field to the last citations, and back."""
        if self.focused is self._field:
            self.query(Citations).last().focus()
        else:
            self._field.focus()

    def action_to_field(self) -> None:
        """Back to the field."""
        self._field.focus()

    def action_new(self) -> None:
        """Forget the conversation."""
        self._stop()
        self._asking = None
        self._conversation = Conversation()
        self.query(Exchange).remove()
        self.query_one("#invitation").display = True
        self._field.value = ""
        self._field.focus()
        self.call_after_refresh(self.refresh_bindings)

    def action_retry(self) -> None:
        """Ask the last question again."""
        exchange = self.query(Exchange).last()
        if exchange.answer is not None:
            self._conversation.take_back()
        if self._field.value == exchange.question:
            self._field.value = ""
        self._field.focus()
        exchange.wait()
        self._ask(exchange)

    def action_copy(self) -> None:
        """Copy the answer whose citations have the focus, or the last one."""
        within = self.focused.parent if self.focused is not None else None
        exchange = within if isinstance(within, Exchange) else self.query(Exchange).last()
        self.app.copy_to_clipboard(exchange.words)
        self.notify("Copied.", markup=False, timeout=2)

    def action_page(self, pages: int) -> None:
        """Scroll the conversation."""
        self._scroll.scroll_relative(y=pages * max(1, self._scroll.size.height - 2), animate=False)

    @on(Exchange.Opened)
    def _open(self, event: Exchange.Opened) -> None:
        event.stop()
        self.app.push_screen(EvidenceScreen(event.id, list(self._known.values())))

    # parts

    @property
    def _field(self) -> Input:
        return self.query_one("#asking", Input)

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one("#conversation", VerticalScroll)

    @property
    def _last(self) -> Exchange | None:
        exchanges = self.query(Exchange)
        return exchanges.last() if exchanges else None
