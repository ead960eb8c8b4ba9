"""``inkling watch`` and ``inkling service``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.service import plan

if TYPE_CHECKING:
    from conftest import Inkling


@pytest.fixture
def ready(inkling: Inkling) -> Inkling:
    """The command line of an empty vault."""
    assert inkling("init").status == 0
    return inkling


def test_folders_are_watched_listed_and_left(ready: Inkling, tmp_path: Path) -> None:
    folder = tmp_path / "my exports"
    folder.mkdir()
    assert ready("watch", "list").out == "Nothing is watched.\n"
    assert ready("watch", "add", str(folder), str(folder)).status == 0
    assert ready("watch", "list", "--json").json["watched"] == [str(folder)]
    assert ready("watch", "remove", str(folder)).status == 0
    assert ready("watch", "list", "--json").json["watched"] == []


def test_a_folder_that_is_not_there_is_not_watched_in_vain(ready: Inkling, tmp_path: Path) -> None:
    run = ready("watch", "add", str(tmp_path / "mistyped"))
    assert run.status == 2
    assert "nothing at" in run.err


def test_what_is_not_watched_cannot_be_left(ready: Inkling, tmp_path: Path) -> None:
    assert ready("watch", "remove", str(tmp_path)).status == 3


@pytest.mark.parametrize("arguments", [("list", "somewhere"), ("add",), ("remove",)])
def test_paths_belong_to_add_and_remove(ready: Inkling, arguments: tuple[str, ...]) -> None:
    assert ready("watch", *arguments).status == 2


def test_list_suggests_what_is_there_and_not_watched(ready: Inkling, own_home: Path) -> None:
    projects = own_home / ".claude" / "projects"
    projects.mkdir(parents=True)
    assert str(projects) in ready("watch", "list").err
    ready("watch", "add", str(projects))
    assert str(projects) not in ready("watch", "list").err


def test_the_service_is_shown_and_nothing_changed(
    ready: Inkling, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    shown = ready("service", "show")
    assert shown.status == 0
    assert str(folder) in shown.out
    dry = ready("service", "install", "--dry-run")
    assert dry.out == shown.out
    assert "run: systemctl --user" in dry.err
    assert not plan(folder, "linux").path.exists()


def test_where_it_cannot_be_turned_on_the_commands_are_told(
    ready: Inkling, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    run = ready("service", "install")
    found = plan(folder)
    assert run.status == 0
    assert f"written: {found.path}" in run.out
    assert f"  {' '.join(found.enable[0])}\n" in run.err
    assert ready("service", "uninstall").status == 0
    assert not found.path.exists()


def test_a_service_without_a_vault_is_not_installed(inkling: Inkling) -> None:
    assert inkling("service", "install").status == 10
