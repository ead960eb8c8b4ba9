"""Stand-ins for the models: an embedder without a model; a judge, a distiller and a language model that say what they
are told to.

Their replies are queued by the test; one that was not foreseen fails it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.llm.model import End, Generated, Prompt, Told
from memory.errors import ModelStoppedError
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
        self.doubts: dict[tuple[str, str], float] = {}

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

    def weigh(
        self, old_text: str, new_text: str, old_at: datetime | None = None, new_at: datetime | None = None
    ) -> tuple[Relation, float]:
        return self.judge(old_text, new_text, old_at, new_at), self.doubts.get((old_text, new_text), 0.0)

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


class FakeModel:
    """A language model that writes what was queued, whatever grammar it was given; a queued exception is raised.

    ``prompts`` and ``grammars`` record every call. A queued callable is given the prompt and returns the reply, which
    is where a test changes the store while the model is at work.
    """

    def __init__(self, name: str = "fake-1b", context_tokens: int = 4096) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self.grammars: list[str | None] = []
        self.urgent: list[bool] = []
        self.counted = self.counted_urgently = 0
        self._replies: deque[tuple[Any, End]] = deque()

    def enqueue(self, reply: str | BaseException | Callable[[Prompt], str], end: End = "stop") -> None:
        """What to write, raise or call next."""
        self._replies.append((reply, end))

    @property
    def left(self) -> int:
        """How many queued replies nobody has asked for."""
        return len(self._replies)

    def count_tokens(self, texts: list[str], *, urgent: bool = False, stop: threading.Event | None = None) -> list[int]:
        if stop is not None and stop.is_set():
            raise ModelStoppedError("stopped")
        self.counted += len(texts)
        self.counted_urgently += len(texts) if urgent else 0
        return [(len(text.encode()) + 3) // 4 for text in texts]

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        most_tokens: int = 512,
        seconds: float = 60.0,
        told: Told | None = None,
        urgent: bool = False,
        stop: threading.Event | None = None,
    ) -> Generated:
        self.prompts.append(prompt)
        self.grammars.append(grammar)
        self.urgent.append(urgent)
        assert self._replies, f"nobody foresaw this call: {prompt.made_by}"
        reply, end = self._replies.popleft()
        if callable(reply):
            reply = reply(prompt)
        if isinstance(reply, BaseException):
            raise reply
        for start in range(0, len(reply), 7):
            if stop is not None and stop.is_set():
                raise ModelStoppedError("stopped")
            if told is not None:
                told(reply[start : start + 7])
        return Generated(text=reply, end=end, prompt_tokens=100, cached_tokens=60, tokens=len(reply) // 4)


class FakeSeer:
    """A language model that says the same of every picture, or raises ``fails``; one that ``waits`` until stopped.

    ``pictures`` are the PNG files it was given.
    """

    name = "tiny-eyes"

    def __init__(self, says: str) -> None:
        self.says = says
        self.end: End = "stop"
        self.sees = True
        self.fails: Exception | None = None
        self.waits = False
        self.asked = threading.Event()
        self.pictures: list[bytes] = []
        self.urgent: list[bool] = []

    def caption(
        self,
        png: bytes,
        prompt: Prompt,
        *,
        most_tokens: int,
        seconds: float,
        urgent: bool = False,
        stop: threading.Event | None = None,
    ) -> Generated:
        assert prompt.name == "caption"
        assert stop is not None
        self.pictures.append(png)
        self.urgent.append(urgent)
        self.asked.set()
        if self.waits:
            assert stop.wait(20), f"nobody stopped it, for {seconds} s and {most_tokens} tokens"
            raise ModelStoppedError("stopped")
        if self.fails:
            raise self.fails
        return Generated(text=self.says, end=self.end)
