"""Exclusion rules as lines of text: what they mean, and what is wrong with those that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import InvalidInputError
from observers.desktop import Rect, Window
from observers.screen.rule import Rule


def window(app: str | None = "firefox", title: str | None = "A page", **more: object) -> Window:
    return Window(id=1, app=app, title=title, rect=Rect(0, 0, 10, 10), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "app:Signal", "app:keepass*", "title:*bank*", "title:/^Re: .*salary/", "title:Journal", "domain:example.org",
        "private", "private:strict", "unknown", "default:banking",
    ],
)  # fmt: skip
def test_a_rule_prints_as_the_line_it_was_parsed_from(line: str) -> None:
    assert str(Rule.parse(line)) == line


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("  APP: Signal ", "app:Signal"),
        ("domain:https://www.Example.org/", "domain:example.org"),
        ("domain:*.example.org", "domain:example.org"),
        ("domain:bücher.example", "domain:xn--bcher-kva.example"),
        ("Private", "private"),
    ],
)
def test_a_rule_is_tidied(line: str, meant: str) -> None:
    assert str(Rule.parse(line)) == meant


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Signal", "'Signal' is none of these kinds"),
        ("", "is one of"),
        ("window:Signal", "'window' is none"),
        ("app:", "needs a pattern"),
        ("app", "needs a pattern"),
        ("app:...", "needs the app's name"),
        ("title:***", "needs a word"),
        ("title:/(/", "no regular expression"),
        ("domain:example", "is no domain"),
        ("domain:two words.org", "is no domain"),
        ("domain:example.org/path", "takes no path"),
        ("private:maybe", "takes nothing after it"),
        ("unknown:strict", "takes nothing after it"),
        ("default:everything", "there is no default rule"),
    ],
)
def test_a_line_that_means_nothing_is_refused_with_the_reason(line: str, wrong: str) -> None:
    with pytest.raises(InvalidInputError, match=wrong.replace("(", r"\(")):
        Rule.parse(line)


@given(st.text(max_size=40))
def test_whatever_is_written_either_means_something_or_is_refused(line: str) -> None:
    try:
        rule = Rule.parse(line)
    except InvalidInputError:
        return
    assert Rule.parse(str(rule)) == rule
    rule.matches(window())


@pytest.mark.parametrize(
    "app",
    ["Signal", "signal", "signal-desktop", "Signal.exe", "org.signal.Signal", "Signal Desktop", "org.signal.Desktop"],
)
def test_an_app_is_known_by_all_its_names(app: str) -> None:
    assert Rule.parse("app:Signal").matches(window(app=app))


@pytest.mark.parametrize("app", ["Signals", "gsignal", "org.signal.Sound.Player", "", None])
def test_another_app_is_another(app: str | None) -> None:
    assert not Rule.parse("app:Signal").matches(window(app=app))


@pytest.mark.parametrize(
    ("line", "title", "holds"),
    [
        ("title:*bank*", "My Bank of Trust", True),
        ("title:bank*", "My Bank", False),
        ("title:journal", "2026-03 Journal — Editor", True),
        ("title:journal", "Journalism today", False),
        ("title:[draft]", "notes [draft].txt", True),
        ("title:/^re: .*salary/", "Re: your salary", True),
        ("title:/^re: .*salary/", "Fwd: Re: your salary", False),
        ("title:secret plan", "Sec\u200bret   plan", True),
        ("title:*caf\u00e9*", "Cafe\u0301 in Lisbon", True),
    ],
)
def test_title_patterns(line: str, title: str, holds: bool) -> None:
    assert Rule.parse(line).matches(window(title=title)) == holds


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("https://example.org/a?b#c", True),
        ("https://deep.sub.example.org:8443/", True),
        ("http://user:word@EXAMPLE.org.", True),
        ("example.org/path", True),
        ("https://notexample.org/", False),
        ("https://example.org.evil.com/", False),
        ("https://search.com/?q=example.org", False),
    ],
)
def test_a_domain_is_judged_by_the_address_if_there_is_one(url: str, holds: bool) -> None:
    assert Rule.parse("domain:example.org").matches(window(title="example.org", url=url)) == holds


@pytest.mark.parametrize(
    ("title", "holds"),
    [
        ("Inbox - Example — Mozilla Firefox", True),
        ("Inbox | mail.example.org — Mozilla Firefox", True),
        ("Example — Mozilla Firefox", True),
        ("An example of tact - Blog — Mozilla Firefox", False),
        ("Example - Wikipedia — Mozilla Firefox", False),
        ("example.organic — Mozilla Firefox", False),
    ],
)
def test_without_an_address_the_site_is_looked_for_in_the_title(title: str, holds: bool) -> None:
    assert Rule.parse("domain:example.org").matches(window(title=title)) == holds
    assert not Rule.parse("domain:example.org").matches(window(app="Word", title=title))


@pytest.mark.parametrize(
    ("app", "private", "plain", "strict"),
    [
        ("Google-chrome", True, True, True),
        ("Google-chrome", False, False, False),
        ("Google-chrome", None, False, True),
        ("Tor Browser", None, True, True),
        ("Word", None, False, False),
    ],
)
def test_a_browser_that_does_not_tell_is_private_only_to_who_is_strict(
    app: str, private: bool | None, plain: bool, strict: bool
) -> None:
    seen = window(app=app, title="A page", private=private)

    assert Rule.parse("private").matches(seen) == plain
    assert Rule.parse("private:strict").matches(seen) == strict
