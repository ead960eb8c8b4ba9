"""The half of the app that follows the engine: what it records, whether it still holds the vault open, pausing it.

It looks every two seconds, in a thread. A vault that somebody locked, or whose engine ended, may not be read on from
the screen: the unlock screen covers what was there, and after unlocking it is there again, with whatever was asked for
meanwhile done then. Without an engine, as in the demo, none of this exists.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from memory.errors import EngineUnreachableError, VaultLockedError
from tui import recording
from tui.calls import Failed, Threads, call
from tui.recording import Recording, Thinking
from tui.screens.unlock import UnlockScreen
from tui.screens.why import WhyScreen

if TYPE_CHECKING:
    from assistant.client import Client
    from tui.engine import Engine

LOOK_SECONDS = 2.0  # between two looks at the engine
PATIENCE_SECONDS = 6.0  # for its answer, before it is said that there is none
_MISSED = 2  # looks without an engine before the screen is covered: it may be restarting

_LOCKED = "The vault was locked. Unlock it to go on where you were."
_LOCKED_HERE = "The vault is locked, and nothing is recorded."
_GONE = "The engine has stopped, which locks the vault, and nothing is recorded. Unlocking starts it again."


class FollowingApp(App[None]):
    """An app that may have an ``engine``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("P", "pause", "Pause / resume", show=False, tooltip="Record nothing until you press it again"),
    ]

    recording: reactive[Recording | None] = reactive(None)
    thinking: reactive[Thinking | None] = reactive(None)
    held: reactive[dict[str, Any] | None] = reactive(None)  # what the vault holds, in numbers

    class Looked(Message):
        """The engine said how it is, or None: none runs. ``opened`` is how often the vault had been opened by then."""

        def __init__(self, state: dict[str, Any] | None, opened: int) -> None:
            super().__init__()
            self.state = state
            self.opened = opened

    class Did(Message):
        """The engine did something that is no change of what is believed."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said = said

    class Locked(Message):
        """The vault was locked by the user of this app."""

    def __init__(self, engine: Engine | None) -> None:
        super().__init__()
        self.engine = engine
        self.threads = Threads()
        self.clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
        self.times_opened = 0
        self._looking_since: float | None = None
        self._missed = 0
        self._undone: dict[object, Callable[[], None]] = {}  # what was asked of a vault that was locked

    # looking

    def follow(self) -> None:
        """Begin to look, once there is something to be seen."""
        if self.engine is not None:
            self.call_after_refresh(self.look)
            self.set_interval(LOOK_SECONDS, self.look)

    def look(self) -> None:
        """Ask the engine how it is; say so if it takes too long over the answer."""
        if self.engine is None:
            return
        now = time.monotonic()
        if self._looking_since is not None:
            if now - self._looking_since > PATIENCE_SECONDS:
                self.recording = Recording("silent")
            return
        self._looking_since = now
        call(self, self.threads, "look", partial(_looked, self.engine), partial(self._as_looked, self.times_opened))

    def _as_looked(self, opened: int, state: dict[str, Any] | None) -> Message:
        return self.Looked(state, opened)

    def on_following_app_looked(self, event: Looked) -> None:
        """Show it, and cover or uncover what is on the screen."""
        event.stop()
        self._looking_since = None
        self._missed = 0 if event.state is not None else self._missed + 1
        if event.state is None:
            if self._missed >= _MISSED:
                self.recording, self.thinking = Recording("gone" if self.times_opened else "off"), None
                self.cover(_GONE)
            return
        self.recording = recording.told(event.state)
        self.thinking = recording.pondering(event.state)
        if event.opened != self.times_opened:
            return  # it was opened while the question was under way
        if event.state["locked"]:
            self.cover(_LOCKED)
        elif (screen := self.unlock_screen()) is not None:
            screen.join()

    def watch_recording(self, old: Recording | None, new: Recording | None) -> None:
        """Say in full what the status line may have to cut."""
        if new is not None and new.state == "failed" and (old is None or old.reason != new.reason):
            self.notify(
                f"{new.reason[:1].upper()}{new.reason[1:]}", title="The screen cannot be recorded", severity="error",
                markup=False, timeout=8,
            )  # fmt: skip

    # a vault that is locked meanwhile

    def unlock_screen(self) -> UnlockScreen | None:
        """The unlock screen, if it is shown or lies under a dialog."""
        return next((screen for screen in self.screen_stack if isinstance(screen, UnlockScreen)), None)

    def cover(self, said: str) -> None:
        """Ask for the passphrase over whatever is shown, if the vault was open."""
        if self.times_opened and self.unlock_screen() is None:
            self.held = None  # how much there is, is nobody's business now
            self.push_screen(UnlockScreen(said))

    def uncover(self) -> None:
        """Go back to what was shown, and do what could not be done."""
        undone, self._undone = list(self._undone.values()), {}
        for again in undone:
            again()

    def will_be_done(self, event: Failed) -> bool:
        """Whether what failed is done as soon as the vault is unlocked, so that nothing has to be given up."""
        return self.engine is not None and isinstance(event.error, VaultLockedError) and event.again is not None

    def on_failed(self, event: Failed) -> None:
        """Something could not be done."""
        if event.doing == "look":  # it is as if there were no engine: of another version, or not to be talked to
            self._looking_since = None
            self.recording = Recording("silent")
        elif self.will_be_done(event):
            if event.again is not None:
                self._undone[event.doing if event.latest_only else event] = event.again
            self.cover(_LOCKED)
        else:
            self.notify(event.reason, title=f"Could not {event.doing}", severity="error", markup=False, timeout=8)

    # what is done about recording

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without an engine there is nothing to pause."""
        return self.engine is not None if action == "pause" else super().check_action(action, parameters)

    def action_pause(self) -> None:
        """Pause until resumed, or resume."""
        if self.recording is not None and self.recording.state == "paused":
            self.resume()
        else:
            self.pause(None)

    def pause(self, until: datetime | None) -> None:
        """Record nothing until then; None is until ``resume``."""
        end = "until you press P again" if until is None else f"until {recording.clock_time(until, self.clock())}"
        self._engine_does("pause", lambda client: client.pause(until), f"Nothing is recorded {end}.")

    def resume(self) -> None:
        """End every pause."""
        self._engine_does("resume", lambda client: client.resume(), "No pause is in effect.")

    def pause_until_tomorrow(self) -> None:
        """Record nothing until the morning."""
        from assistant.cli import until  # noqa: PLC0415

        self.pause(until.moment(("tomorrow",), self.clock()))

    def observe_screen(self, on: bool) -> None:
        """Turn observing the screen on or off."""
        said = "The screen is observed. P pauses that." if on else "The screen is not observed."
        self._engine_does("turn that", lambda client: client.configure(screen_on=on), said)

    def lock(self) -> None:
        """Lock the vault."""
        if self.engine is not None:
            engine = self.engine
            call(self, self.threads, "lock", lambda: engine.client().lock(), lambda _: self.Locked())

    def on_following_app_locked(self, event: Locked) -> None:
        """Cover what was shown."""
        event.stop()
        self.cover(_LOCKED_HERE)
        self.look()

    def on_following_app_did(self, event: Did) -> None:
        """Tell, and show it."""
        event.stop()
        self.notify(event.said, markup=False, timeout=3)
        self.look()

    def engine_commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """What the palette offers about the engine: name, meaning, and the call."""
        if self.engine is None:
            return
        later = lambda **span: self.pause(self.clock() + timedelta(**span))  # noqa: E731
        yield "Pause recording for 30 minutes", "Record nothing meanwhile", partial(later, minutes=30)
        yield "Pause recording for 2 hours", "Record nothing meanwhile", partial(later, hours=2)
        yield "Pause recording until tomorrow", "Until 6 in the morning", self.pause_until_tomorrow
        yield "Resume recording", "End every pause", self.resume
        yield "Lock the vault now", "Its keys leave memory, and nothing is recorded", self.lock
        yield "Why was this captured?", "What was recorded, skipped or masked, and by which rule", self.show_why
        if self.unlock_screen() is None:
            on, off = partial(self.observe_screen, on=True), partial(self.observe_screen, on=False)
            yield "Observe the screen: on", "Read the window in front, but for what is excluded", on
            yield "Observe the screen: off", "Read nothing of it", off

    def show_why(self) -> None:
        """Show the last decisions."""
        if self.engine is not None:
            engine = self.engine
            self.push_screen(WhyScreen(lambda minutes: engine.client().why(minutes)))

    def _engine_does(self, doing: str, verb: Callable[[Client], object], said: str) -> None:
        if self.engine is not None:
            engine = self.engine
            call(self, self.threads, doing, lambda: verb(engine.client()), lambda _: self.Did(said))


def _looked(engine: Engine) -> dict[str, Any] | None:
    try:
        return engine.state()
    except EngineUnreachableError:
        return None
