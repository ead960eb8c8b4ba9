"""What clients are shown: the summaries that are kept, those of days composed where none is, and the profile document.

Nothing is written here, and no model is asked. What is kept and was made from something that has since been set aside
as sensitive is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.summaries import days
from assistant.summaries.condensing import digest_of
from assistant.summaries.document import digest_of_all, document, estimated, told
from assistant.summaries.subjects import PROFILE, Subject
from memory.records import SummaryLine

if TYPE_CHECKING:
    from assistant.profile import Section
    from memory.records import Proposition, Sensitivity, Summary, SummaryKind
    from memory.store import Store

MOST_COMPOSED = 31  # days that are composed at a time
USUAL = timedelta(days=14)  # how far back they are composed unless it is said


def summaries(
    store: Store,
    believed: Sequence[Proposition],
    allowed: frozenset[Sensitivity],
    now: datetime,
    kind: SummaryKind | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Summary]:
    """The summaries about anything between two moments, the latest first; ``believed`` is what is believed now.

    Days that no model has summarised are composed, at most the last 31 of the range and those of two weeks without one.
    """
    if kind == PROFILE:
        return [profile(store, believed, now)]
    clouded = store.summaries.clouded(allowed)
    found = [
        _shown(one.summary)
        for one in store.summaries.all(kind)
        if one.summary.kind != PROFILE
        and (one.summary.kind, one.summary.subject) not in clouded
        and _is_within(one.summary, since, until)
    ]
    if kind in (None, "day"):
        written = {one.subject for one in found if one.kind == "day"}
        wanted = _days(since or (until or now) - USUAL, min(until or now, now))
        found += _composed(store, (day for day in wanted if day.isoformat() not in written), believed, now)
    return sorted(found, key=lambda one: (one.until or one.at).timestamp(), reverse=True)


def profile(store: Store, believed: Iterable[Proposition], now: datetime) -> Summary:
    """The profile document: the one that is kept if nothing has changed since, else one composed now."""
    chosen = told(believed)
    kept = store.summaries.get(PROFILE, PROFILE)
    if kept is not None and kept.digest == digest_of_all(chosen):
        return kept.summary
    condensed = condensed_sections(store, chosen)
    made_by = next(iter(condensed.values()))[0] if condensed else days.COMPOSED_BY
    return document(chosen, {kind: lines for kind, (_, lines) in condensed.items()}, now, made_by, estimated)


def condensed_sections(store: Store, chosen: Iterable[Section]) -> dict[str, tuple[str, Sequence[SummaryLine]]]:
    """By kind, who condensed a section and how, for those in which nothing has changed since."""
    digests: dict[str, bytes] = {section.kind: digest_of(section) for section in chosen}
    return {
        one.summary.subject: (one.summary.made_by, one.summary.lines)
        for one in store.summaries.all(PROFILE)
        if one.summary.subject != PROFILE and digests.get(one.summary.subject) == one.digest
    }


def _shown(summary: Summary) -> Summary:
    return replace(summary, subject=Subject(summary.kind, summary.subject).name)


def _is_within(summary: Summary, since: datetime | None, until: datetime | None) -> bool:
    """Whether it is about anything between these moments; a day by its date, in the zone of the moments."""
    if summary.kind == "day":
        day = date.fromisoformat(summary.subject)
        return not ((since and day < since.date()) or (until and day > until.date()))
    first, last = summary.since or summary.at, summary.until or summary.at
    return not ((since and last < since) or (until and first > until))


def _days(since: datetime, until: datetime) -> Iterator[date]:
    """The days from the last to the first."""
    day = until.date()
    for _ in range(MOST_COMPOSED):
        if day < since.date():
            return
        yield day
        day -= timedelta(days=1)


def _composed(store: Store, wanted: Iterable[date], believed: Sequence[Proposition], now: datetime) -> list[Summary]:
    made = (days.composed(store, day, believed, now) for day in wanted)
    return [one for one in made if one is not None]
