"""What everybody starts with: real-looking windows that are left out, and their near misses that are not."""

from __future__ import annotations

import pytest

from observers.screen.defaults import default_rules
from observers.screen.exclusions import Rules
from observers.screen.rule import Rule

RULES = Rules(default_rules())

APPS_LEFT_OUT = """
1Password|All Items
1password.exe|1Password
Bitwarden|Bitwarden
org.keepassxc.KeePassXC|Private.kdbx - KeePassXC
KeePass.exe|Database.kdbx - KeePass
KeePassXC|Unlock Database - KeePassXC
LastPass|LastPass
Dashlane|Dashlane
Enpass|Enpass
Proton Pass|Proton Pass
com.apple.Passwords|Passwords
Keychain Access|login
org.gnome.seahorse.Application|Passwords and Keys
QtPass|QtPass
Authy Desktop|Authy
pinentry-gtk-2|pinentry
pinentry-qt|Passphrase
gcr-prompter|Unlock Login Keyring
polkit-gnome-authentication-agent-1|Authenticate
polkit-kde-authentication-agent-1|Authentication Required
lxqt-policykit-agent|Authentication required
x11-ssh-askpass|OpenSSH
ksshaskpass|OpenSSH
kwalletmanager5|KDE Wallet
CredentialUIBroker.exe|Windows Security
consent.exe|User Account Control
LogonUI.exe|Windows Default Lock Screen
loginwindow|Login
SecurityAgent|SecurityAgent
i3lock|i3lock
xscreensaver|xscreensaver
lightdm-gtk-greeter|Greeter
""".strip().splitlines()

TITLES_LEFT_OUT = {
    "default:sign-in": """
Sign in - Google Accounts
Sign in to GitHub · GitHub
Sign in to your account
Log in to Facebook
Login • Instagram
Login
Amazon Sign-In
Amazon.co.uk Sign In
LinkedIn Login, Sign in | LinkedIn
Please log in
Anmelden – Google Konten
Anmeldung | Deutsche Bahn
Se connecter | Le Monde
Iniciar sesión - Correos
Iniciar sessão | Portal das Finanças
Zaloguj się - Allegro
Logga in | Skatteverket
ログイン | 楽天市場
Reset your password · GitHub
Change password - Example
Passwort vergessen | Zalando
Two-factor authentication · GitHub
Verify your identity | Example
Enter verification code - Example
Recovery codes · Example
""",
    "default:payment": """
Checkout – Ocado
Secure Checkout - eBay
Checkout
Select a Payment Method - Amazon.co.uk Checkout
Payment details | Trainline
Add a payment method - Spotify
Card details | Deliveroo
Zur Kasse | Thalia
Allegro – Dostawa i płatność
Paiement sécurisé | SNCF Connect
Pago | Renfe
お支払い方法 | 楽天市場
PayPal: Summary
Klarna
""",
    "default:banking": """
HSBC UK - Personal & Online Banking
Log on to Online Banking | HSBC UK
Barclays | Personal Banking
Welcome to Mobile Banking
Online-Banking - Sparkasse Hannover
Onlinebank | SEB
Bankowość internetowa - iPKO
Banque en ligne | Example
Banca en línea - Example
インターネットバンキング - 三菱UFJ銀行
Account summary - Nationwide
Finanzübersicht - DKB
Kontoübersicht - ING
Transactions | Monzo
Wells Fargo
Barclays
Home - Danske Bank
Chase.com
Accounts - chase.com
""",
    "default:passwords": """
Vaults | Bitwarden Web vault
My 1Password
""",
}

READ = """
firefox|How to sign in with two accounts - YouTube
firefox|Signing in the rain: a musical about interpreters
firefox|Login issue #123 · example/project · GitHub
firefox|Blog in progress | Ana writes
firefox|git checkout - Stack Overflow
firefox|actions/checkout: Action for checking out a repo · GitHub
firefox|Payment of rent in arrears, a short guide
firefox|Online banking fraud rises - BBC News
firefox|How safe is online banking? | Which?
firefox|HSBC shares fall 3% - BBC News
firefox|HSBC - Wikipedia
firefox|Halifax, Nova Scotia - Wikipedia
firefox|Monzo jobs in London | LinkedIn
firefox|Chase the dog - YouTube
firefox|Discover | Spotify
firefox|Wise words for a wedding speech
firefox|River bank erosion - Geography notes
firefox|Food bank opening hours
firefox|Blood bank | NHS
firefox|Passwords: a history | LRB
firefox|Private Eye - latest issue
firefox|Your orders - Amazon.co.uk
firefox|Keepers of the lighthouse | Example
firefox|Inkling of an idea - Blogger
Word|Sign in sheet.docx - Word
Code|login.py - reconciler - Visual Studio Code
Code|checkout.ts - shop - Visual Studio Code
gnome-terminal-server|git checkout main
Slack|payments-team - Slack
Keep|Notes - Keep
Notes|Bank holiday plans
Thunderbird|Your statement has arrived - Inbox - Mozilla Thunderbird
WhatsApp|WhatsApp
Remmina|office-pc
Consentful|Cookie settings
Authoring Tool|Lesson 4
""".strip().splitlines()


@pytest.mark.parametrize("window", APPS_LEFT_OUT)
def test_password_managers_and_prompts_for_secrets_are_left_out(window: str) -> None:
    app, title = window.split("|")

    decision = RULES.explain(app, title)

    assert decision.outcome == "skipped"
    assert decision.rule in {"default:passwords", "default:prompts"}


@pytest.mark.parametrize(
    ("rule", "title"),
    [(rule, title) for rule, titles in TITLES_LEFT_OUT.items() for title in titles.strip().split("\n")],
)
@pytest.mark.parametrize("browser", [("firefox", " — Mozilla Firefox"), ("Google-chrome", " - Google Chrome")])
def test_pages_that_show_secrets_are_left_out(rule: str, title: str, browser: tuple[str, str]) -> None:
    app, name = browser

    assert RULES.explain(app, title + name).outcome == "skipped"
    assert RULES.explain("Safari", title).rule == rule or rule == "default:banking"


@pytest.mark.parametrize("window", READ)
def test_near_misses_are_read(window: str) -> None:
    app, _, title = window.partition("|")
    name = " — Mozilla Firefox" if app == "firefox" else ""

    assert RULES.explain(app, title + name).rule is None


@pytest.mark.parametrize(
    ("url", "left_out"),
    [
        ("https://accounts.google.com/v3/signin", True),
        ("https://secure.chase.com/web/auth/dashboard", True),
        ("https://www.paypal.com/myaccount/summary", True),
        ("https://checkout.stripe.com/c/pay/cs_test", True),
        ("https://vault.bitwarden.com/#/vault", True),
        ("https://en.wikipedia.org/wiki/Chase.com", False),
        ("https://notpaypal.com.example.org/", False),
        ("https://bitwarden.com/blog/", False),
    ],
)
def test_sites_are_left_out_by_address(url: str, left_out: bool) -> None:
    assert (RULES.explain("firefox", "Some page — Mozilla Firefox", url).rule is not None) == left_out


OWN_PAGES = """
default:passwords|firefox|Passwords — Mozilla Firefox
default:passwords|firefox|Passwords — Work — Mozilla Firefox
default:passwords|firefox|Logins & Passwords — Mozilla Firefox
default:passwords|firefox|about:logins — Mozilla Firefox
default:passwords|firefox|Passwörter — Mozilla Firefox
default:passwords|Firefox|Passwords
default:passwords|Google-chrome|Google Password Manager - Google Chrome
default:passwords|Google-chrome|Settings - Passwords - Google Chrome
default:passwords|Google Chrome|Password Manager - Google Chrome - Ana
default:passwords|Google-chrome|chrome://password-manager/passwords - Google Chrome
default:passwords|Chromium|Password Manager - Chromium
default:passwords|Chromium|Passwortmanager - Chromium
default:passwords|Brave-browser|Password Manager - Brave
default:passwords|Microsoft-edge|Passwords - Personal - Microsoft\u200b Edge
default:passwords|msedge.exe|Settings / Passwords and 2 more pages - Personal - Microsoft\u200b Edge
default:prompts|firefox|Authentication Required — Mozilla Firefox
default:prompts|firefox|Authentication Required
default:prompts|firefox|Password Required - Mozilla Firefox
default:prompts|Chromium|Authentication required - Chromium
""".strip().splitlines()

NO_OWN_PAGES = """
firefox|How password managers work - Wikipedia — Mozilla Firefox
firefox|Password manager - Wikipedia — Mozilla Firefox
Microsoft-edge|Password manager - Wikipedia - Personal - Microsoft Edge
Google-chrome|Password Manager reviews - Google Chrome
Google-chrome|The best password manager - Which? - Google Chrome
Chromium|Passwords: a history - Chromium
Chromium|Passwords - The Guardian - Chromium
firefox|about:logins - Mozilla Support — Mozilla Firefox
firefox|407 Proxy Authentication Required - MDN — Mozilla Firefox
firefox|Logins per day - Grafana — Mozilla Firefox
Code|Passwords - Visual Studio Code
Word|Passwords
gnome-terminal-server|about:logins
Slack|password-manager
""".strip().splitlines()


@pytest.mark.parametrize("window", OWN_PAGES)
def test_a_browsers_own_pages_and_dialogs_for_passwords_are_left_out(window: str) -> None:
    rule, app, title = window.split("|")

    assert RULES.explain(app, title).rule == rule


@pytest.mark.parametrize("window", NO_OWN_PAGES)
def test_titles_that_are_about_passwords_are_read(window: str) -> None:
    app, title = window.split("|")

    assert RULES.explain(app, title).rule is None


@pytest.mark.parametrize(
    ("url", "left_out"),
    [
        ("about:logins", True),
        ("about:logins?filter=example.org", True),
        ("chrome://password-manager/passwords", True),
        ("edge://settings/passwords", True),
        ("edge://settings/autofill/passwords", True),
        ("brave://settings/passwords", True),
        ("chrome://settings/privacy", False),
        ("about:addons", False),
        ("https://example.org/about:logins/help", False),
        ("https://example.org/settings/passwords", False),
    ],
)
def test_a_browsers_own_pages_are_left_out_by_address(url: str, left_out: bool) -> None:
    assert (RULES.explain("firefox", "Some page", url).rule is not None) == left_out
    assert RULES.explain("Editor", "Some page", url).rule is None


@pytest.mark.parametrize("title", ["A page — Mozilla Firefox Private Browsing", "A page (Private Browsing)"])
def test_private_windows_are_left_out_by_what_their_title_says(title: str) -> None:
    assert RULES.explain("firefox", title).rule == "private"


def test_every_default_can_be_taken_out_by_its_line() -> None:
    lines = [str(rule) for rule in default_rules()]
    without = Rules(Rule.parse(line) for line in lines if line != "default:banking")

    assert lines == ["private", *(f"default:{g}" for g in ("passwords", "prompts", "sign-in", "payment", "banking"))]
    assert without.explain("firefox", "Barclays | Personal Banking — Mozilla Firefox").rule is None
    assert without.explain("KeePassXC", "KeePassXC").rule == "default:passwords"
