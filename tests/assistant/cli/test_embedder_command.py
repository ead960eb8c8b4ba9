"""Choosing another embedding model from the command line."""

from __future__ import annotations

from pathlib import Path

from support import PASSPHRASE, said

from assistant import Assistant
from assistant.cli import main


def test_a_model_that_is_not_there_is_refused_and_changes_nothing(folder: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True) as opened:
        before = opened.status()["embedder"]
    assert main(arguments=["--vault", str(folder), "embedder", "nonsense"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    with Assistant.open(folder, passphrase=PASSPHRASE) as opened:
        assert opened.status()["embedder"] == before


def test_the_shipped_model_can_be_chosen_again(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("INKLING_PASSPHRASE", PASSPHRASE)
    with Assistant.open(folder, passphrase=PASSPHRASE, create=True) as opened:
        opened.observe([said("I live in Leeds", "k1")])
    assert main(arguments=["--vault", str(folder), "embedder", "minilm"]) == 0
    with Assistant.open(folder, passphrase=PASSPHRASE) as opened:
        assert opened.status()["unembedded"] == 0
        assert opened.recall("Leeds")
