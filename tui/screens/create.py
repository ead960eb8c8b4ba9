"""Making a vault where there is none, and showing its recovery code, once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from tui.calls import AssistantScreen, Failed
from tui.screens.unlock import Opened
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

_LEAD = """\
Inkling remembers what you read and write, and tells you what it believes, why, and how sure it is.
Everything stays in one encrypted vault on this machine. The passphrase is the only key to it."""
_SHORT = "That is short. Four or five unrelated words are easy to remember and hard to guess."
_COMFORTABLE_LENGTH = 14


class CreateScreen(AssistantScreen[None]):
    """Asks for a new passphrase, twice."""

    def compose(self) -> ComposeResult:
        """What this is, and two fields."""
        with VerticalScroll(can_focus=False), Vertical(classes="box"):
            yield Static("Welcome to Inkling", classes="title")
            yield Static(_LEAD, id="lead")
            yield Input(password=True, placeholder="Choose a passphrase", id="first")
            yield Input(password=True, placeholder="The same again", id="second")
            yield Static("", id="said", markup=False)
            yield Static("Enter goes on. ctrl+q leaves, and nothing is made.", classes="hint")
        yield StatusLine()
        yield KeyBar()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Advise while it is typed."""
        event.stop()
        first, second = self._fields()
        short = event.input is first and 0 < len(first.value) < _COMFORTABLE_LENGTH
        self._say(_SHORT if short else "" if not second.value or first.value.startswith(second.value) else _DIFFER)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the second field, then make the vault."""
        event.stop()
        first, second = self._fields()
        if not first.value:
            self._say("A vault needs a passphrase.", error=True)
            first.focus()
        elif event.input is first:
            second.focus()
        elif first.value != second.value:
            self._say(_DIFFER, error=True)
        elif not first.disabled:
            self._create(first, second)

    def _create(self, first: Input, second: Input) -> None:
        first.disabled = second.disabled = True
        self._say("Making the vault…")
        passphrase, opening = first.value, self.inkling.open_vault
        self.call("create", lambda: opening(passphrase, create=True), Opened)

    def on_failed(self, event: Failed) -> None:
        """Say what was wrong."""
        event.stop()
        for field in self._fields():
            field.disabled = False
        self._say(event.reason[:1].upper() + event.reason[1:], error=True)

    def _fields(self) -> tuple[Input, Input]:
        return self.query_one("#first", Input), self.query_one("#second", Input)

    def _say(self, text: str, *, error: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(text)
        said.set_class(error, "-error")


_DIFFER = "The two do not match yet."


class RecoveryScreen(Screen[None]):
    """Shows a recovery code until the user proves that it was written down."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n", "another", "Ask for another group")]

    class WrittenDown(Message):
        """The user has the code."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._groups = code.split("-")
        self._asked = secrets.randbelow(len(self._groups))

    def compose(self) -> ComposeResult:
        """The code, and one field."""
        with VerticalScroll(can_focus=False), Vertical(classes="box"):
            yield Static("Write this down", classes="title")
            yield Static(
                "This recovery code opens your vault if the passphrase is ever lost. It is shown once, now, "
                "and kept nowhere. Paper is best.",
                id="lead",
            )
            yield Static("  ".join(self._groups), id="code", markup=False)
            yield Static("", id="question")
            yield Input(placeholder="five characters", max_length=8, id="proof")
            yield Static("", id="said", markup=False)
            yield Static("inkling passphrase --new-recovery-code makes another, if this one is lost.", classes="hint")
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for one of the groups."""
        self._ask()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Compare with the group asked for."""
        event.stop()
        if _as_read(event.value) == self._groups[self._asked]:
            self.post_message(self.WrittenDown())
            return
        self.query_one("#said", Static).update("That is not it. Compare with what you wrote down.")
        self.query_one("#said", Static).add_class("-error")

    def action_another(self) -> None:
        """Ask for the next group instead."""
        self._asked = (self._asked + 1) % len(self._groups)
        self._ask()

    def _ask(self) -> None:
        self.query_one("#question", Static).update(f"To go on, type group {self._asked + 1} from what you wrote:")


def _as_read(typed: str) -> str:
    """What was typed, as the code's alphabet reads it: no O, I or L."""
    return typed.strip().upper().translate(str.maketrans("OIL", "011"))
