"""The terminal interface: which screen is shown, and whose vault is open.

Nothing heavy is imported before the first paint; the assistant is loaded in a thread while the passphrase is typed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.color import Color
from textual.screen import ModalScreen

from assistant.verbs import IN_PROCESS_VARIABLE
from memory.vault import keyfile
from tui import wording
from tui.commands import InklingCommands
from tui.engine import Connect, Engine
from tui.following import FollowingApp
from tui.screens.acting import Changed
from tui.screens.browse import BrowseScreen
from tui.screens.create import CreateScreen, RecoveryScreen
from tui.screens.help import HelpScreen
from tui.screens.unlock import Opened, UnlockScreen
from tui.themes import DARK, LIGHT, THEMES
from tui.title import TITLE, titled

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.screen import Screen

    from assistant.verbs import Verbs

Clock = Callable[[], datetime]

_LEAVE_SECONDS = 2.0  # for what the engine was asked for last, before the user has left
_LOST = "If the passphrase is lost, set a new one when you have left: inkling passphrase --recovery"


def run(vault: Path, assistant: Verbs | None = None) -> int:
    """Run the interface until the user leaves; the exit status.

    ``assistant`` is one already open, which stays the caller's to close. Without it the vault in the folder ``vault``
    is unlocked, or made: by its engine, which goes on at the end, or where there is to be none here, and then closed.
    """
    app = InklingApp(vault, assistant, clock=assistant.now if assistant else _now)
    try:
        app.run()
    finally:
        app.close_vault()
    return app.return_code or 0


def _now() -> datetime:
    return datetime.now().astimezone()


class InklingApp(FollowingApp):
    """Routes between screens; holds the open vault and what the status line says of it."""

    TITLE = TITLE
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {InklingCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="Every key that works here"),
        Binding("ctrl+t", "toggle_theme", "Light / dark", show=False, tooltip="Change between light and dark"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Leave Inkling"),
        Binding("q", "quit", "Quit", show=False, tooltip="Leave Inkling"),
    ]

    def __init__(
        self, vault: Path, assistant: Verbs | None = None, clock: Clock = _now, connect: Connect | None = None
    ) -> None:
        """``connect`` reaches the engine if it is not to be reached as it always is."""
        in_process = assistant is not None or (connect is None and bool(os.environ.get(IN_PROCESS_VARIABLE)))
        super().__init__(None if in_process else Engine(Path(vault), connect))
        self.vault = Path(vault)
        self.assistant = assistant
        self.clock = clock
        self.changes = 0
        self._opened: Verbs | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def on_mount(self) -> None:
        """Show the screen that the state of the vault asks for."""
        self.push_screen(self._first_screen())
        self.follow()

    def get_driver_class(self) -> type[Driver]:
        """One that names the terminal."""
        return titled(super().get_driver_class())

    def _first_screen(self) -> Screen[Any]:
        if self.assistant is not None:
            return BrowseScreen()
        return UnlockScreen() if keyfile.exists(self.vault) else CreateScreen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Two quieter inks, ``$muted`` and ``$faint``, mixed from whatever theme is on."""
        paper = Color.parse(self.current_theme.background or ("#121212" if self.current_theme.dark else "#efefef"))
        ink = Color.parse(self.current_theme.foreground or ("#e0e0e0" if self.current_theme.dark else "#1f1f1f"))
        return {"muted": paper.blend(ink, 0.66).hex, "faint": paper.blend(ink, 0.34).hex}

    # the vault

    def open_vault(
        self, passphrase: str | None = None, *, recovery_code: str | None = None, create: bool = False
    ) -> Verbs:
        """Open the app's vault, or make it first, in the engine unless there is to be none; for a thread to call."""
        if self.engine is not None:
            return self.engine.open(passphrase, recovery_code, create=create)
        from assistant.core import Assistant  # noqa: PLC0415 - half a second that the first paint does not wait for

        return Assistant.open(self.vault, passphrase, create, recovery_code=recovery_code)

    def close_vault(self) -> None:
        """Close the vault if it was opened here; of one in the engine, hang up."""
        self.threads.finish(None if self.engine is None else _LEAVE_SECONDS)
        if self.engine is not None:
            self.engine.close()
        elif self._opened is not None:
            self._opened.close()
            self._opened = None

    def on_opened(self, event: Opened) -> None:
        """A vault was unlocked or made: on to its recovery code, or to what it holds."""
        if self._opened is not None and self._opened is not event.assistant:
            event.assistant.close()  # the keyring and the passphrase both opened it; one is enough
            return
        if self._opened is not None and self.unlock_screen() is None:
            return  # so did both, in the engine
        self.assistant = self._opened = event.assistant
        self.times_opened += 1
        code, event.assistant.recovery_code = event.assistant.recovery_code, None
        self._go_on(code)
        if event.by_recovery_code:
            self.notify(_LOST, title="Opened with the recovery code", markup=False, timeout=12)

    def _go_on(self, code: str | None) -> None:
        """Leave the unlock screen, and whatever dialog lies over it: for what was there before, if anything was."""
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        if self.times_opened == 1:
            self.switch_screen(RecoveryScreen(code) if code else BrowseScreen())
            return
        self.changes += 1  # by whoever had it meanwhile
        self.pop_screen()
        self.uncover()

    def on_recovery_screen_written_down(self) -> None:
        """The recovery code is safe: on to the vault."""
        self.switch_screen(BrowseScreen())

    # what is told

    def on_changed(self, event: Changed) -> None:
        """Something was done to the vault."""
        self.changes += 1
        self.notify(event.said, markup=False, timeout=3)

    # what every screen offers

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(HelpScreen(self.screen.active_bindings.values()))

    def action_toggle_theme(self) -> None:
        """Change between Inkling's light and dark themes."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    def more_commands(self, screen: Screen[Any]) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """What the palette offers beside the keys: what is recorded, the kinds at hand, and the themes."""
        yield from self.engine_commands()
        if isinstance(screen, BrowseScreen):
            for group in screen.groups_at_hand():
                number = wording.count(len(group.propositions), "proposition")
                yield f"Show: {group.title}", number, _call(screen.choose, group.key)
        for name in sorted(self.available_themes):
            yield f"Theme: {name}", "Change the colours", _call(setattr, self, "theme", name)

    def _fatal_error(self) -> None:
        """Leave with one plain line: a traceback with its locals would print what was observed."""
        error = self._exception
        self.bell()
        self._exit_renderables.append(
            f"Inkling's screen stopped unexpectedly ({type(error).__name__}). Nothing in the vault was lost."
        )
        self._close_messages_no_wait()


def _call(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: function(*arguments)
