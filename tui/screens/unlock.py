"""Unlocking a vault that is there, with the passphrase or with the recovery code.

While the passphrase is typed, the keyring is asked in the background if the user opted in to that; doing so also
loads the heavy half of Inkling, here or in the engine, so that the passphrase opens the vault sooner. A vault that was
locked on purpose is not asked for so: the keyring would open it again at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from memory.errors import (
    EngineMismatchError,
    EngineUnreachableError,
    InvalidInputError,
    VaultLockedError,
    WrongPassphraseError,
)
from tui.calls import AssistantScreen, Failed
from tui.widgets.key_bar import KeyBar
from tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from assistant.verbs import Verbs

_WRONG = "That passphrase does not open this vault. Look at Caps Lock and the keyboard layout, and try again."
_LOOK_SECONDS = 0.7  # the box is not shown for so long while it may turn out that nobody need be asked
_WRONG_AGAIN = f"{_WRONG} If it is lost, the recovery code opens the vault too: press ctrl+r."
_QUIET = {"keyring", "join"}  # what nobody asked for


class Opened(Message):
    """A vault was opened; whoever handles this owns the assistant."""

    def __init__(self, assistant: Verbs, *, by_recovery_code: bool = False) -> None:
        super().__init__()
        self.assistant = assistant
        self.by_recovery_code = by_recovery_code


class UnlockScreen(AssistantScreen[None]):
    """Asks for the passphrase of the app's vault; ``why`` says why once more, if it was open before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "other_way", "Passphrase / recovery code"),
    ]

    def __init__(self, why: str = "") -> None:
        super().__init__()
        self._why = why
        self._by_code = False
        self._wrong = 0

    def compose(self) -> ComposeResult:
        """A box with one field."""
        with VerticalScroll(can_focus=False), Vertical(classes="box"):
            yield Static("Inkling", classes="title")
            yield Static(self._why or "Your vault is locked.", id="lead")
            yield Input(password=True, placeholder="Passphrase", id="secret")
            yield Static("", id="said", markup=False)
            yield Static("Enter to unlock. Nothing you type here is kept.", classes="hint")
        yield StatusLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """See whether the vault is open in the engine or opened by the keyring, quietly."""
        if self._why:
            return
        if self.inkling.engine is not None and self.inkling.engine.may_be_open():
            self.add_class("-looking")
            self.set_timer(_LOOK_SECONDS, self._ask)
            self.call_after_refresh(self.join)
        else:
            self.call_after_refresh(self._try_keyring)  # what it loads would keep the first paint waiting

    def join(self) -> None:
        """Go on if the engine holds the vault open, somebody else having unlocked it."""
        if self.inkling.engine is not None and not self.query_one("#secret", Input).disabled:
            self.call("join", self.inkling.engine.join, Opened, latest_only=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the vault with what was typed."""
        event.stop()
        secret, field = event.value, event.input
        if field.disabled:
            return
        if not secret:
            if self._why:
                self._try_keyring()
            return
        field.disabled = True
        self._say("Opening…")
        opening = self.inkling.open_vault
        if self._by_code:
            self.call("unlock", lambda: opening(recovery_code=secret), partial(Opened, by_recovery_code=True))
        else:
            self.call("unlock", lambda: opening(secret), Opened)

    def on_failed(self, event: Failed) -> None:
        """Say kindly what was wrong, and let the user try again."""
        event.stop()
        if event.doing in _QUIET:
            self._ask()
            if event.doing == "join" and not self._why and isinstance(event.error, VaultLockedError):
                self._try_keyring()
            if isinstance(event.error, EngineUnreachableError | EngineMismatchError):
                self._say(self._kindly(event), error=True)
            elif event.doing == "keyring" and self._why:
                self._say("Type the passphrase of this vault.")
            return
        field = self.query_one("#secret", Input)
        field.disabled = False
        field.focus()
        if not isinstance(event.error, InvalidInputError):
            field.value = ""  # a recovery code with one slip is left to be corrected
        self._say(self._kindly(event), error=True)

    def action_other_way(self) -> None:
        """Change between the passphrase and the recovery code."""
        self._by_code = not self._by_code
        field = self.query_one("#secret", Input)
        field.value = ""
        field.password = not self._by_code
        field.placeholder = "Recovery code: seven groups of five" if self._by_code else "Passphrase"
        self._say("")

    def _kindly(self, event: Failed) -> str:
        if isinstance(event.error, WrongPassphraseError) and not self._by_code:
            self._wrong += 1
            return _WRONG_AGAIN if self._wrong > 1 else _WRONG
        return event.reason[:1].upper() + event.reason[1:]

    def _try_keyring(self) -> None:
        self.call("keyring", self.inkling.open_vault, Opened)

    def _ask(self) -> None:
        self.remove_class("-looking")

    def _say(self, text: str, *, error: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(text)
        said.set_class(error, "-error")
