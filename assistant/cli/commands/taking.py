"""Taking in: ``import`` and ``distil``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import terminal
from assistant.cli.exits import OK
from assistant.cli.options import as_json, read_zone
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, counted, note, progress
from assistant.cli.text import one_line
from memory.errors import OwnerUnknownError, UnreadableExportError

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from memory.records import Observation
    from observers.chat import Export, Problem

_PROBLEMS_SHOWN = 20  # per file; the rest is counted
_SPEAKERS_SHOWN = 20


@dataclass
class Imported:
    """What came of one file."""

    file: str
    format: str
    messages: int = 0
    new: int = 0
    problems: int = 0
    redacted: Counter[str] = field(default_factory=Counter)


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--me", "names", metavar="NAME", multiple=True, help="What you are called in these files; repeatable.")
@click.option(
    "--zone",
    metavar="ZONE",
    callback=read_zone,
    help="The time zone of times written without one. Default: this machine's.",
)
@click.option("--no-distil", is_flag=True, help="Only store; draw conclusions later with: inkling distil")
@as_json
@click.pass_context
def import_(
    ctx: click.Context,
    files: tuple[str, ...],
    names: tuple[str, ...],
    zone: tzinfo | None,
    no_distil: bool,
    as_json: bool,
) -> None:
    """Take in chat exports, whatever their format.

    ChatGPT, Claude, Claude Code, WhatsApp, Telegram, Slack, Discord, mbox and JSONL are recognised by their content.
    Importing a file again, or a later export of the same chat, adds only what is new. Passwords, keys, card numbers
    and the like are removed before anything is stored.

    A file that cannot be read does not keep the others from coming in; the exit status is the first one's.

    Where the export does not say who you are, --me does, or you are asked; the answer is remembered for that format.
    """
    session: Session = ctx.obj
    done: list[Imported] = []
    failed: list[UnreadableExportError] = []
    with session.assistant() as assistant:
        for file in files:
            try:
                done.append(_import(assistant, file, zone, names))
            except UnreadableExportError as error:  # the other files are no worse for it
                note(f"inkling: {error}")
                failed.append(error)
        counts = _distil(assistant) if done and not no_distil else {}
    if as_json:
        answer_json({"files": [vars(one) for one in done], "distilled": counts})
    elif done:
        _report_files(done)
        if not no_distil:
            _report(counts)
    ctx.exit(failed[0].exit_code if failed else OK)


@click.command()
@as_json
@pass_session
def distil(session: Session, as_json: bool) -> None:
    """Draw conclusions from everything not yet looked at."""
    with session.assistant() as assistant:
        counts = _distil(assistant)
    if as_json:
        answer_json(counts)
    else:
        _report(counts)


def _import(assistant: Verbs, file: str, zone: tzinfo | None, given: tuple[str, ...]) -> Imported:
    from observers.chat import open_export  # noqa: PLC0415 - loads ijson

    export = open_export(file, zone)
    result = Imported(file, export.format)

    def on_problem(problem: Problem) -> None:
        result.problems += 1
        if result.problems <= _PROBLEMS_SHOWN:
            note(f"skipped {one_line(problem.position)}: {problem.reason}")

    observations = _with_owner(assistant, export, frozenset(given), on_problem)
    with progress(one_line(Path(file).name), export.bytes_total) as advance:
        shown = 0
        for taken in assistant.take(observations):
            result.messages += len(taken.rows)
            result.new += taken.new
            result.redacted += taken.redacted
            advance(export.bytes_read - shown)
            shown = export.bytes_read
    if result.problems > _PROBLEMS_SHOWN:
        note(f"... and {result.problems - _PROBLEMS_SHOWN:,} more")
    return result


def _with_owner(assistant: Verbs, export: Export, given: frozenset[str], on_problem: object) -> Iterator[Observation]:
    """The export's observations, once it is known who the user is: as given, as remembered, as implied, or asked."""
    known = given | assistant.names(export.format)
    try:
        observations = export.observations(known, on_problem)  # type: ignore[arg-type]
    except OwnerUnknownError as error:
        if not terminal.is_interactive() or not error.speakers:
            note(f"speakers: {', '.join(map(one_line, error.speakers[:_SPEAKERS_SHOWN]))}")
            raise
        given = frozenset(_ask_who(export.label, error.speakers))
        observations = export.observations(given, on_problem)  # type: ignore[arg-type]
    if given:
        assistant.remember_names(export.format, given)
    return observations


def _ask_who(label: str, speakers: tuple[str, ...]) -> list[str]:
    """Which of the speakers the user is, asked on the terminal."""
    note(f"This {label} export does not say which of these is you:")
    for number, name in enumerate(speakers[:_SPEAKERS_SHOWN], start=1):
        note(f"  {number:>2}  {one_line(name)}")
    if len(speakers) > _SPEAKERS_SHOWN:
        note(f"  and {len(speakers) - _SPEAKERS_SHOWN} more, who may be typed by name")
    while True:
        typed = str(click.prompt("You are (number or name, several with commas)", err=True))
        chosen = [_speaker(part.strip(), speakers) for part in typed.split(",") if part.strip()]
        if chosen and all(chosen):
            return [name for name in chosen if name]
        note("That is none of them.")


def _speaker(typed: str, speakers: tuple[str, ...]) -> str | None:
    from observers.chat import normalised  # noqa: PLC0415

    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(speakers):
        return speakers[int(typed) - 1]
    return next((name for name in speakers if normalised(name) == normalised(typed)), None)


def _distil(assistant: Verbs) -> dict[str, int]:
    with progress("Drawing conclusions", assistant.status()["pending"]) as advance:
        return assistant.distil(advance)


def _report_files(done: list[Imported]) -> None:
    for one in done:
        answer(f"{one_line(one.file)} ({one.format}): {counted(one.messages, 'message')}, {one.new:,} new")
        if one.redacted:
            answer(f"  removed before storing: {_kinds(one.redacted)}")
        if one.problems:
            answer(f"  skipped: {counted(one.problems, 'unreadable record')}")


def _report(counts: dict[str, int]) -> None:
    answer(f"Looked at {counted(counts.get('observations', 0), 'observation')}; {_learnt(counts)}.")
    answer("See them with: inkling profile")


def _learnt(counts: dict[str, int]) -> str:
    kept = {name: n for name, n in counts.items() if n and name not in ("observations", "drafts")}
    told = ", ".join(f"{n:,} {name}" for name, n in sorted(kept.items()) if not name.startswith("dropped"))
    return told or "nothing new was learnt"


def _kinds(counts: Counter[str]) -> str:
    return ", ".join(f"{kind.replace('_', ' ')} {n:,}" for kind, n in counts.most_common())
