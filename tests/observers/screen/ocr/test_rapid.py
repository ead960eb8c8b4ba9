"""RapidOCR and the lines found for it: columns, bubbles, pictures, icons; nothing fetched, nothing said."""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lettering import Canvas

from memory.errors import ModelMissingError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr import rapid as module
from observers.screen.ocr.bands import bands, clusters
from observers.screen.ocr.rapid import Rapid
from observers.screen.ocr.segments import segments

LINE = "The ferry leaves at a quarter past nine."


@pytest.fixture(scope="module")
def rapid() -> Rapid:
    return Rapid(threads=1)


def test_cells_of_one_row_are_lines_of_their_own(rapid: Rapid) -> None:
    canvas = Canvas(700, 60)
    for left, text in ((20, "Monday"), (250, "Dentist"), (480, "Harbour Street")):
        canvas.write(text, left, 20)
    lines = sorted(rapid.read(canvas.pixels()), key=lambda line: line.rect.left)
    assert [line.text for line in lines] == ["Monday", "Dentist", "Harbour Street"]


def test_bubbles_and_buttons_do_not_get_into_the_text(rapid: Rapid) -> None:
    canvas = Canvas(640, 220)
    canvas.draw.rounded_rectangle((20, 20, 400, 90), 14, fill="#e4e6eb")
    canvas.draw.rounded_rectangle((220, 110, 620, 180), 14, fill="#0b57d0")
    canvas.draw.rounded_rectangle((430, 20, 560, 56), 8, outline="#0969da")
    canvas.write("Are you coming on Saturday?", 36, 42)
    canvas.write("Yes, after the market closes.", 236, 132, ink="white")
    canvas.write("Settings", 456, 28, ink="#0969da")
    assert {line.text for line in rapid.read(canvas.pixels())} == {
        "Are you coming on Saturday?", "Yes, after the market closes.", "Settings",
    }  # fmt: skip


def test_underlines_and_table_borders_do_not_get_into_the_text(rapid: Rapid) -> None:
    canvas = Canvas(520, 120)
    for top in (10, 50, 90):
        canvas.draw.line((10, top, 500, top), fill="#888888")
    for left in (10, 250, 500):
        canvas.draw.line((left, 10, left, 90), fill="#888888")
    canvas.write("Pears and plums", 20, 20)
    canvas.write("Fourteen kilograms", 260, 20)
    canvas.write("Bread", 20, 60)
    texts = [line.text for line in rapid.read(canvas.pixels())]
    assert sorted(texts) == ["Bread", "Fourteen kilograms", "Pears and plums"]


def test_lines_that_touch_are_told_apart(rapid: Rapid) -> None:
    canvas = Canvas(420, 80)
    for row, text in enumerate(("grey quays by the pier", "little bells ring daily", "happy dogs play there")):
        canvas.write(text, 20, 10 + 17 * row)
    assert [line.text for line in rapid.read(canvas.pixels())] == [
        "grey quays by the pier", "little bells ring daily", "happy dogs play there",
    ]  # fmt: skip


def test_text_on_a_picture_goes_to_the_detector(rapid: Rapid) -> None:
    canvas = Canvas(640, 160)
    for step in range(0, 640, 12):
        canvas.draw.polygon([(step, 0), (step + 6, 0), (640 - step, 160), (634 - step, 160)], fill="#5a7a4a")
    canvas.write(LINE, 40, 60, size=22)
    image = canvas.pixels()
    assert not any(segment.sure for segment in segments(image))
    assert LINE in {line.text for line in rapid.read(image)}


def test_icons_are_dropped(rapid: Rapid) -> None:
    canvas = Canvas(300, 100)
    canvas.draw.ellipse((20, 20, 44, 44), outline="#333333", width=2)
    canvas.draw.polygon([(80, 20), (104, 20), (92, 44)], fill="#333333")
    canvas.draw.rectangle((140, 20, 164, 44), fill="#d02020")
    canvas.draw.ellipse((200, 15, 240, 55), fill="#208020")
    assert rapid.read(canvas.pixels()) == []


def test_a_line_longer_than_the_recogniser_takes_is_read_whole(rapid: Rapid) -> None:
    canvas = Canvas(3000, 40)
    text = f"{LINE} The next one takes longer, and whoever wants a seat should be there by half past eight. " * 3
    canvas.write(text, 10, 10, size=14)
    (line,) = rapid.read(canvas.pixels())
    assert line.rect.width > 60 * line.rect.height
    assert difflib.SequenceMatcher(None, line.text, text.strip(), autojunk=False).ratio() > 0.99


def test_a_line_seen_before_is_not_recognised_again(rapid: Rapid, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Canvas(420, 200), Canvas(420, 200)
    first.write(LINE, 20, 140)
    second.write(LINE, 20, 40)
    (before,) = rapid.read(first.pixels())

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(rapid, "_engine", refuse)
    (after,) = rapid.read(second.pixels())
    assert (after.text, after.rect.top) == (before.text, before.rect.top - 100)


def test_what_breaks_inside_is_an_error_without_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rapid = Rapid()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("saw the word Elderberry")

    monkeypatch.setattr(rapid, "_engine", broken)
    canvas = Canvas(420, 60)
    canvas.write(LINE, 20, 20)
    with pytest.raises(OcrFailedError) as caught:
        rapid.read(canvas.pixels())
    assert "Elderberry" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_model_is_said_and_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="reinstall"):
        module._model(tmp_path, "rec")


def test_loading_and_reading_opens_no_socket_writes_no_file_and_says_nothing(tmp_path: Path) -> None:
    canvas = Canvas(420, 60)
    canvas.write(LINE, 20, 20)
    np.save(tmp_path / "image.npy", canvas.pixels())
    code = f"""
import sys
import numpy as np
from observers.screen.ocr import worker
from observers.screen.ocr.rapid import Rapid
image = np.load({str(tmp_path / "image.npy")!r})
worker.keep_quiet()
def watch(event, arguments):  # what keep_quiet refused does not get here
    if event.startswith("socket."):
        raise SystemExit("socket")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit("write")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
rapid = Rapid()
assert [line.text for line in rapid.read(image)] == [{LINE!r}]
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False, timeout=300)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_bands_cover_the_image_once_and_stay_small() -> None:
    image = np.random.default_rng(3).integers(0, 256, (700, 900, 4), np.uint8)
    for most in (1000, 60_000, 200_000, 10**9):
        covered = np.zeros((700, 900), np.uint8)
        for band in bands(image, most):
            assert band.area <= most
            covered[band.top : band.bottom, band.left : band.right] += 1
        assert (covered == 1).all()


def test_bands_are_cut_between_lines() -> None:
    canvas = Canvas(600, 400)
    places = [canvas.write(LINE, 20, 10 + 24 * row) for row in range(16)]
    cuts = [band.top for band in bands(canvas.pixels(), 600 * 101)][1:]
    assert cuts
    assert not any(place.top < cut < place.bottom for cut in cuts for place in places)


def test_clusters_put_near_boxes_together() -> None:
    near = [Rect(100, 100, 40, 20), Rect(150, 110, 30, 20)]
    far = Rect(600, 400, 20, 20)
    found = clusters([*near, far], 800, 500)
    assert len(found) == 2
    assert all(any(cluster.meet(rect) == rect for cluster in found) for rect in [*near, far])
