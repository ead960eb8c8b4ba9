"""What an installation and a vault's folder look like from outside: checks that never unlock anything.

Essential parts are ``failed`` when they do not work, optional ones are ``missing``; each carries what to do.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from assistant.cli.terminal import counted
from assistant.cli.text import one_line
from memory.errors import InklingError

State = Literal["ok", "missing", "failed"]

REINSTALL = "pip install --force-reinstall inkling-memory"
_PACKAGES = ("cryptography", "onnxruntime", "tokenizers", "numpy", "textual")
_EXTRAS = {
    "llama_cpp": ("llm", "larger local models"),
    "sentence_transformers": ("sentence-transformers", "other embedding models"),
    "pystray": ("tray", "an icon in the system tray"),
}


@dataclass
class Check:
    """One line of the report: the part, its state, what was found, and what to do where it is not ok."""

    part: str
    state: State
    said: str
    remedy: str = ""


def check_installation() -> Iterator[Check]:
    """Python, the packages everything rests on, the encrypted database, the models, and the optional parts."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield _essential("Python", python, sys.version_info >= (3, 11), "install Python 3.11 or later")
    for package in _PACKAGES:
        yield _package(package)
    yield _tried("SQLCipher", _sqlcipher, "pip install --force-reinstall sqlcipher3-wheels")
    yield _tried("sqlite-vec", _sqlite_vec, "pip install --force-reinstall sqlite-vec")
    yield _tried("full-text search", _fts5, "pip install --force-reinstall sqlcipher3-wheels")
    yield _tried("embedding model", _embedder, REINSTALL)
    yield _tried("distiller", _distiller, REINSTALL)
    yield _keyring()
    for module, (extra, purpose) in _EXTRAS.items():
        remedy = f"pip install 'inkling-memory[{extra}]'"
        if not importlib.util.find_spec(module):
            yield Check(f"extra: {extra}", "missing", f"not installed ({purpose})", remedy)
        elif module == "llama_cpp" and not _loads(module):
            again = "pip install --force-reinstall --no-cache-dir llama-cpp-python"
            yield Check(f"extra: {extra}", "missing", f"installed, and does not load ({purpose})", again)
        else:
            yield Check(f"extra: {extra}", "ok", "installed")


def _loads(module: str) -> bool:
    """Whether native code that came as source works here; in a process of its own, which it may end."""
    try:
        done = subprocess.run(  # noqa: S603 - this Python
            [sys.executable, "-P", "-c", f"import {module}"], check=False, capture_output=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def check_vault_folder(folder: Path) -> Iterator[Check]:
    """Whether there is a vault, whether others can read it, and whether its key file makes sense."""
    from memory.vault import Vault  # noqa: PLC0415 - loads cryptography

    if not Vault.exists(folder):
        yield Check("vault", "missing", f"none in {folder}", "inkling init")
        return
    yield Check("vault", "ok", str(folder))
    yield _tried("key file", lambda: _ways_in(folder), "restore the folder from a copy")
    if os.name == "posix":
        yield from _permissions(folder)
    writable = os.access(folder, os.W_OK)
    yield _essential("writable", "yes" if writable else "no", writable, f"make {folder} writable for yourself")


def check_store(damage: list[str]) -> Check:
    """What a full check of the store has found."""
    said = "; ".join(damage[:3]) if damage else "every page is sound"
    return Check("store", "failed" if damage else "ok", said, "restore the vault from a copy")


def check_drafts(drafts: Mapping[str, Mapping[str, int]]) -> Iterator[Check]:
    """A line for each engine: how many drafts were kept, and how many dropped for which reason."""
    for engine, counts in drafts.items():
        dropped = {name.removeprefix("dropped: "): n for name, n in counts.items() if name.startswith("dropped: ")}
        said = f"{counts.get('kept', 0):,} drafts kept from {counted(counts.get('episodes', 0), 'episode')}"
        if dropped:
            reasons = ", ".join(f"{name} {n:,}" for name, n in sorted(dropped.items(), key=lambda each: -each[1]))
            said += f"; {sum(dropped.values()):,} dropped: {reasons}"
        if failed := counts.get("failed", 0):
            said += f"; {counted(failed, 'episode')} could not be read"
        yield Check(f"drafts of {one_line(engine)}", "ok", said)


def _ways_in(folder: Path) -> str:
    from memory.vault import keyfile  # noqa: PLC0415

    return f"opened by {', '.join(sorted(keyfile.read(folder).slots))}"


def _permissions(folder: Path) -> Iterator[Check]:
    """Whether anybody but the owner may look into the folder or read a file of it."""
    open_to_others = [p.name or str(p) for p in (folder, *sorted(folder.iterdir())) if _is_open(p)]
    if open_to_others:
        yield Check(
            "permissions", "failed", f"others may read: {', '.join(open_to_others)}", f"chmod -R go-rwx {folder}"
        )
    else:
        yield Check("permissions", "ok", "readable by you alone")


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def _essential(part: str, said: str, fine: bool, remedy: str) -> Check:
    return Check(part, "ok" if fine else "failed", said, remedy)


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", version(name))
    except PackageNotFoundError:
        return Check(name, "failed", "not installed", f"pip install {name}")


def _tried(part: str, look: Callable[[], str], remedy: str) -> Check:
    """The check of a part by using it."""
    try:
        return Check(part, "ok", look())
    except (InklingError, ImportError) as error:
        said = str(error) if isinstance(error, InklingError) else f"the package {error.name} cannot be loaded"
        return Check(part, "failed", said, remedy)
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises is the finding
        return Check(part, "failed", f"does not work ({type(error).__name__})", remedy)


def _sqlcipher() -> str:
    from sqlcipher3 import dbapi2  # noqa: PLC0415

    with closing(dbapi2.connect(":memory:")) as db:
        found = db.execute("PRAGMA cipher_version").fetchone()
    if not found:
        raise InklingError("this build of SQLite cannot encrypt")
    return f"{found[0]}, SQLite {dbapi2.sqlite_version}"


def _sqlite_vec() -> str:
    from sqlcipher3 import dbapi2  # noqa: PLC0415

    from memory.store.connection import load_vectors  # noqa: PLC0415

    with closing(dbapi2.connect(":memory:")) as db:
        load_vectors(db)
        return str(db.execute("SELECT vec_version()").fetchone()[0])


def _fts5() -> str:
    from sqlcipher3 import dbapi2  # noqa: PLC0415

    with closing(dbapi2.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE trial USING fts5(text)")
    return "FTS5"


def _embedder() -> str:
    from memory.embedder import default_embedder  # noqa: PLC0415

    embedder = default_embedder()
    embedder.embed(["a trial"])  # reads the model's files and compares their checksums
    return f"{embedder.name}, checksums fit"


def _distiller() -> str:
    from assistant.distillers import load_distiller  # noqa: PLC0415

    distiller = load_distiller()
    distiller.distil([])
    return f"{distiller.name} {distiller.version}"


def _keyring() -> Check:
    from memory.vault import os_keyring  # noqa: PLC0415

    try:
        os_keyring.fetch("trial")
        return Check("keyring", "ok", "usable; turn it on with: inkling keyring on")
    except InklingError as error:
        return Check("keyring", "missing", str(error))
