"""What may be captured, decided on a desktop's windows before any pixel is read.

With no rule at all everything may be. With any rule, a window whose app or title is not known is left out, because no
rule can be judged on it. Inkling's own windows are always left out: what it recalls must not come back as evidence.

Most of Chromium never tells whether a window is incognito. Such a window is captured under ``private``, else Chromium
could not be observed at all; what its toolbar then says decides before anything of the page is kept
(:mod:`observers.screen.address_bar`). Who wants it the other way round adds ``private:strict``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self

from observers.desktop import Rect, View, Window
from observers.screen import apps, titles
from observers.screen.defaults import members
from observers.screen.own_pages import OwnPage
from observers.screen.rule import GROUPS, Rule, is_unknown

Outcome = Literal["captured", "skipped", "masked"]

UNKNOWN = "unknown"
OWN = "Inkling's own window"

# As the command or the title that a terminal, tmux or screen names: "ana@home: inkling why", "[screen 1: inkling]",
# '0:1:python3 - "Inkling"', "tmux: inkling*", "/home/ana/bin/inkling"; a folder or text of that name is none of these.
_OWN_TITLE = re.compile(
    r"""(?:(?:^|[-–—:|] ?|[\\/](?:bin|scripts)[\\/])inkling(?:\.exe)?(?=$|[\s\])]|[*!~-](?:$|\s))|["'“]inkling["'”])""",
    re.IGNORECASE,
)
_NOWHERE = Rect(0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided for one window, and the rule it fell under, as text.

    ``skipped`` is a window in front of the user, ``masked`` one that shows beside or above what is captured.
    """

    window: int
    app: str | None
    outcome: Outcome
    rule: str | None = None


class Rules:
    """A set of exclusion rules, the first of which that matches a window is named."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(dict.fromkeys(rules))
        self._asked = [(str(rule), each) for rule in self.rules for each in _expanded(rule)]
        self._found = lru_cache(maxsize=1024)(self._find)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Self:
        """Rules from lines of text, blank ones aside. Raises InvalidInputError at the first that is none."""
        return cls(Rule.parse(line) for line in lines if line.strip())

    def decide(self, view: View) -> list[Decision]:
        """One decision for every window of which anything shows, topmost first."""
        return [self.judge(window) for window in _showing(view)]

    def hiding(self, view: View, window: Window, also: Collection[int] = ()) -> tuple[Rect, ...]:
        """Where nothing of ``window`` may be read: under other windows, and over excluded ones that show through it.

        ``also`` are windows that count as excluded whatever the rules say.
        """
        above = view.above(window)
        if not window.translucent:
            return above
        below = view.windows[view.windows.index(window) + 1 :]
        out = (other for other in below if other.id in also or self.judge(other).outcome != "captured")
        return above + tuple(other.cover for other in out)

    def judge(self, window: Window) -> Decision:
        """The decision for one window."""
        rule = self._found(window.app, window.title, window.url, window.private)
        outcome: Outcome = "captured" if rule is None else "skipped" if window.focused else "masked"
        return Decision(window=window.id, app=window.app, outcome=outcome, rule=rule)

    def explain(
        self, app: str | None, title: str | None, url: str | None = None, private: bool | None = None
    ) -> Decision:
        """What would be decided for such a window in front, to try a rule out."""
        return self.judge(
            Window(id=0, app=app, title=title, rect=_NOWHERE, focused=True, url=url, private=private)
        )  # fmt: skip

    @property
    def excludes_private(self) -> bool:
        """Whether private windows are left out."""
        return any(rule.kind == "private" for rule in self.rules)

    def for_host(self, host: str) -> str | None:
        """The rule that covers a host, if any."""
        return next((name for name, rule in self._asked if rule.covers(host)), None)

    def for_page(self, line: str) -> str | None:
        """The rule that covers a page of the browser itself whose address is in a line that was read, if any."""
        return next((name for name, rule in self._asked if isinstance(rule, OwnPage) and rule.is_at(line)), None)

    def _find(self, app: str | None, title: str | None, url: str | None, private: bool | None) -> str | None:
        window = Window(id=0, app=app, title=title, rect=_NOWHERE, url=url, private=private)
        if is_own(window):
            return OWN
        if not self.rules:
            return None
        if is_unknown(window):
            return UNKNOWN
        return next((name for name, rule in self._asked if rule.matches(window)), None)


def _showing(view: View) -> Iterator[Window]:
    """The windows of which anything can be seen, topmost first."""
    glass = view.monitors
    for window in view.windows:
        if any(piece.meet(window.cover).area for piece in glass):
            yield window
        if not window.translucent:
            glass = tuple(left for piece in glass for left in piece.without(window.cover))


def _expanded(rule: Rule) -> tuple[Rule, ...]:
    group = next((group for group in GROUPS if rule == Rule("default", group)), None)
    return members(group) if group else (rule,)


def is_own(window: Window) -> bool:
    """Whether it shows Inkling: an app of that name, or a terminal that says it runs it."""
    if window.app is not None and "inkling" in apps.names(window.app):
        return True
    title = titles.clean(window.title or "")
    if title.casefold() == "inkling":
        return True
    return apps.is_terminal(window.app) and bool(_OWN_TITLE.search(title))
