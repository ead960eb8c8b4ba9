"""An answer worded by a language model: asked for in one prompt, heard as it comes, told on sentence by sentence.

What is told on has been checked against what it cites, so it stands even if the model breaks off after it. The
surprising decision: a model's trouble is never the user's. Whatever goes wrong before the first sentence that holds,
there is no answer of the model's, and the caller composes one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.address import to_you
from assistant.answering.grammar import SENTENCES, answer_grammar
from assistant.answering.notes import Note, lines
from assistant.answering.sentences import Sentence, Sentences
from assistant.answering.support import is_supported, statement
from assistant.dates import day
from assistant.llm.prompting import fenced, prompt_file
from memory.errors import MissingPartError, ModelFailedError
from memory.records import Answer, Hit

if TYPE_CHECKING:
    from assistant.answering.style import Style
    from assistant.llm.model import LanguageModel, Prompt

MOST_TOKENS = 320
SECONDS = 60.0
NOTHING = "NONE"
QUESTION = 600  # characters of a question that a model is shown

Told = Callable[[str], None]


@dataclass(slots=True)
class Written:
    """What came of asking: the sentences that hold, what they cite in the order of first use, and what was dropped."""

    sentences: list[str] = field(default_factory=list)
    citations: list[Hit] = field(default_factory=list)
    unsupported: int = 0
    says_none: bool = False

    def answer(self, written_by: str) -> Answer | None:
        """As an answer; None where not one sentence holds."""
        if not self.sentences:
            return None
        return Answer(
            text=" ".join(self.sentences), citations=self.citations, abstained=False, written_by=written_by,
            unsupported=self.unsupported,
        )  # fmt: skip


def write(
    model: LanguageModel,
    question: str,
    notes: Sequence[Note],
    style: Style,
    now: datetime,
    told: Told | None = None,
) -> Written:
    """What the model makes of the notes. Passes on only what ``told`` raises, which ends the model's work.

    ``told`` hears each sentence that holds, and an empty text whenever the model is at work and none has ended.
    """
    hearing = _Hearing(notes, told or (lambda _piece: None), style.sentences)
    with suppress(ModelFailedError, MissingPartError):
        generated = model.generate(
            _prompt(question, notes, style, now),
            grammar=answer_grammar(len(notes), style.sentences),
            most_tokens=MOST_TOKENS,
            seconds=SECONDS,
            told=hearing.hear,
            urgent=True,
        )
        hearing.end(finished=generated.end == "stop")
        hearing.written.says_none = generated.text.strip(" \t\r\n.\"'").upper() == NOTHING
    return hearing.written


def _prompt(question: str, notes: Sequence[Note], style: Style, now: datetime) -> Prompt:
    wishes = [f"How the user wants to be answered: {fenced(list(style.wishes))}"] if style.wishes else []
    today = f"Today is {now:%A}, {day(now)}."
    asked = f"Question: {fenced(question[:QUESTION])}"
    return prompt_file("answer").about("\n".join([today, *wishes, "Notes:", lines(notes), asked]))


class _Hearing:
    """Hears one answer."""

    def __init__(self, notes: Sequence[Note], told: Told, most: int = SENTENCES) -> None:
        self._notes = notes
        self._told = told
        self._most = most
        self._sentences = Sentences()
        self._numbers: dict[int, int] = {}  # a note's number in the prompt: that in the answer
        self._said: set[str] = set()
        self.written = Written()

    def hear(self, piece: str) -> None:
        """Take what has come; tell on what has ended and holds, or at least that work goes on."""
        told = [self._take(sentence) for sentence in self._sentences.hear(piece)]
        if not any(told):
            self._told("")

    def end(self, *, finished: bool) -> None:
        """Take what is left; words that cite nothing are counted, unless the model was only cut short."""
        for sentence in self._sentences.end():
            self._take(sentence)
        rest = self._sentences.rest
        if finished and rest and rest.upper() != NOTHING:
            self.written.unsupported += 1

    def _take(self, sentence: Sentence) -> bool:
        """Whether a sentence was told on."""
        text = statement(to_you(sentence.text))
        cited = [self._notes[n - 1] for n in sentence.numbers if 0 < n <= len(self._notes)]
        if text in self._said or len(self.written.sentences) >= self._most:
            return False
        if len(cited) < len(sentence.numbers) or not is_supported(text, cited):
            self.written.unsupported += 1
            return False
        self._said.add(text)
        marked = f"{text} {''.join(f'[{self._number(n)}]' for n in sentence.numbers)}"
        self._told(f" {marked}" if self.written.sentences else marked)
        self.written.sentences.append(marked)
        return True

    def _number(self, number: int) -> int:
        """A note's number in the answer: they count up in the order of first use."""
        if number not in self._numbers:
            self.written.citations.append(self._notes[number - 1].hit)
            self._numbers[number] = len(self.written.citations)
        return self._numbers[number]
