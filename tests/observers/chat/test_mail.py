"""Mail: whose words are left when all that is quoted is gone."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from memory.errors import OwnerUnknownError
from memory.records import Observation
from observers.chat import Problem, open_export
from observers.chat.mail_text import from_html, own_words, unflowed

HEAD = "From: Ana Silva <ana@example.org>\nDate: Wed, 13 Mar 2024 09:30:00 +0100\nMessage-ID: <1@x>\n"


def read(folder: Path, mail: str | bytes, me: str = "ana@example.org") -> tuple[list[Observation], list[Problem]]:
    path = folder / "mail.eml"
    path.write_bytes(mail if isinstance(mail, bytes) else mail.encode())
    problems: list[Problem] = []
    return list(open_export(path).observations(me={me}, on_problem=problems.append)), problems


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Tue, Mar 12, 2024 at 9:00 AM Bob <b@x.org> wrote:\n> I love you\n> so", "Yes."),
        ("Yes.\n\nOn Tue, Mar 12, 2024 at 9:00 AM Bob Smith\n<b@x.org> wrote:\n\n> I love you", "Yes."),
        ("On 12.03.24 Bob wrote:\n> where?\nIn Porto.\n> when?\nIn May.", "In Porto.\nIn May."),
        ("Yes.\n\nOn Tuesday Bob wrote:\n\nI love you\nunmarked", "Yes."),
        ("Ja.\n\nAm 12.03.24 um 09:00 schrieb Bob:\n> ich", "Ja."),
        ("Oui.\n\nLe mar. 12 mars 2024 à 09:00, Bob <b@x.org> a écrit :\n> je", "Oui."),
        ("Sí.\n\nEl mar, 12 mar 2024 a las 9:00, Bob (<b@x.org>) escribió:\n> yo", "Sí."),
        ("Sì.\n\nIl giorno mar 12 mar 2024 alle ore 09:00 Bob <b@x.org> ha scritto:\n> io", "Sì."),
        ("Sim.\n\nEm ter., 12 de mar. de 2024 às 09:00, Bob <b@x.org> escreveu:\n> eu", "Sim."),
        ("Ja.\n\nOp di 12 mrt 2024 om 09:00 schreef Bob <b@x.org>:\n> ik", "Ja."),
        ("Ja.\n\nDen tis 12 mars 2024 kl 09:00 skrev Bob <b@x.org>:\n> jag", "Ja."),
        ("Да.\n\nвт, 12 мар. 2024 г. в 09:00, Bob <b@x.org>:\n> я", "Да."),
        ("是。\n\nBob <b@x.org> 于2024年3月12日周二 09:00写道：\n> 我", "是。"),
        ("Yes.\n\n-----Original Message-----\nFrom: Bob\nI love you", "Yes."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Bob\nich", "Ja."),
        ("See below.\n\n---------- Forwarded message ---------\nFrom: Bob <b@x.org>\nI love you", "See below."),
        ("See below.\n\nBegin forwarded message:\n\nFrom: Bob\nI love you", "See below."),
        (
            "Yes.\n\n______________\nFrom: Bob <b@x.org>\nSent: Tuesday\nTo: Ana\nSubject: x\n\nI love you",
            "Yes.",
        ),
        ("Ja.\n\nVon: Bob\nGesendet: Dienstag\nAn: Ana\nBetreff: x\n\nich", "Ja."),
        ("Yes.\n-- \nAna Silva\nI am the boss", "Yes."),
        ("Yes.\n\nSent from my iPhone", "Yes."),
        ("Yes.\n\nVon meinem iPhone gesendet", "Yes."),
        ("Shopping:\nmilk\n\nFrom: the list\nthat is all", "Shopping:\nmilk\n\nFrom: the list\nthat is all"),
        ("On Monday I wrote to Bob.\nHe said no:\nnever", "On Monday I wrote to Bob.\nHe said no:\nnever"),
        ("a -- b\n---\nc", "a -- b\n---\nc"),
        ("> all\n> quoted", ""),
    ],
)
def test_only_the_senders_own_words_are_left(text, own):
    assert own_words(text) == own


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>you</b>,<br>I moved.</p><p>Bye</p>", "Hello you,\nI moved.\n\nBye"),
        ("<style>p{}</style><script>x()</script><p>seen</p><div style='display: none'>unseen</div>", "seen"),
        ("<div>Yes.</div><div class=gmail_quote><div>On Monday</div><blockquote>I love you</blockquote></div>", "Yes."),
        ("<div>Yes.</div><blockquote type=cite>I love <div>you</div></blockquote><div>Mine</div>", "Yes.\n\nMine"),
        ("<p>Yes.</p><div id='divRplyFwdMsg'><b>From:</b> Bob</div><div>I love you</div>", "Yes."),
        ("a &amp; b &lt;c&gt; caf&eacute;<!-- not this --><![if mso]>d<![endif]>", "a & b <c> caféd"),
        ("unclosed <a href='x", "unclosed  a href='x"),
    ],
)  # fmt: skip
def test_html_reads_as_it_is_seen_without_quotations(html, text):
    assert from_html(html) == " ".join(text.split(" ")) or from_html(html).split() == text.split()


def test_soft_line_breaks_are_undone():
    assert unflowed("one \ntwo\n three\n-- \nAna") == "one two\nthree\n-- \nAna"


@pytest.mark.parametrize(
    "unit", ["<!--", "<a ", "<a x='", "<p", "</", "<![", "<div>", "<", "\n", ">\n", "On x wrote:\n"]
)
def test_text_made_to_be_slow_is_not(unit):
    """The standard library takes minutes over a megabyte of any of these."""
    text = unit * (500_000 // len(unit))
    began = time.process_time()
    own_words(from_html(text))
    own_words(text)
    assert time.process_time() - began < 8


def test_the_plain_part_is_read_and_attachments_are_not(tmp_path):
    mail = EmailMessage()
    mail["From"], mail["Date"], mail["Message-ID"] = "ana@example.org", "Wed, 13 Mar 2024 09:30:00 +0100", "<1@x>"
    mail.set_content("plain words")
    mail.add_alternative("<p>rich words</p>", subtype="html")
    mail.add_attachment(b"\x00" * 3_000_000, maintype="application", subtype="pdf", filename="a.pdf")
    mail.add_attachment("I am in a file", filename="notes.txt")
    observations, problems = read(tmp_path, bytes(mail))
    assert [o.text for o in observations] == ["plain words"]
    assert problems == [], "attachments do not count towards a message's size"


def test_html_is_read_where_there_is_no_plain_part(tmp_path):
    mail = HEAD + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b--\n"
    assert [o.text for o in read(tmp_path, mail)[0]] == ["rich"]


def test_an_enclosed_message_is_somebody_elses(tmp_path):
    inner = "From: Bob <b@x.org>\nSubject: x\n\nI love you\n"
    mail = (
        HEAD
        + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee this\n--b\nContent-Type: message/rfc822\n\n"
        + f"{inner}\n--b--\n"
    )
    assert [o.text for o in read(tmp_path, mail)[0]] == ["see this"]


def test_encoded_headers_are_decoded_and_prefixes_dropped(tmp_path):
    mail = HEAD + "Subject: Re: AW: =?utf-8?q?Caf=C3=A9?= tomorrow\nFrom: x\n\nhi\n"
    assert read(tmp_path, mail)[0][0].title == "Café tomorrow"


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [("iso-8859-1", b"caf\xe9", "café"), ("utf-8", b"caf\xc3\xa9", "café"), ("unknown-8bit", b"caf\xc3\xa9", "café"),
     ("punycode", b"caf\xe9", "café"), ("us-ascii", b"caf\xe9", "café"), ("koi8-r", b"\xd0\xd2\xc9", "при")],
)  # fmt: skip
def test_text_is_decoded_whatever_its_character_set_claims(tmp_path, charset, raw, text):
    mail = HEAD.encode() + f"Content-Type: text/plain; charset={charset}\n\n".encode() + raw + b"\n"
    assert [o.text for o in read(tmp_path, mail)[0]] == [text]


def test_a_display_name_makes_nobody_the_user(tmp_path):
    """Anyone may call themselves Ana, in plain or encoded, even as an address."""
    forged = HEAD.replace("Ana Silva <ana@example.org>", '"ana@example.org" <thief@x.org>')
    with pytest.raises(OwnerUnknownError) as caught:
        read(tmp_path, forged + "\nI like thieves\n")
    assert caught.value.speakers == ("thief@x.org",)
    encoded = HEAD.replace("Ana Silva <ana@example.org>", "=?utf-8?q?ana=40example=2Eorg=2C?= <thief@x.org>")
    with pytest.raises(OwnerUnknownError):
        read(tmp_path, encoded + "\nI like thieves\n")


def test_replies_share_the_thread_of_what_they_answer(tmp_path):
    path = tmp_path / "box"
    second = HEAD.replace("<1@x>", "<2@x>") + "References: <0@x> <1@x>\n\nb\n"
    third = HEAD.replace("<1@x>", "<3@x>") + "In-Reply-To: <0@x>\n\nc\n"
    separator = "From ana Wed Mar 13 09:30:00 2024\n"
    path.write_text(
        "".join(f"{separator}{mail}\n" for mail in (HEAD.replace("<1@x>", "<0@x>") + "\na\n", second, third))
    )
    assert [o.thread for o in open_export(path).observations(me={"ana@example.org"})] == ["mail:<0@x>"] * 3


def test_spam_and_drafts_are_passed_over(tmp_path):
    assert read(tmp_path, HEAD + "\nhi\n")[0]
    path = tmp_path / "box"
    path.write_text(f"{HEAD}X-Gmail-Labels: Spam,Unread\n\nbuy\n\nFrom x Wed Mar 13 09:30:00 2024\n{HEAD}\nhi\n")
    assert [o.text for o in open_export(path).observations(me={"ana@example.org"})] == ["hi"]


def test_a_line_that_begins_with_from_does_not_cut_a_message(tmp_path):
    mail = HEAD + "\nFrom there we went on.\n\nFrom Porto to Lisbon is far.\n"
    (observation,) = read(tmp_path, mail)[0]
    assert observation.text == "From there we went on.\n\nFrom Porto to Lisbon is far."


def test_a_hostile_message_is_given_up_and_the_next_one_read(tmp_path):
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(2000))
    box = "".join(f"From x Wed Mar 13 09:30:00 2024\n{mail}\n" for mail in (HEAD + nested + "\nx\n", HEAD + "\nhi\n"))
    began = time.process_time()
    path = tmp_path / "box"
    path.write_text(box)
    problems: list[Problem] = []
    observations = list(open_export(path).observations(me={"ana@example.org"}, on_problem=problems.append))
    assert [o.text for o in observations][-1:] == ["hi"]
    assert problems
    assert time.process_time() - began < 5


def test_a_date_that_is_missing_is_taken_from_the_last_hop(tmp_path):
    mail = HEAD.replace("Date: Wed, 13 Mar 2024 09:30:00 +0100", "Received: by mx; Wed, 13 Mar 2024 10:00:00 +0000")
    assert read(tmp_path, mail + "\nhi\n")[0][0].at.isoformat() == "2024-03-13T10:00:00+00:00"
