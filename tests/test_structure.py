"""The shape of the code base: which way imports go, what an import costs, what every module says of itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "memory", "observers", "tui")
LOG = str(Path("assistant", "engine", "log.py"))
HEAVY = ("numpy", "onnxruntime", "tokenizers", "sqlcipher3", "sqlite_vec", "sqlite_utils", "textual", "cryptography")


def modules() -> dict[str, ast.Module]:
    """Every module of ours, by its path."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_imports_go_one_way() -> None:
    """The contract is in pyproject.toml: tui, assistant, observers, memory, and nothing back."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)] == []


def test_no_module_prints_or_logs() -> None:
    """What goes to the terminal goes through the command line's own functions; nothing observed is ever logged.

    The engine's log takes fixed words and numbers; tests/assistant/engine/test_log.py holds it to that.
    """
    found = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found += [name] if node.func.id in ("print", "pprint", "breakpoint") else []
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
                found += [name] if {"logging", "syslog", "pdb"} & set(imported) and name != LOG else []
    assert found == []


def test_no_module_is_named_after_nothing_or_grows_without_end() -> None:
    stems = {Path(name).stem for name in modules()}
    assert stems & {"utils", "util", "manager", "helpers", "misc", "common"} == set()
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in modules()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def loaded_by(statement: str) -> set[str]:
    """Which of the heavy packages a fresh interpreter has loaded after a statement."""
    program = f"import sys; {statement}; print(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import assistant",
        "import memory",
        "import observers",
        "from assistant import Observation, Draft, Hit, Answer, Proposition, Evidence",
        "import memory.errors, memory.records, memory.ids, assistant.paths",
        "import assistant.client",
        "import assistant.engine.process, assistant.engine.__main__",
        "import observers.redact, observers.chat",
    ],
)
def test_an_import_loads_nothing_heavy(statement: str) -> None:
    assert loaded_by(statement) == set()


def test_naming_the_default_distiller_does_not_read_its_weights() -> None:
    assert "onnxruntime" not in loaded_by("from assistant import load_distiller; load_distiller('small')")


def test_what_is_used_is_loaded() -> None:
    """The control: the names above are the ones that would be seen."""
    assert {"numpy", "sqlcipher3", "sqlite_vec", "sqlite_utils", "cryptography"} <= loaded_by(
        "from assistant import Assistant"
    )


def test_the_public_names_can_be_imported_one_by_one() -> None:
    """Loading one of them first must not depend on another having been loaded before."""
    program = "import assistant\nfor n in assistant.__all__:\n  getattr(assistant, n)"
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, check=True, timeout=60)


def test_types_ship_with_every_package() -> None:
    assert [p for p in PACKAGES if not (ROOT / p / "py.typed").is_file()] == []
