"""Stand-ins for the three models: an embedder without a model, a judge and a distiller that say what they are told to.

Their replies are queued by the test; one that was not foreseen fails it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from memory.records import Draft, Observation, Relation, RelationLabel

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt


class FakeEmbedder:
    """Vectors from a digest of the text: equal texts agree, all others are ``alike`` (the cosine, about)."""

    def __init__(self, dimensions: int = 64, alike: float = 0.8, name: str = "fake") -> None:
        self.name = name
        self.dimensions = dimensions
        self._alike = alike

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [self._vector(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.dimensions)

    def _vector(self, text: str) -> npt.NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "little")
        own = np.random.default_rng(seed).normal(size=self.dimensions)
        common = np.ones(self.dimensions) / np.sqrt(self.dimensions)
        vector = np.sqrt(self._alike) * common + np.sqrt(1 - self._alike) * own / np.linalg.norm(own)
        return vector / np.linalg.norm(vector)


class FakeJudge:
    """Says of every pair that it is independent, except of those a reply was queued for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.replies: dict[tuple[str, str | None], deque[Relation]] = defaultdict(deque)

    def enqueue(
        self, old_text: str, label: RelationLabel, probability: float = 0.95, *, new_text: str | None = None
    ) -> None:
        """The next time ``new_text`` (or anything) is compared with ``old_text`` as the older one, say ``label``."""
        self.replies[old_text, new_text].append(Relation(label=label, probability=probability))

    def judge(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> Relation:
        self.asked.append((old_text, new_text))
        for pair in ((old_text, new_text), (old_text, None)):
            if self.replies[pair]:
                return self.replies[pair].popleft()
        return Relation(label="independent", probability=0.9)

    def all_used(self) -> bool:
        """Whether every queued reply was asked for."""
        return not any(self.replies.values())


Reply = Callable[[Sequence[Observation]], Any]


class FakeDistiller:
    """Returns what was queued for an observation whenever that is among those it is given to read.

    A queued exception is raised instead. ``read`` records the keys of every call.
    """

    def __init__(self, name: str = "fake", version: str = "1") -> None:
        self.name = name
        self.version = version
        self.read: list[list[str]] = []
        self._replies: dict[str, Any] = {}
        self._whole: Reply | None = None

    def says(self, observation_key: str, *drafts: Any) -> None:
        """What to draft, or raise, when this observation is read."""
        self._replies[observation_key] = drafts

    def returns(self, reply: Reply) -> None:
        """What to return from every call, whatever was queued."""
        self._whole = reply

    def distil(self, observations: Sequence[Observation], known: Sequence[str] = ()) -> list[Draft]:
        self.read.append([o.stable_key for o in observations])
        if self._whole is not None:
            return self._whole(observations)  # type: ignore[no-any-return]
        drafts: list[Draft] = []
        for observation in observations:
            for draft in self._replies.get(observation.stable_key, ()):
                if isinstance(draft, BaseException):
                    raise draft
                drafts.append(draft)
        return drafts


def draft(text: str, quote: str, key: str, **more: Any) -> Draft:
    """A draft with the fields that seldom matter filled in."""
    fields: dict[str, Any] = {"kind": "state", "basis": "stated", "certainty": 0.8, "lifespan": "years", "start": 0}
    return Draft(text=text, quote=quote, observation_key=key, **(fields | more))
