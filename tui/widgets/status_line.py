"""The line that is always there: what is recorded and thought over, which vault, what it holds, and the promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.content import Content
from textual.widget import Widget

from tui import wording
from tui.recording import Recording, Thinking
from tui.text import one_line

PROMISE = "nothing leaves this machine"
_THINKING = "∴"
_SOME_REASON = 32  # cells in which a reason can begin to be said


class StatusLine(Widget):
    """Draws the app's ``recording``, ``thinking``, ``vault`` and ``held``.

    What does not fit is left out, but never what is recorded.
    """

    def on_mount(self) -> None:
        """Follow the app."""
        for name in ("held", "recording", "thinking"):
            self.watch(self.app, name, self._redraw, init=False)

    def _redraw(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """What is recorded, the vault, the counts, and the promise at the right."""
        app, width = self.app, self.content_size.width
        promise = Content.assemble(("● ", "$success"), PROMISE)
        room = width - promise.cell_length - 2
        lefts = _lefts(
            room, getattr(app, "vault", None), getattr(app, "held", None), getattr(app, "recording", None),
            getattr(app, "clock", None), getattr(app, "thinking", None),
        )  # fmt: skip
        left = next((text for text in lefts if text.cell_length <= room), None)
        if left is None:
            return lefts[-1].truncate(width, ellipsis=True)
        return Content.assemble(left, " " * (width - left.cell_length - promise.cell_length), promise)


def _lefts(
    room: int,
    vault: Path | None,
    held: dict[str, Any] | None,
    recording: Recording | None,
    clock: Callable[[], datetime] | None,
    thinking: Thinking | None = None,
) -> list[Content]:
    """Ways to say what is recorded and what is held, the fullest first, where there is so much room."""
    ways = _left(vault, held)
    if recording is None or clock is None:
        return [Content(way) for way in [*ways, ""]]
    sign, colour = recording.sign
    said = [Content.assemble((f"{sign} ", colour), words) for words in recording.words(clock()) if words]
    full = [Content.assemble(said[0], f" · {way}") for way in ways if way]
    if recording.state == "failed" and room >= _SOME_REASON:
        return [*full[-1:], said[0].truncate(room, ellipsis=True)]
    return [*_with_thinking(full, thinking), *full, *said]


def _with_thinking(full: Sequence[Content], thinking: Thinking | None) -> list[Content]:
    """The same with what is thought over; all of that goes before how much was read does."""
    ways = [Content.styled(f" · {_THINKING} {words}", "$muted") for words in (thinking.words if thinking else ())]
    return [Content.assemble(held, way) for way in ways for held in full]


def _left(vault: Path | None, held: dict[str, Any] | None) -> list[str]:
    """Ways to say what is held, the fullest first."""
    place = one_line(_short(vault)) if vault else "a throwaway vault"
    if held is None:
        return [place, ""]
    believed = f"{held.get('believed', 0):,} believed"
    read = f"{wording.count(held['observations'], 'message')} read"
    waiting = f"{held['pending']:,} waiting" if held.get("pending") else ""
    ways = ([place, believed, read, waiting], [believed, read, waiting], [believed, read], [believed])
    return [" · ".join(part for part in way if part) for way in ways]


def _short(path: Path) -> str:
    try:
        return f"~/{path.expanduser().relative_to(Path.home()).as_posix()}"
    except ValueError:
        return str(path)
