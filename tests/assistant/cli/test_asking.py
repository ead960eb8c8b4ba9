"""What a person at the terminal is asked, and what becomes of their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import PASSPHRASE

from assistant.cli import passphrase
from memory.errors import InvalidInputError
from memory.vault import os_keyring

if TYPE_CHECKING:
    from conftest import Inkling, Person


def test_the_passphrase_is_asked_for_and_may_be_mistyped_twice(inkling: Inkling, person: Person) -> None:
    person.will_say(PASSPHRASE, "wrong", "wrong again", PASSPHRASE)
    assert inkling("init").status == 0
    assert inkling("status").status == 0
    person.will_say("wrong", "wrong", "wrong")
    assert inkling("status").status == 12


def test_a_vault_that_is_not_there_is_said_before_the_passphrase_is_asked(inkling: Inkling, person: Person) -> None:
    assert inkling("status").status == 10
    assert person.asked == []


def test_a_short_new_passphrase_is_taken_with_a_word_of_advice(inkling: Inkling, person: Person) -> None:
    person.will_say("short")
    made = inkling("init")
    assert made.status == 0
    assert "That is short" in made.err


def test_who_is_me_is_asked_once_and_remembered(inkling: Inkling, person: Person, chat: Path, tmp_path: Path) -> None:
    person.will_say(PASSPHRASE)
    inkling("init")
    person.will_say(PASSPHRASE, "nobody", "sam reed")
    first = inkling("import", str(chat))
    assert first.status == 0
    assert "Ana Prata" in first.err
    other = tmp_path / "WhatsApp Chat with Club.txt"
    other.write_text(chat.read_text(encoding="utf-8").replace("Ana Prata", "Kit Vance"), encoding="utf-8")
    person.will_say(PASSPHRASE)
    assert inkling("import", str(other)).status == 0
    person.will_say(PASSPHRASE)
    assert inkling("show", "o2", "--json").json["speaker"] == "me"


def test_who_is_me_may_be_answered_by_number(inkling: Inkling, person: Person, chat: Path) -> None:
    person.will_say(PASSPHRASE)
    inkling("init")
    person.will_say(PASSPHRASE, "1, 3")  # the most frequent of them and the least
    run = inkling("import", str(chat))
    assert run.status == 0
    person.will_say(PASSPHRASE)
    assert inkling("show", "o7", "--json").json["speaker"] == "me"


def test_forgetting_is_agreed_to_first(inkling: Inkling, person: Person, chat: Path) -> None:
    person.will_say(PASSPHRASE)
    inkling("init")
    person.will_say(PASSPHRASE)
    inkling("import", str(chat), "--me", "Sam Reed")
    person.will_say(PASSPHRASE, "n")
    assert inkling("forget", "o1").status == 1
    person.will_say(PASSPHRASE, "y")
    assert inkling("forget", "o1").out == "forgotten: o1\n"


def test_a_wording_is_edited_on_the_line_without_a_file(
    inkling: Inkling, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.will_say(PASSPHRASE)
    inkling("init")
    person.will_say(PASSPHRASE)
    mine = inkling("remember", "The user plays the viola.").out.strip()
    monkeypatch.setattr("builtins.input", lambda prompt: "The user plays the lute.")
    person.will_say(PASSPHRASE)
    assert inkling("edit", mine).out == f"{mine}: The user plays the lute.\n"


def test_a_passphrase_file_goes_before_the_environment(
    inkling: Inkling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inkling("init")
    kept = tmp_path / "passphrase"
    kept.write_text(f"{PASSPHRASE}\nsecond line\n", encoding="utf-8")
    monkeypatch.setenv("INKLING_PASSPHRASE", "not the one")
    assert inkling("status").status == 12
    assert inkling("--passphrase-file", str(kept), "status").status == 0
    assert inkling("--passphrase-file", str(tmp_path / "absent"), "status").status == 2


def test_without_anybody_to_ask_the_sources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInputError, match="INKLING_PASSPHRASE"):
        passphrase.asked()


def test_the_keyring_opens_the_vault_but_not_for_an_export(
    inkling: Inkling, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, bytes] = {}
    monkeypatch.setattr(os_keyring, "store", kept.__setitem__)
    monkeypatch.setattr(os_keyring, "fetch", kept.get)
    monkeypatch.setattr(os_keyring, "delete", lambda account: kept.pop(account, None))
    person.will_say(PASSPHRASE)
    inkling("init")
    person.will_say(PASSPHRASE)
    assert inkling("keyring", "on").status == 0
    assert inkling("status", "--json").json["keyring"] is True
    person.will_say(PASSPHRASE)
    assert inkling("export", str(tmp_path / "all.json")).status == 0
    kept.clear()
    person.will_say(PASSPHRASE)
    assert inkling("status").status == 0  # falls back to asking
    person.will_say(PASSPHRASE)
    assert inkling("keyring", "off").status == 0
