"""One question and its answer, with the numbered citations it rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui import wording
from tui.text import one_line, plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from memory.records import Answer, Hit

_NUMBER = re.compile(r"\[\d{1,2}\]")
_CITED = 160  # characters of a citation shown
_TELLING = 60  # characters by which an answer is seen to quote a citation


class Citations(OptionList, inherit_bindings=False):
    """The numbered hits under an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open"),
        Binding("down,j", "cursor_down", "Next", show=False),
        Binding("up,k", "cursor_up", "Previous", show=False),
        *(Binding(str(n), f"open({n})", "Open by number", show=False) for n in range(1, 10)),
    ]

    def action_open(self, number: int) -> None:
        """Open a citation by its number."""
        if number <= self.option_count:
            self.highlighted = number - 1
            self.action_select()


class Exchange(Vertical):
    """A question; its answer is filled in when it comes."""

    class Opened(Message):
        """The user wants to see what a citation rests on."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the API's word
            super().__init__()
            self.id = id

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self._hits: tuple[Hit, ...] = ()

    def compose(self) -> ComposeResult:
        """The question, and a line saying that it is being looked up."""
        yield Static(plain(self.question), classes="question")
        yield Static("Looking through memory…", classes="answer -waiting")

    def show(self, answer: Answer) -> Citations | None:
        """Show the answer; its citations if it has any."""
        text = self.query_one(".answer", Static)
        text.remove_class("-waiting")
        text.set_class(answer.abstained, "-abstained")
        text.update(_marked(answer))
        self._hits = tuple(answer.citations)
        if not self._hits:
            return None
        citations = Citations(
            *(Option(_line(n, hit, answer)) for n, hit in enumerate(self._hits, start=1)), compact=True
        )
        self.mount(citations)
        return citations

    def show_failure(self) -> None:
        """Say that there is no answer; the app says why."""
        self.query_one(".answer", Static).update("No answer: it failed.")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A citation opens its evidence."""
        event.stop()
        self.post_message(self.Opened(self._hits[event.option_index].id))


def _marked(answer: Answer) -> Content:
    """The answer's words, with the numbers that are citations standing out."""
    text = plain(answer.text)
    for match in _NUMBER.finditer(text.plain):
        if 1 <= int(match[0][1:-1]) <= len(answer.citations):
            text = text.stylize("bold $accent", *match.span())
    return text


def _line(number: int, hit: Hit, answer: Answer) -> Content:
    """A citation: whose words and when, and the words unless the answer has them already."""
    what = "believed" if hit.type == "proposition" else f"{wording.speaker(hit.speaker)}, {wording.moment(hit.at)}"
    words = one_line(hit.text)
    if words[:_TELLING] in one_line(answer.text):
        return Content.assemble((f"[{number}] ", "bold $accent"), (what, "$muted"))
    cut = words if len(words) <= _CITED else words[:_CITED] + "…"
    return Content.assemble((f"[{number}] ", "bold $accent"), (f"{what}: ", "$muted"), cut)
