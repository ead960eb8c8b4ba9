"""Desktops to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from xsession import XSession

from observers.desktop import Desktop


@pytest.fixture
def open_x11() -> Iterator[Callable[[XSession], Desktop]]:
    """Opens the desktop of a session."""
    opened: list[Desktop] = []

    def open_desktop(session: XSession) -> Desktop:
        opened.append(session.desktop())
        return opened[-1]

    yield open_desktop
    for desktop in opened:
        desktop.close()
