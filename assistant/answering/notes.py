"""Hits as a language model is shown them: numbered lines of data, and all that a sentence citing one may draw from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.address import to_you
from assistant.answering.composing import passage
from assistant.dates import day, day_of_week
from assistant.llm.prompting import fenced
from assistant.profile import confidence_words
from memory.records import ASSISTANT, ME, Hit, Proposition

LONGEST = 300  # characters of a proposition shown
THE_USER = "the user"
_OTHERS = {ASSISTANT: "an AI assistant", None: "a screen"}


@dataclass(frozen=True, slots=True)
class Note:
    """One hit, what of it is shown, and for a proposition how sure it is and when it ended."""

    hit: Hit
    shown: str
    sure: str | None = None
    ended: datetime | None = None

    @property
    def by(self) -> str | None:
        """Whose words it is; None for what is believed."""
        if self.hit.type == "proposition":
            return None
        return THE_USER if self.hit.speaker == ME else _OTHERS.get(self.hit.speaker, self.hit.speaker)

    @property
    def words(self) -> str:
        """Everything that whoever retells it may mention: its text, who said it, and the days it was said and ended."""
        days = [day_of_week(at) for at in (self.hit.at, self.ended) if at]
        quotes = [e.quote for e in self.hit.evidence]
        return "\n".join([to_you(self.hit.text), self.hit.text, self.hit.speaker or "", *quotes, *days])


def notes(question: str, hits: Sequence[Hit], believed: Mapping[str, Proposition]) -> list[Note]:
    """The hits as they are shown; a proposition that is not believed any more is left out."""
    found = []
    for hit in hits:
        if hit.type == "observation":
            found.append(Note(hit, passage(question, hit.text)))
        elif (p := believed.get(hit.id)) is not None and p.status in ("believed", "review", "superseded"):
            ended = p.valid_to if p.status == "superseded" else None
            found.append(Note(hit, hit.text[:LONGEST], confidence_words(p.confidence), ended))
    return found


def lines(shown: Sequence[Note]) -> str:
    """The numbered lines of a prompt, from 1."""
    return "\n".join(f"[{number}] {fenced(_told(note))}" for number, note in enumerate(shown, start=1))


def _told(note: Note) -> dict[str, str]:
    if note.by is not None:
        return {"said": note.shown, "by": note.by, "on": day(note.hit.at)}
    told = {"believed": note.shown, "sure": note.sure or "", "since": day(note.hit.at)}
    return told | ({"ended": day(note.ended)} if note.ended else {})
