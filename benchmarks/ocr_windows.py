"""Real windows on a virtual X screen, grabbed as the screen observer grabs them.

Pages are switched through a script file that the browser asks for again and again: no input has to be faked, and a
coloured dot in the corner says which page is being shown.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ocr_pages import Page

    from observers.screen.ocr import Image

DISPLAY = ":67"
DOT = 4  # pixels each way, in the bottom right corner
SHELL = """<!doctype html><meta charset=utf-8><style>html,body{{margin:0;overflow:hidden}}</style><div id=page></div>
<div id=dot style="position:fixed;right:0;bottom:0;width:{dot}px;height:{dot}px"></div><script>
const pages={pages};
function show(n){{document.getElementById('page').innerHTML=pages[n];
document.getElementById('dot').style.background=`rgb(${{n+1}},77,33)`}}
setInterval(()=>{{const s=document.createElement('script');s.src='now.js?'+Math.random();
s.onload=()=>s.remove();document.head.append(s)}},100)</script>"""


@contextlib.contextmanager
def screen(width: int, height: int) -> Iterator[Any]:
    """A virtual screen and what grabs it."""
    import mss  # noqa: PLC0415

    server = subprocess.Popen(
        ["Xvfb", DISPLAY, "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
    )
    os.environ["DISPLAY"] = DISPLAY
    try:
        _until(lambda: Path(f"/tmp/.X11-unix/X{DISPLAY[1:]}").exists())
        time.sleep(0.5)
        with mss.MSS(display=DISPLAY) as grabber:
            yield grabber
    finally:
        server.terminate()
        server.wait()


def grabbed(grabber: Any, width: int, height: int) -> Image:
    """The top left ``width`` by ``height`` pixels of the screen."""
    shot = grabber.grab({"left": 0, "top": 0, "width": width, "height": height})
    return np.frombuffer(bytes(shot.bgra), np.uint8).reshape(height, width, 4).copy()


def browser_shots(pages: Sequence[Page], width: int, height: int) -> Iterator[Image]:
    """Each page as chromium shows it in a window of that size."""
    with screen(width, height) as grabber, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "now.js").write_text("")
        (home / "index.html").write_text(
            SHELL.format(dot=DOT, pages=json.dumps([page.body for page in pages])), encoding="utf-8"
        )
        browser = _chromium(home, width, height)
        try:
            for number in range(len(pages)):
                (home / "now.js").write_text(f"show({number})")
                yield _shown(grabber, number, width, height)
        finally:
            browser.terminate()
            browser.wait()


def xterm_shot(text: str, font: Sequence[str], width: int, height: int) -> Image:
    """A terminal showing ``text``."""
    with screen(width, height) as grabber, tempfile.TemporaryDirectory() as folder:
        shown = Path(folder, "text")
        shown.write_text(text, encoding="utf-8")
        terminal = subprocess.Popen(
            ["xterm", *font, "-geometry", "100x40+0+0", "-u8", "-e", "sh", "-c", f"cat {shown}; sleep 60"],
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(3)
            return grabbed(grabber, width, height)
        finally:
            terminal.terminate()
            terminal.wait()


def _chromium(home: Path, width: int, height: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            "chromium", f"--app=file://{home}/index.html", f"--user-data-dir={home}/profile", "--no-sandbox",
            "--no-first-run", "--disable-gpu", "--disable-background-networking", "--force-device-scale-factor=1",
            f"--window-size={width},{height}", "--window-position=0,0", "--kiosk", "--allow-file-access-from-files",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"HOME": str(home)},
    )  # fmt: skip


def _shown(grabber: Any, number: int, width: int, height: int) -> Image:
    """The page once its dot is there and nothing changes any more; without the dot."""
    last: list[Image] = []

    def still() -> bool:
        image = grabbed(grabber, width, height)
        blue, green, red = image[-2, -2, :3]
        there = (red, green, blue) == (number + 1, 77, 33)
        same = bool(last) and np.array_equal(last[-1], image)
        last[:] = [image]
        return there and same

    _until(still)
    image = last[-1]
    image[-DOT:, -DOT:] = image[-DOT - 2, -DOT - 2]
    return image


def _until(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not show its page")
        time.sleep(0.15)
