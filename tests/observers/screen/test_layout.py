"""Reading order, rows of cells and whose bubbles, on the lines of real rendered pages and on made up ones.

``layouts.json`` holds lines as RapidOCR found them, with their rectangles, on our own pages in Chromium, 1040 by 760.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from observers.desktop.rect import Rect
from observers.screen.layout import arrange, as_text
from observers.screen.ocr.line import Line

PAGES: dict[str, list[Any]] = json.loads(Path(__file__).with_name("layouts.json").read_text(encoding="utf-8"))


def lines_of(name: str) -> list[Line]:
    return [Line(text, Rect(*place)) for text, *place in PAGES[name]]


def text_of(lines: list[Line], **window: str) -> list[str]:
    return as_text(arrange(lines, 1040, 760, **window))


def line(text: str, left: int, top: int, *, height: int = 15) -> Line:
    return Line(text, Rect(left, top, 7 * len(text), height))


def test_columns_are_read_one_after_the_other() -> None:
    text = text_of(lines_of("columns"))
    assert text[:3] == [
        "A winter at the pottery",
        "The kiln had been cold for eleven days when Marta",
        "finally replaced the element, and the whole studio",
    ]
    first, second = (
        text.index("that said only to wait."),
        text.index("The second firing was slower. Ruben sat with it through"),
    )
    assert second == first + 1
    assert text[-2].startswith("Printed with the permission")


def test_a_side_bar_does_not_run_into_the_text() -> None:
    text = text_of(lines_of("sidebar"))
    assert text[0] == "Harbour Mail   Search messages   Settings"
    assert text[1:12] == [
        *("Inbox 12", "Starred", "Snoozed", "Sent", "Drafts 3", "Receipts"),
        *("Allotment", "Choir", "Travel", "Spam", "Bin"),
    ]
    assert text[12:14] == ["Seedlings swap on Saturday", "Odile Faye to me, 9 March"]
    assert text[-1] == "See you at ten by the water butt, bring labels."


def test_the_cells_of_a_table_stay_on_their_row() -> None:
    text = text_of(lines_of("table"))
    assert "Article   Quantity   Price" in text
    assert "Rye flour, stoneground 5 kg   2   9.40 €" in text
    assert "Total   83.45 €" in text


def test_the_labels_of_a_form_stay_with_their_fields() -> None:
    text = text_of(lines_of("form"))
    assert text == [
        *("Your details", "First name   Ottoline", "Last name   Brandt", "Street   Weidenweg 8"),
        *("Town   Lübeck", "Date of birth   4 June 1987", "Save changes"),
    ]


def test_cards_are_read_one_after_the_other() -> None:
    text = text_of(lines_of("cards"))
    assert text[0] == "Events near you"
    assert text[1:6] == [
        *("Lute evening", "Four players in the old granary,", "soup afterwards for whoever", "stays."),
        "Fri 14 May, 19:30",
    ]


def test_bubbles_on_the_right_are_the_users_above_a_field_to_write_in() -> None:
    text = text_of(lines_of("chat"))
    mine = [row for row in text if row.startswith("You: ")]
    assert mine == [
        "You: He did, the tap is fixed but he says the boiler will not survive another winter 18:04",
        "You: Two thousand four hundred with fitting. I will ask the landlord tomorrow 18:09",
        "You: Also I am off sugar until Easter, so no cake on Sunday 18:10",
        "You: Perfect 18:12",
    ]
    assert "Did the plumber come in the end? 18:02" in text
    assert "My cousin paid about two thousand for hers 18:05" in text


def test_the_list_of_chats_is_nobodys_words() -> None:
    text = text_of(lines_of("chat"))
    assert "Choir altos   17:40" in text
    assert "Soup it is" in text


def test_what_the_user_asked_an_assistant_is_told_from_its_answers() -> None:
    text = text_of(lines_of("assistant"))
    assert [row[:30] for row in text] == [
        "You: I sold my flute in Januar",
        "The kiln had been cold for ele",
        "You: Thanks, and a teacher nea",
        "By evening the pyrometer read ",
        "Ask anything",
    ]


@pytest.mark.parametrize("name", ["chat", "assistant"])
def test_without_a_field_or_a_messenger_nothing_is_the_users(name: str) -> None:
    """An article about a chat looks like one."""
    shown = [one for one in lines_of(name) if one.text not in {"Type a message", "Ask anything"}]
    assert not any(row.startswith("You: ") for row in text_of(shown, app="Firefox", title="Ten funny chats"))


@pytest.mark.parametrize("window", [{"app": "WhatsApp"}, {"app": "Firefox", "title": "Telegram Web"}])
def test_in_a_messenger_no_field_is_needed(window: dict[str, str]) -> None:
    shown = [one for one in lines_of("chat") if one.text != "Type a message"]
    assert sum(row.startswith("You: ") for row in text_of(shown, **window)) == 4


@pytest.mark.parametrize("name", ["columns", "sidebar", "table", "form", "cards"])
def test_pages_that_are_no_chat_are_nobodys_words_even_in_a_messenger(name: str) -> None:
    for app in ("Firefox", "WhatsApp"):
        assert not any(row.startswith("You: ") for row in text_of(lines_of(name), app=app))


def test_every_line_is_in_the_text_once() -> None:
    for name in PAGES:
        shown = lines_of(name)
        words = " ".join(text_of(shown)).replace("You: ", "").split()
        assert sorted(words) == sorted(" ".join(one.text for one in shown).split())


def test_a_sentence_an_engine_cut_in_two_is_one_again() -> None:
    assert text_of([line("The kiln", 40, 100), line("is cold", 40 + 56 + 6, 101)]) == ["The kiln is cold"]


def test_wide_gaps_are_cells() -> None:
    assert text_of([line("Home", 40, 10), line("Orders", 140, 11), line("Sign out", 300, 10)]) == [
        "Home   Orders   Sign out"
    ]


def test_lines_off_the_picture_and_empty_ones_are_left_out() -> None:
    assert text_of([line("here", 40, 10), line(" ", 40, 40), line("beyond", 2000, 10)]) == ["here"]


def test_nothing_has_no_text() -> None:
    assert text_of([]) == []


def test_a_price_on_the_right_is_not_the_users_word() -> None:
    """Rows with a left and a right cell, above a field to write in."""
    rows = [line(text, 40 if side == "l" else 700, 100 + 40 * n) for n, (text, side) in enumerate([
        ("Proving basket", "l"), ("Linen cloth", "l"), ("Dough scraper", "l"), ("Write a message", "l"),
    ])]  # fmt: skip
    prices = [line(price, 700, 100 + 40 * n) for n, price in enumerate(["9.40 €", "8.00 €", "4.20 €"])]
    assert text_of(rows + prices)[:3] == [
        "Proving basket   9.40 €", "Linen cloth   8.00 €", "Dough scraper   4.20 €",
    ]  # fmt: skip


def test_a_single_bubble_on_the_right_is_not_enough_outside_a_messenger() -> None:
    shown = [
        line("How long do the seedlings take?", 40, 100),
        line("About six weeks I think", 700, 150),
        line("Write a message", 40, 400),
    ]
    assert not any(row.startswith("You: ") for row in text_of(shown))
    assert any(row.startswith("You: ") for row in text_of(shown, app="Signal"))
