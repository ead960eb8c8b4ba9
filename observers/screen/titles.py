"""Window titles: cleaned for comparing, and what of one names the page and what the site.

A browser's title is ``page - site - browser``, in any of a dozen separators. Where a site's name has to be found in
one, only whole pieces count, so that an article about a site is not taken for the site.
"""

from __future__ import annotations

import re
import unicodedata

from observers.screen.remembered import remembered

MAX_TITLE = 1000  # characters that are looked at; a page chooses its own title

_SPLIT = re.compile(r"\s+[-–—|·•｜]+\s+|[:]\s+|\s*[|｜]\s*")
_COUNT = re.compile(r"^(?:[(\[]\d+\+?[)\]]|[*●•○✳✻⏳🔴]|[\u2800-\u28ff])\s*")
_BROWSER_NAME = re.compile(
    r"^(?:mozilla )?(?:firefox|google chrome|chromium|(?:microsoft ?)?edge|safari|brave|opera|vivaldi|librewolf|"
    r"waterfox|zen browser|floorp|web|epiphany|konqueror|falkon|qutebrowser|gnome web|thorium|arc)"
    r"(?: (?:developer edition|nightly|beta|dev|canary))?$"
)


@remembered(1024)
def clean(title: str) -> str:
    """A title in one spacing and form, without marks that cannot be seen."""
    text = unicodedata.normalize("NFKC", title[:MAX_TITLE])
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


@remembered(1024)
def page_of(title: str) -> str:
    """What names a page whatever it counts: ``(3) Inbox`` and ``(4) Inbox`` are one, and so are a busy mark's turns."""
    text = clean(title).casefold()
    while (shorter := _COUNT.sub("", text)) != text:
        text = shorter
    return re.sub(r"\d+", "0", text).strip(" *")


@remembered(1024)
def site_of(title: str) -> str | None:
    """What a browser's title says last before the browser's own name, folded and without spaces: mostly the site."""
    parts = [part.strip() for part in _SPLIT.split(clean(title).casefold())]
    own = [part for part in parts if part and not _BROWSER_NAME.match(part)]
    return "".join(own[-1].split()) if own else None
