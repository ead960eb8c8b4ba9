"""Which engine is taken, and what is said where one cannot be."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from memory.errors import InvalidInputError, MissingPartError, OcrFailedError
from observers.desktop.rect import Rect
from observers.screen.ocr import available, choice, load_ocr
from observers.screen.ocr.tesseract import Tesseract
from observers.screen.ocr.vision import Vision
from observers.screen.ocr.vision import placed as placed_by_vision
from observers.screen.ocr.winocr import WindowsOcr
from observers.screen.ocr.winocr import placed as placed_by_windows

from lettering import blank  # isort: skip


@pytest.mark.parametrize(
    ("platform", "modules", "wanted"),
    [
        ("darwin", {"Vision", "rapidocr", "onnxruntime"}, "vision"),
        ("darwin", {"rapidocr", "onnxruntime"}, "rapid"),
        ("win32", {"winrt.windows.media.ocr", "rapidocr", "onnxruntime"}, "windows"),
        ("win32", {"rapidocr", "onnxruntime"}, "rapid"),
        ("linux", {"Vision", "winrt.windows.media.ocr", "rapidocr", "onnxruntime"}, "rapid"),
    ],
)
def test_auto_takes_the_platforms_own_engine_else_rapid(
    monkeypatch: pytest.MonkeyPatch, platform: str, modules: set[str], wanted: str
) -> None:
    monkeypatch.setattr(choice, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(choice, "_installed", modules.__contains__)
    assert load_ocr("auto").name == wanted


def test_without_any_engine_auto_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_installed", lambda module: False)
    monkeypatch.setattr(choice.shutil, "which", lambda command: None)
    assert available() == []
    with pytest.raises(MissingPartError, match="reinstall"):
        load_ocr()


def test_an_engine_that_cannot_be_used_here_names_those_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice.shutil, "which", lambda command: None)
    with pytest.raises(MissingPartError, match="rapid"):
        load_ocr("tesseract")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="rapid"):
        load_ocr("abacus")


@pytest.mark.parametrize("name", ["vision", "winocr", "tesseract", "rapid"])
def test_every_engine_can_be_imported_anywhere(name: str) -> None:
    importlib.import_module(f"observers.screen.ocr.{name}")


@pytest.mark.skipif(sys.platform == "darwin", reason="it is usable here")
def test_vision_elsewhere_says_that_it_is_of_macos() -> None:
    with pytest.raises(MissingPartError, match="macOS"):
        Vision().read(blank(4, 4))


@pytest.mark.skipif(sys.platform == "win32", reason="it is usable here")
def test_windows_ocr_elsewhere_says_that_it_is_of_windows() -> None:
    with pytest.raises(MissingPartError, match="Windows"):
        WindowsOcr().read(blank(4, 4))


def test_boxes_of_vision_start_at_the_bottom_left() -> None:
    box = SimpleNamespace(origin=SimpleNamespace(x=0.25, y=0.8), size=SimpleNamespace(width=0.5, height=0.1))
    assert placed_by_vision(box, 400, 200) == Rect(100, 20, 200, 20)


def test_boxes_of_windows_are_around_the_words() -> None:
    words = [
        SimpleNamespace(x=10.0, y=5.5, width=20.0, height=10.0),
        SimpleNamespace(x=40.2, y=4.0, width=9.8, height=12.0),
    ]
    assert placed_by_windows(words) == Rect(10, 4, 40, 12)


def test_tesseract_without_its_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice.shutil, "which", lambda command: None)
    with pytest.raises(MissingPartError, match="install"):
        Tesseract().read(blank(4, 4))


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (subprocess.TimeoutExpired("tesseract", 1), "within"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
)
def test_tesseract_that_hangs_or_cannot_be_run_is_a_failed_read(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(choice.shutil, "which", lambda command: "/usr/bin/tesseract")
    tesseract = Tesseract("eng")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(OcrFailedError, match=said):
        tesseract.read(blank(40, 40))


def test_naming_the_engines_loads_none_of_them() -> None:
    code = "import sys; import observers.screen.ocr; print(*{'cv2', 'onnxruntime', 'PIL'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=60)
    assert run.stdout.strip() == ""
