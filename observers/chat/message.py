"""What every format reads into: messages with a speaker, and problems in place of what could not be read.

A format says who spoke under all the names it knows; whether that is the user is decided once, in `export`, so no
format can get it wrong in its own way. Only a format that states the role itself (an AI chat's "user") sets it here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, cast

from memory.records import ASSISTANT, ME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, tzinfo

    from observers.chat.source import Document, Source


Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody: the name they are told apart by, and the role if the format states it ("other" is never the user).

    ``name`` and ``aliases`` are what ``me`` is compared with. ``shown`` is what the observation bears instead of
    ``name``, where that is an address or a handle; nobody becomes the user by it, since anyone may call themselves
    anything.
    """

    name: str
    aliases: tuple[str, ...] = ()
    shown: str | None = None
    role: Literal["me", "assistant", "other"] | None = None


USER = Speaker(ME, role="me")
AI = Speaker(ASSISTANT, role="assistant")


@dataclass(slots=True)
class Message:
    """One message as a format understands it. ``speaker`` is None where nobody speaks; ``at`` is aware.

    ``key`` is complete, prefix included. ``app`` overrides the format's label; ``source`` is ``"chat"`` but for JSONL.
    """

    text: str
    at: datetime
    speaker: Speaker | None
    key: str
    thread: str | None = None
    title: str | None = None
    app: str | None = None
    source: str = "chat"
    dwell_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something skipped: ``position`` ("line 12 in chat.txt") and ``reason``. Never any content of the export."""

    position: str
    reason: str


@dataclass(slots=True)
class Reading:
    """One pass over an export: what a format needs to know besides the document it reads.

    ``tables`` is what it finds out on the way. Where a growing log is read on, it is what the passes before left there.
    """

    source: Source
    zone: tzinfo | None
    on_problem: Callable[[Problem], None]
    tables: dict[str, object] = field(default_factory=dict)

    def report(self, position: str, reason: str) -> None:
        """Tell whoever reads this export that the record at ``position`` was skipped."""
        self.on_problem(Problem(position, reason))

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What is in ``tables`` under a name of one format's own, made the first time."""
        return cast("Kept", self.tables.setdefault(name, make()))


@dataclass(frozen=True, slots=True)
class Format:
    """A chat format: how to recognise it by content, and how to read one of its documents.

    ``find`` returns the documents of a source that this format would read, empty if it is another format. With
    ``roles`` the format itself says which words are the user's. With ``titled_by_partner`` a conversation of two bears
    the other one's name, which tells who the user is. With ``namesakes`` several people may
    bear one name, and only aliases tell them apart. ``grows_by`` is for logs that can be read on from where they ended:
    "lines" is handed the lines that are new, "rows" the whole file again; either finds in ``Reading.tables`` what it
    left there.
    """

    name: str
    label: str
    app: str | None  # what its observations carry as app
    find: Callable[[Source], Sequence[Document]]
    read: Callable[[Document, Reading], Iterator[Message]]
    prepare: Callable[[Reading], None] = lambda _reading: None
    roles: bool = False
    titled_by_partner: bool = False
    namesakes: bool = False
    grows_by: Literal["lines", "rows"] | None = None
