"""The doctor finds what is missing and says what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import memory.embedder
from memory.embedder import onnx

if TYPE_CHECKING:
    from conftest import Inkling


def checks(inkling: Inkling, *arguments: str) -> dict[str, dict[str, Any]]:
    return {check["part"]: check for check in inkling("doctor", "--json", *arguments).json}


def test_a_sound_installation_passes_and_names_its_versions(filled: Inkling) -> None:
    run = filled("doctor", "--full")
    assert run.status == 0, run.out
    found = checks(filled, "--full")
    assert {found[part]["state"] for part in ("SQLCipher", "sqlite-vec", "embedding model", "vault", "store")} == {"ok"}
    assert "SQLite 3." in found["SQLCipher"]["said"]
    assert found["onnxruntime"]["said"][0].isdigit()


def test_without_a_vault_it_says_how_to_make_one(inkling: Inkling) -> None:
    run = inkling("doctor")
    assert run.status == 0
    assert "inkling init" in run.out


def test_an_altered_model_fails_with_what_to_do(
    inkling: Inkling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / onnx.MODEL).write_bytes(b"not it")
    monkeypatch.setattr(memory.embedder, "_default", onnx.MiniLM(tmp_path))
    run = inkling("doctor")
    assert run.status == 1
    assert "FAIL" in run.out
    assert "pip install --force-reinstall inkling-memory" in run.out


def test_a_library_that_does_not_load_is_a_finding_and_no_crash(
    inkling: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    found = checks(inkling)
    assert found["SQLCipher"]["state"] == "failed"
    assert found["SQLCipher"]["remedy"] == "pip install --force-reinstall sqlcipher3-wheels"


def test_llama_cpp_that_does_not_load_is_told_from_one_that_is_absent(
    inkling: Inkling, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "llama_cpp").mkdir()
    (tmp_path / "llama_cpp" / "__init__.py").write_text("raise OSError('no such library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    extra = next(check for check in inkling("doctor", "--json").json if check["part"] == "extra: llm")
    assert extra["state"] == "missing"
    assert "does not load" in extra["said"]
    assert "--force-reinstall" in extra["remedy"]


def test_an_absent_extra_is_no_failure(inkling: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    run = inkling("doctor")
    assert run.status == 0
    assert "pip install 'inkling-memory[llm]'" in run.out


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's here")
def test_files_that_others_may_read_are_found(filled: Inkling, vault: Path) -> None:
    (vault / "vault.json").chmod(0o644)
    found = checks(filled)
    assert found["permissions"]["state"] == "failed"
    assert "vault.json" in found["permissions"]["said"]
    assert "chmod" in found["permissions"]["remedy"]


def test_a_damaged_store_is_found_in_full(filled: Inkling, vault: Path) -> None:
    store = next(path for path in vault.iterdir() if path.suffix == ".db" or "store" in path.name)
    data = bytearray(store.read_bytes())
    data[-2000] ^= 0xFF
    store.write_bytes(data)
    run = filled("doctor", "--full")
    assert run.status != 0
    assert "Traceback" not in run.err
