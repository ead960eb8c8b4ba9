"""Reading again, with a language model, what the small distiller has read: an episode of a thread at a time.

What it draws comes beside what is known, and nothing that the small one drew is taken back, so an empty or failing
model changes nothing. The surprising decision: whatever was shown to the model must still be there when it has
finished. If the user has forgotten or mended a single line of it meanwhile, all that was written is thrown away, since
the wording of any draft may come from that line; what is left is read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import config
from assistant.drafting import NOT_THE_ENGINE, drafts, engine_name
from assistant.pipeline import tally
from memory.belief import believe
from memory.errors import ModelFailedError, ModelStoppedError

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from assistant.distillers import Distiller
    from assistant.llm.model import LanguageModel
    from assistant.pipeline import Gate
    from assistant.verify import Verified
    from memory.embedder import Embedder
    from memory.reconcile import Reconciler
    from memory.records import Sensitivity
    from memory.store import Store, Stored

EPISODE = 24  # lines up to the newest that waits: one call of the model, so that a stop costs no more
CHARACTERS = 6000  # of them; a thread of long ones is read in shorter episodes
BEFORE, AFTER = 6, 2  # further lines that only explain
KNOWN = 12  # propositions the model is told, so that it need not draw them again
NEAR = 0.35  # cosine below which one is not told
PASSED_OVER = 20  # episodes in which nothing is worth reading, at most, in one step
TRIES = 3  # of an episode that fails
PUT_ASIDE = 3  # episodes in a row; then it is the model that is at fault

Engine = Callable[["LanguageModel"], "Distiller"]


def llama(model: LanguageModel) -> Distiller:
    """The distiller that asks a language model."""
    from assistant.distillers.llama import LlamaDistiller  # noqa: PLC0415 - only where there is a model

    return LlamaDistiller(model)


@dataclass(frozen=True, slots=True)
class _Episode:
    """What is shown to the model, in time order, and the rows of it that wait, whether worth it or not."""

    shown: tuple[Stored, ...]
    waiting: frozenset[int]
    worth: frozenset[int]

    @property
    def newest(self) -> int:
        return max(self.waiting)

    @property
    def keys(self) -> set[str]:
        """Stable keys of what is to be drawn from."""
        return {s.observation.stable_key for s in self.shown if s.row in self.worth}


class SecondReading:
    """The task. ``gate`` says what is worth it; ``allowed`` which sensitive classes the user opted in to."""

    name = "second reading"

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        reconciler: Reconciler,
        gate: Gate,
        allowed: Callable[[], frozenset[Sensitivity]],
        engine: Engine = llama,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reconciler = reconciler
        self._gate = gate
        self._allowed = allowed
        self._engine = engine
        self._failures: Counter[int] = Counter()  # by the newest row of an episode
        self._aside = 0  # how many were put aside since one succeeded

    def begin(self) -> int:
        """A model was chosen where there was none: all that is held waits for it. How many observations that is."""
        return self._store.second_reading.add_all()

    def clear(self) -> None:
        """No model is chosen any more: nothing waits."""
        self._failures.clear()
        self._aside = 0
        self._store.second_reading.clear()

    def waiting(self) -> int:
        """How many observations wait."""
        return self._store.second_reading.count()

    def step(self, model: LanguageModel, now: datetime, stop: threading.Event) -> Counter[str]:
        """Read the newest episode that is worth it; see ``assistant.llm.task.Task``."""
        passed: Counter[str] = Counter()
        for _ in range(PASSED_OVER):
            if stop.is_set():
                raise ModelStoppedError("stopped before anything was read")
            episode = self._next()
            if episode is None:
                return passed
            if episode.worth:
                return passed + self._read(episode, self._engine(model), now, stop)
            with self._store.write():
                self._store.second_reading.remove(episode.waiting)
            passed["passed over"] += len(episode.waiting)
        return passed

    # which

    def _next(self) -> _Episode | None:
        newest = self._store.second_reading.newest()
        if newest is None:
            return None
        around = self._store.observations.around(newest, EPISODE + BEFORE - 1, AFTER)
        at = next((i for i, s in enumerate(around) if s.row == newest), None)
        if at is None:  # it was forgotten this very moment
            return self._next()
        first = _beginning(around, at)
        waiting = self._store.second_reading.among(s.row for s in around[first : at + 1])
        shown = around[max(0, first - BEFORE) :]
        passed = self._gate([s.observation for s in shown])
        worth = {s.row for s, is_worth in zip(shown, passed, strict=True) if is_worth}
        return _Episode(tuple(shown), frozenset(waiting | {newest}), frozenset(waiting & worth))

    def _known(self, episode: _Episode, now: datetime) -> dict[int, str]:
        """What is believed about what the episode speaks of, nearest first, by row."""
        texts = [s.observation.text for s in episode.shown if s.row in episode.worth]
        nearest: dict[int, float] = {}
        for vector in self._embedder.embed(texts):
            for row, cosine in self._store.vectors["proposition"].search(vector, KNOWN):
                nearest[row] = max(cosine, nearest.get(row, NEAR))
        held = self._store.propositions.get(row for row, cosine in nearest.items() if cosine > NEAR)
        allowed = self._allowed()
        believed = {row: believe(one, now, allowed) for row, one in held.items()}
        rows = [row for row, one in believed.items() if one is not None and one.status in ("believed", "review")]
        return {row: held[row].text for row in sorted(rows, key=lambda row: -nearest[row])[:KNOWN]}

    # reading

    def _read(self, episode: _Episode, engine: Distiller, now: datetime, stop: threading.Event) -> Counter[str]:
        known = self._known(episode, now)
        shown = [s.observation for s in episode.shown]
        try:
            verified = drafts(engine, shown, list(known.values()), episode.keys, stop)
        except (ModelStoppedError, *NOT_THE_ENGINE):
            raise
        except Exception as error:
            if not self._is_given_up(episode):
                if isinstance(error, ModelFailedError):
                    raise
                raise ModelFailedError(f"reading an episode broke ({type(error).__name__}); nothing changed") from error
            return self._put_aside(episode, engine)
        counts = self._take_in(episode, known, verified, engine_name(engine), now)
        self._failures.clear()
        self._aside = 0
        return counts

    def _take_in(
        self, episode: _Episode, known: dict[int, str], verified: Verified, engine: str, now: datetime
    ) -> Counter[str]:
        """Reconcile the drafts and take the episode from the queue, in one transaction, if all is as it was shown."""
        counts: Counter[str] = Counter({f"dropped: {reason}": n for reason, n in verified.dropped.items()})
        keys = episode.keys
        source = {s.observation.stable_key: s for s in episode.shown}
        fresh = [(draft, source[draft.observation_key]) for draft in verified.kept if draft.observation_key in keys]
        mine = [(draft, stored) for draft, stored in fresh if draft.about == "user"]
        with self._store.write():
            if not self._is_as_shown(episode, known):
                return Counter({"changed meanwhile": 1})
            counts.update({"observations": len(episode.worth), "drafts": len(fresh)})
            counts.update(self._reconciler.add(mine, engine, now))
            self._store.second_reading.remove(episode.waiting)
            self._store.tallies.add(engine, tally(verified, len(fresh)))
        return counts

    def _is_as_shown(self, episode: _Episode, known: dict[int, str]) -> bool:
        """Whether every line is there with the same text, still waits, and nothing told as known was deleted."""
        held = self._store.observations.get(s.row for s in episode.shown)
        same = all(s.row in held and held[s.row].observation.text == s.observation.text for s in episode.shown)
        return (
            same
            and self._store.second_reading.among(episode.waiting) == episode.waiting
            and self._store.propositions.get(known).keys() == known.keys()
            and config.read(self._store).model is not None
        )

    # what fails

    def _is_given_up(self, episode: _Episode) -> bool:
        """Whether it is this episode that fails, and has so often enough, and not the model whatever it reads."""
        self._failures[episode.newest] += 1
        return self._failures[episode.newest] >= TRIES and self._aside < PUT_ASIDE

    def _put_aside(self, episode: _Episode, engine: Distiller) -> Counter[str]:
        """Let an episode go that no try got through, so that it does not hold up the others."""
        with self._store.write():
            self._store.second_reading.remove(episode.waiting)
            self._store.tallies.add(engine_name(engine), {"failed": 1})
        self._aside += 1
        return Counter({"failed": len(episode.worth)})


def _beginning(lines: Sequence[Stored], newest: int) -> int:
    """Where an episode that ends with line ``newest`` begins: as long as it may be in lines and characters."""
    first, room = newest, CHARACTERS - len(lines[newest].observation.text)
    while first > 0 and newest - first + 1 < EPISODE:
        room -= len(lines[first - 1].observation.text)
        if room < 0:
            break
        first -= 1
    return first
