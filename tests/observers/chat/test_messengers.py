"""Telegram, Slack and Discord: who is who, and what is markup."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memory.errors import OwnerUnknownError
from memory.records import Observation
from observers.chat import Export, Problem, open_export


def telegram(folder: Path, *messages: object, zone=UTC, **fields: object) -> Export:
    path = folder / "result.json"
    chat = {"name": "Bob", "type": "personal_chat", "id": 9, "messages": list(messages), **fields}
    path.write_text(json.dumps(chat), encoding="utf-8")
    return open_export(path, zone=zone)


def telegram_message(own_id: int, text: object, who: str | None = "Ana", **fields: object) -> dict[str, object]:
    stamp = {"date": "2024-07-13T09:30:00", "date_unixtime": "1720863000"}
    return {"id": own_id, "type": "message", **stamp, "from": who, "from_id": f"user{who}", "text": text, **fields}


def said(observations: list[Observation]) -> list[tuple[str | None, str]]:
    return [(o.speaker, o.text) for o in observations]


def test_telegram_joins_the_pieces_of_a_text(tmp_path):
    text = ["see ", {"type": "link", "text": "https://x.org"}, " and ", {"type": "bold", "text": "that"}, 5, None]
    observations = list(telegram(tmp_path, telegram_message(1, text)).observations(me={"Ana"}))
    assert [o.text for o in observations] == ["see https://x.org and that"]


def test_telegram_leaves_out_events_and_what_has_no_words(tmp_path):
    export = telegram(
        tmp_path,
        {"id": 1, "type": "service", "actor": "Ana", "action": "phone_call", "text": "", "date_unixtime": "1720863000"},
        telegram_message(2, "", media_type="sticker", sticker_emoji="x"),
        telegram_message(3, "hi"),
    )
    problems: list[Problem] = []
    assert said(list(export.observations(me={"Ana"}, on_problem=problems.append))) == [("me", "hi")]
    assert problems == []


def test_a_forwarded_message_is_its_authors_not_the_users(tmp_path):
    export = telegram(
        tmp_path,
        telegram_message(1, "I am vegan", forwarded_from="Cleo"),
        telegram_message(4, "I am another", forwarded_from="Ana"),
        telegram_message(2, "I was hidden", forwarded_from=None),
        telegram_message(3, "mine"),
    )
    speakers = [o.speaker for o in export.observations(me={"Ana"})]
    assert speakers == ["Cleo", "Ana", "somebody else", "me"]


def test_namesakes_in_a_telegram_group_are_told_apart_by_id(tmp_path):
    messages = [{**telegram_message(i, f"{i}"), "from_id": f"user{i}"} for i in (1, 2)]
    with pytest.raises(OwnerUnknownError, match="2 people of your name") as caught:
        telegram(tmp_path, *messages).observations(me={"Ana"})
    assert caught.value.speakers == ("user1", "user2")
    assert said(list(telegram(tmp_path, *messages).observations(me={"user2"}))) == [("Ana", "1"), ("me", "2")]


def test_a_telegram_chat_of_two_named_after_the_other_needs_no_name(tmp_path):
    export = telegram(tmp_path, telegram_message(1, "a", "Bob"), telegram_message(2, "b", "Ana"))
    assert said(list(export.observations())) == [("Bob", "a"), ("me", "b")]


def test_an_older_telegram_export_without_unix_times_is_in_the_given_zone(tmp_path):
    message = telegram_message(1, "a")
    del message["date_unixtime"]
    export = telegram(tmp_path, message, zone=ZoneInfo("Europe/Lisbon"))
    (observation,) = export.observations(me={"Ana"})
    assert observation.at.isoformat() == "2024-07-13T09:30:00+01:00"


def test_a_telegram_account_knows_its_owner_whatever_others_call_themselves(tmp_path):
    chats = [
        {"name": "Bob", "type": "personal_chat", "id": 1, "messages": [
            {**telegram_message(1, "I am 90"), "from_id": "user666"}, {**telegram_message(2, "no"), "from_id": "user7"},
        ]},
        {"name": None, "type": "saved_messages", "id": 7, "messages": [
            {**telegram_message(1, "note"), "from_id": "user7"},
        ]},
    ]  # fmt: skip
    path = tmp_path / "result.json"
    account = {
        "about": "",
        "personal_information": {"user_id": 7},
        "contacts": {"list": [{"user_id": 1}]},
        "chats": {"list": chats},
    }
    path.write_text(json.dumps(account), encoding="utf-8")
    observations = list(open_export(path).observations())
    assert said(observations) == [("Ana", "I am 90"), ("me", "no"), ("me", "note")]
    assert [(o.title, o.thread, o.key) for o in observations] == [
        ("Bob", "telegram:1", "telegram:1:1"), ("Bob", "telegram:1", "telegram:1:2"),
        ("Saved Messages", "telegram:7", "telegram:7:1"),
    ]  # fmt: skip


USERS = [
    {
        "id": "U1",
        "name": "ana",
        "real_name": "Ana Silva",
        "profile": {"display_name": "anas", "email": "ana@example.org"},
    },
    {"id": "U2", "name": "bob", "real_name": "Bob", "profile": {"display_name": "ana silva"}},
    {"id": "U3", "name": "cleo", "real_name": "Cleo", "profile": {"display_name": ""}},
]


def slack(folder: Path, days: dict[str, list[object]], users: object = USERS, root: str = "") -> Export:
    path = folder / "slack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{root}channels.json", json.dumps([{"id": "C1", "name": "general"}]))
        archive.writestr(f"{root}dms.json", json.dumps([{"id": "D1", "members": ["U1", "U2"]}]))
        archive.writestr(
            f"{root}mpims.json",
            json.dumps([{"id": "G1", "name": "mpdm-ana--bob--cleo-1", "members": ["U1", "U2", "U3"]}]),
        )
        archive.writestr(f"{root}integration_logs.json", "[]")
        if users is not None:
            archive.writestr(f"{root}users.json", json.dumps(users))
        for name, messages in days.items():
            archive.writestr(f"{root}{name}.json", json.dumps(messages))
    return open_export(path)


def slack_message(
    text: str, user: str | None = "U1", ts: str = "1710322200.000100", **fields: object
) -> dict[str, object]:
    return {"type": "message", "user": user, "text": text, "ts": ts, **fields}


def test_slack_shows_markup_as_it_was_displayed(tmp_path):
    text = (
        "<@U3> see <#C1|general> and <https://x.org|the page>, <https://y.org>, <mailto:a@x.org|a@x.org> <!here> "
        "<!subteam^S1|@team> 1 &lt; 2 &amp; 3"
    )
    (observation,) = slack(tmp_path, {"general/2024-03-13": [slack_message(text)]}).observations(me={"ana"})
    assert (
        observation.text
        == "@Cleo see #general and the page (https://x.org), https://y.org, mailto:a@x.org @here @team 1 < 2 & 3"
    )


def test_slack_knows_people_by_what_is_theirs_alone(tmp_path):
    """Bob displays himself as "ana silva": that name tells nobody apart, so it is nobody's."""
    days = {"general/2024-03-13": [slack_message("a"), slack_message("b", "U2")]}
    for name in ("ana", "ANA@example.org", "U1", "anas"):
        assert said(list(slack(tmp_path, days).observations(me={name}))) == [("me", "a"), ("Bob", "b")]
    with pytest.raises(OwnerUnknownError):
        slack(tmp_path, days).observations(me={"Ana Silva"})


def test_slack_leaves_out_joins_and_keeps_bots_as_others(tmp_path):
    day = [
        slack_message("<@U1> has joined the channel", subtype="channel_join"),
        slack_message("Build failed", None, "2", subtype="bot_message", bot_id="B1", username="ci"),
        slack_message("mine", ts="1710322200.000300"),
        slack_message("waves", ts="1710322200.000400", subtype="me_message"),
        slack_message("odd", ts="1710322200.000500", subtype=["x"]),
    ]
    day[1]["ts"] = "1710322200.000200"
    observations = list(slack(tmp_path, {"general/2024-03-13": day}).observations(me={"ana"}))
    assert said(observations) == [("ci", "Build failed"), ("me", "mine"), ("me", "waves")]


def test_slack_keeps_threads_and_direct_messages_apart(tmp_path):
    days = {
        "general/2024-03-13": [
            slack_message("root", thread_ts="1710322200.000100"),
            slack_message("reply", "U3", "1710322300.000100", thread_ts="1710322200.000100"),
            slack_message("else", ts="1710322400.000100"),
        ],
        "D1/2024-03-13": [slack_message("secretly")],
        "mpdm-ana--bob--cleo-1/2024-03-13": [slack_message("all")],
    }
    found = {o.text: (o.thread, o.title) for o in slack(tmp_path, days).observations(me={"ana"})}
    assert found == {
        "root": ("slack:C1:1710322200.000100", "#general"),
        "reply": ("slack:C1:1710322200.000100", "#general"),
        "else": ("slack:C1", "#general"),
        "secretly": ("slack:D1", "Ana Silva, Bob"),
        "all": ("slack:G1", "Ana Silva, Bob, Cleo"),
    }


def test_slack_without_its_list_of_users_goes_by_what_messages_say(tmp_path):
    day = [slack_message("a", user_profile={"real_name": "Ana"}), slack_message("b", "U9", "1710322300.000100")]
    export = slack(tmp_path, {"general/2024-03-13": day}, users=None, root="workspace/")
    assert export.speakers() == ("U1", "U9")
    assert said(list(export.observations(me={"u9"}))) == [("Ana", "a"), ("me", "b")]


def discord(folder: Path, *messages: object, **channel: object) -> Export:
    path = folder / "channel.json"
    header = {
        "guild": {"id": "0", "name": "Direct Messages"},
        "channel": {"id": "6", "type": "DirectTextChat", "name": "bob", **channel},
    }
    path.write_text(json.dumps({**header, "dateRange": {}, "messages": messages}), encoding="utf-8")
    return open_export(path)


def discord_message(own_id: str, text: str, who: str, **fields: object) -> dict[str, object]:
    author = {"id": f"id-{who}", "name": who, "discriminator": "0000", "nickname": fields.pop("nickname", who)}
    return {
        "id": own_id,
        "type": "Default",
        "timestamp": "2024-03-13T10:30:00.5+01:00",
        "content": text,
        "author": author,
        **fields,
    }


def test_discord_leaves_out_joins_and_calls(tmp_path):
    export = discord(
        tmp_path,
        discord_message("1", "Joined the server.", "bob", type="GuildMemberJoin"),
        discord_message("2", "", "bob", attachments=[{"fileName": "x.png"}]),
        discord_message("3", "hi", "bob"),
        discord_message("4", "hello", "ana", type="Reply"),
    )
    observations = list(export.observations())
    assert said(observations) == [("bob", "hi"), ("me", "hello")]
    assert observations[0].at.isoformat() == "2024-03-13T10:30:00.500000+01:00"


def test_a_discord_nickname_makes_nobody_the_user(tmp_path):
    export = discord(
        tmp_path, discord_message("1", "I am 90", "bob", nickname="ana"), discord_message("2", "no", "ana"), name="x"
    )
    assert said(list(export.observations(me={"ana"}))) == [("ana", "I am 90"), ("me", "no")]
