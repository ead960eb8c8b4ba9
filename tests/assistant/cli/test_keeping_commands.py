"""``storage``, ``retention`` and ``forget --since``: nothing is deleted before it was said how much."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.cli.session import Session

if TYPE_CHECKING:
    from conftest import Inkling, Person


@pytest.fixture
def inkling(filled: Inkling) -> Inkling:
    """The command line of a vault with a chat of March 2026."""
    return filled


def test_storage_shows_what_each_source_takes(inkling: Inkling) -> None:
    shown = inkling("storage").out
    assert "chat" in shown
    assert "7 observations, 12 Mar 2026 to 13 Mar 2026" in shown
    found = inkling("storage", "--json").json
    [chat] = found["sources"]
    assert (chat["source"], chat["observations"], chat["pending"]) == ("chat", 7, 0)
    assert found["bytes"] > chat["bytes"] > 0


def test_without_limits_everything_is_kept(inkling: Inkling) -> None:
    assert inkling("retention").out.startswith("Everything is kept for good.")
    assert inkling("retention", "--json").json == {"limits": {}, "expired_facts": "keep"}


def test_a_limit_that_reaches_nothing_is_set_without_a_question(inkling: Inkling) -> None:
    assert inkling("retention", "screen", "--days", "90", "--megabytes", "500").status == 0
    assert inkling("retention", "screen", "--days", "30").status == 0
    assert inkling("retention", "--json").json["limits"] == {"screen": {"days": 30, "megabytes": 500}}
    assert "30 days, at most 500 MB" in inkling("retention").out
    assert inkling("retention", "screen", "--off").status == 0
    assert inkling("retention", "--json").json["limits"] == {}
    assert inkling("status", "--json").json["observations"] == 7


def test_a_limit_that_would_delete_asks_and_without_anybody_to_ask_changes_nothing(inkling: Inkling) -> None:
    refused = inkling("retention", "chat", "--days", "1")
    assert refused.status == 2
    assert "7 observations would go now" in refused.err
    assert inkling("retention", "--json").json["limits"] == {}
    assert inkling("status", "--json").json["observations"] == 7


def test_what_was_learned_stays_with_its_quotes_or_goes_as_the_user_chose(inkling: Inkling) -> None:
    before = {p["text"] for p in inkling("profile", "--json").json}
    done = inkling("retention", "chat", "--days", "1", "--yes")
    assert done.status == 0
    assert "deleted" in done.err
    assert {p["text"] for p in inkling("profile", "--json").json} == before
    left = inkling("status", "--json").json["observations"]
    assert 0 < left < 7
    asked = inkling("retention", "--drop-facts")
    assert f"{left} observations would go now" in asked.err
    assert inkling("retention", "--drop-facts", "--yes").status == 0
    assert inkling("profile", "--json").json == []
    assert inkling("status", "--json").json["observations"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--days", "3"],
        ["--off"],
        ["chat", "--off", "--days", "3"],
        ["chat", "--days", "0"],
        ["chat", "--megabytes", "-1"],
        ["chat", "--megabytes", "0"],
        ["chat", "--days", "30", "--megabytes", "0"],
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(inkling: Inkling, arguments: list[str]) -> None:
    assert inkling("retention", *arguments, "--yes").status == 2
    assert inkling("retention", "--json").json["limits"] == {}


def test_a_stretch_of_time_is_forgotten_after_its_count_was_shown(inkling: Inkling) -> None:
    arguments = ("--since", "2026-03-12T19:26", "--until", "2026-03-12")
    refused = inkling("forget", *arguments)
    assert refused.status == 2
    done = inkling("forget", *arguments, "--yes")
    assert done.out == "forgotten: 2 observations\n"
    assert inkling("status", "--json").json["observations"] == 5
    again = inkling("forget", *arguments)  # nothing is there to ask about
    assert (again.status, again.out) == (0, "")
    assert "Nothing of that time was stored" in again.err


def test_a_date_begins_with_its_first_moment_and_until_ends_with_its_last(inkling: Inkling) -> None:
    assert inkling("forget", "--since", "2026-03-13", "--app", "Signal", "--yes").out == ""
    assert inkling("forget", "--since", "2026-03-13", "--app", "whatsapp", "--yes").out == "forgotten: 1 observation\n"
    assert (
        inkling("forget", "--since", "2026-03-12", "--until", "2026-03-12", "--yes").out
        == "forgotten: 6 observations\n"
    )


def test_what_is_forgotten_so_does_not_come_back(inkling: Inkling, chat: Path) -> None:
    inkling("forget", "--since", "2026-03-01", "--yes")
    inkling("import", str(chat))
    assert inkling("status", "--json").json["observations"] == 0


@pytest.mark.parametrize(
    "arguments",
    [[], ["o1", "--since", "15m"], ["--until", "2026-03-12"], ["o1", "--app", "x"],
     ["--since", "15m", "--with-evidence"], ["--since", "soon"], ["--since", "2026-03-12", "--until", "2026-03-01"]],
)  # fmt: skip
def test_what_to_forget_must_be_clear(inkling: Inkling, arguments: list[str]) -> None:
    assert inkling("forget", *arguments, "--yes").status == 2
    assert inkling("status", "--json").json["observations"] == 7


def test_what_is_about_to_be_forgotten_is_not_printed_where_nobody_is_asked(inkling: Inkling) -> None:
    said = next(p for p in inkling("profile", "--json").json if "Lisbon" in p["text"])
    done = inkling("forget", said["id"], "o3", "--yes")
    assert done.status == 0
    assert f"  {said['id']}  proposition: {said['kind']}, 1 piece of evidence" in done.err
    assert "  o3  observation: chat, 1 proposition on it" in done.err
    assert "Lisbon" not in done.out + done.err
    assert "nurse" not in done.out + done.err


def test_so_long_ago_is_understood() -> None:
    import click  # noqa: PLC0415

    from assistant.cli.options import read_past  # noqa: PLC0415

    context = click.Context(click.Command("x"))
    for said, expected in (("15m", timedelta(minutes=15)), ("2h", timedelta(hours=2)), ("3 d", timedelta(days=3))):
        found = read_past(context, click.Option(["--x"]), said)
        assert found is not None
        assert timedelta(0) <= datetime.now().astimezone() - found - expected < timedelta(minutes=1)


def test_a_person_is_asked_and_may_change_their_mind(inkling: Inkling, person: Person) -> None:
    from support import PASSPHRASE  # noqa: PLC0415

    person.will_say(PASSPHRASE, "n")
    assert inkling("forget", "--since", "2026-03-01").status == 1
    person.will_say(PASSPHRASE, "n")
    assert inkling("retention", "chat", "--days", "1").status == 1
    person.will_say(PASSPHRASE, "y")
    assert inkling("retention", "chat", "--days", "1").status == 0


class Reading:
    """A vault of which nothing is stored yet, in an engine that holds what it has just read."""

    def __init__(self) -> None:
        self.forgotten: list[str | None] = []

    def between(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        return 0

    def forget_range(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        self.forgotten.append(app)
        return 0

    def now(self) -> datetime:
        return datetime.now().astimezone()


def test_what_is_read_and_not_stored_yet_is_forgotten_too(inkling: Inkling, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading()
    monkeypatch.setattr(Session, "assistant", lambda _self, **_options: nullcontext(reading))
    assert inkling("forget", "--since", "1m", "--app", "Signal").status == 0
    assert reading.forgotten == ["Signal"]
