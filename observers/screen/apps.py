"""What an app is, by the many names platforms give it: ``org.gnome.Epiphany``, ``epiphany-browser``, ``Epiphany.exe``.

Names are compared without case, punctuation, ``.exe`` and a closing "desktop", because a rule a user wrote for one
platform's spelling has to hold for the others'. Where that is too generous, more is left out and never more captured.
"""

from __future__ import annotations

from observers.desktop import private
from observers.screen.remembered import remembered

_GENERIC = frozenset({"app", "application", "browser", "client", "desktop", "main"})
_TERMINALS = frozenset(
    "alacritty blackbox cmd console conhost foot footclient ghostty gnometerminal gnometerminalserver guake "
    "hyper iterm iterm2 kgx kitty konsole lxterminal mateterminal openconsole powershell ptyxis pwsh qterminal rio "
    "rxvt st sttermcolor tabby terminal terminator terminology termite tilix urxvt warp wezterm weztermgui "
    "windowsterminal xfce4terminal xterm yakuake".split()
)


@remembered(1024)
def names(app: str) -> frozenset[str]:
    """Everything ``app`` is called, folded; a pattern's ``*`` and ``?`` stay."""
    whole = app.strip().casefold()
    for suffix in (".exe", ".app"):
        whole = whole.removesuffix(suffix)
    parts = whole.split(".") if whole.count(".") >= 2 and " " not in whole else [whole]
    last = [part for part in parts if _squeezed(part) not in _GENERIC][-1:]
    found = {_squeezed(form) for form in (whole, *last)}
    found |= {form.removesuffix("desktop") for form in found}
    return frozenset(form for form in found if form) or frozenset({whole})


def _squeezed(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "*?")


@remembered(1024)
def is_browser(app: str | None) -> bool:
    """Whether pages of the web are read in it."""
    return app is not None and private.is_browser(app)


def is_terminal(app: str | None) -> bool:
    """Whether it is a terminal, in whose windows any program may run."""
    return app is not None and not names(app).isdisjoint(_TERMINALS)
