"""Looking and asking: ``profile``, ``recall`` and ``ask``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from assistant.cli import shapes
from assistant.cli.options import as_json, at_moment
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, bold, counted, note
from assistant.cli.text import safe
from memory.errors import InvalidInputError

if TYPE_CHECKING:
    from memory.records import ItemType, Proposition

_NOTHING_YET = "Nothing is believed yet; take something in with: inkling import FILE"
_TYPES = {"any": None, "proposition": ("proposition",), "observation": ("observation",)}


@click.command()
@at_moment
@click.option("--kind", metavar="KIND", help="Only this kind: identity, relationship, work, skill, preference, ...")
@click.option("--include-quarantined", is_flag=True, help="Also what is set aside as sensitive.")
@click.option("--document", is_flag=True, help="As one short document, in Markdown, such as a model can be given.")
@as_json
@pass_session
def profile(
    session: Session,
    at: datetime | None,
    kind: str | None,
    include_quarantined: bool,
    document: bool,
    as_json: bool,
) -> None:
    """Show what is believed about you, by kind, surest first."""
    _check_kind(kind)
    if document:
        if at or kind or include_quarantined:
            raise InvalidInputError("the document is of all that is believed now; give --document without a choice")
        _show_document(session, as_json)
        return
    with session.assistant(writes=False) as assistant:
        believed = assistant.propositions(at=at, include_quarantined=include_quarantined)
        aside = (
            0 if include_quarantined else len(assistant.propositions(at=at, include_quarantined=True)) - len(believed)
        )
    chosen = [p for p in believed if kind in (None, p.kind)]
    if as_json:
        answer_json([shapes.proposition(p) for p in chosen])
        return
    answer(profile_text(chosen) if chosen else _NOTHING_YET)
    if aside:
        note(f"{counted(aside, 'sensitive proposition')} set aside; see them with --include-quarantined")


@click.command()
@click.argument("text")
@click.option("-k", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many, at most.")
@click.option("--type", "item_type", type=click.Choice(list(_TYPES)), default="any", help="Only this type of item.")
@at_moment
@as_json
@pass_session
def recall(session: Session, text: str, count: int, item_type: str, at: datetime | None, as_json: bool) -> None:
    """Find what memory holds that bears on TEXT, best first."""
    from assistant.cli.wording import hit_row  # noqa: PLC0415

    types: tuple[ItemType, ...] | None = _TYPES[item_type]  # type: ignore[assignment]
    with session.assistant(writes=False) as assistant:
        hits = assistant.recall(text, k=count, at=at, types=types)
    if as_json:
        answer_json([shapes.hit(h) for h in hits])
        return
    for number, hit in enumerate(hits, start=1):
        answer(hit_row(number, hit))
    if not hits:
        note("Memory holds nothing that bears on that.")


@click.command(short_help="Answer QUESTION from memory, with the evidence.")
@click.argument("question")
@at_moment
@as_json
@pass_session
def ask(session: Session, question: str, at: datetime | None, as_json: bool) -> None:
    """Answer QUESTION from memory, with what each statement rests on; or say that memory does not hold it."""
    from assistant.cli import answers  # noqa: PLC0415

    with session.assistant(writes=False) as assistant:
        if as_json:
            answer_json(shapes.answer(assistant.ask(question, at=at)))
        else:
            answers.ask(assistant, question, at=at)


def _show_document(session: Session, as_json: bool) -> None:
    from assistant.cli.commands.summary import shape  # noqa: PLC0415
    from assistant.summaries.document import as_text  # noqa: PLC0415

    with session.assistant(writes=False) as assistant:
        made = assistant.document()
    if as_json:
        answer_json(shape(made))
    else:
        answer(safe(as_text(made)).rstrip("\n") if made.lines else _NOTHING_YET)


def profile_text(propositions: list[Proposition]) -> str:
    """Propositions in sections, as printed."""
    from assistant.cli.wording import proposition_row  # noqa: PLC0415
    from assistant.profile import sections  # noqa: PLC0415

    parts = ["\n".join([bold(s.title), *map(proposition_row, s.propositions)]) for s in sections(propositions)]
    return "\n\n".join(parts)


def _check_kind(kind: str | None) -> None:
    from memory.records import KINDS  # noqa: PLC0415

    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"choose one of: {', '.join(KINDS)}", param_hint="--kind")
