"""``show``: everything there is to see about one proposition or one observation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from assistant.cli import shapes
from assistant.cli.options import as_json
from assistant.cli.session import Session, pass_session
from assistant.cli.terminal import answer, answer_json, bold, counted, dim
from assistant.cli.text import one_line, safe

if TYPE_CHECKING:
    from assistant.verbs import Verbs
    from memory.records import Evidence, Proposition, Revision

_EVIDENCE_SHOWN = 10
_TURNS = 2  # of the thread, before and after the one quoted


@click.command(short_help="Show all about one proposition or observation.")
@click.argument("id_", metavar="ID")
@as_json
@pass_session
def show(session: Session, id_: str, as_json: bool) -> None:
    """Show one proposition with its evidence and history, or one observation with what rests on it.

    IDs are the p... and o... that the other commands print.
    """
    from memory.ids import parse_id  # noqa: PLC0415

    item, _ = parse_id(id_)
    with session.assistant(writes=False) as assistant:
        if item == "proposition":
            _show_proposition(assistant, id_, as_json)
        else:
            _show_observation(assistant, id_, as_json)


def _show_proposition(assistant: Verbs, id_: str, as_json: bool) -> None:
    proposition, history = assistant.proposition(id_), assistant.history(id_)
    if as_json:
        shape = shapes.proposition(proposition)
        for evidence in shape["evidence"]:
            evidence["context"] = _context(assistant, evidence["observation_id"])
        answer_json(shape | {"history": [shapes.record(r) for r in history]})
        return
    answer(_headline(proposition))
    for evidence in proposition.evidence[:_EVIDENCE_SHOWN]:
        answer("\n" + _evidence(assistant, evidence))
    if more := proposition.evidence[_EVIDENCE_SHOWN:]:
        answer(f"\n  and {counted(len(more), 'more piece')} of evidence; --json has all")
    if history:
        answer("\n" + bold("History"))
        for revision in history:
            answer(_revision(revision))


def _show_observation(assistant: Verbs, id_: str, as_json: bool) -> None:
    observation = assistant.observation(id_)
    resting = [p for p in assistant.propositions() if any(e.observation_id == id_ for e in p.evidence)]
    if as_json:
        shape = shapes.observation(id_, observation)
        answer_json(
            shape | {"context": _context(assistant, id_), "propositions": [shapes.proposition(p) for p in resting]}
        )
        return
    from assistant.cli import wording  # noqa: PLC0415

    where = " · ".join(one_line(part) for part in (observation.app, observation.title) if part)
    answer(bold(f"{wording.speaker(observation.speaker)}, {wording.moment(observation.at)}") + f"  {where}  {dim(id_)}")
    answer(safe(observation.text))
    answer("\n" + bold("In its thread"))
    answer(_thread(assistant, id_, None))
    answer("\n" + bold("What rests on it"))
    for proposition in resting:
        answer(wording.proposition_row(proposition))
    if not resting:
        answer("  nothing that is believed")


def _headline(p: Proposition) -> str:
    from assistant.cli import wording  # noqa: PLC0415

    facts = [
        wording.confidence(p.confidence), wording.BASES[p.basis], f"{p.kind}, lasts {_lasts(p.lifespan)}",
        wording.validity(p), "pinned" if p.pinned else "", f"sensitive: {p.sensitivity}" if p.sensitivity else "",
        wording.STATUSES[p.status],
    ]  # fmt: skip
    return f"{bold(one_line(p.text))}  {dim(p.id)}\n{' · '.join(fact for fact in facts if fact)}"


def _lasts(lifespan: str) -> str:
    return {"moment": "for a moment", "permanent": "for good"}.get(lifespan, f"for {lifespan}")


def _evidence(assistant: Verbs, evidence: Evidence) -> str:
    from assistant.cli import wording  # noqa: PLC0415

    head = f"{'Against' if evidence.stance == 'contradicts' else 'For'}: {wording.BASES[evidence.basis]}"
    if evidence.observation_id is None:
        return f"{bold(head)}, {wording.moment(evidence.at)}\n    “{one_line(evidence.quote)}”"
    return bold(head) + "\n" + _thread(assistant, evidence.observation_id, (evidence.start, evidence.end))


def _thread(assistant: Verbs, id_: str, quoted: tuple[int, int] | None) -> str:
    from assistant.cli import wording  # noqa: PLC0415

    turns = assistant.around(id_, _TURNS, _TURNS)
    return "\n".join(
        wording.turn(near, o, marked=near == id_, quoted=quoted if near == id_ else None) for near, o in turns
    )


def _revision(revision: Revision) -> str:
    from assistant.cli import wording  # noqa: PLC0415

    who = "you" if revision.actor == "user" else one_line(revision.actor)
    what = f"{one_line(revision.action)} by {who}: {one_line(revision.reason)}"
    line = f"  {wording.moment(revision.at.astimezone())}  {what}"
    if revision.before and revision.after and revision.before != revision.after:
        line += f"\n      was: {one_line(revision.before)}\n      now: {one_line(revision.after)}"
    return line


def _context(assistant: Verbs, id_: str | None) -> list[dict[str, Any]]:
    if id_ is None:
        return []
    return [shapes.observation(near, o) for near, o in assistant.around(id_, _TURNS, _TURNS)]
