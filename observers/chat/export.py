"""Opening an export whatever its format, and deciding whose words are the user's.

The one rule that matters here: an export is never read with nobody in it as the user. Either the format states the
roles, or one of the given names occurs, or the export implies it (a conversation of two that bears the other one's
name); else `OwnerUnknownError` lists who there is to choose from.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from memory.errors import OwnerUnknownError, UnreadableExportError
from memory.records import ASSISTANT, ME, Observation
from observers.chat.fields import clean
from observers.chat.message import Format, Message, Problem, Reading, Speaker
from observers.chat.source import BrokenStreamError, Document, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import tzinfo

_LISTED_SPEAKERS = 50
_MAX_NAMES = 100_000  # distinct senders kept while counting: an old mailbox has thousands


def normalised(name: str) -> str:
    """``name`` for comparison: case, width, direction marks and kinds of space do not count."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return " ".join(visible.casefold().split())


class Export:
    """A recognised export: its format, who speaks in it, and its messages. Made by `open_export`."""

    def __init__(self, source: Source, fmt: Format, documents: Sequence[Document], zone: tzinfo | None) -> None:
        self._source = source
        self._format = fmt
        self._documents = tuple(documents)
        self._zone = zone
        self._tables: dict[str, object] | None = None  # of the passes before, where reading goes on
        self._settled = False

    @property
    def grows_by(self) -> Literal["lines", "rows"] | None:
        """How its log can be read on from where it ended, if it can; see `Format`. A zip does not grow."""
        return None if self._source.is_zip else self._format.grows_by

    def continued(self, source: Source, document: Document, tables: dict[str, object], *, settled: bool) -> Export:
        """The same export, to be read from ``document`` with what earlier passes left in ``tables``.

        With ``settled`` an earlier pass found out that the user is in it, and what is new need not show it again.
        """
        again = Export(source, self._format, (document,), self._zone)
        again._tables, again._settled = tables, settled
        return again

    @property
    def format(self) -> str:
        """The format's short name, such as ``"whatsapp"``; every key of the export begins with it (but JSONL's)."""
        return self._format.name

    @property
    def label(self) -> str:
        """The app's name as people write it, such as ``"WhatsApp"``."""
        return self._format.label

    @property
    def bytes_total(self) -> int:
        """About how many bytes one pass of `observations` reads, for a progress bar."""
        return max(1, sum(document.size for document in self._documents))

    @property
    def bytes_read(self) -> int:
        """How many bytes the current pass has read so far, at most `bytes_total`."""
        return min(self._source.progress.bytes_read, self.bytes_total)

    def speakers(self) -> tuple[str, ...]:
        """Everybody who might be the user, most frequent first; empty where the format states who the user is.

        Reads the whole export once.
        """
        return () if self._format.roles else self._census.names

    def owner(self) -> frozenset[str]:
        """The names the export itself implies are the user's; empty if it implies none. Reads it once at most."""
        return frozenset() if self._format.roles else self._census.implied

    def observations(
        self, me: Collection[str] = frozenset(), on_problem: Callable[[Problem], None] | None = None
    ) -> Iterator[Observation]:
        """Every message as an observation, streamed in file order.

        ``me`` holds the user's names or addresses; it is not needed where the format states the roles. What cannot be
        read is given to ``on_problem`` and skipped, be it the whole file because it has vanished.
        Raises OwnerUnknownError, before the first observation, if nobody in the export is the user or several may be.
        """
        mine = frozenset(filter(None, map(normalised, me)))
        if not self._format.roles and not self._settled and not self._has_owner(mine):
            mine = frozenset(map(normalised, self.owner()))
            if not mine and self._census.names:
                raise OwnerUnknownError(self._who_is_me(), self._census.names)
        return self._observations(mine, on_problem or (lambda _problem: None))

    def _observations(self, mine: frozenset[str], on_problem: Callable[[Problem], None]) -> Iterator[Observation]:
        names: dict[Speaker, str] = {}
        for message in self._messages(on_problem, self._tables):
            speaker = message.speaker
            name = None
            if speaker is not None:
                name = names.get(speaker)
                if name is None:
                    if len(names) >= _MAX_NAMES:
                        names.clear()
                    name = names[speaker] = _name_of(speaker, mine)
            yield Observation(
                text=message.text,
                at=message.at,
                source=message.source,
                app=message.app or self._format.app,
                title=message.title,
                thread=message.thread,
                speaker=name,
                key=message.key,
                dwell_seconds=message.dwell_seconds,
            )

    def _messages(
        self, on_problem: Callable[[Problem], None], tables: dict[str, object] | None = None
    ) -> Iterator[Message]:
        """Every message with text, in file order."""
        self._source.progress.bytes_read = 0
        reading = Reading(self._source, self._zone, on_problem, {} if tables is None else tables)
        self._format.prepare(reading)
        self._source.progress.bytes_read = 0
        for document in self._documents:
            try:
                for message in self._format.read(document, reading):
                    message.text = clean(message.text)
                    if message.text and not message.text.isspace():
                        yield message
            except BrokenStreamError as error:
                reading.report(error.position or document.name, error.reason)
        for document in self._source.documents:
            if document.damage is not None and document not in self._documents:
                reading.report(document.name, document.damage)
        if self._source.truncated:
            reading.report(self._source.path.name, "the zip is cut off or damaged; only what precedes that was read")

    def _has_owner(self, mine: frozenset[str]) -> bool:
        """Whether somebody in the export is the user; stops at the first message that shows it, if one can.

        Raises OwnerUnknownError if several people bear the name that is to be the user's.
        """
        seen: set[Speaker] = set()
        namesakes: set[str] = set()
        for message in self._messages(lambda _problem: None):
            speaker = message.speaker
            if speaker is None or speaker in seen:
                continue
            if len(seen) < _MAX_NAMES:
                seen.add(speaker)
            if not _is_me(speaker, mine):
                continue
            if speaker.role is not None or not self._format.namesakes:
                return True
            namesakes.add(next(iter(speaker.aliases), speaker.name))
        told_apart = {name for name in namesakes if normalised(name) in mine}
        if len(namesakes) > 1 and namesakes != told_apart:
            raise OwnerUnknownError(
                f"{self._source.path.name} has {len(namesakes)} people of your name; give your id with --me instead",
                tuple(sorted(namesakes)),
            )
        return bool(namesakes)

    @cached_property
    def _census(self) -> _Census:
        return _Census(self._messages(lambda _problem: None), partners=self._format.titled_by_partner)

    def _who_is_me(self) -> str:
        return (
            f"{self._source.path.name} does not say which speaker is you; "
            f"name yourself with --me, as one of the {len(self._census.names)} speakers it has"
        )


class _Census:
    """Who speaks how often, and whom the conversations of two imply to be the user."""

    def __init__(self, messages: Iterator[Message], *, partners: bool) -> None:
        counts: Counter[str] = Counter()
        pairs: dict[str, tuple[str, set[str]]] = {}
        for message in messages:
            speaker = message.speaker
            if speaker is None or speaker.role is not None:
                continue
            if speaker.name in counts or len(counts) < _MAX_NAMES:
                counts[speaker.name] += 1
            if partners and message.thread and message.title:
                people = pairs.setdefault(message.thread, (message.title, set()))[1]
                if len(people) <= 2:
                    people.add(speaker.name)
        self.names = tuple(name for name, _ in counts.most_common(_LISTED_SPEAKERS))
        implied = {name for title, people in pairs.values() if (name := _other_of_two(title, people))}
        self.implied = frozenset(implied) if len(implied) == 1 else frozenset()


def _other_of_two(title: str, people: set[str]) -> str | None:
    """Who of the two people in a conversation is not the one it is titled after."""
    others = [name for name in people if normalised(name) != normalised(title)]
    return others[0] if len(people) == 2 and len(others) == 1 else None


def _is_me(speaker: Speaker, mine: frozenset[str]) -> bool:
    if speaker.role is not None:
        return speaker.role == ME
    return any(normalised(name) in mine for name in (speaker.name, *speaker.aliases))


def _name_of(speaker: Speaker, mine: frozenset[str]) -> str:
    """The observation's speaker. Somebody else who calls themselves "me" or "assistant" gets a ``~`` in front."""
    if speaker.role in (ME, ASSISTANT):
        return speaker.role
    if _is_me(speaker, mine):
        return ME
    name = clean(speaker.shown or speaker.name)
    return f"~{name}" if normalised(name) in (ME, ASSISTANT) else name


def recognise(source: Source, formats: Sequence[Format], zone: tzinfo | None) -> Export:
    """The export in ``source`` under the first of ``formats`` that knows it.

    Raises UnreadableExportError, naming what was tried, if none does.
    """
    for fmt in formats:
        if documents := fmt.find(source):
            return Export(source, fmt, documents, zone)
    tried = ", ".join(fmt.label for fmt in formats)
    state = " (a zip that is cut off or damaged)" if source.truncated else ""
    raise UnreadableExportError(
        f"{source.path}{state} is not an export Inkling knows; tried {tried}. docs/formats.md says what each looks like"
    )
