"""``forget``: deletion that reaches everything derived, after saying what that is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from assistant.cli.options import assume_yes
from assistant.cli.session import Session
from assistant.cli.terminal import agreed, answer, counted, note
from assistant.cli.text import excerpt, one_line
from memory.errors import NotFoundError

if TYPE_CHECKING:
    from assistant.verbs import Verbs


@click.command(short_help="Delete these items and what derives from them.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--with-evidence", is_flag=True, help="Forget the observations that the propositions rest on as well.")
@assume_yes
@click.pass_context
def forget(ctx: click.Context, ids: tuple[str, ...], with_evidence: bool, yes: bool) -> None:
    """Delete propositions or observations with everything derived from them, for good.

    What is forgotten does not come back when the same evidence is seen again. This cannot be undone.
    """
    session: Session = ctx.obj
    with session.assistant() as assistant:
        chosen = list(dict.fromkeys(ids))
        for id_ in chosen:
            note(_described(assistant, id_))
        also = " with the observations they rest on" if with_evidence else ""
        if not agreed(f"Forget {counted(len(chosen), 'item')}{also}, for good?", yes):
            note("Nothing was forgotten.")
            ctx.exit(1)
        for id_ in chosen:
            with suppress(NotFoundError):  # it was there above, so it went with one of those before it
                assistant.forget(id_, with_evidence=with_evidence)
        answer(f"forgotten: {' '.join(chosen)}")


def _described(assistant: Verbs, id_: str) -> str:
    """One line about what would be forgotten. Raises NotFoundError."""
    if id_.startswith("o"):
        resting = sum(any(e.observation_id == id_ for e in p.evidence) for p in assistant.propositions())
        return f"  {id_}  {excerpt(assistant.observation(id_).text, 80)}  ({counted(resting, 'proposition')} on it)"
    proposition = assistant.proposition(id_)
    return f"  {id_}  {one_line(proposition.text)}  ({counted(len(proposition.evidence), 'piece')} of evidence)"
