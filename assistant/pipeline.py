"""The one path, in the order it happens. Read this page first.

    observe   redact -> store -> embed                       observers -> memory
    distil    draft -> verify -> reconcile -> believe        assistant -> memory
              worth more? -> a second reading by a larger model, where there is one
    ask       recall -> answer, with its evidence            assistant -> the user

Every arrow is one call below. Each step commits before the next begins, so a kill between any two loses nothing: an
observation that was acknowledged is stored, one that is stored and not embedded is embedded later, one that is not
distilled stays pending. What a model says changes nothing until it is verified, and then in one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from assistant import config
from assistant.drafting import NOT_THE_ENGINE, drafts, engine_name
from assistant.redaction import Redaction
from assistant.verbs import Progress, Taken
from memory.records import ItemType, Observation
from memory.retention import too_old
from memory.store import Thread

if TYPE_CHECKING:
    from assistant.distillers import Distiller
    from assistant.verify import Verified
    from memory.embedder import Embedder
    from memory.forgetting import Forgetting
    from memory.reconcile import Reconciler
    from memory.store import Store, Stored

Gate = Callable[[Sequence[Observation]], list[bool]]  # which of an episode a larger model is to read too

BATCH = 256  # observations stored, and then embedded, at a time
EPISODE = 200  # pending observations distilled at a time
CONTEXT = 6  # earlier turns of a thread a distiller sees beside the new ones

__all__ = ["Pipeline", "Progress", "Taken"]


class Pipeline:
    """The path through one open vault."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        distiller: Distiller,
        reconciler: Reconciler,
        forgetting: Forgetting,
        gate: Gate,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._distiller = distiller
        self._reconciler = reconciler
        self._forgetting = forgetting
        self._gate = gate
        self._redaction = Redaction(store, forgetting)

    def observe(self, observations: Iterable[Observation], now: Callable[[], datetime]) -> Iterator[Taken]:
        """Redact and store observations, then embed them; yields each batch once it is safely stored."""
        for batch in _batches(observations, BATCH):
            taken = self._take([self._forgetting.keyed(o) for o in batch if o.text.strip()], now())
            self.embed_pending(BATCH)  # as many as came in; what was left over from before has a thread of its own
            yield taken

    def _take(self, batch: Sequence[Observation], at: datetime) -> Taken:
        """Store what is new of a batch, in one transaction: nothing is forgotten or cut down in between."""
        keys = [o.stable_key for o in batch]
        with self._store.write():
            held = self._store.observations.with_keys(keys)
            forgotten = self._forgetting.forgotten(keys)
            expired = too_old(batch, config.read(self._store).retention, at) - held.keys()
            if held.keys() | forgotten | expired >= set(keys):  # nothing new, as when a growing log is read again
                return Taken([held[key].row for key in keys if key in held], 0, Counter(), len(expired))
            clean = self._redaction.clean(batch, held)
            self._redaction.mend(clean.earlier, at)
            fresh = [o for o in clean.observations if o.stable_key not in forgotten | expired]
            fresh = [o for o in map(self._forgetting.without_forgotten, fresh) if o.text.strip()]
            _, new = self._store.observations.add(fresh, at)
            rows = self._store.observations.rows_of(keys)
        if clean.earlier:
            self._store.shrink()
        return Taken([rows[key] for key in keys if key in rows], new, clean.counts, len(expired))

    def embed_pending(self, most: int | None = None) -> int:
        """Embed up to ``most`` items that wait for a vector (all by default); how many were."""
        done = 0
        types: tuple[ItemType, ...] = ("observation", "proposition")
        for item in types:
            vectors = self._store.vectors[item]
            while (most is None or done < most) and (waiting := vectors.unembedded(BATCH)):
                found = self._embedder.embed([text for _, text in waiting])
                with self._store.write():
                    now = dict(vectors.unembedded(BATCH))  # a text may have been mended or deleted meanwhile
                    same = [i for i, (row, text) in enumerate(waiting) if now.get(row) == text]
                    vectors.add([waiting[i][0] for i in same], found[same])
                done += len(waiting)
        return done

    def distil(
        self, now: Callable[[], datetime], progress: Progress | None = None, most: int | None = None
    ) -> Counter[str]:
        """Work through everything pending; counts by what happened. ``progress`` hears of every batch's size.

        With ``most``, stop after about so many. What an engine failed to read is left aside ("failed"), and pending
        again for the next one.
        """
        counts: Counter[str] = Counter()
        done = 0
        self._store.observations.retry_failed(engine_name(self._distiller))
        for pending in self._episodes(EPISODE if most is None else max(1, min(most, EPISODE))):
            counts += self._distil(pending, now())
            done += len(pending)
            if progress:
                progress(len(pending))
            if most is not None and done >= most:
                break
        return counts

    def _distil(self, pending: Sequence[Stored], at: datetime) -> Counter[str]:
        """Draft and take in one batch; if that fails, one thread of it at a time, leaving aside those that do."""
        try:
            context = self._context(pending)
            new = {s.observation.stable_key for s in pending}
            verified = drafts(self._distiller, [s.observation for s in (*context, *pending)], new=new)
            return self._take_in(pending, verified, self._worth_more(context, pending), at)
        except NOT_THE_ENGINE:
            raise
        except Exception:  # noqa: BLE001 - a model may fail in any way, and must not stop the others
            threads = _by_thread(pending)
            if len(threads) > 1:
                return sum((self._distil(thread, at) for thread in threads), Counter())
            self._store.observations.mark_failed([s.row for s in pending], engine_name(self._distiller))
            return Counter({"failed": len(pending)})

    def _worth_more(self, context: Sequence[Stored], pending: Sequence[Stored]) -> set[int]:
        """Rows of a batch that the language model is to read too, if the user has chosen one."""
        if config.read(self._store).model is None:
            return set()
        passed = self._gate([s.observation for s in (*context, *pending)])[len(context) :]
        return {s.row for s, worth in zip(pending, passed, strict=True) if worth}

    def _take_in(
        self, pending: Sequence[Stored], verified: Verified, worth_more: set[int], at: datetime
    ) -> Counter[str]:
        """Reconcile the drafts of a batch and mark it read, in one transaction."""
        counts: Counter[str] = Counter({f"dropped: {reason}": n for reason, n in verified.dropped.items()})
        engine = engine_name(self._distiller)
        with self._store.write():
            held = self._store.observations.get([s.row for s in pending])
            same = [s for s in pending if _text(held.get(s.row)) == _text(s)]  # some may be forgotten or mended by now
            source = {s.observation.stable_key: s for s in same}
            fresh = [(d, source[d.observation_key]) for d in verified.kept if d.observation_key in source]
            counts.update({"observations": len(same), "drafts": len(fresh)})
            mine = [(draft, stored) for draft, stored in fresh if draft.about == "user"]
            counts.update(self._reconciler.add(mine, engine, at))
            self._store.observations.mark_distilled([s.row for s in same], engine)
            if config.read(self._store).model is not None:
                self._store.second_reading.add(s.row for s in same if s.row in worth_more)
            self._store.tallies.add(engine, tally(verified, len(fresh)))
        return counts

    def _episodes(self, size: int) -> Iterator[list[Stored]]:
        """Pending observations, thread by thread in time order, several small threads together."""
        waiting: list[Stored] = []
        for thread in self._store.observations.pending_threads():
            while more := self._store.observations.pending(thread, size):
                waiting += more
                if len(more) < size and len(waiting) < size:
                    break  # the whole thread is in hand; the next may join it
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def _context(self, pending: Sequence[Stored]) -> list[Stored]:
        """The turns just before, for each thread that has new ones."""
        first: dict[object, Stored] = {}
        for stored in pending:
            first.setdefault(Thread.of(stored.observation), stored)
        found = (
            self._store.observations.latest(Thread.of(s.observation), s.observation.at.timestamp(), CONTEXT)
            for s in first.values()
        )
        return [s for turns in found for s in turns]


def tally(verified: Verified, kept: int) -> Counter[str]:
    """What to remember of an engine's drafts: how many were kept, and dropped for which reason."""
    counts = Counter({f"dropped: {reason}": n for reason, n in verified.dropped.items()})
    return counts + Counter({"episodes": 1, "kept": kept})


def _text(stored: Stored | None) -> str | None:
    return stored.observation.text if stored else None


def _by_thread(pending: Sequence[Stored]) -> list[list[Stored]]:
    threads: dict[Thread, list[Stored]] = {}
    for stored in pending:
        threads.setdefault(Thread.of(stored.observation), []).append(stored)
    return list(threads.values())


def _batches(items: Iterable[Observation], size: int) -> Iterator[list[Observation]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
