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


@pytest.mark.parametrize("title", ["A page — Mozilla Firefox Private Browsing", "A page (Private Browsing)"])
def test_private_windows_are_left_out_by_what_their_title_says(title: str) -> None:
    assert RULES.explain("firefox", title).rule == "private"


def test_every_default_can_be_taken_out_by_its_line() -> None:
    lines = [str(rule) for rule in default_rules()]
    without = Rules(Rule.parse(line) for line in lines if line != "default:banking")

    assert lines == ["private", *(f"default:{g}" for g in ("passwords", "prompts", "sign-in", "payment", "banking"))]
    assert without.explain("firefox", "Barclays | Personal Banking — Mozilla Firefox").rule is None
    assert without.explain("KeePassXC", "KeePassXC").rule == "default:passwords"
