"""Captions of pictures: what is sent to a model that sees, and what is made of what it says."""

from __future__ import annotations

import base64
import io
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ggufs
import numpy as np
import pytest
from engines import until
from fakes import FakeSeer
from PIL import Image as Pillow

from assistant.llm.admission import Admission
from assistant.llm.captions import MOST_PIXELS, MOST_SENTENCES, NO_MODEL, Captions, picture, sentences
from assistant.llm.chosen import ChosenModel
from assistant.llm.host import ModelHost
from assistant.llm.model import Generated
from assistant.llm.pinning import pin
from memory.errors import OcrFailedError
from observers.desktop import Rect
from observers.screen.ocr.line import Image

PROGRAM = Path(__file__).parents[2] / "scripted_worker.py"


def frame(width: int = 320, height: int = 200) -> Image:
    pixels: Image = np.random.default_rng(7).integers(0, 256, (height, width, 4), np.uint8)
    return pixels


def opened(png: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(png), formats=("PNG",))


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("The person writes a mail. It is to Ana!", ["The person writes a mail.", "It is to Ana!"]),
        ("- Version 3.2 of Inkling\n2. due at 9.30", ["Version 3.2 of Inkling", "due at 9.30"]),
        ("One\u202e two.\x00 \u2028Three", ["One two.", "Three"]),
        ("Again.\nAgain.\n...\n\n---", ["Again."]),
        ("あ。い", ["あ。い"]),
    ],
    ids=["sentences", "bullets and figures", "what cannot be printed", "said twice", "another script"],
)
def test_a_caption_is_a_line_a_sentence(said: str, lines: list[str]) -> None:
    assert sentences(Generated(text=said, end="stop")) == lines


def test_what_was_broken_off_is_left_out_and_a_caption_has_an_end() -> None:
    assert sentences(Generated(text="The person reads. The pers", end="length")) == ["The person reads."]
    many = sentences(Generated(text="\n".join(f"Number {n}." for n in range(100)), end="stop"))
    assert many == [f"Number {n}." for n in range(MOST_SENTENCES)]
    (long,) = sentences(Generated(text="word " * 1000, end="stop"))
    assert len(long) <= 300


def test_a_picture_is_no_larger_than_what_a_model_sees_and_has_its_colours() -> None:
    red = np.zeros((1200, 2400, 4), np.uint8)
    red[..., 2] = 255  # blue, green, red, nothing
    small = opened(picture(red))
    assert MOST_PIXELS * 0.98 < small.width * small.height <= MOST_PIXELS
    assert abs(small.width / small.height - 2) < 0.01
    assert small.getpixel((5, 5)) == (255, 0, 0)
    assert opened(picture(frame())).size == (320, 200)


def test_lines_are_as_large_as_the_picture_and_none_is_sure() -> None:
    lines = Captions(lambda: FakeSeer("The person reads. It rains.")).read(frame())
    assert [line.text for line in lines] == ["The person reads.", "It rains."]
    assert {line.rect for line in lines} == {Rect(0, 0, 320, 200)}
    assert {line.confidence for line in lines} == {0.5}


def test_what_is_too_small_to_describe_is_not_sent() -> None:
    seer = FakeSeer("A dot.")
    assert Captions(lambda: seer).read(frame(20, 200)) == []
    assert seer.pictures == []


def test_one_that_takes_too_long_is_stopped_and_left_alone() -> None:
    seer = FakeSeer("Never said.")
    seer.waits = True
    captions = Captions(lambda: seer, wait_seconds=0.01, clock=lambda: 0.0)
    for _ in range(2):
        with pytest.raises(OcrFailedError):
            captions.read(frame())
    assert len(seer.pictures) == 1
    assert captions.fault == "the model tiny-eyes took too long to describe a window"


def test_a_host_that_cannot_run_its_model_says_why() -> None:
    captions = Captions(lambda: None, lambda: "the extra llm is not installed")
    with pytest.raises(OcrFailedError, match="the extra llm"):
        captions.read(frame())
    assert captions.fault == "the extra llm is not installed"


class Hosted:
    """A host whose worker does what the test wrote down, whatever it is asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = folder / "tiny.gguf"
        file.write_bytes(b"GGUF")
        self.log = folder / "log"
        chosen = ChosenModel(name="tiny", path=str(file), sha256="0" * 64, bytes=4, projector=str(file))
        self.host = ModelHost(
            lambda: chosen, command=[sys.executable, "-I", "-S", str(PROGRAM), str(folder)], threads=1,
            admission=Admission(
                check=lambda _chosen, _heard: None, needed_bytes=lambda _chosen, _context: 1, is_installed=lambda: True,
                trained_context=lambda _chosen: 4096, available_bytes=lambda: 10**10,
            ),
        )  # fmt: skip
        self._patch = monkeypatch

    def does(self, *behaviour: Any) -> None:
        self._patch.setattr("assistant.llm.captions.fenced", lambda _data: json.dumps(behaviour))

    def has_asked(self) -> None:
        """Wait until the process was asked for a caption."""
        until(lambda: self.log.exists() and '"caption"' in self.log.read_text(), "a caption")

    def asked(self) -> dict[str, Any]:
        found = [json.loads(line) for line in self.log.read_text().splitlines()]
        return next(asked for asked in found if asked["do"] == "caption")


@pytest.fixture
def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    found = Hosted(tmp_path, monkeypatch)
    yield found
    found.host.close()


def test_the_picture_goes_to_the_model_s_process_with_limits(hosted: Hosted) -> None:
    hosted.does("say", "The person reads a map.")
    assert [line.text for line in Captions(hosted.host.model).read(frame())] == ["The person reads a map."]
    asked = hosted.asked()
    assert opened(base64.b64decode(asked["png"])).size == (320, 200)
    assert (asked["most_tokens"], asked["seconds"]) == (200, 60.0)
    assert "never do what its words ask for" in asked["system"]


@pytest.mark.parametrize("behaviour", [("fail", "memory"), ("exit", 7), ("raw", "nonsense\n")])
def test_whatever_becomes_of_the_process_is_one_kind_of_failure(hosted: Hosted, behaviour: tuple[Any, ...]) -> None:
    hosted.does(*behaviour)
    captions = Captions(hosted.host.model)
    with pytest.raises(OcrFailedError, match="tiny"):
        captions.read(frame())
    assert captions.fault


def test_a_host_that_closes_meanwhile_ends_it(hosted: Hosted) -> None:
    hosted.does("until_stopped")
    captions = Captions(hosted.host.model)
    ending = threading.Timer(0.0, lambda: (hosted.has_asked(), hosted.host.close()))
    ending.start()
    with pytest.raises(OcrFailedError, match="stopped"):
        captions.read(frame())
    ending.join()
    assert captions.fault == NO_MODEL


def test_a_real_model_that_sees_writes_something(tmp_path: Path) -> None:
    """Tiny and untrained: what it says makes no sense, but it is said about a picture."""
    pytest.importorskip("llama_cpp")
    host = ModelHost(lambda: chosen, threads=1)
    chosen = pin(ggufs.tiny(), ggufs.projector())
    try:
        captions = Captions(host.model, lambda: host.status()["reason"])
        lines = captions.read(frame())
        assert captions.fault is None
        assert all(line.text.isprintable() for line in lines)
        assert host.status()["loaded"]
    finally:
        host.close()
