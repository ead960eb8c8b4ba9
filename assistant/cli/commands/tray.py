"""``tray``: an icon that shows whether anything is recorded, for those who want one; an extra.

The icon is a client that never starts an engine: where none runs, nothing is recorded, and it says that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.session import Session, pass_session
from memory.errors import InklingError, MissingPartError

if TYPE_CHECKING:
    from PIL.Image import Image

LOOK_SECONDS = 2.0
SIZE = 64  # pixels; the desktop makes it smaller
_PAUSE = timedelta(minutes=30)
_GONE = "the engine does not run"


@click.command(short_help="Show in the system tray whether anything is recorded.")
@pass_session
def tray(session: Session) -> None:
    """Show an icon in the system tray: a dot while recording, two bars while paused, a ring while nothing is recorded.

    Its menu pauses and resumes. Needs: pip install 'inkling-memory[tray]'
    """
    try:
        import pystray  # noqa: PLC0415 - an extra
    except Exception as error:  # noqa: BLE001 - the library looks for a display as it is imported, and fails in its ways
        reason = "is not installed" if isinstance(error, ImportError) else "finds no tray on this desktop"
        raise MissingPartError(f"the tray icon {reason}; install it with: pip install 'inkling-memory[tray]'") from None
    Tray(session, pystray).run()


class Tray:
    """The icon, its menu, and a thread that asks the engine every two seconds."""

    def __init__(self, session: Session, library: Any) -> None:
        self._session = session
        self._ended = threading.Event()
        self.state, self.words = "gone", _GONE
        menu = library.Menu(
            library.MenuItem(lambda _item: self.words, None, enabled=False),
            library.MenuItem("Pause for 30 minutes", self._asking(lambda client: client.pause(_now() + _PAUSE))),
            library.MenuItem("Resume", self._asking(lambda client: client.resume())),
            library.MenuItem("Close this icon", self.end),
        )
        self._icon = library.Icon("inkling", picture(self.state), "Inkling", menu)
        log = getattr(self._icon, "_log", None)
        if log is not None:
            log.disabled = True  # it prints tracebacks while there is no tray yet, and waits for one all the same

    def run(self) -> None:
        """Show it until it is closed."""
        threading.Thread(target=self._follow, name="inkling-tray", daemon=True).start()
        self._icon.run()

    def end(self, *_event: object) -> None:
        """Take it away."""
        self._ended.set()
        self._icon.stop()

    def look(self) -> None:
        """Show how it is now."""
        state, words = self._told()
        if (state, words) != (self.state, self.words):
            self.state, self.words = state, words
            self._icon.icon, self._icon.title = picture(state), f"Inkling: {words}"
            self._icon.update_menu()

    def _follow(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.look()

    def _told(self) -> tuple[str, str]:
        try:
            with self._session.engine(start=False) as client:
                recording = client.state()["recording"]
        except InklingError:
            return "gone", _GONE
        state, until = str(recording.get("state", "off")), recording.get("until")
        if state == "paused" and isinstance(until, datetime):
            return state, f"paused until {until.astimezone():%H:%M}"
        return state, {"off": "not recording", "failed": "recording failed"}.get(state, state)

    def _asking(self, ask: Callable[[Any], object]) -> Callable[..., None]:
        def act(*_event: object) -> None:
            try:
                with self._session.engine(start=False) as client:
                    ask(client)
            except InklingError as error:
                self._icon.notify(str(error), "Inkling")
            self.look()

        return act


def picture(state: str) -> Image:
    """What the icon shows: a shape for each state, so that colour is not all there is."""
    from PIL import Image as Pillow  # noqa: PLC0415
    from PIL import ImageDraw  # noqa: PLC0415

    image = Pillow.new("RGBA", (SIZE, SIZE))
    draw = ImageDraw.Draw(image)
    if state == "recording":
        draw.ellipse((8, 8, 56, 56), fill="#c0392b")
    elif state == "paused":
        draw.rectangle((14, 10, 26, 54), fill="#b7791f")
        draw.rectangle((38, 10, 50, 54), fill="#b7791f")
    elif state == "failed":
        draw.line((12, 12, 52, 52), fill="#c0392b", width=10)
        draw.line((12, 52, 52, 12), fill="#c0392b", width=10)
    else:
        draw.ellipse((8, 8, 56, 56), outline="#7f8c8d", width=7)
    return image


def _now() -> datetime:
    return datetime.now().astimezone()
