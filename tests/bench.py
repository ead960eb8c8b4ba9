"""A store with everything that writes to it, told what to believe; and a search for what is left of a word in it."""

from __future__ import annotations

from typing import Any

from fakes import FakeEmbedder, FakeJudge, draft
from stores import KEY, dump, pages
from support import START

from memory.forgetting import Forgetting
from memory.reconcile import Reconciler
from memory.records import Draft, Observation
from memory.store import Held, Store, Stored


class Bench:
    """A store, with everything that writes to it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.judge = FakeJudge()
        self.forgetting = Forgetting(store, KEY)
        self._embedder = FakeEmbedder()
        self._reconciler = Reconciler(store, self._embedder, self.judge, self.forgetting)

    def observe(self, *observations: Observation) -> list[Stored]:
        rows, _ = self.store.observations.add(observations, START)
        texts = [o.text for o in observations]
        self.store.vectors["observation"].add(rows, self._embedder.embed(texts))
        held = self.store.observations.get(rows)
        return [held[row] for row in rows]

    def believe(self, stored: Stored, text: str, quote: str, **more: Any) -> str:
        """What happens to a draft of this wording and quote."""
        start = stored.observation.text.index(quote)
        one: Draft = draft(text, quote, stored.observation.stable_key, start=start, **more)
        with self.store.write():
            [outcome] = self._reconciler.add([(one, stored)], "fake 1", START)
        return outcome

    def held(self, text: str) -> Held:
        [row] = self.store.propositions.with_text(text)
        return self.store.propositions.get([row])[row]

    def forget(self, text: str) -> None:
        self.forgetting.propositions([self.held(text)], START)

    def forget_observation(self, *stored: Stored) -> None:
        self.forgetting.observations(stored, START)

    def texts(self) -> list[str]:
        return [h.text for h in self.store.propositions.all().values()]

    def history(self, text: str) -> list[tuple[str, str | None, str | None]]:
        return [(r.action, r.before, r.after) for r in self.store.propositions.history(self.held(text).row)]


def holds(bench: Bench, word: str) -> list[str]:
    """Where a word is still to be found, whatever its case: tables by name, then pages."""
    places = [
        name for name, rows in dump(bench.store).items() for row in rows for value in row if contains(value, word)
    ]
    plain = list(pages(bench.store.path, KEY))
    assert len(plain) > 20, "no pages were looked at"
    return places + [f"page {n}" for n, page in enumerate(plain) if contains(page, word)]


def contains(value: object, word: str) -> bool:
    raw = value if isinstance(value, bytes) else str(value).encode()
    return any(form in raw.lower() for form in (word.lower().encode(), word.lower().encode("utf-16-le")))
