"""The assistant at a distance: every verb, done by the engine that holds the vault.

The surprising decision: observations are handed over in batches, each a call of its own, so that neither side ever
holds more than one and what was acknowledged is what the pipeline has stored. Nothing heavy is imported here: a command
that only asks costs what Python costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from assistant.engine import channel
from assistant.engine.channel import Channel
from assistant.verbs import Progress, Taken
from memory.ids import public_id

if TYPE_CHECKING:
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

BATCH = 256  # observations handed over at a time, as many as the pipeline stores at a time
BATCH_CHARACTERS = 4_000_000  # or fewer, if they are long


def connect(folder: Path | str, start: bool = True) -> Client:
    """A client of the engine of the vault in ``folder``, which is started if it does not run and ``start``.

    The vault may be locked: see :meth:`Client.unlock`. Raises EngineUnreachableError, EngineMismatchError, or
    VaultMissingError where there is none.
    """
    client = Client(Path(folder).expanduser(), start)
    client.knock()
    return client


def stop(folder: Path | str) -> bool:
    """End the engine of a vault, of whatever version, and return when it has ended; False if none runs.

    Raises EngineUnreachableError if what is there does not answer as an engine does.
    """
    return channel.stop(Path(folder).expanduser())


class Client:
    """The verbs of ``Assistant``, and those about the engine itself. Safe to use from several threads.

    ``recovery_code`` is None: the engine makes no vaults.
    """

    def __init__(self, folder: Path, start: bool) -> None:
        self.folder = folder
        self.recovery_code: str | None = None
        self._channel = Channel(folder, start)
        self._call = self._channel.call

    def knock(self) -> None:
        """See that the engine answers."""
        self._channel.knock()

    def now(self) -> datetime:
        """The present; the engine runs on the same machine."""
        return datetime.now().astimezone()

    # what is taken in

    def observe(self, observations: Iterable[Observation], progress: Progress | None = None) -> list[str]:
        """As ``Assistant.observe``."""
        return [public_id("observation", row) for taken in self.take(observations, progress) for row in taken.rows]

    def take(self, observations: Iterable[Observation], progress: Progress | None = None) -> Iterator[Taken]:
        """As ``Assistant.take``: each batch is safe once it is yielded."""
        for batch in _batches(observations):
            taken: Taken
            for taken in self._call("take", observations=batch):
                if progress:
                    progress(len(taken.rows))
                yield taken

    def distil(self, progress: Progress | None = None, most: int | None = None) -> dict[str, int]:
        """As ``Assistant.distil``. If the client goes away the engine stops after the batch in hand."""
        counts: dict[str, int] = self._call("distil", progress, most=most)
        return counts

    # what is believed

    def propositions(self, at: datetime | None = None, include_quarantined: bool = False) -> list[Proposition]:
        """As ``Assistant.propositions``."""
        found: list[Proposition] = self._call("propositions", at=at, include_quarantined=include_quarantined)
        return found

    def proposition(self, id: str, at: datetime | None = None) -> Proposition:  # noqa: A002 - the API's word
        """As ``Assistant.proposition``."""
        found: Proposition = self._call("proposition", id=id, at=at)
        return found

    def observation(self, id: str) -> Observation:  # noqa: A002
        """As ``Assistant.observation``."""
        found: Observation = self._call("observation", id=id)
        return found

    def around(self, id: str, before: int = 3, after: int = 3) -> list[tuple[str, Observation]]:  # noqa: A002
        """As ``Assistant.around``."""
        found: list[tuple[str, Observation]] = self._call("around", id=id, before=before, after=after)
        return found

    def history(self, id: str) -> list[Revision]:  # noqa: A002
        """As ``Assistant.history``."""
        found: list[Revision] = self._call("history", id=id)
        return found

    # questions

    def recall(
        self, text: str, k: int = 10, at: datetime | None = None, types: Sequence[ItemType] | None = None
    ) -> list[Hit]:
        """As ``Assistant.recall``."""
        hits: list[Hit] = self._call("recall", text=text, k=k, at=at, types=None if types is None else list(types))
        return hits

    def ask(
        self,
        question: str,
        at: datetime | None = None,
        turns: Sequence[Turn] = (),
        told: Callable[[str], None] | None = None,
    ) -> Answer:
        """As ``Assistant.ask``. If the client goes away the engine stops writing."""
        answer: Answer = self._call("ask", told, question=question, at=at, turns=list(turns))
        return answer

    # the language model

    def model(self) -> dict[str, Any]:
        """As ``Assistant.model``."""
        told: dict[str, Any] = self._call("model")
        return told

    def use_model(
        self, path: Path | str, projector: Path | str | None = None, progress: Progress | None = None
    ) -> dict[str, Any]:
        """As ``Assistant.use_model``. If the client goes away the engine leaves it."""
        eye = None if projector is None else str(Path(projector).expanduser().absolute())
        file = str(Path(path).expanduser().absolute())
        told: dict[str, Any] = self._call("use_model", progress, path=file, projector=eye)
        return told

    def drop_model(self) -> bool:
        """As ``Assistant.drop_model``."""
        had: bool = self._call("drop_model")
        return had

    def summaries(
        self, kind: SummaryKind | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> list[Summary]:
        """As ``Assistant.summaries``."""
        found: list[Summary] = self._call("summaries", kind=kind, since=since, until=until)
        return found

    def document(self) -> Summary:
        """As ``Assistant.document``."""
        found: Summary = self._call("document")
        return found

    # the user's word

    def remember(self, text: str) -> str:
        """As ``Assistant.remember``."""
        made: str = self._call("remember", text=text)
        return made

    def edit(self, id: str, *, text: str) -> None:  # noqa: A002
        """As ``Assistant.edit``."""
        self._call("edit", id=id, text=text)

    def confirm(self, id: str) -> None:  # noqa: A002
        """As ``Assistant.confirm``."""
        self._call("confirm", id=id)

    def reject(self, id: str) -> None:  # noqa: A002
        """As ``Assistant.reject``."""
        self._call("reject", id=id)

    def pin(self, id: str, pinned: bool = True) -> None:  # noqa: A002
        """As ``Assistant.pin``."""
        self._call("pin", id=id, pinned=pinned)

    def forget(self, id: str, with_evidence: bool = False) -> None:  # noqa: A002
        """As ``Assistant.forget``."""
        self._call("forget", id=id, with_evidence=with_evidence)

    def allow(self, sensitivity: str) -> None:
        """As ``Assistant.allow``."""
        self._call("allow", sensitivity=sensitivity)

    def disallow(self, sensitivity: str) -> None:
        """As ``Assistant.disallow``."""
        self._call("disallow", sensitivity=sensitivity)

    def allowed(self) -> frozenset[Sensitivity]:
        """As ``Assistant.allowed``."""
        classes: frozenset[Sensitivity] = self._call("allowed")
        return classes

    # the whole

    def export(self, path: Path | str, include_quarantined: bool = False) -> None:
        """As ``Assistant.export``. The engine writes the file, so it must be able to."""
        whole = Path(path).expanduser().absolute()
        self._call("export", path=str(whole), include_quarantined=include_quarantined)

    def status(self) -> dict[str, Any]:
        """As ``Assistant.status``."""
        counts: dict[str, Any] = self._call("status")
        return counts

    def names(self, origin: str) -> frozenset[str]:
        """As ``Assistant.names``."""
        found: frozenset[str] = self._call("names", origin=origin)
        return found

    def remember_names(self, origin: str, names: Iterable[str]) -> None:
        """As ``Assistant.remember_names``."""
        self._call("remember_names", origin=origin, names=list(names))

    def check(self) -> list[str]:
        """As ``Assistant.check``."""
        damage: list[str] = self._call("check")
        return damage

    def use_embedder(self, spec: str) -> None:
        """As ``Assistant.use_embedder``."""
        self._call("use_embedder", spec=spec)

    def wait_for_vectors(self, seconds: float | None = None) -> bool:
        """As ``Assistant.wait_for_vectors``."""
        done: bool = self._call("wait_for_vectors", seconds=seconds)
        return done

    # what is kept, and how long

    def config(self) -> Config:
        """As ``Assistant.config``."""
        chosen: Config = self._call("config")
        return chosen

    def configure(self, **changes: Any) -> Config:
        """As ``Assistant.configure``. What runs in the engine goes by it at once."""
        chosen: Config = self._call("configure", changes=changes)
        return chosen

    def storage(self) -> dict[str, Any]:
        """As ``Assistant.storage``."""
        told: dict[str, Any] = self._call("storage")
        return told

    def due(self, source: str, limit: Limit, now: datetime | None = None, facts: ExpiredFacts | None = None) -> int:
        """As ``Assistant.due``."""
        number: int = self._call("due", source=source, limit=limit, now=now, facts=facts)
        return number

    def expire(self, now: datetime | None = None) -> dict[str, int]:
        """As ``Assistant.expire``."""
        counts: dict[str, int] = self._call("expire", now=now)
        return counts

    def between(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """As ``Assistant.between``."""
        number: int = self._call("between", since=since, until=until, source=source, app=app)
        return number

    def forget_range(self, since: datetime, until: datetime, source: str | None = None, app: str | None = None) -> int:
        """As ``Assistant.forget_range``."""
        number: int = self._call("forget_range", since=since, until=until, source=source, app=app)
        return number

    def add_thumbnails(self, images: Mapping[str, bytes]) -> int:
        """As ``Assistant.add_thumbnails``."""
        number: int = self._call("add_thumbnails", images=dict(images))
        return number

    def thumbnail(self, id: str) -> bytes | None:  # noqa: A002
        """As ``Assistant.thumbnail``."""
        picture: bytes | None = self._call("thumbnail", id=id)
        return picture

    def extend_dwell(self, seconds: Mapping[str, float]) -> int:
        """As ``Assistant.extend_dwell``."""
        number: int = self._call("extend_dwell", seconds=dict(seconds))
        return number

    # the engine itself

    def state(self) -> dict[str, Any]:
        """What the engine says of itself: ``locked``, ``pid``, ``memory_bytes``, ``recording``, ``log`` and more."""
        told: dict[str, Any] = self._call("state")
        return told

    def unlock(self, passphrase: str | None = None, recovery_code: str | None = None) -> None:
        """Open the vault, with neither secret by the keyring; of an open one, only see whether the secret is right."""
        self._call("unlock", passphrase=passphrase, recovery_code=recovery_code)

    def lock(self) -> bool:
        """Close the vault and drop its keys from the engine's memory; False if it was locked."""
        was_open: bool = self._call("lock")
        return was_open

    def stop(self) -> None:
        """End the engine, and return when it has ended."""
        stop(self.folder)

    def why(self, minutes: float = 10.0) -> list[dict[str, Any]]:
        """What was captured, skipped or masked in the last minutes, and by which rule, without content."""
        decisions: list[dict[str, Any]] = self._call("why", minutes=minutes)
        return decisions

    def pause(self, until: datetime | None = None, app: str | None = None) -> None:
        """Capture nothing, or nothing of one app, until then or until ``resume``."""
        self._call("pause", until=until, app=app)

    def resume(self) -> None:
        """End every pause."""
        self._call("resume")

    def close(self) -> None:
        """Hang up. The engine keeps the vault open for others."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _batches(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    batch: list[Observation] = []
    characters = 0
    for observation in observations:
        batch.append(observation)
        characters += len(observation.text)
        if len(batch) >= BATCH or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
