"""Redaction of a batch before its first write, each text read with the ones before it in its thread.

A secret may only be named in the message after it ("that's the wifi password"), when its own message is stored
already. Then the stored text is mended: what was drawn from it is taken back and it is distilled again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memory.store import Thread
from observers.redact import LOOK_BACK, redact, redact_turns

if TYPE_CHECKING:
    from datetime import datetime

    from memory.forgetting import Forgetting
    from memory.records import Observation
    from memory.store import Store


@dataclass(frozen=True, slots=True)
class Clean:
    """A redacted batch, in its order; new texts for observations stored ``earlier``, by row; removals by kind."""

    observations: list[Observation]
    earlier: dict[int, str]
    counts: Counter[str]


class Redaction:
    """Takes secrets out of what is about to be stored in one store."""

    def __init__(self, store: Store, forgetting: Forgetting) -> None:
        self._store = store
        self._forgetting = forgetting

    def clean(self, batch: Sequence[Observation]) -> Clean:
        """Redact a batch, each thread of it in time order."""
        batch = self._named(batch)
        done = list(batch)
        earlier: dict[int, str] = {}
        counts: Counter[str] = Counter()
        for thread, places in _threads(batch).items():
            first = batch[places[0]].at.timestamp()
            before = self._store.observations.latest(thread, first, LOOK_BACK)
            texts = [s.observation.text for s in before] + [batch[i].text for i in places]
            results = redact_turns(texts)
            for stored, result in zip(before, results, strict=False):
                if result.counts:
                    earlier[stored.row] = result.text
            for place, result in zip(places, results[len(before) :], strict=True):
                if result.counts:
                    done[place] = replace(batch[place], text=result.text)
            for result in results:
                counts.update(result.counts)
        return Clean(done, earlier, counts)

    def _named(self, batch: Sequence[Observation]) -> list[Observation]:
        """The batch with titles redacted, and threads that are named after a secret under a name that says nothing."""
        names = {o.thread: o.thread for o in batch}
        for name in filter(None, tuple(names)):
            if redact(name).counts:
                names[name] = self._forgetting.alias(name)
        titles = {o.title: redact(o.title).text if o.title else o.title for o in batch}
        return [
            o
            if names[o.thread] == o.thread and titles[o.title] == o.title
            else replace(o, thread=names[o.thread], title=titles[o.title])
            for o in batch
        ]

    def mend(self, earlier: dict[int, str], at: datetime) -> None:
        """Put redacted texts in place of stored ones; call inside the transaction that stores the batch."""
        for row, text in earlier.items():
            self._forgetting.take_back(row, at)
            self._store.observations.reword(row, text)


def _threads(batch: Sequence[Observation]) -> dict[Thread, list[int]]:
    """Places in the batch by thread, each in time order: some exports have the newest first."""
    places: dict[Thread, list[int]] = {}
    for place in sorted(range(len(batch)), key=lambda i: batch[i].at):
        places.setdefault(Thread.of(batch[place]), []).append(place)
    return places
