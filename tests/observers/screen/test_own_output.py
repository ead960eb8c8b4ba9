"""What Inkling prints in a terminal is not taken in again."""

from __future__ import annotations

import re

import click
import pytest
from support import START

from assistant.cli import wording
from memory.records import Answer, Evidence, Hit
from observers.desktop import Rect
from observers.screen.ocr.line import Line
from observers.screen.own_output import own_output

QUOTE = Evidence(
    observation_id="o91", observation_key="k", quote="I play the cello now", start=0, end=20, stance="supports",
    basis="stated", at=START,
)  # fmt: skip


def screen(*rows: str, split: bool = True) -> list[Line]:
    """Rows as recognition gives them: those with wide gaps in pieces."""
    form = r"\S+(?: \S+)*" if split else r"\S.*"
    return [
        Line(cell[0], Rect(8 * cell.start(), 20 * number, 8 * len(cell[0]), 15))
        for number, row in enumerate(rows)
        for cell in re.finditer(form, row)
    ]


def left(*rows: str, split: bool = True) -> list[str]:
    """The texts that are not Inkling's."""
    lines = screen(*rows, split=split)
    own = own_output(lines)
    return [line.text for index, line in enumerate(lines) if index not in own]


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize(
    "row",
    [
        "  ▮▮▮▮▯ likely       The user works as a nurse.  p12",
        "  ####. likely       The user works as a nurse.  p12",
        "  ▮▮▮▮▮ almost sure  The user lives in Lisbon.  p3  pinned, health",
        "  1. The user plays the cello.  p21",
        "     “I play the cello now” (you said so, 4 Mar 2026  o91)",
        "  2. you, 4 Mar 2026: “I play the cello now”  o91",
        "[1] p21",
        "[2] Jo, 4 Mar 2026, 19:22: “see you at the lake” o5",
        "  o1  Ana is pregnant  (0 propositions on it)",
        "  p3  The user lives in Lisbon.  (2 pieces of evidence)",
        "p12 confirmed: The user works as a nurse.",
        "p12: The user works as a doctor.",
        "forgotten: p12 o3",
        "  > 4 Mar 2026, 19:22  you: I moved to Lisbon  o2",
        "    4 Mar 2026, 19:22  Ana: are you still living in Porto?",
    ],
)
def test_every_row_of_an_answer_is_known_by_its_form(row: str, split: bool) -> None:
    assert left("a page of my own", row, "and more of it", split=split) == ["a page of my own", "and more of it"]


@pytest.mark.parametrize(
    "rows",
    [
        ("likely       The user works as a nurse.  p12",),  # the bar is lost
        ("00o a guess  The user plays the cello on  weekends.",),  # or read as letters
        ("01  Ana is pregnant  (0 propositions on it)",),
        ('"I play the cello now" (you said so, 4 Mar 2026  091)',),
        ('2. you, 4 Mar 2026: "I play the cello now"  091',),
        ("▮▮▯▯▯ a guess      The user plays the cello on", "                    weekends.  p21  health"),
        ("  1. The user plays the cello on", "     the weekends of every", "     second month.  p21"),
    ],
)
def test_what_recognition_makes_of_it_is_known_too(rows: tuple[str, ...]) -> None:
    assert left("a page of my own", *rows, "and more of it") == ["a page of my own", "and more of it"]


def test_after_its_command_everything_is_inklings_to_the_next_prompt() -> None:
    rows = ("ana@desk:~$ inkling ask 'what do I play'", "You play the cello, and like it.", "", "ana@desk:~/notes$ ls")
    assert left("ana@desk:~$ make", *rows, "diary.txt") == ["ana@desk:~$ make", "ana@desk:~/notes$ ls", "diary.txt"]


def test_a_prompt_that_is_a_sign_ends_it_too() -> None:
    assert left("$ inkling profile", "Work", "$ ls", "diary.txt") == ["$ ls", "diary.txt"]


@pytest.mark.parametrize(
    "row",
    [
        "$ pip install inkling-memory",
        "cd inkling && make test",
        "  1. Buy milk",
        "2. you, me and the rest: everybody",
        "maybe I will go to the lake",
        "commit a525c15 on 4 Mar 2026",
        "the p-value was below 0.05",
        "12:30  13:30  01",
        "drwxr-xr-x  2 ana ana  4096  Mar 12  photos",
        "I like p5",
    ],
)
def test_what_others_print_stays(row: str) -> None:
    assert " ".join(left("first", row, "last")).split() == f"first {row} last".split()


def test_the_words_are_those_of_the_command_line() -> None:
    """What wording prints today is recognised today."""
    hits = [
        Hit(type="proposition", id="p21", text="The user plays the cello.", score=1.0, at=START,
            observation_key=None, evidence=(QUOTE,)),
        Hit(type="observation", id="o91", text="I play the cello now", score=1.0, at=START, observation_key="k",
            speaker="me"),
    ]  # fmt: skip
    printed = [wording.hit_row(number, hit) for number, hit in enumerate(hits, start=1)]
    printed.append(wording.answered(Answer(text="", citations=hits, abstained=False)))
    assert left(*click.unstyle("\n".join(printed)).split("\n")) == []
