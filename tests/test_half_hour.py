"""Promise: half an hour at a real screen, recorded and played back, ends up in the vault as it should, and no secret.

The default test plays the stretch in which most happens: a messenger, a password manager over it, a bank, an order,
an excluded site, a calendar, a private window, an editor with a card number in it. The slow one plays all of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import replayed
from recording import Recording
from replayed import HALF_HOUR, START, Figures, VirtualClock, watch
from stores import dump
from support import PASSPHRASE

from assistant import Assistant
from assistant.engine.capture import Capture
from memory.records import Observation
from observers.screen.defaults import default_rules
from observers.screen.ocr import load_ocr

sys.path.append(str(Path(__file__).parents[1] / "benchmarks" / "session"))
from expected import EXCLUDED_DOMAIN, HELD, NEVER_HELD

SINCE, UNTIL = 940.0, 1420.0  # the messenger to the editor
PASSWORDS = "default:passwords"
EXPECTED_RULES = {PASSWORDS, "default:banking", f"domain:{EXCLUDED_DOMAIN}", "private"}

OF_THE_STRETCH = (
    "I am bringing my kayak, can you fetch me from the station?",
    "also I don't eat meat any more, since August",
    "Kestrel 14 inflatable kayak, two seats",
    "Call with Benedikt about the weir survey",
    "choir folder, I sing alto",
)
OTHERS_WORDS = ("walnut", "greyhound", "new flat", "spare room")


def plain(text: str) -> str:
    """As readings are compared: without spaces and case."""
    return "".join(text.split()).casefold().replace("’", "'")


@dataclass
class Played:
    """A stretch that was played, and what became of it."""

    vault: Assistant
    figures: Figures
    decisions: list[dict[str, Any]]
    since: float
    until: float

    @property
    def held(self) -> list[Observation]:
        return [stored.observation for stored in self.vault._store.observations.all()]

    @property
    def text(self) -> str:
        return plain("\n".join(observation.text for observation in self.held))


def play(folder: Path, since: float, until: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """Play a stretch to a new vault, with the rules that Inkling comes with and one of the user's."""
    decisions: list[dict[str, Any]] = []

    class Remembering(Capture):
        def close(self) -> None:
            decisions.extend(self.why(START))
            super().close()

    monkeypatch.setattr(replayed, "Capture", Remembering)
    clock, recogniser = VirtualClock(), load_ocr("rapid")
    try:
        with Assistant.open(folder, PASSPHRASE, create=True, clock=clock) as vault:
            vault.configure(rules=[*map(str, default_rules()), f"domain:{EXCLUDED_DOMAIN}"])
            figures = watch(Recording(HALF_HOUR), vault, clock, recogniser, since=since, until=until)
            yield Played(vault, figures, decisions, since, until)
    finally:
        recogniser.close()


def nothing_is_held_that_must_not_be(played: Played) -> None:
    """In no table, be it texts, titles, threads, the index or the settings."""
    rows = dump(played.vault._store)
    assert rows["observations"]
    rows.pop("observations_vectors", None)
    everything = plain(repr(rows))
    assert plain(OF_THE_STRETCH[2]) in everything, "the control: what is held would be found"
    leaked = [text for text in NEVER_HELD if plain(text) in everything]
    assert leaked == []
    assert "keepass" not in everything.replace(PASSWORDS, "")
    assert "harrowvale" not in everything
    assert EXCLUDED_DOMAIN not in everything.replace(f"domain:{EXCLUDED_DOMAIN}", "")
    assert "surpriseparty" not in everything


def decisions_name_the_rules(played: Played) -> None:
    by_rule = {decision["rule"]: decision for decision in played.decisions}
    assert by_rule.keys() == EXPECTED_RULES | {None}
    assert by_rule[PASSWORDS]["app"] == "KeePassXC"
    for rule in EXPECTED_RULES:
        assert by_rule[rule]["outcome"] == "skipped"
        assert by_rule[rule]["new_lines"] == 0
        assert timedelta(seconds=15) <= by_rule[rule]["at"] - by_rule[rule]["since"] <= timedelta(seconds=60)
    assert not any(text in repr(played.decisions) for text in ("Postroom", "Passwords.kdbx", "weir"))


def passages_are_in_place(played: Played) -> None:
    """Each in a session of its app, in time, in view for no longer than the stretch lasted."""
    held = played.held
    assert [o.at for o in held] == sorted(o.at for o in held)
    assert len({o.stable_key for o in held}) == len(held)
    assert {o.app for o in held} <= {"Chromium", "XTerm", "Mousepad"}
    for observation in held:
        assert observation.source == "screen"
        assert observation.speaker is None
        assert observation.thread is not None
        kind, app, start = observation.thread.split(":")
        assert (kind, app) == ("screen", observation.app)
        assert start <= observation.at.strftime("%Y%m%dT%H%M%SZ")
        offset = (observation.at - START).total_seconds()
        assert played.since <= offset <= played.until
        assert observation.dwell_seconds is not None
        assert 1.0 <= observation.dwell_seconds <= played.until - offset + 1
    titles = {o.title for o in held}
    assert len({o.thread for o in held if o.app != "XTerm"}) == 2, "one session each"
    assert len({o.thread for o in held if o.app == "XTerm"}) <= 2, "it was left for a quarter of an hour once"
    assert not any("KeePass" in (title or "") or "banking" in (title or "") for title in titles)


def missing(played: Played, lines: Sequence[str]) -> list[str]:
    return [line for line in lines if plain(line) not in played.text]


@pytest.fixture
def stretch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    yield from play(folder, SINCE, UNTIL, monkeypatch)


def test_what_was_shown_is_held_and_what_is_excluded_or_secret_is_not(stretch: Played) -> None:
    assert missing(stretch, OF_THE_STRETCH) == []
    nothing_is_held_that_must_not_be(stretch)
    decisions_name_the_rules(stretch)
    passages_are_in_place(stretch)
    order = next(o for o in stretch.held if "Kestrel" in o.text)
    assert order.title == "Order confirmed - Ferrywell Outdoor - Chromium"
    assert 50 <= (order.dwell_seconds or 0) <= 65
    assert "[card number removed]" in "\n".join(o.text for o in stretch.held)
    assert stretch.figures.read_pixels < 0.2 * 1912 * 1016 * stretch.figures.changes


@pytest.fixture
def half_hour(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    yield from play(folder, 0.0, Recording(HALF_HOUR).seconds, monkeypatch)


@pytest.mark.slow
def test_the_whole_half_hour_is_captured_read_and_distilled(half_hour: Played) -> None:
    assert missing(half_hour, HELD) == []
    nothing_is_held_that_must_not_be(half_hour)
    decisions_name_the_rules(half_hour)
    passages_are_in_place(half_hour)
    assert half_hour.figures.read_pixels < 0.1 * 1912 * 1016 * half_hour.figures.changes

    half_hour.vault.distil()
    learned = [proposition.text for proposition in half_hour.vault.propositions(include_quarantined=True)]
    assert any("lives in Shardlow" in text for text in learned)
    assert any("Call with Benedikt about the weir survey" in text for text in learned)
    assert any("Choir rehearsal" in text for text in learned)
    assert [text for text in learned for words in OTHERS_WORDS if words in text] == []
    nothing_is_held_that_must_not_be(half_hour)
    assert half_hour.vault.check() == []
