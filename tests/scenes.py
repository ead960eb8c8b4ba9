"""Invented screens and chats with secrets planted in them, and harmless look-alikes beside those.

A scene is lines of cells, as a window shows them; whoever draws it decides on fonts and colours. ``first_style`` is the
one the detectors were corrected by; ``scenes_unseen`` has one that was looked at only afterwards.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field

from planted import account, card, grouped, invented

from observers.redact.phrases import word_list

WIDTH = 58  # characters of the terminals that wrap
_NAMES = "Anna Tom Marta Kofi Lena Jun Priya Oskar".split()
_WORDS = "willow kestrel pebble harbour lantern thistle saffron granite otter meadow cobalt juniper".split()


@dataclass
class Scene:
    """One window's lines, each a list of cells; what must not be stored of it, and what must."""

    name: str
    lines: list[list[str]]
    secrets: list[str]
    harmless: list[str] = field(default_factory=list)
    mono: bool = False


def wrapped(text: str, width: int = WIDTH) -> list[list[str]]:
    """A terminal's long line, broken where the window ends."""
    return [[text[i : i + width]] for i in range(0, len(text), width)]


def password(rng: random.Random) -> str:
    """A password as people and generators make them."""
    a, b = rng.sample(_WORDS, 2)
    return rng.choice(
        [
            f"{a.capitalize()}!{b.capitalize()}{rng.randrange(2, 99)}",
            f"{a}-{b}-{rng.randrange(10, 99)}",
            f"{a.capitalize()}_{b.capitalize()}{rng.randrange(2, 99)}",
            f"{a}{b}{rng.randrange(100, 999)}",
            "".join(rng.choices(string.ascii_letters, k=5)) + "#" + "".join(rng.choices(string.digits, k=4)) + "vQ",
        ]
    )


def digits(rng: random.Random, n: int) -> str:
    """A number that no year, date or row of keys looks like."""
    while True:
        found = str(rng.randrange(10 ** (n - 1), 10**n))
        if len(set(found)) > min(2, n - 1) and found[:2] not in ("19", "20", "12"):
            return found


def phrase(rng: random.Random, n: int = 12) -> list[str]:
    """Words of a recovery phrase; those on every screen that shows one are left out, as are long ones, which happen."""
    said = (w for w in word_list() if 5 <= len(w) <= 7 and w not in ("phrase", "secret"))
    return rng.sample(sorted(said), n)


def harmless(rng: random.Random) -> tuple[list[str], str]:
    """A line that only looks like a secret, and the part of it that must stay."""
    hexes = f"{rng.getrandbits(28):07x}"
    return rng.choice(
        [
            (["Order", f"302-{digits(rng, 7)}-{digits(rng, 7)}"], "302-"),
            ([f"Call +44 20 7946 0{digits(rng, 3)}"], "79460"),
            (["Tracking", f"1Z 999 AA1 01 {digits(rng, 4)} {digits(rng, 4)}"], "999AA101"),
            (["Delivered 14 March 2026"], "14March2026"),
            (["Total", f"1,{digits(rng, 3)}.50 EUR"], "50EUR"),
            ([f"commit {hexes} Fix login redirect"], "Fixloginredirect"),
            (["Version 4.18.2", "Build 22631"], "Build22631"),
            (["ISBN 978-0-306-40615-7"], "9780306406157"),
            (["Forgot password?"], "Forgotpassword"),
            (["Serial", f"C02XK{digits(rng, 4)}JG"], "C02XK"),
            (["Accent", "#1e90ff"], "Accent"),
            (["Meeting ID: 842 1190 4471"], "84211904471"),
        ]
    )


Maker = Callable[[random.Random], Scene]


def first_style() -> list[Maker]:
    """Makers of screens, one for each kind of secret and way of showing it."""
    return [
        _card_form, _card_row, _card_split, _iban_below, _iban_beside, _code_below, _code_boxes, _authenticator,
        _backup_codes, _phrase_grid, _phrase_line, _env_file, _export, _jwt, _key_block, _key_cut, _database,
        _password_below, _password_beside, _manager, _wifi, _api_page, _social, _pin, _remote, _json, _setup_key,
    ]  # fmt: skip


def _card_form(rng: random.Random) -> Scene:
    number, cvc = card(rng), digits(rng, 3)
    lines = [["Card number"], [grouped(number)], ["Expiry", "CVC"], [f"0{rng.randrange(1, 9)} / 29", cvc]]
    return Scene("card form", lines, [number, cvc])


def _card_row(rng: random.Random) -> Scene:
    number, cvc = card(rng), digits(rng, 3)
    return Scene("card row", [["Card number", "Expiry", "CVV"], [grouped(number), "11/28", cvc]], [number, cvc])


def _card_split(rng: random.Random) -> Scene:
    number = card(rng)
    return Scene("card split", [["VISA"], [grouped(number[:8])], [grouped(number[8:])], ["GOOD THRU 10/28"]], [number])


def _iban_below(rng: random.Random) -> Scene:
    number = account(rng, rng.choice(["DE", "AT", "ES"]))
    return Scene("iban below", [["Recipient", "Anna Kowal"], ["IBAN"], [grouped(number)]], [number])


def _iban_beside(rng: random.Random) -> Scene:
    number = account(rng, "GB", "NWBK") if rng.random() < 0.5 else account(rng, "NL", "ABNA")
    return Scene("iban beside", [["Amount", "420,00"], ["IBAN", grouped(number), "Copy"]], [number])


def _code_below(rng: random.Random) -> Scene:
    code = digits(rng, 6)
    head = rng.choice(["Your code is", "Verification code", "Enter this code to sign in", "Security code"])
    return Scene("code below", [[head], [grouped(code, 3)], ["It expires in 10 minutes"]], [code])


def _code_boxes(rng: random.Random) -> Scene:
    code = digits(rng, 6)
    return Scene("code boxes", [["Enter the 6-digit code"], list(code), ["Resend code"]], [code])


def _authenticator(rng: random.Random) -> Scene:
    two = [digits(rng, 6), digits(rng, 6)]
    lines = [["Authenticator"], ["GitHub", grouped(two[0], 3), "18"], ["Dropbox", grouped(two[1], 3), "18"]]
    return Scene("authenticator", lines, two)


def _backup_codes(rng: random.Random) -> Scene:
    four = ["-".join("".join(rng.choices("abcdef0123456789", k=5)) for _ in range(2)) for _ in range(4)]
    lines = [["Recovery codes"], ["Keep these codes somewhere safe."], four[:2], four[2:]]
    return Scene("backup codes", lines, four)


def _phrase_grid(rng: random.Random) -> Scene:
    said = phrase(rng)
    rows = [[f"{n + 1}. {said[n]}" for n in range(r, 12, 4)] for r in range(4)]
    return Scene("phrase grid", [["Secret recovery phrase"], *rows], said)


def _phrase_line(rng: random.Random) -> Scene:
    said = phrase(rng)
    lines = [["Write down these words"], [" ".join(said[:6])], [" ".join(said[6:])]]
    return Scene("phrase line", lines, [" ".join(said)])


def _env_file(rng: random.Random) -> Scene:
    key, word = invented("stripe", rng), password(rng)
    lines = [["DEBUG=true"], [f"STRIPE_SECRET_KEY={key}"], [f"DB_PASSWORD={word}"], ["DB_USER=shop"]]
    return Scene("env file", lines, [key, word], mono=True)


def _export(rng: random.Random) -> Scene:
    key = invented("aws_secret", rng)
    return Scene("export", [*wrapped(f"$ export AWS_SECRET_ACCESS_KEY={key}", 46), ["$ aws s3 ls"]], [key], mono=True)


def _jwt(rng: random.Random) -> Scene:
    token = invented("jwt", rng)
    return Scene("jwt", wrapped(f"Authorization: Bearer {token}"), [token.split(".")[2]], mono=True)


def _key_block(rng: random.Random) -> Scene:
    two = [invented("pem", rng), invented("pem", rng)]
    lines = [["-----BEGIN OPENSSH PRIVATE KEY-----"], *[[t] for t in two], ["-----END OPENSSH PRIVATE KEY-----"]]
    return Scene("key block", lines, two, mono=True)


def _key_cut(rng: random.Random) -> Scene:
    three = [invented("pem", rng) for _ in range(3)]
    return Scene("key cut", [[t] for t in three], three, mono=True)


def _database(rng: random.Random) -> Scene:
    word = rng.choice(_WORDS) + digits(rng, 3)
    return Scene("database", wrapped(f"DATABASE_URL=postgres://shop:{word}@db.internal:5432/shop"), [word], mono=True)


def _password_below(rng: random.Random) -> Scene:
    word = password(rng)
    return Scene("password below", [["Email"], ["mila@example.org"], ["Password"], [word], ["Sign in"]], [word])


def _password_beside(rng: random.Random) -> Scene:
    word = password(rng)
    return Scene("password beside", [["Username", "hokafor"], ["Password", word, "Hide"]], [word])


def _manager(rng: random.Random) -> Scene:
    two = [password(rng), password(rng)]
    lines = [["Site", "Username", "Password"], ["github.com", "mila", two[0]], ["bank.example", "m.stone", two[1]]]
    return Scene("manager", lines, two)


def _wifi(rng: random.Random) -> Scene:
    word = password(rng)
    return Scene("wifi", [["Network", f"Casa{rng.randrange(10, 99)}"], [f"Wi-Fi password: {word}"]], [word])


def _api_page(rng: random.Random) -> Scene:
    key = invented(rng.choice(["openai", "github", "google", "gitlab", "hf"]), rng)
    return Scene("api page", [["API keys"], ["Make sure to copy it now"], [key], ["Done"]], [key])


def _social(rng: random.Random) -> Scene:
    number = f"5{digits(rng, 2)}-{rng.randrange(10, 99)}-{digits(rng, 4)}"
    return Scene("social security", [["Full name", "Mila Stone"], ["Social Security Number"], [number]], [number])


def _pin(rng: random.Random) -> Scene:
    pin = digits(rng, 4)
    return Scene("pin", [["Your new card is on its way"], [f"PIN: {pin}"]], [pin])


def _remote(rng: random.Random) -> Scene:
    key = invented("github", rng)
    return Scene("remote", wrapped(f"origin https://{key}@github.com/me/shop.git (fetch)"), [key], mono=True)


def _json(rng: random.Random) -> Scene:
    key = invented("openai", rng)
    return Scene("json", [["{"], *wrapped(f'  "api_key": "{key}",', 44), ['  "model": "small"']], [key], mono=True)


def _setup_key(rng: random.Random) -> Scene:
    key = "".join(rng.choices(string.ascii_uppercase + "234567", k=14)) + "7Q"
    return Scene("setup key", [["Can't scan the QR code?"], ["Enter this key:"], [grouped(key)]], [key])


def chat(rng: random.Random) -> Scene:
    """A conversation in which somebody gives a secret away; a line is one message, its first cell who said it."""
    a, b = rng.sample(_NAMES, 2)
    word, code, number, key = password(rng), digits(rng, 6), card(rng), invented("github", rng)
    bank = account(rng, "DE")
    turns, secret = rng.choice(
        [
            ([(a, "what's the wifi password?"), (b, word)], word),
            ([(a, f"the password is {word} btw")], word),
            ([(a, "can you send me the code?"), (b, f"your verification code is {code}")], code),
            ([(a, f"{code} is your login code")], code),
            ([(a, "card for the booking?"), (b, grouped(number))], number),
            ([(a, f"here is the token {key}")], key),
            ([(a, f"my IBAN is {grouped(bank)}, thanks")], bank),
            ([(a, "netflix login pls"), (b, f"same email, password: {word}")], word),
            ([(a, "gate code?"), (b, f"it's {code[:4]}")], code[:4]),
            ([(a, "recovery phrase: " + " ".join(said := phrase(rng)))], " ".join(said)),
        ]
    )
    return Scene("chat", [[who, text] for who, text in turns], [secret])
