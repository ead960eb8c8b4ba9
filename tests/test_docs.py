"""The documentation cannot lie: its links resolve, its commands exist, its examples run, its tables are complete."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assistant.cli import exits
from assistant.cli.main import TOPICS, root
from memory.belief import HALF_LIFE_DAYS, NOT_KNOWN, USER_WORD
from memory.errors import InklingError
from memory.records import BASES, KINDS, LIFESPANS, SENSITIVITIES
from memory.store import Store

HOME = Path(__file__).parents[1]
NOT_OURS = frozenset(("build", "dist", "node_modules"))
PAGES = sorted(
    page
    for page in HOME.rglob("*.md")
    if not any(part.startswith(".") or part in NOT_OURS for part in page.relative_to(HOME).parts)
)
README = HOME / "README.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def named(page: Path) -> str:
    return page.relative_to(HOME).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [code for found, code in FENCE.findall(text_of(page)) if found == language]


def anchors(page: Path) -> set[str]:
    """The anchors that headings get where Markdown is shown."""
    prose = FENCE.sub("", text_of(page))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[str]:
    for match in LINK.finditer(FENCE.sub("", text_of(page))):
        yield match[1] or match[2]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere_in_the_repository(page: Path) -> None:
    for link in links(page):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{named(page)} links to {link}"
        assert target.is_relative_to(HOME), f"{named(page)} links out of the repository: {link}"
        if anchor:
            assert anchor in anchors(target), f"{named(page)} links to {link}, which has no such heading"


def test_every_page_can_be_found_from_the_index() -> None:
    linked = {(HOME / "docs" / link.partition("#")[0]).resolve() for link in links(HOME / "docs" / "README.md")}
    pages = {page.resolve() for page in (HOME / "docs").glob("*.md")} - {(HOME / "docs" / "README.md").resolve()}
    assert pages <= linked


# README's two commands, and the script that runs them


def test_readme_starts_with_the_demo_and_the_tests() -> None:
    demo, tests = blocks(README, "sh")[:2]
    assert demo.splitlines() == ["python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/inkling demo"]
    assert tests.splitlines() == [".venv/bin/pip install '.[test]' && .venv/bin/pytest -n logical --dist loadfile"]


@pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX shell")
def test_ci_takes_both_commands_from_readme_and_has_none_of_its_own() -> None:
    script = (HOME / ".ci" / "run").read_text(encoding="utf-8")
    (reader,) = re.findall(r"^readme_command\(\) \{\n(.*?)^\}$", script, re.DOTALL | re.MULTILINE)
    for number, expected in enumerate(blocks(README, "sh")[:2], start=1):
        shell = f"readme_command() {{\n{reader}}}\nreadme_command {number}"
        run = subprocess.run(["bash", "-c", shell], cwd=HOME, capture_output=True, text=True, check=True)
        assert run.stdout == expected
        assert len(re.findall(rf'^step .*"\$\(readme_command {number}\)"', script, re.MULTILINE)) == 1


def test_ci_installs_locked_versions_of_everything_and_no_torch() -> None:
    lines = (HOME / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", pin) for pin in pins)
    locked = {pin.partition("==")[0] for pin in pins}
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *extras["test"],
        *extras["dev"],
    ]
    names = {re.split(r"[\[<>=~! ;]", requirement)[0].lower() for requirement in wanted} - {"inkling-memory"}
    assert names <= locked
    assert not [name for name in locked if name == "torch" or name.startswith("nvidia")]


def test_what_readme_shows_of_the_demo_was_printed_by_it() -> None:
    shown = [block for block in blocks(README, "text") if "?" in block]
    printed = text_of(HOME / "docs" / "demo.txt").splitlines()
    assert shown
    for block in shown:
        lines = [line for line in block.splitlines() if line.strip() not in ("", "...")]
        assert len(lines) > 10
        assert [line for line in lines if line not in printed] == []


def test_every_figure_in_readme_is_among_the_results() -> None:
    section = text_of(README).partition("\n## Measured\n")[2].partition("\n## ")[0]
    figures = re.findall(r"\*\*(.+?)\*\*", section)
    results = text_of(HOME / "benchmarks" / "RESULTS.md")
    assert figures
    assert [figure for figure in figures if figure not in results] == []


# commands


def command_lines(page: Path) -> Iterator[list[str]]:
    """The words of every ``inkling`` command in a page's shell blocks and in its running text."""
    prose = FENCE.sub("", text_of(page))
    lines = [line for block in blocks(page, "sh") for line in block.replace("&&", "\n").splitlines()]
    for line in [*lines, *re.findall(r"`(inkling [^`\n]+)`", prose)]:
        words = shlex.split(line, comments=True)
        if words and Path(words[0]).name == "inkling" and words[1:2] != ["v1"]:  # the store's labels begin so
            yield words[1:]


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "CHANGELOG.md"], ids=named)
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    context = click.Context(root)
    for words in command_lines(page):
        names = [word for word in words if not word.startswith("-")]
        if names and names[0] == "model":
            continue  # announced for later, in the threat model
        known = options(root)
        command = next((c for name in names if (c := root.get_command(context, name))), None)
        assert command is not None or not names, f"{named(page)}: there is no inkling {' '.join(words)}"
        known |= options(command) if command else set()
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert used <= known, f"{named(page)}: inkling {' '.join(words)}"


def options(command: click.Command) -> set[str]:
    given = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return given | {"--help", "-h"}


def test_every_command_is_in_the_reference() -> None:
    page = text_of(HOME / "docs" / "cli.md")
    for names in TOPICS.values():
        for name in names:
            assert f"\n### {name}\n" in page


def test_every_exit_status_is_in_the_reference() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+) \|$", text_of(HOME / "docs" / "cli.md"), re.MULTILINE))
    assert {int(status) for status in table} == {status for status, _ in exits.meanings()}
    for kind in descendants(InklingError):
        assert str(kind.exit_code) in table, kind.__name__


def descendants(kind: type[InklingError]) -> Iterator[type[InklingError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


# examples

EXAMPLES = [(page, number) for page in PAGES for number, _ in enumerate(blocks(page, "python"))]


@pytest.mark.parametrize(("page", "number"), EXAMPLES, ids=[f"{named(page)}-{number}" for page, number in EXAMPLES])
def test_every_example_runs_and_prints_something(page: Path, number: int, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", blocks(page, "python")[number]],
        cwd=tmp_path, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()
    assert list(tmp_path.iterdir()) == []


# the storage page

TABLES = (
    "contexts", "observations", "images", "screen_lines", "watched_files", "propositions", "evidence", "revisions",
    "tombstones", "settings",
)  # fmt: skip


@pytest.fixture
def storage() -> str:
    return text_of(HOME / "docs" / "storage.md")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "inkling.db", bytes(range(32)), create=True) as opened:
        yield opened


def schema(store: Store) -> list[tuple[str, str]]:
    """(type, name) of everything in a new store but what SQLite makes for itself."""
    with store.write() as connection:
        found = connection.read("SELECT type, name FROM sqlite_master")
    return [(kind, name) for kind, name in found if not name.startswith(("sqlite_autoindex", "idx__sqlite_migrations"))]


def test_every_table_index_and_trigger_is_on_the_storage_page(store: Store, storage: str) -> None:
    ours = schema(store)
    endings = ("_data", "_idx", "_docsize", "_config")
    for kind, name in ours:
        told = name
        if name.startswith("propositions_fts_") and name.endswith(endings):
            told = name.replace("propositions", "observations")  # "those of the same endings"
        assert f"`{told}`" in storage, f"docs/storage.md does not mention the {kind} {name}"
    assert len([name for kind, name in ours if kind == "table"]) > 15


def test_every_column_is_on_the_storage_page_beside_its_table(store: Store, storage: str) -> None:
    for table in TABLES:
        with store.write() as connection:
            columns = {name for (name,) in connection.read("SELECT name FROM pragma_table_info(?)", (table,))}
        section = storage.partition(f"\n**`{table}`**")[2].partition("\n**`")[0]
        first_cells = "".join(re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)) + section.partition("\n\n")[0]
        listed = set(re.findall(r"`([a-z_]+)`", first_cells))
        assert columns <= listed, f"{table}: {sorted(columns - listed)}"
        if table != "settings":  # whose table is of names, not of columns
            rows = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE))))
            assert rows <= columns, f"{table} has no {sorted(rows - columns)}"


def test_every_setting_is_on_the_storage_page(storage: str) -> None:
    listed = storage.partition("\n**`settings`**")[2].partition("\n**`")[0]
    source = "".join(
        text_of(module) for package in ("memory", "assistant") for module in (HOME / package).rglob("*.py")
    )
    used = set(re.findall(r"""settings\.(?:get|set)\(f?["']([a-z_]+)""", source))
    used |= set(re.findall(r"""_SETTING = ["']([a-z_]+)""", source))
    assert {"allowed", "me", "vector_space"} <= used
    for name in used:
        assert f"`{name}" in listed, f"docs/storage.md does not mention the setting {name}"


# the concepts


def test_every_word_of_the_vocabularies_is_explained() -> None:
    page = text_of(HOME / "docs" / "concepts.md")
    for word in (*KINDS, *BASES, *LIFESPANS, *SENSITIVITIES):
        assert f"`{word}`" in page


def test_the_half_lives_and_limits_are_those_of_the_code() -> None:
    page = text_of(HOME / "docs" / "concepts.md")
    for lifespan, days in HALF_LIFE_DAYS.items():
        (told,) = re.findall(rf"^\| `{lifespan}` \| (.+) \|$", page, re.MULTILINE)
        expected = "half a day" if days == 0.5 else f"{days:,} days"
        assert told.startswith(expected), lifespan
    assert f"*not known* ({NOT_KNOWN})" in page
    assert f"reaches {USER_WORD}" in page


# licences


@pytest.mark.parametrize("file", ["memory/embedder/model/minilm-l6-v2-int8.onnx", "observers/redact/bip39_english.txt"])
def test_what_others_made_is_in_the_notice(file: str) -> None:
    assert (HOME / file).exists()
    assert file in (HOME / "NOTICE").read_text(encoding="utf-8")
