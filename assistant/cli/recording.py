"""How the command line says what is recorded, what waits and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from assistant.cli.terminal import counted
from assistant.cli.text import one_line


def state_line(recording: dict[str, Any]) -> str:
    """The state in a few words: on, off, paused and until when, or failed and why."""
    said = str(recording.get("state", "off"))
    end, reason, fault = recording.get("until"), recording.get("reason"), recording.get("fault")
    if said == "paused":
        said += f" {until(end)}"
    if said == "failed" and reason:
        said += f": {one_line(str(reason))}"
    if said == "recording" and fault:
        said += f" ({one_line(str(fault))})"
    with suppress(TypeError):
        apps = ", ".join(one_line(str(app)) for app in recording.get("paused_apps") or ())
        said += f", but not of {apps}" if apps else ""
    return said


def folder_lines(folders: dict[str, Any]) -> Iterator[str]:
    """What came of the watched folders, and what is to be done about them; nothing where none is watched."""
    watched = folders.get("watched") or ()
    if not watched:
        return
    yield f"{len(watched):,} watched, {counted(folders.get('taken') or 0, 'message')} taken in since the unlocking"
    if unanswered := folders.get("unanswered"):
        yield f"waiting for your name: {_listed(unanswered)}; this asks for it: inkling import FILE"
    if missing := folders.get("missing"):
        yield f"not there: {_listed(missing)}"
    if unreadable := folders.get("unreadable"):
        yield f"{counted(unreadable, 'file')} could not be read"
    if failure := folders.get("failure"):
        yield f"failed: {one_line(str(failure))}"


def until(end: datetime | None) -> str:
    """Until when something holds, as the clock on the wall will show it."""
    if end is None:
        return "until you say: inkling resume"
    here = end.astimezone()
    today = here.date() == datetime.now().astimezone().date()
    return f"until {here:%H:%M}" if today else f"until {here:%A %H:%M}"


def decision_line(decision: dict[str, Any]) -> str:
    """One decision: when it was last so, what, of which app, by which rule or how many lines it brought."""
    at, since = decision.get("at"), decision.get("since")
    when = f"{at.astimezone():%H:%M:%S}" if isinstance(at, datetime) else "        "
    app = one_line(str(decision.get("app") or "unknown app"))
    lines, rule = decision.get("new_lines") or 0, decision.get("rule")
    what = f"by the rule {one_line(str(rule))}" if rule else counted(lines, "new line") if lines else "nothing new"
    began = f" (since {since.astimezone():%H:%M:%S})" if isinstance(since, datetime) and since != at else ""
    return f"{when}  {decision.get('outcome', '')!s:<9} {app:<20} {what}{began}"


def was_seen(app: str, decisions: Sequence[dict[str, Any]]) -> bool:
    """Whether any of these decisions was about a window of that app, by whichever of its names."""
    from observers.screen import apps  # noqa: PLC0415 - one command in fifty asks

    wanted = apps.names(app)
    return any(not wanted.isdisjoint(apps.names(one["app"])) for one in decisions if one.get("app"))


def is_settled(recording: dict[str, Any]) -> bool:
    """Whether the screen has been looked at by now, or it is known that it is not to be."""
    return recording.get("state") in ("failed", "paused") or recording.get("outcome") is not None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(one_line, names))
