"""``summary``: what a day or a conversation was about."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import as_json
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, bold, dim, note, wrapped
from assistant.cli.text import one_line
from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from memory.records import Summary, SummaryLine

COMPOSED_BY = "inkling"
MODEL_HINT = "A language model writes them when the computer is idle; what it waits for says: inkling status"


@click.command(short_help="Show what a day or a conversation was about.")
@click.argument("day", required=False, metavar="[DAY|today|yesterday]")
@click.option("--thread", metavar="NAME", help="Of the conversations whose name has NAME in it, instead of a day.")
@as_json
@pass_session
def summary(session: Session, day: str | None, thread: str | None, as_json: bool) -> None:
    """Show what a day was about: an ISO date, today or yesterday; without one, the latest of the last two weeks.

    A day that no language model has summarised is composed: where something was said or seen, when, and what was
    learnt. Conversations are summarised by a model alone, once they rest.
    """
    if day is not None and thread is not None:
        raise InvalidInputError("a summary is of a day or of a conversation; give DAY or --thread")
    wanted = None if day is None else _day(day, datetime.now().astimezone())
    with session.assistant(writes=False) as assistant:
        found = _of_threads(assistant, thread) if thread is not None else _of_day(assistant, wanted)
    if as_json:
        answer_json([shape(one) for one in found])
        return
    for number, one in enumerate(found):
        answer(("\n" if number else "") + told(one))
    if not found:
        note(_nothing(wanted, thread))


def shape(value: Summary) -> dict[str, Any]:
    """A summary as ``--json`` prints it."""
    lines = [{field.name: getattr(line, field.name) for field in fields(line)} for line in value.lines]
    return {field.name: getattr(value, field.name) for field in fields(value)} | {"lines": lines}


def told(value: Summary) -> str:
    """A summary as printed: each line with the ids it rests on."""
    by = "" if value.made_by == COMPOSED_BY else dim(f"  written by {one_line(value.made_by)}")
    parts = [bold(one_line(value.title)) + by]
    for section, lines in groupby(value.lines, lambda line: line.section):
        parts += [f"{one_line(section)}:"] if section else []
        parts += map(_row, lines)
    return "\n".join(parts)


def _row(line: SummaryLine) -> str:
    head = "  - "
    aside = dim(f"  {' '.join(line.sources)}") if line.sources else ""
    return head + wrapped(one_line(line.text), len(head)) + aside


def _day(said: str, now: datetime) -> date:
    """The day that is meant. Raises BadParameter for what is none."""
    named = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    try:
        return named.get(said.lower()) or date.fromisoformat(said)
    except ValueError:
        raise click.BadParameter("not a day such as 2026-03-04, today or yesterday", param_hint="DAY") from None


def _of_day(assistant: Verbs, day: date | None) -> list[Summary]:
    """The summary of a day, or of the latest there is one of."""
    if day is None:
        return assistant.summaries(kind="day")[:1]
    try:
        since = datetime.combine(day, time.min).astimezone()
        until = datetime.combine(day, time.max).astimezone()
    except (OverflowError, OSError, ValueError):
        return []  # nothing was observed in the year 1
    return assistant.summaries(kind="day", since=since, until=until)


def _of_threads(assistant: Verbs, name: str) -> list[Summary]:
    low = name.casefold()
    return [one for one in assistant.summaries(kind="thread") if low in one.title.casefold()]


def _nothing(day: date | None, thread: str | None) -> str:
    if thread is not None:
        return f"There is no summary of such a conversation yet. {MODEL_HINT}"
    when = "in the last two weeks" if day is None else f"on {day.isoformat()}"
    return f"Nothing was taken in or learnt {when}."
