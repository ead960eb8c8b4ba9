"""``forget``: deletion that reaches everything derived, after saying what that is.

Only a person who is asked is shown the text once more: what a script prints into a terminal may be on the screen, and
be read from it again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import click

from assistant.cli.options import assume_yes, read_beginning, read_past
from assistant.cli.session import Session
from assistant.cli.terminal import agreed, answer, counted, note
from assistant.cli.text import excerpt, one_line
from memory.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from assistant.verbs import Verbs


@click.command(short_help="Delete these items, or all of a time, and what derives from them.")
@click.argument("ids", metavar="[ID...]", nargs=-1)
@click.option("--with-evidence", is_flag=True, help="Forget the observations that the propositions rest on as well.")
@click.option(
    "--since", metavar="TIME", callback=read_beginning, help="Forget all observed since then: 15m, a date ..."
)
@click.option("--until", metavar="TIME", callback=read_past, help="... and until then. Default: now.")
@click.option("--app", metavar="NAME", help="Of that time only what was in this application.")
@assume_yes
@click.pass_context
def forget(
    ctx: click.Context,
    ids: tuple[str, ...],
    with_evidence: bool,
    since: datetime | None,
    until: datetime | None,
    app: str | None,
    yes: bool,
) -> None:
    """Delete propositions or observations with everything derived from them, for good.

    By their IDs, or all that was observed in a time: inkling forget --since 15m. What is forgotten does not come back
    when the same evidence is seen again. This cannot be undone.
    """
    session: Session = ctx.obj
    if bool(ids) == bool(since) or (ids and (until or app)) or (since and with_evidence):
        raise InvalidInputError("say what to forget: either IDs, or a time with --since")
    with session.assistant() as assistant:
        if since is not None:
            _forget_range(ctx, assistant, since, until or assistant.now(), app, yes)
            return
        chosen = list(dict.fromkeys(ids))
        for id_ in chosen:
            note(f"  {id_}  {_described(assistant, id_, with_text=not yes)}")
        also = " with the observations they rest on" if with_evidence else ""
        if not agreed(f"Forget {counted(len(chosen), 'item')}{also}, for good?", yes):
            note("Nothing was forgotten.")
            ctx.exit(1)
        for id_ in chosen:
            with suppress(NotFoundError):  # it was there above, so it went with one of those before it
                assistant.forget(id_, with_evidence=with_evidence)
        answer(f"forgotten: {' '.join(chosen)}")


def _forget_range(
    ctx: click.Context, assistant: Verbs, since: datetime, until: datetime, app: str | None, yes: bool
) -> None:
    """Forget it even if nothing is stored of that time: the engine drops what it has read of it and not stored yet."""
    number = assistant.between(since, until, app=app)
    what = counted(number, "observation")
    question = f"Forget {what}, from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}, for good?"
    if number and not agreed(question, yes):
        note("Nothing was forgotten.")
        ctx.exit(1)
    gone = assistant.forget_range(since, until, app=app)
    if gone:
        answer(f"forgotten: {counted(gone, 'observation')}")
    else:
        note("Nothing of that time was stored. What was being read then is dropped.")


def _described(assistant: Verbs, id_: str, *, with_text: bool) -> str:
    """What would be forgotten, on one line. Raises NotFoundError."""
    if id_.startswith("o"):
        observation = assistant.observation(id_)
        resting = sum(any(e.observation_id == id_ for e in p.evidence) for p in assistant.propositions())
        weight = f"{counted(resting, 'proposition')} on it"
        kind, text = f"observation: {one_line(observation.source)}", excerpt(observation.text, 80)
    else:
        proposition = assistant.proposition(id_)
        weight = f"{counted(len(proposition.evidence), 'piece')} of evidence"
        kind, text = f"proposition: {proposition.kind}", one_line(proposition.text)
    return f"{text}  ({weight})" if with_text else f"{kind}, {weight}"
