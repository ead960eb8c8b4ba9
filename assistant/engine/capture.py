"""The screen as the engine looks at it: opened when the user turns it on, let go of when it is paused, gone or off.

Desktop, grabber and text recognition are made in the loop's own thread and stay there: none of them may be shared.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from memory.errors import (
    DisplayGoneError,
    InklingError,
    MissingPartError,
    StorageFullError,
    StorageReadOnlyError,
    UnsupportedDesktopError,
)
from observers.screen import apps, remembered
from observers.screen.pauses import Pauses

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.core import Assistant
    from assistant.llm.captions import Captions
    from memory.records import Observation
    from observers.desktop import Desktop
    from observers.screen.exclusions import Rules
    from observers.screen.observer import Grabs, Outcome, ScreenObserver
    from observers.screen.ocr.line import Image, Line

OFF_SECONDS = 60.0  # between two looks at whether it is still off; turning it on wakes the loop
CAPTION = "caption"  # the choice of a model's descriptions in place of text
AWAY: dict[Outcome, float] = {"idle": 180.0, "locked": 3600.0}  # how long nobody has been there, at least


class Recogniser(Protocol):
    """Text recognition that gives its memory back when it is not used."""

    @property
    def name(self) -> str:
        """Its name and version."""
        ...

    def read(self, image: Image) -> list[Line]:
        """The lines on an image."""
        ...

    def rest(self) -> bool:
        """Give memory back if it has not been used for a while."""
        ...

    def interrupt(self) -> None:
        """End a read under way in another thread, for good."""
        ...

    def close(self) -> None:
        """Give it back now."""
        ...


@dataclass(frozen=True, slots=True)
class Eyes:
    """Where the screen comes from: each is called in the loop's thread when the screen is turned on."""

    desktop: Callable[[], Desktop]
    grabber: Callable[[], Grabs]
    recogniser: Callable[[str], Recogniser]

    @staticmethod
    def own() -> Eyes:
        """This computer's screen."""
        from observers.desktop import open_desktop  # noqa: PLC0415 - not for those who only watch folders
        from observers.screen.grab import Grabber  # noqa: PLC0415
        from observers.screen.ocr import load_ocr  # noqa: PLC0415

        return Eyes(open_desktop, Grabber, load_ocr)


class Capture:
    """Looks at the screen, a step at a time. ``why`` and the attributes may be read from any thread."""

    def __init__(self, assistant: Assistant, eyes: Callable[[], Eyes], pauses: Callable[[], Pauses]) -> None:
        self._assistant = assistant
        self._eyes = eyes
        self._pauses = pauses
        self._open: _Open | None = None
        self._dwell: dict[str, float] = {}  # of kept passages, not yet in the vault
        self._dropped: list[str | None] = []  # apps of which what has gathered is not to be kept; None is all
        self._keeping = threading.Lock()
        self.on = False
        self.outcome: Outcome | None = None
        self.captured_at: datetime | None = None

    @property
    def user_idle_seconds(self) -> float | None:
        """How long nobody has been there, at least; None if that is not known."""
        return None if self.outcome is None else AWAY.get(self.outcome, 0.0)

    def step(self) -> float:
        """Look once, if that is wanted; the seconds until the next look.

        Raises DisplayGoneError or another InklingError about the screen itself, having let go of it. On one about the
        vault, as where the disk is full, what was read is kept and offered again at the next step; until then nothing
        is let go of either.
        """
        chosen = self._assistant.config()
        self.on = chosen.screen_on
        if not chosen.screen_on:
            self._release()
            return OFF_SECONDS
        try:
            return self._look(chosen)
        except (DisplayGoneError, UnsupportedDesktopError, MissingPartError):
            self._release()
            raise

    def drop(self, app: str | None = None) -> None:
        """What has gathered, of one app or of all, is dropped; once this returns nothing of it comes into the vault."""
        with self._keeping:
            self._dropped.append(app)

    def interrupt(self) -> None:
        """Let a look under way end soon: the vault is about to be locked."""
        opened = self._open
        if opened is not None:
            opened.recogniser.interrupt()
            if opened.captions is not None:
                opened.captions.interrupt()

    def fault(self) -> str | None:
        """Why windows are read though they are to be described, and by what; None if neither."""
        opened = self._open
        why = None if opened is None or opened.captions is None else opened.captions.fault
        return None if opened is None or why is None else f"{why}; text is read by {opened.recogniser.name}"

    def why(self, since: datetime) -> list[dict[str, Any]]:
        """The decisions since then, oldest first, without content."""
        opened = self._open
        return [] if opened is None else [plain(noted) for noted in opened.observer.decisions.latest(since)]

    def close(self) -> None:
        """Let go of the screen, handing over what has gathered if it can still be kept."""
        opened, self.outcome = self._open, None
        if opened is None:
            return
        try:
            with suppress(InklingError):
                self._flush(opened)
        finally:
            self._open = None
            opened.close()

    def _release(self) -> None:
        """As ``close``, but where there is no room for what has gathered, raise instead of losing it."""
        try:
            if self._open is not None:
                self._flush(self._open)
        except (StorageFullError, StorageReadOnlyError):
            self.outcome = None
            raise
        except InklingError:
            self.close()
        else:
            self.close()

    def _flush(self, opened: _Open) -> None:
        self._done(opened.observer.flush(self._assistant.now(), self._take).dwell)

    def _look(self, chosen: Config) -> float:
        opened = self._opened(chosen)
        observer = opened.observer
        self._drop(observer)
        observer.pauses = self._pauses()
        tick = observer.tick(self._assistant.now(), self._take)
        self.outcome = tick.outcome
        self._done(tick.dwell)
        opened.recogniser.rest()
        return tick.next_seconds

    def _drop(self, observer: ScreenObserver) -> None:
        """Forget what the user wanted dropped; from now on what is seen may be kept again."""
        with self._keeping:
            for app in self._dropped:
                observer.drop(app)
            self._dropped.clear()

    def _opened(self, chosen: Config) -> _Open:
        """The screen, opened anew if the user has chosen otherwise since: what new rules exclude is not kept first."""
        if self._open is not None and self._open.chosen != _choices(chosen):
            self._open.observer.rules = _rules(chosen)
            self._release()
        if self._open is None:
            self._open = _opened(self._assistant, self._eyes(), chosen)
        return self._open

    def _take(self, observations: list[Observation], thumbnails: dict[str, bytes]) -> None:
        with self._keeping:
            self._assistant.observe(
                [o for o in observations if not any(_concerns(app, o.app) for app in self._dropped)]
            )
            self.captured_at = self._assistant.now()
            if thumbnails:
                self._assistant.add_thumbnails(thumbnails)

    def _done(self, dwell: dict[str, float]) -> None:
        self._dwell |= dwell
        if self._dwell:
            self._assistant.extend_dwell(self._dwell)
            self._dwell = {}


@dataclass(frozen=True, slots=True)
class _Open:
    """What is open while the screen is looked at, and the choices it was opened with."""

    chosen: tuple[Any, ...]
    desktop: Desktop
    grabber: Grabs
    recogniser: Recogniser
    observer: ScreenObserver
    captions: Captions | None

    def close(self) -> None:
        self.observer.clear()
        remembered.clear()
        for part in (self.recogniser, self.grabber, self.desktop):
            _close(part)


def _concerns(dropped: str | None, app: str | None) -> bool:
    """Whether an app is the one that was dropped, or all are."""
    return dropped is None or not apps.names(dropped).isdisjoint(apps.names(app or ""))


def _rules(chosen: Config) -> Rules:
    from observers.screen.defaults import default_rules  # noqa: PLC0415
    from observers.screen.exclusions import Rules  # noqa: PLC0415

    return Rules(default_rules()) if chosen.rules is None else Rules.parse(chosen.rules)


def _choices(chosen: Config) -> tuple[Any, ...]:
    return chosen.screen_scope, chosen.ocr, chosen.rules, bool(chosen.thumbnails_days)


def _opened(assistant: Assistant, eyes: Eyes, chosen: Config) -> _Open:
    from observers.screen.noise import Noise  # noqa: PLC0415
    from observers.screen.observer import ScreenObserver  # noqa: PLC0415
    from observers.screen.reader import Reader  # noqa: PLC0415
    from observers.screen.thumbnail import thumbnail  # noqa: PLC0415

    with ExitStack() as undo:  # of what is open already when the next part fails
        captions = assistant.captions() if chosen.ocr == CAPTION else None
        recogniser = eyes.recogniser("auto" if captions else chosen.ocr)
        undo.callback(_close, recogniser)
        desktop = eyes.desktop()
        undo.callback(_close, desktop)
        grabber = eyes.grabber()
        undo.callback(_close, grabber)
        observer = ScreenObserver(
            desktop, grabber, Reader(recogniser), _rules(chosen),
        Noise(assistant.screen_lines, assistant.vault.subkey("lines")),
            scope=chosen.screen_scope, thumbnail=thumbnail if chosen.thumbnails_days else None, seer=captions,
        )  # fmt: skip
        undo.pop_all()
    return _Open(_choices(chosen), desktop, grabber, recogniser, observer, captions)


def _close(part: Any) -> None:
    with suppress(InklingError):
        getattr(part, "close", lambda: None)()


def plain(noted: Any) -> dict[str, Any]:
    """A decision in plain values."""
    return {
        "at": noted.last, "outcome": noted.outcome, "app": noted.app, "rule": noted.rule,
        "since": noted.first, "times": noted.times, "new_lines": noted.new_lines,
    }  # fmt: skip
