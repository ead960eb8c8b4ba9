"""One exclusion rule: a line of text such as ``app:Signal``, what it means, and whether a window falls under it.

A title pattern without a wildcard holds wherever its words stand in a title, because a rule that silently matches
nothing would let through what the user meant to keep out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self, get_args
from urllib.parse import urlsplit

from memory.errors import InvalidInputError
from observers.desktop import Window, private
from observers.screen import apps, titles
from observers.screen.remembered import remembered

RuleKind = Literal["app", "title", "domain", "private", "unknown", "default"]
Group = Literal["passwords", "prompts", "sign-in", "payment", "banking"]

_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
GROUPS: tuple[Group, ...] = get_args(Group)
_FORMS = (
    "app:Signal, title:*bank*, title:/regex/, domain:example.org, private, private:strict, unknown or default:banking"
)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_SECOND_LEVEL = frozenset("ac co com edu gob gov gouv ne net or org".split())


@dataclass(frozen=True, slots=True)
class Rule:
    """``kind`` with its ``pattern``; ``str(rule)`` is the line it is parsed from.

    ``private`` is every window that is known, or says, to be a private one. ``private:strict`` is also every browser
    window of which that cannot be known. ``unknown`` is a window without a known app or title. ``default`` stands for a
    group of rules in :mod:`observers.screen.defaults`; its members are asked in its stead.
    """

    kind: RuleKind
    pattern: str = ""

    @classmethod
    def parse(cls, line: str) -> Self:
        """A rule from one line. Raises InvalidInputError, naming what is wrong."""
        head, colon, rest = line.strip().partition(":")
        kind = next((k for k in _KINDS if k == head.strip().casefold()), None)
        pattern = " ".join(rest.split())
        if kind is None:
            raise InvalidInputError(f"an exclusion rule is one of {_FORMS}; {head.strip()!r} is none of these kinds")
        if kind in ("private", "unknown"):
            return cls(kind, _option(kind, pattern))
        if not colon or not pattern:
            raise InvalidInputError(f"an exclusion rule of the kind {kind!r} needs a pattern after it: {kind}:...")
        return cls(kind, _checked(kind, pattern))

    def __str__(self) -> str:
        return f"{self.kind}:{self.pattern}" if self.pattern else self.kind

    def matches(self, window: Window) -> bool:
        """Whether the window falls under it."""
        match self.kind:
            case "app":
                return window.app is not None and _is_app(self.pattern, window.app)
            case "title":
                return window.title is not None and bool(_compiled(self.pattern).search(titles.clean(window.title)))
            case "domain":
                return _is_domain(self.pattern, window)
            case "private":
                return _is_private(window, strict=self.pattern == "strict")
            case "unknown":
                return is_unknown(window)
            case "default":
                return False

    def covers(self, host: str) -> bool:
        """Whether it is a domain rule for ``host`` or a domain above it."""
        return self.kind == "domain" and (host == self.pattern or host.endswith(f".{self.pattern}"))


def is_unknown(window: Window) -> bool:
    """Whether rules cannot be judged on a window: its app or title is not told, or a browser's title is empty."""
    if window.app is None or not window.app.strip() or window.title is None:
        return True
    return apps.is_browser(window.app) and not window.title.strip()


def host_of(address: str) -> str | None:
    """The host of an address or of what was meant as one, in ASCII; None if it has none."""
    text = address.strip().casefold().removeprefix("view-source:")
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = host.strip(".").encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        return None
    return host if host and _HOST.fullmatch(host) else None


def _option(kind: RuleKind, option: str) -> str:
    if not option or (kind, option.casefold()) == ("private", "strict"):
        return option.casefold()
    raise InvalidInputError(f"the rule {kind!r} takes nothing after it, except private:strict")


def _checked(kind: RuleKind, pattern: str) -> str:
    if kind == "domain":
        return _domain(pattern)
    if kind == "default":
        if pattern not in GROUPS:
            raise InvalidInputError(f"there is no default rule {pattern!r}; there are {', '.join(GROUPS)}")
    elif kind == "title":
        _compiled(pattern)
    elif not re.search(r"\w", pattern):
        raise InvalidInputError("an app rule needs the app's name, such as app:Signal or app:keepass*")
    return pattern


def _domain(pattern: str) -> str:
    """A domain without ``www.`` and ``*.``: subdomains are meant anyway."""
    bare = pattern.removeprefix("*.")
    host = host_of(bare)
    if host is None or "." not in host:
        raise InvalidInputError(f"{pattern!r} is no domain; write it as domain:example.org")
    path = urlsplit(bare if "//" in bare else f"//{bare}").path
    if path.strip("/*"):
        raise InvalidInputError("a domain rule holds for the whole site and takes no path; write domain:" + host)
    return host.removeprefix("www.")


@remembered(2048)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A title pattern as a regular expression to search with."""
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        try:
            return re.compile(pattern[1:-1], re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            raise InvalidInputError(f"the pattern of a title rule is no regular expression: {error}") from error
    text = titles.clean(pattern)
    if not re.search(r"[^\s*?]", text):
        raise InvalidInputError("a title rule needs a word to look for, such as title:*bank*")
    body = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text)
    anchored = rf"^{body}$" if set(text) & set("*?") else rf"(?<!\w){body}(?!\w)"
    return re.compile(anchored, re.IGNORECASE)


@remembered(1024)
def _app_pattern(pattern: str) -> re.Pattern[str]:
    forms = sorted(apps.names(pattern))
    bodies = ("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in form) for form in forms)
    return re.compile("|".join(bodies))


def _is_app(pattern: str, app: str) -> bool:
    wanted = _app_pattern(pattern)
    return any(wanted.fullmatch(name) for name in apps.names(app))


def _is_domain(domain: str, window: Window) -> bool:
    """Whether a window shows a site: by its address if that is told, else by where its name stands in the title."""
    host = host_of(window.url) if window.url else None
    if host is not None:
        return host == domain or host.endswith(f".{domain}")
    if window.title is None or not apps.is_browser(window.app):
        return False
    if names_host(window.title.casefold(), domain):
        return True
    name, last = _site_name(domain), titles.site_of(window.title)
    return name is not None and last == name


def names_host(text: str, domain: str) -> bool:
    """Whether ``text``, lower case, has a domain or a subdomain of it in it as a whole."""
    return domain in text and bool(re.search(rf"(?<![a-z0-9-]){re.escape(domain)}(?![a-z0-9-]|\.[a-z0-9])", text))


@remembered(1024)
def _site_name(domain: str) -> str | None:
    """``example`` of example.org and example.co.uk; None for a subdomain, and for names too short to mean one site."""
    labels = domain.split(".")
    suffix = 2 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 1
    name = labels[-suffix - 1] if len(labels) == suffix + 1 else ""
    return name if len(name) > 2 else None


def _is_private(window: Window, *, strict: bool) -> bool:
    told = window.private
    if told is None:
        told = private.is_private(window.app, window.title)
    return told is True or (strict and told is None)
