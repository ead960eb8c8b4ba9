"""``watch``: the folders and files whose chat exports and logs are taken in as they appear."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.cli.options import as_json
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, note
from assistant.cli.text import one_line
from memory.errors import InvalidInputError, NotFoundError


@click.command(short_help="Take in chat exports and logs as they appear.")
@click.argument("action", metavar="add|remove|list", type=click.Choice(["add", "remove", "list"]))
@click.argument("places", metavar="[PATH]...", nargs=-1)
@as_json
@pass_session
def watch(session: Session, action: str, places: tuple[str, ...], as_json: bool) -> None:
    """Watch folders or single files (add), no longer (remove), or show which (list), and places worth watching.

    Chat exports that appear there and logs that grow are taken in within seconds while the engine runs; what is neither
    is left alone. Links and hidden folders are not followed. What was taken in stays when a folder is removed.
    """
    if (action == "list") == bool(places):
        raise click.UsageError("give the paths to add or remove" if action != "list" else "list takes no path")
    with session.assistant(writes=action != "list") as assistant:
        watched = list(assistant.config().watched)
        if action != "list":
            changed = _added(watched, places) if action == "add" else _removed(watched, places)
            watched = list(assistant.configure(watched=changed).watched)
    if as_json:
        answer_json({"watched": watched, "suggested": _suggested(watched)})
    elif action == "list":
        _list(watched)
    else:
        for place in places:
            answer(f"{'watched' if action == 'add' else 'no longer watched'}: {one_line(_absolute(place))}")


def _added(watched: list[str], places: tuple[str, ...]) -> list[str]:
    """Raises InvalidInputError where there is nothing: a mistyped folder would be watched in vain for ever."""
    wanted = [_absolute(place) for place in places]
    for place in wanted:
        if not Path(place).exists():
            raise InvalidInputError(f"there is nothing at {place}; check the name")
    return list(dict.fromkeys([*watched, *wanted]))


def _removed(watched: list[str], places: tuple[str, ...]) -> list[str]:
    wanted = [_absolute(place) for place in places]
    for place in wanted:
        if place not in watched:
            raise NotFoundError(f"{place} is not watched; see: inkling watch list")
    return [place for place in watched if place not in wanted]


def _absolute(place: str) -> str:
    return os.path.abspath(Path(place).expanduser())  # noqa: PTH100 - links may stay, for a name one recognises


def _suggested(watched: list[str]) -> list[str]:
    from observers.watch import suggested  # noqa: PLC0415 - loads the formats

    return [str(place) for place in suggested() if str(place) not in watched]


def _list(watched: list[str]) -> None:
    answer("\n".join(map(_line, watched)) if watched else "Nothing is watched.")
    for place in _suggested(watched):
        note(f"worth watching: inkling watch add {one_line(place)}")


def _line(place: str) -> str:
    return one_line(place) + ("" if Path(place).exists() else "  (not there at the moment)")
