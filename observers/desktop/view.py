"""What can be known of a desktop without reading a pixel of it: its windows, and whether anybody is there.

Everything that decides what may be captured is decided on a :class:`View`. What a platform cannot tell is None, never
a guess: rules fail closed on None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from observers.desktop.rect import Rect


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window on the screen. ``app`` and ``title`` are None where the platform does not tell.

    ``rect`` is the whole window, decorations aside, in pixels of the virtual screen, and ``frame`` the window with its
    decorations where that is more: a title bar hides what is below, and says what the window would. ``url`` is the
    address a browser shows, where the platform tells; ``private`` whether it is a private or incognito window, None if
    unknown. Through a ``translucent`` window its neighbours below may be seen.
    """

    id: int
    app: str | None
    title: str | None
    rect: Rect
    focused: bool = False
    url: str | None = None
    private: bool | None = None
    pid: int | None = None
    frame: Rect | None = None
    translucent: bool = False

    @property
    def cover(self) -> Rect:
        """What it hides of the windows below."""
        return self.frame or self.rect


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A desktop at one moment. ``windows`` are those on the screen, topmost first; ``monitors`` where there is glass.

    ``idle_seconds`` is the time since the last key press or pointer movement; ``locked`` whether the session is locked
    or the screen is blanked.
    """

    windows: tuple[Window, ...]
    monitors: tuple[Rect, ...]
    idle_seconds: float
    locked: bool = False

    @property
    def focused(self) -> Window | None:
        """The window that has the keyboard, if any."""
        return next((window for window in self.windows if window.focused), None)

    def above(self, window: Window) -> tuple[Rect, ...]:
        """What hides parts of one of the windows: the rectangles of those above it, decorations included."""
        covers: list[Rect] = []
        for other in self.windows:
            if other.id == window.id:
                break
            covers.append(other.cover)
        return tuple(covers)


class Desktop(Protocol):
    """A platform's desktop. Not safe to use from several threads."""

    @property
    def name(self) -> str:
        """The platform in a word: ``"x11"``, ``"macos"``, ``"windows"``."""
        ...

    def look(self) -> View:
        """The desktop now. Raises DisplayGoneError if there is none any more."""
        ...

    def close(self) -> None:
        """Let go of the display."""
        ...
