"""The line that is always there: which vault, what it holds, and the promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.content import Content
from textual.widget import Widget

from tui import wording
from tui.text import one_line

PROMISE = "nothing leaves this machine"


class StatusLine(Widget):
    """Draws the app's ``vault`` and ``held``; what does not fit is left out, the promise last."""

    def on_mount(self) -> None:
        """Follow the app."""
        self.watch(self.app, "held", self._redraw, init=False)

    def _redraw(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """The vault, then the counts, then the promise at the right."""
        vault, held = getattr(self.app, "vault", None), getattr(self.app, "held", None)
        width = self.content_size.width
        promise = Content.assemble(("● ", "$success"), PROMISE)
        room = width - promise.cell_length - 2
        left = next((text for text in _left(vault, held) if Content(text).cell_length <= room), "")
        return Content.assemble(left, " " * (width - Content(left).cell_length - promise.cell_length), promise)


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
