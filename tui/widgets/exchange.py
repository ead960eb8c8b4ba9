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
from tui.text import clean, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from memory.records import Answer, Hit
    from tui.conversation import Learned, Reply

_NUMBER = re.compile(r"\[\d{1,2}\]")
_CITED = 160  # characters of a citation shown
_TELLING = 60  # characters by which an answer is seen to quote a citation
_LOOKING, _WRITING = "Looking through memory…", "Writing…"


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
    """A question; its answer is filled in as it comes."""

    class Opened(Message):
        """The user wants to see what a citation rests on."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the API's word
            super().__init__()
            self.id = id

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self.answer: Answer | None = None
        self._ids: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The question, and a line saying that it is being looked up."""
        yield Static(plain(self.question), classes="question")
        yield Static(_LOOKING, classes="answer -waiting")
        yield Static("", classes="small-print", markup=False)

    @property
    def words(self) -> str:
        """The answer as it may be copied."""
        return clean(self.answer.text) if self.answer else ""

    def wait(self) -> None:
        """The question is asked again."""
        self.answer = None
        self.query(Citations).remove()
        self._say(Content(_LOOKING), "-waiting")

    def hear(self, text: str) -> None:
        """Show as much of an answer as there is by now."""
        if self.answer is None:
            self._say(plain(text) if text else Content(_WRITING), "" if text else "-waiting")

    def show(self, reply: Reply) -> None:
        """Show the answer, its citations if it has any, and in small print how it came about."""
        self.answer = answer = reply.answer
        self._say(_marked(answer), "-abstained" if answer.abstained else "", small_print(answer))
        learned = {one.proposition.id: one for one in reply.learned}
        lines = {hit.id: _line(n, hit, answer, learned) for n, hit in enumerate(answer.citations, start=1)}
        lines |= {id_: _learned_line(one) for id_, one in learned.items() if id_ not in lines}
        self._ids = tuple(lines)
        self.query(Citations).remove()
        if lines:
            self.mount(Citations(*map(Option, lines.values()), compact=True))

    def show_none(self, words: str) -> None:
        """Say that there is no answer, and why."""
        self._say(Content(words), "-waiting")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A citation opens its evidence."""
        event.stop()
        self.post_message(self.Opened(self._ids[event.option_index]))

    def _say(self, words: Content, look: str, aside: str = "") -> None:
        text, below = self.query_one(".answer", Static), self.query_one(".small-print", Static)
        text.set_classes(f"answer {look}")
        text.update(words)
        below.update(aside)
        below.display = bool(aside)
        self.set_class(bool(aside), "-printed")


def small_print(answer: Answer) -> str:
    """How an answer came about: as what the question was understood, who worded it, and what was left out of it."""
    parts = [f"understood as: {one_line(answer.asked)}"] if answer.asked else []
    if answer.written_by:
        parts.append(f"worded by {one_line(answer.written_by)}")
    elif answer.citations and not answer.abstained and not answer.learned:
        parts.append("composed from memory")
    if answer.unsupported:
        parts.append(f"{wording.count(answer.unsupported, 'sentence')} left out: nothing held supports that")
    return " · ".join(parts)


def _marked(answer: Answer) -> Content:
    """The answer's words, with the numbers that are citations standing out."""
    text = plain(answer.text)
    for match in _NUMBER.finditer(text.plain):
        if 1 <= int(match[0][1:-1]) <= len(answer.citations):
            text = text.stylize("bold $accent", *match.span())
    return text


def _line(number: int, hit: Hit, answer: Answer, learned: Mapping[str, Learned]) -> Content:
    """A citation: whose words and when, and the words unless the answer has them already."""
    mark = (f"[{number}] ", "bold $accent")
    if hit.id in learned:
        return Content.assemble(mark, _learned_line(learned[hit.id]))
    what = "believed" if hit.type == "proposition" else f"{wording.speaker(hit.speaker)}, {wording.moment(hit.at)}"
    words = one_line(hit.text)
    if words[:_TELLING] in one_line(answer.text):
        return Content.assemble(mark, (what, "$muted"))
    return Content.assemble(mark, (f"{what}: ", "$muted"), _cut(words))


def _learned_line(learned: Learned) -> Content:
    return Content.assemble((f"{learned.became}: ", "bold $success"), _cut(one_line(learned.proposition.text)))


def _cut(words: str) -> str:
    return words if len(words) <= _CITED else words[:_CITED] + "…"
