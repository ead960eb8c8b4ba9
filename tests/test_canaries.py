"""Promises: what is at rest is ciphertext, whenever the process dies; and secrets are not even in that.

Every run is given words that occur nowhere else, through every door there is, and is killed at a moment of the seed's
choosing. Then everything it could have written is searched for them, in every form text takes on a disk.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
import whole_path
from stores import dump, pages
from support import PASSPHRASE, START, Clock, said

from assistant import Assistant
from memory.vault import Vault

MARK = "qvzkxjwqgh"  # begins every one of our words, and nothing else in the world


def canary(rng: random.Random) -> str:
    """A word that occurs nowhere else, of lower case letters only, so that no index changes it."""
    return MARK + "".join(rng.choices("bcdfghjklmnpqrtvwxz", k=8))


def forms(word: str) -> list[bytes]:
    """The word as it could stand in a file: UTF-8, UTF-16 and base64 at any offset, hexadecimal, in any case."""
    plain = [word, word.upper(), word.capitalize()]
    found = [w.encode(code) for w in plain for code in ("utf-8", "utf-16-le", "utf-16-be")]
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + word.encode())
        found.append(encoded[4 if offset else 0 : 4 * ((offset + len(word)) // 3)])
    return [*found, word.encode().hex().encode(), word.encode().hex().upper().encode()]


MARKED = re.compile(b"|".join(re.escape(form) for form in forms(MARK)))


def found_in(root: Path) -> list[Path]:
    """Files and folders under ``root`` that hold a word of ours in any form, or are named after one."""
    return [
        path
        for path in [root, *root.rglob("*")]
        if MARKED.search(os.fsencode(path.relative_to(root)))
        or (path.is_file() and not path.is_symlink() and MARKED.search(path.read_bytes()))
    ]


class Round:
    """One run's words, by the door they go in by."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self.number = number
        doors = ("export", "messages", "sentences", "edits", "questions")
        self.words = {door: [canary(rng) for _ in range(12 if door in ("export", "messages") else 3)] for door in doors}

    @property
    def all(self) -> list[str]:
        return [word for words in self.words.values() for word in words]

    def task(self, folder: Path, **more: Any) -> dict[str, Any]:
        """What the program is to do, with the export file it is to read; that one is the user's own, in plain."""
        export = folder / f"export {self.number}.jsonl"
        with export.open("w") as out:
            for n, word in enumerate(self.words["export"]):
                record = {
                    "text": f"I have a {word} and I drive a {word}", "at": START.isoformat(), "speaker": "me",
                    "key": f"e{self.number} {n}", "thread": word, "title": word,
                }  # fmt: skip
                out.write(json.dumps(record) + "\n")
        return {
            "export": str(export),
            "round": self.number,
            "messages": [f"My sister {word.capitalize()} lives in {word}" for word in self.words["messages"]],
            "sentences": [f"The user plays the {word}." for word in self.words["sentences"]],
            "edits": [f"The user plays the {word}." for word in self.words["edits"]],
            "questions": [f"Where is my {word}?" for word in self.words["questions"]],
        } | more


def check_runs(folder: Path, seeds: range) -> list[Round]:
    """Runs on one vault in ``folder/home``, each killed at a random moment after it opened, and looked into."""
    rounds = []
    for seed in seeds:
        rng = random.Random(seed)
        rounds.append(Round(seed, rng))
        process = whole_path.start("everything", rounds[-1].task(folder, fail=seed % 3 == 2), folder / "home")
        said_, err = whole_path.kill_after(process, 18, 0.05, rng)
        assert said_[:1] == ["open"], err
        assert found_in(folder / "home") == []
        assert not MARKED.search(f"{said_} {err}".encode())
    return rounds


def test_the_search_finds_a_word_in_every_form(tmp_path: Path) -> None:
    """The control: each form by itself, at every offset, in a content and in a name."""
    word = canary(random.Random(0))
    assert found_in(tmp_path) == []
    path = tmp_path / "deep" / "file"
    path.parent.mkdir()
    for content in [
        word.encode(), f"xx{word}".encode("utf-16"), word.upper().encode(), word.encode().hex().encode(),
        *(base64.b64encode(b"\xff" * offset + f"{word}, he said".encode()) for offset in range(9)),
    ]:  # fmt: skip
        path.write_bytes(b"\x00\x01" + content + b"more")
        assert found_in(tmp_path) == [path], content
    path.unlink()
    (tmp_path / f"log of {word}.txt").touch()
    assert len(found_in(tmp_path)) == 1


def test_a_killed_process_leaves_no_plain_word_anywhere(tmp_path: Path) -> None:
    rounds = check_runs(tmp_path, range(6))
    with Assistant.open(tmp_path / "home" / "inkling" / "vault", passphrase=PASSPHRASE) as vault:
        held = repr(dump(vault._store))
        assert vault.check() == []
    inside = [word for r in rounds for word in r.all if word in held]
    assert len(inside) > 20, "the words did go in, or nothing was tested"


@pytest.mark.slow
def test_a_process_killed_fifty_times_leaves_no_plain_word_anywhere(tmp_path: Path) -> None:
    check_runs(tmp_path, range(100, 150))


def test_a_process_that_ends_well_leaves_no_plain_word_either_and_says_none(tmp_path: Path) -> None:
    for number, fail in ((1, False), (2, True)):
        one = Round(number, random.Random(number))
        said_, err = whole_path.finished(
            whole_path.start("everything", one.task(tmp_path, fail=fail), tmp_path / "home")
        )
        assert said_[-1] == "done"
        assert found_in(tmp_path / "home") == []
        assert not MARKED.search(f"{said_}".encode())
        assert err == ""


def test_the_words_are_there_for_who_has_the_key(tmp_path: Path) -> None:
    """The other control: what is searched above is what they were written to."""
    one = Round(1, random.Random(1))
    whole_path.finished(whole_path.start("everything", one.task(tmp_path), tmp_path / "home"))
    folder = tmp_path / "home" / "inkling" / "vault"
    with Vault.open(folder, PASSPHRASE) as vault:
        plain = b"".join(pages(vault.store_path, vault.subkey("store")))
    forgotten = [one.words["sentences"][0], one.words["edits"][0]]
    kept = {word for door in ("export", "messages", "sentences", "edits") for word in one.words[door]} - {*forgotten}
    assert all(word.encode() in plain for word in kept)
    assert not any(word.encode() in plain for word in forgotten), "it was forgotten at the end"
    assert not any(word.encode() in plain for word in one.words["questions"]), "questions are not kept"


# secrets


def secrets(rng: random.Random) -> dict[str, str]:
    """Sentences with a secret each, and the secret; made here, so that no file of ours holds one."""
    digits = "".join(rng.choices("0123456789", k=15))
    card = "4" + digits[:14]
    card += str(-sum(sum(divmod(int(d) * (1 + (n + 1) % 2), 10)) for n, d in enumerate(card)) % 10)
    word = "".join(rng.choices("abcdefghijkmnpqrstuvwxyz", k=6)) + "7!X" + "".join(rng.choices("ABCDEFGH", k=3))
    token = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=36))
    body = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij", k=64))
    begin, end = ("-----" + f"{w} RSA PRIVATE " + "KEY-----" for w in ("BEGIN", "END"))
    return {
        f"my password is {word}": word,
        f"pay with card {card} please": card,
        "token: gh" + f"p_{token}": token,
        f"{begin}\n{body}\n{end}": body,
        f"your verification code is {digits[:6]}": digits[:6],
    }


@pytest.mark.parametrize("killed", [False, True])
def test_no_secret_is_in_the_store_even_for_who_has_the_key(tmp_path: Path, killed: bool) -> None:
    planted = secrets(random.Random(5))
    one = Round(1, random.Random(1))
    task = one.task(tmp_path) | {
        "messages": [*planted, *planted],
        "sentences": [f"The user says {text}" for text in planted if "\n" not in text],
        "edits": [f"The user told Ana {text}" for text in reversed(planted) if "\n" not in text],
    }
    with (tmp_path / "export 1.jsonl").open("a") as out:
        for n, text in enumerate(planted):
            out.write(json.dumps({"text": text, "at": START.isoformat(), "speaker": "Ana", "key": f"s{n}"}) + "\n")
    process = whole_path.start("everything", task, tmp_path / "home")
    if killed:
        for step in whole_path.steps(process):
            if step == "edited":
                break
        process.kill()
        process.communicate(timeout=60)
    else:
        whole_path.finished(process)
    folder = tmp_path / "home" / "inkling" / "vault"
    with Vault.open(folder, PASSPHRASE) as vault:
        plain = b"".join(pages(vault.store_path, vault.subkey("store")))
    assert b"removed]" in plain
    assert [text for text, secret in planted.items() if secret.encode() in plain] == []


def test_a_secret_never_reaches_the_store_on_its_way(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Not written and then removed: not written. Everything given to the store is looked at."""
    planted = secrets(random.Random(6))
    given: list[str] = []
    connection = assistant._store.observations._c
    run, run_many = connection.run, connection.run_many

    def watch(sql: str, parameters: Any = ()) -> int:
        given.append(repr(parameters))
        return run(sql, parameters)

    def watch_many(sql: str, rows: Any) -> None:
        kept = list(rows)
        given.append(repr(kept))
        run_many(sql, kept)

    monkeypatch.setattr(connection, "run", watch)
    monkeypatch.setattr(connection, "run_many", watch_many)
    assistant.observe([said(text, str(n), days=-1, thread=str(n)) for n, text in enumerate(planted)])
    assistant.distil()
    for text in planted:
        assistant.remember(f"The user says {text}")
    written = "\n".join(given)
    assert "removed]" in written
    assert [text for text, secret in planted.items() if secret in written] == []
