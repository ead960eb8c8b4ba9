"""A first day with the command line, in the order a user lives it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import PASSPHRASE

if TYPE_CHECKING:
    from conftest import Inkling


def the_move(inkling: Inkling) -> str:
    """The id of the proposition about Lisbon."""
    return next(p["id"] for p in inkling("profile", "--json").json if "Lisbon" in p["text"])


def test_init_makes_a_vault_and_prints_the_recovery_code_alone_on_stdout(inkling: Inkling, vault: Path) -> None:
    made = inkling("init")
    assert made.status == 0
    assert len(made.out.strip().split("-")) > 4
    assert len(made.out.splitlines()) == 1
    assert (vault / "vault.json").exists()


def test_an_import_says_what_came_in_and_what_was_removed_by_kind(inkling: Inkling, chat: Path) -> None:
    inkling("init")
    done = inkling("import", str(chat), "--me", "Sam Reed")
    assert done.status == 0
    assert "7 messages, 7 new" in done.out
    assert "removed before storing: password 1" in done.out
    assert "Wexford-91-heron" not in done.out + done.err + inkling("show", "o5").out


def test_importing_again_adds_nothing_and_needs_no_name(filled: Inkling, chat: Path) -> None:
    again = filled("import", str(chat), "--json").json
    assert (again["files"][0]["messages"], again["files"][0]["new"]) == (7, 0)


def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(inkling: Inkling, chat: Path, tmp_path: Path) -> None:
    inkling("init")
    run = inkling("import", str(tmp_path / "absent.zip"), str(chat), "--me", "Sam Reed")
    assert run.status == 20
    assert "7 messages, 7 new" in run.out
    assert "nurse" in inkling("profile").out


def test_without_distilling_it_only_stores(inkling: Inkling, chat: Path) -> None:
    inkling("init")
    inkling("import", "--no-distil", str(chat), "--me", "sam reed")
    assert inkling("status", "--json").json["pending"] == 7
    assert inkling("profile", "--json").json == []
    assert inkling("distil", "--json").json["observations"] == 7
    assert inkling("profile", "--json").json


def test_times_without_a_zone_are_taken_in_the_one_given(inkling: Inkling, chat: Path) -> None:
    inkling("init")
    inkling("import", str(chat), "--me", "Sam Reed", "--zone", "Asia/Tokyo")
    assert inkling("show", "o1", "--json").json["at"].endswith("19:22:00+09:00")


def test_the_profile_is_by_kind_with_words_for_confidence_and_nobody_elses_facts(filled: Inkling) -> None:
    shown = filled("profile").out
    assert "Work\n" in shown
    assert "nurse" in shown
    assert any(words in shown for words in ("likely", "maybe", "almost sure"))
    assert "cello" not in shown  # Ana plays it


def test_one_kind_alone_can_be_seen(filled: Inkling) -> None:
    kinds = {p["kind"] for p in filled("profile", "--kind", "work", "--json").json}
    assert kinds == {"work"}


def test_a_proposition_shows_its_quote_in_the_thread_and_its_history(filled: Inkling) -> None:
    shown = filled("show", the_move(filled)).out
    assert "I moved to Lisbon last month" in shown
    assert "are you still living in Porto?" in shown  # the turn before
    assert "you said so" in shown
    assert "History" in shown


def test_an_observation_shows_what_rests_on_it(filled: Inkling) -> None:
    shown = filled("show", "o2").out
    assert "What rests on it" in shown
    assert the_move(filled) in shown


def test_recall_takes_a_type_and_a_number(filled: Inkling) -> None:
    hits = filled("recall", "Lisbon", "--type", "observation", "-k", "2", "--json").json
    assert [h["type"] for h in hits] == ["observation", "observation"]
    assert "Lisbon" in filled("recall", "Lisbon").out


def test_an_answer_cites_and_ignorance_is_said(filled: Inkling) -> None:
    told = filled("ask", "what do I work as, a nurse?")
    assert "[1]" in told.out
    assert "nurse" in told.out
    assert "o3" in told.out or "p" in told.out
    unknown = filled("ask", "what is my blood type?", "--json")
    assert unknown.status == 0
    assert unknown.json["abstained"] is True
    assert unknown.json["citations"] == []


def test_what_was_not_known_yet_is_not_recalled_for_an_earlier_day(filled: Inkling) -> None:
    assert filled("profile", "--at", "2026-03-11", "--json").json == []
    assert filled("recall", "Lisbon", "--at", "2026-03-11T12:00", "--json").json == []
    assert filled("recall", "Lisbon", "--at", "2026-03-12", "--json").json  # a date is all of that day


def test_the_users_word_is_taken_changed_and_undone(filled: Inkling) -> None:
    mine = filled("remember", "The user plays the viola.").out.strip()
    assert filled("show", mine, "--json").json["basis"] == "user"
    assert filled("edit", mine, "The user plays the violin.").status == 0
    shown = filled("show", mine).out
    assert "was: The user plays the viola." in shown
    moved = the_move(filled)
    assert filled("confirm", moved).status == 0
    assert filled("show", moved, "--json").json["confidence"] > 0.95
    assert filled("reject", moved).status == 0
    assert moved not in filled("profile").out


def test_a_pinned_proposition_comes_first(filled: Inkling) -> None:
    last = filled("profile", "--json").json[-1]["id"]
    filled("pin", last)
    assert filled("profile", "--json").json[0]["id"] == last
    filled("unpin", last)
    assert not any(p["pinned"] for p in filled("profile", "--json").json)


def test_several_are_judged_together_or_not_at_all(filled: Inkling) -> None:
    moved = the_move(filled)
    assert filled("reject", moved, "p999").status == 3
    assert moved in filled("profile").out


def test_what_is_forgotten_stays_forgotten(filled: Inkling, chat: Path) -> None:
    moved = the_move(filled)
    assert filled("forget", moved, "--with-evidence", "--yes").status == 0
    assert filled("show", moved).status == 3
    assert filled("show", "o2").status == 3
    filled("import", str(chat))
    assert "Lisbon" not in filled("profile").out


def test_a_sensitive_class_is_set_aside_until_it_is_allowed(filled: Inkling, tmp_path: Path) -> None:
    doctor = tmp_path / "WhatsApp Chat with Doctor.txt"
    doctor.write_text("14/03/2026, 10:00 - Sam Reed: I was diagnosed with asthma in 2019\n", encoding="utf-8")
    filled("import", str(doctor))
    assert "asthma" not in filled("profile").out
    assert "set aside" in filled("profile").err
    assert "asthma" in filled("profile", "--include-quarantined").out
    assert filled("allow", "health").out == "allowed: health\n"
    assert "asthma" in filled("profile").out
    assert filled("disallow", "health").out == "no sensitive class is allowed\n"
    assert "asthma" not in filled("profile").out


def test_an_export_is_for_the_user_alone_and_never_overwrites_unasked(filled: Inkling, tmp_path: Path) -> None:
    target = tmp_path / "everything.json"
    done = filled("export", str(target))
    assert done.status == 0
    assert "NOT be encrypted" in done.err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len(json.loads(target.read_text(encoding="utf-8"))["observations"]) == 7
    assert filled("export", str(target)).status == 2
    assert filled("export", str(target), "--force").status == 0


def test_the_status_counts(filled: Inkling) -> None:
    status = filled("status", "--json").json
    assert status["observations"] == 7
    assert status["pending"] == 0
    assert status["bytes"] > 0
    assert "7, 0 not yet looked at" in filled("status").out


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(
    inkling: Inkling, monkeypatch: pytest.MonkeyPatch, chat: Path
) -> None:
    code = inkling("init").out.strip()
    inkling("import", str(chat), "--me", "Sam Reed")
    with_environment(monkeypatch, INKLING_RECOVERY_CODE=code, INKLING_NEW_PASSPHRASE="another one altogether")
    assert inkling("passphrase", "--recovery").status == 0
    assert inkling("status").status == 12
    with_environment(monkeypatch, INKLING_PASSPHRASE="another one altogether")
    assert inkling("status").status == 0


def test_a_changed_passphrase_and_a_new_recovery_code_end_the_old_ones(
    inkling: Inkling, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = inkling("init").out.strip()
    with_environment(monkeypatch, INKLING_NEW_PASSPHRASE="another one altogether")
    assert inkling("passphrase").status == 0
    assert inkling("status").status == 12
    with_environment(monkeypatch, INKLING_PASSPHRASE="another one altogether", INKLING_NEW_PASSPHRASE=PASSPHRASE)
    new = inkling("passphrase", "--new-recovery-code").out.strip()
    assert new != old
    with_environment(monkeypatch, INKLING_RECOVERY_CODE=old)
    assert inkling("passphrase", "--recovery").status == 12


def with_environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
