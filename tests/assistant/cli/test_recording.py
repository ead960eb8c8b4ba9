"""What the status line says of what is recorded, and what it must not keep to itself."""

from __future__ import annotations

from assistant.cli.recording import folder_lines, is_settled, state_line, was_seen


def test_a_failure_says_why() -> None:
    assert state_line({"state": "failed", "reason": "Wayland tells\nno windows"}) == "failed: Wayland tells no windows"
    assert state_line({"state": "recording", "reason": None}) == "recording"
    assert state_line({"state": "recording", "fault": "it sees\nnothing"}) == "recording (it sees nothing)"
    assert state_line({"state": "off", "fault": None}) == "off"
    assert state_line({"state": "paused", "until": None, "reason": "no display"}) == (
        "paused until you say: inkling resume"
    )


def test_folders_say_what_waits_what_is_missing_and_what_failed() -> None:
    found = {
        "watched": ["/home/ana/in", "/media/stick"],
        "taken": 1,
        "unreadable": 3,
        "missing": ["/media/stick"],
        "unanswered": ["telegram", "whatsapp"],
        "failure": "the disk is full",
    }
    first, *others = folder_lines(found)
    assert first.startswith("2 watched, 1 message taken in")
    assert others == [
        "waiting for your name: telegram, whatsapp; this asks for it: inkling import FILE",
        "not there: /media/stick",
        "3 files could not be read",
        "failed: the disk is full",
    ]


def test_folders_of_which_all_is_well_take_one_line_and_none_where_none_is_watched() -> None:
    well = {"watched": ["/a"], "taken": 0, "unreadable": 0, "missing": [], "unanswered": [], "failure": None}
    assert len(list(folder_lines(well))) == 1
    assert list(folder_lines(well | {"watched": []})) == []


def test_an_app_is_seen_by_any_of_its_names() -> None:
    decisions = [{"app": None}, {"app": "org.signal.Signal"}, {"app": "Editor"}]
    assert was_seen("signal", decisions)
    assert was_seen("Editor.exe", decisions)
    assert not was_seen("Slack", decisions)
    assert not was_seen("Slack", [])


def test_a_screen_is_settled_once_it_was_looked_at_or_cannot_be() -> None:
    assert not is_settled({"state": "off", "outcome": None})
    assert not is_settled({"state": "recording", "outcome": None})
    assert is_settled({"state": "recording", "outcome": "nothing"})
    assert is_settled({"state": "failed", "outcome": None})
    assert is_settled({"state": "paused"})
