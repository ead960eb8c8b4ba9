"""Pages and dialogs of a browser itself that show passwords or ask for one: known by their whole title, or the address.

They belong to no site, so no domain rule can name them, and their titles are plain words: ``Passwords`` alone is the
browser's page, ``Passwords - Wikipedia`` an article. So a title counts only as a whole, but for the browser's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from observers.desktop import Window
from observers.screen import apps
from observers.screen.rule import Rule

_BROWSER = (
    r"(?:mozilla )?firefox(?: developer edition| nightly)?|nightly|librewolf|waterfox|floorp|zen browser"
    r"|(?:google )?chrome(?: \w+)?|chromium|brave|vivaldi|opera|thorium|yandex(?: browser)?"
)
# Firefox puts a profile's name behind a dash of its own, Edge behind the same as any, Chrome on macOS at the end.
_END = (
    rf"(?: and \d+ more pages?)?(?:(?:(?: — [^—]{{1,40}})? [-–—] (?:{_BROWSER}))?(?: \([^)]*\))?"
    r"|(?: - [^-]{1,40})? - microsoft ?edge(?: \w+)?"
    r"|(?: - google chrome)(?: [-–—] [^-–—]{1,40})?)$"
)
_START = r"^(?!.*\b(?:wikipedia|youtube|reddit|google search|duckduckgo|bing|github|stack overflow|support)\b)"
_SCHEME = r"(?:chrome|chromium|edge|brave|vivaldi|opera)"

_PASSWORDS = (
    r"about:logins\S*",
    rf"(?:{_SCHEME}://)?(?:password-manager|settings/(?:autofill/)?passwords|wallet/passwords)\S*",
    r"(?:saved |firefox )?(?:logins(?: (?:&|and) passwords)?|passwords)",
    r"(?:(?:google|microsoft|brave|chrome) )?password manager(?: [-–] (?:passwords|check-?up|settings))?",
    r"settings (?:[-–/] (?:[\w ]+ / )?)(?:passwords|password manager)|(?:passwords|password manager) [-–] settings",
    r"(?:zugangsdaten & |gespeicherte )?passwörter|(?:google )?passwortmanager",
    r"(?:identifiants et )?mots de passe|gestionnaire de mots de passe(?: (?:de )?google)?",
    r"(?:inicios de sesión y )?contraseñas|(?:gestor|administrador) de contraseñas(?: de google)?",
    r"credenziali e password|gestore delle password(?: (?:di )?google)?",
    (
        r"(?:contas e |credenciais e )?(?:senhas|palavras-passe)|(?:gerenciador|gestor) de (?:senhas|palavras-passe)"
        r"(?: do google)?"
    ),
    r"(?:aanmeldingen (?:&|en) )?wachtwoorden|(?:google )?wachtwoordmanager|wachtwoordbeheer",
    r"(?:dane logowania i )?hasła|menedżer haseł(?: google)?",
    r"(?:логины и )?пароли|(?:google )?менеджер паролей(?: google)?",
    r"(?:ログイン情報と)?パスワード|(?:google ?)?パスワード ?マネージャー",
)
_PROMPTS = (
    r"(?:http |proxy )?authentication required|(?:(?:primary|master) )?password required",
    r"authentifizierung erforderlich|(?:haupt|master-)?passwort erforderlich|authentification requise",
    r"(?:autenticación|identificación) requerida|autenticazione richiesta",
    r"autenticação (?:necessária|solicitada|requerida)",
    r"authenticatie vereist|wymagane uwierzytelnienie|требуется аутентификация|認証が必要です",
)

# As text recognition reads it too: with spaces about the signs, or glued to the chip that names the browser.
_ADDRESS = re.compile(
    r"(?:^|[\s|]|firefox|chrome|edge|brave)"
    rf"(?:about\s?[:;.]\s?[l1i|]ogins|{_SCHEME}\s?[:;.]?\s?/{{1,2}}\s?"
    r"(?:password[-–—]?\s?manager|(?:settings\s?/\s?(?:autofill\s?/\s?)?|wallet\s?/\s?)passwords))"
    r"(?:\s?[/?#]\S*)?(?:\s+\S{1,2})*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OwnPage(Rule):
    """A title rule that holds for browsers alone; ``has_address`` is whether such a page has an address as well."""

    has_address: bool = False

    def matches(self, window: Window) -> bool:
        """Whether the window is a browser's that shows it."""
        if not apps.is_browser(window.app):
            return False
        return Rule.matches(self, window) or (window.url is not None and self.is_at(window.url))

    def is_at(self, text: str) -> bool:
        """Whether a line that was read, or an address, is where such a page lies."""
        return self.has_address and _ADDRESS.search(text) is not None


def passwords() -> tuple[OwnPage, ...]:
    """The pages on which browsers show the passwords they keep."""
    return tuple(OwnPage("title", f"/{_START}(?:{body}){_END}/", has_address=True) for body in _PASSWORDS)


def prompts() -> tuple[OwnPage, ...]:
    """The dialogs in which browsers ask for a password."""
    return tuple(OwnPage("title", f"/{_START}(?:{body}){_END}/") for body in _PROMPTS)
