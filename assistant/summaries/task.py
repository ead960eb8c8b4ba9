"""Writing summaries when nobody waits: the profile's sections that changed, days that are over, threads that rest.

The surprising decision: an answer that holds nothing is remembered only here, in memory. The store knows no failed
summaries, so nonsense leaves it as it was, and what failed is tried once more after the vault was opened again.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from assistant.summaries.condensing import condense, digest_of, given, made_with
from assistant.summaries.days import COMPOSED_BY
from assistant.summaries.document import BUDGET, as_text, digest_of_all, document, told
from assistant.summaries.held import condensed_sections
from assistant.summaries.material import Gatherer
from assistant.summaries.subjects import PROFILE, Subject
from assistant.summaries.writing import write
from memory.belief import believe
from memory.errors import ModelFailedError, ModelStoppedError
from memory.records import Summary, SummaryLine

if TYPE_CHECKING:
    from assistant.llm.model import LanguageModel
    from assistant.profile import Section
    from assistant.summaries.writing import Outcome
    from memory.forgetting import Forgetting
    from memory.records import Proposition, Sensitivity
    from memory.store import Store
    from memory.store.summaries import Extent

FEWEST = 8  # lines of a thread or a day that are worth a summary
RESTED = timedelta(hours=6)  # since the last line of a thread
OVER = timedelta(hours=3)  # since the end of a day: what was said late is read by then
DAYS = timedelta(days=60)  # how far back days are summarised
LAPSE = timedelta(minutes=20)  # between two looks for what there is to do
MOST = 24  # summaries of one look

Reach = tuple[int, int] | bytes  # lines and last row, or a digest: whatever changes when there is more
Due = tuple["Subject", "Extent | None"]  # a thread or a day with how far it reached then; the profile's have none
Labels = Callable[[Sequence[str]], "Sequence[Sensitivity | None]"]


class Summaries:
    """A background task over one store. ``labels`` tells of each of some texts which sensitive class it is of."""

    name = "summaries"

    def __init__(
        self,
        store: Store,
        forgetting: Forgetting,
        clock: Callable[[], datetime],
        allowed: Callable[[], frozenset[Sensitivity]],
        labels: Labels,
    ) -> None:
        self._store = store
        self._clock = clock
        self._allowed = allowed
        self._labels = labels
        self._gatherer = Gatherer(store, forgetting, allowed)
        self._due: deque[Due] = deque()
        self._looked: datetime | None = None
        self._seen: dict[Subject, Reach] = {}  # how far each reached when it was last written or tried
        self._failed: set[Subject] = set()  # of these, those that nothing came of

    def waiting(self) -> int:
        """How many summaries are to be written. Looks for them every 20 minutes while none is."""
        now = self._clock()
        if not self._due and (self._looked is None or abs(now - self._looked) >= LAPSE):
            self._looked = now
            self._due.extend(self._found(now))
        return len(self._due)

    def step(self, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """Write the next summary that there is anything new for: ``summaries`` or ``summaries_failed``, and lines."""
        for kind, key in self._store.summaries.clouded(self._allowed()):
            self._store.summaries.drop(kind, key)
        while self._due:
            subject, extent = self._due[0]
            try:
                done = self._written(subject, extent, model, now, stop)
            except ModelStoppedError:
                raise  # it stays the next
            except ModelFailedError:
                self._due.popleft()  # the others shall not wait for what breaks a model
                self._failed.add(subject)
                raise
            self._due.popleft()
            if done:
                return done
        return Counter()

    def _written(
        self, subject: Subject, extent: Extent | None, model: LanguageModel, now: datetime, stop: threading.Event
    ) -> Counter[str]:
        if extent is not None:
            return self._summary(subject, extent, model, now, stop)
        work = self._profile if subject.key == PROFILE else partial(self._section, subject)
        return work(model, now, stop)

    # what there is to do

    def _found(self, now: datetime) -> list[Due]:
        """Sections of the profile in which something changed, then what else there is, and the whole profile last."""
        chosen, kept = told(self._believed(now)), self._store.summaries.digests(PROFILE)
        sections: list[Due] = []
        for section in chosen:
            subject, reach = Subject(PROFILE, section.kind), digest_of(section)
            if given(section) and kept.get(section.kind) != reach and self._is_untried(subject, reach):
                sections.append((subject, None))
        is_outdated = bool(sections) or (bool(chosen) and kept.get(PROFILE) != digest_of_all(chosen))
        whole: list[Due] = [(Subject(PROFILE, PROFILE), None)] if is_outdated else []
        return [*sections, *self._others_due(now)[:MOST], *whole]

    def _others_due(self, now: datetime) -> list[Due]:
        """Threads that rest and days that are over, the latest first, of which nothing waits to be distilled."""
        store, pending = self._store, set(self._store.observations.pending_threads())
        ends = {Subject(one.summary.kind, one.summary.subject): one.summary.until for one in store.summaries.all()}
        for kind, key in store.summaries.clouded(self._allowed()):
            ends.pop(Subject(kind, key), None)
        found: list[tuple[Subject, Extent]] = [
            (Subject.of_thread(thread), extent)
            for thread, extent in store.summaries.threads().items()
            if thread.source != "screen" and thread not in pending and extent.until <= now - RESTED
        ]
        if not pending:
            over = (now - OVER).date()
            found += [(Subject.of_day(d), e) for d, e in store.summaries.days(now - DAYS).items() if d < over]
        found.sort(key=lambda pair: (pair[1].until, pair[0].kind), reverse=True)
        return [(s, extent) for s, extent in found if extent.lines >= FEWEST and self._is_new(s, extent, ends)]

    def _is_new(self, subject: Subject, extent: Extent, ends: Mapping[Subject, datetime | None]) -> bool:
        """Whether a thread or a day has gone on, or grew, since it was summarised or tried."""
        reach = (extent.lines, extent.last_row)
        until = ends.get(subject)
        if until is not None:
            return until != extent.until or self._seen.get(subject, reach) != reach
        return self._is_untried(subject, reach)

    def _is_untried(self, subject: Subject, reach: Reach) -> bool:
        return subject not in self._failed or self._seen.get(subject) != reach

    def _believed(self, now: datetime) -> list[Proposition]:
        held, allowed = self._store.propositions.all().values(), self._allowed()
        return [p for one in held if (p := believe(one, now, allowed)) is not None]

    # doing it

    def _summary(
        self, subject: Subject, extent: Extent, model: LanguageModel, now: datetime, stop: threading.Event
    ) -> Counter[str]:
        """A thread or a day."""
        allowed = self._allowed()
        material = self._gatherer.gather(subject, now)
        self._seen[subject] = (extent.lines, extent.last_row)
        made_by = made_with("summary")
        digest = material.digest(made_by)
        kept = self._store.summaries.get(subject.kind, subject.key)
        if kept is not None and kept.digest == digest:
            return Counter()
        if len(material.lines) < FEWEST:
            self._failed.add(subject)
            return Counter()
        outcome = write(material, model, stop)
        _unless_stopped(stop)
        lines = self._insensitive(outcome.lines, allowed)
        if not lines:
            self._failed.add(subject)
            return Counter(summaries_failed=1) + _dropped(outcome, 0)
        title = subject.title(self._store.summaries.titles())
        summary = Summary(
            kind=subject.kind, subject=subject.key, title=title, at=now, since=extent.since, until=extent.until,
            made_by=f"{made_by}, {model.name}", lines=lines,
        )  # fmt: skip
        with self._store.write():
            if self._allowed() != allowed or not self._gatherer.still_holds(material, now):
                return Counter(summaries_outdated=1)
            self._store.summaries.put(summary, digest, material.sources(outcome.shown.lines))
        self._failed.discard(subject)
        return Counter(summaries=1) + _dropped(outcome, len(lines))

    def _insensitive(self, lines: tuple[SummaryLine, ...], allowed: frozenset[Sensitivity]) -> tuple[SummaryLine, ...]:
        """The lines that are of no class the user has not allowed."""
        labels = self._labels([line.text for line in lines]) if lines else ()
        return tuple(line for line, label in zip(lines, labels, strict=True) if label is None or label in allowed)

    def _section(self, subject: Subject, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """A section of the profile."""
        section = self._section_now(subject, now)
        if section is None or not given(section):
            return Counter()
        digest = digest_of(section)
        self._seen[subject] = digest
        lines = condense(section, model, stop)
        _unless_stopped(stop)
        if not lines:
            self._failed.add(subject)
            return Counter(summaries_failed=1)
        summary = Summary(
            kind=PROFILE, subject=subject.key, title=section.title, at=now, since=None, until=None,
            made_by=f"{made_with('document')}, {model.name}", lines=tuple(lines),
        )  # fmt: skip
        with self._store.write():
            again = self._section_now(subject, now)
            if again is None or digest_of(again) != digest:
                return Counter(summaries_outdated=1)
            self._store.summaries.put(summary, digest, [p.id for p in given(section)])
            self._store.summaries.drop(PROFILE, PROFILE)
        self._failed.discard(subject)
        return Counter(summaries=1)

    def _section_now(self, subject: Subject, now: datetime) -> Section | None:
        return next((s for s in told(self._believed(now)) if s.kind == subject.key), None)

    def _profile(self, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """The whole document, put together of its sections and counted by the model itself."""
        chosen = told(self._believed(now))
        condensed = condensed_sections(self._store, chosen)
        made_by = next((by for by, _ in condensed.values()), COMPOSED_BY)
        lines = {kind: lines for kind, (_, lines) in condensed.items()}

        def count(texts: Sequence[str]) -> list[int]:
            return model.count_tokens(list(texts), stop=stop)

        made = document(chosen, lines, now, made_by, count)
        over = sum(count([as_text(made)])) - BUDGET
        if over > 0:
            made = document(chosen, lines, now, made_by, count, BUDGET - over)
        sources = {source for line in made.lines for source in line.sources}
        with self._store.write():
            if digest_of_all(told(self._believed(now))) != digest_of_all(chosen):
                return Counter(summaries_outdated=1)
            self._store.summaries.put(made, digest_of_all(chosen), sources)
        return Counter(profiles=1)


def _dropped(outcome: Outcome, kept: int) -> Counter[str]:
    """How many lines were left out, by reason."""
    found = Counter({f"summary_lines_{reason}": number for reason, number in outcome.dropped.items()})
    if sensitive := len(outcome.lines) - kept:
        found["summary_lines_sensitive"] = sensitive
    return found


def _unless_stopped(stop: threading.Event) -> None:
    if stop.is_set():
        raise ModelStoppedError("stopped before it was kept; it will be written again")
