"""Is it a private or incognito window? Told by the window's title and the browser's command line, on every platform.

True where something says so, False where nothing private can be (not a browser) or the title would say so if it were.
None for the rest, and that is most of Chromium and Safari: an incognito window of a running Chromium carries nothing
that tells it from its neighbours, neither title nor property, and shares their process. What to do about None is for
the rules to decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ALWAYS = re.compile(r"tor ?browser|mullvad ?browser")
_GECKO = re.compile(r"firefox|^navigator$|nightly|librewolf|waterfox|floorp|icecat|seamonkey|^zen$|^zen[- ]browser$")
_EDGE = re.compile(r"(?:ms|microsoft[ -]?)edge")
_OTHER = re.compile(
    r"^chrome$|google[ -]chrome|chromium|^brave|vivaldi|^opera|yandex|thorium|^arc$|safari|epiphany|^gnome[. ]web$"
    r"|konqueror|falkon|midori|^orion$|duckduckgo|browser$"
)

# What private windows are called in titles, in the browsers' own words for the larger languages.
_SAYS_PRIVATE = re.compile(
    r"\binprivate\b|private browsing|private (?:window|tab)|incogn?ito|inkognito|incógnito|anônima|anónima|anonima\b"
    r"|navigation privée|navegación privada|navegação privad?a|navegação privativa|navigazione anonima|privater modus"
    r"|privates fenster|privénavigatie|privé-?venster|tryb prywatny|prywatne|приватн|инкогнито|プライベート"
    r"|シークレット|隐私|隱私|无痕|無痕|시크릿|사생활",
    re.IGNORECASE,
)
# The empty page that such a window opens with. Its title goes with the first address, what it said of the window stays.
_OPENS_PRIVATE = re.compile(
    r"(?:new (?:incognito|private|inprivate) tab|neuer (?:inkognito|privater)-?tab|nouvel onglet de navigation privée"
    r"|nueva pestaña (?:de|en modo) incógnito|nova guia anônima|novo separador de navegação anónima"
    r"|nuova scheda (?:di navigazione )?in incognito|nieuw incognitotabblad|nowa karta incognito"
    r"|новая вкладка инкогнито|新しいシークレット ?タブ|新的?无痕式?标签页|新無痕式分頁|새 시크릿 탭)(?: - .*)?$",
    re.IGNORECASE,
)
# Firefox puts its bare name behind a dash, and "Mozilla Firefox Private Browsing", or the like in another language, if
# the window is private. On macOS there is no name at all.
_GECKO_OPEN = re.compile(
    r"(?:^|[—–-] )(?:mozilla firefox|firefox(?: developer edition| nightly)?|nightly|librewolf|waterfox|floorp"
    r"|zen browser)$",
    re.IGNORECASE,
)
_FLAGS = frozenset({"--incognito", "-incognito", "--incognito-mode", "--inprivate", "-inprivate", "--private"})


def is_browser(app: str) -> bool:
    """Whether an application has private windows at all."""
    return any(pattern.search(_plain(app)) for pattern in (_ALWAYS, _GECKO, _EDGE, _OTHER))


def opens_private(app: str | None, title: str | None) -> bool:
    """Whether this is the page that a private window opens with, so that the window stays private whatever follows."""
    return bool(app and title and is_browser(app) and _OPENS_PRIVATE.match(title.strip()))


def is_private(app: str | None, title: str | None, arguments: Sequence[str] = ()) -> bool | None:
    """Whether a window is private; None if that cannot be known. ``arguments``: the process's command line."""
    if app is None:
        return None
    if not is_browser(app):
        return False
    if _ALWAYS.search(_plain(app)) or not _FLAGS.isdisjoint(arguments):
        return True
    return None if title is None else _says_private(_plain(app), title.replace("\u200b", "").strip())


def _says_private(app: str, title: str) -> bool | None:
    if _SAYS_PRIVATE.search(title):
        return True
    if _EDGE.search(app) or (_GECKO.search(app) and _GECKO_OPEN.search(title)):
        return False
    return None


def _plain(app: str) -> str:
    return app.casefold().removesuffix(".exe")
