"""WhatsApp's text in the shapes phones write it."""

from __future__ import annotations

import zipfile
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memory.errors import OwnerUnknownError, UnreadableExportError
from memory.records import Observation
from observers.chat import Problem, open_export

NARROW = "\u202f"


def read(
    folder: Path, text: str, name: str = "WhatsApp Chat with Trip.txt", me: str = "Ana", zone=UTC
) -> list[Observation]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(open_export(path, zone=zone).observations(me={me}))


@pytest.mark.parametrize(
    ("line", "local"),
    [
        ("25/03/2024, 15:07 - Ana: hi", "2024-03-25 15:07:00"),
        ("25/03/24, 15:07 - Ana: hi", "2024-03-25 15:07:00"),
        ("3/25/24, 3:07 PM - Ana: hi", "2024-03-25 15:07:00"),
        (f"3/25/24, 3:07{NARROW}PM - Ana: hi", "2024-03-25 15:07:00"),
        (f"[3/25/24, 12:07:09{NARROW}AM] Ana: hi", "2024-03-25 00:07:09"),
        ("\u200e[25/03/2024, 15:07:09] Ana: hi", "2024-03-25 15:07:09"),
        ("[2024-03-25, 3:07:09 PM] Ana: hi", "2024-03-25 15:07:09"),
        ("2024-03-25, 3:07 p.m. - Ana: hi", "2024-03-25 15:07:00"),
        ("25/3/24 3:07 p.\u00a0m. - Ana: hola", "2024-03-25 15:07:00"),
        ("25/3/24, 12:07 a. m. - Ana: hola", "2024-03-25 00:07:00"),
        ("25.03.24, 15:07 - Ana: hallo", "2024-03-25 15:07:00"),
        ("25.03.24 um 15:07 Uhr - Ana: hallo", "2024-03-25 15:07:00"),
        ("[25.03.24, 15:07:09] Ana: hallo", "2024-03-25 15:07:09"),
        ("25/03/2024 à 15:07 - Ana: salut", "2024-03-25 15:07:00"),
        ("25-03-2024 15:07 - Ana: hoi", "2024-03-25 15:07:00"),
        ("25/03/2024 kl. 15.07 - Ana: hej", "2024-03-25 15:07:00"),
        ("25.3.2024 klo 15.07 - Ana: moi", "2024-03-25 15:07:00"),
        ("25.3.2024 г., 15:07 - Ana: здрасти", "2024-03-25 15:07:00"),
        ("2024. 03. 25. 15:07 - Ana: szia", "2024-03-25 15:07:00"),
        ("25.3.2024, 3:07 e.h. - Ana: hæ", "2024-03-25 15:07:00"),
        ("[25.03.2024 ÖS 3:07:09] Ana: selam", "2024-03-25 15:07:09"),
        ("2024/3/25 下午3:07 - Ana: 你好", "2024-03-25 15:07:00"),
        ("2024/03/25 15:07 - Ana: こんにちは", "2024-03-25 15:07:00"),
        ("2024년 3월 25일 오후 3:07, Ana : 안녕", "2024-03-25 15:07:00"),
        ("[2024. 3. 25. 오전 3:07:09] Ana: 안녕", "2024-03-25 03:07:09"),
        ("25/03/24, 3:07 अपराह्न - Ana: नमस्ते", "2024-03-25 15:07:00"),
        ("\u200f25.3.2024, 15:07 - Ana: שלום", "2024-03-25 15:07:00"),
        ("\u200f٢٥\u200f/٣\u200f/٢٠٢٤، ٣:٠٧ م - Ana: مرحبا", "2024-03-25 15:07:00"),
        ("25/3/2567 15:07 - Ana: สวัสดี", "2024-03-25 15:07:00"),
        ("15:07, 25/03/2024 - Ana: chào", "2024-03-25 15:07:00"),
        ("25/03/24, 15:07:09: Ana: hi", "2024-03-25 15:07:09"),
    ],
)  # fmt: skip
def test_every_locale_writes_the_same_moment(tmp_path, line, local):
    (observation,) = read(tmp_path, line + "\n")
    assert f"{observation.at:%Y-%m-%d %H:%M:%S}" == local
    assert observation.speaker == "me"


def days_of(folder: Path, *dates: str, form: str = "{}, 10:15 - Ana: hi") -> list[str]:
    text = "".join(form.format(date) + "\n" for date in dates)
    return [f"{o.at:%m-%d}" for o in read(folder, text)]


def test_one_impossible_month_settles_the_order_of_the_whole_file(tmp_path):
    assert days_of(tmp_path, "04/03/2024", "05/03/2024", "13/03/2024") == ["03-04", "03-05", "03-13"]
    assert days_of(tmp_path, "03/04/2024", "03/05/2024", "03/13/2024") == ["03-04", "03-05", "03-13"]


def test_else_the_order_that_does_not_run_backwards_is_taken(tmp_path):
    assert days_of(tmp_path, "11/03/2024", "12/03/2024", "01/04/2024") == ["03-11", "03-12", "04-01"]


def test_else_the_order_that_spreads_the_chat_less(tmp_path):
    assert days_of(tmp_path, "3/4/24", "3/5/24", "3/9/24") == ["03-04", "03-05", "03-09"]
    assert days_of(tmp_path, "4/3/24", "5/3/24", "9/3/24") == ["03-04", "03-05", "03-09"]


def test_a_single_day_is_read_as_its_spelling_suggests(tmp_path):
    assert days_of(tmp_path, "3/4/24", form="{}, 10:15 AM - Ana: hi") == ["03-04"], "American"
    assert days_of(tmp_path, "03/04/2024", form="{}, 10:15 am - Ana: hi") == ["04-03"], "British, Indian, Australian"
    assert days_of(tmp_path, "3.4.24") == ["04-03"]


def test_one_broken_date_does_not_turn_all_the_others(tmp_path):
    dates = ["11/03/2024", "12/03/2024", "04/17/2024", "13/03/2024", "14/03/2024", "15/03/2024"]
    assert days_of(tmp_path, *dates) == ["03-11", "03-12", "03-13", "03-14", "03-15"]


def test_keys_survive_that_a_grown_export_settles_the_order_anew(tmp_path):
    few = read(tmp_path, "04/03/2024, 10:15 - Ana: hi\n")
    many = read(tmp_path, "04/03/2024, 10:15 - Ana: hi\n".replace("04/03", "04/03") + "04/25/2024, 10:15 - Ana: yes\n")
    assert few[0].at != many[0].at, "the first reading was a guess"
    assert few[0].key == many[0].key


def test_the_zone_is_this_machines_unless_one_is_given(tmp_path):
    line = "25/07/2024, 15:07 - Ana: hi\n"
    (there,) = read(tmp_path, line, zone=ZoneInfo("America/Sao_Paulo"))
    assert there.at.isoformat() == "2024-07-25T15:07:00-03:00"
    (here,) = read(tmp_path, line, zone=None)
    assert here.at == here.at.replace(tzinfo=None).astimezone()


ANDROID = """25/03/2024, 10:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
25/03/2024, 10:00 - Bob created group "Trip: north"
25/03/2024, 10:01 - Bob changed the subject from "Trip: north" to "Trip"
25/03/2024, 10:02 - Bob added Ana
25/03/2024, 10:03 - Bob: <Media omitted>
25/03/2024, 10:04 - Bob: IMG-20240325-WA0001.jpg (file attached)
25/03/2024, 10:05 - Bob: IMG-20240325-WA0002.jpg (file attached)
the view from up there
25/03/2024, 10:06 - Bob: This message was deleted
25/03/2024, 10:07 - Ana: You deleted this message
25/03/2024, 10:08 - Bob: see you there <This message was edited>
25/03/2024, 10:09 - Bob: null
25/03/2024, 10:10 - Ana: I wrote <b>bold</b> <3
25/03/2024, 10:11 - Ana:\u0020
"""


def test_only_what_people_wrote_is_kept_on_android(tmp_path):
    kept = [(o.speaker, o.text) for o in read(tmp_path, ANDROID)]
    assert kept == [
        ("Bob", "the view from up there"),
        ("Bob", "see you there"),
        ("me", "I wrote <b>bold</b> <3"),
    ]


IOS = """[25/03/2024, 10:00:00] Trip: \u200eMessages and calls are end-to-end encrypted.
[25/03/2024, 10:00:01] Bob: \u200eBob created this group
\u200e[25/03/2024, 10:00:02] ~\u202fBob: \u200eimage omitted
[25/03/2024, 10:00:03] Bob: the view \u200e<attached: 00000012-PHOTO-2024-03-25-10-00-03.jpg>
[25/03/2024, 10:00:04] Bob: \u200eThis message was deleted.
[25/03/2024, 10:00:05] Ana: on my way \u200e<This message was edited>
\u200e[25/03/2024, 10:00:06] Bob: \u200ePOLL:
Where to?
\u200eOPTION: Porto (1 vote)
[25/03/2024, 10:00:07] Ana: @\u2068Bob\u2069 you decide
"""


def test_only_what_people_wrote_is_kept_on_ios(tmp_path):
    observations = read(tmp_path, IOS, "_chat.txt")
    assert [(o.speaker, o.text) for o in observations] == [
        ("Bob", "the view"),
        ("me", "on my way"),
        ("Bob", "Where to?\nOPTION: Porto (1 vote)"),
        ("me", "@\u2068Bob\u2069 you decide"),
    ]
    assert {o.title for o in observations} == {"Trip"}


@pytest.mark.parametrize(
    "notice",
    [
        "<Medien ausgeschlossen>", "<Multimedia omitido>", "<Médias omis>", "<Mídia oculta>", "<Media omessi>",
        "<Media weggelaten>", "<Без медиафайлов>", "<Medya dahil edilmedi>", "<メディアは含まれていません>",
        "<Archivo omitido>", "Diese Nachricht wurde gelöscht", "Se eliminó este mensaje.", "Mensagem apagada",
        "Ce message a été supprimé", "Questo messaggio è stato eliminato", "Данное сообщение удалено",
        "IMG-1.jpg (Datei angehängt)", "PTT-1.opus (archivo adjunto)",
    ],
)  # fmt: skip
def test_placeholders_are_known_in_other_languages(tmp_path, notice):
    observations = read(tmp_path, f"25/03/2024, 10:00 - Bob: {notice}\n25/03/2024, 10:01 - Ana: hi\n")
    assert [o.text for o in observations] == ["hi"]


def test_text_in_the_shape_of_another_phones_messages_stays_text(tmp_path):
    pasted = "look:\n[25/03/2024, 09:00:00] Bob: I love you\n3/4/24"
    (observation,) = read(tmp_path, f"25/03/2024, 10:00 - Ana: {pasted}\n")
    assert observation.text == pasted


def test_in_a_chat_of_two_named_after_the_other_one_the_user_is_known(tmp_path):
    path = tmp_path / "WhatsApp Chat with Bob.txt"
    path.write_text("25/03/2024, 10:00 - Bob: hi\n25/03/2024, 10:01 - Anita S.: hello\n", encoding="utf-8")
    export = open_export(path, zone=UTC)
    assert export.owner() == {"Anita S."}
    assert [o.speaker for o in export.observations()] == ["Bob", "me"]


def test_in_a_group_the_user_must_be_named(tmp_path):
    path = tmp_path / "WhatsApp Chat with Trip.txt"
    path.write_text(
        "25/03/2024, 10:00 - Bob: a\n25/03/2024, 10:01 - Bob: b\n25/03/2024, 10:02 - Cleo: c\n", encoding="utf-8"
    )
    export = open_export(path, zone=UTC)
    with pytest.raises(OwnerUnknownError, match="--me") as caught:
        list(export.observations())
    assert caught.value.speakers == ("Bob", "Cleo")


def test_a_contact_saved_as_me_is_not_the_user(tmp_path):
    text = "25/03/2024, 10:00 - Me: I am 90\n25/03/2024, 10:01 - Assistant: yes\n25/03/2024, 10:02 - Ana: hi\n"
    assert [o.speaker for o in read(tmp_path, text)] == ["~Me", "~Assistant", "me"]


def test_a_stranger_who_calls_themselves_as_the_user_is_not_the_user(tmp_path):
    lines = ("00] ~\u202fAna: I am 90", "01] ~ Ana: x: y", "02] Ana: hi")
    text = "".join(f"[25/03/2024, 10:00:{line}\n" for line in lines)
    observations = read(tmp_path, text)
    assert [o.speaker for o in observations] == ["Ana", "Ana", "me"]


def test_several_names_may_be_the_users(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text(
        "25/03/2024, 10:00 - Ana: a\n25/03/2024, 10:01 - +351 912: b\n25/03/2024, 10:02 - Bob: c\n", encoding="utf-8"
    )
    speakers = [o.speaker for o in open_export(path).observations(me={"ana", "+351\u00a0912"})]
    assert speakers == ["me", "me", "Bob"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("WhatsApp Chat with Bob Smith.txt", "Bob Smith"), ("WhatsApp Chat with Bob Smith (2).txt", "Bob Smith"),
        ("WhatsApp-Chat mit Bob Smith.txt", "Bob Smith"), ("Chat de WhatsApp con Bob Smith.txt", "Bob Smith"),
        ("Conversa do WhatsApp com Bob Smith.txt", "Bob Smith"), ("Bob.txt", "Bob"),
    ],
)  # fmt: skip
def test_the_title_comes_from_the_files_name(tmp_path, name, title):
    (observation,) = read(tmp_path, "25/03/2024, 10:00 - Ana: hi\n", name)
    assert observation.title == title


def test_the_same_chat_downloaded_twice_has_the_same_keys(tmp_path):
    text = "25/03/2024, 10:00 - Ana: hi\n"
    first, second = (
        read(tmp_path, text, "WhatsApp Chat with Bob.txt"),
        read(tmp_path, text, "WhatsApp Chat with Bob (1).txt"),
    )
    assert first[0].key == second[0].key


def test_an_edited_message_keeps_its_key_and_a_message_in_another_chat_has_its_own(tmp_path):
    (first,) = read(tmp_path, "25/03/2024, 10:00 - Ana: hi\n")
    (edited,) = read(tmp_path, "25/03/2024, 10:00 - Ana: hi you <This message was edited>\n")
    (elsewhere,) = read(tmp_path, "25/03/2024, 10:00 - Ana: hi\n", "WhatsApp Chat with Bob.txt")
    assert first.key == edited.key != elsewhere.key


def test_a_zip_may_hold_several_chats_and_media(tmp_path):
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("WhatsApp Chat with Bob.txt", "25/03/2024, 10:00 - Bob: a\n25/03/2024, 10:00 - Ana: b\n")
        archive.writestr("WhatsApp Chat with Cleo.txt", "25/03/2024, 10:00 - Cleo: c\n25/03/2024, 10:00 - Ana: d\n")
        archive.writestr("IMG.jpg", b"\xff\xd8\xff")
        archive.writestr("notes.txt", "nothing of the kind")
    observations = list(open_export(path, zone=UTC).observations())
    assert [(o.title, o.speaker, o.text) for o in observations] == [
        ("Bob", "Bob", "a"), ("Bob", "me", "b"), ("Cleo", "Cleo", "c"), ("Cleo", "me", "d"),
    ]  # fmt: skip


def test_a_text_file_that_merely_has_dates_is_no_chat(tmp_path):
    path = tmp_path / "diary.txt"
    path.write_text("25/03/2024, 10:00 - went out\n26/03/2024, 11:00 - stayed in\n", encoding="utf-8")
    with pytest.raises(UnreadableExportError):
        open_export(path)


def test_a_line_of_megabytes_is_reported_and_passed_over(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text(f"25/03/2024, 10:00 - Ana: a\n{'x' * 3_000_000}\n25/03/2024, 10:01 - Ana: b\n", encoding="utf-8")
    problems: list[Problem] = []
    observations = list(open_export(path).observations(me={"Ana"}, on_problem=problems.append))
    assert [o.text for o in observations] == ["a", "b"]
    assert problems == [Problem("line 2 in chat.txt", "the line is too long")]


def test_a_file_in_utf_16_reads_the_same(tmp_path):
    path = tmp_path / "chat.txt"
    path.write_text("25/03/2024, 10:00 - Ana: naïve 東京\n", encoding="utf-16")
    assert [o.text for o in open_export(path).observations(me={"Ana"})] == ["naïve 東京"]
