"""Everything a client may ask of an open vault, whether it lies in this process or is held by the engine.

``assistant.core.Assistant`` does these things itself, ``assistant.client.Client`` has the engine do them; command line
and terminal UI are written against this and cannot tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from assistant.config import Config, ExpiredFacts
    from memory.records import (
        Answer,
        Hit,
        ItemType,
        Limit,
        Observation,
        Proposition,
        Revision,
        Sensitivity,
        Summary,
        SummaryKind,
        Turn,
    )

Progress = Callable[[int], None]

IN_PROCESS_VARIABLE = "INKLING_IN_PROCESS"  # set: clients do without the engine and open the vault themselves


@dataclass(frozen=True, slots=True)
class Taken:
    """One stored batch: the rows of all of it that is held, how many are new, and the secrets removed by kind.

    ``expired`` were not stored, being older than the user keeps anything of their source.
    """

    rows: list[int]
    new: int
    redacted: Counter[str]
    expired: int = 0


class Verbs(Protocol):
    """An open vault as its clients see it. ``Assistant`` documents each verb and what it raises."""

    recovery_code: str | None

    def now(self) -> datetime:
        """The present, by the vault's clock."""

    # what is taken in

    def observe(self, observations: Iterable[Observation], progress: Progress | None = None) -> list[str]:
        """Store observations; the ids of all that are held."""

    def take(self, observations: Iterable[Observation], progress: Progress | None = None) -> Iterator[Taken]:
        """Store observations, a batch at a time."""

    def distil(self, progress: Progress | None = None, most: int | None = None) -> dict[str, int]:
        """Draw propositions from everything pending."""

    # what is believed

    def propositions(self, at: datetime | None = None, include_quarantined: bool = False) -> list[Proposition]:
        """What is believed, surest first."""

    def proposition(self, id: str, at: datetime | None = None) -> Proposition:  # noqa: A002 - the API's word
        """One proposition, whatever its status."""

    def observation(self, id: str) -> Observation:  # noqa: A002
        """One observation."""

    def around(self, id: str, before: int = 3, after: int = 3) -> list[tuple[str, Observation]]:  # noqa: A002
        """An observation with its neighbours in the thread."""

    def history(self, id: str) -> list[Revision]:  # noqa: A002
        """A proposition's changes."""

    # questions

    def recall(
        self, text: str, k: int = 10, at: datetime | None = None, types: Sequence[ItemType] | None = None
    ) -> list[Hit]:
        """What bears most on a text."""

    def ask(
        self,
        question: str,
        at: datetime | None = None,
        turns: Sequence[Turn] = (),
        told: Callable[[str], None] | None = None,
    ) -> Answer:
        """An answer with its citations; ``told`` hears it as it is written."""

    # the language model

    def model(self) -> dict[str, Any]:
        """The chosen model and how it is."""

    def use_model(
        self, path: Path | str, projector: Path | str | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Think with this file from now on."""

    def drop_model(self) -> bool:
        """Think without one again."""

    def summaries(
        self, kind: SummaryKind | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> list[Summary]:
        """What threads and days were about."""

    def document(self) -> Summary:
        """The profile document."""

    # the user's word

    def remember(self, text: str) -> str:
        """Take the user's own word; the proposition's id."""

    def edit(self, id: str, *, text: str) -> None:  # noqa: A002
        """Reword a proposition."""

    def confirm(self, id: str) -> None:  # noqa: A002
        """It is so."""

    def reject(self, id: str) -> None:  # noqa: A002
        """It is not so."""

    def pin(self, id: str, pinned: bool = True) -> None:  # noqa: A002
        """Keep on top, or no longer."""

    def forget(self, id: str, with_evidence: bool = False) -> None:  # noqa: A002
        """Delete for good."""

    def allow(self, sensitivity: str) -> None:
        """Opt in to a sensitivity class."""

    def disallow(self, sensitivity: str) -> None:
        """Opt out of it again."""

    def allowed(self) -> frozenset[Sensitivity]:
        """The classes opted in to."""

    # the whole

    def export(self, path: Path | str, include_quarantined: bool = False) -> None:
        """Write everything held as JSON, not encrypted."""

    def status(self) -> dict[str, Any]:
        """Counts for a status line."""

    def names(self, origin: str) -> frozenset[str]:
        """What the user is called in exports of a format."""

    def remember_names(self, origin: str, names: Iterable[str]) -> None:
        """Remember what the user is called in exports of a format."""

    def check(self) -> list[str]:
        """What a full integrity check finds wrong."""

    def use_embedder(self, spec: str) -> None:
        """Embed with another model from now on."""

    def wait_for_vectors(self, seconds: float | None = None) -> bool:
        """Wait until everything held has a vector."""

    # what is kept, and how long

    def config(self) -> Config:
        """The user's choices about observing and keeping."""

    def configure(self, **changes: Any) -> Config:
        """Change some of them."""

    def storage(self) -> dict[str, Any]:
        """What takes room."""

    def due(self, source: str, limit: Limit, now: datetime | None = None, facts: ExpiredFacts | None = None) -> int:
        """How many observations a limit would reach."""

    def expire(self, now: datetime | None = None) -> dict[str, int]:
        """Enforce the limits."""

    def between(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """How many observations lie in a range of time."""

    def forget_range(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """Forget them, for good."""

    def add_thumbnails(self, images: Mapping[str, bytes]) -> int:
        """Keep a picture with observations, by key."""

    def thumbnail(self, id: str) -> bytes | None:  # noqa: A002
        """The picture kept with an observation."""

    def extend_dwell(self, seconds: Mapping[str, float]) -> int:
        """Say how long observations have been in view, by key."""

    def close(self) -> None:
        """Have done with the vault."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...
