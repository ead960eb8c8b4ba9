"""A candidate: one sentence that may be a fact about the user, before the gate has judged it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from assistant.distillers.small.sentences import Span
    from memory.records import Basis, Observation

Writer = Literal[
    "clause", "noun", "request", "answer", "confirm", "name", "age", "role", "fragment", "other",
    "screen-note", "screen-task", "screen-event", "screen-order", "screen-booking", "screen-field", "screen-name",
    "screen-own",
]  # fmt: skip
WRITERS: tuple[Writer, ...] = get_args(Writer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a writer made of ``quote``: ``text`` still has its relative dates.

    ``past`` says its verb is past; ``context`` is the sentence around the quote; ``flags`` are names of the traps it
    may have walked into, for the gate to weigh.
    """

    text: str
    quote: Span
    observation: Observation
    writer: Writer
    basis: Basis
    form: str = ""
    past: bool = False
    context: str = ""
    flags: frozenset[str] = field(default_factory=frozenset)
