"""A real browser on X11: what its windows say, and that an incognito one is not taken for an open one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from xsession import XSession, view_where, window_titled

from observers.desktop import Desktop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 is Linux's")

Open = Callable[[XSession], Desktop]


@pytest.fixture
def page(tmp_path: Path) -> str:
    """A page on the disk."""
    file = tmp_path / "page.html"
    file.write_text("<title>A page of words</title><p>words</p>")
    return file.as_uri()


def test_an_incognito_window_of_a_running_browser_stays_private(
    browser_session: XSession, open_x11: Open, page: str
) -> None:
    browser_session.chromium(page)
    desktop = open_x11(browser_session)
    window = window_titled(desktop, "A page of words")
    assert (window.app, window.private) == ("Chromium", None)
    browser_session.xdotool("windowactivate", "--sync", str(window.id))
    browser_session.xdotool("key", "--clearmodifiers", "ctrl+shift+n")
    private = window_titled(desktop, "New Incognito Tab")
    assert private.private is True
    view_where(desktop, lambda view: view.focused is not None and view.focused.id == private.id, "its keyboard")
    browser_session.xdotool("type", "--delay", "20", page)
    browser_session.xdotool("key", "Return")
    view = view_where(
        desktop, lambda view: [window.title for window in view.windows].count("A page of words - Chromium") == 2, "both"
    )
    assert {each.id: each.private for each in view.windows} == {private.id: True, window.id: None}


def test_a_browser_started_incognito_is_private(browser_session: XSession, open_x11: Open, page: str) -> None:
    browser_session.chromium(page, "--incognito")
    assert window_titled(open_x11(browser_session), "A page of words").private is True
