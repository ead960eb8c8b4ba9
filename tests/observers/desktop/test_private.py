"""Private windows are known where something says so, and never guessed to be open where nothing does."""

from __future__ import annotations

import pytest

from observers.desktop.private import is_private, opens_private

PRIVATE = [
    ("firefox", "Bank — Mozilla Firefox Private Browsing"),
    ("firefox", "Banque — Navigation privée de Mozilla Firefox"),
    ("firefox", "Bank — Mozilla Firefox Privater Modus"),
    ("Navigator", "銀行 — Mozilla Firefox プライベートブラウジング"),
    ("Firefox", "Bank — Private Browsing"),
    ("Chromium", "New Incognito Tab - Chromium"),
    ("Google Chrome", "Bank - Google Chrome (Incognito)"),
    ("msedge.exe", "Bank - [InPrivate] - Microsoft\u200b Edge"),
    ("Brave-browser", "New Private Tab - Brave"),
    ("Tor Browser", "Anything at all"),
    ("Tor Browser", None),
    ("Mullvad Browser", "Anything at all"),
]
OPEN = [
    ("firefox", "News — Mozilla Firefox"),
    ("firefox", "Mozilla Firefox"),
    ("firefox.exe", "News - Mozilla Firefox"),
    ("LibreWolf", "News — LibreWolf"),
    ("msedge", "News - Personal - Microsoft\u200b Edge"),
    ("XTerm", "vim private browsing.txt"),
    ("XTerm", None),
    ("Mousepad", "incognito.txt - Mousepad"),
    ("Citizen", "Form 12"),
]
UNKNOWN = [
    (None, "News"),
    ("firefox", "Seiten — Mozilla Firefox (unbekannt)"),
    ("firefox", None),
    ("Chromium", "News - Chromium"),
    ("Google-chrome", "News - Google Chrome"),
    ("Safari", "News"),
    ("SomeNewBrowser", "News"),
]


@pytest.mark.parametrize(("app", "title"), PRIVATE)
def test_a_window_that_says_it_is_private_is(app: str, title: str | None) -> None:
    assert is_private(app, title) is True


@pytest.mark.parametrize(("app", "title"), OPEN)
def test_a_window_that_would_say_so_or_cannot_be_is_not(app: str, title: str | None) -> None:
    assert is_private(app, title) is False


@pytest.mark.parametrize(("app", "title"), UNKNOWN)
def test_nothing_is_guessed(app: str | None, title: str | None) -> None:
    assert is_private(app, title) is None


@pytest.mark.parametrize("flag", ["--incognito", "-inprivate", "--private"])
def test_a_browser_started_for_private_windows_has_no_others(flag: str) -> None:
    assert is_private("Chromium", "News - Chromium", ["/usr/bin/chromium", flag]) is True


def test_a_flag_of_a_program_that_is_no_browser_means_nothing() -> None:
    assert is_private("XTerm", "x", ["xterm", "--incognito"]) is False


def test_the_page_an_incognito_window_opens_with_is_known_from_pages_about_such() -> None:
    assert opens_private("Chromium", "New Incognito Tab - Chromium")
    assert opens_private("Google-chrome", "Neuer Inkognito-Tab - Google Chrome")
    assert not opens_private("Chromium", "How to open a new incognito tab - Chromium")
    assert not opens_private("Mousepad", "New Incognito Tab - Mousepad")
