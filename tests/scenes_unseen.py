"""The second style of scenes: other windows, words and languages, drawn up after the detectors were done.

At first sight 8 of 90 secrets were left in the texts, where chat redaction left 20; then what that showed was mended.
"""

from __future__ import annotations

import random
import string

from planted import account, card, grouped, invented
from scenes import Maker, Scene, digits, phrase, wrapped

_SYLLABLES = "bru lo ka ti mor vel sa dun fe gri po na zu".split()
_PEOPLE = "Ines Bram Yara Milo Sofie Dmitri".split()


def _token(rng: random.Random) -> str:
    """A password of syllables, or of a generator."""
    word = "".join(rng.choices(_SYLLABLES, k=4))
    return rng.choice(
        [
            word.capitalize() + rng.choice("!$%&*") + str(rng.randrange(10, 9999)),
            f"{word[:4]}.{word[4:]}.{rng.randrange(100, 999)}",
            "".join(rng.choices(string.ascii_letters + string.digits, k=13)) + "k9",
            f"{word}{rng.randrange(1950, 2030)}",
        ]
    )


def second_style() -> list[Maker]:
    """Makers of screens."""
    return [
        _checkout, _wallet, _transfer, _invoice, _sms, _mail_code, _totp, _github_codes, _metamask, _paper, _compose,
        _history, _curl, _pem_editor, _browser_store, _router, _ssh_config, _cloud, _settings, _tax, _vault_list,
        _spreadsheet, _keypad, _slack_screen, _vpn, _bank_login,
    ]  # fmt: skip


def _checkout(rng: random.Random) -> Scene:
    number, cvc = card(rng), digits(rng, 3)
    lines = [["Zahlungsart", "Kreditkarte"], ["Kartennummer", grouped(number)], ["Gültig bis", "04/28", "CVV", cvc]]
    return Scene("checkout", lines, [number, cvc])


def _wallet(rng: random.Random) -> Scene:
    number = card(rng)
    lines = [["My virtual card"], [grouped(number, gap="  ")], ["VALID THRU", "CVV2"], ["06/27", (c := digits(rng, 3))]]
    return Scene("wallet", lines, [number, c])


def _transfer(rng: random.Random) -> Scene:
    number = account(rng, "PT")
    return Scene(
        "transfer", [["Nome", "Ines Duarte"], ["IBAN do destinatário"], [grouped(number)], ["Continuar"]], [number]
    )


def _invoice(rng: random.Random) -> Scene:
    number = account(rng, "AT")
    return Scene(
        "invoice", [["Please pay to"], [f"IBAN: {grouped(number)} BIC: GIBAATWW"], ["within 14 days"]], [number]
    )


def _sms(rng: random.Random) -> Scene:
    code = digits(rng, 6)
    text = rng.choice([
        f"{code} is your Telegram code", f"Your PayPal security code is {code}. Don't share it.",
        f"G-{code} is your Google verification code.", f"Use {code} as your Microsoft account security code",
        f"Ihr TAN lautet {code}", f"Votre code de confirmation est {code}",
    ])  # fmt: skip
    return Scene("sms", [["Messages", "now"], [text]], [code])


def _mail_code(rng: random.Random) -> Scene:
    code = digits(rng, 6)
    return Scene("mail code", [["Hi Ines,"], ["Here is your one-time passcode:"], [code], ["Do not share it."]], [code])


def _totp(rng: random.Random) -> Scene:
    three = [digits(rng, 6) for _ in range(2)]
    lines = [["2FAS Auth"], ["Amazon"], [grouped(three[0], 3)], ["Reddit"], [grouped(three[1], 3)]]
    return Scene("totp", lines, three)


def _github_codes(rng: random.Random) -> Scene:
    six = ["".join(rng.choices("0123456789", k=4)) + " " + digits(rng, 4) for _ in range(4)]
    lines = [["Your backup codes"], [f"□ {six[0]}", f"□ {six[1]}"], [f"□ {six[2]}", f"□ {six[3]}"], ["Print codes"]]
    return Scene("google codes", lines, six)


def _metamask(rng: random.Random) -> Scene:
    said = phrase(rng)
    rows = [[f"{r * 3 + c + 1}", said[r * 3 + c]] for r in range(4) for c in range(3)]
    lines = [[cell for pair in rows[r * 3 : r * 3 + 3] for cell in pair] for r in range(4)]
    return Scene("metamask", [["Save your seed phrase"], *lines], said)


def _paper(rng: random.Random) -> Scene:
    said = phrase(rng)
    return Scene(
        "notes", [["ledger backup, do not lose"], *[[" ".join(said[i : i + 4])] for i in (0, 4, 8)]], [" ".join(said)]
    )


def _compose(rng: random.Random) -> Scene:
    word = _token(rng)
    lines = [["    environment:"], [f"      POSTGRES_PASSWORD: {word}"], ["      POSTGRES_DB: shop"]]
    return Scene("compose", lines, [word], mono=True)


def _history(rng: random.Random) -> Scene:
    key = invented(rng.choice(["github", "hf", "npm"]), rng)
    name = rng.choice(["GITHUB_TOKEN", "HF_TOKEN", "NPM_TOKEN"])
    return Scene(
        "history", [["  501  cd shop"], *wrapped(f"  502  export {name}={key}", 48), ["  503  make"]], [key], mono=True
    )


def _curl(rng: random.Random) -> Scene:
    key = invented("openai", rng)
    lines = wrapped(f'curl -H "Authorization: Bearer {key}" https://api.example.org/v1/models', 52)
    return Scene("curl", lines, [key], mono=True)


def _pem_editor(rng: random.Random) -> Scene:
    two = [invented("pem", rng), invented("pem", rng)]
    lines = [["server.key"], ["1", "-----BEGIN RSA PRIVATE KEY-----"], ["2", two[0]], ["3", two[1]]]
    return Scene("pem editor", lines, two, mono=True)


def _browser_store(rng: random.Random) -> Scene:
    word = _token(rng)
    return Scene(
        "browser store", [["forum.example"], ["Username", "ines.d"], ["Password", word], ["Edit", "Delete"]], [word]
    )


def _router(rng: random.Random) -> Scene:
    word = _token(rng)
    lines = [["Wireless 5 GHz", "Enabled"], ["SSID", "Casa-Ines"], ["Security", "WPA2-PSK"], ["Pre-shared key", word]]
    return Scene("router", lines, [word])


def _ssh_config(rng: random.Random) -> Scene:
    word = _token(rng)
    return Scene("sshpass", [[f"$ sshpass -p {word} ssh pi@10.0.0.7"], ["pi@raspberry:~ $ uptime"]], [word], mono=True)


def _cloud(rng: random.Random) -> Scene:
    identity, secret = invented("aws_id", rng), invented("aws_secret", rng)
    lines = [["Access key", "Secret access key"], [identity, secret], ["Download .csv file"]]
    return Scene("cloud", lines, [identity, secret])


def _settings(rng: random.Random) -> Scene:
    key = invented("google", rng)
    return Scene("settings", [["Maps"], ["API key", key], ["Restrictions", "None"]], [key])


def _tax(rng: random.Random) -> Scene:
    letters = "".join(rng.choices("ABCEGHJKLMNPRSTWXYZ", k=2))
    number = f"{letters} {grouped(digits(rng, 6), 2)} {rng.choice('ABCD')}"
    return Scene("tax", [["Your details"], ["National Insurance number"], [number], ["Change"]], [number])


def _vault_list(rng: random.Random) -> Scene:
    two = [_token(rng), _token(rng)]
    lines = [["Titel", "Benutzername", "Passwort"], ["Mail", "ines", two[0]], ["Forum", "ines.d", two[1]]]
    return Scene("vault list", lines, two)


def _spreadsheet(rng: random.Random) -> Scene:
    two = [_token(rng), _token(rng)]
    lines = [["Service", "Login", "PW"], ["Netflix", "ines@example.org", two[0]], ["Strom", "ines@example.org", two[1]]]
    return Scene("spreadsheet", lines, two)


def _keypad(rng: random.Random) -> Scene:
    code = digits(rng, 4)
    return Scene("keypad", [["Check-in details"], [f"Door code: {code}#"], ["Check-out 11:00"]], [code])


def _slack_screen(rng: random.Random) -> Scene:
    word = _token(rng)
    lines = [["Bram", "09:14"], ["what's the staging password again?"], ["Yara", "09:15"], [word]]
    return Scene("slack", lines, [word])


def _vpn(rng: random.Random) -> Scene:
    word = _token(rng)
    return Scene(
        "vpn", [["Server", "vpn.example.org"], ["User name", "ines"], ["Shared secret:", word], ["Connect"]], [word]
    )


def _bank_login(rng: random.Random) -> Scene:
    pin = digits(rng, 5)
    return Scene("bank login", [["Anmeldename", "88214403"], ["PIN", pin], ["Anmelden"]], [pin])


def chat(rng: random.Random) -> Scene:
    """A conversation of another kind."""
    a, b = rng.sample(_PEOPLE, 2)
    word, code, number, key = _token(rng), digits(rng, 6), card(rng), invented("gitlab", rng)
    turns, secret = rng.choice(
        [
            ([(a, "wie ist das WLAN Passwort?"), (b, word)], word),
            ([(a, f"hasło do wifi to {word}")], word),
            ([(a, f"so the new login is ines / {word}")], word),
            ([(a, f"the code they texted me is {code}")], code),
            ([(a, f"{code} c'est ton code de vérification")], code),
            ([(a, f"use my card {grouped(number)} exp 04/28")], number),
            ([(a, "which token do I use?"), (b, f"this one {key}")], key),
            ([(a, f"here's the seed phrase: {' '.join(said := phrase(rng))}")], " ".join(said)),
        ]
    )
    return Scene("chat", [[who, text] for who, text in turns], [secret])
