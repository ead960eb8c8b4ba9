"""The second line of defence: what the top of a browser window says after it has been read."""

from __future__ import annotations

import pytest

from observers.desktop import Rect
from observers.screen.address_bar import hosts, page_rule
from observers.screen.exclusions import Rules
from observers.screen.ocr.line import Line

RULES = Rules.parse(["private", "domain:example.org", "default:banking"])


def lines(*texts: tuple[str, int]) -> list[Line]:
    return [Line(text, Rect(60, top, 9 * len(text), 18)) for text, top in texts]


@pytest.mark.parametrize(
    "bar",
    [
        "https://example.org/inbox",
        "example.org",
        "mail.example.org/inbox/12",
        "Q https: //mail.example.org/inbox",
        "© www.example . org/inbox",
        "example.org/inbox?ref=other.com",
    ],
)
def test_an_excluded_site_is_known_by_its_address_bar(bar: str) -> None:
    seen = lines(("Inbox x  +", 8), (bar, 46), ("Dear Ana,", 300))

    assert page_rule(seen, 1080, RULES) == "domain:example.org"


@pytest.mark.parametrize(
    "bar", ["https://other.com/example.org", "notexample.org", "example.organic", "ana@example.org", "Search or enter"]
)
def test_another_site_is_another(bar: str) -> None:
    assert page_rule(lines(("Inbox", 8), (bar, 46)), 1080, RULES) is None


def test_an_address_further_down_is_only_text() -> None:
    assert page_rule(lines(("other.com", 46), ("https://example.org/inbox", 400)), 1080, RULES) is None


def test_defaults_hold_for_address_bars_too() -> None:
    assert page_rule(lines(("https://secure.chase.com/dashboard", 46)), 1080, RULES) == "default:banking"


@pytest.mark.parametrize(
    "seen",
    [
        lines(("news.com/article", 46), ("Incognito", 46)),
        lines(("news.com/article  Incognito (2)", 46)),
        lines(("InPrivate", 10)),
        lines(("Private browsing", 10)),
        lines(("You've gone Incognito", 400)),
    ],
)
def test_a_private_window_is_known_by_its_toolbar_or_its_first_page(seen: list[Line]) -> None:
    assert page_rule(seen, 1080, RULES) == "private"
    assert page_rule(seen, 1080, Rules.parse(["domain:example.org"])) is None


@pytest.mark.parametrize(
    "seen",
    [
        lines(("How to browse without a trace when you go incognito", 90)),
        lines(("Incognito", 500)),
        lines(("You've got mail", 300)),
    ],
)
def test_a_text_about_privacy_is_read(seen: list[Line]) -> None:
    assert page_rule(seen, 1080, RULES) is None


@pytest.mark.parametrize(
    "bar",
    [
        "about:logins",
        "Firefox  about:logins",
        "Firefoxabout: logins ☆",
        "Chrome | chrome://password-manager/passwords",
        "chrome: //password-manager/passwords/example.org ☆",
        "Edge | edge://settings/passwords",
        "brave:/settings/passwords?search=mail",
    ],
)
def test_a_browsers_own_page_of_passwords_is_known_by_its_address_bar(bar: str) -> None:
    rules = Rules.parse(["default:passwords"])

    assert page_rule(lines(("Settings", 8), (bar, 46)), 1080, rules) == "default:passwords"
    assert page_rule(lines(("Settings", 8), (bar, 400)), 1080, rules) is None
    assert page_rule(lines((bar, 46)), 1080, Rules.parse(["default:banking"])) is None


@pytest.mark.parametrize(
    "bar", ["about:logins - Mozilla Support", "chrome://settings/privacy", "other.com/password-manager", "about:addons"]
)
def test_another_page_about_passwords_is_read(bar: str) -> None:
    assert page_rule(lines((bar, 46)), 1080, Rules.parse(["default:passwords"])) is None


def test_hosts_come_topmost_first() -> None:
    assert list(dict.fromkeys(hosts(lines(("b.org", 60), ("a.org", 40), ("nothing", 50)), 1080))) == ["a.org", "b.org"]
