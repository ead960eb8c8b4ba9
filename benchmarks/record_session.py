"""Record half an hour at a real screen: a browser, a terminal and an editor under Xvfb, driven by a script.

    python benchmarks/record_session.py tests/recordings/half_hour.zip

Every program is real and every pixel is theirs; only the clock is the script's, so that reading a page for a minute
takes no minute. Everything typed and shown is invented, `session/` holds the pages. Needs Debian's xvfb openbox xterm
chromium mousepad xdotool. What is in the recording, and what must be made of it, is in `session/expected.py`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]

from recording import Recorder  # noqa: E402 - from the tests, which replay it

PAGES = HERE / "session"
WIDTH, HEIGHT = 1920, 1080
SETTLE_SECONDS = 0.12  # of real time, after an action, before the screen is taken
CHROMIUM = (
    "chromium", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-quic", "--disable-smooth-scrolling", "--force-device-scale-factor=1",
    "--password-store=basic", "--no-default-browser-check", "--disable-features=Translate,MediaRouter",
    "--test-type",
)  # fmt: skip


class Session:
    """The screen, the script's clock, and the recorder."""

    def __init__(self, display: str, home: Path) -> None:
        from mss import mss  # noqa: PLC0415 - after DISPLAY is set

        from observers.desktop import open_desktop  # noqa: PLC0415

        self.seconds = 0.0
        self._home = home
        self._environment = {
            **os.environ,
            "DISPLAY": display,
            "HOME": str(home),
            "PS1": "mirela@weir:~$ ",
            "LC_ALL": "C.UTF-8",
        }
        self._desktop = open_desktop()
        self._screen = mss()
        self._recorder = Recorder(WIDTH, HEIGHT)
        self._programs: list[subprocess.Popen[bytes]] = []

    # what happens on the screen

    def open(self, *command: str, wait: float = 2.0) -> None:
        """Start a program, and give it real time to draw."""
        self._programs.append(
            subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        time.sleep(wait)
        self.take(3)

    def focus(self, title: str, advance: float = 3) -> None:
        """Bring the window whose title has ``title`` in it to the front."""
        self._do("search", "--onlyvisible", "--name", title, "windowactivate", "--sync")
        time.sleep(0.2)
        self.take(advance)

    def visit(self, page: str) -> None:
        """Open one of our pages in the browser in front, by an address such as `post.example/mail.html`."""
        self._do("key", "ctrl+l")
        self._do("type", "--delay", "1", "--", page)
        self._do("key", "Return")
        time.sleep(1.2)
        self.take(3)

    def type(self, text: str, *, every: int = 7, advance: float = 2) -> None:
        """Type as people do, the screen taken every few characters."""
        for start in range(0, len(text), every):
            self._do("type", "--delay", "1", "--", text[start : start + every])
            self.take(advance)

    def key(self, name: str, advance: float = 2) -> None:
        """Press a key."""
        self._do("key", name)
        self.take(advance)

    def scroll(self, times: int, advance: float = 2) -> None:
        """Turn the wheel down, notch by notch."""
        for _ in range(times):
            self._do("click", "5")
            self.take(advance)

    def read(self, seconds: float) -> None:
        """Look at what is there: carets blink and adverts turn, and nothing else."""
        for _ in range(int(seconds // 10)):
            time.sleep(0.15)
            self.take(10)

    def run(self, command: str, *, advance: float = 4) -> None:
        """Type a command into the terminal in front, and run it."""
        self.type(command, every=9)
        self._do("key", "Return")
        time.sleep(0.3)
        self.take(advance)

    def point(self, x: int, y: int, *, click: bool = False) -> None:
        """Move the pointer."""
        self._do("mousemove", str(x), str(y))
        if click:
            self._do("click", "1")

    def close(self, title: str) -> None:
        """Close a window by its title."""
        self._do("search", "--onlyvisible", "--name", title, "windowclose")
        time.sleep(0.5)
        self.take(3)

    # taking it down

    def take(self, advance: float) -> None:
        """Record the screen, and let the script's clock go on."""
        time.sleep(SETTLE_SECONDS)
        view = self._desktop.look()
        shot = self._screen.grab(self._screen.monitors[0])
        pixels = np.frombuffer(shot.bgra, np.uint8).reshape(HEIGHT, WIDTH, 4)
        gray = (pixels[:, :, :3].astype(np.uint16) @ np.array([29, 150, 77], np.uint16) >> 8).astype(np.uint8)
        self._recorder.add(self.seconds, view, gray)
        self.seconds += advance

    def end(self) -> Recorder:
        """Close every program."""
        for program in self._programs:
            program.terminate()
        for program in self._programs:
            program.wait(timeout=10)
        self._desktop.close()
        return self._recorder

    def _do(self, *arguments: str) -> None:
        subprocess.run(("xdotool", *arguments), env=self._environment, check=False, stdout=subprocess.DEVNULL)


def perform(s: Session, home: Path, port: int) -> None:
    """The half hour."""
    chromium = (*CHROMIUM, f"--host-resolver-rules=MAP *.example 127.0.0.1:{port}")
    place = (f"--window-size={WIDTH},{HEIGHT - 60}", "--window-position=0,0")
    s.open(*chromium, f"--user-data-dir={home / 'browser'}", *place, "towpath.example/article.html", wait=6)
    s.point(900, 700)
    s.read(40)
    read_article(s, 10)
    work_in_terminal(s)
    look_things_up(s)
    answer_mail(s)
    chat(s)
    look_up_password(s)
    for page, seconds in (
        ("harrowvale.example/bank.html", 40),
        ("ferrywell.example/order.html", 60),
        ("inkwell.example/diary.html", 30),
        ("calendar.example/calendar.html", 60),
    ):
        s.visit(page)
        s.read(seconds)
    browse_privately(s, chromium, home)
    make_notes(s)
    s.focus("Calendar")
    s.visit("towpath.example/article.html")
    read_article(s, 9)
    s.focus("mirela@weir")
    s.run("git log --oneline --stat | head -50")
    s.read(80)


def read_article(s: Session, pages: int) -> None:
    """Scroll, read, scroll."""
    for _ in range(pages):
        s.scroll(6)
        s.read(20)


def work_in_terminal(s: Session) -> None:
    """Commands, long output, and a key that should not be there."""
    look = ("-fa", "DejaVu Sans Mono", "-fs", "11", "-geometry", "110x40+700+120")
    s.open("xterm", *look, "-T", "mirela@weir: ~/gauges", "-e", "bash", "--norc")
    s.run("git init -q gauges && cd gauges && git config user.name Mirela && git config user.email m@weir.example")
    commit = 'git commit -q --allow-empty -m "Gauge $i: read the level twice and keep the median"'
    s.run(f"for i in 1 2 3 4 5 6; do {commit}; done")
    s.run("git log --oneline")
    s.run("export HARBOR_API_KEY=sk-proj-9fQ2xLm81TzKpVbW47RnYc3DhJ6sGa0E")
    s.run("seq 1 140 | sed 's/^/station reading number /'")
    s.run("python3 -c \"print('median of 5 readings: 1284 mm')\"")
    s.read(30)


def look_things_up(s: Session) -> None:
    """Documentation beside code."""
    s.focus("Towpath", 4)
    s.visit("gaugekit.example/reference.html")
    for _ in range(4):
        s.scroll(5)
        s.read(20)
    s.focus("mirela@weir")
    s.run("cat > read.py <<'END'")
    s.run("import gaugekit", advance=2)
    s.run("station = gaugekit.open_gauge_0('lower weir')", advance=2)
    s.run("for level in gaugekit.read_level_1(station):", advance=2)
    s.run("    print(level / 1000, 'm over datum')", advance=2)
    s.run("END", advance=2)
    s.read(60)


def answer_mail(s: Session) -> None:
    """Read a mail and answer it."""
    s.focus("gaugekit")
    s.visit("post.example/mail.html")
    s.read(40)
    s.point(900, 640, click=True)
    s.type("Hello Benedikt, I will send the drawings on Friday. I work as a lock engineer for the canal trust and ")
    s.type("the spring inspection was mine. I live in Shardlow, ten minutes from the lower gate, ")
    s.type("so I can look at it tomorrow. ")
    s.key("Return")
    s.type("Please do not worry about the hour, I get up at five every day. Mirela")
    s.read(30)


def chat(s: Session) -> None:
    """Write to a friend."""
    s.visit("signalpost.example/chat.html")
    s.read(20)
    s.point(900, 980, click=True)
    for words in (
        "I am bringing my kayak, can you fetch me from the station?",
        "also I don't eat meat any more, since August",
        "my sister Adwoa may come along",
    ):
        s.type(words)
        s.key("Return", 4)
        s.read(10)


def look_up_password(s: Session) -> None:
    """A password manager over the browser, then behind it, then in front again."""
    shown = "Title: Postroom\\nUser: mirela.osei\\nPassword: vellum-Harpsichord-77\\n"
    look = ("-fa", "DejaVu Sans Mono", "-fs", "12", "-geometry", "70x20+200+300")
    name = ("-class", "KeePassXC", "-T", "Passwords.kdbx - KeePassXC")
    s.open("xterm", *name, *look, "-e", "sh", "-c", f"printf '{shown}'; sleep 900")
    s.read(20)
    s.focus("Signalpost")
    s.focus("KeePassXC")
    s.read(20)
    s.close("KeePassXC")


def browse_privately(s: Session, chromium: tuple[str, ...], home: Path) -> None:
    """A private window over the ordinary one."""
    place = ("--window-size=1000,700", "--window-position=300,150")
    profile = f"--user-data-dir={home / 'private'}"
    s.open(*chromium, profile, "--incognito", *place, "party.example/private.html", wait=5)
    s.read(30)
    s.close("Surprise party")


def make_notes(s: Session) -> None:
    """A list in an editor, with a card number in it."""
    s.open("mousepad", wait=3)
    for line in (
        "Packing for Lincoln",
        "- dry bag, buoyancy aid, the kayak pump",
        "- choir folder, I sing alto",
        "- book the train for Adwoa as well",
        "- card 4111 1111 1111 1111 for the hostel",
    ):
        s.type(line)
        s.key("Return")
    s.read(40)


@contextmanager
def served() -> Iterator[int]:
    """The pages on a port of this machine's own."""
    handler = partial(QuietHandler, directory=str(PAGES))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@contextmanager
def xvfb() -> Iterator[str]:
    """A virtual screen with a window manager."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ("Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"),
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        display = f":{told.readline().strip()}"
    manager = subprocess.Popen(("openbox",), env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield display
    finally:
        manager.terminate()
        server.terminate()
        server.wait(timeout=10)


def main() -> None:
    """Record it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="session-"))
    try:
        with xvfb() as display, served() as port:
            os.environ["DISPLAY"] = display
            os.environ.pop("WAYLAND_DISPLAY", None)
            session = Session(display, home)
            try:
                os.chdir(home)
                perform(session, home, port)
            finally:
                recorder = session.end()
        chosen.file.parent.mkdir(parents=True, exist_ok=True)
        recorder.save(chosen.file)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(f"{session.seconds / 60:.1f} minutes, {chosen.file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
