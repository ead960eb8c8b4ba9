"""Promise 3 on real windows: a terminal and a browser on a virtual screen, whose pixels are grabbed and read by OCR."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mss
import numpy as np
import pytest
from planted import account, card, folded, grouped, invented, remains

from observers.redact import redact_screen
from observers.screen.layout import arrange, as_text
from observers.screen.ocr.rapid import Rapid

DISPLAY = ":76"
WORDS = "ladder sunset carbon fiction pelican oxygen drastic marble hybrid kitten pioneer walnut".split()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb"),
]


@contextmanager
def running(*command: str) -> Iterator[None]:
    """A program on the virtual screen, ended with all that it started."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env={**os.environ, "DISPLAY": DISPLAY}, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def screen() -> Iterator[None]:
    with running("Xvfb", DISPLAY, "-screen", "0", "1000x600x24"):
        time.sleep(2)
        yield


def read_once_shown(last: str) -> str:
    """What OCR reads of the screen, once the last of its text is there."""
    engine = Rapid(threads=1)
    for _ in range(30):
        time.sleep(1)
        with mss.MSS(display=DISPLAY) as grabber:
            image = np.array(grabber.grab(grabber.monitors[0]))
        text = "\n".join(as_text(arrange(engine.read(image), image.shape[1], image.shape[0])))
        if folded(last) in folded(text):
            return text
    pytest.fail("the window never showed its text")


@pytest.mark.skipif(not shutil.which("xterm"), reason="needs xterm")
def test_a_terminal_full_of_keys_leaves_none(screen: None, tmp_path: Path) -> None:
    rng = random.Random(77)
    aws, token, github, word = (*(invented(n, rng) for n in ("aws_secret", "jwt", "github")), "Harbour!Lantern42")
    (tmp_path / "shown").write_text(
        f"$ cat .env\nAWS_SECRET_ACCESS_KEY={aws}\nDB_PASSWORD={word}\nTOKEN={token}\n$ git remote -v\n"
        f"origin https://{github}@github.com/me/shop.git (fetch)\n$ git log --oneline\n9fceb02 Fix login redirect\n"
        "1a410ef Add password reset page\n"
    )
    shown = f"cat {tmp_path / 'shown'}; sleep 99"
    with running("xterm", "-geometry", "70x20+0+0", "-fa", "DejaVu Sans Mono", "-fs", "11", "-e", shown):
        text = read_once_shown("Add password reset page")
    result = redact_screen([text])[0].text
    assert remains(github, text), "the secrets were on the screen, or nothing was tested"
    assert [s for s in (aws, token.split(".")[2], github, word) if remains(s, result)] == []
    assert folded("Fix login redirect") in folded(result)
    assert folded("Add password reset page") in folded(result)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_page_of_forms_leaves_no_secret(screen: None, tmp_path: Path) -> None:
    rng = random.Random(78)
    number, bank, word = card(rng), account(rng), "pebble-otter-61"
    grid = "".join(f"<div>{n}. {said}</div>" for n, said in enumerate(WORDS, 1))
    (tmp_path / "page.html").write_text(
        f"""<body style="font: 15px sans-serif; margin: 20px"><h3>Checkout</h3>
        <div style="display: grid; grid-template-columns: 220px 120px 120px; gap: 8px">
        <div>Card number</div><div>Expiry</div><div>CVC</div><input value="{grouped(number)}"><input value="08 / 29">
        <input value="731"></div><p>IBAN<br><input size=40 value="{grouped(bank)}"></p>
        <table cellpadding=6><tr><th>Site<th>User<th>Password<tr><td>github.com<td>mila<td>{word}</table>
        <p>Secret recovery phrase</p><div style="display: grid; grid-template-columns: repeat(4, 140px)">{grid}</div>
        <p>Order 302-8841190-4471823, total 1,204.99 EUR</p></body>"""
    )
    page = ("--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}")
    with running("chromium", *page, f"--app=file://{tmp_path / 'page.html'}", "--window-size=1000,600"):
        text = read_once_shown("302-8841190-4471823")
    result = redact_screen([text])[0].text
    assert remains(number, text), "the secrets were on the screen, or nothing was tested"
    assert [s for s in (number, bank, word, " ".join(WORDS)) if remains(s, result)] == []
    assert "731" not in result
    assert folded("302-8841190-4471823") in folded(result)
