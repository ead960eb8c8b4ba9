"""Desktops: windows, focus, idle and lock, on each platform behind one protocol. No pixel is read here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from memory.errors import UnsupportedDesktopError
from observers.desktop.rect import Rect, visible
from observers.desktop.view import Desktop, View, Window

__all__ = ["Desktop", "Rect", "View", "Window", "open_desktop", "visible"]


def open_desktop(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> Desktop:
    """The desktop that this process belongs to.

    Raises UnsupportedDesktopError if what is on it could not be told apart, DisplayGoneError if there is none.
    """
    if platform == "darwin":
        from observers.desktop.macos import MacDesktop  # noqa: PLC0415 - each needs what only its platform has

        return MacDesktop()
    if platform == "win32":
        from observers.desktop.windows import WindowsDesktop  # noqa: PLC0415

        return WindowsDesktop()
    if platform != "linux":
        raise UnsupportedDesktopError(f"Inkling cannot observe the screen on {platform}; chats and folders work")
    from observers.desktop.wayland import is_wayland, refusal  # noqa: PLC0415

    if is_wayland(environment):
        raise refusal()
    from observers.desktop.x11 import X11Desktop  # noqa: PLC0415

    return X11Desktop(environment.get("DISPLAY", ""))
