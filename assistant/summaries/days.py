"""A day without a model: where something was said or seen and how much, in which hours, and what was learnt.

Counts and propositions only, no observed text; made when somebody asks, and not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.summaries.subjects import Subject, place
from memory.records import Summary, SummaryLine

if TYPE_CHECKING:
    from memory.records import Proposition
    from memory.store import Store, Thread

COMPOSED_BY = "inkling"
WHERE, WHEN, LEARNT = "Where", "When", "Learnt"
MOST_PLACES = 12


def composed(store: Store, day: date, believed: Iterable[Proposition], at: datetime) -> Summary | None:
    """The summary of a day; None if nothing was observed and nothing learnt. ``believed`` is what is believed now."""
    learnt = [p for p in believed if first_seen(p) == day]
    bounds = store.summaries.bounds_of_day(day)
    if bounds is None and not learnt:
        return None
    lines = [
        *_places(store.summaries.counts_of_day(day), store.summaries.titles()),
        *_hours(store.summaries.hours_of_day(day)),
    ]
    lines += [SummaryLine(section=LEARNT, text=p.text, sources=(p.id,)) for p in learnt]
    since, until = bounds or (learnt[0].evidence[0].at, learnt[-1].evidence[0].at)
    subject = Subject.of_day(day)
    return Summary(
        kind="day", subject=subject.name, title=subject.title({}), at=at, since=since, until=until,
        made_by=COMPOSED_BY, lines=tuple(lines),
    )  # fmt: skip


def first_seen(p: Proposition) -> date | None:
    """The day of the first evidence for a proposition, by the clock where it happened."""
    return min((e.at.date() for e in p.evidence if e.stance == "supports"), default=None)


def _places(counts: Sequence[tuple[Thread, int, int, float]], titles: Mapping[Thread, str]) -> list[SummaryLine]:
    """A line for each place, those that are called the same together."""
    found: dict[str, list[tuple[Thread, int, int, float]]] = {}
    for count in counts:
        found.setdefault(place(count[0], titles), []).append(count)
    lines = [
        SummaryLine(section=WHERE, text=f"{name}: {_amount(group)}", sources=())
        for name, group in list(found.items())[:MOST_PLACES]
    ]
    if more := list(found.values())[MOST_PLACES:]:
        number = sum(lines for group in more for _, lines, _, _ in group)
        lines.append(SummaryLine(section=WHERE, text=f"elsewhere: {_counted(number, 'item')}", sources=()))
    return lines


def _amount(group: Sequence[tuple[Thread, int, int, float]]) -> str:
    lines = sum(number for _, number, _, _ in group)
    mine = sum(number for _, _, number, _ in group)
    seconds = sum(length for _, _, _, length in group)
    if all(thread.source == "screen" for thread, *_ in group):
        minutes = round(seconds / 60)
        return _counted(lines, "passage") + (f", {_counted(minutes, 'minute')} in view" if minutes else "")
    return _counted(lines, "message") + (f", {mine:,} by the user" if mine else "")


def _hours(hours: Sequence[int]) -> list[SummaryLine]:
    """Stretches of hours in which something happened: "08:00 to 10:00, 19:00 to 20:00"."""
    stretches: list[list[int]] = []
    for hour in hours:
        if stretches and stretches[-1][1] == hour:
            stretches[-1][1] = hour + 1
        else:
            stretches.append([hour, hour + 1])
    text = ", ".join(f"{start:02}:00 to {end:02}:00" for start, end in stretches)
    return [SummaryLine(section=WHEN, text=text, sources=())] if text else []


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
