"""``storage`` and ``retention``: what takes room, and how much of it is kept for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import as_json, assume_yes
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import agreed, answer, answer_json, bold, counted, dim, note, size
from assistant.cli.text import one_line
from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.config import Config, ExpiredFacts
    from assistant.verbs import Verbs
    from memory.records import Limit

_FACTS = {
    "keep": "What was learned from what expires is kept, with the passages it quotes.",
    "drop": "What was learned only from what expires goes with it; your own word never does.",
}


@click.command()
@as_json
@pass_session
def storage(session: Session, as_json: bool) -> None:
    """Show what takes room in the vault, by source."""
    with session.assistant(writes=False) as assistant:
        found = assistant.storage()
    if as_json:
        answer_json(found)
        return
    for source in found["sources"]:
        _show_source(source)
    answer(f"{bold('propositions')}  {found['propositions']:,}")
    free = f", {size(found['free_bytes'])} of it to be given back" if found["free_bytes"] else ""
    answer(f"{bold('on disk')}       {size(found['bytes'])}, with indexes and encryption{free}")


@click.command(short_help="Show or set how long what was observed is kept.")
@click.argument("source", required=False)
@click.option("--days", type=click.IntRange(1), help="Keep what is of SOURCE for so many days after it happened.")
@click.option("--megabytes", type=click.IntRange(1), help="Keep at most so much of SOURCE, the newest.")
@click.option("--off", is_flag=True, help="Keep all of SOURCE for good.")
@click.option(
    "--keep-facts/--drop-facts",
    "keep_facts",
    default=None,
    help="Whether what was learned outlives what it was learned from; for every source.",
)
@as_json
@assume_yes
@click.pass_context
def retention(
    ctx: click.Context,
    source: str | None,
    days: int | None,
    megabytes: int | None,
    off: bool,
    keep_facts: bool | None,
    as_json: bool,
    yes: bool,
) -> None:
    """Show how long what was observed is kept, or set it for one source: screen, chat, ...

    Without a limit everything is kept. A limit that would delete something now says how much and asks first. What you
    wrote, confirmed, rejected or pinned never expires.
    """
    limited = off or days is not None or megabytes is not None
    if limited and source is None:
        raise InvalidInputError("a limit is for one source; say which, such as: inkling retention screen --days 90")
    if off and (days is not None or megabytes is not None):
        raise InvalidInputError("--off takes the limits away; it goes with neither --days nor --megabytes")
    session: Session = ctx.obj
    with session.assistant(writes=limited or keep_facts is not None) as assistant:
        changes = _changes(assistant.config(), source if limited else None, days, megabytes, off, keep_facts)
        if changes and not _apply(assistant, changes, source if limited else None, yes):
            note("Nothing was changed.")
            ctx.exit(1)
        _show(assistant.config(), as_json)


def _changes(
    chosen: Config, source: str | None, days: int | None, megabytes: int | None, off: bool, keep_facts: bool | None
) -> dict[str, Any]:
    """What of the choices is to change. Raises InvalidInputError for a limit that makes no sense."""
    from memory.records import Limit  # noqa: PLC0415

    changes: dict[str, Any] = {}
    if source is not None:
        now = chosen.retention.get(source, Limit())
        limit = Limit() if off else Limit(days or now.days, megabytes or now.megabytes)
        changes["retention"] = {**chosen.retention, source: limit}
    if keep_facts is not None:
        changes["expired_facts"] = "keep" if keep_facts else "drop"
    return changes


def _apply(assistant: Verbs, changes: dict[str, Any], source: str | None, yes: bool) -> bool:
    """Make the change, after saying what it would delete and asking; whether the user agreed."""
    chosen = assistant.config()
    limits: Mapping[str, Limit] = changes.get("retention", chosen.retention)
    facts: ExpiredFacts = changes.get("expired_facts", chosen.expired_facts)
    concerned = limits if facts != chosen.expired_facts else {source: limits[source]} if source else {}
    due = sum(assistant.due(name, limit, facts=facts) for name, limit in concerned.items())
    if due:
        note(f"{counted(due, 'observation')} would go now, or be cut down to what is quoted. {_FACTS[facts]}")
        if not agreed("Set it, and let them go for good?", yes):
            return False
    assistant.configure(**changes)
    if due:
        gone = assistant.expire()
        note(
            f"{counted(gone['deleted'], 'observation')} deleted, {gone['trimmed']:,} cut down, "
            f"{counted(gone['propositions'], 'proposition')} dropped."
        )
    return True


def _show(chosen: Config, as_json: bool) -> None:
    limits = {name: {"days": one.days, "megabytes": one.megabytes} for name, one in sorted(chosen.retention.items())}
    if as_json:
        answer_json({"limits": limits, "expired_facts": chosen.expired_facts})
        return
    for name, limit in limits.items():
        days = f"{limit['days']:,} days" if limit["days"] else ""
        room = f"{limit['megabytes']:,} MB" if limit["megabytes"] else ""
        answer(f"{bold(one_line(name))}  {', at most '.join(part for part in (days, room) if part)}")
    answer("Everything else is kept for good." if limits else "Everything is kept for good.")
    answer(_FACTS[chosen.expired_facts])


def _show_source(source: Mapping[str, Any]) -> None:
    from assistant.cli import wording  # noqa: PLC0415

    spent = f"{wording.day(source['oldest'].astimezone())} to {wording.day(source['newest'].astimezone())}"
    parts = [("text", source["text_bytes"]), ("vectors", source["vector_bytes"]), ("pictures", source["image_bytes"])]
    room = ", ".join(f"{name} {size(number)}" for name, number in parts if number)
    answer(f"{bold(one_line(source['source']))}  {size(source['bytes'])}  {dim(room)}")
    trimmed = f", {source['trimmed']:,} down to what is quoted" if source["trimmed"] else ""
    waiting = f", {source['pending']:,} not yet looked at" if source["pending"] else ""
    answer(f"  {counted(source['observations'], 'observation')}, {spent}{trimmed}{waiting}")
