"""The assistant: one open vault and every verb a client has. Clients (command line, terminal UI) call nothing else.

All verbs are synchronous and safe to call from several threads. What reads and then changes does both in one
transaction, which keeps the other threads out; the long ones (``observe``, ``distil``, ``expire``) do it batch by
batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant import export
from assistant.backlog import Backlog
from assistant.distillers import load_distiller
from assistant.distillers.small import SmallDistiller
from assistant.keeping import Keeping
from assistant.llm.doubts import Doubts
from assistant.llm.host import ModelHost
from assistant.llm.second_reading import SecondReading
from assistant.pipeline import Pipeline, Progress, Taken
from assistant.summaries.sensitive import labels
from assistant.summaries.task import Summaries
from assistant.thinking import Thinking
from assistant.word import UserWord
from memory.belief import believe
from memory.embedder import Embedder, default_embedder, load_embedder
from memory.errors import InvalidInputError, NotFoundError, VaultMissingError
from memory.forgetting import Forgetting
from memory.ids import parse_id, public_id
from memory.recall import Asked, Recall
from memory.reconcile import Reconciler, RelationJudge, Settling
from memory.records import (
    SENSITIVITIES,
    Hit,
    ItemType,
    Observation,
    Proposition,
    Revision,
    Sensitivity,
    sound,
)
from memory.retention import Retention
from memory.store import Held, Store, Stored
from memory.vault import Vault

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now().astimezone()


class Assistant(Keeping, Thinking):
    """One open vault. Use :meth:`open`, preferably in a ``with`` block."""

    def __init__(self, vault: Vault, store: Store, clock: Clock, distiller: str, embedder: Embedder) -> None:
        self.vault = vault
        self.recovery_code: str | None = None  # set by open() when it created the vault: show it once
        self._store = store
        self._clock = clock
        self._embedder = embedder
        self._lock = threading.RLock()
        self._forgetting = Forgetting(store, vault.subkey("tombstones"))
        self._retention = Retention(store, self._forgetting)
        judge = RelationJudge(embedder)
        reconciler = Reconciler(store, embedder, judge, self._forgetting)
        gate = SmallDistiller(embedder).worth_reading
        self._pipeline = Pipeline(store, embedder, load_distiller(distiller), reconciler, self._forgetting, gate)
        self._recall = Recall(store, embedder)
        self._word = UserWord(store, embedder, judge, self._forgetting)
        self._host = ModelHost(lambda: self.config().model)
        self._second_reading = SecondReading(store, embedder, reconciler, gate, self.allowed)
        summaries = Summaries(store, self._forgetting, clock, self.allowed, labels)
        self._tasks = (self._second_reading, Doubts(store, Settling(store, embedder), self.allowed), summaries)
        self._backlog = Backlog(self._unembedded, self._pipeline.embed_pending)
        store.use_vector_space(embedder.name)
        self._backlog.catch_up()

    @classmethod
    def open(
        cls,
        path: Path | str,
        passphrase: str | None = None,
        create: bool = False,
        clock: Clock | None = None,
        distiller: str = "small",
        *,
        recovery_code: str | None = None,
        embedder: Embedder | None = None,
    ) -> Self:
        """Open the vault in folder ``path``, creating it first if ``create`` and it is not there.

        Without a passphrase or recovery code the OS keyring is asked, if the user opted in to that. ``clock`` returns
        the present as an aware datetime. A vault just created has its ``recovery_code`` set on the result.

        Raises VaultMissingError, WrongPassphraseError, VaultDamagedError, VaultTooNewError, VaultLockedError,
        StorageReadOnlyError, StorageFullError or MissingPartError.
        """
        folder = Path(path).expanduser()
        vault, code = _unlock(folder, passphrase, recovery_code, create=create)
        created = code is not None
        try:
            store = Store(vault.store_path, vault.subkey("store"), create=created)
            try:
                assistant = cls(vault, store, clock or _now, distiller, embedder or _embedder_of(store))
            except BaseException:
                store.close()
                raise
        except BaseException:
            vault.lock()
            if created:  # nobody has seen its recovery code and nothing is in it
                Vault.discard(folder)
            raise
        assistant.recovery_code = code
        return assistant

    def now(self) -> datetime:
        """The present by this assistant's clock."""
        return self._clock()

    # what is taken in

    def observe(self, observations: Iterable[Observation], progress: Progress | None = None) -> list[str]:
        """Store observations, redacted; the ids of all that are held, new or not, in order.

        Idempotent on ``Observation.key``. What was forgotten stays out, and so do blank text and what is older than the
        user keeps anything of its source. Once this returns (or
        ``progress`` has heard of a batch) those observations survive a kill at any instant.
        """
        return [public_id("observation", row) for taken in self.take(observations, progress) for row in taken.rows]

    def take(self, observations: Iterable[Observation], progress: Progress | None = None) -> Iterator[Taken]:
        """As :meth:`observe`, a batch at a time, for more than fits in memory; yields each once it is stored."""
        for taken in self._pipeline.observe(observations, self._clock):
            if progress:
                progress(len(taken.rows))
            yield taken

    def distil(self, progress: Progress | None = None, most: int | None = None) -> dict[str, int]:
        """Draw propositions from everything pending; counts by what happened (observations, drafts, new, ...).

        With ``most``, from about so many observations.
        """
        return dict(self._pipeline.distil(self._clock, progress, most))

    def waiting(self) -> tuple[int, datetime | None]:
        """How many observations are pending, and since when the oldest is."""
        return self._store.observations.pending_count(), self._store.observations.pending_since()

    # what is believed

    def propositions(self, at: datetime | None = None, include_quarantined: bool = False) -> list[Proposition]:
        """What is believed at ``at`` (now by default), surest first; quarantined classes only if asked for."""
        with self._lock:
            wanted = {"believed", "review"} | ({"quarantined"} if include_quarantined else set())
            moment, allowed = at or self._clock(), self.allowed()
            believed = (believe(held, moment, allowed) for held in self._store.propositions.all().values())
            chosen = [p for p in believed if p is not None and p.status in wanted]
            return sorted(chosen, key=lambda p: (not p.pinned, -p.confidence, int(p.id[1:])))

    def proposition(self, id: str, at: datetime | None = None) -> Proposition:  # noqa: A002 - the API's word
        """One proposition, whatever its status. Raises NotFoundError."""
        held = self._store.propositions.get([self._row(id, "proposition")])
        for one in held.values():
            found = believe(one, at or self._clock(), self.allowed())
            if found is not None:
                return found
        raise NotFoundError(f"there is no proposition {id} (it may have been forgotten)")

    def observation(self, id: str) -> Observation:  # noqa: A002
        """One observation. Raises NotFoundError."""
        return self._stored(id).observation

    def around(self, id: str, before: int = 3, after: int = 3) -> list[tuple[str, Observation]]:  # noqa: A002
        """An observation with its neighbours in the thread, in time order, each with its id. Raises NotFoundError."""
        found = self._store.observations.around(self._stored(id).row, before, after)
        return [(public_id("observation", s.row), s.observation) for s in found]

    def history(self, id: str) -> list[Revision]:  # noqa: A002
        """A proposition's changes, oldest first. Raises NotFoundError."""
        self.proposition(id)
        return self._store.propositions.history(self._row(id, "proposition"))

    # questions

    def recall(
        self, text: str, k: int = 10, at: datetime | None = None, types: Sequence[ItemType] | None = None
    ) -> list[Hit]:
        """The ``k`` propositions and observations that bear most on ``text``, best first.

        ``at`` asks what was known then; ``types`` narrows to ``("proposition",)`` or ``("observation",)``.
        """
        with self._lock:
            self._backlog.catch_up()
            chosen = frozenset(types or ("proposition", "observation"))
            return self._recall.hits(Asked(sound(text), k, at, self._clock(), self.allowed(), chosen))

    # the user's word

    def remember(self, text: str) -> str:
        """Take the user's own word for a proposition, less any secret in it; its id. Raises InvalidInputError."""
        with self._lock:
            return public_id("proposition", self._word.remember(text, self._clock()))

    def edit(self, id: str, *, text: str) -> None:  # noqa: A002
        """Reword a proposition as the user would have it. Raises NotFoundError or InvalidInputError."""
        with self._lock, self._store.write():
            self._word.edit(self._held(id), text, self._clock())

    def confirm(self, id: str) -> None:  # noqa: A002
        """The user says it is so. Raises NotFoundError."""
        with self._lock, self._store.write():
            self._word.judge(self._held(id), "confirmed", self._clock())

    def reject(self, id: str) -> None:  # noqa: A002
        """The user says it is not so; it will not be believed again. Raises NotFoundError."""
        with self._lock, self._store.write():
            self._word.judge(self._held(id), "rejected", self._clock())

    def pin(self, id: str, pinned: bool = True) -> None:  # noqa: A002
        """Keep a proposition on top, and out of reach of inference. Raises NotFoundError."""
        with self._lock, self._store.write():
            self._word.pin(self._held(id), pinned, self._clock())

    def forget(self, id: str, with_evidence: bool = False) -> None:  # noqa: A002
        """Delete a proposition or an observation and everything derived from it, for good.

        ``with_evidence`` forgets the observations a proposition rests on too. Raises NotFoundError.
        """
        with self._lock:
            with self._store.write():
                if parse_id(id)[0] == "observation":
                    self._forgetting.observations([self._stored(id)], self._clock())
                else:
                    self._forget_proposition(self._held(id), with_evidence)
            self._store.shrink(rebuild=True)

    def allow(self, sensitivity: str) -> None:
        """Opt in to a sensitivity class: what was quarantined is used. Raises InvalidInputError for unknown ones."""
        with self._store.write():
            self._set_allowed(self.allowed() | {_sensitivity(sensitivity)})

    def disallow(self, sensitivity: str) -> None:
        """Opt out of a sensitivity class again. Raises InvalidInputError for unknown ones."""
        with self._store.write():
            self._set_allowed(self.allowed() - {_sensitivity(sensitivity)})
            self._store.summaries.clear()  # any of them may tell of it in words of its own

    def allowed(self) -> frozenset[Sensitivity]:
        """The sensitivity classes the user opted in to."""
        return frozenset(self._store.settings.get("allowed", []))

    # the whole

    def export(self, path: Path | str, include_quarantined: bool = False) -> None:
        """Write everything held as JSON, readable by this user alone. NOT encrypted: the caller says so to the user.

        Quarantined propositions, and the observations they rest on, are left out unless asked for. Raises
        StorageReadOnlyError or StorageFullError, leaving no partial file.
        """
        with self._lock:
            export.write(Path(path).expanduser(), self._store, self._clock(), self.allowed(), include_quarantined)

    def status(self) -> dict[str, Any]:
        """Counts for a status line: observations, pending, propositions, waiting for a vector, bytes on disk."""
        return {
            "observations": self._store.observations.count(),
            "pending": self._store.observations.pending_count(),
            "propositions": self._store.propositions.count(),
            "unembedded": self._unembedded(),
            "embedder": self._embedder.name,
            "bytes": self._store.size(),
        }

    def names(self, origin: str) -> frozenset[str]:
        """What the user is called in exports of this format ("whatsapp", ...), as remembered from earlier imports."""
        return frozenset(self._store.settings.get(f"me:{origin}", []))

    def remember_names(self, origin: str, names: Iterable[str]) -> None:
        """Remember what the user is called in exports of this format."""
        with self._store.write():
            self._store.settings.set(f"me:{origin}", sorted({*names, *self.names(origin)}))

    def check(self) -> list[str]:
        """A full integrity check of the store: what is wrong with it, empty if nothing."""
        return self._store.damage()

    def use_embedder(self, spec: str) -> None:
        """Embed with another model from now on: ``minilm``, or ``sentence-transformers:NAME`` (see load_embedder).

        Everything held is embedded again in the background; until then recall goes by words where vectors are
        missing. Takes hold the next time the vault is opened. Raises InvalidInputError or MissingPartError, changing
        nothing, if there is no such model.
        """
        load_embedder(spec).embed(["is it there?"])
        self._store.settings.set("embedder", spec)

    def wait_for_vectors(self, seconds: float | None = None) -> bool:
        """Wait until everything held has a vector; False if that took longer than ``seconds``."""
        self._backlog.catch_up()
        return self._backlog.wait(seconds)

    def _unembedded(self) -> int:
        return sum(vectors.unembedded_count() for vectors in self._store.vectors.values())

    def close(self) -> None:
        """Close the store and drop the keys from memory."""
        self._host.close()
        self._backlog.stop()
        with self._lock:
            self._store.close()
            self.vault.lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _row(self, id: str, wanted: ItemType) -> int:  # noqa: A002
        item, row = parse_id(id)
        if item != wanted:
            raise NotFoundError(f"{id} is an {item}" if item == "observation" else f"{id} is a {item}")
        return row

    def _held(self, id: str) -> Held:  # noqa: A002
        held = self._store.propositions.get([self._row(id, "proposition")])
        for one in held.values():
            return one
        raise NotFoundError(f"there is no proposition {id} (it may have been forgotten)")

    def _stored(self, id: str) -> Stored:  # noqa: A002
        stored = self._store.observations.get([self._row(id, "observation")])
        for one in stored.values():
            return one
        raise NotFoundError(f"there is no observation {id} (it may have been forgotten)")

    def _forget_proposition(self, held: Held, with_evidence: bool) -> None:
        self._forgetting.propositions([held], self._clock())
        if with_evidence:
            rows = [parse_id(s.evidence.observation_id)[1] for s in held.supports if s.evidence.observation_id]
            stored = self._store.observations.get(rows).values()
            self._forgetting.observations(list(stored), self._clock())

    def _set_allowed(self, classes: frozenset[Sensitivity]) -> None:
        self._store.settings.set("allowed", sorted(classes))


def _embedder_of(store: Store) -> Embedder:
    """The embedder the user chose for a vault, or the one shipped."""
    spec = store.settings.get("embedder", "minilm")
    return default_embedder() if spec == "minilm" else load_embedder(spec)


def _sensitivity(name: str) -> Sensitivity:
    for sensitivity in SENSITIVITIES:
        if name == sensitivity:
            return sensitivity
    raise InvalidInputError(f"unknown sensitivity class; choose one of: {', '.join(SENSITIVITIES)}")


def _unlock(
    folder: Path, passphrase: str | None, recovery_code: str | None, *, create: bool
) -> tuple[Vault, str | None]:
    """The vault of a folder, and the recovery code if it was just made."""
    if create and not Vault.exists(folder):
        if passphrase is None:
            raise InvalidInputError("a new vault needs a passphrase")
        return Vault.create(folder, passphrase)
    if not Vault.exists(folder):
        raise VaultMissingError(f"there is no vault in {folder}; make one with: inkling init")
    if recovery_code is not None:
        return Vault.open(folder, recovery_code=recovery_code), None
    if passphrase is not None:
        return Vault.open(folder, passphrase=passphrase), None
    return Vault.open_with_keyring(folder), None
