"""Windows described by a model that sees: what comes of it, what is never shown to it, and what is kept without it."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEmbedder, FakeSeer
from PIL import Image as Pillow
from played import PlayedOcr, PlayedScreen, eyes
from support import PASSPHRASE, START, Clock

from assistant import Assistant, Observation
from assistant.distillers.small import screens
from assistant.engine.capture import Capture
from assistant.llm.captions import NO_MODEL, REST_SECONDS, Captions
from memory.errors import ModelFailedError, ModelStoppedError
from observers.desktop import Rect
from observers.screen.described import APART_SECONDS
from observers.screen.pauses import Pauses

NOTES = ("The ferry leaves at nine", "Bring the blue suitcase")
LETTER = ("Dear Ines, thank you for the tent", "it rained on us all the same")
TOLD = "The person plans a trip by ferry. It leaves at nine."
KEPT = "[caption] The person plans a trip by ferry.\n[caption] It leaves at nine."


class Desk:
    """A capture of a played screen with a model that sees it, at a clock that moves only here."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.screen, self.ocr = Clock(), PlayedScreen(), PlayedOcr()
        self.vault = Assistant.open(folder, PASSPHRASE, create=True, clock=self.clock, embedder=FakeEmbedder())
        self.vault.configure(screen_on=True, ocr="caption")
        self.model: FakeSeer | None = FakeSeer(TOLD)
        self.captions = Captions(lambda: self.model, clock=lambda: self.clock().timestamp())
        self.vault.captions = lambda: self.captions  # type: ignore[method-assign]
        self.engines: list[str] = []
        self.capture = Capture(self.vault, lambda: eyes(self.screen, self.ocr, self.engines), Pauses)

    def watch(self, seconds: float) -> None:
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < end:
            self.clock.now += timedelta(seconds=self.capture.step())

    @property
    def seer(self) -> FakeSeer:
        assert self.model is not None
        return self.model

    def held(self) -> list[Observation]:
        return [stored.observation for stored in self.vault._store.observations.all()]

    def texts(self) -> list[str]:
        return [observation.text for observation in self.held()]

    def shown(self) -> bytes:
        """What is written on all the pictures that the model was shown."""
        return b"".join(_blue(png) for png in self.seer.pictures)


def _blue(png: bytes) -> bytes:
    return np.asarray(Pillow.open(io.BytesIO(png)).convert("RGB"))[..., 2].tobytes()


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    found = Desk(folder)
    yield found
    found.capture.close()
    found.vault.close()


def test_nothing_is_described_unless_the_user_says_so(desk: Desk) -> None:
    desk.vault.configure(ocr="auto")
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(60)
    assert desk.texts() == ["\n".join(NOTES)]
    assert desk.seer.pictures == []
    assert desk.capture.fault() is None


def test_a_description_takes_the_place_of_the_text_and_is_known_for_one(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(60)
    (kept,) = desk.held()
    assert kept.text == KEPT
    assert (kept.source, kept.speaker, kept.app, kept.title) == ("screen", None, "Editor", "notes.txt")
    assert NOTES[0].encode() in desk.shown()
    assert desk.engines == ["auto"]
    assert desk.capture.fault() is None
    assert not any(desk.seer.urgent)


def test_what_is_said_in_a_description_is_nobodys_own_word() -> None:
    """Though it is found where the user writes down what he thinks."""

    def drawn(text: str) -> list[str]:
        seen = Observation(text=text, at=START, source="screen", app="Notes", title="My notes", thread="s", key="s")
        return [candidate.text for candidate in screens.candidates([seen])]

    assert drawn("I moved to Lisbon last year and I work as a nurse.")
    assert not drawn("[caption] I moved to Lisbon last year and I work as a nurse.")


def test_an_excluded_window_is_never_shown_to_the_model(desk: Desk) -> None:
    desk.vault.configure(rules=["app:Diary"], screen_scope="visible")
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.screen.show(2, "Diary", "today", *LETTER, rect=Rect(0, 96, 640, 200))
    desk.watch(30)
    assert NOTES[0].encode() in desk.shown()
    desk.screen.show(3, "Diary", "tomorrow", "whatever will be")
    desk.watch(30)
    assert LETTER[0].encode() not in desk.shown()
    assert b"whatever will be" not in desk.shown()


def test_a_page_that_only_its_address_bar_excludes_is_not_shown_to_the_model(desk: Desk) -> None:
    desk.vault.configure(rules=["domain:bank.test"])
    desk.screen.show(1, "Firefox", "Accounts", "https://bank.test/accounts", *NOTES)
    desk.watch(60)
    assert desk.seer.pictures == []
    assert desk.texts() == []


@pytest.mark.parametrize(
    ("app", "lines"),
    [
        ("Editor", (*NOTES, "password: Wexford-91-heron")),
        ("Terminal", (*NOTES, "$ inkling ask who", "You live in Lisbon. (you said so, 4 Mar 2026)")),
        ("Editor", (*NOTES, "Password", "••••••••••")),
    ],
    ids=["a secret", "own output", "a masked field"],
)
def test_a_window_of_which_text_is_taken_out_is_read_and_not_described(
    desk: Desk, app: str, lines: tuple[str, ...]
) -> None:
    desk.screen.show(1, app, "notes.txt", *lines)
    desk.watch(60)
    assert desk.seer.pictures == []
    (text,) = desk.texts()
    assert text.startswith("\n".join(NOTES))
    assert not {"Wexford-91-heron", "Lisbon", "••••••••••"} & set(text.replace(".", " ").split())


def test_secrets_are_taken_out_of_descriptions_too(desk: Desk) -> None:
    desk.seer.says = "The person reads a mail. It says password: Wexford-91-heron"
    desk.screen.show(1, "Mail", "inbox", *NOTES)
    desk.watch(30)
    (text,) = desk.texts()
    assert text.startswith("[caption] The person reads a mail.")
    assert "Wexford" not in text


def test_a_window_that_keeps_changing_is_described_once_in_ten_seconds(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", "0")
    for number in range(60):
        desk.screen.write(f"Line number {number} of the diary")
        desk.seer.says = f"The person writes line {number}."
        desk.watch(1)
    desk.watch(20)
    passed = (desk.clock.now - START).total_seconds()
    assert 3 <= len(desk.seer.pictures) <= passed / APART_SECONDS + 1
    assert "line 59" in desk.texts()[-1], "what came last is described in the end"
    assert "diary" not in "".join(desk.texts())


def test_where_the_model_fails_the_text_is_kept_and_it_is_left_alone_for_a_while(desk: Desk) -> None:
    desk.seer.fails = ModelFailedError("the model tiny ran out of memory")
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    desk.screen.write(*LETTER)
    desk.watch(30)
    assert desk.texts() == ["\n".join(NOTES), "\n".join(LETTER)]
    assert len(desk.seer.pictures) == 1
    assert desk.capture.fault() == "the model tiny ran out of memory; text is read by played"

    desk.seer.fails = None
    desk.watch(REST_SECONDS)
    assert desk.capture.fault() is None
    desk.screen.write("The shed needs a new roof by autumn")
    desk.watch(30)
    assert desk.texts()[2:] == [KEPT]


def test_another_model_is_asked_at_once(desk: Desk) -> None:
    desk.seer.fails = ModelFailedError("the model tiny broke")
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    desk.model = FakeSeer(TOLD)
    desk.screen.write(*LETTER)
    desk.watch(30)
    assert desk.texts() == ["\n".join(NOTES), KEPT]


def test_what_is_put_off_for_something_more_urgent_is_no_failure(desk: Desk) -> None:
    desk.seer.fails = ModelStoppedError("the model was stopped: somebody waits for an answer")
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    assert desk.texts() == ["\n".join(NOTES)]
    assert desk.capture.fault() is None


@pytest.mark.parametrize("said", ["", "  \n ", "...", "The person is wri"], ids=["nothing", "blanks", "dots", "broken"])
def test_a_description_that_says_nothing_leaves_the_text(desk: Desk, said: str) -> None:
    desk.seer.says, desk.seer.end = said, "deadline"
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    assert desk.texts() == ["\n".join(NOTES)]


def test_without_a_model_that_sees_the_text_is_kept_and_it_is_told(desk: Desk) -> None:
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.seer.sees = False
    desk.watch(30)
    assert desk.capture.fault() == "the model tiny-eyes sees no pictures; text is read by played"
    desk.model = None
    assert desk.capture.fault() == f"{NO_MODEL}; text is read by played"
    assert desk.texts() == ["\n".join(NOTES)]


def test_a_vault_of_its_own_has_no_model_to_begin_with(desk: Desk) -> None:
    del desk.vault.captions
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    desk.watch(30)
    assert desk.capture.fault() == f"{NO_MODEL}; text is read by played"
    assert desk.texts() == ["\n".join(NOTES)]


def test_the_vault_is_locked_without_waiting_for_a_description(desk: Desk) -> None:
    desk.seer.waits = True
    desk.screen.show(1, "Editor", "notes.txt", *NOTES)
    looking = threading.Thread(target=desk.watch, args=(30,))
    looking.start()
    assert desk.seer.asked.wait(20)
    desk.capture.interrupt()
    looking.join(20)
    assert not looking.is_alive()
    desk.capture.close()
    assert desk.texts() == ["\n".join(NOTES)]
    assert len(desk.seer.pictures) == 1
