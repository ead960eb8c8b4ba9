"""Sessions with real windows in them, for the tests of what looks at a screen."""

from __future__ import annotations

from xsession import bare_x_session, browser_session, x_session

__all__ = ["bare_x_session", "browser_session", "x_session"]
