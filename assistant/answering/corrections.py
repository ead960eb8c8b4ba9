"""What the user says about themselves in a conversation, taken as their own word.

The statement is drafted as everything is, by the distillers, and must pass the same verification; only what is stated
counts, since what it may imply is not what they said. The surprising decision: nothing is drafted by a model that the
small distiller drew already, so a correction costs no seconds where rules understand it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from assistant.address import to_you
from assistant.answering import style
from assistant.answering.remarks import WHICH, Remark
from assistant.answering.vocabulary import names_in
from assistant.distillers.llama import LlamaDistiller
from assistant.drafting import drafts
from memory.belief import believe
from memory.errors import MissingPartError, ModelFailedError, NotFoundError
from memory.ids import parse_id
from memory.records import ASSISTANT, ME, Answer, Hit, Observation, Proposition, Sensitivity, Turn
from observers.redact import redact

if TYPE_CHECKING:
    from assistant.distillers import Distiller
    from assistant.llm.model import Generated, LanguageModel, Prompt, Told
    from assistant.word import UserWord
    from memory.store import Held, Store

MOST = 3  # propositions drawn from one statement
SECONDS = 20.0  # that a model may take to draw them
MOST_TOKENS = 200

NOTED = "Noted:"
NO_LONGER = "No longer so:"
TAKEN_BACK = "Taken back:"
NOT_UNDERSTOOD = (
    "I could not make a proposition of that, so nothing was noted. "
    'To have it noted word for word: inkling remember "The user ..."'
)
NOTHING_TO_TAKE_BACK = (
    "That answer rests on nothing believed, so there is nothing to take back. "
    'Say how it is ("I moved to Lisbon"), and it is noted.'
)

_THEIRS = re.compile(
    r"^(?P<who>[A-Z]\w+(?: [A-Z]\w+)?) (?P<be>is|was|is not|was not|isn['’]t|wasn['’]t|is no longer) my "
    r"(?P<what>[\w' -]{2,60}?)(?:,? (?:and )?not my [\w' -]+)?[.!]*$"
)  # fmt: skip
_PRONOUN = re.compile(r"^(?:she|he|they)(?P<be>['’]s| is| was| are| were|\b)", re.IGNORECASE)
_NOT_NAMES = frozenset(("Noted", "Taken", "Until", "An", "On"))  # which our own answers begin with
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|we|us|our)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One proposition drawn from what the user said, and the last day it holds if they said so."""

    text: str
    until: date | None = None


class Corrections:
    """Takes what the user says about themselves into one store."""

    def __init__(
        self,
        store: Store,
        word: UserWord,
        distiller: Distiller,
        model: LanguageModel | None,
        allowed: frozenset[Sensitivity],
    ) -> None:
        self._store = store
        self._word = word
        self._distillers: list[Distiller] = [distiller]
        if model is not None:
            hurried = _Hurried(model)
            self._distillers.append(LlamaDistiller(hurried, seconds=SECONDS, most_tokens=MOST_TOKENS))
        self._allowed = allowed

    def drawn(self, remark: Remark, turns: Sequence[Turn], now: datetime) -> tuple[str, list[Statement]]:
        """The user's sentence as it may be stored, and what it states. The store is not touched; may take seconds."""
        sentence = redact(remark.text).text
        if wish := style.said(sentence):
            return sentence, [Statement(wish)]
        named = _with_a_name(sentence, self.answered(turns[-1]), turns[-1])
        if theirs := _theirs(named):
            return sentence, [Statement(theirs)]
        for distiller in self._distillers:
            if found := _drafted(distiller, named, turns[-1], now):
                return sentence, found
        return sentence, []

    def note(self, sentence: str, stated: Sequence[Statement], remark: Remark, turn: Turn, now: datetime) -> Answer:
        """Take statements as the user's word, end what they are against, and say so."""
        with self._store.write():
            answered = self.answered(turn)
            rows, ended = [], list[int]()
            for one in stated:
                row = self._word.remember(one.text, now, sentence, one.until)
                rows.append(row)
                gone = self._word.correct(answered, row, now, contrary=remark.contrary)
                ended += [held.row for held in gone if held.row not in (*ended, *rows)]
            return self._told([(NOTED, rows), (NO_LONGER, ended)], now)

    def deny(self, remark: Remark, turn: Turn, now: datetime) -> Answer:
        """Reject what the user says is wrong, if it is clear what that is; ask which if it is not."""
        with self._store.write():
            answered = [held for held in self.answered(turn) if held.valid_to is None or held.valid_to > now]
            meant = _meant(remark, answered)
            if not answered or meant == []:
                return Answer(text=NOTHING_TO_TAKE_BACK, citations=[], abstained=False)
            if meant is None:
                asked = self._told([("", [held.row for held in answered])], now)
                return Answer(
                    text=f"{WHICH} Say its number, or how it is.\n{asked.text}", citations=asked.citations,
                    abstained=False,
                )  # fmt: skip
            for held in meant:
                self._word.judge(held, "rejected", now)
            return self._told([(TAKEN_BACK, [held.row for held in meant])], now)

    def answered(self, turn: Turn) -> list[Held]:
        """The propositions that an answer cited and that are still held and not rejected, in its order."""
        rows = []
        for cited in turn.cited:
            with suppress(NotFoundError):
                item, row = parse_id(cited)
                rows += [row] if item == "proposition" else []
        held = self._store.propositions.get(rows)
        return [held[row] for row in dict.fromkeys(rows) if row in held and held[row].verdict != "rejected"]

    def _told(self, parts: Sequence[tuple[str, Sequence[int]]], now: datetime) -> Answer:
        """An answer that names propositions, each after what became of it; where nothing did, nothing was learned."""
        held = self._store.propositions.get(row for _, rows in parts for row in rows)
        said = [(lead, p) for lead, rows in parts for row in rows if (p := believe(held[row], now, self._allowed))]
        lines = [f"{lead} {to_you(p.text)} [{number}]".strip() for number, (lead, p) in enumerate(said, start=1)]
        return Answer(
            text="\n".join(lines), citations=[hit_of(p, now) for _, p in said], abstained=False,
            learned=tuple(p.id for lead, p in said if lead),
        )  # fmt: skip


def _drafted(distiller: Distiller, sentence: str, turn: Turn, now: datetime) -> list[Statement]:
    """What one engine makes of the sentence, said in reply to an answer; nothing if it fails."""
    answer = Observation(text=turn.answer, at=now, source="chat", thread="answer", speaker=ASSISTANT, key="answer")
    said = Observation(text=sentence, at=now, source="chat", thread="answer", speaker=ME, key="reply")
    try:
        verified = drafts(distiller, [answer, said], new={said.stable_key})
    except (ModelFailedError, MissingPartError, TypeError):
        return []
    stated = [d for d in verified.kept if d.observation_key == said.stable_key and d.basis == "stated"]
    best = sorted(stated, key=lambda d: -d.certainty)[:MOST]
    return [Statement(d.text, d.until) for d in best if d.about == "user"]


def _meant(remark: Remark, answered: Sequence[Held]) -> list[Held] | None:
    """The propositions that a denial or a choice is about; None where that is not clear."""
    if remark.kind == "denial":
        return list(answered) if len(answered) == 1 else None
    if remark.chosen is None:
        return list(answered)
    count = len(answered)
    return [answered[place] for place in remark.chosen if -count <= place < count] or None


def _with_a_name(sentence: str, answered: Sequence[Held], turn: Turn) -> str:
    """The sentence with the one person that was spoken of in place of "she" or "he"."""
    pronoun = _PRONOUN.match(sentence)
    if pronoun is None:
        return sentence
    spoken = [held.text for held in answered] or [turn.answer]
    names = dict.fromkeys(n for text in (*spoken, turn.question) for n in names_in(text) if n not in _NOT_NAMES)
    if len(names) != 1:
        return sentence
    be = " is" if pronoun["be"].lstrip("'’") == "s" else pronoun["be"]
    return f"{next(iter(names))}{be}{sentence[pronoun.end() :]}"


def _theirs(sentence: str) -> str | None:
    """What says who somebody else is ("Ana is my cousin") as a proposition, or None."""
    found = _THEIRS.match(sentence)
    if found is None or _FIRST_PERSON.search(found["what"]):
        return None
    be = re.sub(r"n['’]t$", " not", found["be"])
    return f"{found['who']} {be} the user's {found['what'].strip()}."


def hit_of(p: Proposition, at: datetime, score: float = 1.0, relevance: float = 1.0) -> Hit:
    """A proposition as a hit; ``at`` is when it was learned, where its evidence does not say."""
    when = max((e.at for e in p.evidence), default=at)
    return Hit(
        id=p.id, type="proposition", text=p.text, score=score, at=when, observation_key=None, evidence=p.evidence,
        relevance=relevance,
    )  # fmt: skip


class _Hurried:
    """A model that is asked by somebody who waits: before anything in the background."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.name = model.name

    @property
    def context_tokens(self) -> int:
        return self._model.context_tokens

    def count_tokens(self, texts: list[str], *, urgent: bool = True, stop: threading.Event | None = None) -> list[int]:
        del urgent
        return self._model.count_tokens(texts, urgent=True, stop=stop)

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        most_tokens: int = MOST_TOKENS,
        seconds: float = SECONDS,
        told: Told | None = None,
        urgent: bool = True,
        stop: threading.Event | None = None,
    ) -> Generated:
        del urgent
        return self._model.generate(
            prompt, grammar=grammar, most_tokens=most_tokens, seconds=seconds, told=told, urgent=True, stop=stop
        )
