"""A conversation as the assistant is told of it, and one question of it under way.

The surprising decision: it begins with an answer, ours to nobody's question, so that what the user says first ("I
moved to Lisbon") is a reply in a conversation and is noted, as ``inkling chat`` has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from memory.errors import InklingError, NotFoundError
from memory.records import Answer, Proposition, Turn
from tui.telling import StoppedWaitingError, Telling

if TYPE_CHECKING:
    from assistant.verbs import Verbs

REMEMBERED = 6  # exchanges that a question may lean on
GREETING = Turn(question="", answer="Ask, or say what is not so any more.")

Became = Literal["noted", "taken back", "no longer so"]


@dataclass(frozen=True, slots=True)
class Learned:
    """A proposition that the user's words added or corrected, and what became of it."""

    proposition: Proposition
    became: Became


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, with the propositions that it says were learned."""

    answer: Answer
    learned: tuple[Learned, ...] = ()


class Conversation:
    """The exchanges so far, the last few of which go along with the next question."""

    def __init__(self) -> None:
        self._turns = [GREETING]

    def turns(self) -> tuple[Turn, ...]:
        """What goes along."""
        return tuple(self._turns[-REMEMBERED:])

    def add(self, question: str, answer: Answer) -> None:
        """A question was answered."""
        self._turns.append(Turn(question=question, answer=answer.text, cited=tuple(h.id for h in answer.citations)))

    def take_back(self) -> None:
        """The last question is asked again: what was answered to it is no part of the conversation."""
        self._turns.pop()


class Asking:
    """One question under way; ``tell`` hears, in the thread of the call, how much of the answer there is by now."""

    def __init__(self, question: str, turns: Sequence[Turn], tell: Callable[[str], None]) -> None:
        self._question = question
        self._turns = turns
        self._telling = Telling(tell)

    @property
    def stopped(self) -> bool:
        """Whether waiting for it was given up."""
        return self._telling.stopped

    def stop(self) -> None:
        """Give up waiting."""
        self._telling.stop()

    def ask(self, assistant: Verbs) -> Reply:
        """The answer. Raises StoppedWaitingError once waiting was given up, whatever became of the answer then."""
        self._telling.begin()
        try:
            answer = assistant.ask(self._question, turns=self._turns, told=self._telling.hear)
        except InklingError:
            if self.stopped:
                raise StoppedWaitingError from None
            raise
        return Reply(answer, tuple(_learned(assistant, answer)))


def _learned(assistant: Verbs, answer: Answer) -> list[Learned]:
    found = []
    for id_ in answer.learned:
        with suppress(NotFoundError):  # forgotten since
            proposition = assistant.proposition(id_)
            found.append(Learned(proposition, _became(proposition, assistant.now())))
    return found


def _became(proposition: Proposition, now: datetime) -> Became:
    if proposition.status == "rejected":
        return "taken back"
    ended = proposition.valid_to is not None and proposition.valid_to <= now
    return "no longer so" if ended or proposition.status == "superseded" else "noted"
