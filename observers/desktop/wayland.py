"""Wayland: why Inkling does not look at it.

Wayland tells a program neither which windows there are, nor where, nor which has the keyboard, so nothing could be
excluded before pixels are read. And the one way to a picture, the desktop portal, writes it to a file, unencrypted.
Both contradict promises. An X display that is there as well (XWayland) shows some of the windows only, which is worse
than none: the others would be taken for the ones below.
"""

from __future__ import annotations

from collections.abc import Mapping

from memory.errors import UnsupportedDesktopError


def is_wayland(environment: Mapping[str, str]) -> bool:
    """Whether the session is Wayland's, by what the session says and by what programs are given to connect to."""
    return environment.get("XDG_SESSION_TYPE", "").casefold() == "wayland" or bool(environment.get("WAYLAND_DISPLAY"))


def refusal() -> UnsupportedDesktopError:
    """What to tell the user."""
    return UnsupportedDesktopError(
        "this is a Wayland session, which does not tell programs what windows are on the screen, so Inkling could not "
        'leave any of them out. Log in to an X11 session (chosen at the login screen, often as "on Xorg"), or do '
        "without the screen: chat exports and watched folders work everywhere"
    )
