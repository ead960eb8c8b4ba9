"""An X session without a screen, with a window manager and real programs in it, for the tests that look at one.

``x_session`` gives a fresh one and ends it, whatever became of the test. Where Xvfb or openbox is not installed such
tests are skipped, except in CI, where they fail: a promise that nobody checks is none.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from observers.desktop import Desktop, View, Window

WIDTH, HEIGHT = 1920, 1080
PATIENCE_SECONDS = 30.0

Seen = TypeVar("Seen")


def need(*programs: str) -> None:
    """Skip the test if a program is not installed; fail it in CI."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    reason = f"not installed: {', '.join(missing)}"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI has to have it, see .ci/run")
    pytest.skip(reason)


def wait_for(seen: Callable[[], Seen | None], what: str = "it", seconds: float = PATIENCE_SECONDS) -> Seen:
    """What ``seen`` returns once it is true, asking again and again."""
    until = time.monotonic() + seconds
    while not (found := seen()):
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return found


class XSession:
    """A running X server. ``display`` is its name, ``environment`` what its programs are started with."""

    def __init__(self, display: str, server: subprocess.Popen[bytes], home: Path) -> None:
        self.display, self.server, self.home = display, server, home
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_"))}
        self.environment |= {"DISPLAY": display, "HOME": str(home), "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1"}
        self._started: list[subprocess.Popen[bytes]] = [server]

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in the session. It is ended with it, with all that it started itself."""
        process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.home, start_new_session=True,
        )  # fmt: skip
        self._started.append(process)
        return process

    def xdotool(self, *arguments: str) -> str:
        """Press keys, move windows and the like."""
        need("xdotool")
        run = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        return run.stdout

    def xterm(self, *command: str, title: str = "xterm", geometry: str = "80x24+100+100") -> subprocess.Popen[bytes]:
        """A terminal with a command in it; a shell that waits, by default."""
        need("xterm")
        return self.start(
            "xterm", "-fa", "DejaVu Sans Mono", "-fs", "12", "-title", title, "-geometry", geometry,
            "-e", *(command or ("sleep", "3600")),
        )  # fmt: skip

    def colour(self, colour: str, title: str, geometry: str) -> subprocess.Popen[bytes]:
        """A terminal that is filled with one colour and nothing else."""
        need("xterm")
        return self.start(
            "xterm", "-bg", colour, "-fg", colour, "-cr", colour, "-b", "0", "-title", title, "-geometry", geometry,
            "+sb", "-e", "sleep", "3600",
        )  # fmt: skip

    def mousepad(self, *files: Path) -> subprocess.Popen[bytes]:
        """An editor."""
        need("mousepad")
        return self.start("mousepad", "--disable-server", *map(str, files))

    def chromium(self, url: str, *options: str) -> subprocess.Popen[bytes]:
        """A browser with a profile of its own, which asks nothing of the network."""
        need("chromium")
        return self.start(
            "chromium", "--no-sandbox", "--no-first-run", "--no-default-browser-check", "--password-store=basic",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu",
            "--disable-features=Translate,OptimizationHints,MediaRouter", "--dns-prefetch-disable",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self.home / 'chromium'}", *options, url,
        )  # fmt: skip

    def connect(self) -> Any:
        """An Xlib display, for windows of the test's own making."""
        from Xlib.display import Display  # noqa: PLC0415 - Linux only

        with contextlib.redirect_stdout(io.StringIO()):  # it prints if there is no .Xauthority
            return Display(f"unix{self.display}")

    def desktop(self, session_locked: Callable[[], bool] = lambda: False) -> Desktop:
        """The session as Inkling sees it, without the buses of whoever runs the tests."""
        from observers.desktop.x11 import X11Desktop  # noqa: PLC0415 - Linux only

        return X11Desktop(self.display, session_locked=session_locked)

    def end(self) -> None:
        """End everything, the server last."""
        for process in reversed(self._started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


def start_server(*options: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Start an Xvfb on a display of its own choice."""
    need("Xvfb")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-noreset",
         "-s", "0",  # or the screen is blanked after ten minutes without a key
         *options],
        pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        number = told.readline().decode().strip()
    if not number:
        server.kill()
        server.wait()
        pytest.fail("Xvfb did not start")
    return f":{number}", server


@contextlib.contextmanager
def running(home: Path, manager: Sequence[str] = ("openbox", "--sm-disable"), *options: str) -> Iterator[XSession]:
    """A session with a window manager, or with none at all if ``manager`` is empty."""
    need("Xvfb", *manager[:1])
    display, server = start_server(*options)
    session = XSession(display, server, home)
    try:
        if manager:
            session.start(*manager)
            _await_manager(session)
        yield session
    finally:
        session.end()


def _await_manager(session: XSession) -> None:
    """The window manager is there once it says so on the root window."""
    display = session.connect()
    try:
        atom = display.intern_atom("_NET_SUPPORTING_WM_CHECK")
        root = display.screen().root
        wait_for(lambda: root.get_full_property(atom, 0), "the window manager")
    finally:
        display.close()


@pytest.fixture
def x_session(tmp_path: Path) -> Iterator[XSession]:
    """A fresh X session with openbox."""
    with running(tmp_path) as session:
        yield session


@pytest.fixture
def bare_x_session(tmp_path: Path) -> Iterator[XSession]:
    """A fresh X server without a window manager."""
    with running(tmp_path, ()) as session:
        yield session


@pytest.fixture
def browser_session(tmp_path: Path) -> Iterator[XSession]:
    """A fresh X session for tests that start Chromium, which takes seconds and hundreds of megabytes."""
    need("chromium")
    with running(tmp_path) as session:
        yield session


def window_titled(desktop: Desktop, title: str) -> Window:
    """The window whose title has ``title`` in it, once it is there."""

    def find() -> Window | None:
        return next((window for window in desktop.look().windows if title in (window.title or "")), None)

    return wait_for(find, f"a window titled {title!r}")


def view_where(desktop: Desktop, holds: Callable[[View], bool], what: str) -> View:
    """The first view of which something holds."""

    def look() -> View | None:
        view = desktop.look()
        return view if holds(view) else None

    return wait_for(look, what)
