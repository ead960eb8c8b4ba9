"""How the command line says what the records hold; every observed text is made safe here."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.cli.terminal import bold, dim, wrapped
from assistant.cli.text import excerpt, one_line, safe
from assistant.profile import bar, confidence_words

if TYPE_CHECKING:
    from memory.records import Answer, Basis, Evidence, Hit, Observation, Proposition, Status

BASES: dict[Basis, str] = {
    "stated": "you said so",
    "implied": "implied by what you said",
    "observed": "seen on your screen",
    "behavioural": "from what you often do",
    "user": "your own word",
}
STATUSES: dict[Status, str] = {
    "believed": "",
    "quarantined": "set aside until you allow its class",
    "rejected": "rejected by you",
    "superseded": "no longer so",
    "review": "the evidence does not agree",
}
QUOTE_WIDTH = 160


def day(at: datetime) -> str:
    """A day: ``4 Mar 2026``."""
    return f"{at.day} {at:%b %Y}"


def moment(at: datetime) -> str:
    """A time as the clock showed it where it happened: ``4 Mar 2026, 19:22``."""
    return f"{day(at)}, {at:%H:%M}"


def confidence(value: float) -> str:
    """Words and number: ``likely (0.83)``."""
    return f"{confidence_words(value)} ({value:.2f})"


def gauge(value: float) -> str:
    """A bar, in characters that stdout can show."""
    if (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf"):
        return bar(value)
    return bar(value, full="#", empty=".")


def speaker(name: str | None) -> str:
    """Who speaks: ``you``, ``an AI``, the name, or the screen where nobody does."""
    if name is None:
        return "on screen"
    return {"me": "you", "assistant": "an AI"}.get(name) or one_line(name) or "somebody"


def proposition_row(p: Proposition) -> str:
    """A proposition in a list: how sure, what, its id, and whatever is unusual about it."""
    marks = [mark for mark in ("pinned" if p.pinned else "", p.sensitivity or "", STATUSES[p.status]) if mark]
    aside = dim(f"  {p.id}{'  ' + ', '.join(marks) if marks else ''}")
    head = f"  {gauge(p.confidence)} {confidence_words(p.confidence):<11}  "
    return head + wrapped(one_line(p.text), len(head)) + aside


def validity(p: Proposition) -> str:
    """When a proposition holds, or nothing if no bound is known."""
    bounds = [("since", p.valid_from), ("until", p.valid_to)]
    return ", ".join(f"{word} {day(at)}" for word, at in bounds if at)


def turn(id: str, o: Observation, *, marked: bool, quoted: tuple[int, int] | None = None) -> str:  # noqa: A002
    """One message or passage of a thread; the one in question is marked, the words relied on stand out."""
    text = one_line(o.text)
    if quoted is not None:
        start, end = quoted
        parts = o.text[:start], o.text[start:end], o.text[end:]
        before, quote, after = (" ".join(safe(part).split("\n")) for part in parts)
        text = f"{before}{bold(quote)}{after}"
    head = f"  {'>' if marked else ' '} {moment(o.at)}  {speaker(o.speaker)}: "
    return head + text + dim(f"  {id}") if marked else dim(head + excerpt(text, QUOTE_WIDTH))


def evidence(e: Evidence) -> str:
    """One piece of evidence on a line: the quote, how it counts, when and where."""
    against = "against: " if e.stance == "contradicts" else ""
    where = f"  {e.observation_id}" if e.observation_id else ""
    return f"{against}“{excerpt(e.quote, QUOTE_WIDTH)}” {dim(f'({BASES[e.basis]}, {day(e.at)}{where})')}"


def hit_row(number: int, hit: Hit) -> str:
    """One result of recall: what, whose words or on what evidence, when, and its id."""
    head = f"{number:>3}. "
    if hit.type == "proposition":
        lines = [head + wrapped(one_line(hit.text), 5) + dim(f"  {hit.id}")]
        return "\n".join([*lines, *(f"     {evidence(e)}" for e in hit.evidence[:1])])
    said = f"{speaker(hit.speaker)}, {day(hit.at)}: “{excerpt(hit.text, 2 * QUOTE_WIDTH)}”"
    return head + wrapped(said, 5) + dim(f"  {hit.id}")


def answered(answer: Answer) -> str:
    """An answer, and below it what each number in it stands for."""
    below = citations(answer)
    return "\n".join([safe(answer.text), *([""] if below else []), *below])


def citations(answer: Answer) -> list[str]:
    """What each number in an answer stands for, in lines."""
    lines = []
    for number, hit in enumerate(answer.citations, start=1):
        head = f"[{number}] "
        if hit.type == "proposition":
            lines.append(f"{head}{dim(hit.id)}")
            lines += [f"    {evidence(e)}" for e in hit.evidence[:2]]
            continue
        source = f"{speaker(hit.speaker)}, {moment(hit.at)}: “{excerpt(hit.text, QUOTE_WIDTH)}” {dim(hit.id)}"
        lines.append(head + source)
    return lines
