"""Redaction of a batch before its first write, each text read with the ones before it in its thread or window.

A secret may only be named in the message after it ("that's the wifi password"), when its own message is stored
already. Then the stored text is mended: what was drawn from it is taken back and it is distilled again. What is
stored is read as it is stored, however it comes again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memory.store import Thread
from observers.redact import LOOK_BACK, SCREEN_LOOK_BACK, redact, redact_screen, redact_turns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from memory.forgetting import Forgetting
    from memory.records import Observation
    from memory.store import Store, Stored
    from observers.redact import Redacted

SCREEN = "screen"  # the source whose threads are windows: read as pages, not as turns


@dataclass(frozen=True, slots=True)
class Clean:
    """What is new of a batch, redacted, in its order; new texts for what was stored ``earlier``, by row; removals."""

    observations: list[Observation]
    earlier: dict[int, str]
    counts: Counter[str]


class Redaction:
    """Takes secrets out of what is about to be stored in one store."""

    def __init__(self, store: Store, forgetting: Forgetting) -> None:
        self._store = store
        self._forgetting = forgetting

    def clean(self, batch: Sequence[Observation], held: Mapping[str, Stored]) -> Clean:
        """Redact what is new of a batch, each thread of it in time order; ``held`` of it is stored, by key."""
        batch = self._named([held[o.stable_key].observation if o.stable_key in held else o for o in batch])
        done: dict[int, Observation] = {}
        earlier: dict[int, str] = {}
        counts: Counter[str] = Counter()
        for thread, places in _threads(batch).items():
            news = [place for place in places if batch[place].stable_key not in held]
            if not news:
                continue
            since = batch[news[0]].at
            look_back = SCREEN_LOOK_BACK if thread.source == SCREEN else LOOK_BACK
            before = self._store.observations.latest(thread, since.timestamp(), look_back)
            rest = [place for place in places if batch[place].at >= since]
            texts = [s.observation.text for s in before] + [batch[place].text for place in rest]
            results = redact_screen(texts, stored=len(before)) if thread.source == SCREEN else redact_turns(texts)
            rows = [s.row for s in before] + [_row(held.get(batch[place].stable_key)) for place in rest]
            earlier |= {row: r.text for row, r in zip(rows, results, strict=True) if r.counts and row is not None}
            for place, result in zip(rest, results[len(before) :], strict=True):
                done[place] = replace(batch[place], text=result.text) if result.counts else batch[place]
            for result in results:
                counts.update(result.counts)
        return Clean([done[place] for place in sorted(done) if batch[place].stable_key not in held], earlier, counts)

    def _named(self, batch: Sequence[Observation]) -> list[Observation]:
        """The batch with titles redacted, and threads that are named after a secret under a name that says nothing."""
        names = {(o.source, o.thread): o.thread for o in batch}
        for source, name in tuple(names):
            if name and _redacted(source, name).counts:
                names[source, name] = self._forgetting.alias(name)
        titles = {(o.source, o.title): _redacted(o.source, o.title).text if o.title else o.title for o in batch}
        return [_under(o, names[o.source, o.thread], titles[o.source, o.title]) for o in batch]

    def mend(self, earlier: dict[int, str], at: datetime) -> None:
        """Put redacted texts in place of stored ones; call inside the transaction that stores the batch."""
        for row, text in earlier.items():
            self._forgetting.take_back(row, at)
            self._store.observations.reword(row, text)


def _redacted(source: str, name: str) -> Redacted:
    """A name without its secrets: windows are named after what is on them."""
    return redact_screen([name])[0] if source == SCREEN else redact(name)


def _under(observation: Observation, thread: str | None, title: str | None) -> Observation:
    """The observation with that thread and title; itself if it has them."""
    if (observation.thread, observation.title) == (thread, title):
        return observation
    return replace(observation, thread=thread, title=title)


def _row(stored: Stored | None) -> int | None:
    return stored.row if stored else None


def _threads(batch: Sequence[Observation]) -> dict[Thread, list[int]]:
    """Places in the batch by thread, each in time order: some exports have the newest first."""
    places: dict[Thread, list[int]] = {}
    for place in sorted(range(len(batch)), key=lambda i: batch[i].at):
        places.setdefault(Thread.of(batch[place]), []).append(place)
    return places
