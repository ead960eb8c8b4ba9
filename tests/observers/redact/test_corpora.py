"""Secrets in context are removed, and what only looks like one stays (promise 3), measured on two written corpora.

secrets.txt and harmless.txt were written before the detectors were tuned. The keys are invented when the test runs,
so that no file holds anything a scanner would take for real.
"""

from __future__ import annotations

import base64
import random
import re
import string
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from observers.redact import redact, redact_turns, thread

HERE = Path(__file__).parent
SECRET = re.compile("⟦(.*?)⟧", re.DOTALL)
ALNUM = string.ascii_letters + string.digits

# name -> (prefix, alphabet, length of the body)
FORMATS = {
    "openai": ("sk-proj-", ALNUM, 40),
    "anthropic": ("sk-ant-api03-", ALNUM + "-_", 93),
    "github": ("ghp_", ALNUM, 36),
    "github_fine": ("github_pat_", ALNUM + "_", 82),
    "gitlab": ("glpat-", ALNUM, 20),
    "aws_id": ("AKIA", string.ascii_uppercase + "234567", 16),
    "aws_secret": ("", ALNUM + "/+", 40),
    "google": ("AIza", ALNUM + "_", 35),
    "slack": ("xoxb-", string.digits, 24),
    "slack_hook": ("T0", string.ascii_uppercase + string.digits + "/", 40),
    "stripe": ("sk_live_", ALNUM, 24),
    "npm": ("npm_", ALNUM, 36),
    "pypi": ("pypi-AgEI", ALNUM + "_-", 80),
    "hf": ("hf_", string.ascii_letters, 34),
    "sendgrid": ("SG.", ALNUM, 22),
    "telegram": ("", ALNUM, 35),
    "discord": ("MTE4", ALNUM, 22),
    "twitch": ("live_", ALNUM, 30),
    "generic": ("", ALNUM, 32),
    "gen20": ("", ALNUM, 20),
    "mixed40": ("", ALNUM, 40),
    "hex32": ("", "0123456789abcdef", 32),
    "hex64": ("", "0123456789abcdef", 64),
}


def invented(name: str, chance: random.Random) -> str:
    """A key of that format."""
    if name == "b64line":
        return base64.b64encode(chance.randbytes(48)).decode()
    if name == "uuid":
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if name == "jwt":
        parts = [b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","iat":1516239022}', chance.randbytes(32)]
        return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)
    prefix, alphabet, length = FORMATS[name]
    body = "".join(chance.choice(alphabet) for _ in range(length))
    if name == "sendgrid":
        return f"{prefix}{body}.{invented('gen20', chance)}{invented('gen20', chance)}abc"
    if name == "telegram":
        return f"{chance.randrange(10**9, 10**10)}:{body}"
    if name == "discord":
        return f"{prefix}{body}.{body[:6]}.{invented('generic', chance)}"
    if name == "twitch":
        return f"{prefix}{chance.randrange(10**8, 10**9)}_{body}"
    return prefix + body


@dataclass(frozen=True)
class Case:
    turns: list[str]
    secrets: list[list[str]]  # one list a turn


def cases(name: str) -> list[Case]:
    out = []
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines()):
        if line.startswith("#"):
            continue
        chance = random.Random(number)
        filled = re.sub(r"\{(\w+)\}", lambda m, chance=chance: invented(m[1], chance), line)
        filled = re.sub(r"\\(\\|n)", lambda m: "\n" if m[1] == "n" else "\\", filled)
        turns = filled.split(" ⏎ ")
        out.append(Case([SECRET.sub(r"\1", t) for t in turns], [SECRET.findall(t) for t in turns]))
    return out


SECRETS = cases("secrets.txt")
HARMLESS = cases("harmless.txt")


def named(case: Case) -> str:
    return " / ".join(case.turns)[:60]


@pytest.mark.parametrize("case", SECRETS, ids=named)
def test_secret_is_removed_from_the_turns_of_a_thread(case: Case) -> None:
    results = redact_turns(case.turns)
    for result, secrets in zip(results, case.secrets, strict=True):
        assert not [s for s in secrets if s in result.text]
    assert sum(n for r in results for n in r.counts.values()) >= 1


@pytest.mark.parametrize("case", HARMLESS, ids=named)
def test_harmless_look_alike_stays(case: Case) -> None:
    assert [r.text for r in redact_turns(case.turns)] == case.turns


@pytest.mark.parametrize("case", SECRETS, ids=named)
def test_redacting_the_redacted_changes_nothing(case: Case) -> None:
    once = [r.text for r in redact_turns(case.turns)]
    assert [r.text for r in redact_turns(once)] == once


def test_cheap_filter_never_changes_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [c.turns for c in SECRETS + HARMLESS]
    filtered = [[r.text for r in redact_turns(turns)] for turns in everything]
    monkeypatch.setattr(thread, "may_hold", lambda text: True)
    monkeypatch.setattr(thread, "may_announce", lambda text: True)
    assert [[r.text for r in redact_turns(turns)] for turns in everything] == filtered


def test_one_at_a_time_with_stored_texts_before_finds_what_the_batch_finds_forwards() -> None:
    turns = ["what's the wifi password?", "one sec", "gracht-otter-17", "ta"]
    stored: list[str] = []
    for turn in turns:
        stored.append(redact(turn, before=stored).text)
    assert stored == ["what's the wifi password?", "one sec", "[password removed]", "ta"]


@pytest.mark.parametrize("case", [c for c in SECRETS if len(c.turns) == 1], ids=named)
def test_secret_is_removed_from_the_middle_of_a_long_screen(case: Case) -> None:
    lines = "File  Edit  View\nthe boats came in late and the harbour was quiet\nTotal 3 items\n" * 8
    text = redact(f"{lines}\n{case.turns[0]}\n\n{lines}").text
    assert not [s for s in case.secrets[0] if s in text]
    assert text.startswith(lines)
    assert text.endswith(lines)
